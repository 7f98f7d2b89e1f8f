package radius

import (
	"context"
	"fmt"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	codec "layeh.com/radius"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// Log-ins over real UDP, without a database behind them: go test -bench Login ./radius
func BenchmarkLogin(b *testing.B) {
	s := newServing(b)
	auth, _ := s.Addresses()
	benchmarkUDP(b, auth, func(c *client, _ int64) {
		answer := c.ask(mark(encoded(b, papRequest(b, "asha", "siri", testSecret)), testSecret), testSecret)
		if answer == nil || answer.Code != codec.CodeAccessAccept {
			b.Errorf("got %v", answer)
		}
	})
}

// Accounting over real UDP into memory.
func BenchmarkAccounting(b *testing.B) {
	s := newServing(b)
	_, acct := s.Addresses()
	benchmarkUDP(b, acct, func(c *client, n int64) {
		wire := encoded(b, report{status: more, id: fmt.Sprint(n), seconds: n, out: n}.packet(b, testSecret))
		if c.ask(wire, testSecret) == nil {
			b.Error("no answer")
		}
	})
}

func benchmarkUDP(b *testing.B, to netip.AddrPort, ask func(c *client, n int64)) {
	var n atomic.Int64
	b.SetParallelism(16)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		c := newClient(b, to)
		for pb.Next() {
			ask(c, n.Add(1))
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

// Updates of as many open sessions applied to the database, each of them growth.
func BenchmarkApply(b *testing.B) {
	const sessions = 5000
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		b.Run(dialect, func(b *testing.B) {
			s := newBench(b, testdb.Open(b, dialect))
			for n := int64(1); b.Loop(); n++ {
				b.StopTimer()
				var reports []arrived
				for i := range sessions {
					r := report{status: more, id: fmt.Sprint("s", i), mac: fmt.Sprintf("00:00:00:00:%02X:%02X", i/256, i%256)}
					r.seconds, r.out = n*300, n*1000
					reports = append(reports, arrived{time.Duration(n) * 5 * time.Minute, r})
				}
				batch := s.records(b, reports...)
				b.StartTimer()
				if err := s.apply(context.Background(), batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(sessions*b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
