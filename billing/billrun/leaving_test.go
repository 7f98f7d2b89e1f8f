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
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// bound is a line on a plan with a contract for the year and a fee for leaving it, and a deposit of some shillings.
func (w *town) bound(plan string, fee, deposit int64) subscriptions.Subscription {
	w.Helper()
	c := w.customer(1)
	w.pays(c.ID, 10_000)
	sub := w.line(c.ID, plan, time.Time{}, func(n *subscriptions.Opening) {
		n.Contract = &subscriptions.Contract{Until: clock.Date(2027, 1, 1).Start(), Fee: money.Shillings(fee)}
	})
	if deposit > 0 {
		w.must(w.Lines.TakeDeposit(context.Background(), sub.ID, money.Shillings(deposit), office))
	}
	return sub
}

func (w *town) pays(customerID, bob int64) {
	w.Helper()
	w.in(func(tx *db.Tx) error {
		some := money.Shillings(bob)
		_, err := w.accounts.Add(tx, customerID, some, accounts.Cause{Kind: "counter", Request: "money" + time.Duration(w.DB.ID()).String()}, ledger.Posting{Account: ledger.Cash, Amount: some})
		return err
	})
}

// TestLeavingAContractEarly costs its fee however the line was paid: on an invoice, or from the deposit as far as that goes. The preview says what happens;
// waived, or after the contract, nothing does; and an end that lies ahead keeps nothing of the deposit.
func TestLeavingAContractEarly(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("before", 3100, func(p *plans.Plan) { p.Terms.Mode = plans.Prepaid })
		w.sells("week", 700, func(p *plans.Plan) { p.Terms.Mode, p.Terms.Interval.Unit = plans.Prepaid, plans.Week })
		w.sells("month", 3100, nil)
		byInvoice, byDeposit, part, waived, ahead := w.bound("before", 4000, 0), w.bound("before", 4000, 5000), w.bound("week", 4000, 1500), w.bound("before", 4000, 1000), w.bound("before", 4000, 5000)
		postpaid := w.bound("month", 4000, 1500)
		w.until(clock.Date(2026, 1, 16))
		ends := func(sub subscriptions.Subscription, how subscriptions.Ending, fee, kept, invoiced, back, deposit int64) {
			t.Helper()
			how.Reason = "moves away"
			f, err := w.Lines.PreviewEnd(ctx, sub.ID, how)
			if err != nil {
				t.Fatal(err)
			}
			if f.Fee != money.Shillings(fee) || f.Kept.Cents != kept*100 || f.Invoiced.Cents != invoiced*100 || f.Back.Cents != back*100 || f.Deposit.Cents != deposit*100 {
				if fee != 0 || !f.Fee.IsZero() {
					t.Errorf("%d of %s: %+v", sub.ID, sub.State.Sold.PlanKey, f)
				}
			}
			got, err := w.Lines.End(ctx, sub.ID, how, subscriptions.By{Actor: "clerk", Request: "once", Seen: f.Seen})
			if err != nil || got.State.Deposit.Cents != deposit*100 {
				t.Fatal(got.State.Deposit, err)
			}
			w.must(w.Lines.End(ctx, sub.ID, how, subscriptions.By{Actor: "clerk", Request: "once", Seen: f.Seen})) // the button is pressed again
		}
		ends(byInvoice, subscriptions.Ending{GiveBack: true}, 4000, 0, 4000, 1600, 0)
		ends(byDeposit, subscriptions.Ending{FromDeposit: true}, 4000, 4000, 0, 0, 1000)
		ends(part, subscriptions.Ending{FromDeposit: true}, 4000, 1500, 2500, 0, 0)
		ends(waived, subscriptions.Ending{Waive: true, FromDeposit: true}, 0, 0, 0, 0, 1000)
		ends(ahead, subscriptions.Ending{At: clock.Date(2026, 2, 10).Start(), FromDeposit: true}, 4000, 0, 4000, 0, 5000)
		ends(postpaid, subscriptions.Ending{FromDeposit: true}, 4000, 1500, 2500, 0, 0)
		w.until(clock.Date(2026, 4, 1))
		fee := "2026-01-01 issued KES 4,000; Fee for leaving before the contract is over, Once, on 16.01.2026: KES 4,000"
		w.want(byInvoice, fee)
		w.want(byDeposit)
		w.want(part, "2026-01-01 issued KES 2,500; Fee for leaving before the contract is over, Once, on 16.01.2026: KES 2,500")
		w.want(waived)
		w.want(ahead, "2026-02-01 issued KES 4,000; Fee for leaving before the contract is over, Once, on 10.02.2026: KES 4,000")
		w.want(postpaid, "2026-01-01 issued KES 3,100; month, The whole period, at KES 3,100: KES 3,100",
			"2026-02-01 issued KES 900; month, Credited: what was charged for 01.01.2026 to 31.01.2026 has changed: -KES 3,100; month, 15 of 31 days, at KES 3,100 for all of them: KES 1,500; Fee for leaving before the contract is over, Once, on 16.01.2026: KES 2,500")
		for sub, bob := range map[*subscriptions.Subscription]int64{&byDeposit: 1000, &part: 0, &postpaid: 0, &ahead: 5000} {
			if held, err := w.ledger.Balance(ctx, ledger.Deposits, fmt.Sprintf("customer:%d", sub.CustomerID)); err != nil || held.Cents != -bob*100 {
				t.Errorf("the books hold %s of a deposit of which %d shillings are left: %v", held, bob, err)
			}
		}
		if again, err := w.Lines.End(ctx, byInvoice.ID, subscriptions.Ending{Reason: "again"}, office); fault.KeyOf(err) != "subscription.ended" {
			t.Error(again, err)
		}
		if _, err := w.Lines.PreviewEnd(ctx, byInvoice.ID, subscriptions.Ending{Reason: "again"}); fault.KeyOf(err) != "subscription.ended" {
			t.Error(err)
		}
		if _, err := w.Lines.PreviewEnd(ctx, byInvoice.ID, subscriptions.Ending{}); fault.KeyOf(err) != "subscription.reason" {
			t.Error(err)
		}
		w.prove()
	})
}

// TestTheFeeIsOnABillWhateverBecomesOfThePlan: a change to a plan that is paid beforehand lies before an end that lies ahead, or is dated back behind one.
func TestTheFeeIsOnABillWhateverBecomesOfThePlan(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3100, nil)
		w.sells("week", 700, func(p *plans.Plan) { p.Terms.Interval.Unit = plans.Week })
		w.sells("before", 700, func(p *plans.Plan) { p.Terms.Mode, p.Terms.Interval.Unit = plans.Prepaid, plans.Week })
		one, two := w.bound("week", 4000, 0), w.bound("month", 4000, 0)
		w.until(clock.Date(2026, 1, 20))
		w.must(w.Lines.ChangePlan(ctx, one.ID, subscriptions.Change{PlanKey: "before", AtEnd: true}, office))
		w.must(w.Lines.End(ctx, one.ID, subscriptions.Ending{At: clock.Date(2026, 3, 1).Start(), Reason: "leaves"}, office))
		w.must(w.Lines.End(ctx, two.ID, subscriptions.Ending{Reason: "leaves"}, office))
		w.until(clock.Date(2026, 2, 2))
		w.must(w.Lines.ChangePlan(ctx, two.ID, subChange("before", clock.Date(2026, 1, 10)), office))
		w.until(clock.Date(2026, 6, 1))
		for _, sub := range []subscriptions.Subscription{one, two} {
			fee := int64(0)
			for _, d := range w.documents(sub) {
				for _, l := range d.Lines {
					if l.Key == leavingLine {
						fee += l.Gross
					}
				}
			}
			if fee != 400_000 {
				t.Errorf("line %d is charged %d cents for leaving: %q", sub.ID, fee, w.says(sub))
			}
			s := &street{town: w}
			s.compare(0, sub)
		}
		w.prove()
	})
}
