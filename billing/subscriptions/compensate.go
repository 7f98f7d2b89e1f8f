package subscriptions

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Outage is days that the lines of a site were given for an outage.
type Outage struct {
	ID, SiteID int64
	Days       int
	By, Note   string
	At         time.Time
	UndoneAt   time.Time // zero: it holds
}

const mostDays = 31

// Suffered counts the lines of a site that would be made up to: those that are paid beforehand and are not over last longer, those that are paid by
// invoice pay less.
func (s *Service) Suffered(ctx context.Context, siteID int64) (int64, error) {
	return s.countSuffered(ctx, siteID, s.Clock.Now())
}

// Compensate gives the lines of a site days, and tells how many it gave them to. What is cut half-way, MakeUp goes on with.
// fault.Invalid "outage.days" or "outage.note".
func (s *Service) Compensate(ctx context.Context, siteID int64, days int, note string, by By) (o Outage, lines int, err error) {
	switch {
	case days < 1 || days > mostDays:
		return o, 0, fault.New(fault.Invalid, "outage.days", "Most", mostDays)
	case note == "" || len(note) > 300:
		return o, 0, fault.New(fault.Invalid, "outage.note")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		o = Outage{ID: tx.ID(), SiteID: siteID, Days: days, By: by.Actor, Note: note, At: s.Clock.Now()}
		if err := insertOutage(tx, o); err != nil {
			return err
		}
		return audit.Record(tx, o.At, audit.Event{Actor: by.Actor, From: by.From, Action: "outage compensated", Object: "outage", ObjectID: fmt.Sprint(o.ID), After: fmt.Sprintf("site %d, %d days: %s", siteID, days, note)})
	})
	if err != nil {
		return o, 0, err
	}
	lines, err = s.toEach(ctx, o, Compensated)
	return o, lines, err
}

// UndoOutage takes the days away again. fault.Conflict "outage.undone" when that was done before.
func (s *Service) UndoOutage(ctx context.Context, id int64, by By) (lines int, err error) {
	var o Outage
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if o, err = undo(tx, id, s.Clock.Now()); err != nil {
			return err
		}
		return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: "outage undone", Object: "outage", ObjectID: fmt.Sprint(id)})
	})
	if err != nil {
		return 0, err
	}
	return s.toEach(ctx, o, Uncompensate)
}

// MakeUp goes on with what was cut half-way: days that are to be given, or to be taken back. Call it every minute on one node.
func (s *Service) MakeUp(ctx context.Context) error {
	work, err := s.outageWork(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, w := range work {
		_, err := s.toEach(ctx, w.outage, w.kind)
		failed = errors.Join(failed, err)
	}
	return failed
}

// requests are what events of an outage are recorded as, of each line once.
var requests = map[Kind]string{Compensated: "outage:%d", Uncompensate: "outage undone:%d"}

// toEach records an event of an outage for each line that it concerns, once, and notes when all have it.
func (s *Service) toEach(ctx context.Context, o Outage, kind Kind) (lines int, err error) {
	for after := int64(0); ; {
		ids, err := s.concerned(ctx, o, kind, after)
		if err != nil {
			return lines, err
		}
		if len(ids) == 0 {
			return lines, s.DB.InTx(ctx, func(tx *db.Tx) error { return finishOutage(tx, o.ID, kind) })
		}
		for _, id := range ids {
			err := s.made(ctx, o, kind, id)
			if after = id; err == nil {
				lines++
			} else if !errors.Is(err, errPassed) {
				return lines, err
			}
		}
	}
}

func (s *Service) made(ctx context.Context, o Outage, kind Kind, id int64) error {
	_, err := s.change(ctx, id, By{Actor: o.By, Request: fmt.Sprintf(requests[kind], o.ID)}, func(tx *db.Tx, sub Subscription) (draft, error) {
		if holds, err := stillHolds(tx, o.ID); err != nil || sub.State.Status == Ended || !holds && kind == Compensated {
			return draft{}, cmp.Or(err, errPassed)
		}
		return draft{Event: Event{Kind: kind, Said: Said{Days: o.Days, OutageID: o.ID, Reason: o.Note}}}, nil
	})
	return err
}

// errPassed passes over a line that has ended, or whose days were taken back meanwhile.
var errPassed = errors.New("nothing is given")
