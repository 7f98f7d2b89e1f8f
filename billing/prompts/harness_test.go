package prompts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

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
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/notify"
	"mtandao/internal/report"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/vouchers"
)

// provider is a provider with customers, lines, invoices and a till, on a rail whose answers the test decides.
type provider struct {
	*testing.T
	*Service
	clock *clock.Manual
	queue *jobs.Queue
	books *ledger.Ledger
	plans *plans.Service
	grant *access.Service
	keys  *seal.Keys
	rail  *rail
	till  billing.Till
	site  int64
	left  atomic.Int64 // writes until the next kill; below zero for none
	stop  func()       // the jobs
	n     int
}

var clerk, office = By{"clerk@example.com", "10.0.0.9"}, invoices.By{Actor: "clerk"}

func each(t *testing.T, f func(p *provider)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d *db.DB) { f(newProvider(t, d)) })
}

// firstDay is when the stories begin: at eight in the morning.
var firstDay = clock.Date(2027, 3, 1)

func newProvider(t *testing.T, d *db.DB) *provider {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(firstDay.Start().Add(8 * time.Hour))
	p := &provider{T: t, clock: c, keys: keys, rail: &rail{}}
	p.left.Store(-1)
	quiet := slog.New(slog.DiscardHandler)
	p.queue = jobs.New(d, c, quiet)
	sites, store := site.New(d, c), settings.New(d, c)
	p.books, p.plans = ledger.New(d, c), plans.New(d, c)
	p.grant = access.New(d, p.queue, keys, c, sites)
	known := customers.New(customers.Options{DB: d, Keys: keys, Clock: c})
	held := accounts.New(accounts.Options{DB: d, Jobs: p.queue, Clock: c, Ledger: p.books, Customers: known})
	bill := billing.New(billing.Options{DB: d, Jobs: p.queue, Keys: keys, Clock: c, Log: quiet, Ledger: p.books, Plans: p.plans, Sites: sites, Grants: p.grant,
		Gateway: p.rail, Settings: store, Messages: nobody{},
		PublicURL: "https://pay.example"})
	bill.AskAccounts(held)
	bills := invoices.New(invoices.Options{DB: d, Jobs: p.queue, Clock: c, Ledger: p.books, Settings: store, Taxes: taxes.New(d, c), Customers: known, Purse: billing.Purse{Accounts: held}})
	billing.JoinInvoices(bills, held, p.queue)
	lines := subscriptions.New(subscriptions.Options{DB: d, Clock: c, Plans: p.plans, Access: p.grant, Ledger: p.books, Sites: sites, Settings: store, Customers: known, Credit: purse{held}})
	held.OnCredit(lines.Renew)
	p.Service = New(Options{DB: d, Keys: keys, Clock: c, Customers: known, Invoices: bills, Lines: lines, Accounts: held, Billing: bill})
	bills.AskPrompts(p.Waits)
	bills.AskMeant(p.Meant)
	p.tx(func(tx *db.Tx) error {
		s, err := sites.SaveSite(tx, site.Site{Slug: "here", Name: "Here"})
		p.site = s.ID
		if err == nil {
			p.till, err = bill.SaveTill(tx, billing.Till{Key: "main", Type: billing.TillPaybill, ShortCode: "600100", ConsumerKey: "ck", ConsumerSecret: "cs", Passkey: "pk",
				Initiator: "api", InitiatorPassword: "pw",
				Certificate: "PEM", BaseURL: "http://rail.invalid"})
		}
		return err
	})
	for key, price := range map[string]int64{"home": 2500, "flat": 1500} {
		p.tx(func(tx *db.Tx) error {
			_, err := p.plans.Save(tx, plans.Plan{Key: key, NameEN: key, Segment: plans.Home, Price: money.Shillings(price), State: plans.Live, Limits: access.Limits{DownKbps: 10_000, UpKbps: 10_000},
				Terms: plans.Terms{Mode: plans.Prepaid, Interval: plans.Interval{Unit: plans.Month, Every: 1}}})
			return err
		})
	}
	p.killer()
	p.run()
	return p
}

// run has the jobs worked off, until stop.
func (p *provider) run() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = p.queue.Run(ctx) }()
	p.stop = func() { cancel(); <-done }
	p.Cleanup(p.stop)
}

var errKilled = fault.New(fault.Unavailable, "db.unavailable")

// killer makes the write fail that left counts down to, and its transaction with it.
func (p *provider) killer() {
	p.Helper()
	p.tx(func(tx *db.Tx) error {
		die := func(g *gorm.DB) {
			if p.left.Load() >= 0 && p.left.Add(-1) < 0 {
				p.left.Store(-1)
				_ = g.AddError(errKilled)
			}
		}
		all := tx.Gorm().Callback()
		return errors.Join(all.Create().Before("gorm:create").Register("kill", die), all.Update().Before("gorm:update").Register("kill", die),
			all.Raw().Before("gorm:raw").Register("kill", die), all.Delete().Before("gorm:delete").Register("kill", die))
	})
}

type purse struct{ *accounts.Service }

func (p purse) Take(tx *db.Tx, id int64, amount money.Amount, c subscriptions.Cause, to ...ledger.Posting) (bool, error) {
	return p.Service.Take(tx, id, amount, accounts.Cause(c), to...)
}

func (p purse) Give(tx *db.Tx, id int64, amount money.Amount, c subscriptions.Cause, from ...ledger.Posting) error {
	_, err := p.Add(tx, id, amount, accounts.Cause(c), from...)
	return err
}

type nobody struct{}

func (nobody) Send(*db.Tx, notify.Message) (int64, error) { return 1, nil }

func (p *provider) tx(f func(tx *db.Tx) error) {
	p.Helper()
	if err := p.db().InTx(context.Background(), f); err != nil {
		p.Fatal(err)
	}
}

func (p *provider) db() *db.DB { return p.DB }

func (p *provider) customer() customers.Customer {
	p.Helper()
	p.n++
	c := customers.Customer{Name: fmt.Sprint("Customer ", p.n), SiteID: p.site}
	p.tx(func(tx *db.Tx) (err error) {
		c, err = p.Customers.Create(tx, c, []customers.Contact{{Kind: customers.ByPhone, Value: phoneOf(p.n), ForBills: true}}, customers.By{Actor: "clerk"})
		return err
	})
	return c
}

func phoneOf(n int) string { return fmt.Sprintf("25471200%04d", n) }

// agreed is a customer who may be asked by itself.
func (p *provider) agreed() customers.Customer {
	p.Helper()
	c := p.customer()
	if _, err := p.Agree(context.Background(), c.ID, phoneOf(p.n), "Anne", clerk); err != nil {
		p.Fatal(err)
	}
	return c
}

// bills issues an invoice that is due in so many days.
func (p *provider) bills(c customers.Customer, a money.Amount, days int) invoices.Document {
	p.Helper()
	ctx := context.Background()
	p.tx(func(tx *db.Tx) error { return p.Invoices.Settings.Set(tx, settings.InvoiceDueDays, fmt.Sprint(days)) })
	if err := p.Invoices.Settings.Refresh(ctx); err != nil {
		p.Fatal(err)
	}
	d, err := p.Invoices.Write(ctx, invoices.NewDocument{Request: fmt.Sprint("test:", p.DB.ID()), Kind: invoices.Invoice, CustomerID: c.ID,
		Lines: []invoices.NewLine{{Name: "Internet", Supply: taxes.Internet, Quantity: 1, Amount: a, Inclusive: true}}}, office)
	if err == nil {
		d, err = p.Invoices.IssueOne(ctx, d.ID)
	}
	if err != nil || d.DueDay != clock.DayOf(p.clock.Now())+clock.Day(days) {
		p.Fatal(d.DueDay, err)
	}
	p.idle()
	return d
}

// line starts a line that is paid beforehand, with its first month paid.
func (p *provider) line(c customers.Customer, plan string) subscriptions.Subscription {
	p.Helper()
	p.n++
	sub, err := p.Lines.Start(context.Background(), subscriptions.Opening{CustomerID: c.ID, PlanKey: plan, Place: subscriptions.Place{SiteID: p.site, RouterID: 5},
		Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: fmt.Sprint("line", p.n)}, Secret: "s3cret"}, subscriptions.By{Actor: "clerk"})
	if err != nil {
		p.Fatal(err)
	}
	p.brings(c, map[string]int64{"home": 2500, "flat": 1500}[plan])
	return sub
}

func (p *provider) until(sub subscriptions.Subscription) time.Time {
	p.Helper()
	now, err := p.Lines.Get(context.Background(), sub.ID)
	if err != nil {
		p.Fatal(err)
	}
	return p.Lines.Until(now)
}

// brings takes cash.
func (p *provider) brings(c customers.Customer, bob int64) {
	p.Helper()
	_, err := p.Accounts.TakeAtCounter(context.Background(), accounts.Taking{Request: fmt.Sprint(p.DB.ID()), CustomerID: c.ID, How: accounts.ByCash,
		Amount: money.Shillings(bob)}, accounts.By{Actor: "clerk"})
	if err != nil {
		p.Fatal(err)
	}
	p.idle()
}

// at moves the clock to an hour and a minute of a day after the first; the lines' own clock goes with it.
func (p *provider) at(day, hour, minute int) {
	p.Helper()
	p.clock.Set((firstDay + clock.Day(day)).Start().Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute))
	if err := p.Lines.Tick(context.Background()); err != nil {
		p.Fatal(err)
	}
	p.idle()
}

// look has those asked who are to be, and waits until the prompts have left.
func (p *provider) look() {
	p.Helper()
	if err := p.Tick(context.Background()); err != nil {
		p.Fatal(err)
	}
	p.idle()
}

// newest is the last prompt that came to a customer's own phone.
func (p *provider) newest(phone string) int {
	p.Helper()
	sent := p.rail.sent()
	for n := len(sent) - 1; n >= 0; n-- {
		if string(sent[n].Phone) == phone {
			return n
		}
	}
	p.Fatal("no prompt came to", phone)
	return 0
}

// asked fails unless the prompts so far are for these shillings; those of one look leave in any order.
func (p *provider) asked(what string, bob ...int64) {
	p.Helper()
	var got []int64
	for _, s := range p.rail.sent() {
		got = append(got, s.Amount.Cents/100)
	}
	slices.Sort(got)
	slices.Sort(bob)
	if !slices.Equal(got, bob) {
		p.Errorf("%s: asked for %v, want %v", what, got, bob)
	}
}

func (p *provider) credit(c customers.Customer) int64 {
	p.Helper()
	held, err := p.Accounts.Balances(context.Background(), []int64{c.ID})
	if err != nil {
		p.Fatal(err)
	}
	return held[c.ID].Cents
}

func (p *provider) open(d invoices.Document) int64 {
	p.Helper()
	now, err := p.Invoices.Get(context.Background(), d.ID)
	if err != nil {
		p.Fatal(err)
	}
	return now.Open
}

// idle waits until no job is due. Nobody is rescued: a slow runner that is taken for dead would do its job twice, and each question to the rail lengthens the wait for the next.
func (p *provider) idle() {
	p.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	defer stop()
	if err := p.queue.Idle(ctx); err != nil {
		p.Fatal("jobs go on for ever: ", err)
	}
}

// prove: the books, the receipts and the accounts agree.
func (p *provider) prove() {
	p.Helper()
	ctx := context.Background()
	none := vouchers.New(vouchers.Options{DB: p.DB, Keys: p.keys, Jobs: jobs.New(p.DB, p.clock, slog.New(slog.DiscardHandler)), Clock: p.clock, Ledger: p.books})
	problems, err := report.NewProofs(p.DB, p.books, p.Billing, none, p.Accounts, p.Invoices).Prove(ctx)
	if err != nil || len(problems) > 0 {
		p.Errorf("proof: %v %v", problems, err)
	}
	if err := p.books.Chain(ctx); err != nil {
		p.Fatal(err)
	}
	if r, err := p.books.Verify(ctx); err != nil || !r.OK() {
		p.Error(r, err)
	}
}
