package billrun

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/money"
)

// TestADiscountOfAVoidBillIsGivenAgain once: by the bill after those that it was for, or by a correction when that one is there already; not for a bill of
// which a part was credited, nor again when it is credited bit by bit or its days turn out otherwise.
func TestADiscountOfAVoidBillIsGivenAgain(t *testing.T) {
	ctx := context.Background()
	for name, less := range map[string]plans.Discount{"share": {Percent: 1000, Periods: 2}, "amount": {Amount: money.Shillings(310), Periods: 2}} {
		each(t, func(w *town) {
			w.sells("month", 3100, nil)
			line := func() subscriptions.Subscription {
				sub := w.line(w.customer(1).ID, "month", time.Time{}, nil)
				w.must(w.Lines.Discount(ctx, sub.ID, less, "friend", office))
				return sub
			}
			all, bits, part, late, paused, none := line(), line(), line(), line(), line(), line()
			w.until(clock.Date(2026, 2, 10))
			w.gives(all, 1, 0)
			w.gives(bits, 1, 1000)
			w.gives(part, 1, 1000)
			w.gives(paused, 1, 0)
			w.idleJobs()
			w.until(clock.Date(2026, 2, 20))
			rest := invoices.CreditNote{Request: "rest", InvoiceID: w.documents(bits)[1].ID, Why: "all of it"}
			for range 2 {
				if _, err := w.invoices.Credit(ctx, rest, invoices.By{Actor: "clerk"}); err != nil {
					t.Fatal(err)
				}
			}
			w.idleJobs()
			w.until(clock.Date(2026, 3, 10))
			w.gives(late, 1, 0)
			w.idleJobs()
			w.away(paused, clock.Date(2026, 2, 1), clock.Date(2026, 3, 1))
			w.until(clock.Date(2026, 6, 10))
			for what, c := range map[string]struct {
				sub  subscriptions.Subscription
				want []int64
			}{"all": {all, []int64{2790, 2790, 2790, 3100, 3100, 3100}}, "bit by bit": {bits, []int64{2790, 2790, 2790, 3100, 3100, 3100}}, "a part": {part, []int64{2790, 2790, 3100, 3100, 3100, 3100}},
				"late": {late, []int64{2790, 2790, 3100, 2790, 3100, 3100}}, "paused": {paused, []int64{2790, 2790, 2790, 3100, 3100, 3100}}, "none": {none, []int64{2790, 2790, 3100, 3100, 3100, 3100}}} {
				var got []int64
				for _, d := range w.documents(c.sub) {
					got = append(got, d.Gross/100)
				}
				if fmt.Sprint(got) != fmt.Sprint(c.want) {
					t.Errorf("%s, %s: %v, not %v: %q", name, what, got, c.want, w.says(c.sub))
				}
			}
			w.prove()
		})
	}
}

// TestADiscountThatBeganWithinAVoidBill goes on for the days that it held in it.
func TestADiscountThatBeganWithinAVoidBill(t *testing.T) {
	ctx := context.Background()
	each(t, func(w *town) {
		w.sells("month", 3100, nil)
		w.until(clock.Date(2026, 1, 22)) // ten days of January
		sub := w.line(w.customer(1).ID, "month", time.Time{}, nil)
		w.must(w.Lines.Discount(ctx, sub.ID, plans.Discount{Percent: 5000, Periods: 1}, "friend", office))
		w.until(clock.Date(2026, 1, 25))
		w.gives(sub, 0, 0)
		w.idleJobs()
		w.until(clock.Date(2026, 4, 10))
		w.same("bills", w.of(sub.CustomerID, sub), "2026-01-01 invoice KES 500", "2026-02-01 invoice KES 1,550", "2026-03-01 invoice KES 2,950", "2026-04-01 invoice KES 3,100")
		w.prove()
	})
}
