package pace

import (
	"net/netip"
	"sync"
	"time"

	"mtandao/internal/clock"
)

// Limiter slows callers down: Burst at once, then one every Every. It lives in the memory of one node.
type Limiter struct {
	every time.Duration
	burst int
	clock clock.Clock

	mu   sync.Mutex
	free map[string]time.Time // when the key's bucket is full again
}

const limiterKeys = 100_000 // above it, full buckets are thrown away; above it still, all are

// New allows burst calls at once for each key, and one more every so often.
func New(c clock.Clock, burst int, every time.Duration) *Limiter {
	return &Limiter{every: every, burst: burst, clock: c, free: map[string]time.Time{}}
}

// Wait counts a call and returns 0, or does not count it and returns how long the caller should wait.
func (l *Limiter) Wait(key string) time.Duration { return l.Take(key, 1) }

// Take is Wait for a call that counts as n.
func (l *Limiter) Take(key string, n int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	full := l.free[key]
	if full.Before(now) {
		full = now
	}
	if most := now.Add(time.Duration(l.burst) * l.every); full.After(most) { // the machine's clock was put back
		full = most
	}
	full = full.Add(time.Duration(n) * l.every)
	if over := full.Sub(now) - time.Duration(l.burst)*l.every; over > 0 {
		return over
	}
	l.make(now)
	l.free[key] = full
	return 0
}

// Peek is how long the next call of the key would have to wait; it counts nothing.
func (l *Limiter) Peek(key string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	full := l.free[key]
	if full.Before(now) {
		full = now
	}
	return max(min(full.Sub(now), time.Duration(l.burst)*l.every)+l.every-time.Duration(l.burst)*l.every, 0)
}

func (l *Limiter) make(now time.Time) {
	if len(l.free) < limiterKeys {
		return
	}
	for key, full := range l.free {
		if full.Before(now) {
			delete(l.free, key)
		}
	}
	if len(l.free) >= limiterKeys {
		clear(l.free)
	}
}

// Network is the key to slow a caller down by: the address, or the 64 bits of an IPv6 one that its owner does not choose.
func Network(a netip.Addr) string {
	if a.Is6() {
		if prefix, err := a.WithZone("").Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return a.String()
}
