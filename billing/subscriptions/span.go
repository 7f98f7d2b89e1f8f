package subscriptions

import (
	"time"

	"mtandao/billing/plans"
	"mtandao/billing/taxes"
	"mtandao/internal/money"
)

// Span is a period that was paid for and is not over. Its money is what was really paid, less what was used up when it was last reckoned (settled): From is
// when that was, and Still how long the clock has stood still since, in pauses and outages.
type Span struct {
	EventID     int64
	From, Until time.Time
	Cents       int64
	Setup       int64         // beside them, for the set-up: given back when nothing of the period was used
	Tax         taxes.Tax     // that fell due with Cents, less what was used up of it
	SetupTax    taxes.Tax     // with Setup
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

// back is what of a span goes back at an instant: what is not used up, and the set-up while no day was had.
func (s Span) back(at time.Time, loc *time.Location) money.Amount {
	left := s.left(at, loc)
	if s.unused(at, loc) {
		left.Cents += s.Setup
	}
	return left
}

// backTax is the tax of what goes back.
func (s Span) backTax(at time.Time, loc *time.Location) taxes.Tax {
	tax := part(s.Tax, s.left(at, loc).Cents, s.Cents)
	if s.unused(at, loc) {
		tax = tax.Plus(s.SetupTax)
	}
	return tax
}

// settle reckons what was used up of a span that has begun, so that what comes is priced by itself.
func (s *Span) settle(at time.Time, loc *time.Location) {
	if s.From.After(at) {
		return
	}
	if !s.unused(at, loc) {
		left := s.left(at, loc).Cents
		s.Tax = part(s.Tax, left, s.Cents)
		s.Cents, s.Setup, s.SetupTax, s.First, s.Spent = left, 0, taxes.Tax{}, false, nil
	}
	s.From, s.Still = at, 0
}

// rest is what an amount for a whole period is for the days of a span that are left.
func (s Span) rest(amount money.Amount, whole int64, at time.Time, loc *time.Location) money.Amount {
	left, _ := s.days(at, loc)
	return plans.Prorate(amount, whole-left, whole, whole)
}
