package spool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

func open(t testing.TB, dir string, o Options) *Spool {
	t.Helper()
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func put(t testing.TB, s *Spool, payloads ...string) {
	t.Helper()
	for _, p := range payloads {
		if err := s.Append(context.Background(), []byte(p)); err != nil {
			t.Fatalf("appending %q: %v", p, err)
		}
	}
}

// collect consumes until nothing waits.
func collect(t testing.TB, s *Spool, max int) (all []string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Consume(ctx, max, func(_ context.Context, records []Record) error {
			for _, r := range records {
				all = append(all, string(r.Payload))
			}
			return nil
		})
	}()
	flush(t, s)
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	return all
}

func flush(t testing.TB, s *Spool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Flush(ctx); err != nil {
		t.Fatal(err)
	}
}

func segmentsOf(t testing.TB, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func numbered(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("record %03d", i))
	}
	return all
}

func TestRecordsComeInOrderAcrossSegmentsAndRestarts(t *testing.T) {
	dir, want := t.TempDir(), numbered(60)
	s := open(t, dir, Options{SegmentBytes: 200})
	put(t, s, want[:30]...)
	if n := len(segmentsOf(t, dir)); n < 4 {
		t.Fatalf("%d segments", n)
	}
	s.Close()
	s = open(t, dir, Options{SegmentBytes: 200})
	put(t, s, want[30:]...)
	if got := collect(t, s, 7); !slices.Equal(got, want) {
		t.Fatalf("got %q", got)
	}
	s.Close()
	s = open(t, dir, Options{})
	if left := segmentsOf(t, dir); len(left) != 0 {
		t.Fatalf("%q left after all was applied", left)
	}
	put(t, s, "later")
	if got := collect(t, s, 7); !slices.Equal(got, []string{"later"}) {
		t.Fatalf("got %q", got)
	}
}

// TestABatchSpansSegments: what waits comes together, and the segments that it passed go.
func TestABatchSpansSegments(t *testing.T) {
	dir, want := t.TempDir(), numbered(60)
	s := open(t, dir, Options{SegmentBytes: 200})
	put(t, s, want...)
	ctx, stop := context.WithCancel(context.Background())
	var sizes []int
	tries := 0
	err := s.Consume(ctx, 50, func(_ context.Context, records []Record) error {
		if tries++; tries == 1 {
			return errors.New("the database")
		}
		sizes = append(sizes, len(records))
		for i, r := range records {
			if string(r.Payload) != want[i] {
				t.Errorf("record %d is %q", i, r.Payload)
			}
		}
		if want = want[len(records):]; len(want) == 0 {
			stop()
		}
		return nil
	})
	if err != nil || !slices.Equal(sizes, []int{50, 10}) {
		t.Errorf("batches of %d: %v", sizes, err)
	}
	if got := s.Stats(); got.Pending != 0 || got.Bytes != 0 || len(segmentsOf(t, dir)) > 1 {
		t.Errorf("%+v and %q are left", got, segmentsOf(t, dir))
	}
}

func TestConsumedSegmentsAreDeletedWhileRunning(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{SegmentBytes: 100})
	put(t, s, numbered(50)...)
	collect(t, s, 10)
	put(t, s, "one more")
	collect(t, s, 10)
	if left := segmentsOf(t, dir); len(left) > 2 {
		t.Fatalf("%d segments left", len(left))
	}
	if got := s.Stats(); got.Pending != 0 || got.Bytes != 0 || !got.Oldest.IsZero() {
		t.Fatalf("%+v", got)
	}
}

func TestNumbersGrowAndAppliedRecordsDoNotComeAgain(t *testing.T) {
	dir := t.TempDir()
	var last uint64
	for round := range 4 {
		s := open(t, dir, Options{})
		put(t, s, numbered(5)...)
		ctx, stop := context.WithCancel(context.Background())
		seen := 0
		err := s.Consume(ctx, 100, func(_ context.Context, records []Record) error {
			for _, r := range records {
				if r.Seq <= last {
					t.Errorf("round %d: %d after %d", round, r.Seq, last)
				}
				last = r.Seq
			}
			if seen += len(records); seen == 5 {
				stop()
			}
			return nil
		})
		if err != nil || seen != 5 {
			t.Fatalf("round %d: %d records, %v", round, seen, err)
		}
		s.Close()
	}
}

func TestAFailingApplySeesTheSameBatchAgain(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	put(t, s, "a", "b", "c")
	var mu sync.Mutex
	var batches []string
	tries, elapsed := 0, clock.Stopwatch()
	go s.Consume(context.Background(), 2, func(_ context.Context, records []Record) error {
		mu.Lock()
		defer mu.Unlock()
		text := ""
		for _, r := range records {
			text += string(r.Payload)
		}
		batches = append(batches, text)
		if tries++; tries < 3 {
			return errors.New("database is away")
		}
		return nil
	})
	flush(t, s)
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(batches, []string{"ab", "ab", "ab", "c"}) {
		t.Fatalf("got %q", batches)
	}
	if took := elapsed(); took < 150*time.Millisecond {
		t.Fatalf("two failures cost %v, not 50 and 100 ms", took)
	}
}

func TestConsumeWakesAtOnce(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	arrived := make(chan struct{}, 1)
	go s.Consume(context.Background(), 10, func(context.Context, []Record) error {
		arrived <- struct{}{}
		return nil
	})
	for range 20 {
		put(t, s, "x")
		select {
		case <-arrived:
		case <-time.After(2 * time.Second):
			t.Fatal("slept on")
		}
	}
}

func TestStatsCountWhatWaits(t *testing.T) {
	dir, c := t.TempDir(), clock.NewManual(morning)
	s := open(t, dir, Options{Clock: c})
	put(t, s, "12345")
	c.Advance(time.Hour)
	put(t, s, "1234567")
	want := Stats{Most: 1 << 30, Pending: 2, Bytes: 2*headerBytes + 12, Oldest: morning}
	if got := s.Stats(); got != want {
		t.Fatalf("got %+v", got)
	}
	s.Close()
	s = open(t, dir, Options{Clock: c})
	if got := s.Stats(); got != want {
		t.Fatalf("after a restart %+v", got)
	}
	ctx, stop := context.WithCancel(context.Background())
	s.Consume(ctx, 1, func(context.Context, []Record) error { stop(); return nil })
	want = Stats{Most: 1 << 30, Pending: 1, Bytes: headerBytes + 7, Oldest: morning.Add(time.Hour)}
	if got := s.Stats(); got != want {
		t.Fatalf("after one of two %+v", got)
	}
	s.Close()
	s = open(t, dir, Options{Clock: c})
	if got := s.Stats(); got != want {
		t.Fatalf("after one of two and a restart %+v", got)
	}
	collect(t, s, 1)
	c.Advance(time.Hour)
	put(t, s, "")
	want = Stats{Most: 1 << 30, Pending: 1, Bytes: headerBytes, Oldest: c.Now()}
	if got := s.Stats(); got != want {
		t.Fatalf("a new one after all the old %+v", got)
	}
}

func TestFullUntilConsumed(t *testing.T) {
	s := open(t, t.TempDir(), Options{MaxBytes: 10 * (headerBytes + 10)})
	put(t, s, numbered(10)...)
	err := s.Append(context.Background(), []byte("x"))
	if !fault.Is(err, fault.Unavailable) || fault.KeyOf(err) != "spool.full" {
		t.Fatalf("got %v", err)
	}
	if got := s.Stats(); got.Fullness() != 100 || got.Refused != 1 || got.Failing {
		t.Errorf("full: %+v", got)
	}
	if got := collect(t, s, 3); !slices.Equal(got, numbered(10)) {
		t.Fatalf("got %q", got)
	}
	put(t, s, "x")
}

func TestWhatIsBeingWrittenCountsAsFull(t *testing.T) {
	writing, goOn := make(chan struct{}), make(chan struct{})
	s := open(t, t.TempDir(), Options{MaxBytes: headerBytes + 10, Hook: func(point string) {
		if point == "spool before" {
			close(writing)
			<-goOn
		}
	}})
	first := make(chan error)
	go func() { first <- s.Append(context.Background(), []byte("record 000")) }()
	<-writing
	if err := s.Append(context.Background(), nil); fault.KeyOf(err) != "spool.full" {
		t.Errorf("got %v", err)
	}
	close(goOn)
	if err := <-first; err != nil {
		t.Fatal(err)
	}
}

func TestRefusals(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	ended, end := context.WithCancel(context.Background())
	end()
	if err := s.Append(ended, nil); !errors.Is(err, context.Canceled) || !fault.Is(err, fault.Unavailable) {
		t.Errorf("without time: %v", err)
	}
	if err := s.Append(context.Background(), make([]byte, maxPayload+1)); fault.KeyOf(err) != "spool.too_large" {
		t.Errorf("too large: %v", err)
	}
	put(t, s, "waits")
	if err := s.Flush(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("flush: %v", err)
	}
	s.Close()
	if err := s.Append(context.Background(), nil); !errors.Is(err, os.ErrClosed) || fault.KeyOf(err) != "spool.failed" {
		t.Errorf("closed: %v", err)
	}
}

func TestOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	if _, err := Open(dir, Options{}); !fault.Is(err, fault.Conflict) || fault.KeyOf(err) != "spool.locked" {
		t.Fatalf("got %v", err)
	}
	s.Close()
	open(t, dir, Options{})
}

func TestCloseEndsTheConsumerAndKeepsTheRest(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	put(t, s, "a")
	started, ended := make(chan struct{}), make(chan error)
	go func() {
		ended <- s.Consume(context.Background(), 1, func(ctx context.Context, _ []Record) error {
			close(started)
			<-ctx.Done()
			return ctx.Err()
		})
	}()
	<-started
	go s.Close()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	s.Close()
	for {
		again, err := Open(dir, Options{})
		if fault.KeyOf(err) == "spool.locked" {
			time.Sleep(time.Millisecond)
			continue
		}
		defer again.Close()
		if got := collect(t, again, 1); !slices.Equal(got, []string{"a"}) {
			t.Fatalf("got %q", got)
		}
		return
	}
}
