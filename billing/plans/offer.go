package plans

import (
	"regexp"
	"strings"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

// AddOn is what may be had beside a plan: more speed, more data, better support. One that is bought once and has data is a pack.
type AddOn struct {
	ID               int64
	Key              string
	NameEN, NameSW   string
	Price            money.Amount
	Once             bool     // paid once; else with each period
	Plans            []string // that it goes with; none: all
	DownKbps, UpKbps int64    // more than the plan's
	Bytes            int64    // more before the plan is slower, or costs more by use, in each period, or in this one when it is bought once
	State            string
}

// Name is the add-on's name in a language.
func (a AddOn) Name(l words.Lang) string { return Plan{NameEN: a.NameEN, NameSW: a.NameSW}.Name(l) }

// GoesWith says that it may be had with a plan.
func (a AddOn) GoesWith(planKey string) bool {
	for _, key := range a.Plans {
		if key == planKey {
			return true
		}
	}
	return len(a.Plans) == 0
}

// Uses says that what an add-on gives is of any use at this price. Data that is given once is, where data ends, gets slower or costs by tiers: hours with prices of their own
// are touched by none.
func (p Price) Uses(a AddOn) bool {
	return !a.Once || a.Bytes == 0 || p.Limits.DataBytes > 0 || p.Limits.FairUse.Bytes > 0 || len(p.Terms.Data.Tiers) > 0
}

// Validate says what is wrong with an add-on: fault.Invalid "addon.key", "addon.name", "addon.price", "addon.state", "addon.gives" or "addon.plans".
func (a AddOn) Validate() error {
	wrong := ""
	switch {
	case !slug.MatchString(a.Key):
		wrong = "addon.key"
	case !named(a.NameEN) || a.NameSW != "" && !named(a.NameSW):
		wrong = "addon.name"
	case !priced(a.Price):
		wrong = "addon.price"
	case a.State != Live && a.State != Retired:
		wrong = "addon.state"
	case (a.DownKbps > 0) != (a.UpKbps > 0) || a.DownKbps > 0 && a.Once:
		wrong = "addon.speed"
	case len(a.Plans) > 1000:
		wrong = "addon.plans"
	}
	if wrong != "" {
		return fault.New(fault.Invalid, wrong, "Key", a.Key)
	}
	return (access.Limits{DownKbps: a.DownKbps, UpKbps: a.UpKbps, DataBytes: a.Bytes}).Check()
}

// With is the limits of a price with the add-ons that somebody has.
func (p Price) With(all []AddOn) access.Limits {
	l := p.Limits
	for _, a := range all {
		if l.DownKbps > 0 && a.DownKbps > 0 {
			l.DownKbps, l.UpKbps = l.DownKbps+a.DownKbps, l.UpKbps+a.UpKbps
		}
		if l.FairUse.Bytes > 0 && !a.Once {
			l.FairUse.Bytes += a.Bytes
		}
	}
	return l
}

// Discount takes a share or an amount off what recurs, for some periods.
type Discount struct {
	Percent int64 // hundredths of a percent: 10,000 is all
	Amount  money.Amount
	Periods int // 0: always
}

// Validate says what is wrong with a discount: fault.Invalid "discount.invalid".
func (d Discount) Validate() error {
	one := (d.Percent > 0) != d.Amount.IsPositive()
	if !one || d.Percent < 0 || d.Percent > 10_000 || !priced(d.Amount) || d.Periods < 0 || d.Periods > 120 {
		return fault.New(fault.Invalid, "discount.invalid")
	}
	return nil
}

// Of is what the discount takes off an amount: never more than all of it.
func (d Discount) Of(a money.Amount) money.Amount {
	if d.Percent > 0 {
		return money.KES(portion(a.Cents, d.Percent, 10_000))
	}
	return money.KES(min(d.Amount.Cents, max(a.Cents, 0)))
}

// Coupon is a code that gives a discount, so many times.
type Coupon struct {
	ID          int64
	Code        string // capital letters, digits and dashes
	Discount    Discount
	Most, Used  int64 // how often it may be used, and was
	From, Until time.Time
	State       string
}

var couponShape = regexp.MustCompile(`^[A-Z0-9][A-Z0-9-]{2,31}$`)

// SpellCoupon makes a typed code canonical.
func SpellCoupon(typed string) string {
	return strings.ToUpper(strings.Join(strings.Fields(typed), ""))
}

// Validate says what is wrong with a coupon: fault.Invalid "coupon.code", "coupon.most", "coupon.dates", "coupon.state" or "discount.invalid".
func (c Coupon) Validate() error {
	wrong := ""
	switch {
	case !couponShape.MatchString(c.Code):
		wrong = "coupon.code"
	case c.Most < 1 || c.Most > 1_000_000:
		wrong = "coupon.most"
	case !c.Until.IsZero() && !c.From.Before(c.Until):
		wrong = "coupon.dates"
	case c.State != Live && c.State != Retired:
		wrong = "coupon.state"
	}
	if wrong != "" {
		return fault.New(fault.Invalid, wrong, "Code", c.Code)
	}
	return c.Discount.Validate()
}
