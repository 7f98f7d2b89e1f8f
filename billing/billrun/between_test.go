package billrun

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// TestALineThatIsPaidOnceMoreBeforeItIsInvoiced: its change to invoices lay ahead and the first bill was made, when what had been given for an outage was taken
// back, the line ran out before the change, and money renewed it. What that paid for is not invoiced, too.
func TestALineThatIsPaidOnceMoreBeforeItIsInvoiced(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("before", 3100, func(p *plans.Plan) { p.Terms.Mode = plans.Prepaid })
		w.sells("week", 700, func(p *plans.Plan) { p.Terms.Interval = plans.Interval{Unit: plans.Week, Every: 1} })
		c := w.customer(10)
		pays := func(bob int64) {
			w.in(func(tx *db.Tx) error {
				_, err := w.accounts.Add(tx, c.ID, money.Shillings(bob), accounts.Cause{Kind: "counter", Request: fmt.Sprint("money", w.DB.ID())}, ledger.Posting{Account: ledger.Cash, Amount: money.Shillings(bob)})
				if err == nil {
					err = w.Lines.Renew(tx, c.ID)
				}
				return err
			})
		}
		sub := w.line(c.ID, "before", time.Time{}, nil)
		pays(3100)
		w.until(clock.Date(2026, 1, 20))
		given, _, err := w.compensates(2, "fibre cut")
		if err != nil {
			t.Fatal(err)
		}
		w.must(w.Lines.ChangePlan(ctx, sub.ID, subscriptions.Change{PlanKey: "week", AtEnd: true}, office))
		if _, err := w.takesBack(given.ID); err != nil {
			t.Fatal(err)
		}
		now, err := w.Lines.Get(ctx, sub.ID)
		if err != nil {
			t.Fatal(err)
		}
		w.until(clock.DayOf(now.State.PaidTo) + 2)
		pays(3100)
		w.until(clock.Date(2026, 5, 20))
		(&street{town: w}).compare(0, sub)
		w.prove()
	})
}

// TestTheMoneyOfALineThatIsInvoicedGoesBack: what a renewal paid for ran on into the days of invoices, of which the first bill was made. From the day on which
// its money is gone they are invoiced.
func TestTheMoneyOfALineThatIsInvoicedGoesBack(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("before", 3100, func(p *plans.Plan) { p.Terms.Mode = plans.Prepaid })
		w.sells("month", 6200, nil)
		c := w.customer(1)
		sub := w.line(c.ID, "before", time.Time{}, nil)
		w.in(func(tx *db.Tx) error {
			_, err := w.accounts.Add(tx, c.ID, money.Shillings(3100), accounts.Cause{Kind: "counter", Request: "money"}, ledger.Posting{Account: ledger.Cash, Amount: money.Shillings(3100)})
			if err == nil {
				err = w.Lines.Renew(tx, c.ID)
			}
			return err
		})
		w.until(clock.Date(2026, 1, 5))
		w.must(w.Lines.ChangePlan(ctx, sub.ID, subscriptions.Change{PlanKey: "month"}, office)) // 27 days are left, which are 13 and a half of the other's
		w.until(clock.Date(2026, 1, 8))
		w.in(func(tx *db.Tx) error {
			return w.Lines.Undo(tx, fmt.Sprintf("subscription:%d:%d", sub.ID, 2), money.Shillings(3100))
		})
		w.until(clock.Date(2026, 5, 20))
		(&street{town: w}).compare(0, sub)
		w.prove()
	})
}
