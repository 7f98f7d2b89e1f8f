package billrun

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

// credits asks to credit so many shillings of a line's nth bill; 0: all that is left.
func (w *town) credits(sub subscriptions.Subscription, n int, bob int64) (invoices.Document, error) {
	w.Helper()
	d := w.documents(sub)[n]
	return w.invoices.Credit(context.Background(), invoices.CreditNote{Request: fmt.Sprint("n", w.DB.ID()), InvoiceID: d.ID, Amount: money.Shillings(bob), Why: "slow"}, invoices.By{Actor: "clerk"})
}

// asked is what is asked of a line on the whole, less what was credited and written off, in cents.
func (w *town) asked(sub subscriptions.Subscription) (sum int64) {
	w.Helper()
	for _, d := range w.documents(sub) {
		sum += d.Gross - d.Credited - d.Written
	}
	return sum
}

// months are what each month is charged for, in shillings, whatever bill says so, before what was given by hand.
func (w *town) months(sub subscriptions.Subscription) (all []int64) {
	w.Helper()
	by, last := map[clock.Day]int64{}, clock.Day(0)
	for _, d := range w.documents(sub) {
		for _, l := range d.Lines {
			by[l.PeriodDay] += l.Gross
			last = max(last, l.PeriodDay)
		}
	}
	for d := clock.Date(2026, 1, 1); d <= last; {
		all = append(all, by[d]/100)
		year, month, _ := d.Date()
		d = clock.Date(year, month+1, 1)
	}
	return all
}

// TestWhatALaterBillCreditedIsNotCreditedByHand, too: of an invoice no more is credited than what corrections left, all of it or a part; who asks for more is told
// why. The rest of it, given up, is charged again.
func TestWhatALaterBillCreditedIsNotCreditedByHand(t *testing.T) {
	each(t, func(w *town) {
		w.rate(taxes.VAT, 1600, 1, 0)
		w.sells("month", 3100, nil)
		line := func() subscriptions.Subscription {
			return w.line(w.customer(1).ID, "month", clock.Date(2026, 1, 1).Start(), nil)
		}
		all, part, lost, void := line(), line(), line(), line()
		w.until(clock.Date(2026, 2, 5))
		for _, sub := range []subscriptions.Subscription{all, part, lost} {
			w.away(sub, clock.Date(2026, 1, 11), clock.Date(2026, 1, 21))
		}
		w.away(void, clock.Date(2026, 1, 1), clock.Date(2026, 2, 1))
		w.until(clock.Date(2026, 3, 5))
		if _, err := w.credits(all, 0, 2101); fault.KeyOf(err) != "invoice.credited_since" || words.Fault(words.English, err) != "Of this invoice KES 1,000 is credited on a later bill already: at most KES 2,100 more can be." {
			t.Error(err)
		}
		if _, err := w.credits(void, 0, 0); fault.KeyOf(err) != "invoice.credited_since" {
			t.Error("a bill of nothing is credited:", err)
		}
		note, err := w.credits(all, 0, 0)
		if err != nil || note.Gross != -2100_00 || note.VAT != -289_66 {
			t.Error(note.Gross, note.VAT, err)
		}
		if _, err := w.credits(all, 0, 1); fault.KeyOf(err) != "invoice.credited_since" {
			t.Error("something is left:", err)
		}
		if note, err = w.credits(part, 0, 1500); err != nil || note.Gross != -1500_00 {
			t.Error(note.Gross, err)
		}
		if err := w.invoices.WriteOff(context.Background(), w.documents(lost)[0].ID, "moved away", invoices.By{Actor: "clerk"}); err != nil {
			t.Fatal(err)
		}
		w.idleJobs()
		w.until(clock.Date(2026, 4, 5))
		w.away(part, clock.Date(2026, 1, 22), clock.Date(2026, 2, 1)) // another 1,000, of which 600 are left
		w.until(clock.Date(2026, 5, 5))
		w.idleJobs()
		for sub, want := range map[*subscriptions.Subscription]int64{&all: 4 * 3100, &part: 4 * 3100, &lost: 4 * 3100, &void: 4 * 3100} {
			if got := w.asked(*sub); got != want*100 {
				t.Errorf("%d cents are asked, not %d shillings: %q", got, want, w.says(*sub))
			}
		}
		w.prove()
	})
}

// TestAVoidBillThatCorrectedAnother: what it took off the month before stays taken off, once, whatever turns out of that month or its own.
func TestAVoidBillThatCorrectedAnother(t *testing.T) {
	each(t, func(w *town) {
		w.sells("month", 3100, nil)
		line := func() subscriptions.Subscription {
			return w.line(w.customer(1).ID, "month", clock.Date(2026, 1, 1).Start(), nil)
		}
		before, own, lost := line(), line(), line()
		w.until(clock.Date(2026, 1, 25))
		for _, sub := range []subscriptions.Subscription{before, own, lost} {
			w.away(sub, clock.Date(2026, 1, 11), clock.Date(2026, 1, 21))
		}
		w.until(clock.Date(2026, 2, 10))
		w.gives(before, 1, 0)
		w.gives(own, 1, 0)
		if err := w.invoices.WriteOff(context.Background(), w.documents(lost)[1].ID, "moved away", invoices.By{Actor: "clerk"}); err != nil {
			t.Fatal(err)
		}
		w.idleJobs()
		w.away(before, clock.Date(2026, 1, 22), clock.Date(2026, 1, 27))
		w.until(clock.Date(2026, 3, 10))
		w.away(own, clock.Date(2026, 2, 1), clock.Date(2026, 3, 1))
		w.away(lost, clock.Date(2026, 2, 1), clock.Date(2026, 3, 1))
		w.until(clock.Date(2026, 4, 10))
		for sub, want := range map[*subscriptions.Subscription]int64{&before: 3100 - 500 + 0 + 2*3100, &own: 3100 - 1000 + 2*3100, &lost: 3100 - 1000 + 2*3100} {
			if got := w.asked(*sub); got != want*100 {
				t.Errorf("%d cents are asked, not %d shillings: %q", got, want, w.says(*sub))
			}
		}
		w.prove()
	})
}

// TestACreditBesideACorrection: a clerk credits bills while the run corrects them. What both took is charged again by the next bill.
func TestACreditBesideACorrection(t *testing.T) {
	each(t, func(w *town) {
		w.sells("month", 3100, nil)
		var lines []subscriptions.Subscription
		for range 6 {
			lines = append(lines, w.line(w.customer(1).ID, "month", clock.Date(2026, 1, 1).Start(), nil))
		}
		w.until(clock.Date(2026, 1, 25))
		var docs []invoices.Document
		for _, sub := range lines {
			w.away(sub, clock.Date(2026, 1, 11), clock.Date(2026, 1, 21))
			docs = append(docs, w.documents(sub)[0])
		}
		w.clock.Set(clock.Date(2026, 2, 1).Start().Add(6 * time.Hour))
		var all sync.WaitGroup
		all.Go(func() { w.bills() })
		for n, d := range docs {
			all.Go(func() {
				_, err := w.invoices.Credit(context.Background(), invoices.CreditNote{Request: fmt.Sprint("all", n), InvoiceID: d.ID, Why: "never worked"}, invoices.By{Actor: "clerk"})
				if err != nil && !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.idleJobs()
		w.until(clock.Date(2026, 3, 2))
		w.idleJobs()
		for _, sub := range lines {
			if got := w.asked(sub); got != 2*3100_00 {
				t.Errorf("%d cents are asked for two months: %q", got, w.says(sub))
			}
		}
		w.prove()
	})
}

// TestAMonthThatWasNeverBilledUsesUpNothing of a discount for two months: one through which the line was paused, told of before it, on its last day or when later
// ones are billed, nor one of which corrections and credits together left nothing. One of which a day was billed is used up.
func TestAMonthThatWasNeverBilledUsesUpNothing(t *testing.T) {
	ctx := context.Background()
	each(t, func(w *town) {
		w.sells("month", 3100, nil)
		line := func() subscriptions.Subscription {
			sub := w.line(w.customer(1).ID, "month", clock.Date(2026, 1, 1).Start(), nil)
			w.must(w.Lines.Discount(ctx, sub.ID, plans.Discount{Percent: 1000, Periods: 2}, "friend", office))
			return sub
		}
		ahead, back, late, part, both, rest := line(), line(), line(), line(), line(), line()
		w.away(ahead, clock.Date(2026, 2, 1), clock.Date(2026, 3, 1))
		w.until(clock.Date(2026, 1, 20))
		w.gives(both, 0, 1000)
		w.until(clock.Date(2026, 2, 10))
		w.away(back, clock.Date(2026, 1, 1), clock.Date(2026, 2, 1))
		w.away(part, clock.Date(2026, 1, 2), clock.Date(2026, 2, 1))
		w.away(both, clock.Date(2026, 1, 1), clock.Date(2026, 2, 1))
		w.away(rest, clock.Date(2026, 1, 11), clock.Date(2026, 2, 1))
		w.until(clock.Date(2026, 3, 10))
		w.away(late, clock.Date(2026, 1, 1), clock.Date(2026, 2, 1))
		if _, err := w.credits(rest, 0, 0); err != nil { // ten days
			t.Fatal(err)
		}
		w.idleJobs()
		w.until(clock.Date(2026, 5, 10))
		for what, c := range map[string]struct {
			sub  subscriptions.Subscription
			want []int64
		}{"ahead": {ahead, []int64{2790, 0, 2790, 3100, 3100}}, "back": {back, []int64{0, 2790, 2790, 3100, 3100}}, "late": {late, []int64{0, 2790, 2790, 3100, 3100}},
			"a day": {part, []int64{90, 2790, 3100, 3100, 3100}}, "a credit and a pause": {both, []int64{0, 2790, 2790, 3100, 3100}}, "the rest by hand": {rest, []int64{900, 2790, 2790, 3100, 3100}}} {
			got := w.months(c.sub)
			if what == "a credit and a pause" { // what was given is charged again
				got[0] -= 1000
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%s: %v, not %v: %q", what, got, c.want, w.says(c.sub))
			}
		}
		w.prove()
	})
}
