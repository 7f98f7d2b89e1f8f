package access

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// TestASlowedLine: no plan, no night and no fair share makes it faster, and afterwards it is what its plan says by then.
func TestASlowedLine(t *testing.T) {
	eachHouse(t, func(h *house) {
		id := h.home("1", "")
		slow := func(kbps int64) (done bool) {
			h.tx(func(tx *db.Tx) (err error) { done, err = h.Slow(tx, id, kbps); return err })
			return done
		}
		speed := func(what string, up, down int64) {
			t.Helper()
			g, _, _ := h.view(id)
			if got := g.Terms(h.plan.Now(), clock.Nairobi); got.UpKbps != up || got.DownKbps != down || g.SlowedKbps != 0 && got.Burst != (Burst{}) {
				t.Errorf("%s: %+v, want %d and %d", what, got, up, down)
			}
			in := h.wantDial(what, "home1", CauseOK, false).Grant
			if got := in.Terms(h.plan.Now(), clock.Nairobi); got.UpKbps != up || got.DownKbps != down {
				t.Errorf("%s, from memory: %+v", what, got)
			}
		}
		speed("at first", 2000, 5000)
		if !slow(3000) || slow(3000) {
			t.Error("not slowed, or twice")
		}
		speed("slowed to less than one way", 2000, 3000)
		h.tx(func(tx *db.Tx) error {
			return h.ChangePlan(tx, id, "home-50m", Limits{Burst: Burst{DownKbps: 90_000, DownThresholdKbps: 1000, Over: time.Minute}, UpKbps: 20_000, DownKbps: 50_000,
				Night: Night{Hours: Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: 22 * 60, To: 6 * 60}}, UpKbps: 80_000, DownKbps: 80_000}})
		})
		speed("on another plan", 3000, 3000)
		h.plan.Advance(12 * time.Hour)
		speed("by night", 3000, 3000)
		h.tx(func(tx *db.Tx) error { _, err := h.Bar(tx, id, Garden); return err })
		h.wantDial("barred besides", "home1", CauseArrears, true)
		h.tx(func(tx *db.Tx) error { _, err := h.Unbar(tx, id); return err })
		speed("back, and slow still", 3000, 3000)
		h.plan.Advance(12 * time.Hour)
		if !slow(0) || slow(0) {
			t.Error("not let go, or twice")
		}
		speed("afterwards", 20_000, 50_000)
		if err := h.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := h.Slow(tx, id, -1); return err }); fault.KeyOf(err) != "grant.slowed" {
			t.Error(err)
		}
		other := h.give(h.offer("o1", "hour", Limits{Time: time.Hour}, "02aabbccdd77")).GrantID
		if err := h.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := h.Slow(tx, other, 100); return err }); fault.KeyOf(err) != "grant.not_standing" {
			t.Error(err)
		}
	})
}

// TestSlowedOnce: of many who slow one line, one has done it.
func TestSlowedOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		id := h.home("1", "")
		var all sync.WaitGroup
		var won atomic.Int64
		for range 20 {
			all.Go(func() {
				err := h.db.InTx(context.Background(), func(tx *db.Tx) error {
					done, err := h.Slow(tx, id, 512)
					if done {
						tx.AfterCommit(func() { won.Add(1) })
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if g, _, _ := h.view(id); won.Load() != 1 || g.SlowedKbps != 512 {
			t.Errorf("%d slowed it, to %d", won.Load(), g.SlowedKbps)
		}
	})
}
