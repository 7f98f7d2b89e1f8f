package billrun

import (
	"context"
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

// TestAChangeOfPlanThatWasWithdrawnIsNotBilled: bills and tracks are as if nobody had wanted it, between plans by invoice and from one that is paid beforehand.
func TestAChangeOfPlanThatWasWithdrawnIsNotBilled(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("before", 1550, func(p *plans.Plan) { p.Terms.Mode = plans.Prepaid })
		w.sells("month", 3100, nil)
		w.sells("big", 6200, nil)
		invoiced, prepaid := w.line(w.customer(10).ID, "month", time.Time{}, nil), w.line(w.customer(10).ID, "before", time.Time{}, nil)
		w.in(func(tx *db.Tx) error {
			if _, err := w.accounts.Add(tx, prepaid.CustomerID, money.Shillings(1550), accounts.Cause{Kind: "counter", Request: "money"}, ledger.Posting{Account: ledger.Cash, Amount: money.Shillings(1550)}); err != nil {
				return err
			}
			return w.Lines.Renew(tx, prepaid.CustomerID)
		})
		for _, sub := range []subscriptions.Subscription{invoiced, prepaid} {
			planned, err := w.Lines.ChangePlan(ctx, sub.ID, subscriptions.Change{PlanKey: "big", AtEnd: true}, office)
			w.must(planned, err)
			w.in(func(tx *db.Tx) error {
				_, err := w.Lines.WithdrawIn(tx, sub.ID, subscriptions.By{Actor: "asha", Seen: planned.Seq})
				return err
			})
		}
		w.until(clock.Date(2026, 3, 1))
		w.want(invoiced, "2025-12-10 issued KES 900; month, 9 of 31 days, at KES 3,100 for all of them: KES 900", "2026-01-10 issued KES 3,100; month, The whole period, at KES 3,100: KES 3,100",
			"2026-02-10 issued KES 3,100; month, The whole period, at KES 3,100: KES 3,100")
		w.want(prepaid)
		w.prove()
	})
}
