package access

import (
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// SourceWithdrawn is the kind that a source has when what it gave was taken back unused: it feeds nothing any more.
const SourceWithdrawn = "withdrawn"

// SourceRefund is the kind of a source that takes away what another, paid back, had added.
const SourceRefund = "refund"

// SourceReversal is the kind of a source that takes away what another had added whose money the rail took back.
const SourceReversal = "reversal"

// SourceGift is the kind of a source that nobody paid for.
const SourceGift = "gift"

// Causes of an end that staff decide.
const (
	CauseWithdrawn Cause = "withdrawn" // the money was not meant for it
	CauseRefunded  Cause = "refunded"
)

// GivenShortened is how a refund feeds a grant that others have fed too.
const GivenShortened = "shortened"

// Gift is more of a plan that nobody pays for: time, data or both.
type Gift struct {
	Time  time.Duration
	Bytes int64
}

// Withdraw takes back what a source gave, while nothing of it is used: a grant of its own ends, one that it was added to is
// made smaller. fault.Conflict "grant.used", "grant.fed_again" or "grant.ended", fault.NotFound "grant.unknown".
func (s *Service) Withdraw(tx *db.Tx, src Source) error {
	given, g, err := lockSource(tx, src)
	if err != nil {
		return err
	}
	alone, err := onlySource(tx, given)
	switch {
	case err != nil:
		return err
	case given.How != GivenStacked && !g.FirstUsedAt.IsZero():
		return fault.New(fault.Conflict, "grant.used")
	case given.How != GivenStacked && !alone:
		return fault.New(fault.Conflict, "grant.fed_again")
	}
	if err := retireSource(tx, given); err != nil {
		return err
	}
	if given.How != GivenStacked {
		_, err = s.End(tx, g.ID, CauseWithdrawn)
		return err
	}
	smaller := g
	smaller.Limits = g.Limits.minus(given)
	if smaller.resize(); overAt(&smaller, s.clock.Now()) != CauseOK {
		return fault.New(fault.Conflict, "grant.used")
	}
	return s.setLimits(tx, g, smaller)
}

// Revoke takes away what a source gave, used or not, in the name of another: the grant ends, or is made smaller when others
// have fed it too. What is over already stays as it is, and lived is false.
func (s *Service) Revoke(tx *db.Tx, src, by Source) (lived bool, err error) {
	return s.takeAway(tx, src, by, func(g Grant, _ bool) error {
		_, err := s.End(tx, g.ID, CauseRefunded)
		return err
	})
}

// Impound is Revoke for money that the rail took back: a grant that nothing else fed is seized.
func (s *Service) Impound(tx *db.Tx, src, by Source) (lived bool, err error) {
	return s.takeAway(tx, src, by, func(g Grant, alone bool) error {
		if alone {
			_, err := s.Seize(tx, g.ID)
			return err
		}
		_, err := s.End(tx, g.ID, CauseReversed) // more is used than what the others gave
		return err
	})
}

// Seize suspends a grant whose money the rail took back, with that cause; staff may resume it. One that nobody used yet ends. False when it had ended.
func (s *Service) Seize(tx *db.Tx, grantID int64) (bool, error) {
	won, err := s.suspendFor(tx, grantID, CauseReversed)
	if err != nil || won {
		return won, err
	}
	return s.End(tx, grantID, CauseReversed)
}

func (s *Service) takeAway(tx *db.Tx, src, by Source, whole func(g Grant, alone bool) error) (lived bool, err error) {
	given, g, err := lockSource(tx, src)
	if fault.KeyOf(err) == "grant.ended" {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	alone, err := onlySource(tx, given)
	if err != nil {
		return true, err
	}
	smaller := g
	smaller.Limits = g.Limits.minus(given)
	smaller.resize()
	if alone || overAt(&smaller, s.clock.Now()) != CauseOK {
		return true, whole(g, alone)
	}
	if err := insertTaken(tx, by, given, s.clock.Now()); err != nil {
		return true, err
	}
	return true, s.setLimits(tx, g, smaller)
}

// Hold has no other change of a grant come between this and what the transaction does next. fault.NotFound "grant.unknown".
func (s *Service) Hold(tx *db.Tx, grantID int64) error {
	_, err := lockAny(tx, grantID)
	return err
}

// Extend adds a gift to a grant; one that is over, or rests at this hour, gets a new one of its plan instead, which is told. fault.Invalid
// "gift.nothing", "gift.no_time" or "gift.no_data" (the plan has no such limit).
func (s *Service) Extend(tx *db.Tx, grantID int64, src Source, more Gift) (Given, error) {
	g, err := lockAny(tx, grantID)
	if err != nil {
		return Given{}, err
	}
	larger, added, err := g.Limits.with(more)
	if err != nil {
		return Given{}, err
	}
	now := s.clock.Now()
	if cause, _ := Decide(g, now, s.location(g.SiteID)); cause == CauseHours {
		added.Hours = nil // for whoever shall be online now
		return s.Give(tx, Offer{Source: src, SiteID: g.SiteID, Plan: g.Plan, Segment: g.Segment, Limits: added, Place: g.Place})
	}
	if g.State == Ended || overAt(&g, now) != CauseOK {
		return s.Give(tx, Offer{Source: src, SiteID: g.SiteID, Plan: g.Plan, Segment: g.Segment, Limits: added, Place: g.Place})
	}
	o := Offer{Source: src, SiteID: g.SiteID, Plan: g.Plan, Segment: g.Segment, Limits: added, Place: g.Place}
	given := Given{GrantID: g.ID, How: GivenStacked}
	if first, err := insertSource(tx, o, given, now); err != nil || !first {
		return given, err
	}
	if g.Limits.toppedUp() {
		return given, s.topUp(tx, g, larger, more.Bytes)
	}
	grown := g
	grown.Limits = larger
	grown.resize()
	return given, s.setLimits(tx, g, grown)
}

// toppedUp: without a cap of its own, more data is more of the fair share.
func (l Limits) toppedUp() bool { return l.DataBytes == 0 && l.FairUse.Bytes > 0 }

// topUp adds data to the allowance of this period, and perhaps time.
func (s *Service) topUp(tx *db.Tx, g Grant, larger Limits, bytes int64) error {
	fair := g.Limits.FairUse.roll(g.Fair, s.clock.Now(), s.location(g.SiteID))
	larger.DataBytes = 0
	grown := g
	grown.Limits = larger
	grown.resize()
	columns := map[string]any{"limits": string(EncodeLimits(larger)), "fair_at": db.Nullable(fair.Start), "fair_bytes": fair.Used, "fair_more": fair.More + bytes}
	if !g.FirstUsedAt.IsZero() {
		columns["until"] = db.Nullable(grown.Until)
	}
	if err := change(tx, g, columns); err != nil {
		return err
	}
	return s.emit(tx, GrantChanged, g, "")
}

// with is the limits with a gift added, and the gift as limits of their own.
func (l Limits) with(more Gift) (larger, added Limits, err error) {
	timed := l.Time > 0 || l.Valid > 0 || !l.ValidUntil.IsZero()
	switch {
	case more.Time < 0 || more.Bytes < 0 || more.Time == 0 && more.Bytes == 0:
		return l, l, fault.New(fault.Invalid, "gift.nothing")
	case more.Time > 0 && !timed:
		return l, l, fault.New(fault.Invalid, "gift.no_time")
	case more.Bytes > 0 && l.DataBytes == 0 && !l.toppedUp():
		return l, l, fault.New(fault.Invalid, "gift.no_data")
	}
	larger, added = l, l
	added.Time, added.Valid, added.ValidUntil, added.DataBytes = 0, 0, time.Time{}, more.Bytes
	if l.Time > 0 {
		larger.Time, added.Time = l.Time+more.Time, more.Time
	} else {
		added.Valid = more.Time
	}
	if l.Valid > 0 {
		larger.Valid += more.Time
	}
	if !l.ValidUntil.IsZero() {
		larger.ValidUntil = l.ValidUntil.Add(more.Time)
	}
	larger.DataBytes += more.Bytes
	return larger, added, larger.Check()
}

// minus is the limits without the sums that a source added.
func (l Limits) minus(r sourceRow) Limits {
	l.Time -= duration(r.AddedSeconds)
	if l.DataBytes > 0 { // what topped a fair share up lasts for its period only
		l.DataBytes -= r.AddedBytes
	}
	l.Valid -= duration(r.AddedValidSeconds)
	return l
}

// resize moves the end of a running grant to where its limits put it.
func (g *Grant) resize() {
	if !g.FirstUsedAt.IsZero() && !g.Standing {
		g.Until = g.Limits.until(g.FirstUsedAt)
	}
}

// setLimits writes the new limits of a locked grant and has its sessions told.
func (s *Service) setLimits(tx *db.Tx, g, changed Grant) error {
	if err := changed.Limits.Check(); err != nil {
		return err
	}
	columns := map[string]any{"limits": string(EncodeLimits(changed.Limits))}
	if !g.FirstUsedAt.IsZero() {
		columns["until"] = db.Nullable(changed.Until)
	}
	if err := change(tx, g, columns); err != nil {
		return err
	}
	return s.emit(tx, GrantChanged, g, "")
}
