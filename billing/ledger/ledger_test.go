package ledger

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/chain"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

var noon = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func sale(source string, cents int64) Entry {
	return Entry{Kind: "money in", Source: source, Memo: "order K7M4", At: noon, Postings: []Posting{
		{Account: TillClearing, Party: "till:1", Amount: money.KES(cents)},
		{Account: PrepaidService, Party: "grant:1", Amount: money.KES(-cents)},
	}}
}

func post(t *testing.T, d *db.DB, l *Ledger, e Entry) (id int64, err error) {
	t.Helper()
	err = d.InTx(context.Background(), func(tx *db.Tx) error {
		id, err = l.Post(tx, e)
		return err
	})
	return id, err
}

func books(t *testing.T, d *db.DB, n int) (*Ledger, *clock.Manual) {
	t.Helper()
	c := clock.NewManual(noon)
	l := New(d, c)
	for i := range n {
		if _, err := post(t, d, l, sale(fmt.Sprintf("receipt:%d", i), 1000)); err != nil {
			t.Fatal(err)
		}
	}
	c.Advance(10 * time.Second)
	if err := l.Chain(context.Background()); err != nil {
		t.Fatal(err)
	}
	return l, c
}

func verify(t *testing.T, l *Ledger) chain.Report {
	t.Helper()
	r, err := l.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestBooksBalanceAndChain(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &entryRow{}, &postingRow{})
		l, c := books(t, d, 5)
		ctx := context.Background()
		if b, err := l.Balance(ctx, TillClearing, "till:1"); err != nil || b != money.Shillings(50) {
			t.Fatalf("till %v: %v", b, err)
		}
		if b, _ := l.Balance(ctx, PrepaidService, ""); b != money.Shillings(-50) {
			t.Fatalf("prepaid %v", b)
		}
		if r := verify(t, l); !r.OK() || r.Items != 5 || r.Links != 5 || r.HeadSeq != 5 {
			t.Fatalf("%+v", r)
		}
		seq, hash, err := l.Head(ctx)
		if r := verify(t, l); err != nil || seq != 5 || hash != r.HeadHash {
			t.Fatalf("head %d %s: %v", seq, hash, err)
		}
		if _, err := post(t, d, l, sale("late", 500)); err != nil {
			t.Fatal(err)
		}
		if c.Advance(2 * time.Minute); len(verify(t, l).Problems) != 1 {
			t.Fatalf("an entry unchained for two minutes is named: %v", verify(t, l).Problems)
		}
		if err := l.Chain(ctx); err != nil || !func() bool { r := verify(t, l); return r.OK() }() {
			t.Fatalf("chained later: %v", err)
		}
		sum := money.KES(0)
		for _, a := range Chart {
			b, err := l.Balance(ctx, a.Code, "")
			if err != nil {
				t.Fatal(err)
			}
			sum.Cents += b.Cents
		}
		if till, _ := l.Balance(ctx, TillClearing, ""); !sum.IsZero() || till.IsZero() {
			t.Fatalf("all accounts come to %v, the till to %v", sum, till)
		}
	})
}

func TestTheSameCauseMakesOneEntry(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		l := New(d, clock.NewManual(noon))
		first, err := post(t, d, l, sale("receipt:1", 1000))
		if err != nil {
			t.Fatal(err)
		}
		if again, err := post(t, d, l, sale("receipt:1", 1000)); err != nil || again != first {
			t.Fatalf("again %d, %v", again, err)
		}
		if _, err := post(t, d, l, sale("receipt:1", 2000)); fault.KeyOf(err) != "ledger.source_taken" {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := post(t, d, l, sale("receipt:2", 1000)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if b, _ := l.Balance(context.Background(), TillClearing, ""); b != money.Shillings(20) {
			t.Fatalf("the till holds %v", b)
		}
	})
}

func TestReversalIsANewEntry(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		l := New(d, clock.NewManual(noon))
		id, _ := post(t, d, l, sale("receipt:1", 1000))
		err := d.InTx(context.Background(), func(tx *db.Tx) error {
			_, err := l.Reverse(tx, id, "receipt:1", "paid back")
			return err
		})
		if b, _ := l.Balance(context.Background(), TillClearing, ""); err != nil || !b.IsZero() {
			t.Fatalf("left %v: %v", b, err)
		}
	})
}

func TestAWrongEntryIsRefused(t *testing.T) {
	unbalanced, account, currency, single := sale("a", 5), sale("b", 5), sale("c", 5), sale("d", 5)
	unbalanced.Postings[0].Amount = money.KES(6)
	account.Postings[0].Account = "9999"
	currency.Postings[0].Amount.Currency = "UGX"
	single.Postings = single.Postings[:1]
	foreign := sale("réçu", 5)
	if _, err := foreign.check(); fault.KeyOf(err) != "ledger.entry" {
		t.Errorf("a source that is not ASCII gives %v", err)
	}
	for key, e := range map[string]Entry{"ledger.unbalanced": unbalanced, "ledger.account": account, "money.currency": currency, "ledger.entry": single} {
		if _, err := e.check(); fault.KeyOf(err) != key || !fault.Is(err, fault.Invalid) {
			t.Errorf("want %s, got %v", key, err)
		}
	}
}

func TestAnyTamperedRowIsNamed(t *testing.T) {
	tampering := map[string]struct {
		sql  string
		says string
	}{
		"memo edited":      {"UPDATE ledger_entries SET memo = 'x' WHERE id = ?", "changed after"},
		"source edited":    {"UPDATE ledger_entries SET source = 'x' WHERE id = ?", "changed after"},
		"time edited":      {"UPDATE ledger_entries SET at = '2026-11-24 09:00:01.000' WHERE id = ?", "is not what link"},
		"day edited":       {"UPDATE ledger_entries SET day = '2026-11-23' WHERE id = ?", "another day or currency"},
		"digest too":       {"UPDATE ledger_entries SET content = 'x' WHERE id = ?", "changed after"},
		"posting edited":   {"UPDATE ledger_postings SET cents = 999 WHERE n = 0 AND entry_id = ?", "no balanced entry"},
		"both edited":      {"UPDATE ledger_postings SET cents = cents * 2 WHERE entry_id = ?", "changed after"},
		"party edited":     {"UPDATE ledger_postings SET party = 'till:2' WHERE n = 0 AND entry_id = ?", "changed after"},
		"posting's day":    {"UPDATE ledger_postings SET day = '2026-11-23' WHERE n = 1 AND entry_id = ?", "not numbered or dated"},
		"posting deleted":  {"DELETE FROM ledger_postings WHERE n = 0 AND entry_id = ?", "no balanced entry"},
		"postings deleted": {"DELETE FROM ledger_postings WHERE entry_id = ?", "no balanced entry"},
		"posting added":    {"INSERT INTO ledger_postings (entry_id, n, account, party, cents, day) VALUES (?, 2, '1100', '', 0, '2026-11-24')", "changed after"},
		"entry deleted":    {"DELETE FROM ledger_entries WHERE id = ?", "gone"},
		"link edited":      {"UPDATE ledger_links SET hash = 'x' WHERE entry_id = ?", "is not what link"},
		"link deleted":     {"DELETE FROM ledger_links WHERE entry_id = ?", "gap"},
	}
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		for name, tamper := range tampering {
			t.Run(name, func(t *testing.T) {
				d := testdb.Open(t, d.Dialect())
				l, c := books(t, d, 5)
				c.Advance(5 * time.Minute)
				var id int64
				if err := d.SQL().QueryRow("SELECT entry_id FROM ledger_links WHERE seq = 3").Scan(&id); err != nil {
					t.Fatal(err)
				}
				if _, err := d.SQL().Exec(tamper.sql, id); err != nil {
					t.Fatal(err)
				}
				named := false
				r := verify(t, l)
				for _, p := range r.Problems {
					named = named || (p.Item == id || tamper.says == "gap") && strings.Contains(p.What, tamper.says)
				}
				if !named {
					t.Fatalf("entry %d: %v", id, r.Problems)
				}
			})
		}
	})
}

func TestTwoChainersMakeOneChain(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		l, c := books(t, d, 0)
		for i := range 60 {
			if _, err := post(t, d, l, sale(fmt.Sprint("r", i), 100)); err != nil {
				t.Fatal(err)
			}
		}
		c.Advance(10 * time.Second)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := l.Chain(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if r := verify(t, l); !r.OK() || r.Links != 60 {
			t.Fatalf("%+v", r)
		}
	})
}

// TestWhatIsBookedOnAClockAheadIsChained: bills of the plan clock do not wait until the chain's own comes there.
func TestWhatIsBookedOnAClockAheadIsChained(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		plan := clock.NewManual(noon.Add(10 * time.Hour))
		l := New(d, clock.NewManual(noon)).BookedBy(plan)
		e := sale("ahead", 500)
		e.At = plan.Now()
		if _, err := post(t, d, l, e); err != nil {
			t.Fatal(err)
		}
		plan.Advance(time.Minute)
		if err := l.Chain(context.Background()); err != nil {
			t.Fatal(err)
		}
		if r := verify(t, l); !r.OK() || r.Links != 1 {
			t.Fatalf("%+v", r)
		}
	})
}
