package subscriptions

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// byHand is an outage that a clerk is about to give days for.
func (w *shop) byHand(days int, note string) Outage {
	until := w.clock.Now().Truncate(time.Minute)
	return Outage{ID: w.DB.ID(), SiteID: w.here, Days: days, Gap: Gap{until.AddDate(0, 0, -days), until}, By: "clerk", Note: note, At: w.clock.Now()}
}

// cut is an outage of a router that was proven.
func (w *shop) cut(router int64, from, until time.Time) Cut {
	return Cut{ID: w.DB.ID(), SiteID: w.here, RouterID: router, Gap: Gap{from, until}, Note: "gate"}
}

func (w *shop) suffers(c Cut) {
	w.Helper()
	w.tx(func(tx *db.Tx) error { return w.Suffer(tx, c) })
	w.wants("make up", w.MakeUp(context.Background()), "")
}

// compensates gives days by hand, and tells to how many lines.
func (w *shop) compensates(days int, note string) (Outage, int, error) {
	w.Helper()
	o, err := w.Compensate(context.Background(), w.here, days, note, office)
	if err != nil {
		return o, 0, err
	}
	if had, _, err := w.MadeUp(context.Background(), o.ID); err != nil || had.Lines != 0 || !had.Going {
		w.Errorf("the request itself gave: %+v %v", had, err)
	}
	n, err := w.madeUp(o.ID)
	return o, n, err
}

// takesBack takes the days of an outage away again, and tells of how many lines.
func (w *shop) takesBack(id int64) (int, error) {
	w.Helper()
	if err := w.UndoOutage(context.Background(), id, office); err != nil {
		return 0, err
	}
	return w.madeUp(id)
}

func (w *shop) madeUp(id int64) (int, error) {
	w.Helper()
	w.wants("make up", w.MakeUp(context.Background()), "")
	o, _, err := w.MadeUp(context.Background(), id)
	return int(o.Lines), err
}

// has is what a line was given and did not give back, in minutes.
func (w *shop) has(sub Subscription) (sum int) {
	w.Helper()
	events, err := w.Events(context.Background(), sub.ID)
	if err != nil {
		w.Fatal(err)
	}
	for _, e := range events {
		n := e.Said.Days*24*60 + e.Said.Minutes
		switch e.Kind {
		case Compensated:
			sum += n
		case Uncompensate:
			sum -= n
		}
	}
	return sum
}

// TestAProvenOutageStopsTheClock: of those who were on at its router, for as long as they were, once; also of who has run out since, who is back by it.
func TestAProvenOutageStopsTheClock(t *testing.T) {
	each(t, func(w *shop) {
		ctx := context.Background()
		a, elsewhere, paused, byInvoice := w.line("home-10"), w.line("home-10"), w.line("home-10"), w.line("office")
		unpaid := w.line("home-20")
		_, err := w.Move(ctx, elsewhere.ID, Place{SiteID: w.here, RouterID: 6}, office)
		w.wants("move", err, "")
		w.pays(anne, 9000)
		w.clock.Set(at("2027-02-13 10:00"))
		_, err = w.Pause(ctx, paused.ID, at("2027-02-13 09:30"), "", office)
		w.wants("pause", err, "")
		w.ends(a, "2027-02-13 12:00")
		c := w.cut(5, at("2027-02-13 07:00"), at("2027-02-13 09:45"))
		w.clock.Set(at("2027-02-13 12:30"))
		w.tick()
		w.suffers(c)
		w.suffers(c)
		for _, line := range []struct {
			Subscription
			minutes int
		}{{a, 165}, {elsewhere, 0}, {paused, 150}, {byInvoice, 165}, {unpaid, 0}} {
			if got := w.has(line.Subscription); got != line.minutes {
				w.Errorf("%s was given %d minutes, not %d", line.State.Login.Name, got, line.minutes)
			}
			w.prove(line.Subscription)
		}
		w.ends(a, "2027-02-13 12:00") // paid to 9:00 and 2 h 45: 11:45
		more := w.cut(5, at("2027-02-13 06:30"), at("2027-02-13 07:20"))
		w.suffers(more)
		w.ends(a, "2027-02-14 12:00")
		if n, err := w.takesBack(c.ID); err != nil || n != 3 {
			w.Error(n, err)
		}
		if got := w.has(a); got != 50 {
			w.Error("after the first was taken back the second is given in full:", got)
		}
		o, made, err := w.MadeUp(ctx, more.ID)
		if err != nil || !made || o.Lines != 3 || o.Going || o.RouterID != 5 || !o.From.Equal(more.From) {
			w.Errorf("%+v %v", o, err)
		}
	})
}

// TestALineWhoseRouterNobodyNamed suffers at the router where it was online.
func TestALineWhoseRouterNobodyNamed(t *testing.T) {
	each(t, func(w *shop) {
		a, b := w.line("home-10"), w.line("home-10")
		for _, line := range []Subscription{a, b} {
			_, err := w.Move(context.Background(), line.ID, Place{SiteID: w.here}, office)
			w.wants("move", err, "")
		}
		w.pays(anne, 6000)
		w.clock.Advance(24 * time.Hour)
		from := w.clock.Now().Add(-time.Hour)
		w.StoodOn = func(_ context.Context, router int64, when time.Time, grants []int64) (map[int64]bool, error) {
			if router != 5 || !when.Equal(from) || len(grants) != 2 {
				return nil, errors.New("asked for something else")
			}
			return map[int64]bool{b.GrantID: true}, nil
		}
		w.suffers(w.cut(5, from, w.clock.Now()))
		if w.has(a) != 0 || w.has(b) != 60 {
			w.Error(w.has(a), w.has(b))
		}
	})
}

// TestWhoHasRunOutIsGivenNothingByHand, and so has nothing taken back; what lasts until noon is not over before.
func TestWhoHasRunOutIsGivenNothingByHand(t *testing.T) {
	each(t, func(w *shop) {
		a := w.line("home-10")
		w.pays(anne, 3000)
		w.clock.Set(at("2027-02-13 11:00")) // paid to 9:00, and on until noon
		o, n, err := w.compensates(2, "storm")
		if n != 1 || err != nil {
			w.Error(n, err)
		}
		w.ends(a, "2027-02-15 12:00")
		if n, err := w.takesBack(o.ID); n != 1 || err != nil {
			w.Error(n, err)
		}
		w.ends(a, "2027-02-13 12:00")
		w.clock.Set(at("2027-02-13 18:00"))
		w.tick()
		o, n, err = w.compensates(2, "storm")
		if n != 0 || err != nil {
			w.Error(n, err)
		}
		w.pays(anne, 3000)
		w.ends(a, "2027-03-14 12:00")
		if n, err := w.takesBack(o.ID); n != 0 || err != nil {
			w.Error(n, err)
		}
		w.ends(a, "2027-03-14 12:00")
		w.prove(a)
	})
}

// TestNoMinuteIsGivenTwice: random outages by hand and proven, of two routers of a site, over one another, given and taken back in any order, with workers that
// stop half-way and come again at the same time. An oracle goes minute by minute: each in which any outage that holds had the line off is given once.
func TestNoMinuteIsGivenTwice(t *testing.T) {
	each(t, func(w *shop) {
		rounds := 6
		if testing.Short() {
			rounds = 2
		}
		for seed := range rounds {
			w.overlaps(uint64(seed))
		}
	})
}

type oneOutage struct {
	id   int64
	gap  Gap
	hits map[int64]bool
}

func (w *shop) overlaps(seed uint64) {
	w.Helper()
	ctx, r := context.Background(), rand.New(rand.NewPCG(seed, 99))
	lines := []Subscription{w.line("home-10"), w.line("home-20"), w.line("office")}
	_, err := w.Move(ctx, lines[1].ID, Place{SiteID: w.here, RouterID: 6}, office)
	w.wants("move", err, "")
	w.pays(anne, 9000)
	start := w.clock.Now()
	w.clock.Advance(10 * 24 * time.Hour)
	holds := map[int64]oneOutage{}
	for range 14 {
		w.clock.Advance(time.Duration(1+r.IntN(300)) * time.Minute)
		one := oneOutage{hits: map[int64]bool{}}
		switch r.IntN(4) {
		case 0:
			o := w.byHand(1+r.IntN(2), "storm")
			w.tx(func(tx *db.Tx) error { return insertOutage(tx, o, "") })
			one.id, one.gap = o.ID, o.Gap
			for _, line := range lines {
				one.hits[line.ID] = true
			}
		case 1, 2:
			from := start.Add(time.Duration(r.IntN(10*24*60)) * time.Minute)
			c := w.cut([]int64{5, 6}[r.IntN(2)], from, from.Add(time.Duration(30+r.IntN(2000))*time.Minute))
			c.Until = clock.Sooner(c.Until, w.clock.Now().Truncate(time.Minute))
			w.tx(func(tx *db.Tx) error { return w.Suffer(tx, c) })
			one.id, one.gap = c.ID, c.Gap
			for _, line := range lines {
				one.hits[line.ID] = c.RouterID == 5 && line.ID != lines[1].ID || c.RouterID == 6 && line.ID == lines[1].ID
			}
		default:
			for id := range holds {
				w.tx(func(tx *db.Tx) error { _, err := undo(tx, id, w.clock.Now()); return err })
				delete(holds, id)
				break
			}
		}
		if one.id != 0 {
			holds[one.id] = one
		}
		w.workersCome(r)
		w.agree(seed, lines, holds)
	}
	for _, line := range lines {
		w.prove(line)
		_, err := w.End(ctx, line.ID, Ending{Reason: "leaves"}, office)
		w.wants("end", err, "")
	}
}

// workersCome goes on with what is to be done: one worker, cut off by a context that ends, then three at once.
func (w *shop) workersCome(r *rand.Rand) {
	w.Helper()
	cut, cancel := context.WithTimeout(context.Background(), time.Duration(r.IntN(8))*time.Millisecond)
	_ = w.MakeUp(cut)
	cancel()
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := w.MakeUp(context.Background()); err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Unavailable) {
				w.Error(err)
			}
		})
	}
	all.Wait()
	w.wants("the rest", w.MakeUp(context.Background()), "")
	if left, err := w.outageWork(context.Background()); err != nil || len(left) > 0 {
		w.Error(left, err)
	}
}

func (w *shop) agree(seed uint64, lines []Subscription, holds map[int64]oneOutage) {
	w.Helper()
	for n, line := range lines {
		covered := map[int64]bool{}
		for _, o := range holds {
			for at := o.gap.From; o.hits[line.ID] && at.Before(o.gap.Until); at = at.Add(time.Minute) {
				covered[at.Unix()/60] = true
			}
		}
		if got := w.has(line); got != len(covered) {
			w.Fatalf("seed %d: line %d has %d minutes of %d outages that come to %d", seed, n, got, len(holds), len(covered))
		}
	}
}

// TestGapsAreWholeAndApart: joined and without against single minutes.
func TestGapsAreWholeAndApart(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	some := func() (gaps []Gap, set map[int]bool) {
		set = map[int]bool{}
		for range r.IntN(5) {
			a, n := r.IntN(60), r.IntN(20)
			gaps = append(gaps, Gap{morning.Add(time.Duration(a) * time.Minute), morning.Add(time.Duration(a+n) * time.Minute)})
			for m := range n {
				set[a+m] = true
			}
		}
		return gaps, set
	}
	for range 2000 {
		one, inOne := some()
		two, inTwo := some()
		left := without(one, two)
		want := 0
		for m := range inOne {
			if !inTwo[m] {
				want++
			}
		}
		if minutes(joined(one)) != len(inOne) || minutes(left) != want || !slices.IsSortedFunc(left, func(a, b Gap) int { return a.From.Compare(b.From) }) {
			t.Fatal(one, two, left, want)
		}
	}
}
