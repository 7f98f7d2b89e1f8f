package books

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"mtandao/billing/daybook"
	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
)

var noon = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// shelf is books of some days.
type shelf struct {
	*testing.T
	*Books
	d     *db.DB
	clock *clock.Manual
}

func open(t *testing.T, d *db.DB, entries int) shelf {
	t.Helper()
	c := clock.NewManual(noon)
	l := ledger.New(d, c)
	book := daybook.New(d, l)
	s := shelf{t, New(d, c, jobs.New(d, c, slog.New(slog.DiscardHandler)), l, book), d, c}
	for n := range entries {
		err := d.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := l.Post(tx, ledger.Entry{Kind: "money in", Source: fmt.Sprint("receipt:", n+1), Memo: "order K7M4", At: noon.AddDate(0, 0, -n%40), Postings: []ledger.Posting{
				{Account: ledger.TillClearing, Party: "till:1", Amount: money.KES(100)}, {Account: ledger.Suspense, Party: fmt.Sprint("receipt:", n+1), Amount: money.KES(-100)}}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	c.Advance(5 * time.Minute)
	if err := l.Chain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := book.Fold(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// proves asks for a proof and makes it piece by piece, each read back from where the one before was kept.
func (s shelf) proves() Proof {
	s.Helper()
	if err := s.AskProof(s.Context(), func(*db.Tx) error { return nil }); err != nil {
		s.Fatal(err)
	}
	last, err := s.LastProof(s.Context())
	if err != nil || !last.Doing() {
		s.Fatal(last, err)
	}
	for pieces := 1; ; pieces++ {
		p, err := s.proof(s.Context(), last.ID)
		if err == nil {
			err = s.proveSome(s.Context(), &p)
		}
		if err == nil {
			err = s.saveProof(s.Context(), p)
		}
		if err != nil || pieces > 100 {
			s.Fatal(pieces, err)
		}
		if !p.Doing() {
			kept, err := s.LastProof(s.Context())
			if err != nil || kept.ID != last.ID || kept.Problems != p.Problems || kept.Doing() {
				s.Fatalf("%+v, made %+v: %v", kept, p, err)
			}
			return kept
		}
	}
}

// TestTheBooksAreProvedInPieces: whole books hold; whatever is changed behind the program's back is found, and told.
func TestTheBooksAreProvedInPieces(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &proofRow{})
		s := open(t, d, 60)
		if p := s.proves(); p.Problems != 0 || p.Entries != 60 || p.Seq != 60 || len(p.Hash) != 64 {
			t.Fatalf("%+v", p)
		}
		for _, change := range []struct{ do, undo, says string }{
			{"UPDATE ledger_postings SET cents = cents + 1 WHERE account = '1100'", "UPDATE ledger_postings SET cents = cents - 1 WHERE account = '1100'", "no balanced entry"},
			{"UPDATE ledger_entries SET memo = 'x'", "UPDATE ledger_entries SET memo = 'order K7M4'", "changed after"},
			{"UPDATE ledger_links SET seq = 100 WHERE seq = 60", "UPDATE ledger_links SET seq = 60 WHERE seq = 100", "gap"},
			{"UPDATE daybook SET debit_cents = debit_cents + 1 WHERE account = '1100' AND day = '2026-11-24'", "UPDATE daybook SET debit_cents = debit_cents - 1 WHERE account = '1100' AND day = '2026-11-24'", "the daybook of 2026-11-24"},
			{"UPDATE daybook_months SET credit_cents = credit_cents + 1 WHERE account = '2300'", "UPDATE daybook_months SET credit_cents = credit_cents - 1 WHERE account = '2300'", "months of account 2300"},
			{"UPDATE ledger_postings SET entry_id = -entry_id WHERE account = '1100'", "UPDATE ledger_postings SET entry_id = -entry_id WHERE account = '1100'", "no balanced entry"},
		} {
			for n, statement := range []string{change.do, change.undo} {
				if _, err := d.SQL().Exec(statement); err != nil {
					t.Fatal(err)
				}
				if n == 0 {
					if p := s.proves(); p.Problems == 0 || !strings.Contains(p.Said, change.says) {
						t.Errorf("after %s: %+v", change.do, p)
					}
				}
			}
		}
		if p := s.proves(); p.Problems != 0 {
			t.Errorf("%+v", p)
		}
	})
}

// TestOneProofAtATime: whoever asks while one is made gets that; one that nobody goes on with is no proof for ever, and a day later another is made.
func TestOneProofAtATime(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, 3)
		count := func(want int) {
			t.Helper()
			var n int
			if err := d.SQL().QueryRow("SELECT COUNT(*) FROM book_proofs").Scan(&n); err != nil || n != want {
				t.Errorf("%d proofs, want %d: %v", n, want, err)
			}
		}
		nobody := func(*db.Tx) error { return nil }
		for range 2 {
			if err := s.AskProof(t.Context(), nobody); err != nil {
				t.Fatal(err)
			}
		}
		count(1)
		s.clock.Advance(25 * time.Hour)
		if err := s.ProveDaily(t.Context()); err != nil {
			t.Fatal(err)
		}
		count(2)
		last, err := s.LastProof(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if done, err := s.Prove(t.Context(), last.ID); !done || err != nil {
			t.Fatal(done, err)
		}
		if err := s.ProveDaily(t.Context()); err != nil {
			t.Fatal(err)
		}
		count(2)
	})
}

// TestAStatementFollowsItsBalances: page by page each balance is what the one before left.
func TestAStatementFollowsItsBalances(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, 30)
		ctx := context.Background()
		balance, mark, n := int64(3000), "", 0
		for {
			lines, err := s.Statement(ctx, ledger.TillClearing, 1, clock.DayOf(noon), mark, 7)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range lines {
				if l.Balance != balance || l.Cause() != (Cause{"receipt", idOf(l.Source)}) || l.Text(words.English) != "Money came in" || l.Note() != "K7M4" {
					t.Fatalf("%+v, want %d", l, balance)
				}
				balance, mark, n = balance-l.Cents, l.Mark(), n+1
			}
			if len(lines) < 7 {
				break
			}
		}
		if balance != 0 || n != 30 {
			t.Errorf("%d is left after %d lines", balance, n)
		}
		for _, wrong := range []string{"x", "2026-11-24_0_0", "2026-11-24_1_-1", "2026-13-01_1_1", "2026-11-24_1"} {
			if _, err := s.Statement(ctx, ledger.TillClearing, 1, 30000, wrong, 7); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q is a mark: %v", wrong, err)
			}
		}
		if err := s.Fits(ctx, "", 1, clock.DayOf(noon)); err != nil {
			t.Error(err)
		}
	})
}

func idOf(source string) int64 { return CauseOf(source).ID }

// TestACauseIsFound: by the source where its number is that of a thing with a page, by a party where it is that of an event.
func TestACauseIsFound(t *testing.T) {
	for _, c := range []struct {
		source  string
		parties []string
		want    Cause
	}{
		{"receipt:12", nil, Cause{"receipt", 12}}, {"receipt:12:13", nil, Cause{"receipt", 12}}, {"invoice:7:500", nil, Cause{"invoice", 7}}, {"subscription:5:6", nil, Cause{"subscription", 5}},
		{"customer:99", []string{"", "customer:4"}, Cause{"customer", 4}}, {"reseller:99", []string{"reseller:3"}, Cause{"reseller", 3}}, {"partner:99", []string{"", ""}, Cause{}},
		{"deed:9:1:50", []string{"batch:2", ""}, Cause{"batch", 2}}, {"voucher:8", []string{"batch:2", "grant:6"}, Cause{"batch", 2}}, {"grant:6", nil, Cause{"grant", 6}},
		{"expiry:1", []string{"", "batch:2"}, Cause{"batch", 2}}, {"line:5", nil, Cause{"line", 5}}, {"payback:5", nil, Cause{"payback", 5}}, {"elsewhere:5", nil, Cause{}}, {"receipt:x", nil, Cause{}}, {"", nil, Cause{}},
	} {
		e := Entry{Source: c.source}
		for _, p := range c.parties {
			e.Sides = append(e.Sides, Side{Party: p})
		}
		if got := e.Cause(); got != c.want {
			t.Errorf("%s of %q is caused by %+v, want %+v", c.source, c.parties, got, c.want)
		}
	}
	for _, kind := range Causes {
		for _, l := range []words.Lang{words.English, words.Swahili} {
			if text := (Cause{kind, 1}).Text(l); strings.HasPrefix(text, "!") {
				t.Error(text)
			}
		}
	}
	for _, a := range Chart {
		if text := a.For(words.English) + a.For(words.Swahili) + KindText(words.English, a.Kind); strings.Contains(text, "!") {
			t.Error(text)
		}
	}
}
