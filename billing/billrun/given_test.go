package billrun

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/money"
)

// gives credits so much of a line's nth bill by hand; 0: all.
func (w *town) gives(sub subscriptions.Subscription, n int, bob int64) {
	w.Helper()
	d := w.documents(sub)[n]
	note := invoices.CreditNote{Request: "by-hand." + d.Text(), InvoiceID: d.ID, Amount: money.Shillings(bob), Why: "slow"}
	if _, err := w.invoices.Credit(context.Background(), note, invoices.By{Actor: "clerk"}); err != nil {
		w.Fatal(err)
	}
}

func (w *town) away(sub subscriptions.Subscription, from, until clock.Day) {
	w.Helper()
	w.must(w.Lines.Pause(context.Background(), sub.ID, from.Start(), "away", office))
	w.must(w.Lines.Resume(context.Background(), sub.ID, until.Start(), office))
}

// TestWhatWasCreditedByHandIsNotCreditedAgain: a change that is dated back into a bill of which somebody credited all, some, or gave up what was open, takes
// no more from it than was left; once and once more; and never from a line that nobody credited.
func TestWhatWasCreditedByHandIsNotCreditedAgain(t *testing.T) {
	each(t, func(w *town) {
		w.rate(taxes.VAT, 1600, 1, 0)
		w.sells("month", 3100, nil)
		line := func() subscriptions.Subscription { return w.line(w.customer(1).ID, "month", time.Time{}, nil) }
		all, some, little, lost, none := line(), line(), line(), line(), line()
		w.until(clock.Date(2026, 1, 20))
		w.gives(all, 0, 0)
		w.gives(some, 0, 2500)
		w.gives(little, 0, 300)
		if err := w.invoices.WriteOff(context.Background(), w.documents(lost)[0].ID, "moved away", invoices.By{Actor: "clerk"}); err != nil {
			t.Fatal(err)
		}
		w.until(clock.Date(2026, 2, 5))
		for _, sub := range []subscriptions.Subscription{all, some, little, lost, none} {
			w.away(sub, clock.Date(2026, 1, 11), clock.Date(2026, 1, 21))
		}
		w.until(clock.Date(2026, 3, 5))
		march := func(sub subscriptions.Subscription, want string) {
			w.Helper()
			bills := w.of(sub.CustomerID, sub)
			if got := bills[len(bills)-1]; got != want {
				w.Errorf("%q, want %q: %s", got, want, w.says(sub)[len(bills)-1])
			}
		}
		march(all, "2026-03-01 invoice KES 3,100")
		march(some, "2026-03-01 invoice KES 2,500")
		march(little, "2026-03-01 invoice KES 2,100")
		march(lost, "2026-03-01 invoice KES 3,100")
		march(none, "2026-03-01 invoice KES 2,100")
		if text := w.says(all)[2]; !strings.Contains(text, "month, Of what is credited here, this had been credited or written off before: KES 1,000") {
			t.Error(text)
		}
		w.away(all, clock.Date(2026, 1, 22), clock.Date(2026, 1, 27))
		w.away(some, clock.Date(2026, 1, 22), clock.Date(2026, 1, 27))
		w.away(little, clock.Date(2026, 1, 22), clock.Date(2026, 1, 27))
		w.until(clock.Date(2026, 4, 5))
		march(all, "2026-04-01 invoice KES 3,100")
		march(some, "2026-04-01 invoice KES 3,100")
		march(little, "2026-04-01 invoice KES 2,600")
		for _, sub := range []subscriptions.Subscription{all, lost} {
			gross, vat := int64(0), int64(0)
			for _, d := range w.documents(sub)[2:] {
				gross, vat = gross+d.Gross, vat+d.VAT
			}
			if gross != 2*3100_00 || vat < gross*16/116-2 || vat > gross*16/116+2 {
				t.Errorf("%d, with %d of VAT, since", gross, vat)
			}
		}
		if again := w.bills(); again != (invoices.Drafted{}) {
			t.Error("a second run did", again)
		}
		w.prove()
	})
}

// TestAPeriodCostsItsPlanLessWhatWasGiven however often the plan changes dated back, down and up again, and never less than nothing.
func TestAPeriodCostsItsPlanLessWhatWasGiven(t *testing.T) {
	each(t, func(w *town) {
		w.rate(taxes.VAT, 1600, 1, 0)
		prices := map[string]int64{"month": 3100, "half": 1550, "tiny": 700, "big": 4000}
		for _, key := range []string{"month", "half", "tiny", "big"} {
			w.sells(key, prices[key], nil)
		}
		sub := w.line(w.customer(1).ID, "month", time.Time{}, nil)
		w.until(clock.Date(2026, 1, 20))
		w.gives(sub, 0, 1000)
		for n, key := range []string{"tiny", "half", "tiny", "big", "tiny", "month"} {
			w.until(clock.Date(2026, time.Month(2+n), 5))
			change := subscriptions.Change{PlanKey: key, At: clock.Date(2026, 1, 1).Start().Add(time.Duration(10+n) * time.Hour)}
			w.must(w.Lines.ChangePlan(context.Background(), sub.ID, change, office))
			w.until(clock.Date(2026, time.Month(3+n), 2))
			january := int64(-1000_00)
			for _, d := range w.documents(sub) {
				for _, l := range d.Lines {
					if l.PeriodDay == clock.Date(2026, 1, 1) {
						january += l.Gross
					}
				}
			}
			if want := max(0, prices[key]-1000) * 100; january != want {
				t.Errorf("%s: January costs %d, not %d: %q", key, january, want, w.says(sub))
			}
		}
		w.prove()
	})
}

// TestAWriteOffOfMoreThanIsLeft: of a bill from which a later one took something off, no more than the rest can be given; whoever writes off all that is open is told what
// is beyond (the office's form asks Creditable), and just that is charged again by the next bill, once.
func TestAWriteOffOfMoreThanIsLeft(t *testing.T) {
	each(t, func(w *town) {
		w.rate(taxes.VAT, 1600, 1, 0)
		w.sells("month", 3100, nil)
		sub := w.line(w.customer(1).ID, "month", time.Time{}, nil)
		w.until(clock.Date(2026, 2, 5))
		w.away(sub, clock.Date(2026, 1, 11), clock.Date(2026, 1, 21))
		w.until(clock.Date(2026, 3, 5))
		first := w.documents(sub)[0]
		left, err := w.invoices.Creditable(t.Context(), first)
		if err != nil || first.Open != 3100_00 || left.Cents != 2100_00 {
			t.Error(first.Open, left, err)
		}
		if err := w.invoices.WriteOff(t.Context(), first.ID, "moved away", invoices.By{Actor: "clerk"}); err != nil {
			t.Fatal(err)
		}
		w.idleJobs() // its periods are looked at again
		w.until(clock.Date(2026, 5, 5))
		bills := w.of(sub.CustomerID, sub)
		for n, want := range []string{"2026-03-01 invoice KES 2,100", "2026-04-01 invoice KES 4,100", "2026-05-01 invoice KES 3,100"} {
			if got := bills[len(bills)-3+n]; got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
		w.prove()
	})
}

// TestAPartOfABillIsCredited of which the total was rounded down: what is credited is of what was charged, and the rest can be credited after it.
func TestAPartOfABillIsCredited(t *testing.T) {
	each(t, func(w *town) {
		ctx, by := context.Background(), invoices.By{Actor: "clerk"}
		w.rate(taxes.VAT, 1600, 1, 0)
		w.sells("month", 3101, func(p *plans.Plan) { p.Terms.Inclusive = false }) // 3,597.16
		sub := w.line(w.customer(1).ID, "month", time.Time{}, nil)
		w.bills()
		bill := w.documents(sub)[0]
		for n, cents := range []int64{1_000_00, 2_597_00} {
			note, err := w.invoices.Credit(ctx, invoices.CreditNote{Request: fmt.Sprint("part", n), InvoiceID: bill.ID, Amount: money.KES(cents), Why: "a part"}, by)
			if err != nil || note.Gross != -cents {
				t.Fatal(note.Gross, err)
			}
		}
		if now := w.documents(sub)[0]; now.State != invoices.Void {
			t.Error("all of it is credited, and it is", now.State)
		}
		w.prove()
	})
}
