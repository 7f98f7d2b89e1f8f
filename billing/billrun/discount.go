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

// mostLost bounds the periods that are looked through for those that used up nothing of a discount.
const mostLost = 400

// lasts is the day on which a discount for so many intervals ends, that was given on a day while the line was on a track. A period that was never billed, for
// the line was paused through all of it, uses up nothing of it, nor does one of which all was given; and it goes on for as long after: for an interval, or for
// the days that it held in the period in which it began.
func (r *reading) lasts(i plans.Interval, d clock.Day, n int) clock.Day {
	until, days, track := after(i, d, n), clock.Day(0), trackOf(i)
	if len(r.void[track]) == 0 && len(r.out.Pauses) == 0 {
		return until
	}
	cycle := r.cycles.of(track)
	p := cycle.Period(d)
	for range mostLost {
		if p.From >= until {
			break
		}
		if slices.Contains(r.void[track], p.From) || r.away(max(p.From, d), p.Until) {
			if p.From < d {
				days = p.Until - d
			} else {
				n++
			}
			until = after(i, d, n) + days
		}
		p = cycle.Period(p.Until)
	}
	return until
}

// away says that the line was paused through some days.
func (r *reading) away(from, until clock.Day) bool {
	return slices.ContainsFunc(r.out.Pauses, func(p invoices.Pause) bool { return p.From <= from && (p.Until == 0 || until <= p.Until) })
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

// lookAgain handles "invoice given": the periods of the bill are looked at again. What was billed after it may have had the discount that it had for nothing, and
// a correction may have been made at the same time.
func (s *Source) lookAgain(ctx context.Context, j jobs.Job) error {
	var f invoices.LineFact
	if err := j.Decode(&f); err != nil {
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
			if p.Track != "" && f.Since < p.Next { // of any track, for a discount goes on from one to another
				if err := update(tx, p.noted(f.Since)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
