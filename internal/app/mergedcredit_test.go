package app

import (
	"testing"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/taxes"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// TestWhatIsCreditedAfterAMergeIsTheirsWhoAnswers: a bill that was paid before its account was merged is credited after it. The money is no credit of an
// account that leads elsewhere.
func TestWhatIsCreditedAfterAMergeIsTheirsWhoAnswers(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			m, ctx := s.Main, t.Context()
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			var all [3]customers.Customer
			for n := range all {
				must(m.DB.InTx(ctx, func(tx *db.Tx) (err error) {
					all[n], err = m.Customers.Create(tx, customers.Customer{Name: "Double", SiteID: s.seeded.sites["kasarani"].ID}, nil, customers.By{Actor: "clerk"})
					return err
				}))
			}
			first, second, last := all[0], all[1], all[2]
			bill, err := m.Invoices.Write(ctx, invoices.NewDocument{Request: "router", Kind: invoices.Invoice, CustomerID: first.ID,
				Lines: []invoices.NewLine{{Name: "Router", Supply: taxes.Internet, Quantity: 1, Amount: money.Shillings(100), Inclusive: true}}}, invoices.By{Actor: "clerk"})
			must(err)
			_, err = m.Invoices.IssueOne(ctx, bill.ID)
			must(err)
			_, err = m.Accounts.TakeAtCounter(ctx, accounts.Taking{Request: "cash", CustomerID: first.ID, How: accounts.ByCash, Amount: money.Shillings(100)}, accounts.By{Actor: "clerk"})
			must(err)
			must(m.DB.InTx(ctx, func(tx *db.Tx) error { return m.Invoices.Pay(tx, first.ID) }))
			must(m.Customers.Merge(ctx, first.ID, second.ID, customers.By{Actor: "clerk"}))
			must(m.Customers.Merge(ctx, second.ID, last.ID, customers.By{Actor: "clerk"}))
			for range 2 { // the same request again is one note
				_, err = m.Invoices.Credit(ctx, invoices.CreditNote{Request: "nevercame", InvoiceID: bill.ID, Amount: money.Shillings(40), Why: "it never came"}, invoices.By{Actor: "clerk"})
				must(err)
			}
			has, err := m.Accounts.Balances(ctx, []int64{first.ID, second.ID, last.ID})
			if must(err); has[first.ID].Cents != 0 || has[second.ID].Cents != 0 || has[last.ID] != money.Shillings(40) {
				t.Errorf("%v has the first, %v the second, %v who answers for both", has[first.ID], has[second.ID], has[last.ID])
			}
			verifyBooks(t, m)
		})
	}
}
