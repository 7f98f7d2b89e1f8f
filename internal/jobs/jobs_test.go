package jobs

import (
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

func start(t *testing.T, q *Queue) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = q.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
}

func quiet(d *db.DB) *Queue { return New(d, clock.System(), slog.New(slog.DiscardHandler)) }

func emit(t *testing.T, d *db.DB, q *Queue, fact, key string) {
	t.Helper()
	if err := d.InTx(context.Background(), func(tx *db.Tx) error { return q.Emit(tx, fact, key, map[string]string{"k": key}) }); err != nil {
		t.Fatal(err)
	}
}

func idle(t *testing.T, q *Queue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := q.Idle(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestEachSubscriberGetsItsOwnJob(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		q := quiet(d)
		testdb.ModelsMatch(t, d, &row{})
		var good, bad atomic.Int32
		q.On("grant ended", "good", func(ctx context.Context, j Job) error {
			var p map[string]string
			if err := j.Decode(&p); err != nil || p["k"] != "7" || j.Key != "7" {
				t.Errorf("payload %v: %v", p, err)
			}
			good.Add(1)
			return nil
		})
		q.On("grant ended", "bad", func(context.Context, Job) error { bad.Add(1); return Park(errors.New("no cure")) })
		start(t, q)
		emit(t, d, q, "grant ended", "7")
		idle(t, q)
		s, err := q.Stats(context.Background())
		if err != nil || good.Load() != 1 || bad.Load() != 1 || s.Parked != 1 || s.Waiting+s.Running != 0 {
			t.Fatalf("good %d bad %d stats %+v: %v", good.Load(), bad.Load(), s, err)
		}
	})
}

func TestNothingRunsWhenTheCauseRollsBack(t *testing.T) {
	d := testdb.SQLite(t)
	q := quiet(d)
	var ran atomic.Int32
	q.On("x", "y", func(context.Context, Job) error { ran.Add(1); return nil })
	start(t, q)
	_ = d.InTx(context.Background(), func(tx *db.Tx) error {
		return errors.Join(q.Emit(tx, "x", "1", nil), errors.New("the cause failed"))
	})
	idle(t, q)
	if ran.Load() != 0 {
		t.Fatal("a job of a rolled back cause ran")
	}
}

func TestFailuresRetryAndAgainDoesNotCount(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		q := quiet(d)
		var runs atomic.Int32
		q.On("x", "y", func(_ context.Context, j Job) error {
			switch runs.Add(1) {
			case 1:
				return Again(time.Millisecond, errors.New("not yet"))
			case 2:
				panic("boom")
			}
			if j.Attempt != 3 {
				t.Errorf("attempt %d", j.Attempt)
			}
			return nil
		})
		start(t, q)
		emit(t, d, q, "x", "1")
		deadline := time.Now().Add(10 * time.Second)
		for runs.Load() < 3 && time.Now().Before(deadline) {
			time.Sleep(5 * time.Millisecond)
		}
		if idle(t, q); runs.Load() != 3 {
			t.Fatalf("%d runs", runs.Load())
		}
	})
}

func TestTwoNodesRunEachJobOnce(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		var runs [200]atomic.Int32
		queues := []*Queue{quiet(d), quiet(d)}
		for _, q := range queues {
			q.On("x", "y", func(_ context.Context, j Job) error {
				var n int
				_ = j.Decode(&n)
				runs[n].Add(1)
				return nil
			})
		}
		if err := d.InTx(context.Background(), func(tx *db.Tx) error {
			for n := range runs {
				if err := queues[0].Emit(tx, "x", "k", n); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		start(t, queues[0])
		start(t, queues[1])
		idle(t, queues[0])
		for n := range runs {
			if got := runs[n].Load(); got != 1 {
				t.Fatalf("job %d ran %d times", n, got)
			}
		}
	})
}

func TestADeadRunnersJobIsRescued(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(time.Now())
		q := New(d, c, slog.New(slog.DiscardHandler))
		q.On("x", "y", func(context.Context, Job) error { return nil })
		emit(t, d, q, "x", "1")
		ctx := context.Background()
		if got, err := q.claim(ctx, 5); err != nil || len(got) != 1 {
			t.Fatalf("claimed %v: %v", got, err)
		}
		if err := q.rescue(ctx); err != nil {
			t.Fatal(err)
		}
		if s, _ := q.Stats(ctx); s.Running != 1 {
			t.Fatal("rescued too early")
		}
		c.Advance(rescueAfter + time.Second)
		if err := q.rescue(ctx); err != nil {
			t.Fatal(err)
		}
		if got, err := q.claim(ctx, 5); err != nil || len(got) != 1 || got[0].Attempt != 2 {
			t.Fatalf("claimed again %v: %v", got, err)
		}
	})
}

// TestALiveRunnerKeepsItsJob: as long as it tells that it lives; another takes the job within half a minute when it does not any more.
func TestALiveRunnerKeepsItsJob(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		c, ctx := clock.NewManual(time.Now()), context.Background()
		q, other := New(d, c, slog.New(slog.DiscardHandler)), New(d, c, slog.New(slog.DiscardHandler))
		begun, end := make(chan bool), make(chan bool)
		q.On("x", "y", func(context.Context, Job) error { begun <- true; <-end; return nil })
		emit(t, d, q, "x", "1")
		q.runDue(ctx)
		<-begun
		running := func() int64 {
			t.Helper()
			if err := other.rescue(ctx); err != nil {
				t.Fatal(err)
			}
			s, err := other.Stats(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return s.Running
		}
		for range 5 {
			c.Advance(rescueAfter - time.Second)
			if err := q.beat(ctx); err != nil || running() != 1 {
				t.Fatal("taken from who is alive", err)
			}
		}
		if c.Advance(rescueAfter + time.Second); running() != 0 {
			t.Fatal("kept by who tells nothing")
		}
		taken, err := other.claim(ctx, 1)
		if err != nil || len(taken) != 1 {
			t.Fatal(taken, err)
		}
		c.Advance(rescueAfter + time.Second)
		if err := q.beat(ctx); err != nil || running() != 0 {
			t.Fatal("kept for who has it now, by who had it before", err)
		}
		close(end)
		q.inFlight.Wait()
		if s, err := q.Stats(ctx); err != nil || s.Waiting != 1 {
			t.Fatalf("%+v %v", s, err)
		}
	})
}

// TestALeaseOfAnyName: a node's folder is in the name of its work.
func TestALeaseOfAnyName(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(time.Now())
		a, b := New(d, c, slog.New(slog.DiscardHandler)), New(d, c, slog.New(slog.DiscardHandler))
		for _, name := range []string{"watch of Kĩosk:/var/lib/mtandao", "watch of host:/" + strings.Repeat("folder/", 30), "watch of host:/" + strings.Repeat("folder/", 31)} {
			for _, q := range []*Queue{a, b} {
				q.Every(name, time.Hour, func(context.Context) error { return nil })
			}
			for n, q := range []*Queue{a, b} {
				got, err := q.takeLease(context.Background(), q.periodic[len(q.periodic)-1].name, c.Now().Add(time.Minute))
				if err != nil || got != (n == 0) {
					t.Fatal(name, n, got, err)
				}
			}
		}
	})
}

func TestALeaseIsHeldByOne(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(time.Now())
		a, b := New(d, c, slog.Default()), New(d, c, slog.Default())
		ctx := context.Background()
		take := func(q *Queue) bool {
			ok, err := q.takeLease(ctx, "chain", c.Now().Add(15*time.Second))
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		if !take(a) || take(b) || !take(a) {
			t.Fatal("the first holds it, the second does not, the first renews")
		}
		if c.Advance(16 * time.Second); !take(b) || take(a) {
			t.Fatal("after it ran out the second holds it")
		}
	})
}

func TestPausesGrowToAnHour(t *testing.T) {
	if pause(1) != time.Second || pause(4) != 8*time.Second || pause(40) != time.Hour {
		t.Fatal(pause(1), pause(4), pause(40))
	}
}
