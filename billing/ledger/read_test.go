package ledger

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

// TestAnAccountIsReadByItsDays: page by page, the newest first, each posting once, also where an entry has two in the account and where days are not in the order of
// the ids.
func TestAnAccountIsReadByItsDays(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		l, _ := books(t, d, 0)
		ctx := context.Background()
		sums := map[string]int64{}
		for n := range 30 {
			e := sale(fmt.Sprint("receipt:", n), int64(100+n))
			e.At = noon.Add(time.Duration(n%3-2) * 24 * time.Hour)
			if n%5 == 0 {
				e.Postings = append(e.Postings, Posting{Account: TillClearing, Party: "till:2", Amount: money.KES(7)}, Posting{Account: TillClearing, Amount: money.KES(0)}, Posting{Account: PrepaidService, Amount: money.KES(-7)})
			}
			if _, err := post(t, d, l, e); err != nil {
				t.Fatal(err)
			}
			sums[e.At.Format(time.DateOnly)] += int64(100 + n)
			if n%5 == 0 {
				sums[e.At.Format(time.DateOnly)] += 7
			}
		}
		var before Place
		seen, read := map[Place]bool{}, map[string]int64{}
		for {
			lines, err := l.Lines(ctx, TillClearing, "2026-11-22", "2026-11-24", before, 4)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range lines {
				p := line.Postings[line.N]
				if seen[line.Place] || p.Account != TillClearing || p.Amount.Cents != line.Cents || line.ID != line.EntryID || line.Cents == 0 {
					t.Fatalf("%+v", line)
				}
				if before.EntryID != 0 && (line.Day > before.Day || line.Day == before.Day && line.EntryID > before.EntryID || line.EntryID == before.EntryID && line.N >= before.N) {
					t.Fatalf("%+v comes after %+v", line.Place, before)
				}
				upto, err := l.Upto(ctx, TillClearing, line.Place)
				if rest := sums[line.Day] - read[line.Day]; err != nil || upto != rest {
					t.Fatalf("until %+v there are %d, want %d: %v", line.Place, upto, rest, err)
				}
				seen[line.Place], before, read[line.Day] = true, line.Place, read[line.Day]+line.Cents
			}
			if len(lines) < 4 {
				break
			}
		}
		if len(seen) != 36 {
			t.Errorf("%d postings were read", len(seen))
		}
		if lines, err := l.Lines(ctx, TillClearing, "2026-11-23", "2026-11-23", Place{}, 100); err != nil || len(lines) != 12 {
			t.Errorf("a day has %d postings: %v", len(lines), err)
		}
	})
}

// TestADaysEntriesAreReadInPieces: of all accounts or of one, each once.
func TestADaysEntriesAreReadInPieces(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		l, _ := books(t, d, 11)
		for account, want := range map[string]int{"": 11, TillClearing: 11, Bank: 0} {
			n, after := 0, int64(0)
			for {
				some, err := l.OfDay(context.Background(), "2026-11-24", account, after, 3)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range some {
					if e.ID <= after || len(e.Postings) != 2 {
						t.Fatalf("%+v after %d", e, after)
					}
					n, after = n+1, e.ID
				}
				if len(some) < 3 {
					break
				}
			}
			if n != want {
				t.Errorf("account %q has %d entries, want %d", account, n, want)
			}
		}
		var id int64
		if err := d.SQL().QueryRow("SELECT entry_id FROM ledger_links WHERE seq = 4").Scan(&id); err != nil {
			t.Fatal(err)
		}
		if w, err := l.Read(context.Background(), id); err != nil || w.Seq != 4 || len(w.Hash) != 64 || w.Day != "2026-11-24" || w.ID != id || len(w.Postings) != 2 {
			t.Errorf("%+v %v", w, err)
		}
		if _, err := l.Read(context.Background(), 1); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}
