package safaricom

import (
	"context"
	"sync"
	"time"
)

// work counts answers and messages that are on their way.
type work struct {
	mu    sync.Mutex
	n     int
	idle  chan struct{} // closed while n is 0
	hurry chan struct{} // closed to wake all who sleep
}

func (w *work) start() {
	w.idle, w.hurry = make(chan struct{}), make(chan struct{})
	close(w.idle)
}

func (w *work) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.n == 0 {
		w.idle = make(chan struct{})
	}
	w.n++
}

func (w *work) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.n--
	if w.n == 0 {
		close(w.idle)
	}
}

func (w *work) wait(ctx context.Context) error {
	w.mu.Lock()
	idle := w.idle
	w.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *work) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.hurry)
	w.hurry = make(chan struct{})
}

func (w *work) hurried() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.hurry
}

// spawn runs what aside and counts it as work until it returns.
func (s *Server) spawn(what func()) {
	s.work.begin()
	go func() {
		defer s.work.end()
		what()
	}()
}

// sleep for d of real time, less when Settle hurries; false when the server was closed.
func (s *Server) sleep(d time.Duration) bool { return s.sleepUnless(d, nil) }

func (s *Server) sleepUnless(d time.Duration, early <-chan struct{}) bool {
	if d > 0 && s.ctx.Err() == nil {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-early:
		case <-s.work.hurried():
		case <-s.ctx.Done():
		}
	}
	return s.ctx.Err() == nil
}

// Idle waits until every answer and message on its way has been delivered. Open prompts that nobody answers do not count.
func (s *Server) Idle(ctx context.Context) error { return s.work.wait(ctx) }

// Settle delivers all that is on its way without its delays, lets the prompts still open run out (1037), and delivers that.
func (s *Server) Settle(ctx context.Context) error {
	if err := s.flush(ctx); err != nil {
		return err
	}
	for _, p := range s.Prompts() {
		_ = s.Answer(p.CheckoutID, Answer{Act: Refuse, Code: "1037"}) // answered meanwhile: as good
	}
	return s.flush(ctx)
}

func (s *Server) flush(ctx context.Context) error {
	for {
		s.work.wake()
		soon, cancel := context.WithTimeout(ctx, 5*time.Millisecond)
		err := s.work.wait(soon)
		cancel()
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
	}
}
