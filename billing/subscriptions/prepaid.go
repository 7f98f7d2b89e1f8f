package subscriptions

import (
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/money"
)

// Noon is the first noon from an instant on, in local time.
func Noon(at time.Time, loc *time.Location) time.Time {
	local := at.In(loc)
	year, month, day := local.Date()
	noon := time.Date(year, month, day, 12, 0, 0, 0, loc)
	if noon.Before(at) {
		noon = time.Date(year, month, day+1, 12, 0, 0, 0, loc)
	}
	return noon.UTC()
}

// clockAt is the instant at which the clock of what is paid stands: that of the pause, while there is one.
func (s State) clockAt(at time.Time) time.Time {
	if s.Status == Paused {
		return s.PausedAt
	}
	return at
}

// next is the period that a payment at an instant buys: where the last one ended, or from the payment on when the line had run out.
func (s State) next(at time.Time, i plans.Interval, loc *time.Location) (from, until time.Time, anchor int) {
	at = s.clockAt(at)
	from, anchor = s.PaidTo, s.anchor(loc)
	late := from.IsZero() || at.After(Noon(from, loc))
	if late {
		from, anchor = at, at.In(loc).Day()
	}
	if until = i.After(from, anchor, loc); until.IsZero() { // paid once, for good
		until = from.AddDate(100, 0, 0)
	}
	if i.Unit != plans.Month && !late {
		anchor = s.Anchor
	}
	return from, until, anchor
}

// anchor is the day of the month on which periods end: that of the row, or that on which the line ends since a pause, an outage or a change moved it.
func (s State) anchor(loc *time.Location) int {
	year, month, day := s.PaidTo.In(loc).Date()
	if last := time.Date(year, month+1, 0, 12, 0, 0, 0, loc).Day(); day == min(s.Anchor, last) {
		return s.Anchor
	}
	return day
}

// daysFor is how many whole days of a period credit buys, and what they cost; never all of them.
func daysFor(credit, price money.Amount, days int64) (int64, money.Amount) {
	if price.Cents <= 0 || credit.Cents <= 0 {
		return 0, money.Amount{}
	}
	n := min(credit.Cents*days/price.Cents, days-1)
	for n > 0 && plans.Prorate(price, 0, n, days).Cents > credit.Cents {
		n--
	}
	return n, plans.Prorate(price, 0, n, days)
}

// nominalDays is how long an interval is for comparing prices: a month is 30 days.
func nominalDays(i plans.Interval) int64 {
	return int64(i.Every) * map[plans.Unit]int64{plans.Month: 30, plans.Week: 7, plans.Day: 1, plans.Once: 36_500}[i.Unit]
}
