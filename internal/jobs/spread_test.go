package jobs

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// TestSpreadJobsComeOneAfterTheOther: of a hundred facts at once one is handled each second, while what is not spread is handled at once; a pause
// in between is not made up for.
func TestSpreadJobsComeOneAfterTheOther(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC))
		q := New(d, c, slog.New(slog.DiscardHandler))
		var slow, quick atomic.Int64
		q.OnSpread("issued", "send", func() time.Duration { return time.Second }, func(context.Context, Job) error { slow.Add(1); return nil })
		q.On("issued", "pay", func(context.Context, Job) error { quick.Add(1); return nil })
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); _ = q.Run(ctx) }()
		defer func() { cancel(); <-done }()
		emit := func(n int) {
			t.Helper()
			if err := d.InTx(ctx, func(tx *db.Tx) error {
				for range n {
					if err := q.Emit(tx, "issued", "1", nil); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		is := func(wantSlow, wantQuick int64) {
			t.Helper()
			if err := q.Idle(ctx); err != nil {
				t.Fatal(err)
			}
			if slow.Load() != wantSlow || quick.Load() != wantQuick {
				t.Errorf("%d spread and %d other jobs, want %d and %d", slow.Load(), quick.Load(), wantSlow, wantQuick)
			}
		}
		emit(100)
		is(1, 100)
		c.Advance(9 * time.Second)
		is(10, 100)
		c.Advance(time.Hour)
		is(100, 100)
		emit(2)
		is(101, 102)
	})
}
