package access

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

func TestModels(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &grantRow{}, &slotRow{}, &sourceRow{}, &deviceRow{}, &loginRow{}, &moved{}, &ownRow{}, &deviceNameRow{})
	})
}

func TestFirstUseStartsTheClock(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "hour", hour, phone))
		if given.How != GivenNew {
			t.Errorf("given %s", given.How)
		}
		h.wantEmitted(given.GrantID, map[string]int{GrantOpened: 1})
		h.plan.Advance(48 * time.Hour)
		g, slots, left := h.view(given.GrantID)
		if g.State != Dormant || !g.UnusedUntil.Equal(noon.Add(waitsFor)) || slots[0].MAC != phone || left.Time != time.Hour || g.Place.IP != "10.0.0.9" {
			t.Errorf("before: %+v, %+v, %+v", g, slots, left)
		}
		first := h.byMAC(phone)
		h.wantCause("first use", first, CauseOK)
		h.plan.Advance(20 * time.Minute)
		again := h.byMAC(phone)
		h.wantCause("again", again, CauseOK)
		if first.Left.Time != time.Hour || again.Left.Time != 40*time.Minute || again.Grant.Version != first.Grant.Version {
			t.Errorf("left %v, then %v; versions %d, %d", first.Left, again.Left, first.Grant.Version, again.Grant.Version)
		}
		g, _, _ = h.view(given.GrantID)
		if g.State != Active || !g.FirstUsedAt.Equal(noon.Add(48*time.Hour)) || !g.Until.Equal(noon.Add(49*time.Hour)) || g.Version != again.Grant.Version {
			t.Errorf("after: %+v", g)
		}
		h.plan.Advance(40 * time.Minute)
		h.wantCause("over, not yet swept", h.byMAC(phone), CauseTimeUsed)
		h.sweep()
		h.sweep()
		h.wantCause("swept", h.byMAC(phone), CauseUnknown)
		h.wantCause("swept, by code", h.byName(h.code(given.GrantID), "", phone), CauseTimeUsed)
		h.wantEmitted(given.GrantID, map[string]int{GrantOpened: 1, GrantEnded: 1})
		if got := h.emitted(GrantEnded, given.GrantID)[0]; got != fmt.Sprintf(`{"GrantID":%d,"RouterID":7,"MAC":"0a0000000001","IP":"10.0.0.9","Cause":"time_used"}`, given.GrantID) {
			t.Errorf("fact is %s", got)
		}
	})
}

func TestUnusedGrantLapses(t *testing.T) {
	eachHouse(t, func(h *house) {
		o := h.offer("1", "hour", hour, phone)
		o.UnusedFor = time.Hour
		given := h.give(o)
		h.plan.Advance(time.Hour - time.Millisecond)
		h.sweep()
		h.wantEmitted(given.GrantID, map[string]int{GrantOpened: 1})
		h.plan.Advance(time.Millisecond)
		h.wantCause("on the instant", h.byMAC(phone), CauseExpired)
		h.sweep()
		if g, _, _ := h.view(given.GrantID); g.State != Ended || g.EndCause != "expired" || !g.FirstUsedAt.IsZero() {
			t.Errorf("%+v", g)
		}
	})
}

func TestSuspendAndResume(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "hour", hour, phone))
		change := func(fn func(*db.Tx, int64) (bool, error)) (won bool) {
			h.tx(func(tx *db.Tx) (err error) {
				won, err = fn(tx, given.GrantID)
				return err
			})
			return won
		}
		if change(h.Suspend) {
			t.Error("a dormant grant was suspended")
		}
		h.wantCause("in", h.byMAC(phone), CauseOK)
		if !change(h.Suspend) || change(h.Suspend) {
			t.Error("suspend: want once")
		}
		h.wantCause("suspended", h.byMAC(phone), CauseSuspended)
		if !change(h.Resume) || change(h.Resume) {
			t.Error("resume: want once")
		}
		h.wantCause("resumed", h.byMAC(phone), CauseOK)
		change(h.Suspend)
		h.plan.Advance(time.Hour)
		h.sweep()
		if g, _, _ := h.view(given.GrantID); g.State != Ended {
			t.Errorf("its calendar stood still: %+v", g)
		}
		if change(h.Resume) {
			t.Error("an ended grant was resumed")
		}
		h.wantEmitted(given.GrantID, map[string]int{GrantOpened: 1, GrantSuspended: 2, GrantResumed: 1, GrantEnded: 1})
	})
}

func TestSlots(t *testing.T) {
	eachHouse(t, func(h *house) {
		two := hour
		two.Devices = 2
		given := h.give(h.offer("1", "two", two, phone))
		code := h.code(given.GrantID)
		h.wantCause("second device", h.byName(code, "", laptop), CauseOK)
		h.wantCause("third device", h.byName(code, "", tablet), CauseDevicesFull)
		bind := func(mac MAC) error {
			return h.db.InTx(context.Background(), func(tx *db.Tx) error { return h.BindDevice(tx, given.GrantID, mac) })
		}
		free := func(n int) error {
			return h.db.InTx(context.Background(), func(tx *db.Tx) error { return h.FreeSlot(tx, given.GrantID, n) })
		}
		if err := bind(tablet); fault.KeyOf(err) != "grant.devices_full" || bind(laptop) != nil {
			t.Errorf("binding to a full grant: %v", err)
		}
		for range 2 { // the second time changes nothing
			if err := free(2); err != nil {
				t.Error(err)
			}
		}
		if err := free(3); fault.KeyOf(err) != "grant.no_slot" {
			t.Errorf("freeing a slot there is not: %v", err)
		}
		if got := h.emitted(GrantChanged, given.GrantID); len(got) != 1 || got[0] != fmt.Sprintf(`{"GrantID":%d,"RouterID":7,"MAC":"0a0000000002","IP":"","Cause":"slot_freed"}`, given.GrantID) {
			t.Errorf("facts %v", got)
		}
		h.wantCause("freed device", h.byMAC(laptop), CauseUnknown)
		if err := bind(tablet); err != nil {
			t.Error(err)
		}
		h.wantCause("bound device", h.byMAC(tablet), CauseOK)
		h.tx(func(tx *db.Tx) error { _, err := h.End(tx, given.GrantID, "refunded"); return err })
		if fault.KeyOf(bind(laptop)) != "grant.ended" || fault.KeyOf(free(1)) != "grant.ended" {
			t.Error("slots of an ended grant were changed")
		}
		if _, slots, _ := h.view(given.GrantID); slots[0].MAC != phone || slots[1].MAC != tablet {
			t.Errorf("the ended grant forgot its devices: %+v", slots)
		}
	})
}

func TestUseEndsAtTheCap(t *testing.T) {
	online := Limits{Time: time.Hour, TimeKind: Online, DataBytes: 1000}
	eachHouse(t, func(h *house) {
		use := func(id int64, d time.Duration, bytes int64) {
			h.Helper()
			h.tx(func(tx *db.Tx) error { return h.Use(tx, []Used{{GrantID: id, Time: d, Bytes: bytes}}) })
		}
		byData, byTime := h.give(h.offer("1", "a", online, phone)), h.give(h.offer("2", "b", online, laptop))
		h.byMAC(phone)
		h.byMAC(laptop)
		use(byData.GrantID, time.Minute, 999)
		if a := h.byMAC(phone); a.Cause != CauseOK || a.Left != (Left{59 * time.Minute, 1, true, true}) {
			t.Errorf("one byte left: %+v", a)
		}
		use(byData.GrantID, 0, 1)
		use(byData.GrantID, time.Second, 5)
		use(byTime.GrantID, time.Hour, 10)
		for given, cause := range map[Given]string{byData: "data_used", byTime: "time_used"} {
			if g, _, _ := h.view(given.GrantID); g.State != Ended || g.EndCause != cause {
				t.Errorf("%s: %+v", cause, g)
			}
			h.wantEmitted(given.GrantID, map[string]int{GrantOpened: 1, GrantEnded: 1})
		}
		if g, _, _ := h.view(byData.GrantID); g.UsedBytes != 1005 || g.UsedTime != 61*time.Second {
			t.Errorf("late use: %d bytes, %v", g.UsedBytes, g.UsedTime)
		}
		unknown := h.db.InTx(context.Background(), func(tx *db.Tx) error {
			return h.Use(tx, []Used{{GrantID: 1, Bytes: 1}, {GrantID: byTime.GrantID, Bytes: 1}})
		})
		negative := h.db.InTx(context.Background(), func(tx *db.Tx) error {
			return h.Use(tx, []Used{{GrantID: byTime.GrantID, Time: -time.Second, Bytes: 1}})
		})
		if unknown != nil || fault.KeyOf(negative) != "grant.use" {
			t.Errorf("%v, %v", unknown, negative)
		}
		if g, _, _ := h.view(byTime.GrantID); g.UsedBytes != 11 {
			t.Errorf("%d octets counted beside a grant that is not there", g.UsedBytes)
		}
	})
}

func TestLiveFor(t *testing.T) {
	eachHouse(t, func(h *house) {
		active := h.give(h.offer("1", "hour", hour, phone))
		h.byMAC(phone)
		queued := h.give(h.offer("2", "day", Limits{Time: 24 * time.Hour}, phone))
		elsewhere := h.offer("3", "hour", hour, phone)
		elsewhere.SiteID = h.there
		h.give(elsewhere)
		got, err := h.LiveFor(context.Background(), h.here, phone)
		if err != nil || len(got) != 2 || got[0].ID != active.GrantID || got[1].ID != queued.GrantID {
			t.Errorf("%+v, %v", got, err)
		}
		h.plan.Advance(time.Hour)
		if got, _ = h.LiveFor(context.Background(), h.here, phone); len(got) != 1 || got[0].ID != queued.GrantID {
			t.Errorf("after the hour: %+v", got)
		}
	})
}

// TestActiveAt: a record that is applied late belongs to the grant that its device used then, not to the one after it, and not to one that waited or ended unused.
func TestActiveAt(t *testing.T) {
	eachHouse(t, func(h *house) {
		first := h.give(h.offer("1", "hour", hour, phone))
		h.byMAC(phone)
		elsewhere := h.offer("2", "day", Limits{Time: 24 * time.Hour}, phone)
		elsewhere.SiteID = h.there
		h.give(elsewhere)
		unused := h.give(h.offer("4", "day", Limits{Time: 24 * time.Hour}, phone))
		h.plan.Advance(time.Hour)
		h.sweep()
		h.tx(func(tx *db.Tx) error { _, err := h.End(tx, unused.GrantID, "refunded"); return err })
		h.plan.Advance(time.Minute)
		second := h.give(h.offer("3", "hour", hour, phone))
		h.plan.Advance(time.Minute)
		h.byMAC(phone)
		for at, want := range map[time.Duration]int64{-time.Minute: 0, -time.Second: first.GrantID, 0: first.GrantID, 59 * time.Minute: first.GrantID, 61 * time.Minute: 0, 62 * time.Minute: second.GrantID, 70 * time.Minute: second.GrantID} {
			got, err := h.ActiveAt(context.Background(), h.here, phone, noon.Add(at))
			if err != nil || (want == 0) != (len(got) == 0) || want != 0 && (len(got) != 1 || got[0].ID != want) {
				t.Errorf("at %v: %+v, %v, not %d", at, got, err, want)
			}
		}
		if got, err := h.ActiveAt(context.Background(), h.here, laptop, noon.Add(time.Minute)); err != nil || len(got) != 0 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestSweepPages(t *testing.T) {
	h := newHouse(t, testdb.SQLite(t))
	SeedForBench(t, h.db, h.keys, sweepPage+sweepAtOnce+3, noon, h.here)
	h.plan.Advance(25 * time.Hour)
	h.sweep()
	var live int
	if err := h.db.SQL().QueryRow("SELECT COUNT(*) FROM grants WHERE state <> 'ended'").Scan(&live); err != nil || live != 0 {
		t.Errorf("%d live after the sweep, %v", live, err)
	}
}
