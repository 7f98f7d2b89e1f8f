package subscriptions

import (
	"math/big"
	"slices"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/money"
)

// Span is a period that was paid for and is not over. Its money is what was really paid, less what was used up when it was last reckoned (settled): From is
// when that was, and Still how long the clock has stood still since, in pauses and outages.
type Span struct {
	EventID     int64
	From, Until time.Time
	Cents       int64
	Setup       int64         // beside them, for the set-up: given back when nothing of the period was used
	Still       time.Duration // of the time from From to Until
	Rate        Rate          // what a day of it uses up
	Days        int64         // of a whole period, by which more or less of it is priced
	For         int64         // the price that it pays
	Elsewhere   bool          // it was paid to another system: its time is worth what the plan costs
	First       bool          // the line was set up with it
	Spent       []Given       // discounts for some periods that counted it
}

// Rate is cents for some days.
type Rate struct{ Cents, Days int64 }

// of is what some days use up.
func (r Rate) of(days int64) int64 { return plans.Prorate(money.KES(r.Cents), 0, days, r.Days).Cents }

// days are those of the span that are not used up at an instant, and all of it that its money is for.
func (s Span) days(at time.Time, loc *time.Location) (left, whole int64) {
	whole = max(plans.Days(s.From, s.Until.Add(-s.Still), loc), 0)
	if at = at.Add(-s.Still); !at.After(s.From) {
		return whole, whole
	}
	return whole - min(plans.Days(s.From, at, loc), whole), whole
}

// left is the part of what was paid for a span that is not used up at an instant, by its days.
func (s Span) left(at time.Time, loc *time.Location) money.Amount {
	left, whole := s.days(at, loc)
	return money.KES(max(s.Cents-s.Rate.of(whole-left), 0))
}

// even has the days that are left cost the same.
func (s *Span) even(loc *time.Location) {
	_, whole := s.days(s.From, loc)
	s.Rate = Rate{s.Cents, max(whole, 1)}
}

// unused says that no day of a span was had.
func (s Span) unused(at time.Time, loc *time.Location) bool {
	left, whole := s.days(at, loc)
	return left == whole
}

// settle reckons what was used up of a span that has begun, so that what comes is priced by itself.
func (s *Span) settle(at time.Time, loc *time.Location) {
	if s.From.After(at) {
		return
	}
	if !s.unused(at, loc) {
		s.Cents, s.Setup, s.First, s.Spent = s.left(at, loc).Cents, 0, false, nil
	}
	s.From, s.Still = at, 0
}

// rest is what an amount for a whole period is for the days of a span that are left.
func (s Span) rest(amount money.Amount, whole int64, at time.Time, loc *time.Location) money.Amount {
	left, _ := s.days(at, loc)
	return plans.Prorate(amount, whole-left, whole, whole)
}

// Worth is what a plan costs and the one before it did, each with how many days its price is nominally for. By it money that is left on one becomes time on
// the other.
type Worth struct{ Old, OldDays, New, NewDays int64 }

// Share is what was paid, or given back, for the rest of what a renewal bought.
type Share struct{ RenewalID, Cents int64 }

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

// turn has what is paid for from an instant on last as long as its money does on another plan. What was paid for that plan already lasts as it did.
func (s *State) turn(at time.Time, w Worth, loc *time.Location) {
	s.Ahead = slices.Clone(s.Ahead)
	slices.SortStableFunc(s.Ahead, func(a, b Span) int { return a.From.Compare(b.From) })
	was, next := s.PaidTo, at
	for i := range s.Ahead {
		span := &s.Ahead[i]
		if !span.Until.After(at) {
			continue
		}
		if span.For == s.Sold.PriceID && !span.From.After(at) { // it runs, and pays for this
			next = span.Until
			continue
		}
		if span.For == s.Sold.PriceID {
			span.From, span.Until = next, next.Add(span.Until.Sub(span.From))
		} else {
			span.settle(at, loc)
			w.onto(span, next, s.Sold.PriceID, loc)
		}
		next = span.Until
	}
	if !was.After(at) {
		return
	}
	s.PaidTo = next
	if s.ExtendedTo.After(at) {
		s.ExtendedTo = s.ExtendedTo.Add(next.Sub(was))
	}
}

// hold adds what was paid, or given back, to what lies ahead.
func (s *State) hold(e Event, loc *time.Location) {
	at := s.clockAt(e.At)
	s.Ahead = slices.Clone(s.Ahead)
	for i := range s.Ahead {
		span := &s.Ahead[i]
		if n := slices.IndexFunc(e.Said.Shares, func(one Share) bool { return one.RenewalID == span.EventID }); n >= 0 && span.Until.After(at) {
			span.settle(at, loc)
			span.Cents += e.Said.Shares[n].Cents
			span.even(loc)
		}
	}
}

// paidFor has what lies ahead pay for another plan from an instant on, for the difference was paid.
func (s *State) paidFor(at time.Time, w Worth, loc *time.Location) {
	s.Ahead = slices.Clone(s.Ahead)
	for i := range s.Ahead {
		if span := &s.Ahead[i]; span.Until.After(at) && span.For != s.Sold.PriceID {
			span.settle(at, loc)
			span.For, span.Days = s.Sold.PriceID, w.whole(span.Days)
		}
	}
}

// held is the money of what lies ahead.
func (s State) held() (cents int64) {
	for _, span := range s.Ahead {
		cents += span.Cents + span.Setup
	}
	return cents
}

// lastPaid is the end of the last period that was paid for.
func (s State) lastPaid() (last time.Time) {
	for _, span := range s.Ahead {
		last = later(last, span.Until)
	}
	return last
}

// sumOf is what shares come to.
func sumOf(shares []Share) money.Amount {
	cents := int64(0)
	for _, one := range shares {
		cents += one.Cents
	}
	return money.KES(cents)
}

// giveAgain gives back a period of discounts that counted one that was not had.
func (s *State) giveAgain(spent []Given) {
	s.Given = slices.Clone(s.Given)
	var gone []Given
	for _, g := range spent {
		same := func(has Given) bool {
			return has.Coupon == g.Coupon && has.Reason == g.Reason && has.Discount == g.Discount
		}
		if n := slices.IndexFunc(s.Given, same); n >= 0 {
			s.Given[n].Left++
			continue
		}
		g.Left = 1
		gone = append(gone, g)
	}
	s.Given = append(gone, s.Given...)
}
