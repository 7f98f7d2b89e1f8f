package invoices

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

func TestModels(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &documentRow{}, &lineRow{}, &seriesRow{}, &allocationRow{}, &termsRow{}, &stepRow{}, &doneRow{}, &promiseRow{}, &pledgeRow{}, &logRow{}, &choiceRow{}, &partRow{}, &owingRow{})
	})
}

// TestTheRunLosesNothing has three workers bill forty subscriptions for three months and issue, each killed again and again between any two writes: no
// period twice, none left out, numbers without a gap, books that balance. And a run after it does nothing.
func TestTheRunLosesNothing(t *testing.T) {
	each(t, func(w *desk) {
		w.kenya()
		s := &street{w: w, n: 40, broken: map[int64]bool{}}
		s.begin()
		r := rand.New(rand.NewPCG(6, 3))
		ctx, asOf, kills := context.Background(), clock.Date(2026, 3, 1), 0
		for round := range 200 {
			w.dying.Always(1 + r.IntN(4+round))
			var done sync.WaitGroup
			var mu sync.Mutex
			for range 3 {
				done.Go(func() {
					_, err := w.Run(ctx, asOf, s, RunOptions{Workers: 2})
					if err == nil {
						_, err = w.Issue(ctx)
					}
					if err != nil && !fault.Is(err, fault.Unavailable) {
						t.Error(err)
					}
					mu.Lock()
					if err != nil {
						kills++
					}
					mu.Unlock()
				})
			}
			done.Wait()
			if all, err := w.drafts(ctx, 1); err != nil || len(all) == 0 && w.count("state = 'issued'") == 120 {
				break
			}
		}
		w.dying.Spare()
		if _, err := w.Run(ctx, asOf, s, RunOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Issue(ctx); err != nil {
			t.Fatal(err)
		}
		if n := w.count("state = 'issued'"); n != 120 || w.count("1 = 1") != 120 {
			t.Errorf("%d of 120 are issued, of %d", n, w.count("1 = 1"))
		}
		if kills < 20 {
			t.Errorf("only %d kills", kills)
		}
		again, err := w.Run(ctx, asOf, s, RunOptions{Workers: 3})
		issued, err2 := w.Issue(ctx)
		if again != (Drafted{}) || issued != (Outcome{}) || err != nil || err2 != nil {
			t.Error("a second run did something:", again, issued, err, err2)
		}
		w.prove()
	})
}

func (w *desk) count(where string) (n int) {
	w.Helper()
	if err := w.DB.SQL().QueryRow("SELECT COUNT(*) FROM invoices WHERE " + where).Scan(&n); err != nil {
		w.Fatal(err)
	}
	return n
}

func (w *desk) list(f Filter) []Document {
	w.Helper()
	all, err := w.Newest(context.Background(), f, 0, 1000)
	if err != nil {
		w.Fatal(err)
	}
	return all
}

// TestOneThatFailsIsParked and the rest go on; it is billed once its cause is cured. A dry run says what would be, and writes nothing.
func TestOneThatFailsIsParked(t *testing.T) {
	each(t, func(w *desk) {
		s := &street{w: w, n: 5, broken: map[int64]bool{3: true}}
		s.begin()
		ctx, asOf := context.Background(), clock.Date(2026, 1, 31)
		var said []string
		dry, err := w.Run(ctx, asOf, s, RunOptions{Tell: func(d Due, b Bill, err error) {
			said = append(said, fmt.Sprint(d.SubscriptionID, b.Explain(func(l Line) string { return l.Called("en") + ", " + l.Says("en") }), err))
		}})
		if err != nil || dry != (Drafted{}) || len(said) != 5 || said[0] != "1 [Home 10, The whole period, at KES 2,500: KES 2,500] <nil>" || !strings.Contains(said[2], "invoice.history") || w.count("1 = 1") != 0 {
			t.Errorf("%v %v %q", dry, err, said)
		}
		for range 2 {
			if got, err := w.Run(ctx, asOf, s, RunOptions{}); err != nil || got.Parked == 0 {
				t.Error(got, err)
			}
			if _, err := w.Issue(ctx); err != nil {
				t.Error(err)
			}
		}
		parked := w.list(Filter{State: Parked})
		if len(parked) != 1 || parked[0].SubscriptionID != 3 || parked[0].Why == "" || w.count("state = 'issued'") != 4 {
			t.Fatal(parked, w.count("state = 'issued'"))
		}
		if err := w.Retry(ctx, parked[0].ID, office); err == nil {
			t.Error("one without lines was made a draft")
		}
		s.broken[3] = false
		if got, err := w.Run(ctx, asOf, s, RunOptions{}); err != nil || got.Drafts != 1 {
			t.Error(got, err)
		}
		drafts, err := w.drafts(ctx, 9)
		if err != nil || len(drafts) != 1 {
			t.Fatal(drafts, err)
		}
		if _, err := w.DB.SQL().Exec("UPDATE invoices SET gross_cents = gross_cents + 1"); err != nil { // of those with numbers too: found below
			t.Fatal(err)
		}
		if got, err := w.Issue(ctx); err != nil || got != (Outcome{Parked: 1}) {
			t.Error(got, err)
		}
		var found int
		if err := w.Audit(ctx, func(string) { found++ }); err != nil || found < 4 {
			t.Errorf("%d of 4 changed invoices are named: %v", found, err)
		}
		if _, err := w.DB.SQL().Exec("UPDATE invoices SET gross_cents = gross_cents - 1"); err != nil {
			t.Fatal(err)
		}
		if err := w.Retry(ctx, drafts[0].ID, office); err != nil {
			t.Error(err)
		}
		if got, err := w.Issue(ctx); err != nil || got != (Outcome{Issued: 1}) || w.get(drafts[0].ID).Text() != "INV-2026-000005" {
			t.Error(got, err, w.get(drafts[0].ID))
		}
		w.prove()
	})
}

// TestABillMayBeDueAtOnce: of three customers one pays on the day of the bill, one in their own time, and one as everybody.
func TestABillMayBeDueAtOnce(t *testing.T) {
	each(t, func(w *desk) {
		for days, own := range map[clock.Day]*int{0: new(0), 9: new(9), 14: nil} {
			c := w.firm(customers.Customer{Name: fmt.Sprint("Firm ", days), PaymentDays: own})
			d := w.get(w.writes(c.ID, 100_00).ID)
			if d.DueDay != d.Day+days {
				t.Errorf("due after %d days, and it should be %d", d.DueDay-d.Day, days)
			}
			if read, err := w.Customers.Get(context.Background(), c.ID); err != nil || (read.PaymentDays == nil) != (own == nil) {
				t.Error(read.PaymentDays, err)
			}
		}
		w.prove()
	})
}

// TestTheParentPays: the bill of a branch goes to the house that pays for it, by its terms; drafts of whom somebody looks at wait.
func TestTheParentPays(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		house := w.firm(customers.Customer{Name: "House", PaymentDays: new(45)})
		branch := w.firm(customers.Customer{Name: "Branch", ParentID: house.ID, ParentPays: true, PaymentDays: new(7)})
		if err := w.Treat(ctx, house.ID, true, false, office); err != nil {
			t.Fatal(err)
		}
		s := &street{w: w, n: 1, customer: branch.ID}
		s.begin()
		if got, err := w.Run(ctx, clock.Date(2026, 1, 1), s, RunOptions{}); err != nil || got.Drafts != 1 {
			t.Fatal(got, err)
		}
		waiting := w.list(Filter{State: Review})
		if len(waiting) != 1 || waiting[0].CustomerID != house.ID {
			t.Fatal(waiting)
		}
		if err := w.Drop(ctx, waiting[0].ID, "no", office); fault.KeyOf(err) != "invoice.of_run" {
			t.Error(err)
		}
		if err := w.Approve(ctx, waiting[0].ID, "", office); err != nil {
			t.Error(err)
		}
		if d, err := w.IssueOne(ctx, waiting[0].ID); err != nil || d.DueDay != d.Day+45 {
			t.Error(d, err)
		}
		w.prove()
	})
}

// TestAnIdThatIsTakenIsNoBill: a document that meets another of its id is not written, and the run that wrote it says so instead of taking that for its own, so
// that it is due still.
func TestAnIdThatIsTakenIsNoBill(t *testing.T) {
	each(t, func(w *desk) {
		first := Document{ID: 7, Kind: Invoice, State: Draft, Cause: runCause + "1:2026-01-01", CustomerID: 1001, CreatedAt: w.now()}
		second := first
		second.Cause = runCause + "2:2026-01-01"
		w.in(func(tx *db.Tx) error {
			added, err := w.insert(tx, []Document{first})
			if err == nil && !added[7] {
				t.Error("the first was not added")
			}
			return err
		})
		err := w.DB.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := w.insert(tx, []Document{second})
			return err
		})
		if !fault.Is(err, fault.Internal) || w.count("1 = 1") != 1 || w.get(7).Cause != first.Cause {
			t.Error(err, w.count("1 = 1"))
		}
	})
}
