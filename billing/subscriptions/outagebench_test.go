package subscriptions

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// BenchmarkASiteIsMadeUpTo: 100,000 lines of one site, counted, and pieces of them given days and having them taken back, at the beginning and at the end.
// What is told is of one piece of 200 lines.
func BenchmarkASiteIsMadeUpTo(b *testing.B) {
	n := 100_000
	if testing.Short() {
		n = 4_000
	}
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		b.Run(dialect, func(b *testing.B) {
			w := newShop(b, testdb.OpenURL(b, testdb.URL(b, dialect), db.Options{}))
			first := w.line("home-10")
			w.pays(anne, 3000)
			w.crowd(b, first, n)
			ctx, watch := context.Background(), clock.Stopwatch()
			if got, err := w.Suffered(ctx, w.here, 2); err != nil || len(got) != 1 || got[0].Lines < int64(n) {
				b.Fatal(got, err)
			}
			b.ReportMetric(float64(watch().Milliseconds()), "ms/preview")
			o := w.byHand(2, "storm")
			w.tx(func(tx *db.Tx) error { return insertOutage(tx, o, "") })
			piece := func(name string, kind Kind, after int64) {
				var longest time.Duration
				started := watch()
				for range 3 {
					at := watch()
					if lines, err := w.piece(ctx, outageLeft{outage: o, kind: kind, after: after}); err != nil || lines != pieceOf {
						b.Fatal(name, lines, err)
					}
					longest = max(longest, watch()-at)
					after += pieceOf
				}
				b.ReportMetric(float64((watch()-started).Milliseconds())/3, "ms/"+name)
			}
			late := first.ID + int64(n) - 4*pieceOf
			piece("give", Compensated, first.ID)
			piece("give_late", Compensated, late)
			piece("take_back", Uncompensate, first.ID)
		})
	}
}

// crowd copies a line, its events and its grant as often as wanted, to ids that follow.
func (w *shop) crowd(b *testing.B, first Subscription, n int) {
	b.Helper()
	copies := map[string][]string{"subscriptions": {"id", "grant_id"}, "subscription_events": {"id", "subscription_id"}, "grants": {"id"}}
	at := map[string]string{"subscriptions": fmt.Sprintf("id >= %d AND id < %d", first.ID, first.ID+1<<40), "grants": fmt.Sprintf("id >= %d AND id < %d", first.GrantID, first.GrantID+1<<40),
		"subscription_events": fmt.Sprintf("subscription_id >= %d AND subscription_id < %d", first.ID, first.ID+1<<40)}
	for had := 1; had < n; had *= 2 {
		for table, moved := range copies {
			rows, err := w.DB.SQL().Query("SELECT * FROM " + table + " LIMIT 0")
			if err != nil {
				b.Fatal(err)
			}
			columns, err := rows.Columns()
			_ = rows.Close()
			if err != nil {
				b.Fatal(err)
			}
			chosen := strings.Join(columns, ", ")
			for i, c := range columns {
				columns[i] = "`" + c + "`"
				for _, id := range moved {
					if c == id && c == "id" && table == "subscription_events" {
						columns[i] = fmt.Sprintf("id + %d", int64(had)*16) // it has a few
					} else if c == id {
						columns[i] = fmt.Sprintf("%s + %d", c, had)
					}
				}
			}
			if _, err := w.DB.SQL().Exec("INSERT INTO " + table + " (" + chosen + ") SELECT " + strings.Join(columns, ", ") + " FROM " + table + " WHERE " + at[table]); err != nil {
				b.Fatal(table, err)
			}
		}
	}
}
