package radius

import (
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"mtandao/internal/clock"
	limiter "mtandao/internal/pace"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// What a router and a device may do before they are slowed down. Whoever is accepted from memory is not counted: a town that comes
// back after a power cut is let in as fast as it asks.
const (
	triesAtOnce  = 10 // wrong names and passwords of a device, and then one every
	triesEvery   = 6 * time.Second
	asksAtOnce   = 5000 // log-ins of a router that only the database can answer, and then one every
	asksEvery    = time.Millisecond
	shareOfAside = asideAtOnce / 4 // of them at once: what one router's storm leaves to the others
	shareOfDisk  = storingAtOnce / 4
	mostLocked   = 10_000
)

// device is one behind one router: what it does is not held against the same address elsewhere, nor against the name that it tries.
type device struct {
	routerID int64
	mac      access.MAC
}

// guard slows down who guesses and who floods, by device and by router; never by name, which the attacker chooses.
type guard struct {
	now    func() time.Duration
	tries  *limiter.Limiter
	asks   *limiter.Limiter
	asides sync.Map // of int64, the router, to *atomic.Int64: requests that wait for the database
	disk   sync.Map // the same: records that wait for the disk

	some   atomic.Bool // somebody is locked, or was lately
	mu     sync.Mutex
	locked map[device]time.Duration // until when
}

func newGuard(now func() time.Duration) *guard {
	return &guard{now: now, tries: limiter.New(clock.System(), triesAtOnce, triesEvery), asks: limiter.New(clock.System(), asksAtOnce, asksEvery),
		locked: map[device]time.Duration{}}
}

// bars says that a device guessed too often to be listened to now.
func (g *guard) bars(r *routers.Router, mac access.MAC) bool {
	if !g.some.Load() || mac == "" {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	until, locked := g.locked[device{r.ID, mac}]
	return locked && g.now() < until
}

// guessed counts a wrong name or password.
func (g *guard) guessed(r *routers.Router, mac access.MAC) {
	if mac == "" || g.tries.Wait(strconv.FormatInt(r.ID, 10)+string(mac)) == 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if len(g.locked) >= mostLocked {
		for d, until := range g.locked {
			if until <= now {
				delete(g.locked, d)
			}
		}
		if len(g.locked) >= mostLocked { // a flood of devices: forget rather than grow
			clear(g.locked)
		}
	}
	g.locked[device{r.ID, mac}] = now + triesEvery
	g.some.Store(true)
}

// mayAsk says whether one more log-in of a router may go to the database.
func (g *guard) mayAsk(r *routers.Router) bool { return g.asks.Wait(strconv.FormatInt(r.ID, 10)) == 0 }

// hold takes one of a router's share, which whoever got it takes off again; false when the router holds it all.
func hold(shares *sync.Map, routerID, most int64) (*atomic.Int64, bool) {
	held, known := shares.Load(routerID)
	if !known {
		held, _ = shares.LoadOrStore(routerID, new(atomic.Int64))
	}
	n := held.(*atomic.Int64)
	if n.Add(1) > most {
		n.Add(-1)
		return nil, false
	}
	return n, true
}
