package billing_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/ledger"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/testdb"
)

// TestMoneyPaysInvoices: cash at the counter pays what is open by itself, what is over pays the next invoice when it is issued, a cheque that bounces
// opens them again, and accounts, invoices and books say the same at each step.
func TestMoneyPaysInvoices(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		keys, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		c := clock.NewManual(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
		q, l := jobs.New(d, c, slog.New(slog.DiscardHandler)), ledger.New(d, c)
		a := accounts.New(accounts.Options{DB: d, Jobs: q, Clock: c, Ledger: l})
		i := invoices.New(invoices.Options{DB: d, Jobs: q, Clock: c, Ledger: l, Settings: settings.New(d, c), Taxes: taxes.New(d, c),
			Customers: customers.New(customers.Options{DB: d, Keys: keys, Clock: c}), Purse: billing.Purse{Accounts: a}})
		billing.JoinInvoices(i, a, q)
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); _ = q.Run(ctx) }()
		t.Cleanup(func() { cancel(); <-done })
		idle := func() {
			t.Helper()
			if err := q.Idle(ctx); err != nil {
				t.Fatal(err)
			}
			tell := func(what string) { t.Error(what) }
			if err := i.Audit(ctx, tell); err != nil {
				t.Error(err)
			}
			if err := a.Audit(ctx, tell); err != nil {
				t.Error(err)
			}
		}
		issue := func(request string, shillings int64) int64 {
			t.Helper()
			doc, err := i.Write(ctx, invoices.NewDocument{Request: request, Kind: invoices.Invoice, CustomerID: 7, Lines: []invoices.NewLine{{Name: "Internet", Supply: taxes.Internet, Quantity: 1, Amount: money.Shillings(shillings)}}}, invoices.By{Actor: "clerk"})
			if err == nil {
				doc, err = i.IssueOne(ctx, doc.ID)
			}
			if err != nil {
				t.Fatal(err)
			}
			return doc.ID
		}
		is := func(id int64, state string, open int64) {
			t.Helper()
			if doc, err := i.Get(ctx, id); err != nil || doc.State != state || doc.Open != open {
				t.Errorf("%s with %d open, want %s with %d: %v", doc.State, doc.Open, state, open, err)
			}
		}
		first := issue("a", 1000)
		e, err := a.TakeAtCounter(ctx, accounts.Taking{Request: "cheque", CustomerID: 7, How: accounts.ByCheque, Reference: "000123", Amount: money.Shillings(1500)}, accounts.By{Actor: "cashier"})
		if err != nil {
			t.Fatal(err)
		}
		idle()
		is(first, invoices.Paid, 0)
		second := issue("b", 800)
		idle()
		is(second, invoices.Issued, 300_00)
		if _, err := a.ReturnTaking(ctx, 7, e.ID, "bounced", accounts.By{Actor: "cashier"}); err != nil {
			t.Fatal(err)
		}
		idle()
		is(first, invoices.Issued, 1000_00)
		is(second, invoices.Issued, 800_00)
		if _, err := a.TakeAtCounter(ctx, accounts.Taking{Request: "cash", CustomerID: 7, How: accounts.ByCash, Amount: money.Shillings(1100)}, accounts.By{Actor: "cashier"}); err != nil {
			t.Fatal(err)
		}
		idle()
		is(first, invoices.Paid, 0)
		is(second, invoices.Issued, 700_00)
		note, err := i.Credit(ctx, invoices.CreditNote{Request: "sorry", InvoiceID: first, Amount: money.Shillings(200), Why: "outage"}, invoices.By{Actor: "clerk"})
		if err != nil || note.Gross != -200_00 {
			t.Fatal(note, err)
		}
		idle()
		is(first, invoices.Paid, 0)
		is(second, invoices.Issued, 500_00)
	})
}
