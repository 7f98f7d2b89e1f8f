package subscriptions

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Outage is time that the lines of a site, or of a router there, are given for an outage: days by hand, or the minutes of one that was proven.
type Outage struct {
	ID, SiteID, RouterID int64
	Days                 int // 0: it was proven
	Gap
	By, Note string
	At       time.Time
	UndoneAt time.Time // zero: it holds
	Lines    int64     // that have it, or have given it back
	Of       int64     // lines that are looked at, as far as they were counted
	Going    bool      // not all have been looked at
}

const mostDays = 31

// By whom proven outages are made up for.
const byProof = "mtandao"

// Suffered counts the lines of a site that would be made up to: those that are paid beforehand and are not over last longer, those that are paid by
// invoice pay less.
func (s *Service) Suffered(ctx context.Context, siteID int64) (int64, error) {
	return s.countSuffered(ctx, Outage{SiteID: siteID, Days: 1, At: s.Clock.Now()})
}

// Compensate gives the lines of a site days, and tells how many it gave them to at once; MakeUp goes on with the others, in pieces. They count as the
// days up to now: what a line was given already for minutes of them is not given again. fault.Invalid "outage.days" or "outage.note".
func (s *Service) Compensate(ctx context.Context, siteID int64, days int, note string, by By) (o Outage, lines int, err error) {
	switch {
	case days < 1 || days > mostDays:
		return o, 0, fault.New(fault.Invalid, "outage.days", "Most", mostDays)
	case note == "" || len(note) > 300:
		return o, 0, fault.New(fault.Invalid, "outage.note")
	}
	now := s.Clock.Now()
	until := now.Truncate(time.Minute)
	o = Outage{SiteID: siteID, Days: days, Gap: Gap{until.AddDate(0, 0, -days), until}, By: by.Actor, Note: note, At: now}
	if o.Of, err = s.countSuffered(ctx, o); err != nil {
		return o, 0, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		o.ID = tx.ID()
		if err := insertOutage(tx, o); err != nil {
			return err
		}
		return audit.Record(tx, o.At, audit.Event{Actor: by.Actor, From: by.From, Action: "outage compensated", Object: "outage", ObjectID: fmt.Sprint(o.ID),
			After: fmt.Sprintf("site %d, %d days: %s", siteID, days, note)})
	})
	if err != nil {
		return o, 0, err
	}
	lines, err = s.piece(ctx, outageLeft{outage: o, kind: Compensated})
	return o, lines, err
}

// Suffer makes up for a proven outage, once; MakeUp gives it to the lines.
func (s *Service) Suffer(tx *db.Tx, c Cut) error {
	o := Outage{ID: c.ID, SiteID: c.SiteID, RouterID: c.RouterID, Gap: c.Gap, By: byProof, Note: c.Note, At: s.Clock.Now()}
	if known, err := outageKnown(tx, c.ID); err != nil || known {
		return err
	}
	if err := insertOutage(tx, o); err != nil {
		return err
	}
	return audit.Record(tx, o.At, audit.Event{Actor: byProof, Action: "outage compensated", Object: "outage", ObjectID: fmt.Sprint(c.ID), After: fmt.Sprintf("router %d: %s", c.RouterID, c.Note)})
}

// UndoOutage takes the days away again, of the first lines at once. fault.Conflict "outage.undone" when that was done before.
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
	return s.piece(ctx, outageLeft{outage: o, kind: Uncompensate})
}

// piecesAtOnce are gone through in one call of MakeUp: seconds of work.
const piecesAtOnce = 10

// MakeUp goes on with what was not finished: time that is to be given, or to be taken back. Of several outages each goes on. Call it every few seconds on
// one node.
func (s *Service) MakeUp(ctx context.Context) (failed error) {
	for done := 0; done < piecesAtOnce; {
		work, err := s.outageWork(ctx)
		if err != nil || len(work) == 0 || failed != nil {
			return errors.Join(failed, err)
		}
		for _, w := range work {
			_, err := s.piece(ctx, w)
			failed = errors.Join(failed, err)
			done++
		}
	}
	return failed
}

// requests are what events of an outage are recorded as, of each line once.
var requests = map[Kind]string{Compensated: "outage:%d", Uncompensate: "outage undone:%d"}

// piece records an event of an outage for the next lines that it concerns, of each once, and notes how far it came, or that all have it. Each line is a
// transaction of its own; of two who work on one piece both may come first, and a line has the event once all the same.
func (s *Service) piece(ctx context.Context, w outageLeft) (lines int, err error) {
	ids, err := s.concerned(ctx, w.outage, w.kind, w.after)
	if err != nil {
		return 0, err
	}
	stood, err := s.stood(ctx, w, ids)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		err := s.made(ctx, w.outage, w.kind, id, stood[id])
		if err == nil {
			lines++
		} else if !errors.Is(err, errPassed) {
			return lines, err
		}
	}
	return lines, s.DB.InTx(ctx, func(tx *db.Tx) error {
		if len(ids) == pieceOf {
			return came(tx, w, ids[len(ids)-1], lines)
		}
		if err := came(tx, w, math.MaxInt64, lines); err != nil {
			return err
		}
		return finishOutage(tx, w.outage.ID, w.kind)
	})
}

// stood are those of some lines whose router nobody named, and whose session was at that of the outage.
func (s *Service) stood(ctx context.Context, w outageLeft, ids []int64) (map[int64]bool, error) {
	o := w.outage
	if o.RouterID == 0 || w.kind != Compensated {
		return nil, nil
	}
	byGrant, err := s.unnamed(ctx, ids)
	if err != nil || len(byGrant) == 0 || s.StoodOn == nil {
		return nil, err
	}
	grants := make([]int64, 0, len(byGrant))
	for id := range byGrant {
		grants = append(grants, id)
	}
	there, err := s.StoodOn(ctx, o.RouterID, o.From, grants)
	all := map[int64]bool{}
	for grant := range there {
		all[byGrant[grant]] = true
	}
	return all, err
}

// made records the event of one line. What is taken back may have covered other outages: those are given instead.
func (s *Service) made(ctx context.Context, o Outage, kind Kind, id int64, stood bool) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		by := By{Actor: o.By, Request: fmt.Sprintf(requests[kind], o.ID)}
		_, err := s.changeIn(tx, id, by, func(tx *db.Tx, sub Subscription) (draft, error) {
			if sub.State.Status == Ended {
				return draft{}, errPassed
			}
			events, err := eventsIn(tx, id)
			if err != nil {
				return draft{}, err
			}
			if kind == Uncompensate {
				return takeBack(o, events), nil
			}
			if holds, err := stillHolds(tx, o.ID); err != nil || !holds {
				return draft{}, errors.Join(err, passedUnless(holds))
			}
			return s.giveFor(o, sub, events, stood)
		})
		if err != nil || kind == Compensated {
			return err
		}
		return s.uncovered(tx, o, id)
	})
}

func passedUnless(holds bool) error {
	if holds {
		return nil
	}
	return errPassed
}

// giveFor is what a line is given for an outage: when it had none and was not given for another one already.
func (s *Service) giveFor(o Outage, sub Subscription, events []Event, stood bool) (draft, error) {
	gone := []Gap{o.Gap}
	if o.Days == 0 {
		var err error
		if gone, err = (Cut{SiteID: o.SiteID, RouterID: o.RouterID, Gap: o.Gap}).suffered(events, stood, s.zone); err != nil {
			return draft{}, err
		}
	} else if now := s.Clock.Now(); sub.State.Prepaid() && sub.State.Status == Active && !sub.State.End(s.zone(sub.State.Place.SiteID)).After(now) {
		return draft{}, errPassed // it is over
	}
	if len(gone) == 0 {
		return draft{}, errPassed
	}
	return s.giving(o, sub, events, gone, without(gone, coverOf(events).all()))
}

// giving gives gaps for an outage in which the line had none in all of gone. A clock that was paid beforehand stood still then: it counts from there. When
// the line has run out since, or was renewed after it had, that would be time that is over: it counts from now.
func (s *Service) giving(o Outage, sub Subscription, events []Event, gone, gaps []Gap) (draft, error) {
	said := Said{Minutes: minutes(gaps), Gaps: gaps, Whole: gone, OutageID: o.ID, Reason: o.Note}
	if whole := o.Days * 24 * 60; whole > 0 && said.Minutes == whole {
		said.Days, said.Minutes = o.Days, 0
	}
	d := draft{Event: Event{Kind: Compensated, Said: said}}
	if o.Days > 0 || !sub.State.Prepaid() {
		return d, nil
	}
	lapsed, err := lapsedSince(events, gone[0].From, s.Clock.Now(), s.zone)
	if !lapsed {
		d.At = gone[0].From
	}
	return d, err
}

// lapsedSince says that a line has run out between two instants, whether or not it was renewed then.
func lapsedSince(events []Event, since, now time.Time, zone Zones) (lapsed bool, err error) {
	var last State
	look := func(by time.Time) {
		end := last.End(zone(last.Place.SiteID))
		lapsed = lapsed || by.After(since) && last.Status == Active && !end.IsZero() && !end.After(by)
	}
	err = Steps(events, zone, func(e Event, s State) {
		if !e.At.After(now) {
			look(e.At)
			last = s
		}
	})
	look(now)
	return lapsed, err
}

// takeBack is all that a line was given for an outage.
func takeBack(o Outage, events []Event) draft {
	said := Said{OutageID: o.ID, Reason: o.Note}
	for _, e := range events {
		if e.Kind == Compensated && e.Said.OutageID == o.ID {
			said.Days, said.Minutes = said.Days+e.Said.Days, said.Minutes+e.Said.Minutes
		}
	}
	return draft{Event: Event{Kind: Uncompensate, Said: said}}
}

// uncovered gives for outages that hold what another has covered until it was taken back.
func (s *Service) uncovered(tx *db.Tx, undone Outage, id int64) error {
	for {
		events, err := eventsIn(tx, id)
		if err != nil {
			return err
		}
		cover := coverOf(events)
		other, missing := cover.open()
		if other == 0 {
			return nil
		}
		o, err := outageIn(tx, other)
		if err != nil {
			return err
		}
		request := fmt.Sprintf("outage:%d:%d", other, cover.again[other])
		_, err = s.changeIn(tx, id, By{Actor: o.By, Request: request}, func(_ *db.Tx, sub Subscription) (draft, error) {
			return s.giving(o, sub, events, cover.whole[other], missing)
		})
		if err != nil {
			return err
		}
	}
}

// errPassed passes over a line that has ended, or whose days were taken back meanwhile.
var errPassed = errors.New("nothing is given")
