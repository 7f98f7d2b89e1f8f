package bulk

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

var everything = Ask{Kind: Pause, All: &Filter{}}

// TestALookChangesNothing and tells of each what would become of it: by a filter or by picks, in pages, with what is not theirs left.
func TestALookChangesNothing(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := open(t, d, 20), context.Background()
		h.switches(4)
		h.switches(8)
		r := h.looked(everything, asha)
		if r.State != Looked || r.Found != 20 || r.Would != 18 || r.Left != 2 || r.Cents != 90 || r.Priced != 18 || r.More || r.Moving() || !r.BeganAt.IsZero() {
			t.Errorf("%+v", r)
		}
		causes, err := h.Causes(ctx, r.ID, Left)
		if err != nil || len(causes) != 1 || causes[0].Count != 2 || fault.KeyOf(causes[0].Why) != "bulk.rests" {
			t.Errorf("%v: %+v", err, causes)
		}
		theirs := h.looked(Ask{Kind: Pause, Picked: []int64{2, 3, 5, 5, 999, 8}}, brian) // 2, 5 and 8 are at site 2
		if theirs.Found != 5 || theirs.Would != 2 || theirs.Left != 3 {
			t.Errorf("%+v", theirs)
		}
		for id, want := range map[int64]string{2: "would", 3: "bulk.not_theirs", 5: "would", 8: "bulk.rests", 999: "bulk.not_theirs"} {
			if got := h.why(theirs.ID, id); got != want {
				t.Errorf("%d: %s, want %s", id, got, want)
			}
		}
		var paged []int64
		for at := (Place{}); ; {
			some, err := h.Items(ctx, theirs.ID, Left, at, 2)
			if h.must(err); len(some) == 0 {
				break
			}
			for _, one := range some {
				paged = append(paged, one.ID)
			}
			at = Place{fault.KeyOf(some[len(some)-1].Why), some[len(some)-1].ID}
		}
		if fmt.Sprint(paged) != "[3 999 8]" {
			t.Errorf("a page at a time: %v", paged)
		}
		for id, l := range h.all() {
			if l.Switched != 0 {
				t.Errorf("%d was switched by a look", id)
			}
		}
		if events, err := audit.New(d, h.clock).List(ctx, audit.Filter{}); err != nil || len(events) != 0 {
			t.Errorf("%v: %+v", err, events)
		}
	})
}

// TestARunIsNoLongerThanItMayBe: what a filter finds beyond is told, and left out.
func TestARunIsNoLongerThanItMayBe(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := open(t, d, 1), context.Background()
		for _, one := range []struct {
			found int64
			next  string
			more  bool
			state State
		}{{Most - 3, "", false, Looked}, {Most - 3, "9", true, Looked}, {Most - 2, "", true, Looked}, {Most - 4, "9", false, Looking}} {
			r, err := h.Ask(ctx, everything, h.next(), asha)
			h.must(err)
			r.Found = one.found
			r, err = h.keepLooked(ctx, r, []Item{{ID: 1, Fate: Would}, {ID: 2, Fate: Would}, {ID: 2, Fate: Would}, {ID: 3, Fate: Left}}, one.next)
			if h.must(err); r.More != one.more || r.State != one.state || r.Found > Most {
				t.Errorf("%+v: %+v", one, r)
			}
		}
	})
}

// TestTheSameFormIsOneRun, whoever presses how often; another wish with it is another run. Nobody starts what somebody else asked for, or what was not looked at.
func TestTheSameFormIsOneRun(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := open(t, d, 10), context.Background()
		first, err := h.Ask(ctx, Ask{Kind: Pause, Picked: []int64{1, 2}}, "request1", asha)
		h.must(err)
		again, err := h.Ask(ctx, Ask{Kind: Pause, Picked: []int64{2, 1, 1}}, "request1", asha)
		if h.must(err); again.ID != first.ID {
			t.Error("a second press is a second run")
		}
		for _, other := range []Ask{{Kind: Pause, Picked: []int64{1}}, {Kind: Resume, Picked: []int64{1, 2}}, everything} {
			if r, err := h.Ask(ctx, other, "request1", asha); err != nil || r.ID == first.ID {
				t.Errorf("%+v is the first run: %v", other, err)
			}
		}
		if r, err := h.Ask(ctx, Ask{Kind: Pause, Picked: []int64{1, 2}}, "request1", brian); err != nil || r.ID == first.ID {
			t.Errorf("somebody else has the first run: %v", err)
		}
		for _, wrong := range []Ask{{Kind: Pause}, {Kind: "sell", Picked: []int64{1}}, {Kind: Pause, Picked: make([]int64, mostPicked+1)}} {
			if _, err := h.Ask(ctx, wrong, "request2", asha); fault.KeyOf(err) != "bulk.nothing" {
				t.Error(err)
			}
		}
		if _, err := h.Ask(ctx, everything, "short", asha); fault.KeyOf(err) != "bulk.request" {
			t.Error(err)
		}
		if _, err := h.Start(ctx, first.ID, "storm", asha); fault.KeyOf(err) != "bulk.not_looked" {
			t.Error(err)
		}
		h.must(h.works(first.ID))
		if _, err := h.Start(ctx, first.ID, "storm", brian); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, err := h.Start(ctx, first.ID, "", asha); fault.KeyOf(err) != "bulk.reason" {
			t.Error(err)
		}
		if _, err := h.Undo(ctx, first.ID, asha); fault.KeyOf(err) != "bulk.not_ended" {
			t.Error(err)
		}
		nothing := h.looked(Ask{Kind: Resume, Picked: []int64{1}}, asha)
		if _, err := h.Start(ctx, nothing.ID, "", asha); fault.KeyOf(err) != "bulk.not_looked" {
			t.Error("a run that would change nothing starts", err)
		}
		h.must(h.Stop(ctx, nothing.ID, brian))
		if _, err := h.Undo(ctx, nothing.ID, asha); fault.KeyOf(err) != "bulk.nothing_done" {
			t.Error(err)
		}
		if err := h.Stop(ctx, nothing.ID, asha); fault.KeyOf(err) != "bulk.at_end" {
			t.Error(err)
		}
	})
}

// TestDeathAtEachWrite: whichever write is the last of a dying process, from the first look to the last lamp that is switched back, each is switched once there and once back.
func TestDeathAtEachWrite(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := open(t, d, 4), context.Background()
		killer, kills := testdb.NewKiller(t, d), 0
		for write, round := 0, int64(1); ; write, round = write+1, round+2 {
			h.clock.Advance(time.Minute)
			before := killer.Deaths()
			killer.Once(write)
			try := func(do func() error) {
				t.Helper()
				if err := do(); err != nil {
					if err = do(); err != nil {
						t.Fatalf("dead at write %d, and again: %v", write, err)
					}
				}
			}
			request := h.next()
			var r, back Run
			ask := func(ask func() (Run, error), into *Run) {
				t.Helper()
				try(func() (err error) { *into, err = ask(); return err })
				try(func() error { return h.works(into.ID) })
				try(func() error { _, err := h.Start(ctx, into.ID, "storm", asha); return err })
				try(func() error { return h.works(into.ID) })
			}
			ask(func() (Run, error) { return h.Ask(ctx, everything, request, asha) }, &r)
			for id, l := range h.all() {
				if l.Lit != 0 || l.Switched != round {
					t.Fatalf("dead at write %d: lamp %d is %+v", write, id, l)
				}
			}
			ask(func() (Run, error) { return h.Undo(ctx, r.ID, asha) }, &back)
			for id, l := range h.all() {
				if l.Lit != 1 || l.Switched != round+1 {
					t.Fatalf("dead at write %d: lamp %d is back as %+v", write, id, l)
				}
			}
			for _, got := range []Run{h.is(r.ID), h.is(back.ID)} {
				if got.State != Done || got.Found != 4 || got.Would != 4 || got.Done != 4 || got.Left != 0 || got.Failed != 0 || got.Trouble != nil || got.Cut(h.clock.Now().Add(time.Hour)) {
					t.Errorf("dead at write %d: %+v", write, got)
				}
			}
			killer.Spare()
			if killer.Deaths() == before {
				break
			}
			kills++
		}
		if t.Log(kills, "deaths"); kills < 50 {
			t.Errorf("only %d deaths", kills)
		}
	})
}

// TestManyAtOnce: many press, and many work on one run, and another run is after the same lamps: each lamp is switched once, and the counts are what was done.
func TestManyAtOnce(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := open(t, d, 40), context.Background()
		other := h.looked(everything, asha)
		var all sync.WaitGroup
		ids := make([]int64, 6)
		for n := range ids {
			all.Go(func() {
				r, err := h.Ask(ctx, everything, "manyatonce", asha)
				if err != nil {
					t.Error(err)
				}
				if ids[n] = r.ID; ids[n] != 0 {
					_ = h.works(r.ID) // who is slower finds the page looked at
				}
			})
		}
		all.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Fatalf("%d and %d are two runs", id, ids[0])
			}
		}
		h.must(h.works(ids[0]))
		for range ids {
			for _, id := range []int64{ids[0], other.ID} {
				all.Go(func() {
					if _, err := h.Start(ctx, id, "storm", asha); err != nil {
						t.Error(err)
					}
					if err := h.works(id); err != nil {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		for id, l := range h.all() {
			if l.Lit != 0 || l.Switched != 1 {
				t.Errorf("lamp %d is %+v", id, l)
			}
		}
		one, two := h.is(ids[0]), h.is(other.ID)
		if one.State != Done || two.State != Done || one.Done+two.Done != 40 || one.Done+one.Left != 40 || two.Done+two.Left != 40 {
			t.Errorf("%+v\n%+v", one, two)
		}
		started := 0
		events, err := audit.New(d, h.clock).List(ctx, audit.Filter{Object: "bulk run"})
		for _, e := range events {
			if e.Action == "bulk run started" && e.Actor == asha.Actor {
				started++
			}
		}
		if err != nil || started != 2 {
			t.Errorf("%d starts on the trail: %v", started, err)
		}
	})
}

// TestARunIsStopped between two lamps; what was switched stays, and is taken back like that of any other.
func TestARunIsStopped(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := open(t, d, 12), context.Background()
		r := h.looked(everything, asha)
		_, err := h.Start(ctx, r.ID, "storm", asha)
		h.must(err)
		killer := testdb.NewKiller(t, d)
		killer.Once(1 + 5*5 + 2) // it takes the run up, and writes five times for a lamp
		if err := h.works(r.ID); err == nil {
			t.Error("nothing died")
		}
		h.must(h.Stop(ctx, r.ID, brian))
		got := h.is(r.ID)
		if got.State != Stopped || got.Done != 5 || h.all()[6].Switched != 0 || h.why(r.ID, 6) != "would" {
			t.Errorf("%+v", got)
		}
		if err := h.do(ctx, r); fault.KeyOf(err) != "bulk.stopped" || h.all()[6].Switched != 0 { // whoever works on it still
			t.Error(err)
		}
		h.must(h.works(r.ID))
		if again := h.is(r.ID); again.Done != 5 {
			t.Errorf("it goes on: %+v", again)
		}
		if back := h.does(h.undoing(r.ID, asha).ID, asha); back.Done != 5 {
			t.Errorf("%+v", back)
		}
	})
}

// TestWhatIsInTheWayIsTold, and the run goes on when it is gone; one that is cut is known by its silence.
func TestWhatIsInTheWayIsTold(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := open(t, d, 5), context.Background()
		r := h.looked(everything, asha)
		_, err := h.Start(ctx, r.ID, "storm", asha)
		h.must(err)
		killer := testdb.NewKiller(t, d)
		killer.Once(5)
		if err := h.works(r.ID); !fault.Is(err, fault.Unavailable) {
			t.Error(err)
		}
		if got := h.is(r.ID); got.State != Doing || fault.KeyOf(got.Trouble) != "db.unavailable" || got.Cut(h.clock.Now().Add(time.Hour)) {
			t.Errorf("%+v", got)
		}
		h.must(h.takeUp(ctx, r)) // of a state that it has left
		r = h.is(r.ID)
		h.must(h.takeUp(ctx, r)) // and then the process dies
		if got := h.is(r.ID); !got.Cut(h.clock.Now().Add(time.Minute)) || got.Cut(h.clock.Now()) {
			t.Errorf("%+v", got)
		}
		h.must(h.works(r.ID))
		if got := h.is(r.ID); got.State != Done || got.Done != 5 || got.Cuts != 1 || got.Trouble != nil {
			t.Errorf("%+v", got)
		}
	})
}
