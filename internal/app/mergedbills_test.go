package app

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

// interruptedDue is what is due, in whose billing something happens once it has been read and before it is written.
type interruptedDue struct {
	invoices.Source
	between func()
}

func (s interruptedDue) Fill(ctx context.Context, due []invoices.Due) (map[int64]invoices.Price, error) {
	prices, err := s.Source.Fill(ctx, due)
	s.between()
	return prices, err
}

// twins are accounts of one person that are to be merged, whose lines are billed meanwhile; control has the same lines and is left alone.
type twins struct {
	from, to, control customers.Customer
	family            bool // the lines are of children, for whom the account pays
	lines, like       []subscriptions.Subscription
	merged            bool
}

// mergers is the program without what it does by itself, on a clock of the test's.
type mergers struct {
	*testing.T
	*Main
	clock *clock.Manual
	site  int64
	n     int
	all   []*twins
}

// TestAMergeWhileBillsAreMade: accounts are merged while three bill runs and two issuers work; accounts with a line that has ended and is not billed yet, and parents
// who pay for others. Every period of every line is billed once and costs what it costs of who was not merged; nothing is asked of an account that leads elsewhere.
func TestAMergeWhileBillsAreMade(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			w := openMergers(t, dialect)
			merged := 0
			for month := range 3 {
				for n := range 8 {
					w.twins(n%2 == 1)
				}
				w.clock.Advance(20 * 24 * time.Hour)
				w.leave()
				w.clock.Set(clock.Date(2026, time.Month(2+month), 1).Start().Add(9 * time.Hour))
				w.atOnce()
				w.settle()
				merged += w.compare()
				w.all = nil
			}
			if t.Logf("%d of 24 merged while they were billed", merged); merged == 0 {
				t.Error("none was merged")
			}
			w.must(w.Ledger.Chain(t.Context()))
			verifyBooks(t, w.Main)
		})
	}
}

func openMergers(t *testing.T, dialect string) *mergers {
	t.Helper()
	c := clock.NewManual(clock.Date(2026, 1, 1).Start().Add(9 * time.Hour))
	config := Config{DB: testdb.URL(t, dialect), Data: t.TempDir(), Dev: true}
	config.fill()
	m, err := Open(t.Context(), config, Options{Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	w := &mergers{T: t, Main: m, clock: c}
	w.in(func(tx *db.Tx) error {
		s, err := m.Sites.SaveSite(tx, site.Site{Slug: "here", Name: "here"})
		if w.site = s.ID; err != nil {
			return err
		}
		_, err = m.Plans.Save(tx, plans.Plan{Key: "month", NameEN: "month", NameSW: "mwezi", Segment: plans.Home, Price: money.Shillings(3100), Limits: access.Limits{DownKbps: 10_000, UpKbps: 10_000},
			Terms: plans.Terms{Mode: plans.Postpaid, Interval: plans.Interval{Unit: plans.Month, Every: 1}, Inclusive: true}})
		return err
	})
	w.must(m.refresh(t.Context()))
	return w
}

func (w *mergers) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *mergers) in(f func(tx *db.Tx) error) {
	w.Helper()
	w.must(w.DB.InTx(w.Context(), f))
}

func (w *mergers) customer(parent int64) (c customers.Customer) {
	w.Helper()
	w.n++
	w.in(func(tx *db.Tx) (err error) {
		c, err = w.Customers.Create(tx, customers.Customer{Kind: customers.Person, Name: fmt.Sprint("Customer ", w.n), BillDay: 1, ParentID: parent, ParentPays: parent != 0}, nil, customers.By{Actor: "clerk"})
		return err
	})
	return c
}

func (w *mergers) line(of customers.Customer) subscriptions.Subscription {
	w.Helper()
	w.n++
	sub, err := w.Lines.Start(w.Context(), subscriptions.Opening{CustomerID: of.ID, PlanKey: "month", Place: subscriptions.Place{SiteID: w.site},
		Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: fmt.Sprint("line", w.n)}, Secret: "s3cret"}, subscriptions.By{Actor: "clerk"})
	w.must(err)
	return sub
}

// twins makes two accounts of which one has a line, or two children with one each.
func (w *mergers) twins(family bool) {
	w.Helper()
	one := &twins{from: w.customer(0), to: w.customer(0), control: w.customer(0), family: family}
	from, control := one.from, one.control
	for range 2 {
		if family {
			from, control = w.customer(one.from.ID), w.customer(one.control.ID)
		}
		one.lines, one.like = append(one.lines, w.line(from)), append(one.like, w.line(control))
	}
	w.all = append(w.all, one)
}

// leave ends the lines of who has some: what runs keeps an account from being merged.
func (w *mergers) leave() {
	w.Helper()
	for _, one := range w.all {
		if one.family {
			continue
		}
		for _, sub := range append(append([]subscriptions.Subscription(nil), one.lines...), one.like...) {
			_, err := w.Lines.End(w.Context(), sub.ID, subscriptions.Ending{Reason: "moves"}, subscriptions.By{Actor: "clerk"})
			w.must(err)
		}
	}
}

// merge merges what can be merged now.
func (w *mergers) merge(one *twins) {
	err := w.Customers.Merge(w.Context(), one.from.ID, one.to.ID, customers.By{Actor: "clerk"})
	if one.merged = err == nil; err != nil && !fault.Is(err, fault.Conflict) {
		w.Error(err)
	}
}

// atOnce bills and merges; a half of the accounts in the middle of a bill, between the reading of what is due and the writing of it.
func (w *mergers) atOnce() {
	w.Helper()
	var all, once sync.WaitGroup
	var first sync.Once
	source := interruptedDue{w.Due, func() {
		first.Do(func() {
			for _, one := range w.all[:4] {
				w.merge(one)
			}
		})
	}}
	today := clock.DayOf(w.clock.Now())
	once.Add(1)
	for n := range 3 {
		all.Go(func() {
			once.Wait()
			if _, err := w.Invoices.Run(w.Context(), today, source, invoices.RunOptions{Workers: 1 + n%2}); err != nil {
				w.Error(err)
			}
		})
	}
	for range 2 {
		all.Go(func() {
			once.Wait()
			for range 3 {
				if _, err := w.Invoices.Issue(w.Context()); err != nil {
					w.Error(err)
				}
			}
		})
	}
	for _, one := range w.all[4:] {
		all.Go(func() {
			once.Wait()
			w.merge(one)
		})
	}
	once.Done()
	all.Wait()
}

// settle bills what is left, alone.
func (w *mergers) settle() {
	w.Helper()
	_, err := w.Invoices.Run(w.Context(), clock.DayOf(w.clock.Now()), w.Due, invoices.RunOptions{})
	w.must(err)
	_, err = w.Invoices.Issue(w.Context())
	w.must(err)
}

// compare tells how many were merged.
func (w *mergers) compare() (merged int) {
	w.Helper()
	for n, one := range w.all {
		payer, gone := one.from, one.to
		if one.merged {
			payer, gone = one.to, one.from
			merged++
		}
		if left := w.bills(gone.ID); len(left) > 0 {
			w.Errorf("twins %d, merged %t: %d documents are of who does not pay: %+v", n, one.merged, len(left), left)
		}
		got, want := w.bills(payer.ID), w.bills(one.control.ID)
		for k, sub := range one.lines {
			paid, like := w.of(got, sub.ID), w.of(want, one.like[k].ID)
			if paid != like || like == "" {
				w.Errorf("twins %d, merged %t: a line was billed %q, and its like %q", n, one.merged, paid, like)
			}
		}
	}
	return merged
}

func (w *mergers) bills(customerID int64) []invoices.Document {
	w.Helper()
	all, err := w.Invoices.Newest(w.Context(), invoices.Filter{CustomerID: customerID}, 0, 100)
	w.must(err)
	return all
}

// of are the bills of one line, the newest first.
func (w *mergers) of(all []invoices.Document, line int64) (text string) {
	for _, d := range all {
		if d.SubscriptionID == line {
			text += fmt.Sprintf("%v %s %d; ", d.Period.From, d.State, d.Gross)
		}
	}
	return text
}
