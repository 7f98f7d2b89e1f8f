package access

import (
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Used is what sessions of a grant used since they last reported: whole seconds, and octets of both directions, between two
// instants.
type Used struct {
	GrantID  int64
	Time     time.Duration
	Bytes    int64
	From, To time.Time
}

// Use adds what sessions used, each grant named once, and ends the grants whose cap is reached, once. Use reported after the
// end still counts; a grant that is not there is passed over. The caller makes sure that nothing is added twice, and orders
// the grants by id, so that two nodes do not lock crosswise.
func (s *Service) Use(tx *db.Tx, all []Used) error {
	for _, u := range all {
		if u.Time < 0 || u.Bytes < 0 {
			return fault.New(fault.Invalid, "grant.use")
		}
	}
	for some := range db.Pieces(all) {
		used, err := s.addUse(tx, some)
		if err != nil {
			return err
		}
		for _, u := range some {
			if g, lives := used[u.GrantID]; lives {
				if err := s.afterUse(tx, g, u); err != nil {
					return err
				}
			}
		}
		if err := s.tellLate(tx, some, used); err != nil {
			return err
		}
	}
	return nil
}

// afterUse ends a grant whose cap is reached, lets a standing one rest, and has the sessions of one told that has become slower.
func (s *Service) afterUse(tx *db.Tx, g Grant, u Used) error {
	g, slower, err := s.countFair(tx, g, u)
	if err != nil {
		return err
	}
	cause, before := capReached(&g), g.without(u)
	switch {
	case cause != CauseOK && !g.Standing:
		_, err = s.End(tx, g.ID, cause)
		return err
	case cause != CauseOK && capReached(&before) == CauseOK:
		return s.emit(tx, GrantChanged, g, cause)
	case slower:
		return s.emit(tx, GrantChanged, g, CauseFairUse)
	}
	return nil
}

// without is g before a use was added.
func (g Grant) without(u Used) Grant {
	g.UsedTime, g.UsedBytes = g.UsedTime-u.Time, g.UsedBytes-u.Bytes
	return g
}

// countFair keeps the books of fair use and of free hours; they are written under the lock that adding the use has taken.
func (s *Service) countFair(tx *db.Tx, g Grant, u Used) (_ Grant, slower bool, err error) {
	l := g.Limits
	if l.FairUse.Bytes == 0 && !l.Night.Free {
		return g, false, nil
	}
	now, loc := s.clock.Now(), s.location(g.SiteID)
	to := u.To
	if to.IsZero() || to.After(now) {
		to = now
	}
	before := g.Terms(now, loc)
	free := l.Night.free(u.Bytes, u.From, to, loc)
	g.FreeBytes += free
	if l.FairUse.Bytes > 0 {
		if rolled := l.FairUse.roll(g.Fair, to, loc); !to.Before(rolled.Start) { // what comes late from a period that is over is forgiven
			rolled.Used += u.Bytes - free
			g.Fair = rolled
		}
	}
	err = change(tx, g, map[string]any{"free_bytes": g.FreeBytes, "fair_at": db.Nullable(g.Fair.Start), "fair_bytes": g.Fair.Used, "fair_more": g.Fair.More})
	g.Version++
	return g, !before.Slow && g.Terms(now, loc).Slow, err
}
