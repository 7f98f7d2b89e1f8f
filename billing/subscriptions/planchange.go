package subscriptions

import (
	"context"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Change is a change of plan that somebody wants.
type Change struct {
	PlanKey, Level string
	AtEnd          bool      // of the period that runs
	At             time.Time // dated back; zero: now
	// KeepDate has the line last as long as before: the difference for the rest of the period is paid, or given back. Else the time that is left becomes more
	// or less.
	KeepDate bool
}

// Preview is what a change of plan does.
type Preview struct {
	At       time.Time
	Old, New money.Amount // of a period
	OldEnd   time.Time    // zero: it is paid by invoice, or nobody paid
	NewEnd   time.Time
	Due      money.Amount // to be paid now; below zero it goes back to credit
	Seen     int64
	event    Event
}

// Preview works out what a change would do, and changes nothing. fault.Invalid "subscription.same_plan", faults of Start.
func (s *Service) Preview(ctx context.Context, id int64, c Change) (p Preview, err error) {
	plan, err := s.sold(ctx, c.PlanKey, c.Level)
	if err != nil {
		return p, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		sub, err := oneIn(tx, id)
		if err != nil {
			return err
		}
		p, err = s.preview(tx, sub, plan, c)
		return err
	})
	return p, err
}

func (s *Service) preview(tx *db.Tx, sub Subscription, plan plans.Plan, c Change) (p Preview, err error) {
	events, err := eventsIn(tx, sub.ID)
	if err != nil {
		return p, err
	}
	loc, now := s.zone(sub.State.Place.SiteID), s.Clock.Now()
	if sub, err = s.now(tx, sub); err != nil {
		return p, err
	}
	if p.At = c.At; p.At.IsZero() {
		p.At = now
	}
	if c.AtEnd {
		if p.At, err = s.periodEnd(tx, sub, now, loc); err != nil {
			return p, err
		}
	}
	state, err := Replay(events, p.At, s.zone)
	if err != nil {
		return p, err
	}
	p.Seen, p.OldEnd = sub.Seq, sub.State.End(loc)
	sold := soldAs(plan, c.Level)
	if state.Sold == *sold {
		return p, fault.New(fault.Invalid, "subscription.same_plan")
	}
	next := state
	next.Sold = *sold
	next.Setup = true // it is for the line, not for a plan
	b, err := s.buyer(tx, sub.CustomerID)
	if err != nil {
		return p, err
	}
	if p.New, _, err = s.costs(tx, b, next, loc); err != nil {
		return p, err
	}
	next.Sold = state.Sold
	if p.Old, _, err = s.costs(tx, b, next, loc); err != nil {
		return p, err
	}
	w := worth(p.Old, p.New, nominalDays(state.Sold.Interval), nominalDays(sold.Interval)) // what is left is used up on the other plan, by invoice or not
	p.event = Event{Kind: Changed, At: p.At, Said: Said{Sold: sold, Worth: &w}}
	if c.KeepDate && state.Prepaid() && len(state.Ahead) > 0 {
		if p.Due, err = p.keep(b, state, w, loc); err != nil {
			return p, err
		}
	}
	after, err := Replay(append(events, numbered(p.event, sub)), clock.Later(now, p.At), s.zone)
	p.NewEnd = after.End(loc)
	return p, err
}

func numbered(e Event, sub Subscription) Event {
	e.Seq = sub.Seq + 1
	return e
}

// keep has what lies ahead last as long as before: each of it costs then what its days that are left do on the other plan, and the difference to what was
// really paid for them, and is not used up, is due.
func (p *Preview) keep(b buyer, state State, w Worth, loc *time.Location) (money.Amount, error) {
	at := state.clockAt(p.At)
	for _, span := range state.Ahead {
		if span.For == p.event.Said.Sold.PriceID {
			continue
		}
		had := span.left(at, loc).Cents
		cost := span.rest(p.New, w.whole(span.Days), at, loc).Cents
		if span.Elsewhere { // nothing goes back of what another system was paid
			cost = max(cost-span.rest(p.Old, span.Days, at, loc).Cents, 0) + had
		}
		share, err := b.share(span.EventID, cost-had, had, part(span.Tax, had, span.Cents))
		if err != nil {
			return money.Amount{}, err
		}
		p.event.Said.Shares = append(p.event.Said.Shares, share)
	}
	due := sumOf(p.event.Said.Shares)
	p.event.Said.Amount = &due
	return due, nil
}

// periodEnd is when the period that runs ends; of a line that is paid by invoice, when it is billed next.
func (s *Service) periodEnd(tx *db.Tx, sub Subscription, now time.Time, loc *time.Location) (time.Time, error) {
	if s.follower != nil && !sub.State.Prepaid() {
		return s.follower.PeriodEnd(tx, sub, now)
	}
	return sub.State.periodEnd(now, loc), nil
}

// periodEnd is when the period that runs ends; of a line that is paid by invoice, a whole number of intervals after its beginning.
func (s State) periodEnd(now time.Time, loc *time.Location) time.Time {
	if end := s.End(loc); end.After(now) {
		return end
	}
	if s.Prepaid() || s.StartedAt.IsZero() {
		return now
	}
	at, anchor := s.StartedAt, s.StartedAt.In(loc).Day()
	for !at.After(now) {
		next := s.Sold.Interval.After(at, anchor, loc)
		if next.IsZero() {
			return now
		}
		at = next
	}
	return at
}

// ChangePlan puts a line on another plan. by.Seen is the preview's: what was shown is what happens, and of two who change at once one wins.
// fault.Conflict "subscription.credit" when the difference is not there.
func (s *Service) ChangePlan(ctx context.Context, id int64, c Change, by By) (sub Subscription, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		sub, _, err = s.ChangePlanIn(tx, id, c, by)
		return err
	})
	return sub, err
}

// ChangePlanIn is ChangePlan inside a transaction; it tells what the change does, too.
func (s *Service) ChangePlanIn(tx *db.Tx, id int64, c Change, by By) (sub Subscription, p Preview, err error) {
	plan, err := s.sold(tx.Context(), c.PlanKey, c.Level)
	if err != nil {
		return sub, p, err
	}
	sub, err = s.changeIn(tx, id, by, func(tx *db.Tx, sub Subscription) (draft, error) {
		if p, err = s.preview(tx, sub, plan, c); err != nil {
			return draft{}, err
		}
		d := draft{Event: p.event, moved: p.Due.Cents, tax: taxOf(p.event.Said.Shares)}
		if p.Due.IsPositive() {
			return d, s.take(tx, sub, p.Due, "plan", prepaid(sub, p.Due.Neg()))
		}
		return d, s.give(tx, sub, p.Due.Neg(), "plan", prepaid(sub, p.Due.Neg()))
	})
	return sub, p, err
}

// WithdrawIn takes a change of plan back that lies ahead and is the line's last event, which by.Seen names, and for which nothing was paid yet. fault.Conflict "subscription.not_planned" when it
// has come, was paid for, or is none.
func (s *Service) WithdrawIn(tx *db.Tx, id int64, by By) (Subscription, error) {
	return s.changeIn(tx, id, by, func(tx *db.Tx, _ Subscription) (draft, error) {
		events, err := eventsIn(tx, id)
		if err != nil {
			return draft{}, err
		}
		last := events[len(events)-1]
		if last.Kind != Changed || last.Seq != by.Seen || last.Said.Amount != nil || !last.At.After(s.Clock.Now()) {
			return draft{}, fault.New(fault.Conflict, "subscription.not_planned")
		}
		return draft{Event: Event{Kind: Withdrawn, Said: Said{RenewalID: last.ID}}}, nil
	})
}

// Outdated counts the lines that have an older price of a plan than its newest, and are not over.
func (s *Service) Outdated(ctx context.Context, planKey string) (int64, error) {
	plan, err := s.Plans.ByKey(ctx, planKey)
	if err != nil {
		return 0, err
	}
	return s.countOutdated(ctx, plan.Key, plan.PriceID)
}

// Reprice puts one line on the newest price of its plan: its limits from now on, its amount from the next period.
func (s *Service) Reprice(ctx context.Context, id int64, by By) (Subscription, error) {
	sub, err := s.Get(ctx, id)
	if err != nil {
		return sub, err
	}
	plan, err := s.Plans.ByKey(ctx, sub.State.Sold.PlanKey)
	if err != nil {
		return sub, err
	}
	return s.change(ctx, id, by, func(_ *db.Tx, sub Subscription) (draft, error) {
		sold := soldAs(plan, sub.State.Sold.Level)
		if sub.State.Sold.PlanKey != plan.Key || sub.State.Sold == *sold {
			return draft{}, fault.New(fault.Conflict, "subscription.same_plan")
		}
		return draft{Event: Event{Kind: Repriced, Said: Said{Sold: sold}}}, nil
	})
}

// RepriceAll puts every line of a plan on its newest price, and tells how many it moved. Run again it goes on.
func (s *Service) RepriceAll(ctx context.Context, planKey string, by By) (moved int, err error) {
	plan, err := s.Plans.ByKey(ctx, planKey)
	if err != nil {
		return 0, err
	}
	for after := int64(0); ; {
		ids, err := s.outdated(ctx, plan.Key, plan.PriceID, after)
		if err != nil || len(ids) == 0 {
			return moved, err
		}
		for _, id := range ids {
			if _, err := s.Reprice(ctx, id, by); err == nil {
				moved++
			} else if !fault.Is(err, fault.Conflict) {
				return moved, err
			}
			after = id
		}
	}
}
