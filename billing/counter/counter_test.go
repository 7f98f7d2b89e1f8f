package counter

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

// TestWhatIsShownIsWhatComes: Look changes nothing and tells what Take does: the oldest first, or what is named, and the rest is credit.
func TestWhatIsShownIsWhatComes(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		old, late := w.invoice("one", anne, 300), w.invoice("two", anne, 500)
		for n, one := range []struct {
			named        []int64
			brings       int64
			old, late    int64 // open after
			credit, paid int64
		}{{nil, 100, 200, 500, 0, 1}, {[]int64{late.ID}, 450, 200, 50, 0, 1}, {[]int64{late.ID}, 100, 150, 0, 0, 2}, {nil, 175, 0, 0, 25, 1}, {[]int64{late.ID}, 10, 0, 0, 35, 0}} {
			taking := w.brings(fmt.Sprint("tap", n), anne, one.brings, one.named...)
			before := [3]int64{w.open(old.ID), w.open(late.ID), w.credit(anne)}
			seen, err := w.Look(ctx, taking, cashier)
			if err != nil || before != [3]int64{w.open(old.ID), w.open(late.ID), w.credit(anne)} {
				t.Fatalf("%d: looking changed something, or failed: %v", n, err)
			}
			if seen.After.Cents/100 != one.credit || len(seen.Paid) != int(one.paid) {
				t.Errorf("%d: %+v", n, seen)
			}
			e, err := w.Take(ctx, taking, cashier)
			if err != nil || w.open(old.ID) != one.old || w.open(late.ID) != one.late || w.credit(anne) != one.credit {
				t.Errorf("%d: %d and %d are open, credit is %d (%v)", n, w.open(old.ID), w.open(late.ID), w.credit(anne), err)
			}
			if again, err := w.Take(ctx, taking, cashier); err != nil || again.ID != e.ID || w.credit(anne) != one.credit {
				t.Errorf("%d: the same form again: %+v %v", n, again, err)
			}
			slip, err := w.SlipOf(ctx, anne, e.ID)
			if err != nil || len(slip.Spent) != int(one.paid) || slip.After.Cents/100 != one.credit {
				t.Errorf("%d: %+v %v", n, slip, err)
			}
		}
		if _, err := w.SlipOf(ctx, ben, 1); fault.KeyOf(err) != "account.no_event" {
			t.Error(err)
		}
		if _, err := w.Look(ctx, w.brings("wrong", anne, 0), cashier); fault.KeyOf(err) != "account.amount" {
			t.Error(err)
		}
		w.prove()
	})
}

// TestADoubleTapTakesOnce: the same form from twelve windows at once, for a named invoice, is one payment.
func TestADoubleTapTakesOnce(t *testing.T) {
	each(t, func(w *desk) {
		old, late := w.invoice("one", anne, 300), w.invoice("two", anne, 500)
		var taps sync.WaitGroup
		var ids sync.Map
		for range 12 {
			taps.Go(func() {
				if _, err := w.Look(context.Background(), w.brings("other", anne, 50), cashier); err != nil {
					t.Error(err)
				}
				e, err := w.Take(context.Background(), w.brings("tap", anne, 400, late.ID), cashier)
				if err != nil {
					t.Error(err)
				}
				ids.Store(e.ID, true)
			})
		}
		taps.Wait()
		n := 0
		ids.Range(func(any, any) bool { n++; return true })
		if n != 1 || w.open(late.ID) != 100 || w.open(old.ID) != 300 || w.credit(anne) != 0 {
			t.Errorf("%d payments, %d and %d are open, credit is %d", n, w.open(old.ID), w.open(late.ID), w.credit(anne))
		}
		w.prove()
	})
}

// TestADebtIsPaidFirst: a cheque bounced after it was spent; what comes next pays that, and a slip says that it went back.
func TestADebtIsPaidFirst(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		bill := w.invoice("one", anne, 300)
		cheque := w.brings("cheque", anne, 300)
		cheque.How, cheque.Reference = accounts.ByCheque, "KCB 000117"
		e, err := w.Take(ctx, cheque, cashier)
		if err != nil || w.open(bill.ID) != 0 {
			t.Fatal(err)
		}
		if _, err := w.Accounts.ReturnTaking(ctx, anne, e.ID, "refer to drawer", accounts.By{Actor: "manager"}); err != nil || w.open(bill.ID) != 300 || w.credit(anne) != 0 {
			t.Fatal(err, w.open(bill.ID), w.credit(anne))
		}
		slip, err := w.SlipOf(ctx, anne, e.ID)
		if err != nil || slip.Back == nil || slip.Back.Note != "refer to drawer" {
			t.Errorf("%+v %v", slip, err)
		}
		seen, err := w.Look(ctx, w.brings("cash", anne, 320), cashier)
		if err != nil || len(seen.Paid) != 1 || seen.Paid[0].Left.Cents != 0 || seen.After.Cents != 20_00 {
			t.Errorf("%+v %v", seen, err)
		}
		w.prove()
	})
}

// TestAPaybackTakesTwo: one asks, another approves, it leaves the credit once, and whoever pays says how.
func TestAPaybackTakesTwo(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		if _, err := w.Take(ctx, w.brings("a", anne, 100), cashier); err != nil {
			t.Fatal(err)
		}
		ask := Payback{CustomerID: anne, Amount: money.Shillings(60), Reason: "moves away"}
		for key, wrong := range map[string]Payback{"payback.reason": {CustomerID: anne, Amount: ask.Amount, Reason: " "}, "payback.amount": {CustomerID: anne, Amount: money.Shillings(101), Reason: "x"}} {
			if _, err := w.AskPayback(ctx, wrong, cashier); fault.KeyOf(err) != key {
				t.Error(key, err)
			}
		}
		p, err := w.AskPayback(ctx, ask, cashier)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.AskPayback(ctx, ask, cashier); fault.KeyOf(err) != "payback.open" {
			t.Error(err)
		}
		if _, err := w.DecidePayback(ctx, p.ID, true, cashier); fault.KeyOf(err) != "approval.same_person" {
			t.Error(err)
		}
		if _, err := w.PayPayback(ctx, p.ID, accounts.ByCash, "", cashier); fault.KeyOf(err) != "payback.not_owed" {
			t.Error(err)
		}
		var won atomic.Int64
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() {
				_, err := w.DecidePayback(ctx, p.ID, true, manager)
				if err == nil {
					won.Add(1)
				} else if fault.KeyOf(err) != "payback.decided" {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || w.credit(anne) != 40 {
			t.Errorf("%d decided, credit is %d", won.Load(), w.credit(anne))
		}
		if _, err := w.PayPayback(ctx, p.ID, "gold", "", cashier); fault.KeyOf(err) != "payback.how" {
			t.Error(err)
		}
		if _, err := w.PayPayback(ctx, p.ID, accounts.ByBank, " ", cashier); fault.KeyOf(err) != "payback.reference" {
			t.Error(err)
		}
		if p, err = w.PayPayback(ctx, p.ID, accounts.ByBank, "FT 77", cashier); err != nil || p.State != Paidback || p.Reference != "FT 77" {
			t.Errorf("%+v %v", p, err)
		}
		w.refusedAndSpent(ask)
		w.prove()
	})
}

// refusedAndSpent refuses one, and lets another's credit be spent before it is approved.
func (w *desk) refusedAndSpent(ask Payback) {
	w.Helper()
	ctx := context.Background()
	ask.Amount = money.Shillings(30)
	no, err := w.AskPayback(ctx, ask, cashier)
	if err == nil {
		no, err = w.DecidePayback(ctx, no.ID, false, manager)
	}
	if err != nil || no.State != Refused || w.credit(anne) != 40 {
		w.Error(no, err)
	}
	late, err := w.AskPayback(ctx, ask, cashier)
	if err != nil {
		w.Fatal(err)
	}
	w.invoice("spends", anne, 35)
	if err := w.Accounts.Spend(ctx, anne); err != nil {
		w.Fatal(err)
	}
	if _, err := w.DecidePayback(ctx, late.ID, true, manager); fault.KeyOf(err) != "payback.spent" {
		w.Error(err)
	}
	if open, err := w.OpenPaybacks(ctx, Asked, nil, 100); err != nil || len(open) != 1 || open[0].ID != late.ID {
		w.Error(open, err)
	}
	if all, err := w.PaybacksOf(ctx, anne, 10); err != nil || len(all) != 3 {
		w.Error(all, err)
	}
	if _, err := w.PaybackByID(ctx, 1); fault.KeyOf(err) != "payback.unknown" {
		w.Error(err)
	}
}

// TestPaybacksOfASite: those that wait elsewhere do not hide those of a site, however many there are, and they are found by an index.
func TestPaybacksOfASite(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		var here, there []int64
		for n := range 130 {
			site := int64(31)
			if n >= 120 {
				site = 32
			}
			c, err := w.people.Keep(ctx, customers.Profile{Customer: customers.Customer{Name: fmt.Sprint("Wanjiru ", n), SiteID: site}}, customers.By{Actor: "test"})
			if err != nil {
				t.Fatal(err)
			}
			err = w.DB.InTx(ctx, func(tx *db.Tx) error {
				p := Payback{ID: tx.ID(), CustomerID: c.ID, Amount: money.Shillings(1), Reason: "moves", State: Asked, AskedAt: w.clock.Now()}
				if site == 32 {
					here = append(here, p.ID)
				} else {
					there = append(there, p.ID)
				}
				return w.insertPayback(tx, p)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, one := range []struct {
			sites []int64
			want  []int64
		}{{[]int64{32}, here}, {[]int64{31}, there[:100]}, {[]int64{31, 32}, there[:100]}, {nil, there[:100]}, {[]int64{33}, nil}} {
			open, err := w.OpenPaybacks(ctx, Asked, one.sites, 100)
			var got []int64
			for _, p := range open {
				got = append(got, p.ID)
			}
			if err != nil || !slices.Equal(got, one.want) {
				t.Errorf("of %v: %d paybacks, not %d: %v", one.sites, len(got), len(one.want), err)
			}
		}
	})
}

// TestATamperedPaybackIsNamed: each column of a payback that is owed, and of one that is paid; a row taken out, and one made up.
func TestATamperedPaybackIsNamed(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		var ids []int64
		for n, customer := range []int64{anne, ben} {
			if _, err := w.Take(ctx, w.brings(fmt.Sprint(n), customer, 100), cashier); err != nil {
				t.Fatal(err)
			}
			p, err := w.AskPayback(ctx, Payback{CustomerID: customer, Amount: money.Shillings(60), Reason: "moves away"}, cashier)
			if err == nil {
				_, err = w.DecidePayback(ctx, p.ID, true, manager)
			}
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, p.ID)
		}
		if _, err := w.PayPayback(ctx, ids[1], accounts.ByCash, "", cashier); err != nil {
			t.Fatal(err)
		}
		w.prove()
		exec := func(query string, args ...any) {
			if _, err := w.DB.SQL().Exec(query, args...); err != nil {
				t.Fatal(query, err)
			}
		}
		found := func(what string) {
			named := 0
			if err := w.Audit(ctx, func(string) { named++ }); err != nil || named == 0 {
				t.Errorf("%s: nothing named (%v)", what, err)
			}
		}
		for _, id := range ids {
			for _, column := range testdb.Columns(t, w.DB, "paybacks") {
				if column == "open_customer" || column == "sending" || id == ids[0] && (column == "how" || column == "reference" || column == "paid_by" || column == "paid_at") {
					continue // these only keep two from waiting, or being sent, at once; and of what is not paid nothing is said yet
				}
				to := "'9'"
				if column == "alone" {
					to = "NOT alone"
				}
				if column == "asked_at" || column == "decided_at" || column == "paid_at" {
					to = "'2026-01-01 00:00:00'"
				}
				exec("CREATE TABLE saved AS SELECT * FROM paybacks")
				exec("UPDATE paybacks SET "+column+" = "+to+" WHERE id = ?", id)
				found(column)
				exec("DELETE FROM paybacks")
				exec("INSERT INTO paybacks SELECT * FROM saved")
				exec("DROP TABLE saved")
			}
		}
		w.prove()
		exec("DELETE FROM paybacks WHERE id = ?", ids[1])
		found("a payback taken out")
	})
}

// TestADrawerIsCounted: a difference wants a word, a second count is another, and two at once are told.
func TestADrawerIsCounted(t *testing.T) {
	each(t, func(w *desk) {
		ctx, day := context.Background(), clock.Date(2027, 3, 1)
		count := Count{Cashier: cashier.Actor, Day: day, N: 1, Float: money.Shillings(500), In: money.Shillings(1200), Out: money.Shillings(200), Counted: money.Shillings(1450)}
		if _, err := w.CountCash(ctx, count, cashier); fault.KeyOf(err) != "cash.note" {
			t.Error(err)
		}
		for key, wrong := range map[string]Count{"cash.float": {Float: money.KES(-1)}, "cash.counted": {Counted: money.KES(-1)}} {
			if _, err := w.CountCash(ctx, wrong, cashier); fault.KeyOf(err) != key {
				t.Error(key, err)
			}
		}
		count.Note = "a fifty was torn"
		c, err := w.CountCash(ctx, count, cashier)
		if err != nil || c.Difference().Cents != -50_00 || c.Expected().Cents != 1500_00 {
			t.Error(c, err)
		}
		if _, err := w.CountCash(ctx, count, cashier); !fault.Is(err, fault.Conflict) {
			t.Error("two counts of one number", err)
		}
		count.N, count.Counted, count.Note = 2, money.Shillings(1500), ""
		if _, err := w.CountCash(ctx, count, manager); err != nil {
			t.Error(err)
		}
		all, err := w.Counts(ctx, cashier.Actor, day)
		if err != nil || len(all) != 2 || all[0].N != 2 || all[0].By != manager.Actor || all[1].Note != "a fifty was torn" {
			t.Error(all, err)
		}
	})
}

func TestModels(t *testing.T) {
	each(t, func(w *desk) { testdb.ModelsMatch(w.T, w.DB, &paybackRow{}, &countRow{}) })
}

// TestACertificateSettlesADebt: one of withheld tax is taken up to what is owed and no further, for else it were money to be paid out; the same form again is
// told as it was, and of many at once no more is taken than is owed.
func TestACertificateSettlesADebt(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		d := w.invoice("one", anne, 1000)
		brings := func(request string, shillings int64) Taking {
			taking := w.brings(request, anne, shillings)
			taking.How, taking.Reference = accounts.ByWithholding, "KRAWHT "+request
			return taking
		}
		if _, err := w.Take(ctx, brings("too-much", 1001), cashier); fault.KeyOf(err) != "counter.withheld" {
			t.Error(err)
		}
		if _, err := w.Look(ctx, brings("seen", 1001), cashier); fault.KeyOf(err) != "counter.withheld" {
			t.Error(err)
		}
		var all sync.WaitGroup
		var won atomic.Int64
		for n := range 8 {
			all.Go(func() {
				_, err := w.Take(ctx, brings(fmt.Sprint("at-once", n), 400), cashier)
				if err == nil {
					won.Add(1)
				} else if fault.KeyOf(err) != "counter.withheld" {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() > 2 || w.credit(anne) != 0 || w.open(d.ID) != 1000-400*won.Load() {
			t.Errorf("%d were taken, %d is open, credit is %d", won.Load(), w.open(d.ID), w.credit(anne))
		}
		first, err := w.Take(ctx, brings("rest", w.open(d.ID)), cashier)
		if err != nil || w.open(d.ID) != 0 {
			t.Error(first, err)
		}
		if again, err := w.Take(ctx, brings("rest", first.Delta.Cents/100), cashier); err != nil || again.ID != first.ID {
			t.Error(again, err)
		}
		if _, err := w.Take(ctx, brings("none", 1), cashier); fault.KeyOf(err) != "counter.withheld" {
			t.Error(err)
		}
		w.prove()
	})
}
