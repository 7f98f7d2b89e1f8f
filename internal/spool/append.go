package spool

import (
	"context"
	"os"
	"time"

	"mtandao/internal/fault"
)

// groupBytes ends a group, so that one fsync never waits for more than about this.
const groupBytes = 1 << 20

// request is a payload on its way to the disk; done is told, once, what came of it.
type request struct {
	frame []byte
	at    time.Time
	done  func(error)
}

// Append returns nil when the payload is on the disk. Any error means it is not promised: it may still be handed over,
// when ctx ended first or the disk failed. fault.Unavailable "spool.full" over MaxBytes, "spool.failed" when the disk
// fails or the spool is closed; fault.Invalid "spool.too_large" over 16 MiB.
func (s *Spool) Append(ctx context.Context, payload []byte) error {
	if ctx.Err() != nil {
		return failed(ctx.Err())
	}
	stored := make(chan error, 1)
	s.Put(payload, func(err error) { stored <- err })
	select {
	case err := <-stored:
		return err
	case <-ctx.Done():
		return failed(ctx.Err())
	}
}

// Put is Append for whoever does not wait: done is told the same error or nil, once, maybe before Put returns. It must be
// quick, for the next fsync waits for it. The payload may be reused at once.
func (s *Spool) Put(payload []byte, done func(error)) {
	if len(payload) > maxPayload {
		done(fault.New(fault.Invalid, "spool.too_large"))
		return
	}
	if err := s.enqueue(payload, done); err != nil {
		done(err)
		return
	}
	signal(s.work)
}

func (s *Spool) enqueue(payload []byte, done func(error)) error {
	at := s.options.Clock.Now()
	frame := newFrame(payload, at)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return failed(os.ErrClosed)
	}
	if s.bytes()+s.queued+int64(len(frame)) > s.options.MaxBytes {
		s.refused++
		return fault.New(fault.Unavailable, "spool.full")
	}
	s.queue = append(s.queue, request{frame, at, done})
	s.queued += int64(len(frame))
	return nil
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// takeGroup takes from the queue what one fsync shall make durable.
func (s *Spool) takeGroup() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, size := 0, 0
	for n < len(s.queue) && (n == 0 || size < groupBytes) {
		size += len(s.queue[n].frame)
		n++
	}
	group := s.queue[:n:n]
	if s.queue = s.queue[n:]; len(s.queue) == 0 {
		s.queue = nil
	}
	return group
}
