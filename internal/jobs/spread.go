package jobs

import (
	"sync"
	"time"
)

// spread sets jobs apart. It lives in the memory of one node: after a restart those that wait already keep their times.
type spread struct {
	every func() time.Duration
	mu    sync.Mutex
	free  time.Time // when the next may run
}

// next is when a job runs that should at a time: then, or when its turn comes.
func (s *spread) next(at time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.Before(s.free) {
		at = s.free
	}
	s.free = at.Add(s.every())
	return at
}

// OnSpread is On for work that must not come all at once, however many facts do: its jobs run at least so far apart, each at its own time, and
// until then stand in nobody's way.
func (q *Queue) OnSpread(fact, subscriber string, every func() time.Duration, h Handler) {
	q.On(fact, subscriber, h)
	q.spreads[fact+"/"+subscriber] = &spread{every: every}
}
