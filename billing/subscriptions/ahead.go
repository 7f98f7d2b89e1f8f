package subscriptions

import (
	"slices"
	"time"

	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/money"
)

// Share is what was paid, or given back, for the rest of what a renewal bought, with the tax of it.
type Share struct {
	RenewalID, Cents int64
	Tax              taxes.Tax
}

// sumOf is what shares come to.
func sumOf(shares []Share) money.Amount {
	cents := int64(0)
	for _, one := range shares {
		cents += one.Cents
	}
	return money.KES(cents)
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
			span.Tax = span.Tax.Plus(e.Said.Shares[n].Tax)
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

// heldTax is the tax that fell due with it.
func (s State) heldTax() (tax taxes.Tax) {
	for _, span := range s.Ahead {
		tax = tax.Plus(span.Tax).Plus(span.SetupTax)
	}
	return tax
}

// lastPaid is the end of the last period that was paid for.
func (s State) lastPaid() (last time.Time) {
	for _, span := range s.Ahead {
		last = clock.Later(last, span.Until)
	}
	return last
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
