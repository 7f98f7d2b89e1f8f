package app

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/load"
)

const benchWorkers = 64 // requests in flight

// BenchmarkService measures the whole program over UDP and HTTP, with 100,000 logins and millions of closed sessions in the
// database, beside the ceiling of this machine; BENCHMARKS.md has the commands and the figures.
func BenchmarkService(b *testing.B) {
	b.Run("Ceiling", ceilings)
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		b.Run(dialect, func(b *testing.B) {
			w := openBenchWorld(b, dialect)
			b.Run("PAP", func(b *testing.B) { w.logIns(b, load.PAP) })
			b.Run("CHAP", func(b *testing.B) { w.logIns(b, load.CHAP) })
			b.Run("MSCHAPv2", func(b *testing.B) { w.logIns(b, load.MSCHAP) })
			b.Run("Accounting", w.account)
			b.Run("Backlog", w.backlog)
			b.Run("Landings", w.landings)
		})
	}
}

// measure asks b.N times, and tells the processor time of program and client too: it says something on a busy machine.
func measure(b *testing.B, o load.Options) {
	o.InFlight, o.Count, o.For = benchWorkers, int64(b.N), time.Hour
	before := processors(b)
	r, err := load.Run(b.Context(), o)
	busy := processors(b) - before
	if err != nil || r.Wrong+r.Lost > 0 {
		b.Fatalf("%v; %d wrong, %d lost: %v", err, r.Wrong, r.Lost, r.Fault)
	}
	b.ReportMetric(r.PerSecond(), "answers/s")
	b.ReportMetric(float64(r.Quantile(0.5).Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(r.Quantile(0.99).Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(busy.Microseconds())/float64(b.N), "cpu-us/op")
}

func (w *benchWorld) options(mode string, to netip.AddrPort) load.Options {
	o := load.Options{Mode: mode, To: to, Secret: benchSecret, Logins: w.people}
	for i := range benchRouters {
		o.From = append(o.From, benchSource(i))
	}
	return o
}

// logIns are of devices that have a slot of an active grant: what a router asks for all day long.
func (w *benchWorld) logIns(b *testing.B, mode string) {
	o := w.options(mode, w.auth)
	if mode == load.MSCHAP {
		o.Logins = load.Prepared(o.Logins)
	}
	b.ResetTimer()
	measure(b, o)
}

// account tells of 50,000 sessions by turns: that they begin, eight reports of each, and that they end. Each record is on the disk
// before it is answered.
func (w *benchWorld) account(b *testing.B) {
	if err := w.learn(); err != nil {
		b.Fatal(err)
	}
	o := w.options(load.Accounting, w.acct)
	w.runs++
	o.Logins, o.Epoch = w.people[:benchOpen], fmt.Sprintf("%d-", w.runs)
	began := time.Now()
	b.ResetTimer()
	measure(b, o)
	told := time.Now()
	if err := w.accounting.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "applied/s")
	b.ReportMetric(time.Since(told).Seconds(), "behind-s")
}

// backlog is what accounting left on the disk while the database could not be written to: how fast it is applied then, and at what
// processor time. That of telling is not counted.
func (w *benchWorld) backlog(b *testing.B) {
	if err := w.learn(); err != nil {
		b.Fatal(err)
	}
	o := w.options(load.Accounting, w.acct)
	w.runs++
	o.Logins, o.Epoch = w.people[:benchOpen], fmt.Sprintf("%d-", w.runs)
	release := w.holdWrites(b)
	measure(b, o)
	release()
	b.ResetTimer()
	began, before := time.Now(), processors(b)
	if err := w.accounting.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "applied/s")
	b.ReportMetric(time.Since(began).Seconds(), "behind-s")
	b.ReportMetric(float64((processors(b)-before).Microseconds())/float64(b.N), "apply-cpu-us/op")
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
