package subscriptions

import (
	"math/big"
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
	from, anchor = s.PaidTo, s.Anchor
	if from.IsZero() || at.After(Noon(from, loc)) {
		from, anchor = at, at.In(loc).Day()
	}
	if until = i.After(from, anchor, loc); until.IsZero() { // paid once, for good
		until = from.AddDate(100, 0, 0)
	}
	return from, until, anchor
}

// daysFor is how many whole days of a period some money buys, and what they cost; never all of them.
func daysFor(money_ money.Amount, price money.Amount, days int64) (int64, money.Amount) {
	if price.Cents <= 0 || money_.Cents <= 0 {
		return 0, money.Amount{}
	}
	n := min(money_.Cents*days/price.Cents, days-1)
	for n > 0 && plans.Prorate(price, 0, n, days).Cents > money_.Cents {
		n--
	}
	return n, plans.Prorate(price, 0, n, days)
}

// Worth turns the time that is left on one plan into time on another that is dearer or cheaper.
type Worth struct{ Num, Den int64 }

// worth compares what a day costs on two plans.
func worth(old, wanted money.Amount, oldDays, wantedDays int64) Worth {
	if old.Cents <= 0 || wanted.Cents <= 0 {
		return Worth{1, 1}
	}
	return Worth{Num: old.Cents * wantedDays, Den: wanted.Cents * oldDays}
}

func (w Worth) of(d time.Duration) time.Duration {
	if w.Den == 0 {
		return d
	}
	scaled := new(big.Int).Mul(big.NewInt(d.Milliseconds()), big.NewInt(w.Num))
	scaled.Quo(scaled, big.NewInt(w.Den))
	const most = int64(100 * 365 * 24 * time.Hour / time.Millisecond)
	if !scaled.IsInt64() || scaled.Int64() > most {
		return time.Duration(most) * time.Millisecond
	}
	return time.Duration(scaled.Int64()) * time.Millisecond
}

// nominalDays is how long an interval is for comparing prices: a month is 30 days.
func nominalDays(i plans.Interval) int64 {
	return int64(i.Every) * map[plans.Unit]int64{plans.Month: 30, plans.Week: 7, plans.Day: 1, plans.Once: 36_500}[i.Unit]
}

// left is the part of what was paid for a span that is not used up at an instant, by its days.
func (s Span) left(at time.Time, loc *time.Location) money.Amount {
	whole := plans.Days(s.From, s.Until, loc)
	if !at.After(s.From) || whole <= 0 {
		return money.KES(s.Cents)
	}
	used := min(plans.Days(s.From, at, loc), whole)
	return plans.Prorate(money.KES(s.Cents), used, whole, whole)
}
