package outages

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// trouble is what is wrong at a router, or between it and us, from one minute up to another.
type trouble struct {
	kind        string
	router      int64 // 0: all
	from, until int
}

// Kinds of trouble. In the first two people have no internet.
const (
	power = "power" // the router is off
	line  = "line"  // its line is cut
	path  = "path"  // only we do not hear it
	ours  = "ours"  // our own line: we hear nobody
	node  = "node"  // our program or its database stands still
)

func at(all []trouble, kind string, router int64, minute int) bool {
	for _, t := range all {
		if t.kind == kind && (t.router == 0 || t.router == router) && t.from <= minute && minute < t.until {
			return true
		}
	}
	return false
}

// TestOnlyWhatWasIsProven: random days of three routers, in which power and lines fail, ways to us break, our own line is cut and our program stands still,
// over one another; people use much, little or nothing. An oracle knows of each minute whether people had internet: no minute is given in which they had, but
// for the minute between a router's last word and the next one. When a way to one router breaks and then its power fails, nobody knows when it did: a boot proves how
// the silence ended, and its beginning is believed. And power cuts and cut lines that nothing else lies over are found.
func TestOnlyWhatWasIsProven(t *testing.T) {
	found, missed := 0, 0
	run := func(t *testing.T, d *db.DB, seed uint64) {
		w, r := newWorld(t, d), rand.New(rand.NewPCG(seed, 5))
		var all []trouble
		alone := seed%3 == 0
		for range 1 + r.IntN(6) {
			one := trouble{[]string{power, line, path, ours, node}[r.IntN(5)], 1 + r.Int64N(3), 30 + r.IntN(200), 0}
			if one.until = one.from + 1 + r.IntN(120); one.kind == ours || one.kind == node {
				one.router = 0
			}
			all = append(all, one)
		}
		if alone {
			all = []trouble{{[]string{power, line}[r.IntN(2)], 1, 30 + r.IntN(100), 0}}
			all[0].until = all[0].from + 40 + r.IntN(100)
		}
		busy := w.day(r, all)
		for _, o := range w.given {
			if o.Proof.Why == WhyBoot && believed(all, o) {
				continue
			}
			for m := o.From; m.Before(o.Until); m = m.Add(time.Minute) {
				minute := int(m.Sub(noon) / time.Minute)
				if dead := func(n int) bool { return at(all, power, o.RouterID, n) || at(all, line, o.RouterID, n) }; !dead(minute) && !dead(minute+1) && !dead(minute-1) {
					t.Fatalf("seed %d: router %d had internet in minute %d of %d to %d, by %s: %+v", seed, o.RouterID, minute, int(o.From.Sub(noon)/time.Minute), int(o.Until.Sub(noon)/time.Minute), o.Proof.Why, all)
				}
			}
		}
		if alone && (all[0].kind == power || busy) {
			if len(w.given) == 1 {
				found++
			} else {
				missed++
				w.tell(all)
			}
		}
	}
	seeds := 30
	if testing.Short() {
		seeds = 9
	}
	for seed := range seeds {
		run(t, testdb.SQLite(t), uint64(seed))
	}
	testdb.Each(t, func(t *testing.T, d *db.DB) { run(t, d, 1000) })
	if found < 2 || missed > 0 {
		t.Errorf("%d were found, and %d were not", found, missed)
	}
}

// believed says that only the way to a router was broken when a silence of it began, or in between.
func believed(all []trouble, o Outage) bool {
	for m := o.From; m.Before(o.Until); m = m.Add(time.Minute) {
		if at(all, path, o.RouterID, int(m.Sub(noon)/time.Minute)) {
			return true
		}
	}
	return false
}

// day lives through some hours of trouble and one of quiet, and says whether the first router was used.
func (w *world) day(r *rand.Rand, all []trouble) (busy bool) {
	w.Helper()
	pace := map[int64]int64{}
	for id := range w.routers {
		w.open(id, 4+r.IntN(4))
		pace[id] = []int64{20, 40_000, 150_000, 2_000_000}[r.IntN(4)] // octets a minute and session
	}
	busy = pace[1] == 150_000
	sleep := 150 + r.IntN(300)
	carried := map[int64]int64{} // since they last told
	off := map[int64]bool{}
	for minute := range 8 * 60 {
		w.clock.Set(noon.Add(time.Duration(minute) * time.Minute))
		for id := range w.routers {
			switch {
			case at(all, power, id, minute):
				off[id] = true
				carried[id] = 0 // and what is open with us stays open
				continue
			case off[id]:
				off[id] = false
				w.boots[id] = append(w.boots[id], Boot{w.clock.Now(), ByUptime})
				w.sessions[id] = nil
				w.open(id, 4)
				for i := range w.sessions[id] {
					w.sessions[id][i].SessionID += int64(minute) * 100_000
				}
			}
			if minute == sleep && pace[id] > 24_000 { // when people do, and their devices do not
				pace[id] = 24_000
			}
			cut := at(all, line, id, minute)
			if !cut {
				carried[id] += pace[id] * (50 + r.Int64N(100)) / 100
			}
			if !cut && !at(all, path, id, minute) && !at(all, ours, id, minute) && !at(all, node, id, minute) {
				w.speak(id, carried[id])
				carried[id] = 0
			}
		}
		if !at(all, node, 0, minute) {
			w.tick()
		}
	}
	return busy
}

// tell shows what was found out of a day.
func (w *world) tell(all []trouble) {
	found, err := w.List(context.Background(), 0, 10)
	w.Logf("%+v", all)
	for _, o := range found {
		w.Logf("%d: %s %s from %v until %v: %+v %v", o.RouterID, o.State, o.Proof.Why, o.From.Sub(noon), o.Until.Sub(noon), o.Proof, err)
	}
}
