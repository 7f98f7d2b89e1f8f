package subscriptions

import (
	"math/big"
	"time"

	"mtandao/internal/money"
)

// Worth is what a plan costs and the one before it did, each with how many days its price is nominally for. By it money that is left on one becomes time on
// the other.
type Worth struct{ Old, OldDays, New, NewDays int64 }

// worth compares what a day costs on two plans.
func worth(old, wanted money.Amount, oldDays, wantedDays int64) Worth {
	return Worth{old.Cents, oldDays, wanted.Cents, wantedDays}
}

// mostTime is what any money buys.
const mostTime = 100 * 365 * 24 * time.Hour

// of is how long the time that is left on the one plan is worth on the other, by their prices.
func (w Worth) of(d time.Duration) time.Duration {
	if w.Old <= 0 || w.New <= 0 {
		return d
	}
	return scaled(d, w.Old*w.NewDays, w.New*w.OldDays)
}

// whole is how many days of a period on the other plan stand for a whole one on this.
func (w Worth) whole(days int64) int64 { return max(days*w.NewDays/max(w.OldDays, 1), 1) }

// buys is how long a span lasts on the other plan: what money is left of it, by the price. Time on a plan that costs nothing is no less than it was, and what
// another system was paid is worth what the plan before cost.
func (w Worth) buys(s Span) time.Duration {
	rest := s.Until.Sub(s.From)
	if w.New <= 0 {
		return rest
	}
	bought := scaled(time.Duration(w.whole(s.Days))*24*time.Hour, s.Cents, w.New).Truncate(time.Minute) // what half a cent buys is no noon more
	if s.Elsewhere {
		bought = min(bought+w.of(rest), mostTime)
	}
	return bought
}

// onto has a span that is settled last as long as it is worth on the other plan.
func (w Worth) onto(s *Span, from time.Time, priceID int64, loc *time.Location) {
	lasts := w.buys(*s)
	s.From, s.Until = from, from.Add(lasts)
	s.For, s.Days = priceID, w.whole(s.Days)
	if s.even(loc); w.New > 0 {
		s.Rate = Rate{w.New, s.Days}
	}
}

func scaled(d time.Duration, num, den int64) time.Duration {
	ms := new(big.Int).Mul(big.NewInt(d.Milliseconds()), big.NewInt(max(num, 0)))
	ms.Quo(ms, big.NewInt(den))
	if most := mostTime.Milliseconds(); !ms.IsInt64() || ms.Int64() > most {
		return mostTime
	}
	return time.Duration(ms.Int64()) * time.Millisecond
}
