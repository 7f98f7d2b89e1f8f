package radius

import (
	"context"
	"sync"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/spool"
	"mtandao/internal/testdb"
)

// Two nodes hold records of the same sessions, as when a router fails over, and apply them at the same time.
func TestTwoNodesApplyTogether(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		var first, second []arrived
		const sessions, updates = 10, 6
		for i := range sessions {
			r := report{id: "s" + string(hexDigit(i)), mac: "00:00:00:00:00:A" + string(hexDigit(i)), status: begin}
			first = append(first, arrived{0, r})
			for n := range updates {
				r.status, r.seconds, r.out = more, int64(n+1)*300, int64(n+1)*1000
				a := arrived{time.Duration(n+1) * 5 * time.Minute, r}
				if n%2 == 0 {
					first = append(first, a)
				} else {
					second = append(second, a)
				}
			}
		}
		var nodes sync.WaitGroup
		for _, reports := range [][]arrived{first, second, first} {
			batch := b.records(t, reports...)
			nodes.Go(func() {
				for part := range halves(batch) {
					again(t, func() error { return b.apply(context.Background(), part) })
				}
			})
		}
		nodes.Wait()
		want := delta{Time: sessions * updates * 300 * time.Second, Bytes: sessions * updates * 1000}
		if used := b.access.usage(); used != want {
			t.Errorf("used %+v, want %+v", used, want)
		}
		if open := allOpen(t, d); len(open) != sessions {
			t.Errorf("%d sessions", len(open))
		}
	})
}

func halves(batch []spool.Record) func(func([]spool.Record) bool) {
	return func(yield func([]spool.Record) bool) {
		_ = yield(batch[:len(batch)/2]) && yield(batch[len(batch)/2:])
	}
}

// again does what the spool does with a batch that could not be applied.
func again(t *testing.T, apply func() error) {
	for range 50 {
		err := apply()
		if err == nil {
			return
		}
		if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Unavailable) {
			t.Errorf("applying: %v", err)
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Error("never applied")
}
