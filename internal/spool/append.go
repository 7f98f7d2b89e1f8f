package spool

import (
	"context"
	"os"
	"time"

	"mtandao/internal/fault"
)

// groupBytes ends a group, so that one fsync never waits for more than about this.
const groupBytes = 1 << 20

type request struct {
	frame []byte
	at    time.Time
	done  chan error
}

// Append returns nil when the payload is on the disk. Any error means it is not promised: it may still be handed over,
// when ctx ended first or the disk failed. fault.Unavailable "spool.full" over MaxBytes, "spool.failed" when the disk
// fails or the spool is closed; fault.Invalid "spool.too_large" over 16 MiB.
func (s *Spool) Append(ctx context.Context, payload []byte) error {
	if len(payload) > maxPayload {
		return fault.New(fault.Invalid, "spool.too_large")
	}
	if ctx.Err() != nil {
		return failed(ctx.Err())
	}
	r, err := s.enqueue(payload)
	if err != nil {
		return err
	}
	signal(s.work)
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		return failed(ctx.Err())
	}
}

func (s *Spool) enqueue(payload []byte) (*request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, failed(os.ErrClosed)
	}
	size := int64(headerBytes + len(payload))
	if s.bytes()+s.queued+size > s.options.MaxBytes {
		return nil, fault.New(fault.Unavailable, "spool.full")
	}
	at := s.options.Clock.Now()
	r := &request{frame: newFrame(payload, at), at: at, done: make(chan error, 1)}
	s.queue = append(s.queue, r)
	s.queued += size
	return r, nil
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// takeGroup takes from the queue what one fsync shall make durable.
func (s *Spool) takeGroup() []*request {
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
