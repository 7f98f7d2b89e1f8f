package radius

import (
	"context"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

var everyDay = [7]bool{true, true, true, true, true, true, true}

func stops(t *testing.T, b *bench) {
	t.Helper()
	if err := b.sweepStops(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestSweepStopsOnTheSecond(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.applied(t, aStart)
		b.clock.Advance(stopGrace)
		stops(t, b)
		o := allOpen(t, d)[0]
		if o.StopAt == nil || !o.StopAt.Equal(noon.Add(time.Hour)) || o.EndingID != 0 {
			t.Fatalf("to be stopped at %v, ending %d", o.StopAt, o.EndingID)
		}
		b.clock.Set(noon.Add(time.Hour))
		stops(t, b)
		if allOpen(t, d)[0].EndingID != 0 {
			t.Error("cut before the router's own clock had its turn")
		}
		b.clock.Advance(stopGrace)
		stops(t, b)
		stops(t, b)
		all, err := b.EnforcementsOf(context.Background(), testGrant)
		if err != nil || len(all) != 1 || all[0].Wanted != WantDisconnect || all[0].Cause != string(access.CauseTimeUsed) && all[0].Cause != string(access.CauseExpired) {
			t.Errorf("enforcements %+v, %v", all, err)
		}
	})
}

func TestSweepSharesOnlineTime(t *testing.T) {
	b := newBench(t, testdb.SQLite(t))
	b.access.edit(func(f *fakeAccess) {
		f.grant.Limits = access.Limits{Time: time.Hour, TimeKind: access.Online, Devices: 2}
		f.slots = append(f.slots, access.Slot{N: 2, MAC: "112233445566"})
		f.grant.Until = time.Time{}
	})
	b.applied(t, aStart)
	b.clock.Advance(10 * time.Minute)
	stops(t, b)
	if o := allOpen(t, b.db)[0]; o.StopAt == nil || !o.StopAt.Equal(noon.Add(time.Hour)) {
		t.Fatalf("one device: until %v", o.StopAt)
	}
	b.applied(t, arrived{10 * time.Minute, report{status: begin, id: "other", mac: "11:22:33:44:55:66"}},
		arrived{10 * time.Minute, report{status: more, id: "81a0", seconds: 600}})
	b.clock.Advance(stopGrace)
	stops(t, b)
	for _, o := range allOpen(t, b.db) {
		// 50 minutes less what both used since, shared by two
		if o.StopAt == nil || o.StopAt.Sub(noon.Add(35*time.Minute)).Abs() > stopGrace {
			t.Errorf("two devices: until %v", o.StopAt)
		}
	}
	b.applied(t, arrived{11 * time.Minute, report{status: end, id: "other", mac: "11:22:33:44:55:66", seconds: 60}})
	b.clock.Set(noon.Add(12 * time.Minute))
	stops(t, b)
	if o := allOpen(t, b.db)[0]; o.StopAt.Sub(noon.Add(59*time.Minute)).Abs() > stopGrace {
		t.Errorf("alone again: until %v", o.StopAt)
	}
}

func TestSweepLeavesWhatHasNoEnd(t *testing.T) {
	for name, edit := range map[string]func(*bench){
		"a grant without time": func(b *bench) {
			b.access.edit(func(f *fakeAccess) { f.grant.Limits, f.grant.Until = access.Limits{}, time.Time{} })
		},
		"a session of nobody": func(b *bench) { b.access.edit(func(f *fakeAccess) { f.grant.ID = 1 }) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, testdb.SQLite(t))
			b.applied(t, aStart)
			edit(b)
			b.clock.Advance(time.Minute)
			stops(t, b)
			if o := allOpen(t, b.db)[0]; o.StopAt != nil || o.EndingID != 0 {
				t.Errorf("session %+v", o)
			}
		})
	}
}

func TestSweepStopsOutsideHours(t *testing.T) {
	b := newBench(t, testdb.SQLite(t))
	b.access.edit(func(f *fakeAccess) {
		f.grant.Limits = access.Limits{Hours: access.Hours{{Days: everyDay, From: 8 * 60, To: 13 * 60}}}
		f.grant.Until = time.Time{}
	})
	b.applied(t, aStart)
	b.clock.Advance(time.Minute)
	stops(t, b)
	if o := allOpen(t, b.db)[0]; o.StopAt == nil || !o.StopAt.Equal(noon.Add(time.Hour)) {
		t.Fatalf("until %v", o.StopAt)
	}
	b.clock.Set(noon.Add(time.Hour + stopGrace))
	stops(t, b)
	if o := allOpen(t, b.db)[0]; o.EndingID == 0 {
		t.Error("goes on outside its hours")
	}
}

func TestSweepSilent(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.applied(t, aStart, arrived{5 * time.Minute, report{status: more, id: "81a0", seconds: 300}})
		sweep := func(after time.Duration, heard time.Duration) int {
			b.clock.Set(noon.Add(after))
			b.routers.Heard(7, noon.Add(heard))
			if err := b.sweepSilent(context.Background()); err != nil {
				t.Fatal(err)
			}
			return len(allClosed(t, d))
		}
		if sweep(20*time.Minute, 20*time.Minute) != 0 {
			t.Fatal("closed after 15 minutes: 3 updates and 2 minutes are 17")
		}
		if sweep(30*time.Minute, 5*time.Minute) != 0 {
			t.Fatal("closed, and the whole router was silent")
		}
		if sweep(30*time.Minute, 30*time.Minute) != 1 {
			t.Fatal("not closed after 25 minutes")
		}
		s := allClosed(t, d)[0]
		if s.ClosedBy != BySilence || !s.EndedAt.Equal(noon.Add(5*time.Minute)) || s.Cause != lostService {
			t.Errorf("session %+v", s)
		}
		b.applied(t, arrived{time.Hour, report{status: more, id: "81a0", seconds: 3600, out: 5}})
		if open := allOpen(t, d); len(open) != 1 || b.access.usage().Time != time.Hour {
			t.Errorf("it came back: %d open, used %+v", len(open), b.access.usage())
		}
	})
}

// TestSweepEndsADeviceWithoutASlot: CoovaChilli lets in on our word, and the slot may be gone when we come to take it.
func TestSweepEndsADeviceWithoutASlot(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.applied(t, aStart, arrived{0, report{status: begin, id: "second", mac: "11:22:33:44:55:66"}})
		b.clock.Advance(stopGrace)
		stops(t, b)
		for _, o := range allOpen(t, d) {
			if ending := o.EndingID != 0; ending != (o.MAC != testMAC) || o.StopAt == nil {
				t.Errorf("%s: ending %v, to be looked at %v", o.MAC, ending, o.StopAt)
			}
		}
		all, err := b.EnforcementsOf(context.Background(), testGrant)
		if err != nil || len(all) != 1 || all[0].Cause != string(access.CauseDevicesFull) {
			t.Errorf("enforcements %+v, %v", all, err)
		}
	})
}

// TestARetiredRoutersSessionsAreClosed: it will never be heard again, and nobody is online there.
func TestARetiredRoutersSessionsAreClosed(t *testing.T) {
	b := newBench(t, testdb.SQLite(t))
	b.applied(t, aStart)
	b.routers.change(7, func(r *routers.Router) { r.State = routers.StateRetired })
	b.clock.Set(noon.Add(time.Hour))
	if err := b.sweepSilent(context.Background()); err != nil {
		t.Fatal(err)
	}
	if open, closed := allOpen(t, b.db), allClosed(t, b.db); len(open) != 0 || len(closed) != 1 || closed[0].ClosedBy != BySilence {
		t.Errorf("open %+v, closed %+v", open, closed)
	}
}

// TestNobodysSessionsAreNotWrittenForEachOther: there may be thousands, such as a router's local users after a cut of power.
// Were each that closes to write all the others, no payment would be taken meanwhile.
func TestNobodysSessionsAreNotWrittenForEachOther(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		foreign := []byte("not ours")
		b.applied(t, arrived{0, report{status: begin, id: "goes", class: foreign, mac: "11:22:33:44:55:66"}},
			arrived{0, report{status: begin, id: "stays", class: foreign}},
			arrived{29 * time.Minute, report{status: more, id: "stays", class: foreign, seconds: 29 * 60}})
		b.clock.Set(noon.Add(30 * time.Minute))
		stops(t, b) // each new session is looked at once
		b.routers.Heard(7, b.clock.Now())
		if err := b.sweepSilent(context.Background()); err != nil {
			t.Fatal(err)
		}
		if open := allOpen(t, d); len(open) != 1 || len(allClosed(t, d)) != 1 || open[0].GrantID != 0 || open[0].StopAt != nil {
			t.Errorf("%+v", open)
		}
	})
}
