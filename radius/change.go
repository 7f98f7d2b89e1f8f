package radius

import (
	"context"
	"errors"
	"fmt"

	codec "layeh.com/radius"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// change tells a running session its limits, always the complete set as they are now; where that fails it is disconnected
// and logged in again.
func (s *Service) change(ctx context.Context, r routers.Router, d routers.Dialect, e *Enforcement) (step, error) {
	session, err := readOpen(ctx, s.db, e.SessionRow)
	if fault.Is(err, fault.NotFound) {
		return finished(e.Method, notNeeded), nil
	}
	if err != nil {
		return step{}, err
	}
	grant, _, left, err := s.access.View(ctx, session.GrantID)
	if err != nil {
		return step{}, err
	}
	if session.Garden() { // what takes it out is an end
		return finished(e.Method, notNeeded), nil
	}
	if over := grant.State != access.Active || left.Timed && left.Time <= 0 || left.Capped && left.Bytes <= 0 || grant.Barred != ""; over || session.EndingID != 0 {
		return finished(e.Method, notNeeded), nil
	}
	session, told, err := s.reserve(ctx, grant, left, session)
	if err != nil {
		return step{}, err
	}
	outcome, detail := s.sendChange(ctx, r, d, session, s.answerAgain(r, grant, left, session, told))
	if outcome == acknowledged {
		return finished(byCoA, outcome), s.noteTold(ctx, session.ID, told)
	}
	replaced, err := s.replaceSession(ctx, r, e, session)
	if err == nil && !replaced {
		err = s.noteTold(ctx, session.ID, Told{notTaken, notTaken, notTaken})
	}
	return step{method: byCoA, outcome: outcome, detail: detail, state: Done}, err
}

// reserve decides what a session is told. A larger share is taken before the router learns of it, a smaller one is given back
// when the router has it: so two nodes that tell two sessions of one grant never give the same octets twice. The smaller one is
// kept until then, for the router may stop the session by it before we hear that it has it.
func (s *Service) reserve(ctx context.Context, g access.Grant, left access.Left, session Online) (Online, Told, error) {
	var told Told
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		open, err := lockOfGrant(tx, g.ID)
		if err != nil {
			return err
		}
		for _, o := range open {
			if o.ID == session.ID {
				session = o
			}
		}
		told = s.tell(g, left, session, open)
		if told.ToldBytes > session.ToldBytes {
			return saveTold(tx, session.ID, Told{session.ToldUpKbps, session.ToldDownKbps, told.ToldBytes})
		}
		if told.ToldBytes < session.ToldBytes {
			return saveTelling(tx, session.ID, told.ToldBytes)
		}
		return nil
	})
	return session, told, err
}

func (s *Service) noteTold(ctx context.Context, id int64, told Told) error {
	return s.db.InTx(ctx, func(tx *db.Tx) error { return saveTold(tx, id, told) })
}

// answerAgain is what a running session is told. Octets and seconds are totals since its beginning. MikroTik keeps a cap that
// is not named, so one that no longer holds is named so large that it does not matter.
func (s *Service) answerAgain(r routers.Router, g access.Grant, left access.Left, session Online, told Told) routers.Answer {
	left.Bytes = told.ToldBytes
	if !left.Capped && session.ToldBytes != 0 {
		left.Capped, left.Bytes = true, withoutACap
	}
	left.Time += max(s.clock.Now().Sub(session.StartedAt), 0)
	a := s.answerFor(r, g, left, told)
	if admitsUnasked(r) { // it forgets what a CoA does not repeat
		a.Class = classOf(nil, s.keys, authorisation{GrantID: g.ID, LoginID: session.LoginID, Told: told})
	}
	return a
}

func (s *Service) sendChange(ctx context.Context, r routers.Router, d routers.Dialect, session Online, a routers.Answer) (outcome, detail string) {
	p := codec.New(codec.CodeCoARequest, []byte(r.Secret))
	if err := d.Identify(p, session.ref()); err != nil {
		return noWay, err.Error()
	}
	var all routers.Attributes
	if err := errors.Join(d.Answer(&all, &a), all.AddTo(p)); err != nil {
		return noWay, err.Error()
	}
	answer, err := s.coa.Send(ctx, r, p)
	if err != nil {
		return outcomeOf(err), err.Error()
	}
	return verdictOf(answer, codec.CodeCoAACK)
}

// replaceSession ends a session whose limits could not be changed, if its device comes back at once: told by the server, or
// by its own MAC. Otherwise the old limits hold until the next log-in, which gets the new ones.
func (s *Service) replaceSession(ctx context.Context, r routers.Router, e *Enforcement, session Online) (bool, error) {
	if r.APIAddress == "" && !r.MACLogin {
		return false, nil
	}
	source := fmt.Sprintf("change:%d", e.ID)
	return true, s.db.InTx(ctx, func(tx *db.Tx) error {
		if err := s.wantDisconnect(tx, source+":out", session, CauseChanged); err != nil {
			return err
		}
		return s.want(tx, Enforcement{Source: source + ":in", Wanted: WantLogIn, RouterID: session.RouterID, GrantID: session.GrantID,
			MAC: session.MAC, IP: session.IP, Cause: string(CauseChanged)})
	})
}

// answerFor is what a session may do. CoovaChilli is told all of it with each order.
func (s *Service) answerFor(r routers.Router, g access.Grant, left access.Left, told Told) routers.Answer {
	l := g.Limits.Under(g.Terms(s.clock.Now(), s.zoneOf(&g, r.SiteID)))
	a := routers.Answer{Left: left, Limits: l, SessionTimeout: sessionTimeout(left)}
	if admitsUnasked(r) {
		a.Interim, a.Class = r.Interim, classOf(nil, s.keys, authorisation{GrantID: g.ID, Told: told})
	}
	return a
}

// admitsUnasked: CoovaChilli puts a client online on our word, without an Access-Request.
func admitsUnasked(r routers.Router) bool { return r.Dialect == routers.Chilli }
