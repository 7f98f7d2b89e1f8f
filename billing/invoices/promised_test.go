package invoices

import (
	"context"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/money"
)

// TestAPromiseAcrossAWriteOff: what was promised and then given up bars nobody and asks for nothing when the day is over, whatever comes; and what comes is credit.
func TestAPromiseAcrossAWriteOff(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		if err := w.SaveSteps(ctx, "", usual, office); err != nil {
			t.Fatal(err)
		}
		d := w.writes(anne, 1000_00)
		w.later(14 + 8)
		dun := func() {
			t.Helper()
			if _, err := w.Dun(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if dun(); w.isBarred(anne) != Garden {
			t.Fatal(w.isBarred(anne))
		}
		if err := w.Promise(ctx, Promised{CustomerID: anne, Until: w.today() + 2, Amount: money.KES(1000_00), Who: "Anne"}, office); err != nil || w.isBarred(anne) != "" {
			t.Fatal(err, w.isBarred(anne))
		}
		if err := w.WriteOff(ctx, d.ID, "moved away", office); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Issue(ctx); err != nil { // the fee
			t.Fatal(err)
		}
		for _, fee := range w.list(Filter{CustomerID: anne}) {
			if fee.ID != d.ID {
				if _, err := w.Credit(ctx, CreditNote{Request: "fee", InvoiceID: fee.ID, Why: "given up too"}, office); err != nil {
					t.Fatal(err)
				}
			}
		}
		told := w.told.Load()
		for range 100 {
			w.later(1)
			dun()
		}
		if w.isBarred(anne) != "" || w.told.Load() != told || w.ended.Load() != 0 {
			t.Errorf("%q, told %d times more", w.isBarred(anne), w.told.Load()-told)
		}
		w.pays(anne, 1000_00, "promised")
		w.in(func(tx *db.Tx) error { return w.Pay(tx, anne) })
		if got := w.get(d.ID); got.State != Written || got.Open != 0 || w.held(anne) != 1000_00 {
			t.Errorf("%+v, %d of credit", got, w.held(anne))
		}
		w.prove()
	})
}

// TestNoFeeForWhatWasCredited: an invoice that was credited whole is charged no late fee, one of which a part was credited is charged once, and what the fee
// asks is not credited with it.
func TestNoFeeForWhatWasCredited(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		if err := w.SaveSteps(ctx, "", []Step{{After: 5, Action: Fee, Cents: 200_00}}, office); err != nil {
			t.Fatal(err)
		}
		whole, part, after := w.writes(anne, 1000_00), w.writes(ben, 1000_00), w.writes(7003, 1000_00)
		w.later(14 + 4)
		credit := func(d Document, cents int64) {
			t.Helper()
			if _, err := w.Credit(ctx, CreditNote{Request: "of-" + idText(d.ID), InvoiceID: d.ID, Amount: money.KES(cents), Why: "outage"}, office); err != nil {
				t.Fatal(err)
			}
		}
		credit(whole, 0)
		credit(part, 400_00)
		w.later(2)
		for range 2 {
			if _, err := w.Dun(ctx); err != nil {
				t.Fatal(err)
			}
		}
		credit(after, 0) // the fee is a draft by now
		if _, err := w.Issue(ctx); err != nil {
			t.Fatal(err)
		}
		fees := func(who int64) (sum int64) {
			for _, d := range w.list(Filter{CustomerID: who}) {
				if d.Kind == Invoice && d.Gross == 200_00 {
					sum += d.Open
				}
			}
			return sum
		}
		if fees(anne) != 0 || fees(ben) != 200_00 {
			t.Errorf("fees of %d and %d", fees(anne), fees(ben))
		}
		if fees(7003) != 0 {
			t.Errorf("a fee of %d is asked for an invoice that asks nothing any more", fees(7003))
		}
		w.prove()
	})
}
