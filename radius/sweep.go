package radius

import (
	"context"
	"errors"
	"slices"
	"time"

	"mtandao/internal/db"
	"mtandao/radius/access"
	"mtandao/radius/outages"
	"mtandao/radius/routers"
)

const (
	stopGrace    = 2 * time.Second // the router's own clock goes first: its Stop is better than our guess
	leastSilence = 15 * time.Minute
	sweepBatch   = 512
	stopAtOnce   = 256 // grants a transaction, of some 10 ms: their sessions are looked at thousands at a time after an outage
)

// sweepStops looks at every session whose time may be over: it is stopped, or given the instant of the next look.
func (s *Service) sweepStops(ctx context.Context) error {
	for ctx.Err() == nil {
		until := s.clock.Now().Add(-stopGrace)
		grants, err := dueGrants(ctx, s.db, until)
		if err != nil || len(grants) == 0 {
			return err
		}
		for some := range slices.Chunk(grants, stopAtOnce) {
			if s.stopDue(ctx, some, until) == nil {
				continue
			}
			for _, id := range some { // one that cannot be decided on does not keep the others online
				err = errors.Join(err, s.stopDue(ctx, []int64{id}, until))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) stopDue(ctx context.Context, grants []int64, until time.Time) error {
	views, err := s.access.Views(ctx, grants)
	if err != nil {
		return err
	}
	var ours, nobodys []int64 // local users of a router are not ours to stop
	for _, id := range grants {
		if _, there := views[id]; there && id != 0 {
			ours = append(ours, id)
		} else {
			nobodys = append(nobodys, id)
		}
	}
	return s.db.InTx(ctx, func(tx *db.Tx) error {
		open, err := openOfGrants(tx, ours)
		if err != nil {
			return err
		}
		stops := map[int64]*time.Time{}
		for _, id := range ours {
			if stops[id], err = s.stopGrant(tx, views[id], open[id]); err != nil {
				return err
			}
		}
		for _, id := range nobodys {
			stops[id] = nil
		}
		return setStops(tx, until, stops)
	})
}

// stopGrant decides on all sessions of a grant together, for they share what is left, and tells when to look again.
func (s *Service) stopGrant(tx *db.Tx, v access.Viewed, open []Online) (*time.Time, error) {
	cause, stop := s.stopOf(v.Grant, open)
	for _, session := range open {
		why := s.fate(v.Grant, cause, session)
		if why == access.CauseOK && !hasSlot(v.Slots, session.MAC) {
			why = access.CauseDevicesFull
		}
		if err := s.stopOrTell(tx, v.Grant, session, open, why); err != nil {
			return nil, err
		}
	}
	return stop, nil
}

func (s *Service) stopOrTell(tx *db.Tx, g access.Grant, session Online, open []Online, why access.Cause) error {
	if why != access.CauseOK {
		return s.wantDisconnect(tx, sourceOfStop(session), session, why)
	}
	if session.Garden() {
		return nil
	}
	return s.tellAnew(tx, g, session, open)
}

// hasSlot: a router that was told to let a device in, instead of asking, may have done so when the last slot was just gone.
func hasSlot(slots []access.Slot, mac access.MAC) bool {
	return mac == "" || slices.ContainsFunc(slots, func(slot access.Slot) bool { return slot.MAC == mac })
}

// stopOf says why the sessions of a grant must stop now, or when they must if nothing changes; nil for never.
func (s *Service) stopOf(g access.Grant, open []Online) (access.Cause, *time.Time) {
	now := s.clock.Now()
	siteID := g.SiteID
	if siteID == 0 && len(open) > 0 { // good at every site: the hours are those of where it is used
		siteID = open[0].SiteID
	}
	cause, left := access.Decide(g, now, s.zone(siteID))
	if cause != access.CauseOK {
		return cause, nil
	}
	if g.Limits.TimeKind == access.Online && g.Limits.Time > 0 {
		shared := (g.Limits.Time - g.UsedTime - s.unreported(open, now)) / time.Duration(max(len(open), 1))
		if shared <= 0 {
			return access.CauseTimeUsed, nil
		}
		if !left.Timed || shared < left.Time {
			left.Timed, left.Time = true, shared
		}
	}
	if terms := g.Terms(now, s.zone(siteID)); !terms.Until.IsZero() { // then they are told anew
		if until := terms.Until.Sub(now); !left.Timed || until < left.Time {
			left.Timed, left.Time = true, until
		}
	}
	if !left.Timed {
		return access.CauseOK, nil
	}
	stop := now.Add(left.Time)
	return access.CauseOK, &stop
}

// unreported is the online time since the last report of each session. One that has gone silent counts for two intervals
// at most: what nobody measured is the customer's.
func (s *Service) unreported(open []Online, now time.Time) time.Duration {
	var sum time.Duration
	for _, session := range open {
		router, _ := s.routers.Get(session.RouterID)
		sum += min(max(now.Sub(session.UpdatedAt), 0), 2*intervalOf(router.Interim))
	}
	return sum
}

// sweepSilent closes the sessions whose updates have stopped, unless the whole router is silent: then its people are
// probably still online, and it is its line that is down.
func (s *Service) sweepSilent(ctx context.Context) error {
	for _, r := range s.routers.All() {
		before := s.clock.Now().Add(-max(3*intervalOf(r.Interim)+2*time.Minute, leastSilence))
		if r.State != routers.StateRetired && s.routers.LastHeard(r.ID).Before(before) {
			continue
		}
		for n := chunkSessions; n == chunkSessions; {
			var err error
			if n, err = s.closeSilent(ctx, r.ID, before); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) closeSilent(ctx context.Context, routerID int64, before time.Time) (n int, err error) {
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		silent, err := silentSince(tx, routerID, before)
		n = len(silent)
		return s.closeRows(tx, silent, err, func(r *row) { r.close(r.UpdatedAt, lostService, BySilence) })
	})
	return n, err
}

// closeAll closes what a router lost when it went down or came up (Accounting-On, -Off).
func (s *Service) closeAll(ctx context.Context, e event) error {
	if e.Kind == routerOn {
		if err := s.noteBoot(ctx, e.RouterID, e.At, outages.ByAccounting); err != nil {
			return err
		}
	}
	for n := chunkSessions; n == chunkSessions; {
		err := s.db.InTx(ctx, func(tx *db.Tx) error {
			lost, err := openBefore(tx, e.RouterID, e.At)
			n = len(lost)
			return s.closeRows(tx, lost, err, func(r *row) { r.close(e.At, nasReboot, ByBoot) })
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) closeRows(tx *db.Tx, rows []*row, err error, end func(*row)) error {
	if err != nil {
		return err
	}
	grants := map[int64]bool{}
	for _, r := range rows {
		end(r)
		grants[r.GrantID] = true
	}
	if err := saveRows(tx, rows, s.clock.Now()); err != nil {
		return err
	}
	if err := s.measureAll(tx, rows); err != nil {
		return err
	}
	return lookAgain(tx, sortedKeys(grants), s.clock.Now())
}
