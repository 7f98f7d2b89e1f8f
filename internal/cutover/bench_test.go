package cutover

import (
	"testing"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// BenchmarkComingIn times a dry run, the import and its undoing, each by the customer.
func BenchmarkComingIn(b *testing.B) {
	const people = 1000
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		b.Run(dialect, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				h := newHouse(b, testdb.Open(b, dialect))
				source := table(b, people, nil)
				each := func(what string, do func() error) {
					watch := clock.Stopwatch()
					if err := do(); err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(float64(watch().Microseconds())/people, what+"-µs/customer")
				}
				b.StartTimer()
				var made *Report
				each("preview", func() error { _, err := h.Preview(ctx, source, h.wish()); return err })
				each("import", func() (err error) { made, err = h.Import(ctx, source, h.wish(), asha); return err })
				each("undo", func() error { _, err := h.Undo(ctx, made.ImportID, asha, nil); return err })
			}
		})
	}
}
