package access

import (
	"context"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

func TestSameSourceGetsItsFirstAnswer(t *testing.T) {
	eachHouse(t, func(h *house) {
		o := h.offer("1", "hour", hour, phone)
		first := h.give(o)
		h.byMAC(phone)
		again := o
		again.Place.IP, again.Place.RouterID = "10.9.9.9", 8 // seen elsewhere meanwhile
		if got := h.give(again); got != first {
			t.Errorf("%+v, want %+v", got, first)
		}
		other := o
		other.Limits.Time = 2 * time.Hour
		err := h.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := h.Give(tx, other); return err })
		if !fault.Is(err, fault.Conflict) || fault.KeyOf(err) != "grant.source_used" {
			t.Errorf("another offer: %v", err)
		}
		if g, _, _ := h.view(first.GrantID); g.Limits.Time != time.Hour {
			t.Errorf("fed twice: %+v", g)
		}
		h.wantEmitted(first.GrantID, map[string]int{GrantOpened: 1})
	})
}

func TestOfferIsChecked(t *testing.T) {
	eachHouse(t, func(h *house) {
		for name, spoil := range map[string]func(*Offer){
			"no source": func(o *Offer) { o.Source.Key = "" },
			"long plan": func(o *Offer) { o.Plan = string(make([]byte, 65)) },
			"not ASCII": func(o *Offer) { o.Plan = "saa-é" },
			"bad limit": func(o *Offer) { o.Limits.DataBytes = -1 },
			"bad wait":  func(o *Offer) { o.UnusedFor = -1 },
		} {
			o := h.offer("1", "hour", hour, phone)
			spoil(&o)
			if err := h.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := h.Give(tx, o); return err }); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestSamePlanStacks(t *testing.T) {
	eachHouse(t, func(h *house) {
		l := Limits{Time: time.Hour, DataBytes: 1000, Valid: 24 * time.Hour, TimeKind: Calendar, Devices: 1}
		first := h.give(h.offer("1", "hour", l, phone))
		if got := h.give(h.offer("2", "hour", l, phone)); got != (Given{first.GrantID, GivenStacked}) {
			t.Errorf("on a dormant grant: %+v", got)
		}
		h.wantCause("first use", h.byMAC(phone), CauseOK)
		h.plan.Advance(90 * time.Minute)
		if got := h.give(h.offer("3", "hour", l, phone)); got != (Given{first.GrantID, GivenStacked}) {
			t.Errorf("on an active grant: %+v", got)
		}
		g, _, left := h.view(first.GrantID)
		if g.Limits.Time != 3*time.Hour || g.Limits.DataBytes != 3000 || g.Limits.Valid != 72*time.Hour || !g.Until.Equal(noon.Add(3*time.Hour)) {
			t.Errorf("%+v", g)
		}
		if left.Time != 90*time.Minute || left.Bytes != 3000 {
			t.Errorf("%+v", left)
		}
		h.wantEmitted(first.GrantID, map[string]int{GrantOpened: 1, GrantChanged: 2})
		h.plan.Advance(90 * time.Minute)
		if got := h.give(h.offer("4", "hour", l, phone)); got.How != GivenNew {
			t.Errorf("on what is over, not yet swept: %+v", got)
		}
	})
}

func TestSweepSparesWhatWasJustExtended(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "hour", hour, phone))
		h.byMAC(phone)
		stale, _, _ := h.view(given.GrantID)
		h.give(h.offer("2", "hour", hour, phone))
		h.plan.Advance(time.Hour)
		if err := h.sweepSome(context.Background(), []Grant{stale}, "until", h.plan.Now()); err != nil {
			t.Fatal(err)
		}
		h.wantCause("in the second hour", h.byMAC(phone), CauseOK)
	})
}

func TestOtherPlanQueues(t *testing.T) {
	eachHouse(t, func(h *house) {
		day := Limits{Time: 24 * time.Hour, DownKbps: 512}
		a := h.give(h.offer("1", "hour", hour, phone))
		h.wantCause("first", h.byMAC(phone), CauseOK)
		b := h.give(h.offer("2", "day", day, phone))
		c := h.give(h.offer("3", "week", Limits{Time: 168 * time.Hour}, phone))
		bg, _, _ := h.view(b.GrantID)
		cg, _, _ := h.view(c.GrantID)
		if b.How != GivenQueued || c.How != GivenQueued || bg.AfterGrantID != a.GrantID || cg.AfterGrantID != b.GrantID || !bg.UnusedUntil.IsZero() {
			t.Fatalf("b %+v, c %+v", bg, cg)
		}
		if got := h.give(h.offer("4", "day", day, phone)); got != (Given{b.GrantID, GivenStacked}) {
			t.Errorf("more of the waiting plan: %+v", got)
		}
		h.wantEmitted(b.GrantID, map[string]int{GrantChanged: 1})
		if got := h.byMAC(phone); got.Grant.ID != a.GrantID {
			t.Errorf("the MAC reaches %d while %d lives", got.Grant.ID, a.GrantID)
		}
		h.plan.Advance(time.Hour)
		h.sweep()
		h.wantEmitted(b.GrantID, map[string]int{GrantChanged: 1, GrantOpened: 1})
		h.wantEmitted(c.GrantID, map[string]int{})
		if bg, _, _ = h.view(b.GrantID); bg.AfterGrantID != 0 || !bg.UnusedUntil.Equal(h.plan.Now().Add(waitsFor)) || bg.State != Dormant {
			t.Errorf("opened: %+v", bg)
		}
		if got := h.byMAC(phone); got.Cause != CauseOK || got.Grant.ID != b.GrantID || got.Left.Time != 48*time.Hour {
			t.Errorf("its turn: %+v", got)
		}
	})
}

func TestQueueClosesUpWhenItsMiddleEnds(t *testing.T) {
	eachHouse(t, func(h *house) {
		a := h.give(h.offer("1", "hour", hour, phone))
		h.byMAC(phone)
		b := h.give(h.offer("2", "day", Limits{Time: 24 * time.Hour}, phone))
		c := h.give(h.offer("3", "week", Limits{Time: 168 * time.Hour}, phone))
		h.tx(func(tx *db.Tx) error { _, err := h.End(tx, b.GrantID, "refunded"); return err })
		if cg, _, _ := h.view(c.GrantID); cg.AfterGrantID != a.GrantID {
			t.Errorf("c waits for %d", cg.AfterGrantID)
		}
		h.wantEmitted(c.GrantID, map[string]int{})
		h.tx(func(tx *db.Tx) error { _, err := h.End(tx, a.GrantID, "refunded"); return err })
		h.wantEmitted(c.GrantID, map[string]int{GrantOpened: 1})
	})
}

func TestQueuedGrantMayBeStartedByItsCode(t *testing.T) {
	eachHouse(t, func(h *house) {
		a := h.give(h.offer("1", "day", Limits{Time: 24 * time.Hour}, phone))
		h.byMAC(phone)
		b := h.give(h.offer("2", "hour", hour, phone))
		if got := h.byName(h.code(b.GrantID), "", phone); got.Cause != CauseOK || got.Grant.ID != b.GrantID {
			t.Errorf("by code: %+v", got)
		}
		h.plan.Advance(time.Hour)
		h.sweep()
		if got := h.byMAC(phone); got.Grant.ID != a.GrantID || got.Cause != CauseOK {
			t.Errorf("back on the first: %+v", got)
		}
	})
}

func TestFit(t *testing.T) {
	g := func(id int64, plan string, state State, change func(*Grant)) Grant {
		v := Grant{ID: id, SiteID: 1, Plan: plan, State: state, Limits: hour, FirstUsedAt: noon, Until: noon.Add(time.Hour)}
		if state == Dormant {
			v.FirstUsedAt, v.Until = time.Time{}, time.Time{}
		}
		if change != nil {
			change(&v)
		}
		return v
	}
	closed := func(v *Grant) { v.Limits.Hours = Hours{{Days: everyDay, From: 0, To: 60}} }
	offer := Offer{SiteID: 1, Plan: "hour", Limits: hour}
	tests := []struct {
		name string
		live []Grant
		how  string
		id   int64
	}{
		{"nothing", nil, GivenNew, 0},
		{"the same, active before dormant", []Grant{g(9, "hour", Dormant, nil), g(5, "hour", Active, nil)}, GivenStacked, 5},
		{"the same though another runs", []Grant{g(9, "hour", Dormant, nil), g(5, "day", Active, nil)}, GivenStacked, 9},
		{"another: behind the last", []Grant{g(5, "day", Active, nil), g(9, "week", Dormant, nil)}, GivenQueued, 9},
		{"another, closed at this hour", []Grant{g(5, "day", Active, closed)}, GivenNew, 0},
		{"the same, closed at this hour, has other limits", []Grant{g(5, "hour", Active, closed)}, GivenNew, 0},
		{"suspended", []Grant{g(5, "hour", Suspended, nil)}, GivenNew, 0},
		{"at another site", []Grant{g(5, "hour", Active, func(v *Grant) { v.SiteID = 2 })}, GivenNew, 0},
		{"of every site: behind it, not onto it", []Grant{g(5, "hour", Active, func(v *Grant) { v.SiteID = 0 })}, GivenQueued, 5},
		{"of another segment", []Grant{g(5, "hour", Active, func(v *Grant) { v.Segment = "home" })}, GivenQueued, 5},
		{"sold faster meanwhile", []Grant{g(5, "hour", Active, func(v *Grant) { v.Limits.DownKbps = 1 })}, GivenQueued, 5},
		{"of another owner", []Grant{g(5, "hour", Active, func(v *Grant) { v.Owner = "another" })}, GivenNew, 0},
		{"another plan of another owner", []Grant{g(5, "day", Dormant, func(v *Grant) { v.Owner = "another" })}, GivenNew, 0},
		{"over", []Grant{g(5, "hour", Active, func(v *Grant) { v.Until = noon })}, GivenNew, 0},
	}
	for _, tt := range tests {
		if how, got := fit(offer, tt.live, noon, time.UTC); how != tt.how || got.ID != tt.id {
			t.Errorf("%s: %s %d, want %s %d", tt.name, how, got.ID, tt.how, tt.id)
		}
	}
}
