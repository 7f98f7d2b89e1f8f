package backup

import (
	"log/slog"
	"testing"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// BenchmarkStep is what a piece costs that finds little new among 100,000 rows: all of them are read.
func BenchmarkStep(b *testing.B) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		b.Run(dialect, func(b *testing.B) {
			d := testdb.OpenURL(b, testdb.URL(b, dialect), db.Options{Hook: func(string) {}})
			manyRows(b, d)
			public, _, err := NewKey()
			if err != nil {
				b.Fatal(err)
			}
			c := clock.NewManual(testStart)
			s := New(Options{DB: d, Clock: c, Log: slog.New(slog.DiscardHandler), Pause: NewPause(d, c), Folder: b.TempDir(), To: b.TempDir(), Key: public})
			for range 2 { // day and hour
				if _, err := s.Take(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			var last Taken
			for b.Loop() {
				if last, err = s.Take(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*rowsWritten/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(last.Bytes), "bytes")
		})
	}
}

const rowsWritten = 100_000

func manyRows(b *testing.B, d *db.DB) {
	b.Helper()
	series := "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
	insert := "INSERT INTO audit_events (id, at, day, actor, action, object, object_id, old_value, new_value, came_from) "
	values := "SELECT i, '2026-11-02 18:00:00.000', '2026-11-02', 'asha@demo.example', 'site saved', 'site', i, '{\"name\": \"Kasarani\"}', '{\"name\": \"Mwiki\"}', '192.0.2.1' FROM n"
	statement := series + insert + values
	if d.Dialect() == db.MySQL {
		statement = "SET STATEMENT max_recursive_iterations = 1000000 FOR " + insert + series + values
	}
	if _, err := d.SQL().Exec(statement); err != nil {
		b.Fatal(err)
	}
}
