package cutover

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
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
	"mtandao/internal/incoming"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

var (
	morning = time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC) // 9:00 in Nairobi
	ctx     = context.Background()
	asha    = customers.By{Actor: "asha@example.com", From: "10.0.0.9"}
	nairobi = time.FixedZone("EAT", 3*60*60)
)

// purse is customers' credit as subscriptions spend it.
type purse struct{ *accounts.Service }

func (p purse) Take(tx *db.Tx, customerID int64, amount money.Amount, c subscriptions.Cause, to ...ledger.Posting) (bool, error) {
	return p.Service.Take(tx, customerID, amount, accounts.Cause(c), to...)
}

func (p purse) Give(tx *db.Tx, customerID int64, amount money.Amount, c subscriptions.Cause, from ...ledger.Posting) error {
	_, err := p.Add(tx, customerID, amount, accounts.Cause(c), from...)
	return err
}

// lines are real subscriptions, as the program wires them.
type lines struct {
	*subscriptions.Service
	fail map[string]error
}

func (l lines) Begin(tx *db.Tx, from Line, by customers.By) (id, mark int64, err error) {
	if err := l.fail[from.Login]; err != nil {
		return 0, 0, err
	}
	kinds := map[incoming.Kind]string{incoming.PPPoE: subscriptions.PPPoE, incoming.Hotspot: subscriptions.OnSpot, incoming.MAC: subscriptions.ByMAC}
	sub, err := l.TakeOver(tx, subscriptions.Opening{CustomerID: from.CustomerID, PlanKey: from.Plan, PaidTo: from.Until, Secret: from.Password,
		Place: subscriptions.Place{SiteID: from.SiteID, RouterID: from.RouterID},
		Login: subscriptions.Login{Kind: kinds[from.Kind], Name: from.Login, Own: subscriptions.Own{IPv4: from.Address}}}, from.Off, subscriptions.By{Actor: by.Actor})
	return sub.ID, sub.Seq, err
}

func (l lines) Undo(tx *db.Tx, id, mark int64, by customers.By) error {
	return l.Retract(tx, id, mark, subscriptions.By{Actor: by.Actor})
}

// house is everything that an import meets.
type house struct {
	*Service
	testing.TB
	clock  *clock.Manual
	subs   *subscriptions.Service
	purse  *accounts.Service
	bills  *invoices.Service
	queue  *jobs.Queue
	desk   *Desk
	menus  map[string][]map[string]string // what the router's API answers
	books  *ledger.Ledger
	access *access.Service
	sites  *site.Service
	site   int64
	router routers.Router
	fail   map[string]error
}

func each(t *testing.T, f func(h *house)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d *db.DB) { f(newHouse(t, d)) })
}

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	h := wired(t, d, keys)
	h.furnish()
	return h
}

// wired is a house over a database as it is.
func wired(t testing.TB, d *db.DB, keys *seal.Keys) *house {
	t.Helper()
	c := clock.NewManual(morning)
	queue := jobs.New(d, c, slog.New(slog.DiscardHandler))
	sites := site.New(d, c)
	h := &house{TB: t, clock: c, sites: sites, books: ledger.New(d, c), access: access.New(d, queue, keys, c, sites), fail: map[string]error{}}
	people, sold := customers.New(customers.Options{DB: d, Keys: keys, Clock: c}), plans.New(d, c)
	h.purse = accounts.New(accounts.Options{DB: d, Jobs: queue, Clock: c, Ledger: h.books})
	h.subs = subscriptions.New(subscriptions.Options{DB: d, Clock: c, Plans: sold, Access: h.access, Ledger: h.books, Sites: sites, Settings: settings.New(d, c), Customers: people, Credit: purse{h.purse}})
	boxes := routers.New(d, keys, c)
	h.bills = invoices.New(invoices.Options{DB: d, Jobs: queue, Clock: c, Ledger: h.books, Settings: settings.New(d, c), Taxes: taxes.New(d, c), Customers: people, Purse: billing.Purse{Accounts: h.purse}})
	h.Service = New(Options{DB: d, Keys: keys, Clock: c, Customers: people, Credit: h.purse, Debts: h.bills, Plans: sold, Routers: boxes, Logins: h.access, Lines: lines{h.subs, h.fail}})
	h.purse.OnCredit(h.subs.Renew)
	h.queue = queue
	h.desk = NewDesk(h.Service, queue, slog.New(slog.DiscardHandler), func(context.Context, routers.Router) (map[string][]map[string]string, error) {
		if h.menus == nil {
			return nil, errors.New("nobody answers")
		}
		return h.menus, nil
	})
	return h
}

// furnish adds a site with a router and a plan.
func (h *house) furnish() {
	h.Helper()
	h.tx(func(tx *db.Tx) error {
		s, err := h.sites.SaveSite(tx, site.Site{Slug: "kasarani", Name: "Kasarani"})
		if err != nil {
			return err
		}
		if _, err = h.Routers.Save(tx, routers.Router{Name: "Kasarani", SiteID: s.ID, Dialect: routers.MikroTik, Secret: "a-secret-of-sixteen"}); err != nil {
			return err
		}
		_, err = h.Plans.Save(tx, plans.Plan{Key: "home-10", NameEN: "Home 10", Segment: plans.Home, State: plans.Live, Price: money.Shillings(2500), Limits: access.Limits{DownKbps: 10_000, UpKbps: 5_000},
			Terms: plans.Terms{Mode: plans.Prepaid, Interval: plans.Interval{Unit: plans.Month, Every: 1}}})
		return err
	})
	h.knows()
}

// knows reads what stands in the database of sites and routers.
func (h *house) knows() {
	h.Helper()
	if err := h.Routers.Refresh(ctx); err != nil {
		h.Fatal(err)
	}
	if err := h.sites.Refresh(ctx); err != nil {
		h.Fatal(err)
	}
	h.router = h.Routers.All()[0]
	h.site = h.router.SiteID
}

func (h *house) tx(f func(tx *db.Tx) error) {
	h.Helper()
	if err := h.DB.InTx(ctx, f); err != nil {
		h.Fatal(err)
	}
}

func (h *house) count(table string) (n int64) {
	h.Helper()
	h.tx(func(tx *db.Tx) error { return tx.Gorm().Raw("SELECT COUNT(*) FROM " + table).Scan(&n).Error })
	return n
}

// proves: the books sum to zero, and hold of customers what their accounts say.
func (h *house) proves(opening int64) {
	h.Helper()
	for _, audit := range []func(context.Context, func(string)) error{h.purse.Audit, h.bills.Audit} {
		if err := audit(ctx, func(what string) { h.Error(what) }); err != nil {
			h.Fatal(err)
		}
	}
	sum := int64(0)
	for _, a := range ledger.Chart {
		b, err := h.books.Balance(ctx, a.Code, "")
		if err != nil {
			h.Fatal(err)
		}
		sum += b.Cents
	}
	if b, err := h.books.Balance(ctx, ledger.OpeningBalances, ""); err != nil || sum != 0 || b != money.KES(opening) {
		h.Errorf("the books sum to %d and hold %v of opening balances, not %v: %v", sum, b, money.KES(opening), err)
	}
}

func (h *house) wish() Wish { return Wish{SiteID: h.site} }

// table is a source of so many subscribers, as a table.
func table(t testing.TB, n int, change func(row int, fields []string)) *incoming.Batch {
	t.Helper()
	var b strings.Builder
	b.WriteString("name,phone,account,login,password,plan,router,expiry,balance\n")
	for row := 1; row <= n; row++ {
		fields := []string{fmt.Sprintf("Wanjiru no %d", row), fmt.Sprintf("07%08d", row), fmt.Sprintf("OLD-%04d", row), fmt.Sprintf("home%04d", row), fmt.Sprintf("secret %d", row), "Home 10", "Kasarani",
			morning.In(nairobi).AddDate(0, 0, row%40-10).Add(time.Duration(row%60) * time.Minute).Format("2006-01-02 15:04:05"), fmt.Sprintf("%d.50", row%700-200)}
		if change != nil {
			change(row, fields)
		}
		b.WriteString(strings.Join(fields, ",") + "\n")
	}
	batch, err := incoming.ReadCSV(strings.NewReader(b.String()), incoming.CSVOptions{Zone: nairobi})
	if err != nil {
		t.Fatal(err)
	}
	return batch
}

func sumOf(b *incoming.Batch) (cents int64) {
	for _, c := range b.Customers {
		cents += c.Balance.Cents
	}
	return cents
}
