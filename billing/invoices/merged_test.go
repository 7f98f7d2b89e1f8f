package invoices

import (
	"context"
	"testing"

	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/billing/taxes"
	"mtandao/internal/money"
)

// TestADraftOfWhoWasMergedSince is issued to who answers for them, however many merges later: it is in their books and among what they owe, and their money pays it.
func TestADraftOfWhoWasMergedSince(t *testing.T) {
	each(t, func(w *desk) {
		ctx, by := context.Background(), customers.By{Actor: "clerk"}
		from, through, to := w.firm(customers.Customer{Name: "Anne"}), w.firm(customers.Customer{Name: "Anne Atieno"}), w.firm(customers.Customer{Name: "Anne A. Otieno"})
		d, err := w.Write(ctx, NewDocument{Request: "late", Kind: Invoice, CustomerID: from.ID,
			Lines: []NewLine{{Name: "Router", Supply: taxes.Equipment, Quantity: 1, Amount: money.KES(500_00), Inclusive: true}}}, office)
		if err != nil {
			t.Fatal(err)
		}
		for _, pair := range [][2]int64{{from.ID, through.ID}, {through.ID, to.ID}} { // the merge looked for drafts before this one was there
			if err := w.Customers.Merge(ctx, pair[0], pair[1], by); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if _, err := w.Issue(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.get(d.ID); got.State != Issued || got.CustomerID != to.ID || got.Open != 500_00 {
			t.Errorf("%+v, and %d answers", got, to.ID)
		}
		for who, want := range map[int64]int64{from.ID: 0, through.ID: 0, to.ID: 500_00} {
			if owed, err := w.Ledger.Balance(ctx, ledger.Receivables, party(who)); err != nil || owed.Cents != want {
				t.Errorf("%d owes %v, not %d: %v", who, owed, want, err)
			}
		}
		w.prove()
	})
}
