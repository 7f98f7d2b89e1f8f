package subscriptions

import (
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

// Suffered counts the lines of a site that would be lengthened: those that are paid beforehand and are not over.
func (s *Service) Suffered(ctx context.Context, siteID int64) (int64, error) {
	return s.countSuffered(ctx, siteID)
}

// Compensate gives the lines of a site days, and tells how many it gave them to.
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
	lines, err = s.toEach(ctx, o, Compensated, "outage")
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
	return s.toEach(ctx, o, Uncompensate, "outage undone")
}

// toEach records an event of an outage for each line that it concerns, once.
func (s *Service) toEach(ctx context.Context, o Outage, kind Kind, word string) (lines int, err error) {
	for after := int64(0); ; {
		ids, err := s.concerned(ctx, o, kind, after)
		if err != nil || len(ids) == 0 {
			return lines, err
		}
		for _, id := range ids {
			_, err := s.change(ctx, id, By{Actor: o.By, Request: fmt.Sprintf("%s:%d", word, o.ID)}, func(_ *db.Tx, sub Subscription) (draft, error) {
				if sub.State.Status == Ended {
					return draft{}, errEnded
				}
				return draft{Event: Event{Kind: kind, Said: Said{Days: o.Days, OutageID: o.ID, Reason: o.Note}}}, nil
			})
			if after = id; err == nil {
				lines++
			} else if !errors.Is(err, errEnded) {
				return lines, err
			}
		}
	}
}

var errEnded = errors.New("the line has ended")
