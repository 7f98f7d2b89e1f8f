package vouchers

import (
	"context"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/pace"
)

// Wrong codes slow down whoever comes from the same address, right or wrong: nobody is locked out, for an address is often a whole site behind its
// router. An address that has brought few of them is not held up at all: someWrong at once, and one more a minute. Any other is let through addressRate times
// a second, and all such of a site together siteRate times; who finds no room within longestWait is told to come back, without a look at the code.
//
// That is the arithmetic behind oddsLeast. A live code of the weakest style that may be made is found in ten million tries. One address makes 432,000 a day: 23
// days for one code. Any number of addresses that are held up make 1.7 million a day at a site: 6 days. Each address adds 1,440 a day before it is held up. The alert
// about wrong codes is out within minutes, so that an attack never comes near. Of the usual style one code takes 26 times as many tries even
// with 100,000 of them in use. A node counts for itself: several let through so many times as much.
const (
	longestWait = 4 * time.Second
	mostWaiting = 2000 // on this node
	someWrong   = 30
	addressRate = 5 // a second
	siteRate    = 20
)

// guard slows down who guesses, and keeps what is to be written down about it.
type guard struct {
	fresh, address, site *pace.Limiter // wrong codes that hold nobody up; what is let through of the rest
	longest              time.Duration
	sleep                func(context.Context, time.Duration) error
	waiting              chan struct{}

	mu     sync.Mutex
	tries  map[int64]int64 // wrong ones by site, not written down yet
	alarms map[int64]bool  // vouchers tried before they were signed out
}

func newGuard(c clock.Clock) *guard {
	return &guard{fresh: pace.New(c, someWrong, time.Minute), address: pace.New(c, addressRate, time.Second/addressRate), site: pace.New(c, siteRate, time.Second/siteRate), longest: longestWait,
		sleep: sleep, waiting: make(chan struct{}, mostWaiting), tries: map[int64]int64{}, alarms: map[int64]bool{}}
}

func (r Redemption) siteKey() string { return strconv.FormatInt(r.SiteID, 10) }

// calm says that no wrong codes have come from there lately, or few.
func (g *guard) calm(r Redemption) bool { return g.fresh.Peek(r.Address) == 0 }

// wait holds a try up while there are many wrong ones; fault.TooMany "code.busy" when its turn does not come.
func (g *guard) wait(ctx context.Context, r Redemption) error {
	if g.calm(r) {
		return nil
	}
	select {
	case g.waiting <- struct{}{}:
	default:
		return busy()
	}
	defer func() { <-g.waiting }()
	left := g.longest
	for _, turn := range []struct {
		of  *pace.Limiter
		key string
	}{{g.address, r.Address}, {g.site, r.siteKey()}} {
		for hold := turn.of.Wait(turn.key); hold > 0; hold = turn.of.Wait(turn.key) {
			if hold += rand.N(hold/4 + time.Millisecond); hold > left { // not all at once when the next turn comes
				return busy()
			}
			if err := g.sleep(ctx, hold); err != nil {
				return err
			}
			left -= hold
		}
	}
	return nil
}

func busy() error { return fault.New(fault.TooMany, "code.busy") }

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, "unavailable", ctx.Err())
	}
}

// wrong notes a try that was no good.
func (g *guard) wrong(r Redemption) {
	g.fresh.Wait(r.Address)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tries[r.SiteID]++
}

// alarm notes a voucher that somebody tried before it was signed out.
func (g *guard) alarm(voucherID int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.alarms) < 1000 {
		g.alarms[voucherID] = true
	}
}

// taken hands over what is to be written down.
func (g *guard) taken() (tries map[int64]int64, alarms map[int64]bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	tries, alarms = g.tries, g.alarms
	g.tries, g.alarms = map[int64]int64{}, map[int64]bool{}
	return tries, alarms
}

// Keep writes down wrong tries and alarms as they come, apart from the tries themselves, whose answers then all take the same time. It returns when ctx is done.
func (s *Service) Keep(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			s.complain(s.WriteDown(context.WithoutCancel(ctx)))
			return
		case <-tick.C:
			s.complain(s.WriteDown(ctx))
		}
	}
}

func (s *Service) complain(err error) {
	if err != nil {
		s.Log.Warn("wrong codes not written down", "error", err)
	}
}

// WriteDown writes what was noted of wrong tries and alarms. What cannot be written is noted again.
func (s *Service) WriteDown(ctx context.Context) error {
	tries, alarms := s.guard.taken()
	err := s.storeTries(ctx, tries, alarms)
	if err == nil {
		return nil
	}
	s.guard.mu.Lock()
	defer s.guard.mu.Unlock()
	for site, n := range tries {
		s.guard.tries[site] += n
	}
	for id := range alarms {
		s.guard.alarms[id] = true
	}
	return err
}
