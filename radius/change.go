package radius

import (
	"context"
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
	if over := grant.State != access.Active || left.Timed && left.Time <= 0 || left.Capped && left.Bytes <= 0; over || session.EndingID != 0 {
		return finished(e.Method, notNeeded), nil
	}
	outcome, detail := s.sendChange(ctx, r, d, session, s.answerFor(r, grant, left, &session))
	if outcome == acknowledged {
		return finished(byCoA, outcome), nil
	}
	return step{method: byCoA, outcome: outcome, detail: detail, state: Done}, s.replaceSession(ctx, r, e, session)
}

func (s *Service) sendChange(ctx context.Context, r routers.Router, d routers.Dialect, session Online, a routers.Answer) (outcome, detail string) {
	p := codec.New(codec.CodeCoARequest, []byte(r.Secret))
	if err := d.Identify(p, session.ref()); err != nil {
		return noWay, err.Error()
	}
	if err := d.Answer(p, a); err != nil {
		return noWay, err.Error()
	}
	answer, err := s.coa.Send(ctx, r, p)
	if err != nil {
		return outcomeOf(err), err.Error()
	}
	return verdictOf(answer, codec.CodeCoAACK)
}

// replaceSession ends a session whose limits could not be changed, if the router can be told to end it and to log it in
// again. Otherwise the old limits hold until the next log-in, which gets the new ones.
func (s *Service) replaceSession(ctx context.Context, r routers.Router, e *Enforcement, session Online) error {
	if r.APIAddress == "" {
		return nil
	}
	source := fmt.Sprintf("change:%d", e.ID)
	return s.db.InTx(ctx, func(tx *db.Tx) error {
		if err := s.wantDisconnect(tx, source+":out", session, "changed"); err != nil {
			return err
		}
		return s.want(tx, Enforcement{Source: source + ":in", Wanted: WantLogIn, RouterID: session.RouterID, GrantID: session.GrantID,
			MAC: session.MAC, IP: session.IP, Cause: "changed"})
	})
}

// answerFor is what a session may do. A running session is told totals since its beginning, so what it has had is added.
func (s *Service) answerFor(r routers.Router, g access.Grant, left access.Left, session *Online) routers.Answer {
	a := routers.Answer{Left: left, Limits: g.Limits}
	if session != nil {
		a.Left.Bytes += session.Bytes()
		a.Left.Time += max(s.clock.Now().Sub(session.StartedAt), 0)
	}
	a.SessionTimeout = sessionTimeout(a.Left)
	if admitsUnasked(r) { // it forgets what a CoA does not repeat
		who := authorisation{GrantID: g.ID}
		if session != nil {
			who.LoginID = session.LoginID
		}
		a.Interim, a.Class = r.Interim, classOf(s.keys, who)
	}
	return a
}

// admitsUnasked: CoovaChilli puts a client online on our word, without an Access-Request.
func admitsUnasked(r routers.Router) bool { return r.Dialect == routers.Chilli }
