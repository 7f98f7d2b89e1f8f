package pace

import (
	"container/heap"
	"crypto/sha256"
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

	mu      sync.Mutex
	buckets map[string]*bucket
	soonest queue // all of them: the one that is full again first, on top
}

// bucket is what is known of a key.
type bucket struct {
	key  string
	full time.Time // when it is full again
	at   int       // where it is in the queue
}

// A limiter remembers so many keys, of so many octets at most. Above it, it forgets the one that owes least: who comes under ever
// new names does not wash out those who have to wait.
const limiterKeys, longestKey = 100_000, 64

// New allows burst calls at once for each key, and one more every so often.
func New(c clock.Clock, burst int, every time.Duration) *Limiter {
	return &Limiter{every: every, burst: burst, clock: c, buckets: map[string]*bucket{}}
}

// Wait counts a call and returns 0, or does not count it and returns how long the caller should wait.
func (l *Limiter) Wait(key string) time.Duration { return l.Take(key, 1) }

// Take is Wait for a call that counts as n.
func (l *Limiter) Take(key string, n int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	key = short(key)
	full := l.full(key, now).Add(time.Duration(n) * l.every)
	if over := full.Sub(now) - time.Duration(l.burst)*l.every; over > 0 {
		return over
	}
	l.remember(key, full, now)
	return 0
}

// Peek is how long the next call of the key would have to wait; it counts nothing.
func (l *Limiter) Peek(key string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	return max(l.full(short(key), now).Sub(now)+l.every-time.Duration(l.burst)*l.every, 0)
}

// Left is how many calls of the key would be let through now; it counts nothing.
func (l *Limiter) Left(key string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	owed := l.full(short(key), now).Sub(now)
	return l.burst - int((owed+l.every-1)/l.every)
}

// full is when a key's bucket is full again: not before now, and not later than an empty one is.
func (l *Limiter) full(key string, now time.Time) time.Time {
	b := l.buckets[key]
	if b == nil || b.full.Before(now) {
		return now
	}
	if most := l.most(now); b.full.After(most) { // the machine's clock was put back
		return most
	}
	return b.full
}

func (l *Limiter) most(now time.Time) time.Time { return now.Add(time.Duration(l.burst) * l.every) }

func (l *Limiter) remember(key string, full, now time.Time) {
	if b := l.buckets[key]; b != nil {
		b.full = full
		heap.Fix(&l.soonest, b.at)
		return
	}
	for len(l.soonest) > 0 && !l.soonest[0].full.After(now) {
		l.forget()
	}
	if len(l.soonest) >= limiterKeys && l.soonest[0].full.After(l.most(now)) { // all are of before the clock was put back
		clear(l.buckets)
		l.soonest = nil
	}
	if len(l.soonest) >= limiterKeys {
		l.forget()
	}
	b := &bucket{key: key, full: full}
	l.buckets[key] = b
	heap.Push(&l.soonest, b)
}

func (l *Limiter) forget() { delete(l.buckets, heap.Pop(&l.soonest).(*bucket).key) }

// short is a key of bounded length: callers choose theirs.
func short(key string) string {
	if len(key) <= longestKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return string(sum[:])
}

// queue is a heap of buckets.
type queue []*bucket

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].full.Before(q[j].full) }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i]; q[i].at, q[j].at = i, j }

// Push is heap.Interface's.
func (q *queue) Push(x any) {
	b := x.(*bucket)
	b.at = len(*q)
	*q = append(*q, b)
}

// Pop is heap.Interface's.
func (q *queue) Pop() any {
	last := len(*q) - 1
	b := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return b
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
