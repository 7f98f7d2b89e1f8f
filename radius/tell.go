package radius

import (
	"fmt"
	"slices"

	"mtandao/internal/db"
	"mtandao/radius/access"
)

// tellAnew wants a session told that goes by a speed or a share which no longer holds.
func (s *Service) tellAnew(tx *db.Tx, g access.Grant, session Online, open []Online) error {
	_, left := access.Decide(g, s.clock.Now(), s.zoneOf(&g, session.SiteID))
	next := s.tell(g, left, session, open)
	if session.EndingID != 0 || !differs(g.Limits, session.Told, next) {
		return nil
	}
	e := aboutSession(session)
	e.Source, e.Wanted, e.Cause = sourceOfTerms(session, next), WantChange, string(CauseTerms)
	return s.want(tx, e)
}

// sourceOfTerms: between two reports of a session the same terms are told once.
func sourceOfTerms(o Online, t Told) string {
	return fmt.Sprintf("terms:%d:%d:%d/%d:%t", o.ID, o.UpdatedAt.UnixMilli(), t.ToldUpKbps, t.ToldDownKbps, t.ToldBytes > 0)
}

// comeBack logs devices in again that their routers stopped at their share, while the grant has more.
func (w *work) comeBack(tx *db.Tx) error {
	for _, r := range w.rows {
		if !r.closedNow() || r.ClosedBy != ByRouter || r.stoppedAt() == 0 || r.GrantID == 0 || r.MAC == "" {
			continue
		}
		g, slots, left, err := w.service.access.View(tx.Context(), r.GrantID)
		if err != nil {
			return err
		}
		more := !left.Capped || left.Bytes > w.used[r.GrantID].Bytes
		if g.State != access.Active || !more || !slices.ContainsFunc(slots, func(s access.Slot) bool { return s.MAC == r.MAC }) {
			continue
		}
		e := Enforcement{Source: fmt.Sprintf("share:%d", r.ID), Wanted: WantLogIn, RouterID: r.RouterID, GrantID: r.GrantID, MAC: r.MAC, IP: r.IP, Cause: string(CauseShareUsed)}
		if err := w.service.want(tx, e); err != nil {
			return err
		}
	}
	return nil
}

// stoppedAt is the share that a session has used up, be it one that its router was still being told; 0 for none.
func (r *row) stoppedAt() int64 {
	for _, share := range []int64{r.told.ToldBytes, r.telling} {
		if share > 0 && r.Bytes() >= share {
			return share
		}
	}
	return 0
}

// closedNow says that this transaction closes the session.
func (r *row) closedNow() bool {
	return r.ClosedBy != "" && r.was.ClosedBy == "" && r.place != inClosed
}
