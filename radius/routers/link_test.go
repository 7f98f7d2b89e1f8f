package routers

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// plainWriter writes the secrets, so that tests see which script they got.
type plainWriter struct{ fail error }

func (w plainWriter) WriteScript(_ *db.Tx, r Router, choices string) (string, error) {
	return choices + " " + r.Secret + " " + r.APIUser + " " + r.APIPassword, w.fail
}

func (b bench) link(t *testing.T, id int64, choices string) string {
	t.Helper()
	var token string
	err := b.db.InTx(context.Background(), func(tx *db.Tx) (err error) {
		token, err = b.MakeLink(tx, id, choices)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestLinkModelMatches(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, &linkRow{}) })
}

func TestLinkIsRedeemedOnceWithFreshSecrets(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		before := b.mustSave(t, named("Cafe", "10.99.0.2/32"))
		token := b.link(t, before.ID, "hotspot on ether4")
		script, err := b.Redeem(context.Background(), token, plainWriter{})
		if err != nil {
			t.Fatal(err)
		}
		after, _ := b.Get(before.ID)
		if script != "hotspot on ether4 "+after.Secret+" mtandao "+after.APIPassword || after.Secret == before.Secret ||
			after.OldSecret != before.Secret || !after.OldSecretUntil.Equal(noon.Add(24*time.Hour)) || len(after.APIPassword) != 32 {
			t.Errorf("script %q\nrouter %+v", script, after)
		}
		if _, err := b.Redeem(context.Background(), token, plainWriter{}); fault.KeyOf(err) != "setup.link" {
			t.Errorf("a second time: %v", err)
		}
		if again, _ := b.Get(before.ID); again.Secret != after.Secret {
			t.Error("the second time changed the secret")
		}
		if choices, err := b.Choices(context.Background(), before.ID); choices != "hotspot on ether4" || err != nil {
			t.Errorf("choices %q, %v", choices, err)
		}
	})
}

func TestLinkIsNotStoredInTheClear(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		token := b.link(t, b.mustSave(t, named("Cafe", "10.99.0.2/32")).ID, "x")
		var w linkRow
		if err := b.db.Read(context.Background()).First(&w).Error; err != nil || strings.Contains(w.TokenHash, token) || len(token) != 26 {
			t.Errorf("%+v, %v", w, err)
		}
	})
}

func TestLinksEnd(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		r := b.mustSave(t, named("Cafe", "10.99.0.2/32"))
		refused := func(why, token string) {
			t.Helper()
			if _, err := b.Redeem(context.Background(), token, plainWriter{}); fault.KeyOf(err) != "setup.link" {
				t.Errorf("%s: %v", why, err)
			}
		}
		refused("unknown", "nobody-made-this-one")
		refused("empty", "")
		first := b.link(t, r.ID, "first")
		second := b.link(t, r.ID, "second")
		refused("replaced by a newer one", first)
		b.clock.Advance(30 * time.Minute)
		refused("30 minutes old", second)
		third := b.link(t, r.ID, "third")
		b.clock.Advance(30*time.Minute - time.Millisecond)
		if _, err := b.Redeem(context.Background(), third, plainWriter{fail: errors.New("no keys for the tunnel")}); err == nil {
			t.Error("a script that could not be written was given")
		}
		if kept, _ := b.Get(r.ID); kept.Secret != r.Secret {
			t.Error("and its secret was kept")
		}
		if script, err := b.Redeem(context.Background(), third, plainWriter{}); err != nil || !strings.HasPrefix(script, "third ") {
			t.Errorf("a link whose script failed is not spent: %q, %v", script, err)
		}
		fourth := b.link(t, r.ID, "fourth")
		r.State = StateRetired
		b.mustSave(t, r)
		if _, err := b.Redeem(context.Background(), fourth, plainWriter{}); fault.KeyOf(err) != "router.unknown" {
			t.Errorf("of a retired router: %v", err)
		}
		err := b.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := b.MakeLink(tx, r.ID, ""); return err })
		if fault.KeyOf(err) != "router.unknown" {
			t.Errorf("for a retired router: %v", err)
		}
	})
}

// TestTwoAtOnceOneWinner redeems one link from two nodes at the same moment.
func TestTwoAtOnceOneWinner(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		r := b.mustSave(t, named("Cafe", "10.99.0.2/32"))
		nodes := []*Service{b.Service, b.other(t)}
		for range 10 {
			token := b.link(t, r.ID, "x")
			scripts, failures := make([]string, 8), make([]error, 8)
			var group sync.WaitGroup
			for i := range scripts {
				group.Go(func() { scripts[i], failures[i] = nodes[i%2].Redeem(context.Background(), token, plainWriter{}) })
			}
			group.Wait()
			won := ""
			for i, script := range scripts {
				if script != "" && won != "" {
					t.Fatal("two winners")
				}
				if script == "" && fault.KeyOf(failures[i]) != "setup.link" {
					t.Errorf("a loser heard %v", failures[i])
				}
				won += script
			}
			if err := b.Refresh(context.Background()); err != nil {
				t.Fatal(err)
			}
			if now, _ := b.Get(r.ID); won != "x "+now.Secret+" mtandao "+now.APIPassword {
				t.Errorf("the winner's script %q is not what is stored", won)
			}
		}
	})
}

// Of lines that several people make at once, only one is ever good.
func TestLinksMadeAtOnceLeaveOneThatWorks(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		r := b.mustSave(t, named("Cafe", "10.99.0.2/32"))
		for range 10 {
			var made sync.WaitGroup
			for range 8 {
				made.Go(func() {
					err := b.db.InTx(context.Background(), func(tx *db.Tx) error {
						_, err := b.MakeLink(tx, r.ID, "hotspot on ether4")
						return err
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			made.Wait()
			var waiting int64
			if err := b.db.Read(context.Background()).Model(&linkRow{}).Where("router_id = ? AND used_at IS NULL", r.ID).Count(&waiting).Error; err != nil || waiting != 1 {
				t.Fatalf("%d links wait, %v", waiting, err)
			}
		}
	})
}
