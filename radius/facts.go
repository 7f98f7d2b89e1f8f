package radius

import (
	"context"
	"fmt"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/radius/access"
)

const subscriber = "radius"

// subscribe takes the facts of access, and the sweeps, into this service's care.
func (s *Service) subscribe() {
	s.jobs.On(access.GrantOpened, subscriber, s.onOpened)
	s.jobs.On(access.GrantResumed, subscriber, s.onOpened)
	s.jobs.On(access.GrantChanged, subscriber, s.onChanged)
	s.jobs.On(access.GrantEnded, subscriber, s.onStopped)
	s.jobs.On(access.GrantSuspended, subscriber, s.onStopped)
	s.jobs.On(enforcementWanted, subscriber, s.enforce)
	s.jobs.Every("radius stop", time.Second, s.sweepStops)
	s.jobs.Every("radius silence", 20*time.Second, s.sweepSilent)
	s.jobs.Every("radius history", pruneEvery, s.prune)
}

// onOpened puts the device online where the grant was bought, if the place is known.
func (s *Service) onOpened(ctx context.Context, j jobs.Job) error {
	var fact access.Fact
	if err := j.Decode(&fact); err != nil {
		return err
	}
	if fact.RouterID == 0 || fact.MAC == "" {
		return nil
	}
	return s.db.InTx(ctx, func(tx *db.Tx) error {
		return s.want(tx, Enforcement{Source: sourceOf(j, 0), Wanted: WantLogIn, RouterID: fact.RouterID, GrantID: fact.GrantID,
			MAC: access.MAC(fact.MAC), IP: fact.IP, Cause: j.Fact})
	})
}

// onChanged tells the running sessions their new limits; a device whose slot was freed goes offline.
func (s *Service) onChanged(ctx context.Context, j jobs.Job) error {
	var fact access.Fact
	if err := j.Decode(&fact); err != nil {
		return err
	}
	switch cause := access.Cause(fact.Cause); cause {
	case access.CauseSlotFreed:
		return s.endSessions(ctx, j, fact.GrantID, access.MAC(fact.MAC), cause)
	case access.CauseArrears, access.CauseRestored, access.CauseDataUsed, access.CauseTimeUsed: // of a standing grant
		return s.standing(ctx, j, fact)
	case access.CauseAddress: // which no order changes: they come back and stand on the new one
		if err := s.ownNow(ctx, j, fact.GrantID); err != nil {
			return err
		}
		return s.endSessions(ctx, j, fact.GrantID, "", cause)
	}
	return s.db.InTx(ctx, func(tx *db.Tx) error {
		open, err := openOfGrant(tx, fact.GrantID, "")
		if err != nil {
			return err
		}
		for _, session := range open {
			e := aboutSession(session)
			e.Source, e.Wanted, e.Cause = sourceOf(j, session.ID), WantChange, causeOfChange(j, fact)
			if err := s.want(tx, e); err != nil {
				return err
			}
		}
		return lookAgain(tx, []int64{fact.GrantID}, s.clock.Now())
	})
}

func (s *Service) onStopped(ctx context.Context, j jobs.Job) error {
	var fact access.Fact
	if err := j.Decode(&fact); err != nil {
		return err
	}
	if j.Fact == access.GrantEnded {
		if err := s.ownNow(ctx, j, fact.GrantID); err != nil {
			return err
		}
	}
	return s.endSessions(ctx, j, fact.GrantID, "", access.Cause(fact.Cause))
}

func (s *Service) endSessions(ctx context.Context, j jobs.Job, grantID int64, mac access.MAC, cause access.Cause) error {
	return s.db.InTx(ctx, func(tx *db.Tx) error {
		return s.endOpen(tx, grantID, mac, cause, func(session int64) string { return sourceOf(j, session) })
	})
}

// endOpen wants the open sessions of a grant ended, on one device or on all; source names who asked, for each session.
func (s *Service) endOpen(tx *db.Tx, grantID int64, mac access.MAC, cause access.Cause, source func(session int64) string) error {
	open, err := openOfGrant(tx, grantID, mac)
	if err != nil {
		return err
	}
	for _, session := range open {
		if err := s.wantDisconnect(tx, source(session.ID), session, cause); err != nil {
			return err
		}
	}
	return nil
}

// sourceOf names a job and a session, so that a job run twice asks once.
func sourceOf(j jobs.Job, session int64) string { return fmt.Sprintf("job:%d:%d", j.ID, session) }

func aboutSession(o Online) Enforcement {
	return Enforcement{SessionRow: o.ID, RouterID: o.RouterID, GrantID: o.GrantID, MAC: o.MAC, IP: o.IP}
}

// causeOfChange is why a session is told anew: fair use says so itself.
func causeOfChange(j jobs.Job, fact access.Fact) string {
	if fact.Cause != "" {
		return fact.Cause
	}
	return j.Fact
}
