package acme

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
)

func open(t *testing.T, d *db.DB, c clock.Clock) *storage {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	return newStorage(Options{DB: d, Keys: keys, Clock: c, Log: slog.New(slog.DiscardHandler)})
}

func TestWhatIsKeptIsSealedListedAndLetGo(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &item{}, &lock{})
		ctx, s := t.Context(), open(t, d, clock.System())
		for _, name := range []string{"certificates/ca/a.example/a.example.key", "certificates/ca/a.example/a.example.crt", "certificates/ca/b.example/b.example.crt", "certificates0", "acme/ca/users/x"} {
			if err := s.Store(ctx, name, []byte("secret "+name)); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Store(ctx, "acme/ca/users/x", []byte("again")); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Load(ctx, "acme/ca/users/x"); err != nil || string(got) != "again" {
			t.Errorf("%q %v", got, err)
		}
		var raw []item
		if err := d.Read(ctx).Where("name LIKE 'cert%'").Find(&raw).Error; err != nil || len(raw) != 4 || bytes.Contains(raw[0].Value, []byte("secret")) {
			t.Errorf("%d rows, in the clear: %v", len(raw), err)
		}
		flat, err := s.List(ctx, "certificates/ca", false)
		if err != nil || !slices.Equal(flat, []string{"certificates/ca/a.example", "certificates/ca/b.example"}) {
			t.Errorf("%v %v", flat, err)
		}
		if deep, err := s.List(ctx, "certificates", true); err != nil || len(deep) != 3 {
			t.Errorf("%v %v", deep, err)
		}
		info, err := s.Stat(ctx, "certificates/ca")
		if err != nil || info.IsTerminal || !s.Exists(ctx, "certificates/ca") {
			t.Errorf("%+v %v", info, err)
		}
		if info, err := s.Stat(ctx, "acme/ca/users/x"); err != nil || !info.IsTerminal || info.Size != 5 {
			t.Errorf("%+v %v", info, err)
		}
		if err := s.Delete(ctx, "certificates/ca/a.example"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Load(ctx, "certificates/ca/a.example/a.example.key"); !errors.Is(err, fs.ErrNotExist) || s.Exists(ctx, "certificates/ca/a.example") {
			t.Errorf("still there: %v", err)
		}
		if !s.Exists(ctx, "certificates0") {
			t.Error("a neighbour went too")
		}
	})
}

// TestOneAtATime: many nodes want one lock; a node that died frees it by the clock.
func TestOneAtATime(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(time.Date(2026, 11, 2, 18, 0, 0, 0, time.UTC))
		var inside, most int
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 4 {
			s := open(t, d, c)
			all.Go(func() {
				if err := s.Lock(t.Context(), "issue a.example"); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				inside++
				most = max(most, inside)
				mu.Unlock()
				mu.Lock()
				inside--
				mu.Unlock()
				if err := s.Unlock(t.Context(), "issue a.example"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if most != 1 {
			t.Errorf("%d at a time", most)
		}
		dead, next := open(t, d, c), open(t, d, c)
		if err := dead.Lock(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		if won, err := next.tryLock(t.Context(), "x"); won || err != nil {
			t.Errorf("taken from the living: %v", err)
		}
		if err := dead.RenewLockLease(t.Context(), "x", time.Hour); err != nil {
			t.Fatal(err)
		}
		c.Advance(lockLasts + time.Second)
		if won, err := next.tryLock(t.Context(), "x"); won || err != nil {
			t.Errorf("taken from one that asked for longer: %v", err)
		}
		c.Advance(time.Hour)
		if won, err := next.tryLock(t.Context(), "x"); !won || err != nil {
			t.Errorf("a dead node holds it for ever: %v", err)
		}
		if err := dead.Unlock(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		if won, err := dead.tryLock(t.Context(), "x"); won || err != nil {
			t.Errorf("a ghost unlocked another's: %v", err)
		}
		c.Advance(-365 * 24 * time.Hour) // the clock was a year ahead when the lock was taken
		if won, err := dead.tryLock(t.Context(), "x"); !won || err != nil {
			t.Errorf("a lock from the future holds for a year: %v", err)
		}
		if won, err := next.tryLock(t.Context(), "x"); won || err != nil {
			t.Errorf("taken from the living: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := next.Lock(ctx, "x"); err == nil {
			t.Error("waited although it was asked to stop")
		}
	})
}
