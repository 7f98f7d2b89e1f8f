package billrun

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/ledger"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

// members are what several members do at once to families; what is refused, for another was faster, is no fault.
type members struct {
	*town
	all sync.WaitGroup
}

func (m *members) does(f func(ctx context.Context) error) {
	m.all.Go(func() {
		err := f(context.Background())
		if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Unavailable) {
			m.Error(err)
		}
	})
}

// moves has somebody else pay for an account, at once with others who do.
func (m *members) moves(id, parent int64) {
	m.does(func(ctx context.Context) error {
		return m.DB.InTx(ctx, func(tx *db.Tx) error {
			c, err := m.Customers.GetTx(tx, id)
			if c.ParentID, c.ParentPays = parent, parent != 0; err == nil {
				_, err = m.Customers.Save(tx, c, customers.By{Actor: "clerk"})
			}
			return err
		})
	})
}

func (m *members) bill(today clock.Day) {
	m.does(func(ctx context.Context) error {
		_, err := m.invoices.Run(ctx, today, m.Source, invoices.RunOptions{Workers: 2})
		if err == nil {
			_, err = m.invoices.Issue(ctx)
		}
		return err
	})
}

// touch credits something of a bill, brings a certificate and takes another back.
func (m *members) touch(d invoices.Document, n int) {
	key := fmt.Sprint(d.ID, ":", n)
	m.does(func(ctx context.Context) error {
		_, err := m.invoices.Credit(ctx, invoices.CreditNote{Request: key, InvoiceID: d.ID, Amount: money.Shillings(100), Why: "hours away"}, invoices.By{Actor: "clerk"})
		return err
	})
	m.does(func(ctx context.Context) error {
		e, err := m.accounts.TakeAtCounter(ctx, accounts.Taking{Request: key, CustomerID: d.CustomerID, How: accounts.ByWithholding, Reference: key, Amount: money.Shillings(500)}, accounts.By{Actor: "clerk"})
		if err == nil {
			err = m.accounts.Spend(ctx, d.CustomerID)
		}
		if err == nil && n == 1 {
			_, err = m.accounts.ReturnTaking(ctx, d.CustomerID, e.ID, "another's", accounts.By{Actor: "clerk"})
		}
		return err
	})
}

// TestMembersWorkOnFamiliesAtOnce: bills are made by three while parts move between families and back, accounts with parts are merged into them, bills are credited, and certificates of withheld tax
// come and go. Each month of each line is billed once, at its price, and the books agree with all of it.
func TestMembersWorkOnFamiliesAtOnce(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3100, nil)
		one, two := w.customer(1), w.customer(1)
		var lines []subscriptions.Subscription
		part := func(parent customers.Customer) customers.Customer {
			c := w.child(parent, fmt.Sprint("Part ", len(lines)))
			lines = append(lines, w.line(c.ID, "month", clock.Date(2026, 2, 1).Start(), nil))
			return c
		}
		amina, brian := part(one), part(one)
		part(two)
		w.choose(one.ID, true)
		w.choose(two.ID, true)
		var twins []customers.Customer
		for range 3 {
			twins = append(twins, w.customer(1))
			part(twins[len(twins)-1])
			w.choose(twins[len(twins)-1].ID, true)
		}
		w.until(clock.Date(2026, 2, 1))
		m := members{town: w}
		for n, month := range []time.Month{3, 4, 5} {
			before := append(w.billsOf(one.ID), w.billsOf(two.ID)...)
			today := clock.Date(2026, month, 1)
			w.clock.Set(today.Start().Add(6 * time.Hour))
			for range 3 {
				m.bill(today)
			}
			for i, to := range []int64{two.ID, 0, one.ID} {
				m.moves(amina.ID, to)
				m.moves(brian.ID, []int64{0, one.ID, two.ID}[(i+n)%3])
			}
			m.does(func(ctx context.Context) error {
				return w.Customers.Merge(ctx, twins[n].ID, one.ID, customers.By{Actor: "clerk"})
			})
			for _, d := range before {
				for i := range 2 {
					m.touch(d, i)
				}
			}
			m.all.Wait()
			w.clock.Set(today.Start().Add(7 * time.Hour))
			w.bills()
			w.bills()
			w.prove()
		}
		for n, line := range lines {
			var sums []struct {
				PeriodDay string
				Cents     int64
			}
			if err := w.DB.Read(ctx).Raw("SELECT period_day, SUM(gross_cents) AS cents FROM invoices WHERE subscription_id = ? GROUP BY period_day ORDER BY period_day", line.ID).Scan(&sums).Error; err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(sums); got != "[{2026-02-01 310000} {2026-03-01 310000} {2026-04-01 310000} {2026-05-01 310000}]" {
				t.Errorf("line %d is billed %s", n, got)
			}
		}
		for _, gone := range twins {
			c, err := w.Customers.Get(ctx, gone.ID)
			if err != nil || c.State != customers.Merged {
				t.Errorf("%+v, %v", c, err)
			}
			if between, err := w.ledger.Balance(ctx, ledger.Suspense, fmt.Sprint("merge:", gone.ID)); err != nil || between.Cents != 0 {
				t.Error("between two accounts:", between, err)
			}
		}
	})
}

// TestDeathAtEachWriteOfAMergeOfPayers: whichever write of a merge is the last, nothing of it is done; the next does all: who pays, what was chosen, and whose parts they are.
func TestDeathAtEachWriteOfAMergeOfPayers(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3100, nil)
		from, to := w.customer(1), w.customer(1)
		for n := range 2 {
			w.line(w.child(from, fmt.Sprint("Part ", n)).ID, "month", clock.Date(2026, 2, 1).Start(), nil)
		}
		w.choose(from.ID, true)
		dying, kills := testdb.NewKiller(w, w.DB), 0
		for ; ; kills++ {
			dying.Once(kills)
			err := w.Customers.Merge(ctx, from.ID, to.ID, customers.By{Actor: "clerk"})
			dying.Spare()
			if err == nil {
				break
			}
			if c, err := w.Customers.Get(ctx, from.ID); err != nil || c.State != customers.Active {
				t.Fatal(c.State, err)
			}
			if all, err := w.invoices.ChoicesOf(ctx, to.ID); err != nil || len(all) > 0 {
				t.Fatal(all, err)
			}
		}
		if t.Log(kills, "deaths"); kills < 5 {
			t.Error("only", kills, "deaths")
		}
		w.until(clock.Date(2026, 2, 1))
		w.wantBills("who answers", to.ID, "2026-02-01 issued KES 6,200; Part 0 1: KES 3,100; Part 1 1: KES 3,100")
		w.prove()
	})
}
