package dayclose

import (
	"context"
	"errors"
	"time"

	"mtandao/internal/clock"
)

// How far back days are looked at by themselves, and how often one of which something is unexplained. A later statement has its days looked at when it is read.
const (
	watched  = 62
	lookOnce = 6 * time.Hour
)

// Tick looks at the days that are over and were not looked at, at those that are not settled, and at those of which something came since; call it every hour on one node.
func (s *Service) Tick(ctx context.Context) error {
	first, err := s.firstDay(ctx)
	if err != nil || first == 0 {
		return err
	}
	today := clock.DayOf(s.Clock.Now())
	all, err := s.Days(ctx, 0, watched)
	if err != nil {
		return err
	}
	known := map[clock.Day]Kept{}
	for _, k := range all {
		known[k.Day] = k
	}
	for day := max(first, today-watched); day < today; day++ {
		due, e := s.due(ctx, known[day], day)
		if due {
			_, e = s.Refresh(ctx, day)
		}
		if err = errors.Join(err, e); ctx.Err() != nil {
			break
		}
	}
	return err
}

// due says whether a day is to be looked at.
func (s *Service) due(ctx context.Context, k Kept, day clock.Day) (bool, error) {
	if k.LookedAt.IsZero() || (k.State == Open || k.Left > 0) && s.Clock.Now().Sub(k.LookedAt) >= lookOnce {
		return true, nil
	}
	tills, err := s.Tills.Tills(ctx)
	for _, t := range tills {
		if news, err := s.news(ctx, t.ID, day, k.LookedAt); news || err != nil {
			return news, err
		}
	}
	return false, err
}

// Told has the days looked at again that lines of a statement are of.
func (s *Service) Told(ctx context.Context, first, last time.Time) (err error) {
	today := clock.DayOf(s.Clock.Now())
	for day := max(clock.DayOf(first), clock.DayOf(last)-mostTold); day <= clock.DayOf(last) && day < today; day++ {
		_, e := s.Refresh(ctx, day)
		err = errors.Join(err, e)
	}
	return err
}

// mostTold is of how many days one statement is, at most.
const mostTold = 100

// morning is when in the day a day counts as waiting for one more: nobody is told at night.
const morning = 7 * time.Hour

// Waiting is a day that nobody has closed, or of which something is unexplained, and for how many mornings.
type Waiting struct {
	Day      clock.Day
	Mornings int64
}

const mostWaiting = 50

// Waiting tells which days wait, the oldest first. Where no statement was ever read nobody closes days, and none waits.
func (s *Service) Waiting(ctx context.Context) ([]Waiting, error) {
	if any, err := s.anyStatement(ctx); err != nil || !any {
		return nil, err
	}
	all, err := s.unsettled(ctx, mostWaiting)
	now := clock.DayOf(s.Clock.Now().Add(-morning))
	waiting := make([]Waiting, len(all))
	for n, k := range all {
		waiting[n] = Waiting{k.Day, int64(now - k.Day)}
	}
	return waiting, err
}
