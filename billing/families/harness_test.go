package families

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

// house is a provider with an account that has parts, whose lines are paid beforehand.
type house struct {
	*testing.T
	*Service
	clock   *clock.Manual
	queue   *jobs.Queue
	books   *ledger.Ledger
	bills   *invoices.Service
	site    int64
	dying   *testdb.Killer
	account customers.Customer
	n       int
}

var clerk = By{"clerk@example.com", "10.0.0.9"}

func each(t *testing.T, f func(h *house)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d *db.DB) { f(newHouse(t, d)) })
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(clock.Date(2027, 3, 1).Start().Add(9 * time.Hour))
	h := &house{T: t, clock: c, queue: jobs.New(d, c, slog.New(slog.DiscardHandler)), books: ledger.New(d, c)}
	sites, store, sold := site.New(d, c), settings.New(d, c), plans.New(d, c)
	known := customers.New(customers.Options{DB: d, Keys: keys, Clock: c})
	held := accounts.New(accounts.Options{DB: d, Jobs: h.queue, Clock: c, Ledger: h.books, Customers: known})
	h.bills = invoices.New(invoices.Options{DB: d, Jobs: h.queue, Clock: c, Ledger: h.books, Settings: store, Taxes: taxes.New(d, c), Customers: known, Purse: billing.Purse{Accounts: held}})
	billing.JoinInvoices(h.bills, held, h.queue)
	lines := subscriptions.New(subscriptions.Options{DB: d, Clock: c, Plans: sold, Access: access.New(d, h.queue, keys, c, sites), Ledger: h.books, Sites: sites, Settings: store, Customers: known, Credit: purse{held}})
	held.OnCredit(lines.Renew)
	for _, kind := range subscriptions.Spendings {
		held.OnReturnOf(kind, func(tx *db.Tx, spent accounts.Event, missing money.Amount) error {
			return lines.Undo(tx, spent.Request, missing)
		})
	}
	h.Service = New(Options{DB: d, Jobs: h.queue, Clock: c, Customers: known, Accounts: held, Lines: lines})
	h.in(func(tx *db.Tx) error {
		s, err := sites.SaveSite(tx, site.Site{Slug: "here", Name: "Here"})
		if h.site = s.ID; err != nil {
			return err
		}
		_, err = sold.Save(tx, plans.Plan{Key: "home", NameEN: "home", Segment: plans.Home, Price: money.Shillings(1000), State: plans.Live, Limits: access.Limits{DownKbps: 10_000, UpKbps: 10_000},
			Terms: plans.Terms{Mode: plans.Prepaid, Interval: plans.Interval{Unit: plans.Month, Every: 1}}})
		return err
	})
	h.account = h.customer(customers.Customer{})
	h.dying = testdb.NewKiller(t, d)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = h.queue.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	return h
}

type purse struct{ *accounts.Service }

func (p purse) Take(tx *db.Tx, id int64, amount money.Amount, c subscriptions.Cause, to ...ledger.Posting) (bool, error) {
	return p.Service.Take(tx, id, amount, accounts.Cause(c), to...)
}

func (p purse) Give(tx *db.Tx, id int64, amount money.Amount, c subscriptions.Cause, from ...ledger.Posting) error {
	_, err := p.Add(tx, id, amount, accounts.Cause(c), from...)
	return err
}

func (h *house) in(f func(tx *db.Tx) error) {
	h.Helper()
	if err := h.DB.InTx(h.Context(), f); err != nil {
		h.Fatal(err)
	}
}

func (h *house) customer(c customers.Customer) customers.Customer {
	h.Helper()
	h.n++
	c.Name, c.SiteID = fmt.Sprint("Customer ", h.n), h.site
	h.in(func(tx *db.Tx) (err error) {
		c, err = h.Customers.Create(tx, c, nil, customers.By{Actor: "clerk"})
		return err
	})
	return c
}

// part is a part of the account with a line whose first month it paid by itself.
func (h *house) part() (customers.Customer, subscriptions.Subscription) {
	h.Helper()
	c := h.customer(customers.Customer{ParentID: h.account.ID})
	sub := h.line(c)
	h.pays(c, 1000)
	return c, sub
}

func (h *house) line(c customers.Customer) subscriptions.Subscription {
	h.Helper()
	h.n++
	sub, err := h.Lines.Start(h.Context(), subscriptions.Opening{CustomerID: c.ID, PlanKey: "home", Place: subscriptions.Place{SiteID: h.site, RouterID: 5},
		Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: fmt.Sprint("line", h.n)}, Secret: "s3cret"}, subscriptions.By{Actor: "clerk"})
	if err != nil {
		h.Fatal(err)
	}
	return sub
}

// pays takes a cheque.
func (h *house) pays(c customers.Customer, bob int64) accounts.Event {
	h.Helper()
	id := fmt.Sprint(h.DB.ID())
	e, err := h.Accounts.TakeAtCounter(h.Context(), accounts.Taking{Request: id, CustomerID: c.ID, How: accounts.ByCheque, Reference: id, Amount: money.Shillings(bob)}, accounts.By{Actor: "clerk"})
	if err != nil {
		h.Fatal(err)
	}
	h.idle()
	return e
}

func (h *house) agrees(c customers.Customer, bob int64) {
	h.Helper()
	if err := h.Agree(h.Context(), c.ID, money.Shillings(bob), clerk); err != nil {
		h.Fatal(err)
	}
	h.idle()
}

// owes issues an invoice to the account.
func (h *house) owes(bob int64) invoices.Document {
	h.Helper()
	d, err := h.bills.Write(h.Context(), invoices.NewDocument{Request: fmt.Sprint("test:", h.DB.ID()), Kind: invoices.Invoice, CustomerID: h.account.ID,
		Lines: []invoices.NewLine{{Name: "Visit", Supply: taxes.Labour, Quantity: 1, Amount: money.Shillings(bob), Inclusive: true}}}, invoices.By{Actor: "clerk"})
	if err == nil {
		d, err = h.bills.IssueOne(h.Context(), d.ID)
	}
	if err != nil {
		h.Fatal(err)
	}
	h.idle()
	return d
}

// at moves the clock, and has happen what happens by itself.
func (h *house) at(month time.Month, day, hour int) {
	h.Helper()
	h.clock.Set(clock.Date(2027, month, day).Start().Add(time.Duration(hour) * time.Hour))
	if err := h.Lines.Tick(h.Context()); err != nil && !errors.Is(err, testdb.ErrKilled) {
		h.Fatal(err)
	}
	h.idle()
}

// idle waits until no job is due. Nobody is rescued: a slow runner that is taken for dead would do its job twice.
func (h *house) idle() {
	h.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	defer stop()
	if err := h.queue.Idle(ctx); err != nil {
		h.Fatal("jobs go on for ever: ", err)
	}
}

// stands fails unless the account has so many shillings, and a line is paid to a day.
func (h *house) stands(what string, bob int64, sub subscriptions.Subscription, to string) {
	h.Helper()
	now, err := h.Lines.Get(h.Context(), sub.ID)
	if err != nil {
		h.Fatal(err)
	}
	held, err := h.Accounts.Balances(h.Context(), []int64{h.account.ID, sub.CustomerID})
	if err != nil || held[h.account.ID].Cents != bob*100 || now.State.PaidTo.In(clock.Nairobi).Format(time.DateOnly) != to {
		h.Errorf("%s: the account has %v, the part %v, paid to %v: want %d and %s, %v", what, held[h.account.ID], held[sub.CustomerID], now.State.PaidTo.In(clock.Nairobi), bob, to, err)
	}
}

// uses fails unless so many shillings are used in this month for a part.
func (h *house) uses(what string, c customers.Customer, bob int64) {
	h.Helper()
	if a, used, err := h.Of(h.Context(), c.ID); err != nil || a == nil || used.Cents != bob*100 {
		h.Errorf("%s: %+v, %v used, %v", what, a, used, err)
	}
}

// prove: accounts, invoices and the books agree, and nothing is between two accounts.
func (h *house) prove() {
	h.Helper()
	tell := func(what string) { h.Error("proof:", what) }
	if err := errors.Join(h.Accounts.Audit(h.Context(), tell), h.bills.Audit(h.Context(), tell), h.books.Chain(h.Context())); err != nil {
		h.Fatal(err)
	}
	if r, err := h.books.Verify(h.Context()); err != nil || !r.OK() {
		h.Error(r, err)
	}
	if between, err := h.books.Balance(h.Context(), ledger.Suspense, fmt.Sprint("family:", h.account.ID)); err != nil || between.Cents != 0 {
		h.Error("between two accounts:", between, err)
	}
}
