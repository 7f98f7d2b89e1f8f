package invoices

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// TestTenThousandInvoicesAddUp: of random lines, prices and rates, the parts of each line are its whole and the lines the document; a price with taxes in it is
// what is asked, and its net brings it back to the cent or two, for two taxes are rounded; and whatever is credited bit by bit, all of it together is the invoice, part by part,
// and what falls on each line is never more than the line.
func TestTenThousandInvoicesAddUp(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 15))
	today := clock.Date(2026, 11, 26)
	for n := range 10_000 {
		rates := taxes.Rates{{Kind: taxes.VAT, Share: []int64{0, 800, 1400, 1600}[r.IntN(4)], From: 1, On: taxes.Taxable},
			{Kind: taxes.Excise, Share: []int64{0, 1000, 1500, 2000}[r.IntN(4)], From: 1, On: []taxes.Supply{taxes.Internet}}}
		var b Bill
		for range 1 + r.IntN(6) {
			one := NewLine{Name: "x", Supply: []taxes.Supply{taxes.Internet, taxes.Equipment, taxes.Labour, taxes.Levy}[r.IntN(4)], Quantity: 1 + r.Int64N(9), Amount: money.KES(1 + r.Int64N(5_000_000)), Inclusive: r.IntN(2) == 0}
			exempt := r.IntN(9) == 0
			l, err := one.line(rates, today, exempt)
			if err != nil {
				t.Fatal(err)
			}
			asked, whole := one.Amount.Cents*one.Quantity, l.Net
			switch {
			case l.Inclusive && exempt: // what the taxes leave of it
				others, err := rates.Split(asked, l.Supply, today, true, false)
				if err != nil {
					t.Fatal(err)
				}
				asked, whole = others.Net, l.Gross
			case l.Inclusive:
				whole = l.Gross
			}
			back, err := rates.Split(l.Net, l.Supply, today, false, exempt)
			if err != nil || l.Net+l.Excise+l.VAT != l.Gross || asked != whole || back.Gross < l.Gross-2 || back.Gross > l.Gross+2 {
				t.Fatalf("%d: %+v of %+v, and back %+v: %v", n, l, one, back, err)
			}
			b.add(l)
		}
		d := Document{Kind: Invoice}.with(b)
		if err := d.check(); err != nil {
			t.Fatalf("%d: %v", n, err)
		}
		creditAll(t, r, d, today)
	}
}

// creditAll credits an invoice in a few random parts.
func creditAll(t *testing.T, r *rand.Rand, d Document, today clock.Day) {
	t.Helper()
	var notes []Document
	var sum Bill
	for left := d.Gross; left > 0; {
		amount := left
		if len(notes) < 4 {
			amount = 1 + r.Int64N(left)
		}
		b, err := creditOf(grouped(d, notes), amount, d, "why", today)
		note := Document{Kind: Note}.with(b)
		if err == nil {
			err = note.check()
		}
		if err != nil || b.Gross != -amount {
			t.Fatalf("%d of %d: %+v: %v", amount, d.Gross, b, err)
		}
		notes, left = append(notes, note), left-amount
		sum = Bill{nil, sum.Net + b.Net, sum.Excise + b.Excise, sum.VAT + b.VAT, sum.Gross + b.Gross}
		took, err := given(d, notes)
		if err != nil {
			t.Fatal(err)
		}
		gross := int64(0)
		for i, l := range took {
			if gross += l.Gross; l.Gross < -2 || l.Gross > d.Lines[i].Gross+2 {
				t.Fatalf("%d of a line of %d", l.Gross, d.Lines[i].Gross)
			}
		}
		if gross != -sum.Gross {
			t.Fatalf("%d fall on the lines of %d", gross, -sum.Gross)
		}
	}
	if sum.Net != -d.Net || sum.Excise != -d.Excise || sum.VAT != -d.VAT {
		t.Fatalf("%+v are credited of %+v", sum, d)
	}
}

// held is the credit of a customer.
func (w *desk) held(customerID int64) (cents int64) {
	w.Helper()
	w.in(func(tx *db.Tx) error {
		held, err := w.Held(tx, customerID)
		cents = held.Cents
		return err
	})
	return cents
}

// TestVoidAtOnce: of many who credit one paid invoice in full at once, each for themselves, one does; and the same request is one note for all.
func TestVoidAtOnce(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		w.kenya()
		for name, request := range map[string]func(n int) string{"each": func(n int) string { return fmt.Sprint("each-", n) }, "same": func(int) string { return "same" }} {
			who := map[string]int64{"each": anne, "same": ben}[name]
			d := w.writes(who, 1334_00)
			w.pays(who, 1334_00, "pays-"+name)
			notes, errs := make([]Document, 6), make([]error, 6)
			var all sync.WaitGroup
			for n := range errs {
				all.Go(func() {
					notes[n], errs[n] = w.Credit(ctx, CreditNote{Request: request(n), InvoiceID: d.ID, Why: "void"}, office)
				})
			}
			all.Wait()
			made := map[int64]bool{}
			for n, err := range errs {
				if err == nil {
					made[notes[n].ID] = true
				} else if k := fault.KeyOf(err); name == "same" || k != "invoice.not_issued" && k != "invoice.credit_amount" {
					t.Errorf("%s: %v", name, err)
				}
			}
			if got := w.get(d.ID); len(made) != 1 || got.State != Void || got.Credited != 1334_00 || w.held(who) != 1334_00 {
				t.Errorf("%s: %d notes, %+v, %d of credit", name, len(made), got, w.held(who))
			}
		}
		w.prove()
	})
}

// TestMoneyThatGoesBackAfterTheInvoiceWasCredited: the payment of an invoice of which a part was credited since is reversed: the rest is open again, and
// nobody has money that is not there.
func TestMoneyThatGoesBackAfterTheInvoiceWasCredited(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		d := w.writes(anne, 1000_00)
		w.pays(anne, 1200_00, "too-much")
		if _, err := w.Credit(ctx, CreditNote{Request: "part", InvoiceID: d.ID, Amount: money.KES(400_00), Why: "sorry"}, office); err != nil {
			t.Fatal(err)
		}
		if got := w.get(d.ID); got.State != Paid || got.Paid != 600_00 || w.held(anne) != 600_00 {
			t.Errorf("%+v, %d of credit", got, w.held(anne))
		}
		w.in(func(tx *db.Tx) error { return w.Reopen(tx, anne, money.KES(600_00)) })
		if got := w.get(d.ID); got.State != Issued || got.Open != 600_00 || got.Paid != 0 || w.held(anne) != 1200_00 {
			t.Errorf("%+v, %d of credit", got, w.held(anne))
		}
		w.prove()
		if err := w.WriteOff(ctx, d.ID, "gone", office); err != nil {
			t.Fatal(err)
		}
		w.in(func(tx *db.Tx) error { return w.Pay(tx, anne) })
		if got := w.get(d.ID); got.State != Written || got.Open != 0 || w.held(anne) != 1200_00 {
			t.Errorf("after it was given up: %+v, %d of credit", got, w.held(anne))
		}
		if _, err := w.Credit(ctx, CreditNote{Request: "more", InvoiceID: d.ID, Amount: money.KES(1), Why: "sorry"}, office); fault.KeyOf(err) != "invoice.credit_amount" {
			t.Error("credited after it was given up:", err)
		}
		w.prove()
	})
}
