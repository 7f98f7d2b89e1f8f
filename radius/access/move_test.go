package access

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// named gives a grant that a PPPoE name reaches, and returns it.
func (h *house) named(devices int) Given {
	h.Helper()
	l := hour
	l.Devices = devices
	given := h.give(h.offer("n", "home", l, ""))
	h.tx(func(tx *db.Tx) error { return h.NameLogin(tx, given.GrantID, "Asha@home", "siri") })
	return given
}

// movesOf lists how devices came off the slots of a grant, the newest first.
func (h *house) movesOf(ctx context.Context, grantID int64) ([]moved, error) {
	var all []moved
	err := h.db.Read(ctx).Where("grant_id = ?", grantID).Order("at DESC").Limit(50).Find(&all).Error
	return all, db.Fault(err)
}

func (h *house) move(grantID int64, n int, to MAC) error {
	return h.db.InTx(context.Background(), func(tx *db.Tx) error { return h.Move(tx, grantID, n, to) })
}

func TestOfANameTheNewDeviceWins(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.named(1)
		h.wantCause("first", h.byName("asha@home", "siri", phone), CauseOK)
		h.wantCause("second", h.byName("asha@home", "siri", laptop), CauseOK)
		if _, slots, _ := h.view(given.GrantID); len(slots) != 1 || slots[0].MAC != laptop {
			t.Errorf("slots %+v", slots)
		}
		freed := h.emitted(GrantChanged, given.GrantID)
		if len(freed) != 1 || !strings.Contains(freed[0], string(phone)) || !strings.Contains(freed[0], string(CauseSlotFreed)) {
			t.Errorf("told %v", freed)
		}
		h.wantCause("a wrong secret takes nothing", h.byName("asha@home", "nini", tablet), CauseWrongSecret)
		moves, err := h.movesOf(context.Background(), given.GrantID)
		if err != nil || len(moves) != 1 || moves[0].FromMAC != phone || moves[0].ToMAC != laptop || moves[0].How != MovedByName {
			t.Errorf("moves %+v %v", moves, err)
		}
	})
}

func TestOfTwoDevicesTheOneBoundFirstGivesWay(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.named(2)
		h.byName("asha@home", "siri", phone)
		h.plan.Advance(time.Minute)
		h.byName("asha@home", "siri", laptop)
		h.plan.Advance(time.Minute)
		h.wantCause("third", h.byName("asha@home", "siri", tablet), CauseOK)
		if _, slots, _ := h.view(given.GrantID); slots[0].MAC != tablet || slots[1].MAC != laptop {
			t.Errorf("slots %+v", slots)
		}
	})
}

func TestACodeIsNotTakenFromADevice(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "hour", hour, phone))
		h.byMAC(phone)
		h.wantCause("another device", h.byName(h.code(given.GrantID), "", laptop), CauseDevicesFull)
	})
}

func TestFlappingIsSeen(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.named(1)
		for i := range 7 {
			h.wantCause("log-in", h.byName("asha@home", "siri", []MAC{phone, laptop}[i%2]), CauseOK)
			h.plan.Advance(time.Minute)
		}
		flaps, err := h.Flapping(context.Background())
		if err != nil || len(flaps) != 1 || flaps[0] != (Flap{given.GrantID, 6}) {
			t.Errorf("flaps %+v %v", flaps, err)
		}
		h.plan.Advance(2 * time.Hour)
		if flaps, _ := h.Flapping(context.Background()); len(flaps) != 0 {
			t.Errorf("long over: %+v", flaps)
		}
	})
}

func TestTwoDevicesWithOneNameAtOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.named(1)
		together(12, func(i int) {
			h.wantCause("log-in", h.byName("asha@home", "siri", MAC(fmt.Sprintf("0b00000000%02d", i))), CauseOK)
		})
		_, slots, _ := h.view(given.GrantID)
		moves, err := h.movesOf(context.Background(), given.GrantID)
		if err != nil || len(slots) != 1 || slots[0].MAC == "" || len(moves) != 11 {
			t.Errorf("slots %+v after %d moves, %v", slots, len(moves), err)
		}
		h.wantCause("the last is bound", h.byName("asha@home", "siri", slots[0].MAC), CauseOK)
		if again, _ := h.movesOf(context.Background(), given.GrantID); len(again) != 11 {
			t.Error("a bound device takes nothing")
		}
	})
}

func TestASlotMovesFiveTimesADay(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "hour", Limits{Time: 240 * time.Hour, TimeKind: Calendar}, phone))
		h.byMAC(phone)
		if err := h.move(given.GrantID, 2, laptop); fault.KeyOf(err) != "grant.no_slot" {
			t.Error(err)
		}
		if err := h.move(given.GrantID, 1, phone); err != nil || len(h.emitted(GrantChanged, given.GrantID)) != 0 {
			t.Error("to itself", err)
		}
		for i := range 5 {
			if err := h.move(given.GrantID, 1, MAC(fmt.Sprintf("0b00000000%02d", i))); err != nil {
				t.Fatal(i, err)
			}
		}
		if err := h.move(given.GrantID, 1, laptop); fault.KeyOf(err) != "grant.moved_enough" || !fault.Is(err, fault.TooMany) {
			t.Error(err)
		}
		if err := h.move(given.GrantID, 1, ""); fault.KeyOf(err) != "grant.moved_enough" {
			t.Error("to free a slot and fill it is a move too:", err)
		}
		h.wantCause("the last", h.byMAC("0b0000000004"), CauseOK)
		h.wantCause("the first", h.byMAC(phone), CauseUnknown)
		h.plan.Advance(24*time.Hour + time.Minute)
		if err := h.move(given.GrantID, 1, laptop); err != nil {
			t.Error("tomorrow", err)
		}
		h.wantEmitted(given.GrantID, map[string]int{GrantOpened: 1, GrantChanged: 6})
	})
}

func TestManyMovesAtOnceKeepTheLimit(t *testing.T) {
	eachHouse(t, func(h *house) {
		l := hour
		l.Devices = 1
		given := h.give(h.offer("1", "hour", l, phone))
		results := make([]error, 15)
		together(len(results), func(i int) {
			results[i] = h.move(given.GrantID, 1, MAC(fmt.Sprintf("0b00000000%02d", i)))
		})
		won := 0
		for _, err := range results {
			if err == nil {
				won++
			} else if fault.KeyOf(err) != "grant.moved_enough" {
				t.Error(err)
			}
		}
		if won != 5 {
			t.Errorf("%d moves, want 5", won)
		}
	})
}
