package counter

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/taxes"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// TestMoneyPaysNobodyElsesInvoice: another's invoice, a draft, a pro-forma and a void one that are named by hand are paid by nothing; the money is credit, and
// then pays what its customer owes.
func TestMoneyPaysNobodyElsesInvoice(t *testing.T) {
	each(t, func(w *desk) {
		ctx, by := context.Background(), invoices.By{Actor: "clerk"}
		write := func(request string, kind invoices.Kind) invoices.Document {
			d, err := w.Invoices.Write(ctx, invoices.NewDocument{Request: request, Kind: kind, CustomerID: anne,
				Lines: []invoices.NewLine{{Name: "Router", Supply: taxes.Equipment, Quantity: 1, Amount: money.Shillings(300), Inclusive: true}}}, by)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		bens, draft := w.invoice("ben", ben, 300), write("draft", invoices.Invoice)
		forma, err := w.Invoices.IssueOne(ctx, write("forma", invoices.ProForma).ID)
		if err != nil {
			t.Fatal(err)
		}
		void := w.invoice("void", anne, 300)
		if _, err := w.Invoices.Credit(ctx, invoices.CreditNote{Request: "void", InvoiceID: void.ID, Why: "wrong"}, by); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Take(ctx, w.brings("a", anne, 100, bens.ID, draft.ID, forma.ID, void.ID, 1, -1), cashier); err != nil {
			t.Fatal(err)
		}
		if w.credit(anne) != 100 || w.open(bens.ID) != 300 || w.open(void.ID) != 0 || w.credit(ben) != 0 {
			t.Errorf("credit of %d, ben's is open by %d, the void one by %d", w.credit(anne), w.open(bens.ID), w.open(void.ID))
		}
		for _, d := range []invoices.Document{draft, forma} {
			if got, err := w.Invoices.Get(ctx, d.ID); err != nil || got.Paid != 0 {
				t.Errorf("%+v %v", got, err)
			}
		}
		own := w.invoice("own", anne, 500)
		if _, err := w.Take(ctx, w.brings("b", anne, 50, bens.ID), cashier); err != nil || w.open(own.ID) != 350 || w.open(bens.ID) != 300 {
			t.Errorf("own is open by %d, ben's by %d: %v", w.open(own.ID), w.open(bens.ID), err)
		}
		w.prove()
	})
}

// TestWhoWasMergedIsPaidNoMore: money that came to an account which answers for nobody any more would lie where nobody looks.
func TestWhoWasMergedIsPaidNoMore(t *testing.T) {
	each(t, func(w *desk) {
		ctx, by := context.Background(), customers.By{Actor: "test"}
		var ids []int64
		for _, name := range []string{"Wanjiru Kamau", "W. Kamau"} {
			c, err := w.people.Keep(ctx, customers.Profile{Customer: customers.Customer{Name: name}}, by)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, c.ID)
		}
		e, err := w.Take(ctx, w.brings("early", ids[0], 70), cashier)
		if err == nil {
			err = w.people.Merge(ctx, ids[0], ids[1], by)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Take(ctx, w.brings("late", ids[0], 50), cashier); fault.KeyOf(err) != "customer.merged" {
			t.Error(err)
		}
		if again, err := w.Take(ctx, w.brings("early", ids[0], 70), cashier); err != nil || again.ID != e.ID || w.credit(ids[0]) != 70 {
			t.Error("what was taken before is told as it was:", again, err)
		}
	})
}

// TestAChequeBouncesWhileItsMoneyIsPaidBack: whichever is first, what was paid back is owed by the customer or was never given, and the books say the same.
func TestAChequeBouncesWhileItsMoneyIsPaidBack(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		for n := range 6 {
			who := int64(7100 + n)
			cheque := w.brings(fmt.Sprint("cheque", n), who, 100)
			cheque.How, cheque.Reference = accounts.ByCheque, fmt.Sprint("KCB 00", n)
			e, err := w.Take(ctx, cheque, cashier)
			if err != nil {
				t.Fatal(err)
			}
			p, err := w.AskPayback(ctx, Payback{CustomerID: who, Amount: money.Shillings(60), Reason: "moves"}, cashier)
			if err != nil {
				t.Fatal(err)
			}
			var both sync.WaitGroup
			var decided, returned error
			both.Go(func() { _, decided = w.DecidePayback(ctx, p.ID, true, manager) })
			both.Go(func() {
				_, returned = w.Accounts.ReturnTaking(ctx, who, e.ID, "refer to drawer", accounts.By{Actor: "manager"})
			})
			both.Wait()
			want := int64(-60)
			if fault.KeyOf(decided) == "payback.spent" {
				want, decided = 0, nil
			}
			if decided != nil || returned != nil || w.credit(who) != want {
				t.Errorf("credit is %d, not %d: %v, %v", w.credit(who), want, decided, returned)
			}
		}
		w.prove()
	})
}
