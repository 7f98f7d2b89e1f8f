package subscriptions

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

func nairobi(int64) *time.Location { return clock.Nairobi }

// TestReplayDoesNotAskWhenItWasWritten: the same events, recorded in any order, come to the same state, but for the order within one instant.
func TestReplayDoesNotAskWhenItWasWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 6))
	for n := range 2000 {
		events := story(r)
		want, err := Replay(events, forever, nairobi)
		if err != nil {
			t.Fatal(n, err)
		}
		mixed := append([]Event{}, events...)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		for i := range mixed {
			mixed[i].Seq = int64(i) + 1
		}
		got, err := Replay(mixed, forever, nairobi)
		if err != nil {
			t.Fatal(n, err)
		}
		if a, b := text(&shop{TB: t}, want), text(&shop{TB: t}, got); a != b {
			t.Fatalf("story %d\n%s\n%s", n, a, b)
		}
		for i := range events { // and what it was at each instant is what it was told then
			before, err := Replay(events, events[i].At, nairobi)
			if err != nil {
				t.Fatal(err)
			}
			told, err := Replay(events[:i+1], events[i].At, nairobi)
			if err != nil || text(&shop{TB: t}, before) != text(&shop{TB: t}, told) {
				t.Fatalf("story %d, event %d: %v", n, i, err)
			}
		}
	}
}

// story is a history that can have been, an event an hour at the least.
func story(r *rand.Rand) []Event {
	now := morning
	sold := Sold{PlanKey: "a", PriceID: 1, Mode: plans.Prepaid, Interval: plans.Interval{Unit: plans.Month, Every: 1}}
	events := []Event{{ID: 1, Seq: 1, Kind: Started, At: now, Said: Said{Segment: "home", Sold: &sold, Place: &Place{SiteID: 1}, Login: &Login{Kind: PPPoE, Name: "a"}}}}
	for range 1 + r.IntN(40) {
		now = now.Add(time.Hour + time.Duration(r.IntN(40*24))*time.Hour)
		e := Event{ID: int64(len(events)) + 1, Seq: int64(len(events)) + 1, At: now}
		e.Kind, e.Said = happening(r, &sold)
		if _, err := Replay(append(events, e), forever, nairobi); err == nil {
			events = append(events, e)
		}
	}
	return events
}

func happening(r *rand.Rand, sold *Sold) (Kind, Said) {
	some := money.KES(r.Int64N(100_000))
	switch r.IntN(14) {
	case 0:
		return PausedIt, Said{}
	case 1:
		return Resumed, Said{}
	case 2:
		return Moved, Said{Place: &Place{SiteID: 1 + r.Int64N(3)}}
	case 3:
		next := *sold
		next.PriceID = 1 + r.Int64N(9)
		return Changed, Said{Sold: &next, Worth: &Worth{1 + r.Int64N(5), 30, 1 + r.Int64N(5), 30}}
	case 4:
		next := *sold
		next.PriceID = 1 + r.Int64N(9)
		return Changed, Said{Sold: &next, Worth: &Worth{1, 30, 2, 30}, Amount: &some, Shares: []Share{{RenewalID: 2 + r.Int64N(20), Cents: some.Cents}}}
	case 5:
		return AddOnTaken, Said{AddOn: &plans.AddOn{Key: fmt.Sprint(r.IntN(3)), State: plans.Live}, Amount: &some}
	case 6:
		return AddOnLeft, Said{Key: fmt.Sprint(r.IntN(3))}
	case 7:
		return Discounted, Said{Given: &Given{Discount: plans.Discount{Percent: 100, Periods: r.IntN(3)}, Left: 2}}
	case 8:
		return Compensated, Said{Days: 1 + r.IntN(5)}
	case 9:
		return Extended, Said{}
	case 10:
		return DepositTaken, Said{Amount: &some}
	case 11:
		return DepositLost, Said{Amount: &some}
	case 12:
		if r.IntN(20) == 0 {
			return Finished, Said{Reason: "leaves"}
		}
	}
	return Renewed, Said{Paid: &Paid{Interval: sold.Interval, Amount: some, Part: r.IntN(4) == 0}}
}

// TestEveryRowIsItsHistory: random staff, customers and clocks; after each step the row is the replay of the events, the books hold what the row says,
// and the grant follows.
func TestEveryRowIsItsHistory(t *testing.T) {
	each(t, func(w *shop) {
		w.tx(func(tx *db.Tx) error {
			_, err := w.Plans.SaveAddOn(tx, plans.AddOn{Key: "speed", NameEN: "Speed", Price: money.Shillings(310), DownKbps: 5000, UpKbps: 5000, State: plans.Live})
			return err
		})
		r := rand.New(rand.NewPCG(12, 7))
		steps := 60
		if testing.Short() {
			steps = 20
		}
		for range 3 {
			sub := w.line([]string{"home-10", "home-20"}[r.IntN(2)])
			for step := range steps {
				w.clock.Advance(time.Duration(r.IntN(10*24*60)) * time.Minute)
				w.tick()
				err := w.something(r, sub)
				if kind := fault.KindOf(err); err != nil && kind != fault.Conflict && kind != fault.Invalid {
					w.Fatal(step, err)
				}
				w.prove(sub)
				w.nothingIsLost()
			}
		}
	})
}

// nothingIsLost: what came in is what is credit still, what is held for lines, and what was sold.
func (w *shop) nothingIsLost() {
	w.Helper()
	w.tx(func(tx *db.Tx) error {
		credit, err := w.Credit.Credit(tx, anne)
		for _, account := range []string{ledger.PrepaidService, ledger.InternetSales} {
			has, e := w.Ledger.Balance(tx.Context(), account, "")
			if credit.Cents -= has.Cents; e != nil {
				return e
			}
		}
		if credit.Cents != w.came {
			w.Errorf("%d cents came, and %d are credit, held or sold", w.came, credit.Cents)
		}
		return err
	})
}

// something happens to a line; often it cannot, and then nothing has.
func (w *shop) something(r *rand.Rand, sub Subscription) error {
	ctx, when := context.Background(), time.Time{}
	switch r.IntN(3) {
	case 0:
		when = w.clock.Now().Add(-time.Duration(r.IntN(40*24)) * time.Hour)
	case 1:
		when = w.clock.Now().Add(time.Duration(r.IntN(20*24)) * time.Hour)
	}
	plan := []string{"home-10", "home-20"}[r.IntN(2)]
	var err error
	switch r.IntN(15) {
	case 0:
		_, err = w.Pause(ctx, sub.ID, when, "", office)
	case 1:
		_, err = w.Resume(ctx, sub.ID, when, office)
	case 2:
		_, err = w.ChangePlan(ctx, sub.ID, Change{PlanKey: plan, At: when}, office)
	case 3:
		_, err = w.ChangePlan(ctx, sub.ID, Change{PlanKey: plan, KeepDate: true}, office)
	case 4:
		_, err = w.ChangePlan(ctx, sub.ID, Change{PlanKey: plan, AtEnd: true}, office)
	case 5:
		_, err = w.AddOn(ctx, sub.ID, "speed", office)
	case 6:
		_, err = w.DropAddOn(ctx, sub.ID, "speed", office)
	case 7:
		_, err = w.Move(ctx, sub.ID, Place{SiteID: []int64{w.here, w.there}[r.IntN(2)]}, office)
	case 8:
		_, err = w.Extend(ctx, sub.ID, By{Actor: "anne"})
	case 9:
		_, _, err = w.compensates(1+r.IntN(3), "storm")
	case 10:
		if all := w.renewals(sub); len(all) > 0 {
			w.undoes(sub, all[len(all)-1-r.IntN(min(len(all), 3))], 0)
		}
	case 11:
		all, failed := w.Outages(ctx)
		if err = failed; len(all) > 0 {
			_, err = w.takesBack(all[r.IntN(len(all))].ID)
		}
	default:
		w.pays(anne, 1000*r.Int64N(9))
	}
	return err
}
