package jobs

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// TestAJobThatKillsItsRunnerIsParked: the runner never comes back to tell, again and again.
func TestAJobThatKillsItsRunnerIsParked(t *testing.T) {
	for name, giveBack := range map[string]func(*Queue, context.Context) error{"another node": (*Queue).rescue, "a restart": (*Queue).RescueNow} {
		t.Run(name, func(t *testing.T) {
			testdb.Each(t, func(t *testing.T, d *db.DB) {
				ctx, now := context.Background(), clock.NewManual(time.Now())
				q := New(d, now, slog.New(slog.DiscardHandler))
				q.On("x", "y", func(context.Context, Job) error { return nil })
				emit(t, d, q, "x", "1")
				runs := 0
				for ; runs < 2*parkAfter; runs++ {
					taken, err := q.claim(ctx, 1)
					if err != nil {
						t.Fatal(err)
					}
					if len(taken) == 0 {
						break
					}
					now.Advance(rescueAfter + time.Second)
					if err := giveBack(q, ctx); err != nil {
						t.Fatal(err)
					}
				}
				if s, err := q.Stats(ctx); err != nil || s.Parked != 1 || runs != parkAfter {
					t.Fatalf("%d runs, %+v: %v", runs, s, err)
				}
			})
		})
	}
}

// TestAStalledRunnerSpoilsNothing: its job was given to another, who is at work or done, when it comes back.
func TestAStalledRunnerSpoilsNothing(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := context.Background(), clock.NewManual(time.Now())
		q := New(d, now, slog.New(slog.DiscardHandler))
		q.On("x", "y", func(context.Context, Job) error { return nil })
		emit(t, d, q, "x", "1")
		claim := func() row {
			t.Helper()
			taken, err := q.claim(ctx, 1)
			if err != nil || len(taken) != 1 {
				t.Fatalf("%v %v", taken, err)
			}
			return taken[0]
		}
		stalled := claim()
		now.Advance(rescueAfter + time.Second)
		if err := q.rescue(ctx); err != nil {
			t.Fatal(err)
		}
		second := claim()
		if err := errors.Join(q.finish(ctx, stalled), q.release(ctx, after(stalled, errors.New("late"), now.Now()))); err != nil {
			t.Fatal(err)
		}
		if s, err := q.Stats(ctx); err != nil || s.Running != 1 {
			t.Fatalf("the stalled runner's word counted: %+v %v", s, err)
		}
		if err := q.finish(ctx, second); err != nil {
			t.Fatal(err)
		}
		if s, err := q.Stats(ctx); err != nil || s != (Stats{}) {
			t.Fatalf("%+v %v", s, err)
		}
	})
}

// TestTwoNodesRunAJobOnce while both look for work as fast as they can.
func TestTwoNodesRunAJobOnce(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		var ran atomic.Int32
		nodes := []*Queue{quiet(d), quiet(d), quiet(d)}
		for _, q := range nodes {
			q.On("x", "y", func(context.Context, Job) error { ran.Add(1); return nil })
		}
		for n := range 40 {
			emit(t, d, nodes[n%3], "x", "1")
		}
		for _, q := range nodes {
			start(t, q)
		}
		idle(t, nodes[0])
		if ran.Load() != 40 {
			t.Fatalf("40 jobs ran %d times", ran.Load())
		}
	})
}

// TestAClaimWhoseCommitWasLostIsStillOurs: or its jobs would lie until they are taken for a dead runner's.
func TestAClaimWhoseCommitWasLostIsStillOurs(t *testing.T) {
	s, through := testdb.Between(t, testdb.URL(t, db.MySQL))
	d := testdb.OpenURL(t, through, db.Options{})
	q := quiet(d)
	q.On("paid", "test", func(context.Context, Job) error { return nil })
	emit(t, d, q, "paid", "1")
	s.Arm()
	if mine, err := q.claim(t.Context(), batch); err != nil || len(mine) != 1 || s.Cuts() != 1 {
		t.Errorf("claimed %+v, %v; the line was cut %d times", mine, err, s.Cuts())
	}
}

// While the database is away each look fails twice a second: the log must not fill what may be the same disk.
func TestTheSameTroubleIsToldOnceAMinute(t *testing.T) {
	var told bytes.Buffer
	q := New(testdb.SQLite(t), clock.System(), slog.New(slog.NewTextHandler(&told, nil)))
	for range 50 {
		q.warn("claiming jobs", errors.New("disk full"))
	}
	q.warn("claiming jobs", errors.New("locked"))
	q.warn("claiming jobs", nil)
	if lines := strings.Count(told.String(), "\n"); lines != 2 {
		t.Errorf("%d lines:\n%s", lines, told.String())
	}
}

// TestWhatBecameOfAJobIsStoredInTheEnd: one write that fails after the work must not have it rest until it is rescued, and done once more.
func TestWhatBecameOfAJobIsStoredInTheEnd(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		q, k := quiet(d), testdb.NewKiller(t, d)
		ran := map[string]int{}
		q.On("paid", "test", func(_ context.Context, j Job) error {
			ran[j.Key]++
			k.Once(0) // what comes next is the storing
			if j.Key == "bad" {
				return Park(errors.New("no cure"))
			}
			return nil
		})
		start(t, q)
		for n, key := range []string{"good", "bad"} {
			emit(t, d, q, "paid", key)
			idle(t, q)
			if ran[key] != 1 || k.Deaths() != n+1 {
				t.Errorf("%s ran %d times, %d writes died", key, ran[key], k.Deaths())
			}
		}
		if s, err := q.Stats(t.Context()); err != nil || s.Parked != 1 || s.Running+s.Waiting != 0 {
			t.Errorf("%+v, %v", s, err)
		}
	})
}
