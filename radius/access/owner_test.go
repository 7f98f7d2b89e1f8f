package access

import (
	"testing"
	"time"

	"mtandao/internal/db"
)

// A device's address is a claim: who buys the same plan for it must not get at what its own person has.
func TestAnotherOwnersPurchaseStaysApart(t *testing.T) {
	eachHouse(t, func(h *house) {
		mine := h.offer("1", "hour", hour, phone)
		mine.Owner = "wanjiku"
		first := h.give(mine)
		theirs := h.offer("2", "hour", hour, phone)
		theirs.Owner = "thief"
		if got := h.give(theirs); got.How != GivenNew || got.GrantID == first.GrantID {
			t.Errorf("another owner's purchase was given %+v", got)
		}
		mine.Source.Key = "3"
		if got := h.give(mine); got != (Given{first.GrantID, GivenStacked}) {
			t.Errorf("the owner's second purchase was given %+v", got)
		}
		if g, _, _ := h.view(first.GrantID); g.Limits.Time != 2*time.Hour || g.Owner != "wanjiku" {
			t.Errorf("the owner has %+v", g)
		}
	})
}

// Somebody put another's device on a plan of their own: its person's purchase is not theirs.
func TestPurchaseForADeviceOnAnothersPlan(t *testing.T) {
	eachHouse(t, func(h *house) {
		two := hour
		two.Devices = 2
		trap := h.offer("1", "hour", two, "02aabbccddee")
		trap.Owner = "thief"
		set := h.give(trap)
		h.tx(func(tx *db.Tx) error { return h.BindDevice(tx, set.GrantID, phone) })
		bought := h.offer("2", "hour", two, phone)
		bought.Owner = "wanjiku"
		if got := h.give(bought); got.How != GivenNew {
			t.Errorf("the purchase was given %+v", got)
		}
		h.wantEmitted(set.GrantID, map[string]int{GrantOpened: 1})
	})
}

// A purchase that waits behind a plan its device is taken off would wait for what it cannot use.
func TestFreedDeviceNeedNotWait(t *testing.T) {
	eachHouse(t, func(h *house) {
		two := hour
		two.Devices = 2
		first := h.give(h.offer("1", "hour", two, "02aabbccddee"))
		h.tx(func(tx *db.Tx) error { return h.BindDevice(tx, first.GrantID, phone) })
		own := h.give(h.offer("2", "day", hour, phone))
		others := h.give(h.offer("3", "day", hour, "02aabbccddee"))
		if own.How != GivenQueued || others.How != GivenQueued {
			t.Fatalf("given %+v and %+v", own, others)
		}
		h.tx(func(tx *db.Tx) error { return h.FreeSlot(tx, first.GrantID, 2) })
		if g, _, _ := h.view(own.GrantID); g.AfterGrantID != 0 || g.UnusedUntil.IsZero() {
			t.Errorf("still waits: %+v", g)
		}
		if g, _, _ := h.view(others.GrantID); g.AfterGrantID != first.GrantID {
			t.Errorf("the other device's waits no longer: %+v", g)
		}
		h.wantEmitted(own.GrantID, map[string]int{GrantOpened: 1})
	})
}
