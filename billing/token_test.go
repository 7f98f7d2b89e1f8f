package billing_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
)

// mint is the rail's door: each token kills the one before.
type mint struct {
	minted atomic.Int64
	fails  atomic.Bool
}

func (m *mint) token(context.Context) (string, time.Duration, error) {
	if m.fails.Load() {
		return "", 0, errors.New("the rail is down")
	}
	return fmt.Sprint("token-", m.minted.Add(1)), time.Hour, nil
}

func openTokens(t *testing.T, d *db.DB) (*billing.Tokens, *clock.Manual) {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(time.Now())
	return &billing.Tokens{DB: d, Keys: keys, Clock: c}, c
}

// take has many callers ask at once and wants one answer.
func take(t *testing.T, store *billing.Tokens, m *mint, want string) {
	t.Helper()
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if got, err := store.Token(context.Background(), "key", m.token); err != nil || got != want {
				t.Errorf("%q, not %q: %v", got, want, err)
			}
		})
	}
	all.Wait()
}

func TestOneOfManyMintsTheToken(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		store, c := openTokens(t, d)
		m := &mint{}
		take(t, store, m, "token-1")
		c.Advance(time.Hour + time.Second)
		take(t, store, m, "token-2")
		if err := store.Evict(context.Background(), "key", "token-1"); err != nil { // long dead: the new one stays
			t.Fatal(err)
		}
		take(t, store, m, "token-2")
		if err := store.Evict(context.Background(), "key", "token-2"); err != nil {
			t.Fatal(err)
		}
		take(t, store, m, "token-3")
		if m.minted.Load() != 3 {
			t.Errorf("minted %d times", m.minted.Load())
		}
		if _, err := store.Token(context.Background(), "another key", m.token); err != nil || m.minted.Load() != 4 {
			t.Errorf("another app has a token of its own: %d %v", m.minted.Load(), err)
		}
	})
}

func TestAMintThatFailsOrDiesHoldsUpNobody(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		store, c := openTokens(t, d)
		m := &mint{}
		m.fails.Store(true)
		if _, err := store.Token(context.Background(), "key", m.token); err == nil {
			t.Fatal("a token out of nothing")
		}
		m.fails.Store(false)
		c.Advance(time.Second)
		take(t, store, m, "token-1")
		c.Advance(time.Hour + time.Second)
		if _, err := d.SQL().Exec("UPDATE rail_tokens SET holder = 'dead', held_until = ?", c.Now().Add(30*time.Second)); err != nil {
			t.Fatal(err)
		}
		short, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		defer cancel()
		if _, err := store.Token(short, "key", m.token); !fault.Is(err, fault.Unavailable) || m.minted.Load() != 1 {
			t.Fatalf("minted beside a holder: %d %v", m.minted.Load(), err)
		}
		c.Advance(31 * time.Second)
		take(t, store, m, "token-2")
	})
}
