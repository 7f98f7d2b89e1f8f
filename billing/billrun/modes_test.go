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

// TestFromPaidBeforehandToInvoiceAndBack: what was paid is used up on the other plan, at its price, before the first bill; and back, the days after it
// are credited. At the end of a period means that of the bills.
func TestFromPaidBeforehandToInvoiceAndBack(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("before", 1550, func(p *plans.Plan) { p.Terms.Mode = plans.Prepaid })
		w.sells("month", 3100, nil)
		w.sells("big", 6200, nil)
		c := w.customer(10)
		pays := func(bob int64) {
			w.in(func(tx *db.Tx) error {
				_, err := w.accounts.Add(tx, c.ID, money.Shillings(bob), accounts.Cause{Kind: "counter", Request: fmt.Sprint("money", w.DB.ID())}, ledger.Posting{Account: ledger.Cash, Amount: money.Shillings(bob)})
				return err
			})
		}
		sub := w.line(c.ID, "before", time.Time{}, nil)
		pays(1550)
		w.in(func(tx *db.Tx) error { return w.Lines.Renew(tx, c.ID) })
		w.until(clock.Date(2026, 1, 20))
		w.must(w.Lines.ChangePlan(ctx, sub.ID, subscriptions.Change{PlanKey: "month"}, office)) // twelve days are left, which are six of the other's
		w.until(clock.Date(2026, 1, 27))
		if err := w.Lines.Tick(ctx); err != nil {
			t.Fatal(err)
		}
		if now, err := w.Lines.Get(ctx, sub.ID); err != nil || now.HeldCents != 0 {
			t.Errorf("%d cents are held of what was used up: %v", now.HeldCents, err)
		}
		w.until(clock.Date(2026, 2, 12))
		w.must(w.Lines.ChangePlan(ctx, sub.ID, subscriptions.Change{PlanKey: "big", AtEnd: true}, office))
		w.until(clock.Date(2026, 3, 25))
		w.must(w.Lines.ChangePlan(ctx, sub.ID, subscriptions.Change{PlanKey: "before"}, office))
		w.until(clock.Date(2026, 8, 1))
		w.want(sub, "2026-01-10 issued KES 1,400; month, 14 of 31 days, at KES 3,100 for all of them: KES 1,400",
			"2026-02-10 issued KES 3,100; month, The whole period, at KES 3,100: KES 3,100",
			"2026-03-10 issued KES 6,200; big, The whole period, at KES 6,200: KES 6,200",
			"2026-04-10 credited -KES 3,200; big, Credited: what was charged for 10.03.2026 to 09.04.2026 has changed: -KES 6,200; big, 15 of 31 days, at KES 6,200 for all of them: KES 3,000")
		w.prove()
	})
}
