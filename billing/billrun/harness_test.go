package billrun

import (
	"context"
	"fmt"
	"log/slog"
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
	"mtandao/radius"
	"mtandao/radius/access"
)

var office = subscriptions.By{Actor: "clerk"}

// purse is customers' credit, as subscriptions spend it.
type purse struct{ *accounts.Service }

func (p purse) Take(tx *db.Tx, customerID int64, amount money.Amount, c subscriptions.Cause, to ...ledger.Posting) (bool, error) {
	return p.Service.Take(tx, customerID, amount, accounts.Cause(c), to...)
}

func (p purse) Give(tx *db.Tx, customerID int64, amount money.Amount, c subscriptions.Cause, from ...ledger.Posting) error {
	_, err := p.Add(tx, customerID, amount, accounts.Cause(c), from...)
	return err
}

// town is a provider with a site, plans, customers and their lines, billed by the real run.
type town struct {
	testing.TB
	*Source
	clock    *clock.Manual
	invoices *invoices.Service
	ledger   *ledger.Ledger
	accounts *accounts.Service
	jobs     *jobs.Queue
	taxes    *taxes.Service
	keys     *seal.Keys
	url      string // of the database, where other processes work on it
	site     int64
	n        int
}

func each(t *testing.T, f func(w *town)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d *db.DB) { f(newTown(t, d)) })
}

// together is each, on both databases at once.
func together(t *testing.T, f func(t *testing.T, w *town)) {
	t.Helper()
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			url := testdb.URL(t, dialect)
			w := newTown(t, testdb.OpenURL(t, url, db.Options{}))
			w.url = url
			f(t, w)
		})
	}
}

// newTown opens on the first of January 2026, at nine.
func newTown(t testing.TB, d *db.DB) *town {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	w := wired(d, keys, clock.NewManual(clock.Date(2026, 1, 1).Start().Add(9*time.Hour)))
	w.TB = t
	w.in(func(tx *db.Tx) error {
		s, err := w.Lines.Sites.SaveSite(tx, site.Site{Slug: "here", Name: "here"})
		w.site = s.ID
		return err
	})
	return w
}

// wired is what works on a database.
func wired(d *db.DB, keys *seal.Keys, c *clock.Manual) *town {
	queue, books, sites, store := jobs.New(d, c, slog.New(slog.DiscardHandler)), ledger.New(d, c), site.New(d, c), settings.New(d, c)
	people := customers.New(customers.Options{DB: d, Keys: keys, Clock: c})
	held := accounts.New(accounts.Options{DB: d, Jobs: queue, Clock: c, Ledger: books, Customers: people})
	w := &town{clock: c, ledger: books, accounts: held, jobs: queue, taxes: taxes.New(d, c), keys: keys}
	w.invoices = invoices.New(invoices.Options{DB: d, Jobs: queue, Clock: c, Ledger: books, Settings: store, Taxes: w.taxes, Customers: people, Purse: billing.Purse{Accounts: held}})
	billing.JoinInvoices(w.invoices, held, queue)
	sold := plans.New(d, c)
	lines := subscriptions.New(subscriptions.Options{DB: d, Clock: c, Plans: sold, Access: access.New(d, queue, keys, c, sites), Ledger: books, Sites: sites, Settings: store, Customers: people, Credit: purse{held}})
	held.OnCredit(lines.Renew)
	w.Source = New(Options{DB: d, Lines: lines, Plans: sold, Customers: people, Zone: sites.Location, Site: sites.Called, Usage: radius.Usage{DB: d}, Kept: func() (int, int) { return 12, 36 }, Jobs: queue, Void: w.invoices.VoidBills})
	return w
}

func (w *town) in(f func(tx *db.Tx) error) {
	w.Helper()
	if err := w.DB.InTx(context.Background(), f); err != nil {
		w.Fatal(err)
	}
}

// sells has a plan sold: for a home, a month at a time, by invoice, with taxes in it, but for what change says.
func (w *town) sells(key string, bob int64, change func(*plans.Plan)) plans.Plan {
	w.Helper()
	p := plans.Plan{Key: key, NameEN: key, Segment: plans.Home, Price: money.Shillings(bob), Limits: access.Limits{DownKbps: 10_000, UpKbps: 10_000},
		Terms: plans.Terms{Mode: plans.Postpaid, Interval: plans.Interval{Unit: plans.Month, Every: 1}, Inclusive: true}}
	if change != nil {
		change(&p)
	}
	w.in(func(tx *db.Tx) (err error) { p, err = w.Plans.Save(tx, p); return err })
	return p
}

func (w *town) addOn(key string, bob int64, once bool) { w.Helper(); w.addOnOf(key, bob, once, 0) }

func (w *town) addOnOf(key string, bob int64, once bool, octets int64) {
	w.Helper()
	w.in(func(tx *db.Tx) error {
		_, err := w.Plans.SaveAddOn(tx, plans.AddOn{Key: key, NameEN: key, Price: money.Shillings(bob), Once: once, Bytes: octets, State: plans.Live})
		return err
	})
}

// customer is somebody who is billed on a day of the month.
func (w *town) customer(billDay int) customers.Customer {
	w.Helper()
	w.n++
	c := customers.Customer{Kind: customers.Person, Name: fmt.Sprint("Customer ", w.n), BillDay: billDay}
	w.in(func(tx *db.Tx) (err error) {
		c, err = w.Customers.Create(tx, c, nil, customers.By{Actor: "clerk"})
		return err
	})
	return c
}

// line begins one, now when at is zero.
func (w *town) line(customerID int64, plan string, at time.Time, change func(*subscriptions.Opening)) subscriptions.Subscription {
	w.Helper()
	w.n++
	n := subscriptions.Opening{CustomerID: customerID, PlanKey: plan, Place: subscriptions.Place{SiteID: w.site, RouterID: 5}, At: at,
		Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: fmt.Sprint("line", w.n)}, Secret: "s3cret"}
	if change != nil {
		change(&n)
	}
	sub, err := w.Lines.Start(context.Background(), n, office)
	if err != nil {
		w.Fatal(err)
	}
	return sub
}

// until lets time pass up to nine on a day, billing at six each day.
func (w *town) until(d clock.Day) {
	w.Helper()
	for today := clock.DayOf(w.clock.Now()) + 1; today <= d; today++ {
		w.clock.Set(today.Start().Add(6 * time.Hour))
		w.bills()
		w.clock.Set(today.Start().Add(9 * time.Hour))
	}
}

func (w *town) bills() (drafted invoices.Drafted) {
	w.Helper()
	ctx := context.Background()
	drafted, err := w.invoices.Run(ctx, clock.DayOf(w.clock.Now()), w.Source, invoices.RunOptions{})
	if err != nil {
		w.Fatal(err)
	}
	if _, err := w.invoices.Issue(ctx); err != nil {
		w.Fatal(err)
	}
	return drafted
}

// documents are those of a line, the oldest first, with their lines.
func (w *town) documents(sub subscriptions.Subscription) (all []invoices.Document) {
	w.Helper()
	list, err := w.invoices.Newest(context.Background(), invoices.Filter{CustomerID: sub.CustomerID}, 0, 1000)
	if err != nil {
		w.Fatal(err)
	}
	for n := len(list) - 1; n >= 0; n-- {
		if list[n].SubscriptionID == sub.ID {
			d, err := w.invoices.Get(context.Background(), list[n].ID)
			if err != nil {
				w.Fatal(err)
			}
			all = append(all, d)
		}
	}
	return all
}

// says is what a line's bills said, a text each: the day, the amount, and each line.
func (w *town) says(sub subscriptions.Subscription) (all []string) {
	w.Helper()
	for _, d := range w.documents(sub) {
		text := fmt.Sprintf("%s %s %s", d.Period.From, d.State, money.KES(d.Gross))
		for _, l := range d.Lines {
			text += fmt.Sprintf("; %s, %s: %s", l.Called("en"), l.Says("en"), money.KES(l.Gross))
		}
		all = append(all, text)
	}
	return all
}

func (w *town) prove() {
	w.Helper()
	ctx := context.Background()
	if err := w.invoices.Audit(ctx, func(what string) { w.Error(what) }); err != nil {
		w.Fatal(err)
	}
	if err := w.ledger.Chain(ctx); err != nil {
		w.Fatal(err)
	}
	if report, err := w.ledger.Verify(ctx); err != nil || !report.OK() {
		w.Error(report, err)
	}
}

// subChange is a change of plan, dated back.
func subChange(plan string, d clock.Day) subscriptions.Change {
	return subscriptions.Change{PlanKey: plan, At: d.Start()}
}
