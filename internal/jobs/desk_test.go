package jobs

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// TestParkedWorkIsRetriedOrDropped: a person sees what was given up, lets it run again, or takes it away for good.
func TestParkedWorkIsRetriedOrDropped(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		q := quiet(d)
		var mended atomic.Bool
		var done atomic.Int32
		q.On("order placed", "push", func(context.Context, Job) error {
			if !mended.Load() {
				return Park(fault.New(fault.Unavailable, "unavailable"))
			}
			done.Add(1)
			return nil
		})
		start(t, q)
		for _, key := range []string{"1", "2", "3"} {
			emit(t, d, q, "order placed", key)
		}
		idle(t, q)
		all, err := q.List(ctx, Parked, 0, 2)
		if err != nil || len(all) != 2 || all[0].Key != "3" || all[0].LastError == "" || all[0].Attempt != 1 {
			t.Fatalf("%+v: %v", all, err)
		}
		rest, err := q.List(ctx, "", all[1].ID, 50)
		if err != nil || len(rest) != 1 || rest[0].Key != "1" {
			t.Fatalf("%+v: %v", rest, err)
		}
		if none, err := q.List(ctx, "running", 0, 50); err != nil || len(none) != 0 {
			t.Fatalf("%+v: %v", none, err)
		}
		mended.Store(true)
		if err := d.InTx(ctx, func(tx *db.Tx) error { return q.Retry(tx, all[0].ID) }); err != nil {
			t.Fatal(err)
		}
		if err := d.InTx(ctx, func(tx *db.Tx) error {
			hurried, err := q.Hurry(tx, "order placed", "2")
			if err == nil && !hurried {
				err = errors.New("not hurried")
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		idle(t, q)
		if err := d.InTx(ctx, func(tx *db.Tx) error { return q.Drop(tx, rest[0].ID) }); err != nil {
			t.Fatal(err)
		}
		for _, again := range []func(tx *db.Tx) error{func(tx *db.Tx) error { return q.Drop(tx, rest[0].ID) }, func(tx *db.Tx) error { return q.Retry(tx, all[0].ID) }} {
			if err := d.InTx(ctx, again); fault.KeyOf(err) != "job.not_waiting" {
				t.Errorf("work that is gone: %v", err)
			}
		}
		if s, err := q.Stats(ctx); err != nil || s.Waiting+s.Running+s.Parked != 0 || done.Load() != 2 {
			t.Fatalf("%+v, %d done: %v", s, done.Load(), err)
		}
		if _, err := q.Get(ctx, rest[0].ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("dropped work is read: %v", err)
		}
	})
}

// TestRunningWorkIsLeftAlone: whoever retries or drops it would do it twice, or pull it from under its runner.
func TestRunningWorkIsLeftAlone(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		q := quiet(d)
		begun, end := make(chan int64), make(chan struct{})
		q.On("slow", "one", func(_ context.Context, j Job) error { begun <- j.ID; <-end; return nil })
		start(t, q)
		emit(t, d, q, "slow", "1")
		id := <-begun
		for _, do := range []func(tx *db.Tx) error{func(tx *db.Tx) error { return q.Drop(tx, id) }, func(tx *db.Tx) error { return q.Retry(tx, id) }} {
			if err := d.InTx(ctx, do); fault.KeyOf(err) != "job.not_waiting" {
				t.Errorf("running work: %v", err)
			}
		}
		close(end)
		idle(t, q)
	})
}
