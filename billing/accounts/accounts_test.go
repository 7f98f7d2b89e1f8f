package accounts

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

// TestMoneyIsSpentAfterItCame: the credit grows first, what is owed is paid in a transaction of its own, and a fault there loses no money.
func TestMoneyIsSpentAfterItCame(t *testing.T) {
	each(t, func(w *desk) {
		w.owed[anne] = 30_00
		w.OnCredit(func(tx *db.Tx, customer int64) error {
			if w.fail != nil {
				return w.fail
			}
			held, err := w.Credit(tx, customer)
			if err != nil || w.owed[customer] == 0 || held.Cents < w.owed[customer] {
				return err
			}
			took, err := w.Take(tx, customer, money.KES(w.owed[customer]), Cause{Kind: "invoice", Request: "invoice:1"},
				ledger.Posting{Account: ledger.Receivables, Party: "customer:7001", Amount: money.KES(-w.owed[customer])})
			if took {
				w.owed[customer] = 0
			}
			return err
		})
		w.takes("a", anne, 20)
		w.idle()
		w.has(anne, 20)
		w.takes("b", anne, 25)
		w.idle()
		w.has(anne, 15)
		if err := w.Spend(context.Background(), anne); err != nil {
			t.Error(err)
		}
		w.has(anne, 15)
		w.fail = errors.New("not now")
		w.takes("c", anne, 5)
		if err := w.Spend(context.Background(), anne); err == nil {
			t.Error("spent in spite of a fault")
		}
		w.has(anne, 20)
		w.prove()
	})
}

// TestTwentyAtOnceNeverOverspend: credit for seven, twenty who want it, each twice; and money that comes meanwhile.
func TestTwentyAtOnceNeverOverspend(t *testing.T) {
	each(t, func(w *desk) {
		w.takes("first", anne, 70)
		var done sync.WaitGroup
		var won atomic.Int64
		for n := range 20 {
			done.Go(func() {
				for range 2 {
					took, err := w.use(anne, 10, fmt.Sprint("use", n))
					if err != nil {
						t.Error(err)
					}
					if took {
						won.Add(1)
					}
				}
			})
			done.Go(func() { // a double tap at the counter, and a first event of somebody new
				_, err := w.TakeAtCounter(context.Background(), Taking{Request: "tap", CustomerID: ben, How: ByCash, Amount: money.Shillings(3)}, office)
				if err != nil {
					t.Error(err)
				}
			})
		}
		done.Wait()
		w.has(anne, 0)
		w.has(ben, 3)
		if won.Load() != 14 {
			t.Errorf("%d were told that they had it", won.Load())
		}
		w.prove()
	})
}

// TestAChequeThatBounces opens again what it paid, and what cannot be opened is owed.
func TestAChequeThatBounces(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		cheque := Taking{Request: "cheque-1", CustomerID: anne, How: ByCheque, Reference: " 000 123 ", Amount: money.Shillings(50)}
		e, err := w.TakeAtCounter(ctx, cheque, office)
		if err != nil || e.Reference != "000 123" {
			t.Fatal(e, err)
		}
		again := cheque
		again.Request = "cheque-2"
		if _, err := w.TakeAtCounter(ctx, again, office); fault.KeyOf(err) != "account.reference_used" {
			t.Errorf("the same cheque twice: %v", err)
		}
		if took, err := w.use(anne, 40, "month"); !took || err != nil {
			t.Fatal(err)
		}
		w.OnReturn(func(tx *db.Tx, customer int64, missing money.Amount) error {
			if missing.Cents != 40_00 {
				t.Errorf("%v are missing", missing)
			}
			_, err := w.Add(tx, customer, money.Shillings(15), Cause{Kind: "reopened", Request: "invoice:1:back"},
				ledger.Posting{Account: ledger.InternetSales, Amount: money.Shillings(15)})
			return err
		})
		if _, err := w.ReturnTaking(ctx, anne, e.ID, " ", office); fault.KeyOf(err) != "account.reason" {
			t.Error(err)
		}
		if _, err := w.ReturnTaking(ctx, ben, e.ID, "bounced", office); fault.KeyOf(err) != "account.no_event" {
			t.Errorf("another customer's cheque: %v", err)
		}
		back, err := w.ReturnTaking(ctx, anne, e.ID, "bounced", office)
		if err != nil || back.Delta.Cents != -50_00 {
			t.Fatal(back, err)
		}
		w.has(anne, -25)
		if _, err := w.ReturnTaking(ctx, anne, e.ID, "bounced", office); fault.KeyOf(err) != "account.returned" {
			t.Error(err)
		}
		if took, err := w.use(anne, 1, "more"); took || err != nil {
			t.Errorf("who owes has spent: %v", err)
		}
		w.takes("cash", anne, 30)
		w.has(anne, 5)
		w.prove()
	})
}

// TestAReturnedChequeMayComeAgain: its number is free when it went back, once.
func TestAReturnedChequeMayComeAgain(t *testing.T) {
	each(t, func(w *desk) {
		ctx, number := context.Background(), "Equity 000123"
		cheque := func(request string) (Event, error) {
			return w.TakeAtCounter(ctx, Taking{Request: request, CustomerID: anne, How: ByCheque, Reference: number, Amount: money.Shillings(50)}, office)
		}
		for n := range 3 {
			e, err := cheque(fmt.Sprint("good-", n))
			if err != nil {
				t.Fatal(err)
			}
			number = "EQUITY 000123"
			if _, err := cheque(fmt.Sprint("twice-", n)); fault.KeyOf(err) != "account.reference_used" {
				t.Errorf("the same cheque while it is good: %v", err)
			}
			number = "Equity 000123"
			w.has(anne, 50)
			if _, err := w.ReturnTaking(ctx, anne, e.ID, "refer to drawer", office); err != nil {
				t.Fatal(err)
			}
			w.has(anne, 0)
		}
		if _, err := w.TakeAtCounter(ctx, Taking{Request: "slip", CustomerID: anne, How: ByBank, Reference: "000123", Amount: money.Shillings(5)}, office); err != nil {
			t.Errorf("a bank slip of that number: %v", err)
		}
		w.prove()
	})
}

func mustEvent(w *desk, request string) (e Event) {
	w.Helper()
	err := w.DB.InTx(context.Background(), func(tx *db.Tx) (err error) {
		e, _, err = w.byRequest(tx, anne, request)
		return err
	})
	if err != nil || e.ID == 0 {
		w.Fatal(e, err)
	}
	return e
}

// TestTheVeryMoneyIsUndone: what was spent of the money that goes back, and nothing that other money paid while that is enough.
func TestTheVeryMoneyIsUndone(t *testing.T) {
	each(t, func(w *desk) {
		var undone []string
		refuse := false
		w.OnReturnOf("renewed", func(tx *db.Tx, spent Event, missing money.Amount) error {
			undone = append(undone, spent.Request+" "+missing.String())
			if refuse {
				return nil // it is used up
			}
			_, err := w.Add(tx, anne, spent.Delta.Neg(), Cause{Kind: "taken_back", Request: "back:" + spent.Request}, ledger.Posting{Account: ledger.InternetSales, Amount: spent.Delta.Neg()})
			return err
		})
		use := func(shillings int64, request string) {
			t.Helper()
			if took, err := w.use(anne, shillings, request); !took || err != nil {
				t.Fatal(took, err)
			}
		}
		w.takes("first", anne, 30)
		use(10, "a") // of the first
		second := w.takes("second", anne, 40)
		use(15, "b") // of the first
		use(25, "c") // 5 of the first, 20 of the second
		use(10, "d") // of the second
		w.takes("third", anne, 20)
		use(15, "e") // 10 of the second
		w.has(anne, 15)
		if _, err := w.ReturnTaking(context.Background(), anne, second.ID, "not ours", office); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(undone) != "[e KES 25 d KES 10]" {
			t.Errorf("undone: %q", undone)
		}
		w.has(anne, 0)
		refuse, undone = true, nil
		w.takes("fourth", anne, 50)
		use(50, "f")
		if _, err := w.ReturnTaking(context.Background(), anne, mustEvent(w, "fourth").ID, "not ours", office); err != nil || len(undone) != 1 {
			t.Error(undone, err)
		}
		w.has(anne, -50)
		w.prove()
	})
}

// TestARailsMoney comes with postings that its caller books, and goes back by force only when it is gone.
func TestARailsMoney(t *testing.T) {
	each(t, func(w *desk) {
		receipt := func(fn func(tx *db.Tx) ([]ledger.Posting, error), cents int64, n int) error {
			return w.DB.InTx(context.Background(), func(tx *db.Tx) error {
				own, err := fn(tx)
				if err != nil {
					return err
				}
				_, err = w.Ledger.Post(tx, ledger.Entry{Kind: "money in", Source: fmt.Sprint("receipt:", n), At: w.Clock.Now(),
					Postings: append(own, ledger.Posting{Account: ledger.TillClearing, Party: "till:1", Amount: money.KES(cents)})})
				return err
			})
		}
		if err := receipt(func(tx *db.Tx) ([]ledger.Posting, error) {
			_, to, err := w.TakeMoney(tx, anne, money.Shillings(12), 1)
			return to, err
		}, 12_00, 1); err != nil {
			t.Fatal(err)
		}
		w.has(anne, 12)
		w.prove()
		if took, err := w.use(anne, 10, "day"); !took || err != nil {
			t.Fatal(err)
		}
		back := func(force bool) func(tx *db.Tx) ([]ledger.Posting, error) {
			return func(tx *db.Tx) ([]ledger.Posting, error) { return w.GiveBack(tx, anne, money.Shillings(12), 1, force) }
		}
		if err := receipt(back(false), -12_00, 2); fault.KeyOf(err) != "unmatch.spent" {
			t.Errorf("spent money went back: %v", err)
		}
		if err := receipt(back(true), -12_00, 3); err != nil {
			t.Fatal(err)
		}
		w.has(anne, -10)
		w.prove()
	})
}

func TestBadTakings(t *testing.T) {
	each(t, func(w *desk) {
		for _, wrong := range []struct {
			taking Taking
			key    string
		}{
			{Taking{Request: "x", CustomerID: anne, How: "gold", Amount: money.Shillings(1)}, "account.how"},
			{Taking{Request: "x", CustomerID: anne, How: ByCash, Amount: money.Shillings(0)}, "account.amount"},
			{Taking{Request: "x", CustomerID: anne, How: ByCash, Amount: money.Shillings(-5)}, "account.amount"},
			{Taking{Request: "x", CustomerID: anne, How: ByCash, Amount: money.KES(mostMoved + 1)}, "account.amount"},
			{Taking{Request: "x", CustomerID: anne, How: ByCash, Amount: money.Amount{Cents: 100, Currency: "USD"}}, "account.amount"},
			{Taking{Request: "x", CustomerID: anne, How: ByCheque, Reference: "  ", Amount: money.Shillings(1)}, "account.reference"},
			{Taking{Request: "x", CustomerID: anne, How: ByBank, Reference: "FT1\u200b", Amount: money.Shillings(1)}, "account.reference"},
			{Taking{Request: "x", CustomerID: anne, How: ByBank, Reference: "FT\x001", Amount: money.Shillings(1)}, "account.reference"},
			{Taking{Request: "x", CustomerID: anne, How: ByBank, Reference: "\u202eFT1", Amount: money.Shillings(1)}, "account.reference"},
			{Taking{Request: "", CustomerID: anne, How: ByCash, Amount: money.Shillings(1)}, "account.request"},
			{Taking{Request: "x y", CustomerID: anne, How: ByCash, Amount: money.Shillings(1)}, "account.request"},
		} {
			if _, err := w.TakeAtCounter(context.Background(), wrong.taking, office); fault.KeyOf(err) != wrong.key {
				t.Errorf("%+v: %v", wrong.taking, err)
			}
		}
		w.takes("same", anne, 5)
		if _, err := w.TakeAtCounter(context.Background(), Taking{Request: "same", CustomerID: anne, How: ByCash, Amount: money.Shillings(6)}, office); fault.KeyOf(err) != "account.request" {
			t.Error(err)
		}
		w.has(anne, 5)
		w.prove()
	})
}

// TestATamperedRowIsNamed: each column of events and accounts.
func TestATamperedRowIsNamed(t *testing.T) {
	each(t, func(w *desk) {
		w.takes("a", anne, 20)
		last, err := w.TakeAtCounter(context.Background(), Taking{Request: "b", CustomerID: anne, How: ByBank, Reference: "FT1", Amount: money.Shillings(20), Note: "n"}, office)
		if err != nil {
			t.Fatal(err)
		}
		exec := func(query string, args ...any) {
			if _, err := w.DB.SQL().Exec(query, args...); err != nil {
				t.Fatal(query, err)
			}
		}
		found := func(what string) {
			named := 0
			if err := w.Audit(context.Background(), func(string) { named++ }); err != nil || named == 0 {
				t.Errorf("%s: nothing named (%v)", what, err)
			}
		}
		for _, table := range []string{"customer_events", "customer_accounts"} {
			for _, column := range testdb.Columns(t, w.DB, table) {
				exec("CREATE TABLE saved AS SELECT * FROM " + table)
				to, where := "'9'", " WHERE customer_id = "+fmt.Sprint(anne)
				if column == "at" {
					to = "'2026-01-01 00:00:00'"
				}
				if table == "customer_events" {
					where = fmt.Sprint(" WHERE id = ", last.ID)
				}
				exec("UPDATE " + table + " SET " + column + " = " + to + where)
				found(table + "." + column)
				exec("DELETE FROM " + table)
				exec("INSERT INTO " + table + " SELECT * FROM saved")
				exec("DROP TABLE saved")
			}
		}
		w.prove()
		for what, query := range map[string]string{"a number taken out": "DELETE FROM customer_slips", "another number": "UPDATE customer_slips SET reference = 'FT2'", "another kind": "UPDATE customer_slips SET how = 'cheque'",
			"another customer": "UPDATE customer_slips SET customer_id = 9", "another event": "UPDATE customer_slips SET event_id = 9",
			"a number of nothing": "INSERT INTO customer_slips (customer_id, how, reference, event_id) VALUES (9, 'bank', 'FT3', 9)"} {
			exec("CREATE TABLE saved AS SELECT * FROM customer_slips")
			exec(query)
			found(what)
			exec("DELETE FROM customer_slips")
			exec("INSERT INTO customer_slips SELECT * FROM saved")
			exec("DROP TABLE saved")
		}
		w.prove()
		exec("DELETE FROM customer_events WHERE id = ?", last.ID)
		found("an event taken out")
	})
}

func TestModels(t *testing.T) {
	each(t, func(w *desk) { testdb.ModelsMatch(w.T, w.DB, &accountRow{}, &eventRow{}, &slipRow{}) })
}

// TestPagesHideNoEventOfAClockThatIsBehind: of two nodes one gave a later event a smaller id; whoever pages by ids sees each once.
func TestPagesHideNoEventOfAClockThatIsBehind(t *testing.T) {
	each(t, func(w *desk) {
		want := map[string]bool{}
		for _, request := range []string{"a", "b", "c", "d"} {
			w.takes(request, anne, 10)
			want[request] = true
		}
		if _, err := w.DB.SQL().Exec("UPDATE customer_events SET id = 5 - seq WHERE customer_id = ?", int64(anne)); err != nil {
			t.Fatal(err)
		}
		for before, pages := int64(0), 0; pages < 5; pages++ {
			page, err := w.Latest(t.Context(), anne, before, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page {
				if !want[e.Request] {
					t.Errorf("%s is told twice", e.Request)
				}
				delete(want, e.Request)
				before = e.ID
			}
		}
		if len(want) > 0 {
			t.Errorf("hidden: %v", want)
		}
	})
}
