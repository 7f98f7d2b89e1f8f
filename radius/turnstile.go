package radius

import (
	"sync"
	"time"
)

const (
	mostEnforcing = 8 // of the queue's 16 workers: routers that do not answer must not keep payments waiting
	mostPerRouter = 3
	mostDeaf      = mostEnforcing / 2 // of them at routers that did not answer last time: each waits for half a minute
)

// turnstile bounds how many enforcements wait for routers at once, in all and for one router. A router that did not answer
// is asked by one of them a while, so that dead routers do not take the turns of the living. Only a stop, which tries every way
// there is, tells that nothing reaches a router: a log-in or a change goes one way, and its silence keeps no stop waiting.
type turnstile struct {
	now func() time.Duration // monotonic

	mu    sync.Mutex
	total int
	of    map[int64]int
	deaf  map[int64]time.Duration // when it may be asked again
	mute  map[int64]bool          // gave no answer to its last log-in or change
	lost  int                     // of total, those at routers that were deaf or, for all but stops, mute when they came
}

func newTurnstile(now func() time.Duration) *turnstile {
	return &turnstile{now: now, of: map[int64]int{}, deaf: map[int64]time.Duration{}, mute: map[int64]bool{}}
}

// enter returns 0 when the turn has come, else when to come again; and whether nobody counts on an answer, which leave is told.
// A log-in does not wait for a deaf router's ears: its guest stands there, and it gives up by itself.
func (t *turnstile) enter(e Enforcement, p pace) (wait time.Duration, doubtful bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	until, deaf := t.deaf[e.RouterID]
	if rest := until - t.now(); deaf && rest > 0 && e.Wanted != WantLogIn {
		return max(rest, p.turn), false
	}
	doubtful = deaf || e.Wanted != WantDisconnect && t.mute[e.RouterID]
	if t.total == mostEnforcing || t.of[e.RouterID] == mostPerRouter || doubtful && t.lost == mostDeaf {
		return p.turn, false
	}
	if deaf && e.Wanted != WantLogIn {
		t.deaf[e.RouterID] = t.now() + p.wait
	}
	if doubtful {
		t.lost++
	}
	t.total++
	t.of[e.RouterID]++
	return 0, doubtful
}

func (t *turnstile) leave(routerID int64, doubtful bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.total--
	if t.of[routerID]--; t.of[routerID] == 0 {
		delete(t.of, routerID)
	}
	if doubtful {
		t.lost--
	}
}

// unasked gives back the turn that one of those whom a deaf router keeps waiting took for all of them, when it asked the router nothing.
func (t *turnstile) unasked(e Enforcement, doubtful bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, deaf := t.deaf[e.RouterID]; deaf && doubtful && e.Wanted != WantLogIn {
		t.deaf[e.RouterID] = t.now()
	}
}

// learn notes whether the router answered.
func (t *turnstile) learn(e Enforcement, silent bool, wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	stop := e.Wanted == WantDisconnect
	switch {
	case silent && stop:
		t.deaf[e.RouterID] = t.now() + wait
	case silent:
		t.mute[e.RouterID] = true
	case stop:
		delete(t.deaf, e.RouterID)
	default:
		delete(t.deaf, e.RouterID)
		delete(t.mute, e.RouterID)
	}
}
