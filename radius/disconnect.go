package radius

import (
	"context"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc3576"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

// disconnect ends a session: Disconnect-Request, then the router's API, then again after a while. It is done when the
// session is over, not when somebody said so: an ACK without a Stop is looked after.
func (s *Service) disconnect(ctx context.Context, r routers.Router, d routers.Dialect, e *Enforcement) (step, error) {
	session, err := readOpen(ctx, s.db, e.SessionRow)
	if fault.Is(err, fault.NotFound) {
		return step{method: e.Method, outcome: gone, state: Done, unasked: true}, nil
	}
	if err != nil {
		return step{}, err
	}
	method := byDisconnect
	if e.Outcome == acknowledged {
		if !session.UpdatedAt.After(e.At) {
			next, err := s.closeGone(ctx, session.ID, e.Method)
			next.unasked = true
			return next, err
		}
		if e.Method == byDisconnect { // it said yes and went on: ask in another way
			method = byAPI
		}
		if err := s.note(ctx, e, e.Method, stillOnline, ""); err != nil {
			return step{}, err
		}
	}
	return s.tryDisconnect(ctx, r, d, e, session, method)
}

func (s *Service) tryDisconnect(ctx context.Context, r routers.Router, d routers.Dialect, e *Enforcement, session Online, method string) (step, error) {
	deaf := false
	if method == byDisconnect {
		outcome, detail := s.sendDisconnect(ctx, r, d, session)
		switch outcome {
		case acknowledged:
			return later(byDisconnect, outcome, detail, s.pace.verify), nil
		case gone:
			return s.closeGone(ctx, session.ID, byDisconnect)
		}
		deaf = outcome == noAnswer
		if err := s.note(ctx, e, byDisconnect, outcome, detail); err != nil {
			return step{}, err
		}
	}
	switch err := d.Remove(ctx, r, session.ref()); {
	case err == nil:
		return later(byAPI, acknowledged, "", s.pace.verify), nil
	case fault.Is(err, fault.NotFound):
		return s.closeGone(ctx, session.ID, byAPI)
	default:
		if err := s.note(ctx, e, byAPI, outcomeOf(err), err.Error()); err != nil {
			return step{}, err
		}
		next := later(byInterim, waiting, "", s.pace.wait)
		switch outcomeOf(err) {
		case busy:
			next.again = s.pace.verify
		case noAnswer:
			next.deaf = true
		default:
			next.deaf = deaf
		}
		return next, nil
	}
}

// outcomeOf tells an answer from silence: who hears is asked again at once.
func outcomeOf(err error) string {
	switch {
	case fault.Is(err, fault.Invalid):
		return noWay
	case fault.Is(err, fault.Denied):
		return routerRefused
	case fault.KeyOf(err) == "router.busy":
		return busy
	}
	return noAnswer
}

// sendDisconnect says what the router answered. "Session not found" means gone (RFC 5176 §3.5).
func (s *Service) sendDisconnect(ctx context.Context, r routers.Router, d routers.Dialect, session Online) (outcome, detail string) {
	p := codec.New(codec.CodeDisconnectRequest, []byte(r.Secret))
	if err := d.Identify(p, session.ref()); err != nil {
		return noWay, err.Error()
	}
	answer, err := s.coa.Send(ctx, r, p)
	if err != nil {
		return outcomeOf(err), err.Error()
	}
	return verdictOf(answer, codec.CodeDisconnectACK)
}

func verdictOf(answer *codec.Packet, ack codec.Code) (outcome, detail string) {
	if answer.Code == ack {
		return acknowledged, ""
	}
	cause, err := rfc3576.ErrorCause_Lookup(answer)
	if err != nil {
		return routerRefused, ""
	}
	if cause == rfc3576.ErrorCause_Value_SessionContextNotFound {
		return gone, cause.String()
	}
	return routerRefused, cause.String()
}

// closeGone closes a session that the router no longer has and sent no Stop for. A late Stop still corrects it.
func (s *Service) closeGone(ctx context.Context, id int64, method string) (step, error) {
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		session, err := openByID(tx, id)
		if err != nil || session == nil {
			return err
		}
		return s.closeRows(tx, []*row{openRow(*session)}, nil, func(r *row) { r.close(s.clock.Now(), adminReset, ByServer) })
	})
	return finished(method, gone), err
}
