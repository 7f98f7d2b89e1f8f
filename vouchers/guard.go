package vouchers

import (
	"context"
	"strconv"
	"sync"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/pace"
)

// Wrong codes slow down whoever comes from the same address, and at the same site, right or wrong: nobody is locked out. An address is often a
// whole site behind its router.
const (
	longestWait = 2 * time.Second
	mostWaiting = 2000 // on this node; above it the rest is told to come back
)

// guard slows down who guesses, and keeps what is to be written down about it.
type guard struct {
	address, site *pace.Limiter
	longest       time.Duration
	waiting       chan struct{}

	mu     sync.Mutex
	tries  map[int64]int64 // wrong ones by site, not written down yet
	alarms map[int64]bool  // vouchers tried before they were signed out
}

func newGuard(c clock.Clock) *guard {
	return &guard{address: pace.New(c, 60, time.Second), site: pace.New(c, 300, 200*time.Millisecond), longest: longestWait, waiting: make(chan struct{}, mostWaiting),
		tries: map[int64]int64{}, alarms: map[int64]bool{}}
}

func (r Redemption) siteKey() string { return strconv.FormatInt(r.SiteID, 10) }

// calm says that no wrong codes have come from there lately, or few.
func (g *guard) calm(r Redemption) bool { return g.address.Peek(r.Address) == 0 }

// wait holds a try up while there are many wrong ones.
func (g *guard) wait(ctx context.Context, r Redemption) error {
	hold := min(max(g.address.Peek(r.Address), g.site.Peek(r.siteKey())), g.longest)
	if hold == 0 {
		return nil
	}
	select {
	case g.waiting <- struct{}{}:
	default:
		return fault.New(fault.TooMany, "code.busy")
	}
	defer func() { <-g.waiting }()
	timer := time.NewTimer(hold)
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
	g.address.Wait(r.Address)
	g.site.Wait(r.siteKey())
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
