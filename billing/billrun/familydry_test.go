package billrun

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

// foresight is what a dry run tells, gathered as a reader gathers it.
type foresight struct {
	invoices.Drafted
	cents int64
	bills map[string]int64 // what of whose bill, of which day, has how many parts
}

func (f *foresight) hear(d invoices.Due, b invoices.Bill, err error) {
	key := fmt.Sprint(d.PayerID, " ", d.Period.From)
	if !d.Together {
		key = fmt.Sprint(d.PayerID, " ", d.Period.From, " of ", d.SubscriptionID)
	}
	_, there := f.bills[key]
	switch {
	case err != nil:
		f.Parked++
		return
	case len(b.Lines) == 0:
		f.Nothing++
		return
	case d.Together && there:
	default:
		f.Drafts++
	}
	f.cents += b.Gross
	f.bills[key] += b.Gross
}

// foresees tells what a run would make, as the command and the console ask, which is the same.
func (w *town) foresees(asOf clock.Day, source invoices.Source) foresight {
	w.Helper()
	ctx := context.Background()
	whole, paged := foresight{bills: map[string]int64{}}, foresight{bills: map[string]int64{}}
	_, err := w.invoices.Run(ctx, asOf, source, invoices.RunOptions{Tell: whole.hear})
	if err == nil {
		err = w.invoices.TellWaiting(ctx, asOf, whole.hear)
	}
	for last, again := int64(0), true; err == nil && again; again = last != 0 {
		last, err = w.invoices.TryPage(ctx, asOf, source, last, paged.hear)
	}
	if err != nil {
		w.Fatal(err)
	}
	if whole.Drafted != paged.Drafted || !maps.Equal(whole.bills, paged.bills) {
		w.Errorf("foreseen as a whole %+v, and by page %+v", whole, paged)
	}
	return whole
}

// made are the drafts that runs wrote, as foresees tells them.
func (w *town) made() (bills map[string]int64) {
	w.Helper()
	var rows []struct {
		CustomerID, SubscriptionID, GrossCents int64
		PeriodDay                              string
	}
	if err := w.DB.Read(context.Background()).Raw("SELECT customer_id, subscription_id, gross_cents, period_day FROM invoices WHERE state = ? OR state = ?", invoices.Draft, invoices.Review).Scan(&rows).Error; err != nil {
		w.Fatal(err)
	}
	bills = map[string]int64{}
	for _, r := range rows {
		key := fmt.Sprint(r.CustomerID, " ", r.PeriodDay)
		if r.SubscriptionID != 0 {
			key += fmt.Sprint(" of ", r.SubscriptionID)
		}
		bills[key] += r.GrossCents
	}
	return bills
}

// spoiled is a source of which one line cannot be billed.
type spoiled struct {
	*Source
	id int64
}

func (s *spoiled) Fill(ctx context.Context, all []invoices.Due) (map[int64]invoices.Price, error) {
	prices, err := s.Source.Fill(ctx, all)
	for n := range all {
		if all[n].SubscriptionID == s.id {
			all[n].Problem = fault.New(fault.Invalid, "invoice.history")
		}
	}
	return prices, err
}

// TestADryRunTellsFamiliesBills: families whose parts have several bill days, are months behind, cannot be billed, cost nothing, choose anew, and pay for others than before: as many documents are
// foreseen, of whom and of how much, as the run then writes.
func TestADryRunTellsFamiliesBills(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.rate(taxes.VAT, 1600, 1, 0)
		w.sells("month", 3101, func(p *plans.Plan) { p.Terms.Inclusive = false })
		w.sells("big", 6203, nil)
		w.sells("fibre", 1000, func(p *plans.Plan) {
			p.Terms.Mode, p.Terms.Data = plans.Hybrid, plans.Meter{Included: 10, Tiers: []plans.Tier{{Each: money.Shillings(10)}}}
		})
		school, church := w.customer(1), w.customer(1)
		amina, brian, chege := w.child(school, "Amina"), w.child(school, "Brian"), w.child(church, "Chege")
		other := w.child(customers.Customer{ID: school.ID, BillDay: 15}, "Dalila")
		w.choose(school.ID, true)
		w.clock.Set(clock.Date(2026, 2, 1).Start().Add(9 * time.Hour))
		w.line(school.ID, "month", time.Time{}, nil)
		moved := w.line(amina.ID, "month", time.Time{}, nil)
		w.line(amina.ID, "fibre", time.Time{}, nil)
		bad := w.line(brian.ID, "month", time.Time{}, nil)
		w.line(chege.ID, "month", time.Time{}, nil)
		w.line(other.ID, "big", time.Time{}, nil)
		source := &spoiled{Source: w.Source, id: bad.ID}
		compare := func(what string) {
			t.Helper()
			want := w.foresees(clock.DayOf(w.clock.Now()), source)
			got, err := w.invoices.Run(ctx, clock.DayOf(w.clock.Now()), source, invoices.RunOptions{Workers: 2})
			if err != nil {
				t.Fatal(err)
			}
			if bills := w.made(); got.Drafts != want.Drafts || got.Nothing != want.Nothing || got.Parked != want.Parked || int64(len(bills)) != want.Drafts || !maps.Equal(bills, want.bills) {
				t.Errorf("%s: foreseen %+v\nand made %+v: %v", what, want, got, bills)
			}
			if want.Drafts == 0 {
				t.Errorf("%s: nothing was billed", what)
			}
			if again := w.foresees(clock.DayOf(w.clock.Now()), source); again.Drafts+again.Nothing != 0 {
				t.Errorf("%s: %+v is foreseen after it", what, again)
			}
			if _, err := w.invoices.Issue(ctx); err != nil {
				t.Fatal(err)
			}
		}
		compare("the first month")
		source.id = 0
		w.choose(church.ID, true)
		w.clock.Set(clock.Date(2026, 5, 20).Start().Add(9 * time.Hour))
		compare("three months behind, and two that chose")
		w.in(func(tx *db.Tx) error {
			c, err := w.Customers.GetTx(tx, amina.ID)
			c.ParentID = church.ID
			if err == nil {
				_, err = w.Customers.Save(tx, c, customers.By{Actor: "clerk"})
			}
			return err
		})
		w.must(w.Lines.ChangePlan(ctx, moved.ID, subChange("big", clock.Date(2026, 4, 11)), office))
		w.clock.Set(clock.Date(2026, 6, 1).Start().Add(9 * time.Hour))
		compare("a part of another, and a change that is dated back")
		w.choose(school.ID, false)
		w.clock.Set(clock.Date(2026, 7, 20).Start().Add(9 * time.Hour))
		compare("many again")
		w.prove()
	})
}

// TestADryRunTellsWhatADeadRunLeft: whichever write was the last of a run, what it left waiting for one bill is told with what is due still: it is one bill, of all parts.
func TestADryRunTellsWhatADeadRunLeft(t *testing.T) {
	each(t, func(w *town) {
		ctx, today := context.Background(), clock.Date(2026, 2, 1)
		w.sells("month", 3100, nil)
		school := w.customer(1)
		for n := range 3 {
			w.line(w.child(school, fmt.Sprint("Part ", n)).ID, "month", today.Start(), nil)
		}
		w.choose(school.ID, true)
		w.clock.Set(today.Start().Add(6 * time.Hour))
		dying, waited := testdb.NewKiller(w, w.DB), 0
		for kills := 0; ; kills++ {
			dying.Once(kills)
			before := dying.Deaths()
			_, err := w.invoices.Run(ctx, today, w.Source, invoices.RunOptions{})
			dying.Spare()
			told := w.foresees(today, w.Source)
			maps.Copy(told.bills, w.made())
			if len(told.bills) != 1 || told.bills[fmt.Sprint(school.ID, " 2026-02-01")] != 9300_00 {
				t.Errorf("dead at write %d: %v", kills, told.bills)
			}
			var left int
			if err := w.DB.Read(ctx).Raw("SELECT COUNT(*) FROM invoices WHERE state = ?", invoices.Gathering).Scan(&left).Error; err != nil {
				t.Fatal(err)
			}
			if left > 0 {
				waited++
			}
			if err == nil && dying.Deaths() == before {
				break
			}
			if err != nil && !fault.Is(err, fault.Unavailable) {
				t.Error(err)
			}
		}
		if waited == 0 {
			t.Error("no run left parts that wait")
		}
		w.wantBills("once", school.ID, "2026-02-01 draft KES 9,300; Part 0 1: KES 3,100; Part 1 1: KES 3,100; Part 2 1: KES 3,100")
		if all := w.billsOf(school.ID); !slices.ContainsFunc(all, func(d invoices.Document) bool { return money.KES(d.Gross) == money.Shillings(9300) }) {
			t.Error(all)
		}
	})
}
