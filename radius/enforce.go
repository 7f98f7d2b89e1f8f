package radius

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/radius/routers"
)

// enforcementWanted is this package's own fact: a row of enforcements is to be carried out.
const enforcementWanted = "enforcement wanted"

type enforcementFact struct{ EnforcementID int64 }

// pausedLook is how often what waits for the end of a pause looks again.
const pausedLook = 15 * time.Second

// pace is how long things are given; protocol time, so real time.
type pace struct {
	verify  time.Duration   // from an ACK to the Stop
	wait    time.Duration   // before beginning again when nothing reached the router
	turn    time.Duration   // until it is this one's turn at a busy router, or another node's
	another time.Duration   // that the node which has the router's tunnel is waited for
	logIn   []time.Duration // between attempts to log a client in: a few minutes in all
}

var usualPace = pace{
	verify:  10 * time.Second,
	wait:    time.Minute,
	turn:    time.Second,
	another: 30 * time.Second,
	logIn: []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 15 * time.Second, 30 * time.Second,
		30 * time.Second, 30 * time.Second, time.Minute, time.Minute},
}

// step is the result of one run: what was tried, and whether to look again.
type step struct {
	method, outcome, detail string
	state                   string        // Outstanding goes on
	again                   time.Duration // when Outstanding
	deaf                    bool          // nothing reached the router
	unasked                 bool          // nothing was sent to it
}

func finished(method, outcome string) step {
	return step{method: method, outcome: outcome, state: Done}
}

func later(method, outcome, detail string, in time.Duration) step {
	return step{method: method, outcome: outcome, detail: detail, state: Outstanding, again: in}
}

// enforce carries out one enforcement as far as it goes now, and records it.
func (s *Service) enforce(ctx context.Context, j jobs.Job) error {
	var fact enforcementFact
	if err := j.Decode(&fact); err != nil {
		return err
	}
	e, err := readEnforcement(ctx, s.db, fact.EnforcementID)
	if err != nil || e.State != Outstanding {
		return err
	}
	if s.pause != nil && s.pause.Paused() {
		return jobs.Again(pausedLook, errors.New("this copy is paused"))
	}
	router, ok := s.routers.Get(e.RouterID)
	if !ok {
		return s.record(ctx, e, finished("", notNeeded))
	}
	if leave, err := s.leaveToAnother(ctx, router, e); err != nil {
		return err
	} else if leave {
		return jobs.Again(s.pace.turn, nil)
	}
	wait, doubtful := s.turns.enter(e, s.pace)
	if wait > 0 {
		return jobs.Again(wait, nil)
	}
	defer s.turns.leave(e.RouterID, doubtful)
	dialect, err := dialectOf(s.dialects, router.Dialect)
	if err != nil {
		return jobs.Park(err)
	}
	next, err := s.carryOut(ctx, router, dialect, &e)
	if err != nil {
		s.turns.unasked(e, doubtful)
		return err
	}
	if next.unasked || next.outcome == notNeeded {
		s.turns.unasked(e, doubtful)
	} else {
		s.turns.learn(e, next.deaf || next.outcome == noAnswer, s.pace.wait)
	}
	s.metrics.enforced.WithLabelValues(router.Name, next.method, next.outcome).Inc()
	return s.record(ctx, e, next)
}

// leaveToAnother says whether the router calls home to another node, which alone reaches it: that one is given half a minute
// from when this was due to take it up, and then it goes as far as it goes from here.
func (s *Service) leaveToAnother(ctx context.Context, r routers.Router, e Enforcement) (bool, error) {
	a := r.Tunnel.Address
	if !a.IsValid() || s.tunnel != nil && s.tunnel.Reaches(a) {
		return false, nil
	}
	until := s.pace.another
	if e.Attempts > 0 {
		until += s.pace.wait // the longest pause between two attempts
	}
	if s.clock.Now().Sub(e.At) > until {
		return false, nil
	}
	return s.routers.CallsAnother(ctx, r.ID, s.node)
}

func (s *Service) carryOut(ctx context.Context, r routers.Router, d routers.Dialect, e *Enforcement) (step, error) {
	switch e.Wanted {
	case WantDisconnect:
		return s.disconnect(ctx, r, d, e)
	case WantChange:
		return s.change(ctx, r, d, e)
	case WantLogIn:
		return s.logIn(ctx, r, d, e)
	}
	return step{}, jobs.Park(fault.New(fault.Internal, "internal"))
}

// record stores the attempt and asks for the next look.
func (s *Service) record(ctx context.Context, e Enforcement, next step) error {
	if err := s.saveAttempt(ctx, e, next); err != nil {
		return err
	}
	if next.state == Outstanding {
		return jobs.Again(next.again, nil)
	}
	return nil
}

func (o Online) ref() routers.SessionRef {
	address, _ := netip.ParseAddr(o.IP)
	return routers.SessionRef{SessionID: o.SessionID, UserName: o.UserName, MAC: o.MAC, IP: address}
}
