package billrun

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

// moves has staff move a customer's bill day.
func (w *town) moves(customerID int64, day int) {
	w.Helper()
	w.movesTo(customerID, day, 0)
}

// movesTo is moves, of the day of the week too.
func (w *town) movesTo(customerID int64, day, ofWeek int) {
	w.Helper()
	if err := w.triesToMove(customerID, day, ofWeek); err != nil {
		w.Fatal(err)
	}
}

func (w *town) triesToMove(customerID int64, day, ofWeek int) error {
	ctx := context.Background()
	c, err := w.Customers.Get(ctx, customerID)
	if err != nil {
		return err
	}
	return w.Customers.MoveBillDay(ctx, customerID, day, ofWeek, c.Version, customers.By{Actor: "clerk"})
}

// TestTheBillDayIsMoved to a later day and back to an earlier one: what is billed stays, the period between is a part of the whole that it would have been
// and says so, what is charged in arrears and its use go with it, and each month's price is paid once. Moved back before anything was billed, nothing happens.
func TestTheBillDayIsMoved(t *testing.T) {
	each(t, func(w *town) {
		w.sells("month", 3000, nil)
		w.sells("quarter", 9100, func(p *plans.Plan) { p.Terms.Interval.Every = 3 })
		w.sells("after", 3100, func(p *plans.Plan) {
			p.Terms.Arrears = true
			p.Terms.Data = plans.Meter{Included: 31, Tiers: []plans.Tier{{Each: money.Shillings(10)}}}
		})
		c, same := w.customer(1), w.customer(1)
		one, three, after := w.line(c.ID, "month", time.Time{}, nil), w.line(c.ID, "quarter", time.Time{}, nil), w.line(c.ID, "after", time.Time{}, nil)
		kept := w.line(same.ID, "month", time.Time{}, nil)
		w.until(clock.Date(2026, 3, 10))
		w.moves(c.ID, 15)
		w.moves(same.ID, 15)
		w.moves(same.ID, 1)
		w.hears(after.GrantID, clock.Date(2026, 4, 3).Start(), 20*gigabyte, 0) // 14 of 30 days include 14
		w.until(clock.Date(2026, 5, 20))
		w.moves(c.ID, 5)
		w.until(clock.Date(2026, 7, 10))
		w.want(one, "2026-01-01 issued KES 3,000; month, The whole period, at KES 3,000: KES 3,000", "2026-02-01 issued KES 3,000; month, The whole period, at KES 3,000: KES 3,000",
			"2026-03-01 issued KES 3,000; month, The whole period, at KES 3,000: KES 3,000",
			"2026-04-01 issued KES 1,400; month, 14 of 30 days, at KES 3,000 for all of them: up to the new billing day, 15.04.2026: KES 1,400",
			"2026-04-15 issued KES 3,000; month, The whole period, at KES 3,000: KES 3,000", "2026-05-15 issued KES 3,000; month, The whole period, at KES 3,000: KES 3,000",
			"2026-06-15 issued KES 2,000; month, 20 of 30 days, at KES 3,000 for all of them: up to the new billing day, 05.07.2026: KES 2,000",
			"2026-07-05 issued KES 3,000; month, The whole period, at KES 3,000: KES 3,000")
		w.want(three, "2026-01-01 issued KES 9,100; quarter, The whole period, at KES 9,100: KES 9,100",
			"2026-04-01 issued KES 1,400; quarter, 14 of 91 days, at KES 9,100 for all of them: up to the new billing day, 15.04.2026: KES 1,400",
			"2026-04-15 issued KES 9,100; quarter, The whole period, at KES 9,100: KES 9,100")
		w.want(after, "2026-02-01 issued KES 3,100; after, The whole period, at KES 3,100: KES 3,100", "2026-03-01 issued KES 3,100; after, The whole period, at KES 3,100: KES 3,100",
			"2026-04-01 issued KES 3,100; after, The whole period, at KES 3,100: KES 3,100",
			"2026-04-15 issued KES 1,502; after, 14 of 30 days, at KES 3,100 for all of them: up to the new billing day, 15.04.2026: KES 1,446.67; Data in GB, 20 used, 14.466 included: 5.533 at KES 10 each: KES 55.33",
			"2026-05-15 issued KES 3,100; after, The whole period, at KES 3,100: KES 3,100", "2026-06-15 issued KES 3,100; after, The whole period, at KES 3,100: KES 3,100",
			"2026-07-05 issued KES 2,067; after, 20 of 30 days, at KES 3,100 for all of them: up to the new billing day, 05.07.2026: KES 2,066.67; Rounding, The total is rounded to KES 1: KES 0.33")
		for _, d := range w.documents(kept) {
			if _, _, day := d.Period.From.Date(); day != 1 || d.Gross != 300_000 {
				t.Errorf("a day that was moved and moved back: %v %d", d.Period, d.Gross)
			}
		}
		w.prove()
	})
}

// TestWhatIsDatedBackOverAMovedDay is corrected by the periods as they were billed, the one between among them.
func TestWhatIsDatedBackOverAMovedDay(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3001, nil)
		w.sells("big", 5999, nil)
		c := w.customer(20)
		sub := w.line(c.ID, "month", time.Time{}, nil)
		w.until(clock.Date(2026, 2, 27))
		w.moves(c.ID, 3)
		w.until(clock.Date(2026, 5, 4))
		w.must(w.Lines.Pause(ctx, sub.ID, clock.Date(2026, 3, 25).Start(), "away", office))
		w.must(w.Lines.Resume(ctx, sub.ID, clock.Date(2026, 3, 30).Start(), office))
		w.must(w.Lines.ChangePlan(ctx, sub.ID, subChange("big", clock.Date(2026, 4, 1)), office))
		w.sells("big", 6001, nil)
		w.must(w.Lines.Reprice(ctx, sub.ID, office))
		w.moves(c.ID, 28)
		w.until(clock.Date(2026, 9, 1))
		s := &street{town: w}
		if s.compare(0, sub) < 8 {
			t.Error("few periods")
		}
		w.prove()
	})
}

// TestAMovedDayLeavesADiscountAsItWas: it was given for three weeks, of which a long pause used up none, and the line is billed by the month since. That its weeks
// are to begin on another day changes nothing of what was billed, though all is looked at again; when the line is back on weeks, they begin on that day.
func TestAMovedDayLeavesADiscountAsItWas(t *testing.T) {
	each(t, func(w *town) {
		ctx, monday := context.Background(), 1
		w.sells("week", 701, func(p *plans.Plan) { p.Terms.Interval.Unit = plans.Week })
		w.sells("month", 3001, nil)
		c := w.customer(31)
		sub := w.line(c.ID, "week", time.Time{}, nil)
		w.until(clock.Date(2026, 1, 20))
		w.movesTo(c.ID, 31, 6)
		w.until(clock.Date(2026, 2, 13))
		w.must(w.Lines.Discount(ctx, sub.ID, plans.Discount{Percent: 3_358, Periods: 3}, "friend", office))
		w.must(w.Lines.Pause(ctx, sub.ID, time.Time{}, "away", office))
		w.until(clock.Date(2026, 7, 16))
		w.must(w.Lines.ChangePlan(ctx, sub.ID, subChange("month", clock.Date(2026, 5, 25)), office))
		w.until(clock.Date(2026, 8, 30))
		w.must(w.Lines.Resume(ctx, sub.ID, clock.Date(2026, 8, 26).Start(), office))
		w.until(clock.Date(2026, 9, 20))
		w.movesTo(c.ID, 17, monday)
		w.until(clock.Date(2026, 10, 5))
		w.must(w.Lines.Pause(ctx, sub.ID, clock.Date(2026, 9, 28).Start(), "what was billed is looked at again", office))
		w.must(w.Lines.Resume(ctx, sub.ID, clock.Date(2026, 9, 29).Start(), office))
		w.until(clock.Date(2026, 12, 20))
		s := &street{town: w}
		if s.compare(0, sub) < 9 {
			t.Error("few periods")
		}
		less := int64(0)
		for _, d := range w.documents(sub) {
			for _, l := range d.Lines {
				if strings.HasPrefix(l.Key, lessLine) {
					if less += l.Gross; l.Gross > 0 {
						t.Errorf("%v: %v", d.Period, l)
					}
				}
			}
		}
		if less == 0 {
			t.Error("nothing was given")
		}
		w.must(w.Lines.ChangePlan(ctx, sub.ID, subscriptions.Change{PlanKey: "week"}, office))
		w.until(clock.Date(2027, 2, 1))
		s.compare(0, sub)
		docs := w.documents(sub)
		if last := docs[len(docs)-1]; !strings.HasSuffix(last.Cause, ":d7") || weekday(last.Period.From) != monday {
			t.Errorf("the last period is %v of %s", last.Period, last.Cause)
		}
		w.prove()
	})
}

// TestAPlanThatIsDatedBackOutdoesThePricesToldBefore: a line was moved to newer prices of its plan, and is put on another plan, or on the newest price, from a day before
// them. It stays on that, and is billed so; a change of plan that was told before stands.
func TestAPlanThatIsDatedBackOutdoesThePricesToldBefore(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3000, nil)
		w.sells("week", 700, func(p *plans.Plan) { p.Terms.Interval.Unit = plans.Week })
		w.sells("other", 1500, nil)
		var lines []subscriptions.Subscription
		for range 3 {
			lines = append(lines, w.line(w.customer(1).ID, "month", time.Time{}, nil))
		}
		w.until(clock.Date(2026, 3, 12))
		w.sells("month", 6000, nil)
		for _, sub := range lines {
			w.must(w.Lines.Reprice(ctx, sub.ID, office))
		}
		w.until(clock.Date(2026, 4, 2))
		w.must(w.Lines.ChangePlan(ctx, lines[2].ID, subscriptions.Change{PlanKey: "other"}, office))
		newest := w.sells("month", 2000, nil)
		w.until(clock.Date(2026, 4, 9))
		for n, key := range []string{"week", "month", "week"} {
			w.must(w.Lines.ChangePlan(ctx, lines[n].ID, subChange(key, clock.Date(2026, 3, 4)), office))
		}
		for n, want := range []string{"week", "month", "other"} {
			if now, err := w.Lines.Get(ctx, lines[n].ID); err != nil || now.State.Sold.PlanKey != want || n == 1 && now.State.Sold.PriceID != newest.PriceID {
				t.Errorf("line %d is on %+v, %v", n, now.State.Sold, err)
			}
		}
		w.until(clock.Date(2026, 8, 3))
		s := &street{town: w}
		for _, sub := range lines {
			if s.compare(0, sub) < 7 {
				t.Error("few periods")
			}
		}
		w.prove()
	})
}

// TestTheDayIsMovedWhileItIsBilled: staff move it between the reading of what is due and the bill, three runs at once. Nothing is billed twice or left out.
func TestTheDayIsMovedWhileItIsBilled(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3000, nil)
		c := w.customer(1)
		sub := w.line(c.ID, "month", time.Time{}, nil)
		for month := time.January; month <= time.October; month++ {
			w.clock.Set(clock.Date(2026, month, 1).Start().Add(time.Hour))
			day := 1 + int(month)*5%28
			s := &interrupted{Source: w.Source, between: func([]invoices.Due) {
				if err := w.triesToMove(c.ID, day, 0); err != nil && !fault.Is(err, fault.Conflict) { // of three at once one wins
					t.Error(err)
				}
			}}
			var all sync.WaitGroup
			for range 3 {
				all.Go(func() {
					if _, err := w.invoices.Run(ctx, clock.DayOf(w.clock.Now()), s, invoices.RunOptions{}); err != nil && !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.Conflict) {
						t.Error(err)
					}
				})
			}
			all.Wait()
			w.clock.Set(clock.Date(2026, month, 27).Start())
			w.bills()
		}
		w.until(clock.Date(2026, 12, 2))
		docs := w.documents(sub)
		for n := 1; n < len(docs); n++ {
			if docs[n].Period.From != docs[n-1].Period.Until {
				t.Errorf("after %v comes %v", docs[n-1].Period, docs[n].Period)
			}
		}
		s := &street{town: w}
		s.compare(0, sub)
		w.prove()
	})
}

// TestTheNextBillsOnAnotherDay tells what they would be, and writes nothing.
func TestTheNextBillsOnAnotherDay(t *testing.T) {
	each(t, func(w *town) {
		w.sells("month", 3000, nil)
		c := w.customer(1)
		sub := w.line(c.ID, "month", time.Time{}, nil)
		w.until(clock.Date(2026, 3, 10))
		var told []invoices.Due
		var sum int64
		_, err := w.invoices.Run(context.Background(), clock.Date(2026, 3, 10), w.Moving(customers.Customer{ID: c.ID, BillDay: 15}), invoices.RunOptions{Tell: func(d invoices.Due, b invoices.Bill, err error) {
			if err != nil {
				t.Error(err)
			}
			told, sum = append(told, d), sum+b.Gross
		}})
		if err != nil || len(told) != 1 || told[0].Period != (invoices.Period{From: clock.Date(2026, 4, 1), Until: clock.Date(2026, 4, 15)}) || sum != 140_000 {
			t.Errorf("%+v %d %v", told, sum, err)
		}
		w.until(clock.Date(2026, 4, 2))
		if docs := w.documents(sub); docs[len(docs)-1].Gross != 300_000 {
			t.Error("looking at it moved the day")
		}
	})
}

// TestTheMonthsAllowanceRunsWithTheBills of a line that is paid by invoice, wholly or in part: from bill day to bill day, and by the new one when it is moved.
func TestTheMonthsAllowanceRunsWithTheBills(t *testing.T) {
	each(t, func(w *town) {
		gb := int64(gigabyte)
		slows := func(p *plans.Plan) {
			p.Terms.Mode, p.Terms.Data = plans.Hybrid, plans.Meter{Included: 30, Tiers: []plans.Tier{{Each: money.Shillings(10)}}}
			p.Limits.FairUse = access.FairUse{Bytes: 30 * gb, Per: access.PerMonth, UpKbps: 512, DownKbps: 512}
		}
		w.sells("hybrid", 1000, slows)
		w.sells("before", 1000, func(p *plans.Plan) { slows(p); p.Terms.Mode, p.Terms.Data = plans.Prepaid, plans.Meter{} })
		c := w.customer(10)
		one, other := w.line(c.ID, "hybrid", time.Time{}, nil), w.line(c.ID, "before", time.Time{}, nil)
		period := func(grantID int64) (from, until string) {
			views, err := w.Lines.Access.Views(context.Background(), []int64{grantID})
			if err != nil {
				t.Fatal(err)
			}
			g := views[grantID].Grant
			p := g.Period(w.clock.Now(), clock.Nairobi)
			return clock.DayOf(p.Start).String(), clock.DayOf(p.End).String()
		}
		agrees := func(when, from, until string) {
			t.Helper()
			if a, b := period(one.GrantID); a != from || b != until {
				t.Errorf("%s the month is from %s until %s, want %s until %s", when, a, b, from, until)
			}
		}
		agrees("at first", "2025-12-10", "2026-01-10")
		w.until(clock.Date(2026, 3, 12))
		w.uses(one.GrantID, 20*gb)
		agrees("before it moves", "2026-03-10", "2026-04-10")
		w.moves(c.ID, 25)
		agrees("while the bill runs", "2026-03-10", "2026-04-10")
		w.until(clock.Date(2026, 4, 10))
		w.idleJobs()
		w.uses(one.GrantID, 5*gb)
		if _, until := period(one.GrantID); until != "2026-04-25" {
			t.Error("the part between ends on", until)
		}
		w.until(clock.Date(2026, 4, 26))
		w.uses(one.GrantID, gb)
		agrees("by the new day", "2026-04-25", "2026-05-25")
		if from, _ := period(other.GrantID); from != "2026-04-01" {
			t.Error("a line that is paid beforehand has its months from", from)
		}
		w.moves(c.ID, 2)
		w.until(clock.Date(2026, 5, 25))
		w.idleJobs()
		w.uses(one.GrantID, gb)
		if _, until := period(one.GrantID); until != "2026-06-02" {
			t.Error("back to an earlier day, the part between ends on", until)
		}
	})
}

// uses counts use on a grant now, as sessions do.
func (w *town) uses(grantID, octets int64) {
	w.Helper()
	w.in(func(tx *db.Tx) error {
		return w.Lines.Access.Use(tx, []access.Used{{GrantID: grantID, Bytes: octets, From: w.clock.Now().Add(-time.Minute), To: w.clock.Now()}})
	})
}

// idleJobs runs jobs until none is left.
func (w *town) idleJobs() {
	w.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	running := sync.WaitGroup{}
	run, end := context.WithCancel(context.Background())
	running.Go(func() { _ = w.jobs.Run(run) })
	if err := w.jobs.Idle(ctx); err != nil {
		w.Error(err)
	}
	end()
	running.Wait()
}

// TestTheLastOfEachMonthAndADayOfTheWeek: who is billed on the 31st is billed on the last of each month, moved from there and to there too, in a short month as
// in a long one; a fair share's months go with it. Weeks begin on the day that the customer has, and move to another; each week's price is paid once.
func TestTheLastOfEachMonthAndADayOfTheWeek(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3100, nil)
		w.sells("fair", 3100, func(p *plans.Plan) {
			p.Limits.FairUse = access.FairUse{Bytes: 100 * gigabyte, Per: access.PerMonth, UpKbps: 512, DownKbps: 512}
		})
		w.sells("week", 700, func(p *plans.Plan) { p.Terms.Interval.Unit = plans.Week })
		last, moved, weekly, later := w.customer(31), w.customer(10), w.customer(1), w.customer(1)
		w.movesTo(weekly.ID, 1, 1) // 1 January 2026 is a Thursday
		lines := []subscriptions.Subscription{w.line(last.ID, "month", time.Time{}, nil), w.line(moved.ID, "month", time.Time{}, nil), w.line(weekly.ID, "week", time.Time{}, nil), w.line(later.ID, "week", time.Time{}, nil)}
		fair := w.line(last.ID, "fair", time.Time{}, nil)
		w.until(clock.Date(2026, 1, 18))
		w.moves(moved.ID, 31)
		w.movesTo(later.ID, 1, 7)
		w.until(clock.Date(2026, 2, 12))
		w.moves(moved.ID, 30)
		w.until(clock.Date(2026, 5, 2))
		for n, want := range [][]string{
			{"2025-12-31 3000", "2026-01-31 3100", "2026-02-28 3100", "2026-03-31 3100", "2026-04-30 3100"},
			{"2025-12-10 900", "2026-01-10 3100", "2026-02-10 1993", "2026-02-28 3100", "2026-03-30 3100", "2026-04-30 3100"},
			{"2025-12-29 400", "2026-01-05 700", "2026-01-12 700", "2026-01-19 700"},
			{"2026-01-01 700", "2026-01-08 700", "2026-01-15 700", "2026-01-22 300", "2026-01-25 700", "2026-02-01 700"},
		} {
			var got []string
			for _, d := range w.documents(lines[n]) {
				got = append(got, fmt.Sprint(d.Period.From, " ", d.Gross/100))
			}
			if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
				t.Errorf("line %d was billed %q, and should be %q", n, got, want)
			}
			(&street{town: w}).compare(0, lines[n])
		}
		g, _, _, err := w.Lines.Access.View(ctx, fair.GrantID)
		if p := g.Period(clock.Date(2026, 3, 2).Start(), clock.Nairobi); err != nil || g.Limits.FairUse.Day != 31 || clock.DayOf(p.Start) != clock.Date(2026, 2, 28) || clock.DayOf(p.End) != clock.Date(2026, 3, 31) {
			t.Error("a fair month does not go with the bill's", p, g.Limits.FairUse.Day, err)
		}
		w.prove()
	})
}
