package books

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"mtandao/billing/daybook"
	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// The books of a bench: two years until the last day, three entries of ten of the tills' money used, of 40 plans at 20 sites.
const (
	benchDays = 730
	benchDay  = int64(24*time.Hour/time.Millisecond) << 21 // of ids
)

var benchLast = clock.Date(2026, 11, 27)

// BenchmarkLedger reads a month's trial balance, the chart, and an account's first page and one a year back, of books of 50,000 entries and of 5,000,000.
// `go test -bench Ledger/sqlite/5000000 -timeout 60m ./billing/books`; filling them in takes minutes.
func BenchmarkLedger(b *testing.B) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		for _, n := range []int{50_000, 5_000_000} {
			b.Run(fmt.Sprint(dialect, "/", n), func(b *testing.B) { benchLedger(b, dialect, n) })
		}
	}
}

func benchLedger(b *testing.B, dialect string, n int) {
	d := testdb.Open(b, dialect)
	fillLedger(b, d, n)
	l := ledger.New(d, clock.System())
	s := New(d, clock.System(), nil, l, daybook.New(d, l))
	ctx := context.Background()
	deep := ledger.Place{Day: (benchLast - benchDays/2).String(), EntryID: int64(n/2) * benchStep(n)}
	for name, read := range map[string]func() (int, error){
		"trial balance of a month": func() (int, error) {
			t, err := s.Trial(ctx, clock.Date(2026, 10, 1), clock.Date(2026, 10, 31))
			if err == nil && !t.Agrees() {
				b.Fatalf("%+v", t)
			}
			return len(t.Accounts), err
		},
		"trial balance of some days": func() (int, error) {
			t, err := s.Trial(ctx, clock.Date(2026, 9, 15), clock.Date(2026, 11, 20))
			return len(t.Accounts), err
		},
		"chart": func() (int, error) { all, err := s.Balances(ctx, benchLast); return len(all), err },
		"an account's first page": func() (int, error) {
			all, err := s.Statement(ctx, ledger.TillClearing, 1, benchLast, "", 51)
			return len(all), err
		},
		"an account's page a year back": func() (int, error) {
			all, err := s.Statement(ctx, ledger.PrepaidService, 1, benchLast, Line{place: deep}.Mark(), 51)
			return len(all), err
		},
		"entries a year back": func() (int, error) {
			all, err := s.Newest(ctx, 1, benchLast, Line{place: deep}.Mark(), 51)
			return len(all), err
		},
	} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				watch := clock.Stopwatch()
				if found, err := read(); err != nil || found == 0 {
					b.Fatal(found, err)
				}
				took = append(took, watch())
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}

// benchStep is how far the ids of two entries lie apart, as those of their times would.
func benchStep(n int) int64 { return benchDays * (benchDay / int64(n)) }

// fillLedger writes the books as those who keep them would have: entries, postings, links, and the days folded.
func fillLedger(b *testing.B, d *db.DB, n int) {
	b.Helper()
	exec := func(statement string) {
		b.Helper()
		if _, err := d.SQL().Exec(statement); err != nil {
			b.Fatal(err)
		}
	}
	month, step := "SUBSTR(day, 1, 7)", benchStep(n)
	whole, joined := "%s / %d", "%s || %s"
	if d.Dialect() == db.MySQL {
		whole, joined = "%s DIV %d", "CONCAT(%s, %s)"
	}
	exec("CREATE TABLE bench_days (n INT PRIMARY KEY, day VARCHAR(10))")
	for day := range benchDays {
		exec(fmt.Sprintf("INSERT INTO bench_days VALUES (%d, '%s')", day, benchLast-benchDays+1+clock.Day(day)))
	}
	exec("CREATE TABLE bench (n INT PRIMARY KEY)")
	exec("INSERT INTO bench VALUES (1)")
	for have := 1; have < n; have *= 2 {
		exec(fmt.Sprintf("INSERT INTO bench SELECT n + %d FROM bench WHERE n + %d <= %d", have, have, n))
	}
	from := fmt.Sprintf(" FROM bench b JOIN bench_days t ON t.n = "+whole, fmt.Sprintf("((b.n - 1) * %d)", benchDays), n)
	used := "b.n % 10 < 3"
	exec(fmt.Sprintf("INSERT INTO ledger_entries (id, kind, source, memo, at, day, currency, content, proof) SELECT %d * b.n, CASE WHEN %s THEN 'service used' ELSE 'money in' END, "+joined+", 'order', '2026-01-01 00:00:00', t.day, 'KES', '', ''%s",
		step, used, "'receipt:'", "b.n", from))
	for side, account := range []string{"CASE WHEN " + used + " THEN '2100' ELSE '1100' END", "CASE WHEN " + used + " THEN '4000' ELSE '2100' END"} {
		exec(fmt.Sprintf("INSERT INTO ledger_postings (entry_id, n, account, party, cents, day) SELECT %d * b.n, %d, %s, "+joined+", %d, t.day%s", step, side, account, "'grant:'", "b.n", 1000-2000*side, from))
	}
	exec(fmt.Sprintf("INSERT INTO ledger_links (seq, entry_id, previous, hash) SELECT n, %d * n, 'x', 'x' FROM bench", step))
	exec(fmt.Sprintf("INSERT INTO daybook (account, day, kind, plan_key, site_id, way, reseller_id, partner_id, debit_cents, credit_cents, postings) SELECT account, day, 'money in', plan, site, '', 0, 0, SUM(CASE WHEN cents > 0 THEN cents ELSE 0 END), SUM(CASE WHEN cents < 0 THEN -cents ELSE 0 END), COUNT(*)"+
		" FROM (SELECT account, day, cents, CASE WHEN account = '4000' THEN "+joined+" ELSE '' END AS plan, CASE WHEN account = '4000' THEN ("+whole+") %% 20 ELSE 0 END AS site FROM ledger_postings) AS p GROUP BY account, day, plan, site",
		"'plan-'", fmt.Sprintf("("+whole+") %% 40", "entry_id", step), "entry_id", 40*step))
	exec("INSERT INTO daybook_months (account, month, kind, plan_key, site_id, way, reseller_id, partner_id, debit_cents, credit_cents, postings) SELECT account, " + month + ", kind, plan_key, site_id, way, 0, 0, SUM(debit_cents), SUM(credit_cents), SUM(postings)" +
		" FROM daybook GROUP BY account, " + month + ", kind, plan_key, site_id, way")
	exec(fmt.Sprintf("INSERT INTO daybook_heads (name, seq) VALUES ('folded', %d)", n))
	if d.Dialect() == db.MySQL {
		exec("ANALYZE TABLE ledger_entries, ledger_postings, ledger_links, daybook, daybook_months")
	}
}
