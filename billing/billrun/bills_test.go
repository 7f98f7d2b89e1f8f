package billrun

import (
	"context"
	"slices"
	"testing"
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

func TestModels(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, &positionRow{}) })
}

func (w *town) want(sub subscriptions.Subscription, want ...string) {
	w.Helper()
	if got := w.says(sub); !slices.Equal(got, want) {
		for _, one := range got {
			w.Logf("%q,", one)
		}
		w.Errorf("line %d has other bills", sub.ID)
	}
}

func (w *town) must(_ subscriptions.Subscription, err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// TestALineIsBilled through a start within the period, a pause, a change of plan dated back, an add-on, a pack, a newer price, an end and the fee for it.
func TestALineIsBilled(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("office", 3100, func(p *plans.Plan) { p.Terms.Setup.Cents, p.Terms.Setup.Currency = 500_000, "KES" })
		w.sells("office-big", 6200, nil)
		w.addOn("static", 620, false)
		w.addOn("data", 500, true)
		c := w.customer(1)
		until := clock.Date(2027, 1, 1).Start()
		w.until(clock.Date(2026, 1, 11))
		sub := w.line(c.ID, "office", time.Time{}, func(n *subscriptions.Opening) {
			n.Contract = &subscriptions.Contract{Until: until}
			n.Contract.Fee.Cents, n.Contract.Fee.Currency = 400_000, "KES"
		})
		w.until(clock.Date(2026, 1, 21))
		w.must(w.Lines.Pause(ctx, sub.ID, time.Time{}, "travels", office))
		w.until(clock.Date(2026, 1, 26))
		w.must(w.Lines.Resume(ctx, sub.ID, time.Time{}, office))
		w.until(clock.Date(2026, 2, 3))
		w.must(w.Lines.ChangePlan(ctx, sub.ID, subscriptions.Change{PlanKey: "office-big", At: clock.Date(2026, 1, 30).Start()}, office))
		w.must(w.Lines.AddOn(ctx, sub.ID, "static", office))
		w.must(w.Lines.AddOn(ctx, sub.ID, "data", office))
		w.until(clock.Date(2026, 3, 15))
		w.sells("office-big", 9300, nil)
		w.must(w.Lines.Reprice(ctx, sub.ID, office))
		w.until(clock.Date(2026, 4, 16))
		w.must(w.Lines.End(ctx, sub.ID, subscriptions.Ending{Reason: "leaves"}, office))
		w.until(clock.Date(2026, 7, 1))
		w.want(sub,
			"2026-01-01 issued KES 7,100; office, 21 of 31 days, at KES 3,100 for all of them: KES 2,100; Installation, Once, on 11.01.2026: KES 5,000",
			"2026-02-01 issued KES 2,600; office, The whole period, at KES 3,100: KES 3,100; office, Credited: what was charged for 11.01.2026 to 31.01.2026 has changed: -KES 2,100; office, 10 of 31 days, at KES 3,100 for all of them: KES 1,000; office, 6 of 31 days, at KES 3,100 for all of them: KES 600",
			"2026-03-01 issued KES 11,196; office-big, The whole period, at KES 6,200: KES 6,200; static, The whole period, at KES 620: KES 620; office, Credited: what was charged for 26.01.2026 to 31.01.2026 has changed: -KES 600; office, 4 of 31 days, at KES 3,100 for all of them: KES 400; office-big, 2 of 31 days, at KES 6,200 for all of them: KES 400; office, Credited: what was charged for 01.02.2026 to 28.02.2026 has changed: -KES 3,100; office-big, The whole period, at KES 6,200: KES 6,200; static, 26 of 28 days, at KES 620 for all of them: KES 575.71; data, Once, on 03.02.2026: KES 500; Rounding, The total is rounded to KES 1: KES 0.29",
			"2026-04-01 issued KES 9,920; office-big, The whole period, at KES 9,300: KES 9,300; static, The whole period, at KES 620: KES 620",
			"2026-05-01 credited -KES 960; office-big, Credited: what was charged for 01.04.2026 to 30.04.2026 has changed: -KES 9,300; static, Credited: what was charged for 01.04.2026 to 30.04.2026 has changed: -KES 620; office-big, 15 of 30 days, at KES 9,300 for all of them: KES 4,650; static, 15 of 30 days, at KES 620 for all of them: KES 310; Fee for leaving before the contract is over, Once, on 16.04.2026: KES 4,000",
		)
		w.in(func(tx *db.Tx) error {
			kept, err := positionsIn(tx, sub.ID)
			if len(kept) != 1 || kept[0].Due != 0 {
				w.Errorf("its position is open: %+v", kept)
			}
			return err
		})
		w.prove()
	})
}

// TestASecondRunIssuesNothing is "must be shown" 6, with real lines of every kind.
func TestASecondRunIssuesNothing(t *testing.T) {
	each(t, func(w *town) {
		w.sells("month", 3000, nil)
		w.sells("week", 700, func(p *plans.Plan) { p.Terms.Interval.Unit = plans.Week })
		w.sells("after", 3000, func(p *plans.Plan) { p.Terms.Arrears = true })
		w.sells("before", 3000, func(p *plans.Plan) { p.Terms.Mode = plans.Prepaid })
		for _, key := range []string{"month", "week", "after", "before"} {
			for day := 1; day < 28; day += 9 {
				w.line(w.customer(day).ID, key, time.Time{}, nil)
			}
		}
		w.clock.Set(clock.Date(2026, 3, 2).Start().Add(9 * time.Hour))
		first := w.bills()
		if first.Drafts == 0 || first.Parked != 0 {
			t.Error(first)
		}
		if again := w.bills(); again != (invoices.Drafted{}) {
			t.Error("a second run did", again)
		}
		w.prove()
	})
}
