package app

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// driven is what a closed loop took.
type driven struct {
	took   time.Duration
	each   []time.Duration // sorted
	busy   time.Duration   // of all processors, by this process: the program and its clients
	passed func() time.Duration
}

// drive does b.N requests with a fixed number in flight. begin makes what one worker does again and again; the time that
// takes is not counted.
func drive(b *testing.B, begin func(worker int) func() error) driven {
	work := make([]func() error, benchWorkers)
	for i := range work {
		work[i] = begin(i)
	}
	times := make([][]time.Duration, benchWorkers)
	var begun atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	passed, before := clock.Stopwatch(), processors(b)
	for i := range work {
		all.Go(func() {
			for begun.Add(1) <= int64(b.N) && !b.Failed() {
				took := clock.Stopwatch()
				if err := work[i](); err != nil {
					b.Error(err)
				}
				times[i] = append(times[i], took())
			}
		})
	}
	all.Wait()
	d := driven{took: passed(), each: slices.Concat(times...), busy: processors(b) - before, passed: passed}
	b.StopTimer()
	slices.Sort(d.each)
	return d
}

func (d driven) report(b *testing.B, unit string) {
	b.ReportMetric(float64(b.N)/d.took.Seconds(), unit)
	b.ReportMetric(d.quantile(0.5), "p50-ms")
	b.ReportMetric(d.quantile(0.99), "p99-ms")
	b.ReportMetric(float64(d.busy.Microseconds())/float64(b.N), "cpu-us/op")
}

// holdWrites keeps everybody from writing to the database until release.
func (w *benchWorld) holdWrites(b *testing.B) (release func()) {
	hold, letGo := "BEGIN IMMEDIATE", "ROLLBACK"
	if w.DB.Dialect() == db.MySQL {
		hold, letGo = "FLUSH TABLES WITH READ LOCK", "UNLOCK TABLES"
	}
	conn, err := w.DB.SQL().Conn(b.Context())
	if err == nil {
		_, err = conn.ExecContext(b.Context(), hold)
	}
	if err != nil {
		b.Fatal(err)
	}
	return func() {
		_, err := conn.ExecContext(b.Context(), letGo)
		if err := errors.Join(err, conn.Close()); err != nil {
			b.Fatal(err)
		}
	}
}

// processors is the time that this process has used of them. Unlike the rest it tells something on a busy machine too.
func processors(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func (d driven) quantile(q float64) float64 {
	if len(d.each) == 0 {
		return 0
	}
	return float64(d.each[int(q*float64(len(d.each)-1))].Microseconds()) / 1000
}
