package billrun

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// changes stores a customer as it is changed.
func (w *town) changes(customerID int64, change func(*customers.Customer)) {
	w.Helper()
	w.in(func(tx *db.Tx) error {
		c, err := w.Customers.GetTx(tx, customerID)
		if err != nil {
			return err
		}
		change(&c)
		_, err = w.Customers.Save(tx, c, customers.By{Actor: "clerk"})
		return err
	})
}

func (w *town) rate(kind taxes.Kind, share int64, from, until clock.Day) {
	w.Helper()
	on := []taxes.Supply{taxes.Internet}
	if _, err := w.taxes.Save(context.Background(), taxes.Rate{Kind: kind, Share: share, From: from, Until: until, On: on, Note: "an Act"}, taxes.By{Actor: "clerk"}); err != nil {
		w.Fatal(err)
	}
}

// of are the documents of a customer about a line, as texts.
func (w *town) of(customerID int64, sub subscriptions.Subscription) (all []string) {
	w.Helper()
	list, err := w.invoices.Newest(context.Background(), invoices.Filter{CustomerID: customerID}, 0, 100)
	if err != nil {
		w.Fatal(err)
	}
	for n := len(list) - 1; n >= 0; n-- {
		if list[n].SubscriptionID == sub.ID {
			all = append(all, fmt.Sprint(list[n].Period.From, " ", list[n].Kind, " ", money.KES(list[n].Gross)))
		}
	}
	return all
}

func (w *town) same(what string, got []string, want ...string) {
	w.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.Errorf("%s: %q, want %q", what, got, want)
	}
}

// TestAnAccountThatGoesToAnotherParent: what was billed to the one and turns out otherwise is credited to them, with the taxes that they paid, and not to
// who pays now; and what is charged anew of that time is theirs.
func TestAnAccountThatGoesToAnotherParent(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.rate(taxes.VAT, 1600, 1, 0)
		w.sells("month", 3100, nil)
		w.sells("big", 6200, nil)
		first, second, child := w.customer(1), w.customer(1), w.customer(1)
		w.changes(second.ID, func(c *customers.Customer) { c.TaxExempt, c.ExemptCertificate = true, "KRA/EX/1" })
		w.changes(child.ID, func(c *customers.Customer) { c.ParentID, c.ParentPays = first.ID, true })
		sub := w.line(child.ID, "month", time.Time{}, nil)
		w.until(clock.Date(2026, 1, 20))
		w.pays(first.ID, 3100)
		w.in(func(tx *db.Tx) error { return w.invoices.Pay(tx, first.ID) })
		w.changes(child.ID, func(c *customers.Customer) { c.ParentID = second.ID })
		w.until(clock.Date(2026, 2, 5))
		w.must(w.Lines.Pause(ctx, sub.ID, clock.Date(2026, 1, 11).Start(), "away", office))
		w.must(w.Lines.Resume(ctx, sub.ID, clock.Date(2026, 1, 21).Start(), office))
		w.must(w.Lines.ChangePlan(ctx, sub.ID, subChange("big", clock.Date(2026, 2, 1)), office))
		w.until(clock.Date(2026, 3, 2))
		w.same("the first parent", w.of(first.ID, sub), "2026-01-01 invoice KES 3,100", "2026-03-01 credit -KES 1,000")
		w.same("the second parent", w.of(second.ID, sub), "2026-02-01 invoice KES 2,672", "2026-03-01 invoice KES 8,017")
		w.same("the child", w.of(child.ID, sub))
		held, err := w.accounts.Balances(ctx, []int64{first.ID, second.ID})
		if err != nil || held[first.ID] != money.Shillings(1000) || !held[second.ID].IsZero() {
			t.Error(held, err)
		}
		if again := w.bills(); again != (invoices.Drafted{}) {
			t.Error("a second run did", again)
		}
		w.until(clock.Date(2026, 3, 10))
		w.must(w.Lines.Pause(ctx, sub.ID, clock.Date(2026, 1, 30).Start(), "away", office)) // once more over both, and what was corrected
		w.must(w.Lines.Resume(ctx, sub.ID, clock.Date(2026, 2, 2).Start(), office))
		w.until(clock.Date(2026, 4, 2))
		w.same("the first parent", w.of(first.ID, sub), "2026-01-01 invoice KES 3,100", "2026-03-01 credit -KES 1,000", "2026-04-01 credit -KES 200")
		list, err := w.invoices.Newest(ctx, invoices.Filter{CustomerID: first.ID}, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		vat := int64(0)
		for _, d := range list {
			vat += d.VAT
		}
		if exact := int64(190_000 * 16 / 116); vat < exact-3 || vat > exact+3 { // of the nineteen days that are theirs
			t.Errorf("VAT of the first parent is %d, not %d", vat, exact)
		}
		w.prove()
	})
}

// TestWhoIsExemptForAPartOfAPeriod pays taxes for its other days: a certificate that ends within it, one that begins within it, and what is charged or
// corrected later is by the day of supply.
func TestWhoIsExemptForAPartOfAPeriod(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.rate(taxes.VAT, 1600, 1, 0)
		w.sells("month", 3100, func(p *plans.Plan) { p.Terms.Inclusive = false })
		w.sells("after", 3100, func(p *plans.Plan) { p.Terms.Inclusive, p.Terms.Arrears = false, true })
		ends, begins := w.customer(1), w.customer(1)
		w.changes(ends.ID, func(c *customers.Customer) {
			c.TaxExempt, c.ExemptCertificate, c.ExemptUntil = true, "KRA/EX/1", "2026-01-10"
		})
		one, late, two := w.line(ends.ID, "month", time.Time{}, nil), w.line(ends.ID, "after", time.Time{}, nil), w.line(begins.ID, "after", time.Time{}, nil)
		w.until(clock.Date(2026, 1, 20))
		w.changes(begins.ID, func(c *customers.Customer) {
			c.TaxExempt, c.ExemptCertificate, c.ExemptFrom = true, "KRA/EX/2", "2026-01-22"
		})
		w.until(clock.Date(2026, 2, 10))
		w.must(w.Lines.Pause(ctx, one.ID, clock.Date(2026, 1, 6).Start(), "away", office))
		w.must(w.Lines.Resume(ctx, one.ID, clock.Date(2026, 1, 16).Start(), office))
		w.until(clock.Date(2026, 3, 2))
		vat := func(sub subscriptions.Subscription, want ...int64) {
			t.Helper()
			var got []int64
			for _, d := range w.documents(sub) {
				got = append(got, d.VAT)
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("VAT %v, want %v: %q", got, want, w.says(sub))
			}
		}
		vat(one, 336_00, 496_00, 496_00-80_00) // 21 of 31 days; the pause takes five with the tax, and five without
		vat(late, 336_00, 496_00)
		vat(two, 336_00, 0)
		w.prove()
	})
}

// TestAMergedAccountIsNotBilledAnyMore: what is known late of a line that had ended is billed to who answers for it; and nobody is merged whose bill has no number.
func TestAMergedAccountIsNotBilledAnyMore(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3100, nil)
		from, to := w.customer(1), w.customer(1)
		sub := w.line(from.ID, "month", time.Time{}, nil)
		w.until(clock.Date(2026, 1, 11))
		w.pays(from.ID, 3100)
		w.in(func(tx *db.Tx) error { return w.invoices.Pay(tx, from.ID) })
		w.must(w.Lines.End(ctx, sub.ID, subscriptions.Ending{Reason: "is here twice"}, office))
		if err := w.Customers.Merge(ctx, from.ID, to.ID, customers.By{Actor: "clerk"}); err != nil {
			t.Fatal(err)
		}
		w.until(clock.Date(2026, 2, 2))
		w.same("who is merged", w.of(from.ID, sub), "2026-01-01 invoice KES 3,100")
		w.same("who answers for them", w.of(to.ID, sub), "2026-02-01 credit -KES 2,100")
		w.prove()
	})
}

// TestTheLastDayOfALeapFebruary: lines that begin, pause, change and end on it, of months, quarters and years, with taxes that change on it, cost what their days do.
func TestTheLastDayOfALeapFebruary(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		leap := clock.Date(2028, 2, 29)
		w.rate(taxes.VAT, 1400, 1, leap)
		w.rate(taxes.VAT, 1600, leap, 0)
		w.sells("month", 2900, nil)
		w.sells("big", 5800, nil)
		w.sells("quarter", 9100, func(p *plans.Plan) { p.Terms.Interval.Every = 3 })
		w.sells("year", 36_600, func(p *plans.Plan) { p.Terms.Interval.Every = 12 })
		w.clock.Set(clock.Date(2028, 1, 31).Start().Add(9 * time.Hour))
		pauses, changes, begun := w.line(w.customer(1).ID, "month", time.Time{}, nil), w.line(w.customer(28).ID, "month", time.Time{}, nil), []subscriptions.Subscription{}
		w.until(leap)
		for _, key := range []string{"month", "quarter", "year"} {
			begun = append(begun, w.line(w.customer(28).ID, key, time.Time{}, nil))
		}
		w.must(w.Lines.Pause(ctx, pauses.ID, leap.Start(), "away", office))
		w.must(w.Lines.ChangePlan(ctx, changes.ID, subChange("big", leap), office))
		w.until(leap + 1)
		w.must(w.Lines.Resume(ctx, pauses.ID, (leap + 1).Start(), office))
		w.must(w.Lines.Discount(ctx, begun[0].ID, plans.Discount{Percent: 1000, Periods: 12}, "friend", office))
		w.until(clock.Date(2028, 4, 2))
		w.must(w.Lines.End(ctx, begun[1].ID, subscriptions.Ending{At: leap.Start().Add(12 * time.Hour), Reason: "never came"}, office))
		w.until(clock.Date(2029, 3, 1))
		w.must(w.Lines.End(ctx, begun[2].ID, subscriptions.Ending{At: clock.Date(2029, 2, 28).Start(), Reason: "leaves"}, office))
		w.until(clock.Date(2029, 5, 1))
		docs := w.documents(pauses)
		if docs[1].VAT == 0 || docs[1].Lines[0].From != clock.Date(2028, 2, 1) || docs[1].Lines[0].Until != leap {
			t.Errorf("the tax does not change on the day: %+v", docs[1].Lines)
		}
		for _, sub := range []subscriptions.Subscription{begun[0], pauses, changes} {
			s := &street{town: w}
			s.compare(0, sub)
		}
		sum := int64(0)
		for _, d := range w.documents(begun[1]) {
			sum += d.Gross
		}
		if sum != 0 {
			t.Errorf("who ended on the day of the beginning pays %d", sum)
		}
		w.prove()
	})
}

// TestAPriceThatChangesWhileItIsBilled: the bill is by the version that the line had when it was read; a newer one begins with the next period.
func TestAPriceThatChangesWhileItIsBilled(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3100, nil)
		sub := w.line(w.customer(1).ID, "month", time.Time{}, nil)
		w.clock.Set(clock.Date(2026, 1, 5).Start())
		once := true
		s := &interrupted{Source: w.Source, between: func([]invoices.Due) {
			if once {
				once = false
				w.sells("month", 6200, nil)
				if n, err := w.Lines.RepriceAll(ctx, "month", office); n != 1 || err != nil {
					t.Error(n, err)
				}
			}
		}}
		if got, err := w.invoices.Run(ctx, clock.Date(2026, 1, 5), s, invoices.RunOptions{}); err != nil || got.Drafts != 1 {
			t.Fatal(got, err)
		}
		w.until(clock.Date(2026, 3, 2))
		w.want(sub, "2026-01-01 issued KES 3,100; month, The whole period, at KES 3,100: KES 3,100", "2026-02-01 issued KES 6,200; month, The whole period, at KES 6,200: KES 6,200",
			"2026-03-01 issued KES 6,200; month, The whole period, at KES 6,200: KES 6,200")
		w.prove()
	})
}

// TestCreditedAndPaidAtOnce: the money of a bill comes while one clerk credits it, another gives it up and a third credits it too. Nothing is credited
// that is not asked any more, and the books agree.
func TestCreditedAndPaidAtOnce(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3100, nil)
		var lines []subscriptions.Subscription
		for range 6 {
			lines = append(lines, w.line(w.customer(1).ID, "month", time.Time{}, nil))
		}
		w.bills()
		var all sync.WaitGroup
		for n, sub := range lines {
			d := w.documents(sub)[0]
			w.pays(sub.CustomerID, 1000*int64(n+1))
			for k := range 2 {
				all.Go(func() {
					_, err := w.invoices.Credit(ctx, invoices.CreditNote{Request: fmt.Sprintf("note%d-%d", n, k), InvoiceID: d.ID, Amount: money.Shillings(2000), Why: "kind"}, invoices.By{Actor: "clerk"})
					if err != nil && !fault.Is(err, fault.Conflict) && fault.KeyOf(err) != "invoice.credit_amount" {
						t.Error(err)
					}
				})
			}
			all.Go(func() {
				if err := w.invoices.WriteOff(ctx, d.ID, "gone", invoices.By{Actor: "clerk"}); err != nil && !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
			all.Go(func() {
				if err := w.accounts.Spend(ctx, sub.CustomerID); err != nil && !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for n, sub := range lines {
			d := w.documents(sub)[0]
			if d.Credited > d.Gross || d.Open != d.Gross-d.Paid-d.Credited-d.Written || d.Open < 0 || d.Paid < 0 {
				t.Errorf("%+v", d)
			}
			owed, err := w.ledger.Balance(ctx, ledger.Receivables, fmt.Sprintf("customer:%d", sub.CustomerID))
			if err != nil || owed.Cents != d.Open {
				t.Errorf("line %d: %d is open, and the books say %s: %v", n, d.Open, owed, err)
			}
		}
		w.prove()
	})
}
