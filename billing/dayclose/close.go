package dayclose

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// By is who does something about a day, and from where.
type By struct {
	Actor, From string
	Member      int64
}

// longestReason bounds what is written of a difference, in characters.
const longestReason = 400

// See looks at a day and tells what of it is kept; nothing is changed. Faults of Look.
func (s *Service) See(ctx context.Context, day clock.Day) (v View, err error) {
	look, err := s.Look(ctx, day)
	if err != nil {
		return v, err
	}
	return s.beside(ctx, look)
}

// beside puts what was found beside what is kept.
func (s *Service) beside(ctx context.Context, look Day) (v View, err error) {
	v.Look = look
	if v.Kept, err = s.Kept(ctx, look.Day); err != nil {
		return v, err
	}
	kept, err := s.differences(ctx, look.Day)
	if err != nil {
		return v, err
	}
	v.Differences = merge(v.Look, kept, v.State == Closed)
	v.Left, v.LeftCents = left(v.Differences)
	return v, nil
}

// Refresh looks at a day and keeps what it found; a day on which nothing was is not kept.
func (s *Service) Refresh(ctx context.Context, day clock.Day) (View, error) {
	began := s.Clock.Now()
	v, err := s.See(ctx, day)
	if err != nil || v.LookedAt.IsZero() && len(v.Look.figures().Tills)+len(v.Look.Sites)+len(v.Differences) == 0 {
		return v, err
	}
	if err := s.keepDay(ctx, day); err != nil {
		return v, err
	}
	var fresh, stale []Difference
	var gone, back []int64
	for _, d := range v.Differences {
		switch {
		case d.ID == 0:
			fresh = append(fresh, d)
		case d.Standing == Gone:
			gone = append(gone, d.ID)
		case d.Standing == Left:
			back = append(back, d.ID)
		}
		if d.stale {
			stale = append(stale, d)
		}
	}
	for _, part := range []struct {
		all  []Difference
		keep func(tx *db.Tx, day clock.Day, all []Difference) error
	}{{fresh, s.keepFresh}, {stale, s.keepAmounts}} {
		for some := range slices.Chunk(part.all, batch) {
			if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return part.keep(tx, day, some) }); err != nil {
				return v, err
			}
		}
	}
	return s.keep(ctx, v, began, gone, back)
}

// keep keeps the figures that a look found, and what is gone or back, unless somebody has looked since.
func (s *Service) keep(ctx context.Context, v View, began time.Time, gone, back []int64) (View, error) {
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.keepFigures(tx, v, began)
		if err != nil || !won { // somebody has looked since
			return err
		}
		if err := s.stand(tx, gone, Left, Gone); err != nil {
			return err
		}
		if err := s.stand(tx, back, Gone, Left); err != nil {
			return err
		}
		return s.recount(tx, v.Look.Day)
	})
	if err != nil {
		return v, err
	}
	return s.beside(ctx, v.Look)
}

// batch is how many differences are kept in one transaction.
const batch = 200

// Close closes a day once, with what was seen of it (View.Digest). fault.Conflict "dayclose.changed" (it is not so any more) or "dayclose.closed".
func (s *Service) Close(ctx context.Context, day clock.Day, seen string, by By) (v View, err error) {
	if v, err = s.Refresh(ctx, day); err != nil {
		return v, err
	}
	switch {
	case v.State == Closed:
		return v, fault.New(fault.Conflict, "dayclose.closed", "By", v.ClosedBy)
	case v.Digest() != seen:
		return v, fault.New(fault.Conflict, "dayclose.changed")
	}
	v.State, v.ClosedAt, v.ClosedBy, v.Member, v.Seen, v.SeenLeft, v.SeenOf = Closed, s.Clock.Now().UTC().Truncate(time.Millisecond), by.Actor, by.Member, v.Look.figures(), v.Left, v.LeftCents
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.keepDayTx(tx, day); err != nil { // one on which nothing was
			return err
		}
		if won, err := s.closeDay(tx, v.Kept, by); err != nil || !won {
			return s.lost(tx, v.Kept, err)
		}
		if err := s.ownLeft(tx, day, by.Member); err != nil {
			return err
		}
		if err := s.recount(tx, day); err != nil {
			return err
		}
		return s.record(tx, "day closed", "money day", day.String(), nil, totals(v), by)
	})
	return v, err
}

// lost tells who closed a day meanwhile; no fault when it was this very closing, whose commit was not answered.
func (s *Service) lost(tx *db.Tx, mine Kept, err error) error {
	if err != nil {
		return err
	}
	is, err := keptTx(tx, mine.Day)
	if err == nil && (is.Member != mine.Member || is.ClosedBy != mine.ClosedBy || !is.ClosedAt.Equal(mine.ClosedAt)) {
		err = fault.New(fault.Conflict, "dayclose.closed", "By", is.ClosedBy)
	}
	return err
}

// totals are what was seen of a day, in the trail.
func totals(v View) map[string]string {
	sum := v.Seen.Total()
	return map[string]string{"statement": money.KES(sum.In).String(), "books": money.KES(sum.Books).String(), "ledger": money.KES(sum.Ledger).String(), "served": money.KES(sum.Served).String(),
		"unexplained": strconv.FormatInt(v.SeenLeft, 10), "amount": money.KES(v.SeenOf).String()}
}

// Explain says why a difference is as it is. fault.Invalid "dayclose.reason", fault.NotFound "dayclose.no_item", fault.Conflict "dayclose.moved".
func (s *Service) Explain(ctx context.Context, id int64, reason string, by By) (Difference, error) {
	if reason = strings.TrimSpace(reason); reason == "" || !utf8.ValidString(reason) || utf8.RuneCountInString(reason) > longestReason {
		return Difference{}, fault.New(fault.Invalid, "dayclose.reason", "Most", longestReason)
	}
	return s.move(ctx, id, change{from: Left, to: Explained, reason: reason, action: "difference explained"}, by)
}

// Withdraw takes an explanation back. Faults as of Explain.
func (s *Service) Withdraw(ctx context.Context, id int64, by By) (Difference, error) {
	return s.move(ctx, id, change{from: Explained, to: Left, action: "explanation withdrawn"}, by)
}

// Own makes a difference one's own. Faults as of Explain.
func (s *Service) Own(ctx context.Context, id int64, by By) (Difference, error) {
	return s.move(ctx, id, change{from: Left, to: Left, owner: by.Member, action: "difference taken on"}, by)
}

// change is what somebody does about a difference.
type change struct {
	from, to       Standing
	reason, action string
	owner          int64 // 0: as it is
}

func (s *Service) move(ctx context.Context, id int64, c change, by By) (Difference, error) {
	d, err := s.Difference(ctx, id)
	if err != nil {
		return d, err
	}
	was := d
	if d.Standing, d.Reason, d.MovedBy, d.MovedAt = c.to, c.reason, by.Actor, s.Clock.Now().UTC().Truncate(time.Millisecond); c.owner != 0 {
		d.Owner = c.owner
	}
	return d, s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.hold(tx, d.Day); err != nil {
			return err
		}
		if won, err := s.moveDifference(tx, d, c.from); err != nil || !won {
			return s.outrun(tx, d, err)
		}
		if err := s.recount(tx, d.Day); err != nil {
			return err
		}
		return s.record(tx, c.action, "difference", strconv.FormatInt(d.ID, 10), said(was), said(d), by)
	})
}

// outrun: somebody was faster, unless it was this very change.
func (s *Service) outrun(tx *db.Tx, mine Difference, err error) error {
	if err != nil {
		return err
	}
	is, err := differenceTx(tx, mine.ID)
	if err == nil && (is.Standing != mine.Standing || is.MovedBy != mine.MovedBy || !is.MovedAt.Equal(mine.MovedAt)) {
		err = fault.New(fault.Conflict, "dayclose.moved")
	}
	return err
}

// said is a difference in the trail.
func said(d Difference) map[string]string {
	return map[string]string{"day": d.Day.String(), "cause": string(d.Cause), "receipt": d.Receipt, "amount": money.KES(d.Cents()).String(), "state": string(d.Standing), "reason": d.Reason,
		"owner": strconv.FormatInt(d.Owner, 10)}
}

func (s *Service) record(tx *db.Tx, action, object, id string, before, after map[string]string, by By) error {
	var was any
	if before != nil {
		was = before
	}
	return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: object, ObjectID: id}, was, after)
}
