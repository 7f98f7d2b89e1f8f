package clock

import (
	"sync"
	"time"
)

// Clock tells the time in UTC, cut to milliseconds.
type Clock interface {
	Now() time.Time
}

type system struct{}

// System is the machine's clock.
func System() Clock { return system{} }

func (system) Now() time.Time { return cut(time.Now()) }

func cut(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// Manual stands still until it is moved; stories in tests run on it.
type Manual struct {
	mu  sync.Mutex
	now time.Time
}

// NewManual starts a manual clock at t.
func NewManual(t time.Time) *Manual { return &Manual{now: cut(t)} }

// Now is the time last set.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Advance moves the clock forward by d.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = cut(m.now.Add(d))
}

// Set moves the clock to t.
func (m *Manual) Set(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = cut(t)
}

type scaled struct {
	real       Clock
	start, now time.Time
	speed      int64
}

// Scaled reads from at this instant and then runs speed times faster than real.
func Scaled(real Clock, from time.Time, speed int) Clock {
	return scaled{real: real, start: real.Now(), now: cut(from), speed: int64(max(1, speed))}
}

func (s scaled) Now() time.Time {
	return cut(s.now.Add(s.real.Now().Sub(s.start) * time.Duration(s.speed)))
}

// Stopwatch starts a monotonic measurement; the function it returns tells how long ago that was.
func Stopwatch() func() time.Duration {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}
