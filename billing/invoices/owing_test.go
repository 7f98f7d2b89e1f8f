package invoices

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/money"
)

// listed are all who owe, a few at a time, by the list and by the bills.
func (w *desk) listed() (list, bills []int64) {
	w.Helper()
	ctx, today := w.Context(), w.today()
	for after := (Overdue{}); ; {
		page, err := w.Ageing(ctx, today, after, 3)
		if err != nil {
			w.Fatal(err)
		}
		for _, a := range page {
			list, after = append(list, a.CustomerID), a.Overdue()
		}
		if len(page) < 3 {
			break
		}
	}
	query, args := w.owingSQL(today, Overdue{}, 1_000)
	bills, err := w.customersOf(ctx, query, args)
	if err != nil {
		w.Fatal(err)
	}
	return list, bills
}

// TestTheListOfWhoOwesIsThatOfTheBills: whatever happens to bills, on each day, whether the list was turned on it or not.
func TestTheListOfWhoOwesIsThatOfTheBills(t *testing.T) {
	each(t, func(w *desk) {
		const seed = 11
		draw := rand.New(rand.NewPCG(seed, 0))
		var bills []Document
		for step := range 120 {
			customer := 7_100 + draw.Int64N(8)
			switch what := draw.IntN(8); {
			case what < 3 || len(bills) == 0:
				bills = append(bills, w.writes(customer, 100+100*draw.Int64N(4)))
			case what < 5:
				w.pays(customer, 50+100*draw.Int64N(3), fmt.Sprint("pay:", step))
			case what == 5:
				d := w.get(bills[draw.IntN(len(bills))].ID)
				if d.State != Issued {
					continue
				}
				if draw.IntN(2) == 0 {
					if err := w.WriteOff(t.Context(), d.ID, "gone", office); err != nil {
						t.Fatal(err)
					}
				} else if _, err := w.Credit(t.Context(), CreditNote{Request: fmt.Sprint("credit:", step), InvoiceID: d.ID, Amount: money.KES(min(40, d.Open)), Why: "sorry"}, office); err != nil {
					t.Fatal(err)
				}
			case what == 6:
				w.in(func(tx *db.Tx) error { return w.Reopen(tx, customer, money.KES(70)) })
			default:
				w.later(draw.IntN(9))
				if draw.IntN(2) == 0 {
					if err := w.TurnOwing(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
			}
			if list, bills := w.listed(); !slices.Equal(list, bills) {
				t.Fatalf("step %d: listed %v, and the bills say %v", step, list, bills)
			}
		}
		w.prove()
		w.later(400)
		if err := w.TurnOwing(t.Context()); err != nil {
			t.Fatal(err)
		}
		if left, err := w.turned(t.Context(), w.today(), 1); err != nil || len(left) > 0 {
			t.Fatal(left, err)
		}
		if list, bills := w.listed(); !slices.Equal(list, bills) || len(list) == 0 {
			t.Errorf("listed %v, and the bills say %v", list, bills)
		}
		w.prove()
	})
}

// TestWhoChangesBillsOfACustomerAtOnceLeavesTheListRight: each sees what was committed before it wrote.
func TestWhoChangesBillsOfACustomerAtOnceLeavesTheListRight(t *testing.T) {
	each(t, func(w *desk) {
		const bills = 8
		var ids []int64
		for n := range int64(bills) {
			ids = append(ids, w.writes(7_100+n%2, 500).ID)
		}
		w.later(60)
		var done sync.WaitGroup
		for n, id := range ids {
			done.Go(func() {
				var err error
				switch n % 4 {
				case 0, 1:
					err = w.WriteOff(t.Context(), id, "gone", office)
				case 2:
					_, err = w.Credit(t.Context(), CreditNote{Request: fmt.Sprint("credit:", n), InvoiceID: id, Amount: money.KES(100), Why: "sorry"}, office)
				default:
					err = w.TurnOwing(t.Context())
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		done.Wait()
		w.prove()
		if list, bills := w.listed(); !slices.Equal(list, bills) || !slices.Equal(list, []int64{7_101, 7_100}) {
			t.Errorf("listed %v, and the bills say %v", list, bills)
		}
	})
}

// TestTheProofFindsWhoIsListedOtherwise, and MendOwing writes them anew.
func TestTheProofFindsWhoIsListedOtherwise(t *testing.T) {
	each(t, func(w *desk) {
		late, paid, soon := int64(7_100), int64(7_101), int64(7_102)
		w.writes(late, 500)
		w.writes(paid, 300)
		w.pays(paid, 300, "paid")
		w.later(60)
		w.writes(soon, 400)
		if err := w.TurnOwing(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.prove()
		for _, wrong := range []struct {
			change   string
			customer int64
		}{
			{"UPDATE owing SET late_cents = late_cents + 1", late},
			{"UPDATE owing SET late_cents = NULL", late},
			{"UPDATE owing SET turns_day = '2199-01-01'", late},
			{"DELETE FROM owing", late},
			{"UPDATE owing SET late_cents = 1", paid},
			{"UPDATE owing SET turns_day = NULL", soon},
			{"UPDATE owing SET turns_day = '2199-01-01'", soon},
		} {
			if _, err := w.DB.SQL().Exec(wrong.change+" WHERE customer_id = ?", wrong.customer); err != nil {
				t.Fatal(err)
			}
			var told []string
			if err := w.Audit(t.Context(), func(what string) { told = append(told, what) }); err != nil || !strings.Contains(strings.Join(told, "; "), idText(wrong.customer)) {
				t.Errorf("%s of %d, and is not named: %q %v", wrong.change, wrong.customer, told, err)
			}
			if n, err := w.MendOwing(t.Context()); err != nil || n != 1 {
				t.Errorf("%s of %d: %d mended, %v", wrong.change, wrong.customer, n, err)
			}
			w.prove()
		}
		if list, bills := w.listed(); !slices.Equal(list, []int64{late, soon}) || !slices.Equal(list, bills) {
			t.Errorf("listed %v, and the bills say %v", list, bills)
		}
	})
}

// TestAPageOfWhoOwesReadsAPageOfTheList: no bill of another page is read, and nothing is sorted.
func TestAPageOfWhoOwesReadsAPageOfTheList(t *testing.T) {
	each(t, func(w *desk) {
		for n := range int64(40) {
			w.writes(7_100+n, 100+n%3)
		}
		for _, part := range append(w.listSQL(Overdue{}), w.listSQL(Overdue{101, 7_110})...) {
			for _, plan := range w.plan(part.query+" LIMIT ?", append(part.args, 10)...) {
				if !strings.Contains(plan, "owing_late") || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "filesort") || strings.Contains(plan, " ALL ") {
					t.Error(part.query, plan)
				}
			}
		}
		for _, plan := range w.plan("SELECT customer_id FROM owing WHERE turns_day < '2026-03-01' ORDER BY turns_day LIMIT 1") {
			if !strings.Contains(plan, "owing_turns") {
				t.Error(plan)
			}
		}
	})
}

// TestTheMigrationListsWhoOwes of bills that were there before the list was: what is late already, the turn of the day finds.
func TestTheMigrationListsWhoOwes(t *testing.T) {
	each(t, func(w *desk) {
		w.writes(7_100, 500)
		w.later(60)
		w.writes(7_100, 200)
		w.writes(7_101, 600)
		w.writes(7_102, 400)
		w.pays(7_102, 400, "paid")
		made, err := os.ReadFile("../../migrations/" + w.DB.Dialect() + "/0385_owing.sql")
		if err != nil {
			t.Fatal(err)
		}
		fill := string(made[bytes.Index(made, []byte("INSERT")):])
		for _, query := range []string{"DELETE FROM owing", fill, fill} { // a step that was cut is made again
			if _, err := w.DB.SQL().Exec(query); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if list, bills := w.listed(); !slices.Equal(list, bills) || !slices.Equal(list, []int64{7_100, 7_101}) {
				t.Errorf("listed %v, and the bills say %v", list, bills)
			}
			if err := w.TurnOwing(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.prove()
		}
	})
}
