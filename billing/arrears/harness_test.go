package arrears

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/billrun"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/notify"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
	"mtandao/radius"
	"mtandao/radius/access"
)

// provider is a whole provider without its network: customers with money, lines, invoices, and what is sent to them.
type provider struct {
	*testing.T
	*Service
	clock    *clock.Manual
	books    *ledger.Ledger
	money    *accounts.Service
	plans    *plans.Service
	due      *billrun.Source
	site     int64
	dying    *testdb.Killer
	n        int
	mu       sync.Mutex
	told     map[string]string // by key
	back     []string          // keys that were withdrawn
	reversal billing.Reversal  // that a rail told of
}

var office = invoices.By{Actor: "clerk", From: "10.0.0.9"}

// table is that of a usual provider.
var table = []invoices.Step{{After: -3, Action: invoices.Remind}, {After: 1, Action: invoices.Remind}, {After: 3, Action: invoices.Throttle}, {After: 5, Action: invoices.Fee, Cents: 200_00},
	{After: 7, Action: invoices.Garden}, {After: 30, Action: invoices.SuspendService}, {After: 90, Action: invoices.Terminate}}

func each(t *testing.T, f func(p *provider)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d *db.DB) { f(newProvider(t, d)) })
}

func newProvider(t *testing.T, d *db.DB) *provider {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(clock.Date(2027, 3, 1).Start().Add(9 * time.Hour))
	p := &provider{T: t, clock: c, told: map[string]string{}}
	queue := jobs.New(d, c, slog.New(slog.DiscardHandler))
	sites, store, books := site.New(d, c), settings.New(d, c), ledger.New(d, c)
	known := customers.New(customers.Options{DB: d, Keys: keys, Clock: c})
	p.books, p.plans = books, plans.New(d, c)
	p.money = accounts.New(accounts.Options{DB: d, Jobs: queue, Clock: c, Ledger: books, Customers: known})
	bills := invoices.New(invoices.Options{DB: d, Jobs: queue, Clock: c, Ledger: books, Settings: store, Taxes: taxes.New(d, c), Customers: known, Purse: billing.Purse{Accounts: p.money}})
	billing.JoinInvoices(bills, p.money, queue)
	grants := access.New(d, queue, keys, c, sites)
	lines := subscriptions.New(subscriptions.Options{DB: d, Clock: c, Plans: p.plans, Access: grants, Ledger: books, Sites: sites, Settings: store, Customers: known, Credit: purse{p.money}})
	p.due = billrun.New(billrun.Options{DB: d, Lines: lines, Plans: p.plans, Customers: known, Zone: sites.Location, Site: sites.Called, Usage: radius.Usage{DB: d}, Kept: func() (int, int) { return 12, 36 }, Jobs: queue, Void: bills.VoidBills})
	p.money.OnCredit(lines.Renew)
	for _, kind := range subscriptions.Spendings {
		p.money.OnReturnOf(kind, func(tx *db.Tx, spent accounts.Event, missing money.Amount) error {
			return lines.Undo(tx, spent.Request, missing)
		})
	}
	p.Service = New(Options{DB: d, Jobs: queue, Clock: c, Settings: store, Sites: sites, Customers: known, Invoices: bills, Lines: lines, Access: grants, Messages: p, Tills: p})
	p.tx(func(tx *db.Tx) error {
		s, err := sites.SaveSite(tx, site.Site{Slug: "here", Name: "Here"})
		p.site = s.ID
		return err
	})
	for key, mode := range map[string]plans.Mode{"office": plans.Postpaid, "fibre": plans.Hybrid, "home": plans.Prepaid, "office-fast": plans.Postpaid} {
		p.sell(key, mode)
	}
	if err := bills.SaveSteps(t.Context(), "", table, office); err != nil {
		t.Fatal(err)
	}
	p.dying = testdb.NewKiller(t, d)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = queue.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	return p
}

func (p *provider) sell(key string, mode plans.Mode) {
	p.Helper()
	kbps := int64(10_000)
	if strings.HasSuffix(key, "fast") {
		kbps = 50_000
	}
	p.tx(func(tx *db.Tx) error {
		_, err := p.plans.Save(tx, plans.Plan{Key: key, NameEN: key, Segment: plans.Home, Price: money.Shillings(3000), State: plans.Live, Limits: access.Limits{DownKbps: kbps, UpKbps: kbps,
			FairUse: access.FairUse{Bytes: 200e9, Per: access.PerMonth, UpKbps: 1000, DownKbps: 1000}}, Terms: plans.Terms{Mode: mode, Interval: plans.Interval{Unit: plans.Month, Every: 1}}})
		return err
	})
}

// purse is customers' credit, as lines spend it.
type purse struct{ *accounts.Service }

func (p purse) Take(tx *db.Tx, id int64, amount money.Amount, c subscriptions.Cause, to ...ledger.Posting) (bool, error) {
	return p.Service.Take(tx, id, amount, accounts.Cause(c), to...)
}

func (p purse) Give(tx *db.Tx, id int64, amount money.Amount, c subscriptions.Cause, from ...ledger.Posting) error {
	_, err := p.Add(tx, id, amount, accounts.Cause(c), from...)
	return err
}

// Send implements Messages: one key is one message, and another text of it is refused.
func (p *provider) Send(tx *db.Tx, m notify.Message) (int64, error) {
	text := m.To + " " + words.Text(m.Language, m.Words, m.Args...)
	p.mu.Lock()
	defer p.mu.Unlock()
	if before := p.told[m.Key]; before != "" && before != text {
		return 0, fault.New(fault.Conflict, "message.key_taken")
	}
	tx.AfterCommit(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.told[m.Key] = text
	})
	return 1, nil
}

// Withdraw implements Messages.
func (p *provider) Withdraw(tx *db.Tx, key string) (bool, error) {
	tx.AfterCommit(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.told[key] != "" {
			p.back = append(p.back, key)
		}
	})
	return true, nil
}

// ReversalByID implements Tills.
func (p *provider) ReversalByID(context.Context, int64) (billing.Reversal, error) {
	return p.reversal, nil
}

// ReceiptByID implements Tills.
func (p *provider) ReceiptByID(_ context.Context, id int64) (billing.Receipt, error) {
	r := billing.Receipt{ID: id, Placed: billing.PlacedOrder, OrderID: p.reversal.OrderID}
	if p.reversal.HolderID != 0 {
		r.Placed, r.HolderID = billing.PlacedAccount, p.reversal.HolderID
	}
	return r, nil
}

// OrderByID implements Tills.
func (p *provider) OrderByID(_ context.Context, id int64) (billing.Order, error) {
	return billing.Order{ID: id, SiteID: p.site, Phone: "254799000111", Lang: words.Swahili}, nil
}

// TillFor implements Tills.
func (p *provider) TillFor(context.Context, int64) (billing.Till, error) {
	return billing.Till{Type: billing.TillPaybill, ShortCode: "600100"}, nil
}

func (p *provider) tx(f func(tx *db.Tx) error) {
	p.Helper()
	d := p.db()
	if err := d.InTx(context.Background(), f); err != nil {
		p.Fatal(err)
	}
}

func (p *provider) db() *db.DB {
	if p.Service != nil {
		return p.DB
	}
	return p.money.DB
}

func (p *provider) customer(c customers.Customer) customers.Customer {
	p.Helper()
	p.n++
	c.Name, c.SiteID = fmt.Sprint("Customer ", p.n), p.site
	p.tx(func(tx *db.Tx) (err error) {
		c, err = p.Customers.Create(tx, c, []customers.Contact{{Kind: customers.ByPhone, Value: fmt.Sprintf("25471200%04d", p.n), ForBills: true}}, customers.By{Actor: "clerk"})
		return err
	})
	return c
}

func (p *provider) line(c customers.Customer, plan string) subscriptions.Subscription {
	p.Helper()
	p.n++
	sub, err := p.Lines.Start(context.Background(), subscriptions.Opening{CustomerID: c.ID, PlanKey: plan, Place: subscriptions.Place{SiteID: p.site, RouterID: 5},
		Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: fmt.Sprint("line", p.n)}, Secret: "s3cret"}, subscriptions.By{Actor: "clerk"})
	if err != nil {
		p.Fatal(err)
	}
	return sub
}

// bills issues an invoice of so many shillings, which is due in 14 days.
func (p *provider) bills(c customers.Customer, bob int64) invoices.Document {
	p.Helper()
	ctx := context.Background()
	d, err := p.Invoices.Write(ctx, invoices.NewDocument{Request: fmt.Sprint("test:", p.DB.ID()), Kind: invoices.Invoice, CustomerID: c.ID,
		Lines: []invoices.NewLine{{Name: "Internet", Supply: taxes.Internet, Quantity: 1, Amount: money.Shillings(bob), Inclusive: true}}}, office)
	if err == nil {
		d, err = p.Invoices.IssueOne(ctx, d.ID)
	}
	if err != nil {
		p.Fatal(err)
	}
	p.idle()
	return d
}

// pays brings a cheque in and waits until it is spent.
func (p *provider) pays(c customers.Customer, bob int64) accounts.Event {
	p.Helper()
	e := p.brings(c, bob)
	p.idle()
	return e
}

func (p *provider) brings(c customers.Customer, bob int64) accounts.Event {
	p.Helper()
	id := fmt.Sprint(p.DB.ID())
	e, err := p.money.TakeAtCounter(context.Background(), accounts.Taking{Request: id, CustomerID: c.ID, How: accounts.ByCheque, Reference: id, Amount: money.Shillings(bob)}, accounts.By{Actor: "clerk"})
	if err != nil {
		p.Fatal(err)
	}
	return e
}

// idle waits until no job is left, however often it has to be tried again, and whoever died over it.
func (p *provider) idle() {
	p.Helper()
	for range 60 {
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		if p.Jobs.Idle(ctx) != nil {
			if err := p.Jobs.RescueNow(context.Background()); err != nil {
				p.Fatal(err)
			}
		}
		stop()
		st, err := p.Jobs.Stats(context.Background())
		if err != nil || st.Parked > 0 {
			p.Fatal(st, err)
		}
		if st.Waiting+st.Running == 0 {
			return
		}
		p.clock.Advance(time.Second)
	}
	p.Fatal("jobs go on for ever")
}

func (p *provider) later(days int) {
	p.Helper()
	for range days {
		p.clock.Advance(24 * time.Hour)
		p.dun()
	}
}

func (p *provider) dun() {
	p.Helper()
	if err := p.Tick(context.Background()); err != nil {
		p.Fatal(err)
	}
	p.idle()
}

// Kinds of how a line is kept.
const (
	free   = "free"
	slow   = "slow"
	garden = "garden"
	closed = "closed"
	ended  = "ended"
)

func (p *provider) how(sub subscriptions.Subscription) string {
	p.Helper()
	g, _, _, err := p.Access.View(context.Background(), sub.GrantID)
	if err != nil {
		p.Fatal(err)
	}
	got, err := p.Lines.Get(context.Background(), sub.ID)
	if err != nil || (got.State.Status == subscriptions.Ended) != (g.State == access.Ended) {
		p.Error(err, "a line and its grant do not end together")
	}
	switch {
	case g.State == access.Ended:
		return ended
	case g.Barred == access.Garden:
		return garden
	case g.Barred == access.Closed:
		return closed
	case g.SlowedKbps != 0:
		return slow
	}
	return free
}

func (p *provider) wants(what, how string, lines ...subscriptions.Subscription) {
	p.Helper()
	for n, sub := range lines {
		if got := p.how(sub); got != how {
			p.Errorf("%s: line %d is %s, want %s", what, n, got, how)
		}
	}
}

// prove: the books are right, and service is as every debt says, with nothing to mend.
func (p *provider) prove() {
	p.Helper()
	ctx := context.Background()
	for _, audit := range []func(context.Context, func(string)) error{p.Invoices.Audit, p.money.Audit} {
		if err := audit(ctx, func(what string) { p.Error(what) }); err != nil {
			p.Fatal(err)
		}
	}
	if err := p.books.Chain(ctx); err != nil {
		p.Fatal(err)
	}
	if report, err := p.books.Verify(ctx); err != nil || !report.OK() {
		p.Error(report, err)
	}
	if mended, err := p.Mend(ctx); err != nil || mended != 0 {
		p.Errorf("%d were to be mended: %v", mended, err)
	}
}

func dayOf(t time.Time) clock.Day { return clock.DayOf(t) }
