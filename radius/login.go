package radius

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// logInTTL is the life of the name and secret that a router is told to log a client in with.
const logInTTL = 2 * time.Minute

// logIn puts the grant's device online by the server. While the device or the router is away it is tried again for a few
// minutes; after that the guest's own link is the way.
func (s *Service) logIn(ctx context.Context, r routers.Router, d routers.Dialect, e *Enforcement) (step, error) {
	grant, slots, left, err := s.access.View(ctx, e.GrantID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return step{}, err
	}
	if err != nil || !s.mayLogIn(grant, slots, r, e.MAC) {
		return finished(e.Method, notNeeded), nil
	}
	running, found, err := readOfMAC(ctx, s.db, r.SiteID, e.MAC)
	if err != nil {
		return step{}, err
	}
	if found && running.RouterID == r.ID {
		return s.waitFor(running, e), nil
	}
	if err := s.tellLogIn(ctx, r, d, e, grant, left); err != nil {
		return s.logInFailed(e, err), nil
	}
	return finished(byAPI, acknowledged), nil
}

// waitFor: the device is online. By another grant means that this one's turn has come and that one is about to be ended.
func (s *Service) waitFor(running Online, e *Enforcement) step {
	ending := running.EndingID != 0
	changing := running.GrantID != e.GrantID && int(e.Attempts) < len(s.pace.logIn)
	if ending || changing {
		next := later(byAPI, waiting, "the session before has not ended", s.pace.logIn[0])
		next.unasked = true
		return next
	}
	return finished(e.Method, notNeeded)
}

// mayLogIn: a grant that is queued, over, closed at this hour or full of other devices is not put online unasked.
func (s *Service) mayLogIn(g access.Grant, slots []access.Slot, r routers.Router, mac access.MAC) bool {
	siteID := g.SiteID
	if siteID == 0 {
		siteID = r.SiteID
	}
	if cause, _ := access.Decide(g, s.clock.Now(), s.zone(siteID)); cause != access.CauseOK || g.AfterGrantID != 0 {
		return false
	}
	for _, slot := range slots {
		if slot.MAC == "" || slot.MAC == mac {
			return true
		}
	}
	return false
}

func (s *Service) tellLogIn(ctx context.Context, r routers.Router, d routers.Dialect, e *Enforcement, g access.Grant, left access.Left) error {
	address, _ := netip.ParseAddr(e.IP)
	told := s.tell(g, left, Online{Session: Session{MAC: e.MAC, SiteID: r.SiteID}}, nil)
	if left.Capped {
		left.Bytes = s.shareAtLogIn(ctx, &g, left.Bytes, e.MAC)
		if told.ToldBytes = left.Bytes; left.Bytes == 0 {
			return fault.Wrap(fault.Unavailable, "cause.shared", errShared)
		}
	}
	login := routers.Login{MAC: e.MAC, IP: address, Answer: s.answerFor(r, g, left, told)}
	if !admitsUnasked(r) {
		err := s.db.InTx(ctx, func(tx *db.Tx) (err error) {
			login.Name, login.Secret, err = s.access.OnceLogin(tx, g.ID, logInTTL)
			return err
		})
		if err != nil {
			return err
		}
		return d.LogIn(ctx, r, login)
	}
	if err := d.LogIn(ctx, r, login); err != nil {
		return err
	}
	// Only now: the time of a grant must not begin with a device that was not there.
	admission := s.access.Admit(ctx, access.Attempt{Name: e.MAC.Dashes(), RouterID: r.ID, SiteID: r.SiteID, MAC: e.MAC, MACLogin: true})
	if admission.Cause != access.CauseOK {
		s.log.Warn("client is online and was not admitted", "router", r.Name, "grant", g.ID, "cause", admission.Cause)
	}
	return nil
}

func (s *Service) logInFailed(e *Enforcement, err error) step {
	outcome := outcomeOf(err)
	if fault.Is(err, fault.NotFound) {
		outcome = notThere
	}
	if errors.Is(err, errShared) { // which is not the router's silence
		outcome = waiting
	}
	next := step{method: byAPI, outcome: outcome, detail: err.Error(), state: GivenUp, unasked: outcome == noWay || outcome == waiting}
	if n := int(e.Attempts); outcome != noWay && n < len(s.pace.logIn) {
		next.state, next.again = Outstanding, s.pace.logIn[n]
	}
	return next
}
