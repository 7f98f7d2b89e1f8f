package plans

import (
	"regexp"

	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

const (
	mostCents = 1_000_000_000 // of a price: ten million shillings
	mostUnits = 1_000_000_000
	mostLines = 50 // tiers, windows, rates, add-ons
)

var levelShape = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

func priced(a money.Amount) bool {
	return a.Cents >= 0 && a.Cents <= mostCents && (a.Currency == money.Shilling || a.IsZero())
}

// check says what is wrong with the terms of a plan: fault.Invalid "plan.mode", "plan.interval", "plan.arrears", "plan.setup", "plan.meter",
// "plan.tiers", "plan.windows", "plan.rates", "plan.includes", "plan.hybrid", "plan.free",
// "plan.bounds_mode" or "plan.bounds".
func (p Plan) checkTerms() error {
	t := p.Terms
	wrong := func(key string) error { return fault.New(fault.Invalid, key, "Key", p.Key) }
	switch {
	case t.Mode != Prepaid && t.Mode != Postpaid && t.Mode != Hybrid:
		return wrong("plan.mode")
	case t.Interval.check() != nil:
		return fault.New(fault.Invalid, "plan.interval", "Value", t.Interval.String())
	case t.Arrears && t.Mode != Postpaid:
		return wrong("plan.arrears")
	case !priced(t.Setup):
		return wrong("plan.setup")
	case len(t.Includes) > mostLines:
		return wrong("plan.includes")
	}
	for _, m := range []Meter{t.Data, t.Time} {
		if key := m.wrong(); key != "" {
			return wrong(key)
		}
	}
	counts := t.Data.Counts() || t.Time.Counts()
	slows := p.Limits.FairUse.Bytes > 0
	switch {
	case t.Mode == Prepaid && counts:
		return wrong("plan.prepaid_meter")
	case t.Mode == Hybrid && !counts && !slows:
		return wrong("plan.hybrid")
	case t.Interval.Unit == Once && counts:
		return wrong("plan.once_meter")
	case p.Price.IsZero() && !counts:
		return wrong("plan.free")
	}
	if err := p.checkBounds(); err != nil {
		return err
	}
	return p.checkRates()
}

// checkBounds wants a least and a most to be of an invoice, and the most to be no less than what the plan costs without any use.
func (p Plan) checkBounds() error {
	t := p.Terms
	base := max(p.Price.Cents, t.Minimum.Cents)
	for _, r := range t.Rates {
		base = max(base, r.Amount.Cents)
	}
	switch {
	case t.Minimum.IsZero() && t.Maximum.IsZero():
		return nil
	case t.Mode != Postpaid || t.Interval.Unit == Once:
		return fault.New(fault.Invalid, "plan.bounds_mode", "Key", p.Key)
	case !priced(t.Minimum) || !priced(t.Maximum) || !t.Maximum.IsZero() && t.Maximum.Cents < base:
		return fault.New(fault.Invalid, "plan.bounds", "Key", p.Key)
	}
	return nil
}

func (p Plan) checkRates() error {
	for i, r := range p.Terms.Rates {
		known := r.Segment == "" || r.Segment == Home || r.Segment == Business || r.Segment == HighUse
		if i >= mostLines || !known || r.Segment == "" && r.Level == "" || r.Level != "" && !levelShape.MatchString(r.Level) || !priced(r.Amount) {
			return fault.New(fault.Invalid, "plan.rates", "Key", p.Key)
		}
	}
	return nil
}

// wrong is the key of what is wrong with a meter; empty when nothing is.
func (m Meter) wrong() string {
	switch {
	case m.Included < 0 || m.Included > mostUnits || m.Included > 0 && len(m.Tiers) == 0:
		return "plan.meter"
	case len(m.Tiers) > mostLines || len(m.Windows) > mostLines:
		return "plan.tiers"
	}
	for i, t := range m.Tiers {
		last := i == len(m.Tiers)-1
		before := int64(0)
		if i > 0 {
			before = m.Tiers[i-1].UpTo
		}
		if last != (t.UpTo == 0) || !last && t.UpTo <= before || t.UpTo > mostUnits || !priced(t.Each) {
			return "plan.tiers"
		}
	}
	for _, w := range m.Windows {
		if len(w.Hours) == 0 || !priced(w.Each) || (access.Limits{Hours: w.Hours}).Check() != nil {
			return "plan.windows"
		}
	}
	return ""
}

// Subscribed says that the plan is subscribed to; others are packages.
func (p Plan) Subscribed() bool { return p.Segment != Hotspot }

// checkSubscribed is Validate for a plan with terms: what it gives lasts as long as it is paid for, so that no time or data may end it.
func (p Plan) checkSubscribed() error {
	l := p.Limits
	switch {
	case p.Segment != Home && p.Segment != Business && p.Segment != HighUse:
		return fault.New(fault.Invalid, "plan.segment", "Key", p.Key)
	case !priced(p.Price):
		return fault.New(fault.Invalid, "plan.amount", "Key", p.Key)
	case l.Time != 0 || l.DataBytes != 0 || l.Valid != 0 || !l.ValidUntil.IsZero():
		return fault.New(fault.Invalid, "plan.timed", "Key", p.Key)
	}
	return p.checkTerms()
}
