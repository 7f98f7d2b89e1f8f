package access

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

const gb = int64(1_000_000_000)

var (
	nairobiTime = time.FixedZone("EAT", 3*60*60)
	nightHours  = Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: 22 * 60, To: 6 * 60}}
)

func fairPlan() Limits {
	return Limits{UpKbps: 2000, DownKbps: 5000, Valid: 60 * 24 * time.Hour, TimeKind: Calendar, Devices: 1,
		FairUse: FairUse{Bytes: 10 * gb, Per: PerDay, UpKbps: 256, DownKbps: 512, RollOver: true}}
}

func local(day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour, minute, 0, 0, nairobiTime)
}

func TestFairUseSlowsUntilThePeriodEnds(t *testing.T) {
	g := Grant{Limits: fairPlan(), Fair: Fair{Start: local(10, 0, 0).UTC(), Used: 10 * gb}}
	slow := g.Terms(local(10, 15, 0), nairobiTime)
	if !slow.Slow || slow.DownKbps != 512 || slow.UpKbps != 256 || !slow.Until.Equal(local(11, 0, 0)) {
		t.Errorf("%+v", slow)
	}
	if fast := g.Terms(local(11, 0, 0), nairobiTime); fast.Slow || fast.DownKbps != 5000 || !fast.Until.IsZero() {
		t.Errorf("the next day: %+v", fast)
	}
	g.Fair.Used--
	if fast := g.Terms(local(10, 15, 0), nairobiTime); fast.Slow {
		t.Errorf("a byte before: %+v", fast)
	}
	g.Limits.FairUse.Per, g.Fair.Used = PerMonth, 20*gb
	g.Fair.Start = local(1, 0, 0).UTC()
	if slow := g.Terms(local(30, 23, 59), nairobiTime); !slow.Slow || !slow.Until.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, nairobiTime)) {
		t.Errorf("a month: %+v", slow)
	}
}

func TestRollOverKeepsOneAllowanceAtMost(t *testing.T) {
	f := fairPlan().FairUse
	start := func(day int) time.Time { return local(day, 0, 0).UTC() }
	for _, c := range []struct {
		name string
		was  Fair
		at   int
		want Fair
	}{
		{"nothing used yet", Fair{}, 10, Fair{Start: start(10)}},
		{"the same day", Fair{Start: start(10), Used: 3 * gb, More: gb}, 10, Fair{Start: start(10), Used: 3 * gb, More: gb}},
		{"a part is left", Fair{Start: start(10), Used: 3 * gb}, 11, Fair{Start: start(11), More: 7 * gb}},
		{"more than an allowance is left", Fair{Start: start(10), Used: gb, More: 10 * gb}, 11, Fair{Start: start(11), More: 10 * gb}},
		{"nothing is left", Fair{Start: start(10), Used: 14 * gb}, 11, Fair{Start: start(11)}},
		{"days without use", Fair{Start: start(10), Used: 14 * gb}, 13, Fair{Start: start(13), More: 10 * gb}},
		{"a clock that goes back", Fair{Start: start(10), Used: gb}, 9, Fair{Start: start(10), Used: gb}},
	} {
		if got := f.roll(c.was, local(c.at, 12, 0), nairobiTime); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
	f.RollOver = false
	if got := f.roll(Fair{Start: start(10), Used: gb}, local(11, 1, 0), nairobiTime); got != (Fair{Start: start(11)}) {
		t.Errorf("without it: %+v", got)
	}
}

func TestTheNightHasItsOwnTerms(t *testing.T) {
	l := fairPlan()
	l.DataBytes = 50 * gb
	l.Night = Night{Hours: nightHours, UpKbps: 8000, DownKbps: 20000, Free: true}
	if err := l.Check(); err != nil {
		t.Fatal(err)
	}
	g := Grant{State: Active, FirstUsedAt: local(9, 0, 0), Until: local(29, 0, 0), Limits: l, UsedBytes: 20 * gb, Fair: Fair{Start: local(10, 0, 0).UTC(), Used: 12 * gb}}
	night := g.Terms(local(10, 22, 0), nairobiTime)
	if night.Slow || !night.Free || night.DownKbps != 20000 || !night.Until.Equal(local(11, 0, 0)) {
		t.Errorf("22:00: %+v", night)
	}
	if day := g.Terms(local(10, 21, 59), nairobiTime); !day.Slow || day.Free || !day.Until.Equal(local(10, 22, 0)) {
		t.Errorf("21:59: %+v", day)
	}
	if _, left := Decide(g, local(10, 23, 0), nairobiTime); left.Capped {
		t.Errorf("free data is capped: %+v", left)
	}
	if _, left := Decide(g, local(10, 12, 0), nairobiTime); !left.Capped || left.Bytes != 30*gb {
		t.Errorf("by day: %+v", left)
	}
}

func TestFreeHoursAreSharedOutByTime(t *testing.T) {
	n := Night{Hours: nightHours, Free: true}
	for _, c := range []struct {
		name     string
		from, to time.Time
		want     int64
	}{
		{"by day", local(10, 12, 0), local(10, 13, 0), 0},
		{"by night", local(10, 23, 0), local(11, 1, 0), 1001},
		{"half and half", local(10, 21, 55), local(10, 22, 5), 501},
		{"a quarter", local(11, 5, 55), local(11, 6, 15), 251},
		{"a moment of the night", local(10, 23, 0), local(10, 23, 0), 1001},
		{"a moment of the day", local(10, 22, 0), local(10, 21, 0), 0},
		{"a whole day", local(10, 0, 0), local(11, 0, 0), 334},
	} {
		if got := n.free(1001, c.from, c.to, nairobiTime); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	if got := n.free(1<<60, local(1, 0, 0), local(29, 0, 0), nairobiTime); got != 1<<60/3+1 {
		t.Errorf("much: %d", got)
	}
}

func TestNewLimitsAreKeptAndChecked(t *testing.T) {
	l := fairPlan()
	l.Night = Night{Hours: nightHours, Free: true}
	back, err := DecodeLimits(EncodeLimits(l))
	if err != nil || !reflect.DeepEqual(back, l) {
		t.Errorf("%+v %v", back, err)
	}
	for key, spoil := range map[string]func(*Limits){
		"limits.fair_use": func(l *Limits) { l.FairUse.DownKbps = 0 },
		"limits.night":    func(l *Limits) { l.Night.Free = false },
		"limits.rate":     func(l *Limits) { l.Night.UpKbps = -1 },
		"limits.hours":    func(l *Limits) { l.Night.Hours = Hours{{From: -1, Days: [7]bool{true}}} },
	} {
		wrong := l
		if spoil(&wrong); fault.KeyOf(wrong.Check()) != key {
			t.Errorf("want %s, got %v", key, wrong.Check())
		}
	}
	l.UpKbps = 0
	if fault.KeyOf(l.Check()) != "limits.fair_use" {
		t.Error("a plan without a usual speed can never become fast again on a router that keeps what it is not told")
	}
}

func TestUseStepsDownOnceAndComesBack(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "fair", fairPlan(), phone))
		h.wantCause("in", h.byMAC(phone), CauseOK)
		use := func(bytes int64) {
			h.Helper()
			now := h.plan.Now()
			h.tx(func(tx *db.Tx) error {
				return h.Use(tx, []Used{{GrantID: given.GrantID, Bytes: bytes, From: now.Add(-time.Minute), To: now}})
			})
		}
		for range 12 {
			use(gb)
		}
		told := h.emitted(GrantChanged, given.GrantID)
		if len(told) != 1 || !strings.Contains(told[0], string(CauseFairUse)) {
			t.Errorf("told %v", told)
		}
		g, _, _ := h.view(given.GrantID)
		if p := g.Period(h.plan.Now(), nairobiTime); p.Used != 12*gb || p.Allowed != 10*gb || g.UsedBytes != 12*gb || g.FreeBytes != 0 {
			t.Errorf("%+v of %+v", p, g)
		}
		h.tx(func(tx *db.Tx) error {
			_, err := h.Extend(tx, given.GrantID, Source{SourceGift, "g"}, Gift{Bytes: 3 * gb})
			return err
		})
		if g, _, _ = h.view(given.GrantID); g.Terms(h.plan.Now(), nairobiTime).Slow || g.Limits.DataBytes != 0 || g.Fair.More != 3*gb {
			t.Errorf("topped up: %+v", g.Fair)
		}
		use(gb)
		if h.wantEmitted(given.GrantID, map[string]int{GrantOpened: 1, GrantChanged: 3}); t.Failed() {
			t.Log("top-up and second step are told")
		}
		h.plan.Advance(24 * time.Hour)
		if g, _, _ = h.view(given.GrantID); g.Terms(h.plan.Now(), nairobiTime).Slow {
			t.Error("slow on the next day")
		}
		use(1)
		if g, _, _ = h.view(given.GrantID); g.Fair.Used != 1 || g.Fair.More != 0 || g.UsedBytes != 13*gb+1 {
			t.Errorf("the next day: %+v", g.Fair)
		}
	})
}

func TestUseByNightIsNotCounted(t *testing.T) {
	eachHouse(t, func(h *house) {
		l := Limits{UpKbps: 1000, DownKbps: 1000, DataBytes: gb, Valid: 60 * 24 * time.Hour, TimeKind: Calendar, Night: Night{Hours: nightHours, Free: true}}
		given := h.give(h.offer("1", "night", l, phone))
		h.wantCause("in", h.byMAC(phone), CauseOK)
		at := func(from, to time.Time, bytes int64) {
			h.tx(func(tx *db.Tx) error {
				return h.Use(tx, []Used{{GrantID: given.GrantID, Bytes: bytes, From: from, To: to}})
			})
		}
		year, month, day := h.plan.Now().In(nairobiTime).Date()
		ten := time.Date(year, month, day-1, 22, 0, 0, 0, nairobiTime)
		at(ten, ten.Add(time.Hour), 5*gb)
		at(ten.Add(-5*time.Minute), ten.Add(5*time.Minute), 1000)
		g, _, left := h.view(given.GrantID)
		if g.UsedBytes != 5*gb+1000 || g.FreeBytes != 5*gb+500 || left.Bytes != gb-500 || g.State != Active {
			t.Errorf("%d used, %d free, %d left, %s", g.UsedBytes, g.FreeBytes, left.Bytes, g.State)
		}
		at(ten.Add(-2*time.Hour), ten.Add(-time.Hour), gb)
		if g, _, _ = h.view(given.GrantID); g.State != Ended || g.EndCause != string(CauseDataUsed) {
			t.Errorf("the cap by day: %s %s", g.State, g.EndCause)
		}
	})
}

func TestManyStepsAtOnceTellOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "fair", fairPlan(), phone))
		h.byMAC(phone)
		now := h.plan.Now()
		together(10, func(int) {
			if err := h.db.InTx(context.Background(), func(tx *db.Tx) error {
				return h.Use(tx, []Used{{GrantID: given.GrantID, Bytes: 2 * gb, From: now, To: now}})
			}); err != nil {
				t.Error(err)
			}
		})
		if g, _, _ := h.view(given.GrantID); g.Fair.Used != 20*gb || g.UsedBytes != 20*gb {
			t.Errorf("%+v", g.Fair)
		}
		h.wantEmitted(given.GrantID, map[string]int{GrantOpened: 1, GrantChanged: 1})
	})
}

// TestAFairMonthThatEndsWithTheMonth begins on the last day of a month that has no thirty-first.
func TestAFairMonthThatEndsWithTheMonth(t *testing.T) {
	f := FairUse{Bytes: 1, Per: PerMonth, Day: 31}
	for at, want := range map[string][2]string{"2026-02-27": {"2026-01-31", "2026-02-28"}, "2026-02-28": {"2026-02-28", "2026-03-31"}, "2026-03-30": {"2026-02-28", "2026-03-31"},
		"2026-12-31": {"2026-12-31", "2027-01-31"}, "2027-01-01": {"2026-12-31", "2027-01-31"}} {
		day, err := time.Parse(time.DateOnly, at)
		if err != nil {
			t.Fatal(err)
		}
		start := f.start(day, time.UTC)
		if got := [2]string{start.Format(time.DateOnly), f.next(start, time.UTC).Format(time.DateOnly)}; got != want {
			t.Errorf("the month of %s is %v, and should be %v", at, got, want)
		}
	}
}
