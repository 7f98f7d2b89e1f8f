package invoices

import (
	"testing"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// TestDebtsOfBefore: a debt that somebody comes with is a document of its own series, booked against opening balances without a tax; it ages and is paid
// like any other, once whoever brings it; untouched it is taken back without a trace in what is owed, and else it is named.
func TestDebtsOfBefore(t *testing.T) {
	each(t, func(w *desk) {
		bring := func(all ...Opening) error {
			return w.DB.InTx(t.Context(), func(tx *db.Tx) error { return w.Open(tx, all, office) })
		}
		back := func(customer int64) (was bool, err error) {
			err = w.DB.InTx(t.Context(), func(tx *db.Tx) error { was, err = w.Unopen(tx, customer, office); return err })
			return was, err
		}
		debts := []Opening{{1, money.KES(123_450), "phpnuxbill"}, {2, money.KES(50_000), "phpnuxbill"}, {3, money.KES(70_000), "phpnuxbill"}}
		for range 2 {
			if err := bring(debts...); err != nil {
				t.Fatal(err)
			}
		}
		for _, wrong := range []Opening{{4, money.KES(0), ""}, {4, money.KES(-1), ""}, {0, money.KES(1), ""}, {4, money.KES(dearestOpening + 1), ""}} {
			if err := bring(wrong); fault.KeyOf(err) != "invoice.opening" {
				t.Errorf("%+v: %v", wrong, err)
			}
		}
		ages, err := w.Ageing(t.Context(), w.today(), Overdue{}, 10)
		if err != nil || len(ages) != 3 || ages[2].Current != 123_450 {
			t.Fatalf("%+v %v", ages, err)
		}
		if late, err := w.AgeingTotal(t.Context(), w.today()+200); err != nil || late.Older != 243_450 {
			t.Errorf("%+v %v", late, err)
		}
		if st, err := w.StatementOf(t.Context(), 1, w.today(), w.today()); err != nil || len(st.Lines) != 1 || st.Lines[0].Text != "OB-000001" || st.Closing.Cents != 123_450 {
			t.Errorf("%+v %v", st, err)
		}
		w.pays(2, 20_000, "cash")
		if was, err := back(1); err != nil || !was {
			t.Errorf("%v %v", was, err)
		}
		if was, err := back(1); err != nil || was {
			t.Errorf("taken back twice: %v %v", was, err)
		}
		if was, err := back(9); err != nil || was {
			t.Errorf("of somebody without one: %v %v", was, err)
		}
		if _, err := back(2); fault.KeyOf(err) != "invoice.opening_moved" {
			t.Error(err)
		}
		second, err := w.Ageing(t.Context(), w.today(), Overdue{CustomerID: 3}, 10)
		if err != nil || len(second) != 1 {
			t.Fatalf("%+v %v", second, err)
		}
		if held, err := w.Ledger.Balance(t.Context(), ledger.OpeningBalances, ""); err != nil || held.Cents != -120_000 {
			t.Errorf("%v of opening balances: %v", held, err)
		}
		if held, err := w.Ledger.Balance(t.Context(), ledger.FeeIncome, ""); err != nil || held.Cents != 0 {
			t.Errorf("a debt of before became income: %v %v", held, err)
		}
		w.prove()
	})
}
