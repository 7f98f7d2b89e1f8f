package billrun

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// interrupted is a source of which a bill is made while something happens to the lines.
type interrupted struct {
	*Source
	between func(due []invoices.Due)
}

// Fill has something recorded once the history is read, and before it is billed.
func (s *interrupted) Fill(ctx context.Context, due []invoices.Due) (map[int64]invoices.Price, error) {
	prices, err := s.Source.Fill(ctx, due)
	if err == nil {
		s.between(due)
	}
	return prices, err
}

// TestWhatIsRecordedMeanwhileIsBilledNext: an event between the reading of a history and its bill is on the next bill, whatever it is; also an end, with
// which the position would have closed, and a beginning after one.
func TestWhatIsRecordedMeanwhileIsBilledNext(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3100, nil)
		w.sells("big", 6200, nil)
		sub := w.line(w.customer(1).ID, "month", time.Time{}, nil)
		w.clock.Set(clock.Date(2026, 1, 5).Start())
		once := true
		s := &interrupted{Source: w.Source, between: func([]invoices.Due) {
			if once {
				once = false
				w.must(w.Lines.ChangePlan(ctx, sub.ID, subscriptions.Change{PlanKey: "big", At: clock.Date(2026, 1, 3).Start()}, office))
			}
		}}
		if got, err := w.invoices.Run(ctx, clock.Date(2026, 1, 5), s, invoices.RunOptions{}); err != nil || got.Drafts != 1 {
			t.Fatal(got, err)
		}
		w.clock.Set(clock.Date(2026, 2, 1).Start())
		w.bills()
		w.must(w.Lines.End(ctx, sub.ID, subscriptions.Ending{At: clock.Date(2026, 2, 2).Start(), Reason: "leaves"}, office))
		w.clock.Set(clock.Date(2026, 4, 1).Start())
		w.bills()
		w.want(sub, "2026-01-01 issued KES 3,100; month, The whole period, at KES 3,100: KES 3,100",
			"2026-02-01 issued KES 9,100; big, The whole period, at KES 6,200: KES 6,200; month, Credited: what was charged for 01.01.2026 to 31.01.2026 has changed: -KES 3,100; month, 2 of 31 days, at KES 3,100 for all of them: KES 200; big, 29 of 31 days, at KES 6,200 for all of them: KES 5,800",
			"2026-03-01 credited -KES 5,979; big, Credited: what was charged for 01.02.2026 to 28.02.2026 has changed: -KES 6,200; big, 1 of 28 days, at KES 6,200 for all of them: KES 221.43; Rounding, The total is rounded to KES 1: -KES 0.43")
		w.prove()
	})
}

// dying is a source of which each second transaction is lost, when it was written and not yet committed.
type dying struct {
	*Source
	n atomic.Int64
}

func (s *dying) Done(tx *db.Tx, due []invoices.Due) error {
	err := s.Source.Done(tx, due)
	if err == nil && s.n.Add(1)%2 == 1 {
		err = fault.New(fault.Unavailable, "db.unavailable")
	}
	return err
}

// TestThreeWorkersWhileLinesChange: three bill, each with two workers that die again and again, while staff change every line; no period is billed twice, none is left out, and
// after one more run each costs what its days do.
func TestThreeWorkersWhileLinesChange(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3001, nil)
		w.sells("big", 5999, nil)
		var lines []subscriptions.Subscription
		for n := range 30 {
			lines = append(lines, w.line(w.customer(1+n%28).ID, "month", time.Time{}, nil))
		}
		w.clock.Set(clock.Date(2026, 6, 3).Start())
		var all sync.WaitGroup
		died := dying{Source: w.Source}
		for range 3 {
			all.Go(func() {
				for range 6 {
					if _, err := w.invoices.Run(ctx, clock.Date(2026, 6, 3), &died, invoices.RunOptions{Workers: 2}); err != nil && !fault.Is(err, fault.Unavailable) {
						t.Error(err)
					}
				}
			})
		}
		for n, sub := range lines {
			all.Go(func() {
				for k, key := range []string{"big", "month", "big"} {
					at := clock.Date(2026, 1, 10+40*k+n).Start()
					if _, err := w.Lines.ChangePlan(ctx, sub.ID, subscriptions.Change{PlanKey: key, At: at}, office); err != nil && !fault.Is(err, fault.Invalid) {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if died.n.Load() < 6 {
			t.Error("only", died.n.Load(), "transactions")
		}
		w.clock.Set(clock.Date(2026, 8, 1).Start())
		w.bills()
		s := &street{town: w}
		for _, sub := range lines {
			s.compare(0, sub)
			seen := map[string]bool{}
			for _, d := range w.documents(sub) {
				if seen[d.Period.From.String()] {
					t.Errorf("line %d is billed twice from %v on", sub.ID, d.Period.From)
				}
				seen[d.Period.From.String()] = true
			}
		}
		if again := w.bills(); again != (invoices.Drafted{}) {
			t.Error("a second run did", again)
		}
		w.prove()
	})
}

// TestLinesThatWereThereBefore positions were kept are billed from their beginning; and one that is taken back leaves none.
func TestLinesThatWereThereBefore(t *testing.T) {
	each(t, func(w *town) {
		w.sells("month", 3100, nil)
		sub := w.line(w.customer(1).ID, "month", time.Time{}, nil)
		w.in(func(tx *db.Tx) error {
			if err := remove(tx, sub.ID, false); err != nil {
				return err
			}
			return insert(tx, position{SubscriptionID: sub.ID, Due: 1})
		})
		w.until(clock.Date(2026, 2, 1))
		w.want(sub, "2026-01-01 issued KES 3,100; month, The whole period, at KES 3,100: KES 3,100", "2026-02-01 issued KES 3,100; month, The whole period, at KES 3,100: KES 3,100")
		var taken subscriptions.Subscription
		w.in(func(tx *db.Tx) (err error) {
			taken, err = w.Lines.TakeOver(tx, subscriptions.Opening{CustomerID: sub.CustomerID, PlanKey: "month", Place: subscriptions.Place{SiteID: w.site}, PaidTo: clock.Date(2026, 3, 11).Start(),
				Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: "imported"}, Secret: "s3cret"}, false, office)
			return err
		})
		w.until(clock.Date(2026, 3, 15))
		w.want(taken, "2026-03-01 issued KES 2,100; month, 21 of 31 days, at KES 3,100 for all of them: KES 2,100")
		w.in(func(tx *db.Tx) error { return w.Retracted(tx, taken.ID) })
		w.in(func(tx *db.Tx) error {
			kept, err := positionsIn(tx, taken.ID)
			if len(kept) > 0 {
				t.Error(kept)
			}
			return err
		})
	})
}
