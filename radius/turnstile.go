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
// is asked by one of them a while, so that dead routers do not take the turns of the living. A log-in goes another way than a
// stop does, by the API: its silence alone keeps no stop waiting.
type turnstile struct {
	now func() time.Duration // monotonic

	mu    sync.Mutex
	total int
	of    map[int64]int
	deaf  map[int64]time.Duration // when it may be asked again
	slow  map[int64]int           // of those at a router, how many came while it was deaf
	lost  int                     // sum of slow
}

func newTurnstile(now func() time.Duration) *turnstile {
	return &turnstile{now: now, of: map[int64]int{}, deaf: map[int64]time.Duration{}, slow: map[int64]int{}}
}

// enter returns 0 when the turn has come, else when to come again. A log-in does not wait for a deaf router's ears: its
// guest stands there, and it gives up by itself.
func (t *turnstile) enter(e Enforcement, p pace) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	until, deaf := t.deaf[e.RouterID]
	if rest := until - t.now(); deaf && rest > 0 && e.Wanted != WantLogIn {
		return max(rest, p.turn)
	}
	if t.total == mostEnforcing || t.of[e.RouterID] == mostPerRouter || deaf && t.lost == mostDeaf {
		return p.turn
	}
	if deaf {
		if e.Wanted != WantLogIn {
			t.deaf[e.RouterID] = t.now() + p.wait
		}
		t.slow[e.RouterID]++
		t.lost++
	}
	t.total++
	t.of[e.RouterID]++
	return 0
}

func (t *turnstile) leave(routerID int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.total--
	if t.of[routerID]--; t.of[routerID] == 0 {
		delete(t.of, routerID)
	}
	if t.slow[routerID] == 0 {
		return
	}
	t.lost--
	if t.slow[routerID]--; t.slow[routerID] == 0 {
		delete(t.slow, routerID)
	}
}

// learn notes whether the router answered.
func (t *turnstile) learn(e Enforcement, silent bool, wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, known := t.deaf[e.RouterID]
	switch {
	case !silent:
		delete(t.deaf, e.RouterID)
	case e.Wanted != WantLogIn:
		t.deaf[e.RouterID] = t.now() + wait
	case !known:
		t.deaf[e.RouterID] = t.now() // a stop may ask now, and one alone at a time
	}
}
