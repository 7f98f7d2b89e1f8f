package invoices

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/billing/customers"
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

// desk is a provider's desk: a database, a clock, customers' credit, and subscriptions that all cost the same.
type desk struct {
	*Service
	testing.TB
	clock  *clock.Manual
	barred sync.Map // customer → action
	told   atomic.Int64
	ended  atomic.Int64
	dying  *testdb.Killer
}

var office = By{Actor: "clerk", From: "10.0.0.9"}

func each(t *testing.T, f func(w *desk)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d *db.DB) { f(newDesk(t, d)) })
}

func newDesk(t testing.TB, d *db.DB) *desk {
	t.Helper()
	c := clock.NewManual(clock.Date(2026, 3, 1).Start().Add(9 * time.Hour))
	w := &desk{TB: t, clock: c}
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	store := settings.New(d, c)
	w.Service = New(Options{DB: d, Jobs: jobs.New(d, c, slog.New(slog.DiscardHandler)), Clock: c, Ledger: ledger.New(d, c), Settings: store, Taxes: taxes.New(d, c), Customers: customers.New(customers.Options{DB: d, Keys: keys, Clock: c}), Purse: w, Enforcer: w})
	if _, err := d.SQL().Exec("CREATE TABLE test_purse (request VARCHAR(190) NOT NULL PRIMARY KEY, customer_id BIGINT NOT NULL, cents BIGINT NOT NULL)"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SQL().Exec("CREATE TABLE test_next (id BIGINT NOT NULL PRIMARY KEY, next_day VARCHAR(16) NOT NULL)"); err != nil {
		t.Fatal(err)
	}
	w.dying = testdb.NewKiller(t, d)
	return w
}

// Held implements Purse.
func (w *desk) Held(tx *db.Tx, customerID int64) (money.Amount, error) {
	var cents *int64
	err := tx.Gorm().Raw("SELECT SUM(cents) FROM test_purse WHERE customer_id = ?", customerID).Scan(&cents).Error
	if cents == nil {
		return money.KES(0), err
	}
	return money.KES(*cents), err
}

// Take implements Purse.
func (w *desk) Take(tx *db.Tx, customerID int64, amount money.Amount, kind, request, note string, to ledger.Posting) (bool, error) {
	held, err := w.Held(tx, customerID)
	if err != nil || held.Cents < amount.Cents {
		return false, err
	}
	return true, w.Add(tx, customerID, amount.Neg(), kind, request, note, to)
}

// Add implements Purse.
func (w *desk) Add(tx *db.Tx, customerID int64, amount money.Amount, kind, request, note string, from ledger.Posting) error {
	if err := tx.Gorm().Exec("INSERT INTO test_purse (request, customer_id, cents) VALUES (?, ?, ?)", request, customerID, amount.Cents).Error; err != nil {
		return err
	}
	_, err := w.Ledger.Post(tx, ledger.Entry{Kind: "customer", Source: request, At: w.clock.Now(), Memo: kind + " " + note, Postings: []ledger.Posting{from,
		{Account: ledger.CustomerCredit, Party: party(customerID), Amount: amount.Neg()}}})
	return err
}

// Tell implements Enforcer.
func (w *desk) Tell(tx *db.Tx, d Doing) error {
	if d.Step.Action == Remind {
		tx.AfterCommit(func() { w.told.Add(1) })
	}
	return nil
}

// End implements Enforcer.
func (w *desk) End(tx *db.Tx, customerID int64) error {
	tx.AfterCommit(func() { w.ended.Add(1) })
	return nil
}

// Follow implements Enforcer.
func (w *desk) Follow(tx *db.Tx, customerID int64) error {
	level, err := w.Level(tx, customerID)
	tx.AfterCommit(func() { w.barred.Store(customerID, level) })
	return err
}

func (w *desk) isBarred(customerID int64) Action {
	a, _ := w.barred.Load(customerID)
	action, _ := a.(Action)
	return action
}

// pays brings money in and spends it.
func (w *desk) pays(customerID, cents int64, request string) {
	w.Helper()
	w.in(func(tx *db.Tx) error {
		if err := w.Add(tx, customerID, money.KES(cents), "counter", request, "", ledger.Posting{Account: ledger.Cash, Amount: money.KES(cents)}); err != nil {
			return err
		}
		return w.Pay(tx, customerID)
	})
}

func (w *desk) in(f func(tx *db.Tx) error) {
	w.Helper()
	if err := w.DB.InTx(context.Background(), f); err != nil {
		w.Fatal(err)
	}
}

func (w *desk) prove() {
	w.Helper()
	if err := w.Audit(context.Background(), func(what string) { w.Error(what) }); err != nil {
		w.Fatal(err)
	}
	if err := w.Ledger.Chain(context.Background()); err != nil {
		w.Fatal(err)
	}
	report, err := w.Ledger.Verify(context.Background())
	if err != nil || !report.OK() {
		w.Error(report, err)
	}
}

func (w *desk) later(days int) { w.clock.Advance(time.Duration(days) * 24 * time.Hour) }

// writes makes an issued invoice of so many cents, taxes with them.
func (w *desk) writes(customerID, cents int64) Document {
	w.Helper()
	d, err := w.Write(context.Background(), NewDocument{Request: fmt.Sprint("test:", w.DB.ID()), Kind: Invoice, CustomerID: customerID,
		Lines: []NewLine{{Name: "Internet", Supply: taxes.Internet, Quantity: 1, Amount: money.KES(cents), Inclusive: true}}}, office)
	if err != nil {
		w.Fatal(err)
	}
	if d, err = w.IssueOne(context.Background(), d.ID); err != nil || d.State != Issued {
		w.Fatal(d, err)
	}
	return d
}

func (w *desk) get(id int64) Document {
	w.Helper()
	d, err := w.Get(context.Background(), id)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

// firm makes a customer.
func (w *desk) firm(c customers.Customer) customers.Customer {
	w.Helper()
	c.Kind = customers.Business
	w.in(func(tx *db.Tx) (err error) {
		c, err = w.Customers.Create(tx, c, nil, customers.By{Actor: "clerk"})
		return err
	})
	return c
}

// kenya writes down the usual rates.
func (w *desk) kenya() {
	w.Helper()
	for _, r := range []taxes.Rate{{Kind: taxes.VAT, Share: 1600, From: 1, On: taxes.Taxable, Note: "VAT Act"}, {Kind: taxes.Excise, Share: 1500, From: 1, On: []taxes.Supply{taxes.Internet}, Note: "Excise Act"}} {
		r.On = slices.Clone(r.On)
		if _, err := w.Taxes.Save(context.Background(), r, taxes.By{Actor: "clerk"}); err != nil {
			w.Fatal(err)
		}
	}
}

// street is a source of subscriptions 1 to n, which are customers 1001 on, each from the first of January of 2026. broken ones have no price.
type street struct {
	w      *desk
	n      int64
	first  clock.Day
	broken map[int64]bool

	customer int64 // whose all are; 0: each has their own
}

var monthly = map[int64]Price{1: {ID: 1, Amount: 250_000, Inclusive: true}}

func (s *street) begin() {
	s.w.Helper()
	s.first = clock.Date(2026, 1, 1)
	s.w.in(func(tx *db.Tx) error {
		for id := int64(1); id <= s.n; id++ {
			if err := tx.Gorm().Exec("INSERT INTO test_next (id, next_day) VALUES (?, ?)", id, s.first.String()).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// Due implements Source.
func (s *street) Due(ctx context.Context, asOf clock.Day, after int64, limit int) (all []Due, err error) {
	var rows []struct {
		ID      int64
		NextDay string
	}
	err = s.w.DB.Read(ctx).Raw("SELECT id, next_day FROM test_next WHERE id > ? AND next_day <= ? ORDER BY id LIMIT ?", after, asOf.String(), limit).Scan(&rows).Error
	for _, r := range rows {
		h := History{Cycle: Cycle{Every: Months, N: 1, Anchor: s.first}, Items: []Item{{Key: PlanItem, Name: "Home 10", Supply: taxes.Internet, PriceID: 1, Quantity: 1, From: s.first}}}
		customer := 1000 + r.ID
		if s.customer != 0 {
			customer = s.customer
		}
		if s.broken[r.ID] {
			h.Items[0].PriceID = 99
		}
		all = append(all, Due{SubscriptionID: r.ID, CustomerID: customer, Period: h.Cycle.Period(dayIn(r.NextDay)), History: h})
	}
	return all, err
}

// Fill implements Source.
func (s *street) Fill(context.Context, []Due) (map[int64]Price, error) { return monthly, nil }

// After implements Source.
func (s *street) After(d Due) (Due, bool) {
	d.Period = d.History.Cycle.Period(d.Period.Until)
	return d, true
}

// Done implements Source.
func (s *street) Done(tx *db.Tx, due []Due) error {
	for _, d := range due {
		if err := tx.Gorm().Exec("UPDATE test_next SET next_day = ? WHERE id = ? AND next_day = ?", d.Period.Until.String(), d.SubscriptionID, d.Period.From.String()).Error; err != nil {
			return err
		}
	}
	return nil
}
