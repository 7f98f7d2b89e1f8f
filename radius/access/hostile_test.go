package access

import (
	"context"
	"sync"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

func TestWhatIsOverCannotBeGiven(t *testing.T) {
	eachHouse(t, func(h *house) {
		o := h.offer("1", "festival", Limits{ValidUntil: h.plan.Now().Add(time.Hour), Devices: 1}, phone)
		first := h.give(o)
		h.plan.Advance(time.Hour)
		if again := h.give(o); again != first {
			t.Fatalf("the same source again: %+v, first %+v", again, first)
		}
		o.Source.Key = "2"
		err := h.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := h.Give(tx, o); return err })
		if !fault.Is(err, fault.Invalid) || fault.KeyOf(err) != "grant.ended" {
			t.Fatal(err)
		}
	})
}

func TestAOnceLoginSeenOnTheAirIsWorthNothing(t *testing.T) {
	eachHouse(t, func(h *house) {
		plan := hour
		plan.Devices = 2
		given := h.give(h.offer("1", "hour", plan, phone))
		var name, secret string
		h.tx(func(tx *db.Tx) (err error) {
			name, secret, err = h.OnceLogin(tx, given.GrantID, time.Minute)
			return err
		})
		if a := h.byName(name, secret, phone); a.Cause != CauseOK {
			t.Fatalf("%+v", a)
		}
		if a := h.byName(name, secret, laptop); a.Cause == CauseOK {
			t.Fatal("replayed by another device, with a slot free")
		}
		h.protocol.Advance(onceAgain)
		if a := h.byName(name, secret, phone); a.Cause == CauseOK {
			t.Fatal("replayed by its own device long after")
		}
	})
}

func TestAOnceLoginDiesUnused(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "hour", hour, phone))
		var name, secret string
		h.tx(func(tx *db.Tx) (err error) {
			name, secret, err = h.OnceLogin(tx, given.GrantID, time.Minute)
			return err
		})
		h.protocol.Advance(time.Minute)
		if a := h.byName(name, secret, phone); a.Cause == CauseOK {
			t.Fatal("used after its time")
		}
	})
}

// TestManyPeopleOnOneCode: twenty devices type the code of a one-device plan at the same instant.
func TestManyPeopleOnOneCode(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "hour", hour, ""))
		code, err := h.CodeOf(context.Background(), given.GrantID)
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var all sync.WaitGroup
		let := 0
		for n := range 20 {
			mac := MAC("0a00000001" + string("0123456789abcdefghij"[n/10]) + string("0123456789"[n%10]))
			all.Go(func() {
				if h.byName(code, "", mac).Cause == CauseOK {
					mu.Lock()
					let++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if let != 1 {
			t.Fatalf("%d devices were let in on a plan of one", let)
		}
	})
}

func TestUseAfterTheEndReopensNothing(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "hour", hour, phone))
		h.byMAC(phone)
		h.tx(func(tx *db.Tx) error { _, err := h.Suspend(tx, given.GrantID); return err })
		h.tx(func(tx *db.Tx) error { _, err := h.End(tx, given.GrantID, CauseEnded); return err })
		h.tx(func(tx *db.Tx) error {
			return h.Use(tx, []Used{{GrantID: given.GrantID, Time: time.Minute, Bytes: 1 << 40}})
		})
		h.tx(func(tx *db.Tx) error {
			if resumed, err := h.Resume(tx, given.GrantID); err != nil || resumed {
				t.Errorf("an ended grant resumed: %v", err)
			}
			return nil
		})
		g, _, _, err := h.View(context.Background(), given.GrantID)
		if err != nil || g.State != Ended || g.UsedBytes != 1<<40 || g.EndCause != string(CauseEnded) {
			t.Fatalf("%+v %v", g, err)
		}
		if a := h.byMAC(phone); a.Cause == CauseOK {
			t.Fatal("online on an ended grant")
		}
	})
}

// TestAPurchaseAtTheMomentTheFirstEnds: whichever comes first, what was paid for can be used.
func TestAPurchaseAtTheMomentTheFirstEnds(t *testing.T) {
	eachHouse(t, func(h *house) {
		day := hour
		day.Time = 24 * time.Hour
		for round := range 12 {
			key := string(rune('a' + round))
			first := h.give(h.offer(key+"1", "hour", hour, phone))
			if a := h.byMAC(phone); a.Cause != CauseOK {
				t.Fatalf("%+v", a)
			}
			h.plan.Advance(time.Hour - time.Second)
			var all sync.WaitGroup
			all.Go(func() {
				_ = h.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := h.End(tx, first.GrantID, CauseTimeUsed); return err })
			})
			var second Given
			all.Go(func() { second = h.give(h.offer(key+"2", "day", day, phone)) })
			all.Wait()
			if a := h.byMAC(phone); a.Cause != CauseOK || a.Grant.ID != second.GrantID {
				t.Fatalf("round %d: second %+v, let in as %+v", round, second, a)
			}
			h.tx(func(tx *db.Tx) error { _, err := h.End(tx, second.GrantID, CauseEnded); return err })
		}
	})
}
