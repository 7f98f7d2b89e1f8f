package counter

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
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/approval"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/staff"
	"mtandao/internal/testdb"
)

// desk is a cashier's desk of a provider whose invoices are paid out of credit.
type desk struct {
	*Service
	*testing.T
	clock  *clock.Manual
	people *customers.Service
	crew   crew
}

// crew are who works here now, each of whom may approve.
type crew map[int64]bool

func (c crew) ActiveTx(*db.Tx) (all []staff.Member, err error) {
	for id, works := range c {
		if works {
			all = append(all, staff.Member{ID: id, State: staff.Active, Roles: []staff.Role{{Permissions: []staff.Permission{staff.PaymentsApprove}}}})
		}
	}
	return all, nil
}

func (c crew) Active(context.Context) ([]staff.Member, error) { return c.ActiveTx(nil) }

const anne, ben = 7001, 7002

var (
	cashier = By{Member: 1, Actor: "cashier@example.com", From: "10.0.0.9"}
	manager = By{Member: 2, Actor: "manager@example.com", From: "10.0.0.8"}
)

func each(t *testing.T, f func(w *desk)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
		keys, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		queue, books, store := jobs.New(d, c, slog.New(slog.DiscardHandler)), ledger.New(d, c), settings.New(d, c)
		people := customers.New(customers.Options{DB: d, Keys: keys, Clock: c})
		held := accounts.New(accounts.Options{DB: d, Jobs: queue, Clock: c, Ledger: books, Customers: people})
		owed := invoices.New(invoices.Options{DB: d, Jobs: queue, Clock: c, Ledger: books, Settings: store, Taxes: taxes.New(d, c), Customers: people, Purse: billing.Purse{Accounts: held}})
		billing.JoinInvoices(owed, held, queue)
		lines := subscriptions.New(subscriptions.Options{DB: d, Clock: c})
		works := crew{cashier.Member: true, manager.Member: true}
		decides := approval.New(approval.Options{DB: d, Keys: keys, Clock: c, People: works})
		f(&desk{T: t, clock: c, people: people, crew: works, Service: New(Options{DB: d, Clock: c, Plan: c, Ledger: books, Accounts: held, Invoices: owed, Lines: lines, Approvals: decides, Keys: keys, Phones: people})})
	})
}

// invoice issues one that is due in some days.
func (w *desk) invoice(request string, customer, shillings int64) invoices.Document {
	w.Helper()
	by := invoices.By{Actor: "clerk"}
	d, err := w.Invoices.Write(context.Background(), invoices.NewDocument{Request: request, Kind: invoices.Invoice, CustomerID: customer,
		Lines: []invoices.NewLine{{Name: "Router", Supply: taxes.Equipment, Quantity: 1, Amount: money.Shillings(shillings), Inclusive: true}}}, by)
	if err == nil {
		d, err = w.Invoices.IssueOne(context.Background(), d.ID)
	}
	if err != nil {
		w.Fatal(err)
	}
	return d
}

func (w *desk) brings(request string, customer, shillings int64, named ...int64) Taking {
	return Taking{Taking: accounts.Taking{Request: request, CustomerID: customer, How: accounts.ByCash, Amount: money.Shillings(shillings)}, Named: named}
}

func (w *desk) open(id int64) int64 {
	w.Helper()
	d, err := w.Invoices.Get(context.Background(), id)
	if err != nil {
		w.Fatal(err)
	}
	return d.Open / 100
}

func (w *desk) credit(customer int64) int64 {
	w.Helper()
	all, err := w.Accounts.Balances(context.Background(), []int64{customer})
	if err != nil {
		w.Fatal(err)
	}
	return all[customer].Cents / 100
}

func (w *desk) prove() {
	w.Helper()
	for _, audit := range []func(context.Context, func(string)) error{w.Audit, w.Accounts.Audit, w.Invoices.Audit} {
		if err := audit(context.Background(), func(what string) { w.Error(what) }); err != nil {
			w.Fatal(err)
		}
	}
}
