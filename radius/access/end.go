package access

import (
	"context"
	"errors"
	"slices"
	"time"

	"mtandao/internal/db"
)

const (
	sweepPage   = 500
	sweepAtOnce = 20 // in one transaction: under 50 ms, so that payments are not kept waiting
	onceKept    = time.Hour
)

// End ends the grant for the cause and lets the next in the queue have its turn. False when it had ended before.
func (s *Service) End(tx *db.Tx, grantID int64, cause Cause) (bool, error) {
	return s.end(tx, grantID, cause, notEnded(tx))
}

// Suspend bars an active grant. Its calendar runs on. False when it was not active.
func (s *Service) Suspend(tx *db.Tx, grantID int64) (bool, error) {
	return s.turn(tx, grantID, before(Suspended), Suspended, GrantSuspended, "")
}

// suspendFor is Suspend with the cause that whoever comes with the grant is told, also of one that is suspended already.
func (s *Service) suspendFor(tx *db.Tx, grantID int64, cause Cause) (bool, error) {
	return s.turn(tx, grantID, []State{Active, Suspended}, Suspended, GrantSuspended, cause)
}

// Resume lifts a suspension. False when there was none.
func (s *Service) Resume(tx *db.Tx, grantID int64) (bool, error) {
	return s.turn(tx, grantID, []State{Suspended}, Active, GrantResumed, "")
}

func (s *Service) turn(tx *db.Tx, grantID int64, from []State, to State, fact string, cause Cause) (bool, error) {
	won, err := move(tx, grantID, inStates(tx, from...), map[string]any{"state": to, "end_cause": string(cause)})
	if err != nil || !won {
		return false, err
	}
	g, err := grantIn(tx, grantID)
	if err != nil {
		return false, err
	}
	return true, s.emit(tx, fact, g, "")
}

// Sweep ends what is over by the clock and forgets old one-time logins; call it every second on one node.
func (s *Service) Sweep(ctx context.Context) error {
	for _, over := range []struct {
		state  State
		column string
	}{{Active, "until"}, {Suspended, "until"}, {Dormant, "unused_until"}} {
		for {
			full, err := s.sweepPage(ctx, over.state, over.column)
			if err != nil {
				return err
			}
			if !full {
				break
			}
		}
	}
	for {
		if full, err := s.forgetOnce(ctx, s.real.Now().Add(-onceKept)); err != nil || !full {
			return err
		}
	}
}

// sweepPage ends up to a page and says whether there may be more. A grant that cannot be ended does not keep the others of
// its page from it.
func (s *Service) sweepPage(ctx context.Context, state State, column string) (bool, error) {
	now := s.clock.Now()
	grants, err := s.due(ctx, state, column, now)
	if err != nil {
		return false, err
	}
	var failed error
	for some := range slices.Chunk(grants, sweepAtOnce) {
		if s.sweepSome(ctx, some, column, now) == nil {
			continue
		}
		for _, g := range some {
			failed = errors.Join(failed, s.sweepSome(ctx, []Grant{g}, column, now))
		}
	}
	return len(grants) == sweepPage, failed
}

func (s *Service) sweepSome(ctx context.Context, grants []Grant, column string, now time.Time) error {
	return s.db.InTx(ctx, func(tx *db.Tx) error {
		for _, g := range grants {
			if _, err := s.end(tx, g.ID, overAt(&g, now), past(tx, g.State, column, now)); err != nil {
				return err
			}
		}
		return nil
	})
}
