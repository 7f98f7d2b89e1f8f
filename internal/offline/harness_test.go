package offline

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/arrears"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/notify"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/site"
	"mtandao/internal/spool"
	"mtandao/internal/testdb"
	"mtandao/radius"
	"mtandao/radius/access"
	"mtandao/radius/mikrotik"
	"mtandao/radius/outages"
	"mtandao/radius/pools"
	"mtandao/radius/routers"
)

const gateSecret = "what the gate and the server share"

// town is a provider with its real services and a router, which is radclient at 127.0.0.1: FreeRADIUS's reading of the RFCs.
type town struct {
	testing.TB
	*Teller
	clock       *clock.Manual
	lines       *subscriptions.Service
	money       *accounts.Service
	people      *customers.Service
	bills       *invoices.Service
	plans       *plans.Service
	grants      *access.Service
	pools       *pools.Service
	radius      *radius.Service
	routers     *routers.Service
	outages     *outages.Service
	spool       *spool.Spool
	here, there int64 // sites
	gate        routers.Router
	auth, acct  string
	ends        func() // what is kept in memory is written down
	n           int
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

// silent sends nobody anything, and has no till.
type silent struct{}

func (silent) Send(*db.Tx, notify.Message) (int64, error) { return 1, nil }
func (silent) Withdraw(*db.Tx, string) (bool, error)      { return true, nil }
func (silent) TillFor(context.Context, int64) (billing.Till, error) {
	return billing.Till{Type: billing.TillPaybill, ShortCode: "600100"}, nil
}
func (silent) ReversalByID(context.Context, int64) (billing.Reversal, error) {
	return billing.Reversal{}, nil
}
func (silent) ReceiptByID(context.Context, int64) (billing.Receipt, error) {
	return billing.Receipt{}, nil
}
func (silent) OrderByID(context.Context, int64) (billing.Order, error) { return billing.Order{}, nil }

// began is a Monday, 8:00 in Nairobi.
var began = time.Date(2027, 3, 1, 5, 0, 0, 0, time.UTC)

func newTown(t testing.TB, d *db.DB) *town {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(began)
	log := slog.New(slog.DiscardHandler)
	queue := jobs.New(d, c, log)
	sites, store, books := site.New(d, c), settings.New(d, c), ledger.New(d, c)
	w := &town{TB: t, clock: c, people: customers.New(customers.Options{DB: d, Keys: keys, Clock: c}), plans: plans.New(d, c), grants: access.New(d, queue, keys, c, sites), pools: pools.New(d, c),
		routers: routers.New(d, keys, c)}
	w.money = accounts.New(accounts.Options{DB: d, Jobs: queue, Clock: c, Ledger: books, Customers: w.people})
	w.bills = invoices.New(invoices.Options{DB: d, Jobs: queue, Clock: c, Ledger: books, Settings: store, Taxes: taxes.New(d, c), Customers: w.people, Purse: billing.Purse{Accounts: w.money}})
	billing.JoinInvoices(w.bills, w.money, queue)
	w.lines = subscriptions.New(subscriptions.Options{DB: d, Clock: c, Plans: w.plans, Access: w.grants, Ledger: books, Sites: sites, Settings: store, Customers: w.people, Credit: purse{w.money}})
	w.money.OnCredit(w.lines.Renew)
	for _, kind := range subscriptions.Spendings {
		w.money.OnReturnOf(kind, func(tx *db.Tx, spent accounts.Event, missing money.Amount) error {
			return w.lines.Undo(tx, spent.Request, missing)
		})
	}
	arrears.New(arrears.Options{DB: d, Jobs: queue, Clock: c, Settings: store, Sites: sites, Customers: w.people, Invoices: w.bills, Lines: w.lines, Access: w.grants,
		Messages: silent{}, Tills: silent{}})
	if w.spool, err = spool.Open(t.TempDir(), spool.Options{}); err != nil {
		t.Fatal(err)
	}
	w.radius = radius.New(radius.Options{DB: d, Jobs: queue, Access: w.grants, Routers: w.routers, Dialects: []routers.Dialect{mikrotik.New()},
		CoA: radius.NewSender(c), Spool: w.spool, Keys: keys, Clock: c,
		Zone: sites.Location, Log: log, Pools: w.pools, Node: "test", Keep: func() (int, int) { return 24, 24 }, AuthAddress: "127.0.0.1:0", AcctAddress: "127.0.0.1:0"})
	w.outages = outages.New(outages.Options{DB: d, Clock: c, Routers: w.routers, Sessions: w.radius, Give: func(*db.Tx, outages.Outage) error { return nil },
		Node: "test", Waits: func() time.Time { return time.Time{} }})
	w.Teller = &Teller{DB: d, Clock: c, Lines: w.lines, Access: w.grants, Radius: w.radius, Outages: w.outages, Invoices: w.bills, Trail: audit.New(d, c), Zone: sites.Location}
	w.tx(func(tx *db.Tx) error {
		for slug, id := range map[string]*int64{"here": &w.here, "there": &w.there} {
			s, err := sites.SaveSite(tx, site.Site{Slug: slug, Name: slug})
			if err != nil {
				return err
			}
			*id = s.ID
		}
		return nil
	})
	w.tx(func(tx *db.Tx) error { return store.Set(tx, settings.InvoiceDueDays, "0") })
	w.must(store.Refresh(context.Background()))
	w.sell("home", plans.Prepaid, 10_000)
	w.sell("home-fast", plans.Prepaid, 20_000)
	w.sell("office", plans.Postpaid, 50_000)
	w.opens(queue)
	return w
}

// opens puts the router up, and has the services run.
func (w *town) opens(queue *jobs.Queue) {
	w.Helper()
	w.tx(func(tx *db.Tx) (err error) {
		w.gate, err = w.routers.Save(tx, routers.Router{SiteID: w.here, Name: "kasarani-1", Dialect: routers.MikroTik, Secret: gateSecret, Auth: routers.AuthRequired, Interim: 5 * time.Minute,
			Addresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
		return err
	})
	if err := w.routers.Refresh(context.Background()); err != nil {
		w.Fatal(err)
	}
	if err := w.radius.Listen(); err != nil {
		w.Fatal(err)
	}
	auth, acct := w.radius.Addresses()
	w.auth, w.acct = auth.String(), acct.String()
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = queue.Run(ctx) })
	running.Go(func() { _ = w.radius.Serve(ctx) })
	w.ends = sync.OnceFunc(func() {
		w.applied()
		stop()
		running.Wait()
	})
	w.Cleanup(w.ends)
}

func (w *town) tx(f func(tx *db.Tx) error) {
	w.Helper()
	d := w.money.DB
	if err := d.InTx(context.Background(), f); err != nil {
		w.Fatal(err)
	}
}

func (w *town) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *town) sell(key string, mode plans.Mode, kbps int64) {
	w.Helper()
	w.tx(func(tx *db.Tx) error {
		_, err := w.plans.Save(tx, plans.Plan{Key: key, NameEN: key, Segment: plans.Home, Price: money.Shillings(1500), State: plans.Live, Limits: access.Limits{DownKbps: kbps, UpKbps: kbps,
			FairUse: access.FairUse{Bytes: 1e9, Per: access.PerMonth, UpKbps: 1000, DownKbps: 1000}}, Terms: plans.Terms{Mode: mode, Interval: plans.Interval{Unit: plans.Month, Every: 1}}})
		return err
	})
}

// home is a new customer with a line from now on, which is not paid.
func (w *town) home(plan string) (customers.Customer, subscriptions.Subscription) {
	w.Helper()
	w.n++
	c, err := w.newCustomer()
	w.must(err)
	sub, err := w.lines.Start(context.Background(), subscriptions.Opening{CustomerID: c.ID, PlanKey: plan, Place: subscriptions.Place{SiteID: w.here, RouterID: w.gate.ID},
		Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: fmt.Sprint("line", w.n)}, Secret: "siri"}, subscriptions.By{Actor: "clerk"})
	w.must(err)
	return c, sub
}

func (w *town) newCustomer() (c customers.Customer, err error) {
	c = customers.Customer{Kind: customers.Person, Name: fmt.Sprint("Customer ", w.n), SiteID: w.here}
	err = w.money.DB.InTx(context.Background(), func(tx *db.Tx) error {
		c, err = w.people.Create(tx, c, nil, customers.By{Actor: "clerk"})
		return err
	})
	return c, err
}

// paid is a home that has paid for a month.
func (w *town) paid() (customers.Customer, subscriptions.Subscription) {
	w.Helper()
	c, sub := w.home("home")
	w.pays(c, 1500)
	return c, sub
}

// pays takes money at the counter, and has it spent.
func (w *town) pays(c customers.Customer, bob int64) accounts.Event {
	w.Helper()
	e, err := w.money.TakeAtCounter(context.Background(), accounts.Taking{Request: fmt.Sprint("take:", w.DB.ID()), CustomerID: c.ID, How: accounts.ByCash,
		Amount: money.Shillings(bob)}, accounts.By{Actor: "clerk"})
	w.must(err)
	w.must(w.money.Spend(context.Background(), c.ID))
	return e
}

// guest is somebody with a grant that a name and the password siri reach.
func (w *town) guest(siteID int64, l access.Limits) (grant int64, name string) {
	w.Helper()
	w.n++
	name = fmt.Sprint("guest", w.n)
	w.tx(func(tx *db.Tx) error {
		given, err := w.grants.Give(tx, access.Offer{Source: access.Source{Kind: "gift", Key: name}, SiteID: siteID, Plan: "day", Limits: l})
		if err != nil {
			return err
		}
		grant = given.GrantID
		return w.grants.NameLogin(tx, grant, name, "siri")
	})
	return grant, name
}

// mac is a device of its own for each customer and guest; nth are others of theirs.
func (w *town) mac(nth int) string { return fmt.Sprintf("02-AA-BB-CC-%02X-%02X", w.n, nth) }

// radclient sends one packet, and tells what came back.
func (w *town) radclient(to, kind string, attributes ...string) string {
	w.Helper()
	program, err := exec.LookPath("radclient")
	if err != nil {
		w.Fatal("radclient is missing: install freeradius-utils")
	}
	command := exec.Command(program, "-x", "-r", "3", "-t", "10", to, kind, gateSecret)
	command.Stdin = strings.NewReader(strings.Join(attributes, "\n") + "\n")
	out, _ := command.CombinedOutput() // it fails on a Reject; what it says is what counts
	return string(out)
}

// dials logs in, and says whether that is let in.
func (w *town) dials(name, password, mac string) bool {
	w.Helper()
	out := w.radclient(w.auth, "auth", "Message-Authenticator = 0x00", fmt.Sprintf("User-Name = %q", name), fmt.Sprintf("User-Password = %q", password), fmt.Sprintf("Calling-Station-Id = %q", mac),
		"NAS-Port-Type = Ethernet")
	if !strings.Contains(out, "Received Access-") {
		w.Fatalf("no answer:\n%s", out)
	}
	return strings.Contains(out, "Received Access-Accept")
}

// account tells of a session and waits until that is in the database.
func (w *town) account(status, id, name, mac string, more ...string) {
	w.Helper()
	out := w.radclient(w.acct, "acct", append([]string{"Acct-Status-Type = " + status, fmt.Sprintf("Acct-Session-Id = %q", id), fmt.Sprintf("User-Name = %q", name),
		fmt.Sprintf("Calling-Station-Id = %q", mac)}, more...)...)
	if !strings.Contains(out, "Received Accounting-Response") {
		w.Fatalf("no answer:\n%s", out)
	}
	w.applied()
}

func (w *town) applied() {
	w.Helper()
	w.until("accounting is applied", func() bool { return w.spool.Stats().Pending == 0 })
}

func (w *town) until(what string, is func() bool) {
	w.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.Fatal("not within a minute: " + what)
		}
	}
}

// on is a session of a name, begun now.
func (w *town) on(name, mac string) (id string) {
	w.Helper()
	if !w.dials(name, "siri", mac) {
		w.Fatalf("%s is refused", name)
	}
	id = fmt.Sprint(name, "-", w.clock.Now().Unix())
	w.account("Start", id, name, mac)
	return id
}

// off ends a session, as the router says why.
func (w *town) off(id, name, mac, why string) {
	w.Helper()
	w.account("Stop", id, name, mac, "Acct-Session-Time = 600", "Acct-Terminate-Cause = "+why)
}

// at is a time of the scene's day in Nairobi, to which the clock moves on.
func (w *town) at(hour, minute int) time.Time {
	w.Helper()
	now := w.clock.Now().In(clock.Nairobi)
	at := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, clock.Nairobi).UTC()
	if at.Before(w.clock.Now()) {
		w.Fatalf("%v is over", at)
	}
	w.clock.Set(at)
	return at
}

// tomorrow is the next day at eight.
func (w *town) tomorrow() {
	now := w.clock.Now().In(clock.Nairobi)
	w.clock.Set(time.Date(now.Year(), now.Month(), now.Day()+1, 8, 0, 0, 0, clock.Nairobi).UTC())
}

// ofLine tells of a line as it is now.
func (w *town) ofLine(c customers.Customer, id int64, at time.Time) Story {
	w.Helper()
	sub, err := w.lines.Get(context.Background(), id)
	w.must(err)
	s, err := w.OfLine(context.Background(), sub, c, at)
	w.must(err)
	return s
}

func (w *town) ofGrant(id int64, at time.Time) Story {
	w.Helper()
	s, err := w.OfGrant(context.Background(), id, at)
	w.must(err)
	return s
}

func openTown(t *testing.T, dialect string) *town {
	t.Helper()
	return newTown(t, testdb.Open(t, dialect))
}
