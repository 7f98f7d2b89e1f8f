package spool

import (
	"context"
	"os"
	"sync"
	"time"

	"mtandao/internal/clock"
)

// Options of a spool; each zero value has a default.
type Options struct {
	SegmentBytes int64 // a segment is closed when it has grown to this; 8 MiB
	MaxBytes     int64 // what may wait; the disk also holds up to a segment already applied; 1 GiB
	Clock        clock.Clock
	Hook         func(point string) // crash tests: "spool before" and "spool after" each durable write
}

func (o Options) withDefaults() Options {
	if o.SegmentBytes <= 0 {
		o.SegmentBytes = 8 << 20
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 1 << 30
	}
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	if o.Hook == nil {
		o.Hook = func(string) {}
	}
	return o
}

// Spool is one folder, open. Its methods may be called at the same time.
type Spool struct {
	dir     string
	options Options
	lock    *os.File
	create  func(path string) (file, error)

	closing  context.Context // done when Close begins
	close    context.CancelFunc
	written  chan struct{} // closed when the writer has ended
	work     chan struct{} // something is queued
	wake     chan struct{} // something became durable
	consumer chan struct{} // held by the one consumer

	mu       sync.Mutex
	closed   bool
	queue    []request
	queued   int64      // bytes not yet durable
	segments []*segment // oldest first
	head     int64      // offset in segments[0] behind the last record applied
	cursor   uint64     // last number applied
	last     uint64     // last number acknowledged
	damaged  int64
	refused  int64
	failing  bool // the last write failed
	ages     ages
	moved    chan struct{} // closed and replaced when the cursor moves
}

// Stats says what waits. Oldest is exact to a second and zero when nothing waits; Damaged counts bytes that no longer
// read and were passed over since Open; Most is Options.MaxBytes; Refused counts payloads since Open that found no room, or a
// disk that failed; Failing says that the disk took nothing when it was last asked.
type Stats struct {
	Refused int64
	Failing bool
	Pending int64
	Bytes   int64
	Most    int64
	Oldest  time.Time
	Damaged int64
}

// Stats does not touch the disk.
func (s *Spool) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := Stats{Bytes: s.bytes(), Most: s.options.MaxBytes, Damaged: s.damaged, Refused: s.refused, Failing: s.failing}
	for _, g := range s.segments {
		stats.Pending += int64(g.last - g.before(s.cursor))
	}
	if stats.Pending > 0 {
		stats.Oldest = s.ages.oldest()
	}
	return stats
}

// Fullness is in percent: 100 is a spool that takes nothing, also because the disk does not.
func (s Stats) Fullness() int64 {
	if s.Failing {
		return 100
	}
	return s.Bytes * 100 / max(s.Most, 1)
}

func (s *Spool) bytes() int64 {
	total := -s.head
	for _, g := range s.segments {
		total += g.end
	}
	return total
}

// Flush waits until everything acknowledged before the call is applied.
func (s *Spool) Flush(ctx context.Context) error {
	s.mu.Lock()
	target := s.last
	s.mu.Unlock()
	for {
		s.mu.Lock()
		done, moved := s.cursor >= target, s.moved
		s.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return failed(ctx.Err())
		case <-s.closing.Done():
			return failed(os.ErrClosed)
		}
	}
}

// Close stores what is queued, lets the consumer finish its batch, and gives the folder back.
func (s *Spool) Close() error {
	s.mu.Lock()
	again := s.closed
	s.closed = true
	s.mu.Unlock()
	if again {
		return nil
	}
	s.close()
	<-s.written
	s.consumer <- struct{}{}
	if err := s.lock.Close(); err != nil {
		return failed(err)
	}
	return nil
}
