package access

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
)

// SeedForBench bulk-inserts n active day grants, each with a bound device benchMAC(i) and the log-in name "user<i>",
// secret "secret".
func SeedForBench(tb testing.TB, d *db.DB, keys *seal.Keys, n int, firstUsed time.Time, siteID int64) {
	tb.Helper()
	secret, err := keys.Seal(loginPurpose, []byte("secret"))
	if err != nil {
		tb.Fatal(err)
	}
	limits := string(EncodeLimits(Limits{UpKbps: 512, DownKbps: 2048, Time: 24 * time.Hour, DataBytes: 1 << 30, Devices: 1}))
	until := firstUsed.Add(24 * time.Hour)
	const batch = 1000
	for from := 0; from < n; from += batch {
		var grants []grantRow
		var slots []slotRow
		var logins []loginRow
		for i := from; i < min(from+batch, n); i++ {
			id, mac := d.ID(), benchMAC(i)
			grants = append(grants, grantRow{ID: id, SiteID: siteID, Plan: "day", State: Active, Limits: limits, MAC: mac,
				FirstUsedAt: &firstUsed, Until: &until, Version: 1, CreatedAt: firstUsed})
			slots = append(slots, slotRow{GrantID: id, N: 1, MAC: &mac, Live: 1, BoundAt: &firstUsed})
			logins = append(logins, loginRow{ID: d.ID(), GrantID: id, Kind: nameLogin, NameHash: keys.Lookup(loginPurpose, fmt.Sprintf("user%d", i)),
				Name: []byte("x"), Secret: secret, CreatedAt: firstUsed})
		}
		err := d.InTx(context.Background(), func(tx *db.Tx) error {
			for _, rows := range []any{grants, slots, logins} {
				if err := tx.Gorm().CreateInBatches(rows, 500).Error; err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
}

func benchMAC(i int) MAC { return MAC(fmt.Sprintf("0d%010x", i)) }

// BenchmarkAdmit: log-ins of bound devices among 100,000 logins, by MAC and by name and secret, from memory and, as before
// memory has followed, from the database.
func BenchmarkAdmit(b *testing.B) {
	const logins = 100_000
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		d := testdb.Open(b, dialect)
		keys, err := seal.New()
		if err != nil {
			b.Fatal(err)
		}
		now := clock.System().Now()
		s := New(d, jobs.New(d, clock.System(), nil), keys, clock.System(), site.New(d, clock.System()))
		SeedForBench(b, d, keys, logins, now, 1)
		if err := s.Follow(context.Background()); err != nil {
			b.Fatal(err)
		}
		run := func(name string, attempt func(i int) Attempt) {
			b.Run(strings.Join([]string{dialect, name}, "/"), func(b *testing.B) {
				b.RunParallel(func(pb *testing.PB) {
					for i := int(d.ID() % logins); pb.Next(); i = (i + 7919) % logins {
						if got := s.Admit(context.Background(), attempt(i)); got.Cause != CauseOK {
							b.Errorf("%s, %v", got.Cause, got.Err)
							return
						}
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "logins/s")
			})
		}
		for _, from := range []string{"memory", "database"} {
			s.live.on = from == "memory"
			run(from+"/mac", func(i int) Attempt { return Attempt{SiteID: 1, MAC: benchMAC(i), MACLogin: true} })
			run(from+"/name", func(i int) Attempt {
				return Attempt{Name: fmt.Sprintf("User%d", i), SiteID: 1, MAC: benchMAC(i), Verify: func(s string) bool { return s == "secret" }}
			})
		}
	}
}
