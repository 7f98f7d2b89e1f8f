package access

import (
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// stand makes a new grant a standing one.
func (g *Grant) stand(o Offer, now time.Time) {
	g.Standing, g.Lapsed, g.State, g.FirstUsedAt, g.UnusedUntil = true, o.Lapsed, Active, now, time.Time{}
	if g.Lapsed == "" {
		g.Lapsed = Garden
	}
}

// arrearsAt is how a standing grant waits for money at that instant; empty when it does not.
func (g *Grant) arrearsAt(at time.Time) Barred {
	lapsed := g.Standing && !g.Until.IsZero() && !at.Before(g.Until)
	switch {
	case !lapsed:
		return g.Barred
	case g.Barred == Closed:
		return Closed
	}
	return g.Lapsed
}

// Gardened says that whoever comes with the grant at that instant is let into the walled garden, where a router has one: for arrears, or because
// its cap is used up.
func (g *Grant) Gardened(at time.Time) bool {
	if !g.Standing || g.State != Active {
		return false
	}
	kept := g.arrearsAt(at)
	if kept == "" && capReached(g) != CauseOK {
		kept = g.Lapsed
	}
	return kept == Garden
}

// SetUntil moves the end of a standing grant; zero is an open end. Its sessions are told; one that had lapsed and has not now is
// back. fault.Conflict "grant.not_standing", "grant.ended".
func (s *Service) SetUntil(tx *db.Tx, grantID int64, until time.Time) error {
	g, err := lockStanding(tx, grantID)
	until = until.Truncate(time.Millisecond).UTC()
	if err != nil || g.Until.Equal(until) {
		return err
	}
	changed := g
	changed.Until = until
	return s.keep(tx, g, changed, map[string]any{"until": db.Nullable(until)})
}

// Bar keeps a standing grant from the internet for arrears, in the way that is named. False when it is barred so already.
// fault.Invalid "grant.barred", fault.Conflict "grant.not_standing", "grant.ended".
func (s *Service) Bar(tx *db.Tx, grantID int64, to Barred) (bool, error) {
	if to != Garden && to != Closed {
		return false, fault.New(fault.Invalid, "grant.barred")
	}
	return s.setBarred(tx, grantID, to)
}

// Unbar lifts what Bar did. False when it had not; faults of Bar. Past its end a grant stays lapsed.
func (s *Service) Unbar(tx *db.Tx, grantID int64) (bool, error) { return s.setBarred(tx, grantID, "") }

// Slow has a standing grant be no faster than so many kbit/s, both ways, until it is called with 0: whatever its plan gives, and however that
// changes meanwhile. Its sessions are told. False when it is so already. fault.Invalid "grant.slowed", faults of Bar.
func (s *Service) Slow(tx *db.Tx, grantID, kbps int64) (bool, error) {
	if kbps < 0 {
		return false, fault.New(fault.Invalid, "grant.slowed")
	}
	g, err := lockStanding(tx, grantID)
	if err != nil || g.SlowedKbps == kbps {
		return false, err
	}
	if err := change(tx, g, map[string]any{"slowed_kbps": kbps}); err != nil {
		return false, err
	}
	return true, s.emit(tx, GrantChanged, g, "")
}

func (s *Service) setBarred(tx *db.Tx, grantID int64, to Barred) (bool, error) {
	g, err := lockStanding(tx, grantID)
	if err != nil || g.Barred == to {
		return false, err
	}
	changed := g
	changed.Barred = to
	return true, s.keep(tx, g, changed, map[string]any{"barred": to})
}

// keep writes what changes in how a locked grant is kept, and says whether it is back or in arrears now.
func (s *Service) keep(tx *db.Tx, g, changed Grant, columns map[string]any) error {
	if err := change(tx, g, columns); err != nil {
		return err
	}
	now, cause := s.clock.Now(), Cause("")
	if was, is := g.arrearsAt(now), changed.arrearsAt(now); was != is {
		cause = CauseArrears
		if is == "" {
			cause = CauseRestored
		}
	}
	return s.emit(tx, GrantChanged, changed, cause)
}

func lockStanding(tx *db.Tx, grantID int64) (Grant, error) {
	g, err := lockLive(tx, grantID)
	if err == nil && !g.Standing {
		err = fault.New(fault.Conflict, "grant.not_standing")
	}
	return g, err
}
