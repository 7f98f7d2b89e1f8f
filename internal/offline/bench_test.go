package offline

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
	"mtandao/radius"
)

// past is a long history: of homes that are asked about, and of many more that are not.
type past struct {
	*town
	homes  []home
	rng    *rand.Rand
	nextID int64
}

type home struct {
	who customers.Customer
	sub subscriptions.Subscription
}

const (
	askedHomes = 40
	mostGrants = 20_000
	aYear      = 365 * 24 * time.Hour
)

// BenchmarkOffline explains instants of the last year, drawn at random, of homes whose sessions lie among those of everybody else. MTANDAO_BENCH_SESSIONS is how many
// closed sessions there are; there is a command for every fifth of them and a kind of refusals for every tenth. The goal is a p95 below 300 ms at 5,000,000.
func BenchmarkOffline(b *testing.B) {
	sessions := 500_000
	if testing.Short() {
		sessions = 20_000
	}
	if text := os.Getenv("MTANDAO_BENCH_SESSIONS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		sessions = n
	}
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		b.Run(dialect, func(b *testing.B) {
			w := &past{town: newTown(b, testdb.OpenURL(b, testdb.URL(b, dialect), db.Options{})), rng: rand.New(rand.NewPCG(1, 2)), nextID: 1_000_000}
			watch := clock.Stopwatch()
			w.fill(sessions)
			w.ends()
			filled := watch()
			var all []time.Duration
			for b.Loop() {
				h := w.homes[w.rng.IntN(len(w.homes))]
				at := w.clock.Now().Add(-time.Duration(w.rng.Int64N(int64(aYear))))
				before := watch()
				s, err := w.OfLine(context.Background(), h.sub, h.who, at)
				if all = append(all, watch()-before); err != nil || s.Cause == "" {
					b.Fatal(s, err)
				}
			}
			b.ReportMetric(filled.Seconds(), "s/filling") // here, for the loop forgets what was reported before it
			slices.Sort(all)
			b.ReportMetric(float64(all[len(all)*95/100].Microseconds())/1000, "p95-ms")
			b.ReportMetric(float64(all[len(all)-1].Microseconds())/1000, "max-ms")
		})
	}
}

// fill makes the homes by the services, and everybody's history by rows.
func (w *past) fill(sessions int) {
	for range askedHomes {
		c, sub := w.paid()
		w.homes = append(w.homes, home{c, sub})
	}
	statements := []string{"PRAGMA synchronous = OFF", "PRAGMA cache_size = -400000"}
	if w.DB.Dialect() == db.MySQL {
		statements = []string{"SET GLOBAL innodb_buffer_pool_size = 3221225472"}
	}
	for _, s := range statements {
		_, err := w.DB.SQL().Exec(s)
		w.must(err)
	}
	w.rows("sessions_closed", "id, router_id, session_key, epoch, site_id, grant_id, login_id, session_id, user_name, mac, ip, started_at, updated_at, online_seconds, bytes_up, bytes_down, wide, ended_at, cause, closed_by",
		sessions, func(id, grant int64, at time.Time) []any {
			end := at.Add(time.Duration(w.rng.Int64N(int64(6 * time.Hour))))
			return []any{id, w.gate.ID, fmt.Sprint(id), 1, w.here, grant, 1, fmt.Sprint(id), fmt.Sprint("line", grant), macOf(grant), "10.0.0.1", at, end, 3600, 20_000_000,
				300_000_000, true, end, "User-Request", radius.ByRouter}
		})
	w.rows("enforcements", "id, source, wanted, session_row, router_id, grant_id, mac, ip, cause, state, method, outcome, attempts, created_at, at", sessions/5,
		func(id, grant int64, at time.Time) []any {
			return []any{id, fmt.Sprint("bench:", id), radius.WantDisconnect, 1, w.gate.ID, grant, macOf(grant), "", "staff", radius.Done, "coa", "acknowledged", 1, at, at}
		})
	w.rows("refusals", "id, router_id, site_id, grant_id, about, day, cause, mac, name_hash, name, times, first_at, last_at", sessions/10, func(id, grant int64, at time.Time) []any {
		return []any{id, w.gate.ID, w.here, grant, radius.AboutCustomers, fmt.Sprint(id), "wrong_secret", macOf(grant), fmt.Sprint("line", grant), fmt.Sprint("line", grant), 3, at, at.Add(time.Minute)}
	})
	w.rows("router_outages", "id, router_id, site_id, state, from_at, until_at, found_at, done_by, proof", sessions/5000, func(id, _ int64, at time.Time) []any {
		return []any{id, w.gate.ID, w.here, "unproven", at, at.Add(41 * time.Minute), at, "", "{}"}
	})
	if w.DB.Dialect() == db.MySQL {
		_, err := w.DB.SQL().Exec("ANALYZE TABLE sessions_closed, enforcements, refusals, router_outages")
		w.must(err)
	}
}

func macOf(grant int64) string { return fmt.Sprintf("02%010x", grant&0xffffffffff) }

// rows makes n rows of random instants of the last year and of random grants, of which one in fifty is of a home that is asked about. The first are drawn here; the database
// copies them to earlier times under other ids, and makes the indexes anew when all are there, for millions would take hours otherwise.
func (w *past) rows(table, columns string, n int, row func(id, grant int64, at time.Time) []any) {
	first := min(n, 20_000)
	last := w.nextID
	again := w.withoutIndexes(table)
	w.draw(table, columns, first, row)
	for copies := 1; copies*first < n; copies++ {
		values := strings.Split(columns, ", ")
		for i, column := range values {
			switch {
			case column == "id":
				values[i] = fmt.Sprintf("id + %d", copies*first)
			case column == "session_key", table == "refusals" && column == "day":
				values[i] = fmt.Sprintf("CONCAT('', id + %d)", copies*first)
			case column == "source":
				values[i] = fmt.Sprintf("CONCAT('bench:', id + %d)", copies*first)
			case strings.HasSuffix(column, "_at") || column == "at":
				values[i] = w.earlier(column, copies*53)
			}
		}
		w.run(fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s WHERE id > %d AND id <= %d", table, columns, strings.Join(values, ", "), table, last, last+int64(min(first, n-copies*first))))
	}
	w.nextID = last + int64(n) + int64(first)
	for _, statement := range again {
		w.run(statement)
	}
}

// earlier is a column some minutes before.
func (w *past) earlier(column string, minutes int) string {
	if w.DB.Dialect() == db.MySQL {
		return fmt.Sprintf("%s - INTERVAL %d MINUTE", column, minutes)
	}
	return fmt.Sprintf("strftime('%%Y-%%m-%%d %%H:%%M:%%f+00:00', %s, '-%d minutes')", column, minutes)
}

func (w *past) run(statement string) {
	_, err := w.DB.SQL().Exec(statement)
	w.must(err)
}

// withoutIndexes drops a table's indexes, and gives the statements that make them anew.
func (w *past) withoutIndexes(table string) (again []string) {
	query := "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?"
	if w.DB.Dialect() == db.MySQL {
		query = "SELECT index_name, CONCAT('CREATE ', IF(non_unique, '', 'UNIQUE '), 'INDEX ', index_name, ' ON ', table_name, ' (', GROUP_CONCAT(column_name ORDER BY seq_in_index), ')')" +
			" FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ? AND index_name <> 'PRIMARY' GROUP BY index_name, non_unique, table_name"
	}
	rows, err := w.DB.SQL().Query(query, table)
	w.must(err)
	defer func() { w.must(rows.Err()) }()
	var names []string
	for rows.Next() {
		var name, statement string
		w.must(rows.Scan(&name, &statement))
		names, again = append(names, name), append(again, statement)
	}
	w.must(rows.Close())
	for _, name := range names {
		if w.DB.Dialect() == db.MySQL {
			name += " ON " + table
		}
		w.run("DROP INDEX " + name)
	}
	return again
}

func (w *past) draw(table, columns string, n int, row func(id, grant int64, at time.Time) []any) {
	const some = 400
	marks := "(" + strings.TrimSuffix(strings.Repeat("?, ", strings.Count(columns, ",")+1), ", ") + ")"
	for done := 0; done < n; done += some {
		var values []any
		count := min(some, n-done)
		for range count {
			w.nextID++
			grant := 1 + w.rng.Int64N(mostGrants)
			if w.rng.IntN(50) == 0 {
				grant = w.homes[w.rng.IntN(len(w.homes))].sub.GrantID
			}
			at := w.clock.Now().Add(-time.Duration(w.rng.Int64N(int64(aYear)))).Truncate(time.Millisecond)
			values = append(values, row(w.nextID, grant, at)...)
		}
		_, err := w.DB.SQL().Exec("INSERT INTO "+table+" ("+columns+") VALUES "+strings.TrimSuffix(strings.Repeat(marks+", ", count), ", "), values...)
		w.must(err)
	}
}
