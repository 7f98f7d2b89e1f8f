package access

import (
	"testing"
	"time"

	"mtandao/internal/db"
)

func TestAPlanChangesWhileItRuns(t *testing.T) {
	eachHouse(t, func(h *house) {
		l := Limits{DownKbps: 1000, UpKbps: 500, DataBytes: 1000, Valid: 24 * time.Hour, Devices: 2}
		given := h.give(h.offer("1", "small", l, phone))
		h.byMAC(phone)
		h.plan.Advance(time.Minute)
		h.tx(func(tx *db.Tx) error { return h.BindDevice(tx, given.GrantID, laptop) })
		h.tx(func(tx *db.Tx) error { return h.Use(tx, []Used{{GrantID: given.GrantID, Bytes: 400}}) })
		changeTo := func(plan string, edit func(*Limits)) {
			h.Helper()
			wanted := l
			edit(&wanted)
			h.tx(func(tx *db.Tx) error { return h.ChangePlan(tx, given.GrantID, plan, wanted) })
		}
		changeTo("large", func(l *Limits) { l.DownKbps, l.DataBytes, l.Valid, l.Devices = 9000, 5000, 48*time.Hour, 3 })
		g, slots, left := h.view(given.GrantID)
		if g.Plan != "large" || g.Limits.DownKbps != 9000 || left.Bytes != 4600 || len(slots) != 3 || !g.Until.Equal(g.FirstUsedAt.Add(48*time.Hour)) {
			t.Errorf("%+v %+v %+v", g, slots, left)
		}
		h.wantCause("a third device", h.byName(h.code(given.GrantID), "", tablet), CauseOK)
		changeTo("one", func(l *Limits) { l.Devices = 1 })
		if _, slots, _ = h.view(given.GrantID); len(slots) != 1 || slots[0].MAC != tablet {
			t.Errorf("slots %+v", slots)
		}
		h.wantCause("the first device", h.byMAC(phone), CauseUnknown)
		h.wantCause("the last device", h.byMAC(tablet), CauseOK)
	})
}
