package papers

import (
	"strings"
	"testing"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

// says wants the page of a paper's link, and its PDF, to tell that its payment went back, or not.
func (w *world) says(p Paper, off bool, words ...string) {
	w.Helper()
	v, err := w.View(w.ctx, p)
	if err != nil || v.Off != off || (v.Note != "") != off {
		w.Errorf("the page says %q, off is %v (%v)", v.Note, v.Off, err)
	}
	for _, want := range words {
		if off && want != "This payment went back" && want != "Malipo haya yalirudi" && !strings.Contains(v.Note, want) {
			w.Errorf("the page does not say %q: %q", want, v.Note)
		}
	}
	w.reads(w.file(p), words...)
}

// TestAReceiptSaysThatItsPaymentWentBack: on its page and in its file, that of a cheque, of a payment by M-Pesa, and of a sale on the portal.
func TestAReceiptSaysThatItsPaymentWentBack(t *testing.T) {
	each(t, func(w *world) {
		c := w.customer(words.English)
		e, err := w.Accounts.TakeAtCounter(w.ctx, accounts.Taking{Request: "cheque", CustomerID: c.ID, How: accounts.ByCheque, Reference: "000123", Amount: money.Shillings(1200)}, accounts.By{Actor: "cashier"})
		if err != nil {
			w.Fatal(err)
		}
		cheque, err := w.OfPayment(w.ctx, c.ID, e.ID)
		if err != nil {
			w.Fatal(err)
		}
		w.says(cheque, false, "Received with thanks", "KES 1,200.00")
		if _, err := w.Accounts.ReturnTaking(w.ctx, c.ID, e.ID, "refer to drawer", accounts.By{Actor: "manager"}); err != nil {
			w.Fatal(err)
		}
		w.says(cheque, true, "This payment went back", "KES 1,200 of this payment went back on", "refer to drawer")
		w.tills.receipts[77] = billing.Receipt{ID: 77, Number: "UKQ8P1Z7RT", Payer: herPhone}
		w.tx(func(tx *db.Tx) error {
			_, _, err := w.Accounts.TakeMoney(tx, c.ID, money.Shillings(700), 77)
			return err
		})
		all, err := w.Accounts.Events(w.ctx, c.ID, 0, 1)
		if err != nil {
			w.Fatal(err)
		}
		rail, err := w.OfPayment(w.ctx, c.ID, all[0].ID)
		if err != nil {
			w.Fatal(err)
		}
		w.says(rail, false, "Received with thanks", "KES 700.00")
		w.tx(func(tx *db.Tx) error {
			_, err := w.Accounts.GiveBack(tx, c.ID, money.Shillings(700), 77, true)
			return err
		})
		w.says(rail, true, "This payment went back", "KES 700 of this payment went back on")
		sale, err := w.ofSale(w.ctx, Bought{OrderID: 5, SiteID: w.site.ID, Code: "7KD2M9QXA", What: "1 day", Reference: "SAB1C2D3E4", Cents: 50_00, Tax: taxes.Tax{Excise: 562, VAT: 690}, Day: clock.DayOf(w.clock.Now()), Phone: herPhone, CustomerID: c.ID})
		if err != nil {
			w.Fatal(err)
		}
		w.says(sale, false, "Received with thanks", "KES 50.00", "Excise duty", "5.62", "VAT", "6.90", "37.48")
		w.tills.reversed[5] = money.Shillings(50)
		w.says(sale, true, "This payment went back", "KES 50 of this payment went back on")
		if back, err := w.Accounts.WentBack(w.ctx, append(all, e)); err != nil || !back[e.ID] || !back[all[0].ID] {
			w.Error(back, err)
		}
	})
}
