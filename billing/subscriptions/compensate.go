package subscriptions

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
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

// Suffering is what lines of a plan would be given, and what that time costs by the plan's own price: what each of them pays by its discounts, and who was
// given minutes of it already, is known when it is given.
type Suffering struct {
	PlanKey string
	Mode    plans.Mode
	Lines   int64
	Worth   money.Amount
}

// Suffered tells plan by plan of the lines of a site that would be made up to for some days: those that are paid beforehand and are not over last
// longer, those that are paid by invoice pay less.
func (s *Service) Suffered(ctx context.Context, siteID int64, days int) (all []Suffering, err error) {
	now := s.Clock.Now()
	groups, err := s.groupSuffered(ctx, Outage{SiteID: siteID, Days: days, At: now})
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, g := range groups {
		ids = append(ids, g.PriceID)
	}
	prices, err := s.Plans.Prices(ctx, ids)
	if err != nil {
		return nil, err
	}
	loc := s.zone(siteID)
	for _, g := range groups {
		p := prices[g.PriceID]
		given := Suffering{PlanKey: g.PlanKey, Mode: plans.Mode(g.Mode), Lines: g.N, Worth: money.Amount{Currency: p.Amount.Currency}}
		if of := plans.Days(now, p.Terms.Interval.After(now, now.In(loc).Day(), loc), loc); of > 0 {
			if given.Worth.Cents, err = money.MulDiv(p.Amount.Cents, g.N*int64(days), of, money.HalfUp); err != nil {
				return nil, err
			}
		}
		if last := len(all) - 1; last >= 0 && all[last].PlanKey == given.PlanKey && all[last].Mode == given.Mode {
			all[last].Lines += given.Lines
			if all[last].Worth, err = all[last].Worth.Add(given.Worth); err != nil {
				return nil, err
			}
			continue
		}
		all = append(all, given)
	}
	return all, nil
}

// Compensate has the lines of a site given days: MakeUp gives them, in pieces. They count as the
// days up to now: what a line was given already for minutes of them is not given again. The same By.Request gives them once. fault.Invalid "outage.days" or
// "outage.note", fault.Conflict "outage.request" when it asked for others.
func (s *Service) Compensate(ctx context.Context, siteID int64, days int, note string, by By) (o Outage, err error) {
	switch {
	case days < 1 || days > mostDays:
		return o, fault.New(fault.Invalid, "outage.days", "Most", mostDays)
	case note == "" || len(note) > 300:
		return o, fault.New(fault.Invalid, "outage.note")
	}
	now := s.Clock.Now()
	until := now.Truncate(time.Minute)
	o = Outage{SiteID: siteID, Days: days, Gap: Gap{until.AddDate(0, 0, -days), until}, By: by.Actor, Note: note, At: now, Going: true}
	if o.Of, err = s.countSuffered(ctx, o); err != nil {
		return o, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		o.ID = tx.ID()
		if err := insertOutage(tx, o, by.Request); err != nil {
			return err
		}
		return audit.Record(tx, o.At, audit.Event{Actor: by.Actor, From: by.From, Action: "outage compensated", Object: "outage", ObjectID: fmt.Sprint(o.ID),
			After: fmt.Sprintf("site %d, %d days: %s", siteID, days, note)})
	})
	if by.Request != "" && fault.Is(err, fault.Conflict) {
		return s.compensated(ctx, o, by.Request, err)
	}
	return o, err
}

// compensated is what the same request has given before.
func (s *Service) compensated(ctx context.Context, o Outage, request string, cause error) (Outage, error) {
	var first int64
	err := s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		first, err = requestedOutage(tx, request)
		return err
	})
	if err == nil && first == 0 {
		err = cause
	}
	if err != nil {
		return o, err
	}
	was, _, err := s.MadeUp(ctx, first)
	if err == nil && (was.SiteID != o.SiteID || was.Days != o.Days || was.Note != o.Note) {
		err = fault.New(fault.Conflict, "outage.request")
	}
	return was, err
}

// Suffer makes up for a proven outage, once; MakeUp gives it to the lines.
func (s *Service) Suffer(tx *db.Tx, c Cut) error {
	o := Outage{ID: c.ID, SiteID: c.SiteID, RouterID: c.RouterID, Gap: c.Gap, By: byProof, Note: c.Note, At: s.Clock.Now()}
	if known, err := outageKnown(tx, c.ID); err != nil || known {
		return err
	}
	if err := insertOutage(tx, o, ""); err != nil {
		return err
	}
	return audit.Record(tx, o.At, audit.Event{Actor: byProof, Action: "outage compensated", Object: "outage", ObjectID: fmt.Sprint(c.ID), After: fmt.Sprintf("router %d: %s", c.RouterID, c.Note)})
}

// UndoOutage has the days taken away again: MakeUp takes them. fault.Conflict "outage.undone" when that was done before.
func (s *Service) UndoOutage(ctx context.Context, id int64, by By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := undo(tx, id, s.Clock.Now()); err != nil {
			return err
		}
		return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: "outage undone", Object: "outage", ObjectID: fmt.Sprint(id)})
	})
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
