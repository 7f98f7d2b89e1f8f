package billrun

import (
	"context"
	"slices"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
)

// mostLost bounds the periods that are looked through for those that a discount had for nothing.
const mostLost = 400

// lasts is the day on which a discount for so many intervals ends. A period whose bill was credited in full had it for nothing, and it goes on for as long
// after: for an interval, or for the days that it held in the period in which it began.
func (r *reading) lasts(i plans.Interval, d clock.Day, n int) clock.Day {
	until, days := after(i, d, n), clock.Day(0)
	if len(r.void) == 0 {
		return until
	}
	p := r.out.Cycle.Period(d)
	for range mostLost {
		if p.From >= until {
			break
		}
		if slices.Contains(r.void, p.From) {
			if p.From < d {
				days = p.Until - d
			} else {
				n++
			}
			until = after(i, d, n) + days
		}
		p = r.out.Cycle.Period(p.Until)
	}
	return until
}

// discounted are the lines that have, or had, a discount for some periods.
func discounted(pasts map[int64]subscriptions.Past) (ids []int64) {
	for id, past := range pasts {
		if slices.ContainsFunc(past.Events, func(e subscriptions.Event) bool {
			return e.Kind == subscriptions.Discounted && e.Said.Given.Discount.Periods > 0
		}) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// lookAgain handles "invoice void": what was billed after it may have had the discount that the void bill had for nothing.
func (s *Source) lookAgain(ctx context.Context, j jobs.Job) error {
	var f invoices.LineFact
	if err := j.Decode(&f); err != nil {
		return err
	}
	ids := []int64{f.SubscriptionID}
	past, err := s.Lines.Pasts(ctx, ids)
	if err != nil || len(discounted(past)) == 0 {
		return err
	}
	void, err := s.Void(ctx, ids)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := lock(tx, f.SubscriptionID); err != nil {
			return err
		}
		kept, err := positionsIn(tx, f.SubscriptionID)
		if err != nil {
			return err
		}
		for _, p := range kept {
			if days := void[p.SubscriptionID][p.Track]; p.Track != "" && len(days) > 0 {
				if err := update(tx, p.noted(p.cycle(p.Track).Period(slices.Min(days)).Until, false)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
