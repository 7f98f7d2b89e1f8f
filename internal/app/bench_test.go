package app

import (
	"fmt"
	"testing"

	"mtandao/internal/db"
)

const (
	benchWorkers = 64 // requests in flight
	benchDevices = 100
)

// BenchmarkService measures the whole program over UDP and HTTP, with 100,000 logins and millions of closed sessions in the
// database; BENCHMARKS.md has the commands and the figures.
func BenchmarkService(b *testing.B) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		b.Run(dialect, func(b *testing.B) {
			w := openBenchWorld(b, dialect)
			b.Run("LogInsByMAC", func(b *testing.B) { w.logIns(b, w.byMAC) })
			b.Run("LogInsByCode", func(b *testing.B) { w.logIns(b, w.byCode) })
			b.Run("Accounting", w.account)
			b.Run("Landings", w.landings)
		})
	}
}

// logIns are of devices that have a slot of an active grant: what a router asks for all day long.
func (w *benchWorld) logIns(b *testing.B, request func(c *benchClient, grant int64) error) {
	d := drive(b, func(worker int) func() error {
		c, grant := w.client(b, worker, w.auth), int64(worker)
		return func() error {
			grant = (grant + 7919) % benchLogins
			return request(c, grant)
		}
	})
	d.report(b, "logins/s")
}

// account tells the stories of sessions, each record when the one before was answered. A thousand records of the spool are
// of a thousand sessions, as with routers that report every few minutes.
func (w *benchWorld) account(b *testing.B) {
	told := drive(b, func(worker int) func() error {
		c, all := w.client(b, worker, w.acct), w.tellers(b, worker)
		n := 0
		return func() error {
			n++
			return all[n%len(all)].tell(c)
		}
	})
	if err := w.accounting.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	told.report(b, "records/s")
	b.ReportMetric(float64(b.N)/told.passed().Seconds(), "applied/s")
}

// landings are of devices that have bought nothing, each for the first time: the page with the price list.
func (w *benchWorld) landings(b *testing.B) {
	opened := drive(b, func(worker int) func() error {
		browse := w.browser(b, worker)
		n := 0
		return func() error {
			n++
			return browse(fmt.Sprintf("0e:%02x:00:%02x:%02x:%02x", worker, n>>16&0xff, n>>8&0xff, n&0xff))
		}
	})
	opened.report(b, "pages/s")
}
