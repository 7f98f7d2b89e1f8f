package spool

import (
	"context"
	"time"
)

const (
	shortestWait = 50 * time.Millisecond
	longestWait  = 5 * time.Second
)

// batch is a run of records; applying it lets go the segments that it passed, and moves the cursor to seq and the head to
// offset. It holds no record when what is left no longer reads.
type batch struct {
	records []Record
	seq     uint64
	offset  int64
	passed  int
	damaged int64
}

// Consume hands over up to max records at a time, as many as wait, in order, until ctx is done or the spool is closed, and then returns
// nil. While apply fails, the same records come again after 50 ms to 5 s. A failing disk ends it with
// fault.Unavailable "spool.failed"; calling again is safe. Records may be kept: their memory is not reused.
func (s *Spool) Consume(ctx context.Context, max int, apply func(context.Context, []Record) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.closing, cancel)()
	select {
	case s.consumer <- struct{}{}:
		defer func() { <-s.consumer }()
	case <-ctx.Done():
		return nil
	}
	if err := s.consume(ctx, max, apply); err != nil {
		return failed(err)
	}
	return nil
}

func (s *Spool) consume(ctx context.Context, most int, apply func(context.Context, []Record) error) error {
	var r reader
	for ctx.Err() == nil {
		b, some, err := r.next(s, max(1, most))
		if err != nil {
			return err
		}
		if !some {
			select {
			case <-s.wake:
			case <-ctx.Done():
			}
			continue
		}
		if !applied(ctx, b.records, apply) {
			return nil
		}
		if err := s.advance(b); err != nil {
			return err
		}
	}
	return nil
}

// applied repeats until apply succeeds; false when ctx ended first.
func applied(ctx context.Context, records []Record, apply func(context.Context, []Record) error) bool {
	if len(records) == 0 {
		return true
	}
	for wait := shortestWait; apply(ctx, records) != nil; wait = min(2*wait, longestWait) {
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return false
		}
	}
	return true
}

// advance makes the cursor durable, then lets the batch go.
func (s *Spool) advance(b batch) error {
	s.options.Hook("spool before")
	if err := saveCursor(s.dir, b.seq); err != nil {
		return err
	}
	s.options.Hook("spool after")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cursor, s.head = b.seq, b.offset
	err := s.letGo(b.passed)
	s.damaged += b.damaged
	s.ages.forget(s.cursor, s.last)
	close(s.moved)
	s.moved = make(chan struct{})
	return err
}
