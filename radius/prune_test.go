package radius

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// What is older than it is kept goes, page by page; what ended later, and each open session, stays.
func TestPruneKeepsWhatIsNotOld(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			made := clock.NewManual(noon) // ids are made by it
			d := testdb.OpenURL(t, testdb.URL(t, dialect), db.Options{Clock: made})
			b := newBench(t, d)
			b.keep = func() (history, usage int) { return 12, 36 }
			var reports []arrived
			for i := range prunePage + 60 {
				id, mac := fmt.Sprint("old", i), fmt.Sprintf("00:00:00:00:%02X:%02X", i/256, i%256)
				reports = append(reports, arrived{0, report{status: begin, id: id, mac: mac}},
					arrived{time.Hour, report{status: end, id: id, mac: mac, seconds: 3600, out: 10}})
			}
			b.applied(t, reports...)
			b.applied(t, arrived{0, report{status: begin, id: "long"}}, arrived{0, report{status: begin, id: "open", mac: "00:00:00:01:00:01"}},
				arrived{time.Minute, report{status: begin}}) // the last cannot be read
			made.Advance(30 * 24 * time.Hour)
			b.clock.Advance(30 * 24 * time.Hour)
			month := 30 * 24 * time.Hour
			b.applied(t, arrived{month, report{status: end, id: "long", seconds: int64(month / time.Second), out: 10}},
				arrived{month, report{status: end, id: "new", mac: "00:00:00:02:00:01", seconds: 60, out: 10}})

			prune := func(at time.Time, want map[string]int) {
				t.Helper()
				b.clock.Set(at)
				for range 2 {
					if err := b.prune(context.Background()); err != nil {
						t.Fatal(err)
					}
				}
				for table, n := range want {
					if got := count(t, d, table); got != n {
						t.Errorf("%v: %d rows in %s, want %d", at, got, table, n)
					}
				}
			}
			all := map[string]int{"sessions_closed": prunePage + 62, "sessions_open": 1, "usage_hours": 2, "usage_days": 2, "accounting_set_aside": 1}
			prune(noon.AddDate(0, 12, 0), all)
			prune(noon.AddDate(0, 12, 1), map[string]int{"sessions_closed": 2, "sessions_open": 1, "usage_hours": 1, "usage_days": 2, "accounting_set_aside": 0})
			prune(noon.AddDate(0, 36, 2), map[string]int{"sessions_closed": 0, "sessions_open": 1, "usage_hours": 0, "usage_days": 1})
			prune(noon.AddDate(0, 38, 0), map[string]int{"sessions_open": 1, "usage_days": 0})
		})
	}
}
