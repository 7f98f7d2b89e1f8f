package plans

import (
	"time"

	"mtandao/internal/money"
	"mtandao/radius/access"
)

// Segments of subscribers. A plan for one may price others differently.
const (
	Home     = "home"
	Business = "business"
	HighUse  = "high-usage"
)

// Segments lists them.
var Segments = []string{Home, Business, HighUse}

// Mode says when a subscriber pays.
type Mode string

// The modes. Packages have none.
const (
	Prepaid  Mode = "prepaid"  // before each period, out of credit
	Postpaid Mode = "postpaid" // by invoice
	Hybrid   Mode = "hybrid"   // each period before it begins, and by invoice what was used beyond it
)

// Modes lists them.
var Modes = []Mode{Prepaid, Postpaid, Hybrid}

// Beforehand says that a period is paid before it begins, at the price that people see.
func (m Mode) Beforehand() bool { return m == Prepaid || m == Hybrid }

// Terms are how a plan is priced, beside its amount for an interval.
type Terms struct {
	Mode      Mode
	Interval  Interval
	Arrears   bool         // the amount is due after the interval, not before it
	Inclusive bool         // amounts hold the taxes already; always so where a period is paid beforehand
	Setup     money.Amount // once, with the first period
	Minimum   money.Amount // the least that an interval is invoiced at: what recurs, less discounts, and what is used
	Maximum   money.Amount // the most; zero: no end
	Data      Meter        // per GB
	Time      Meter        // per hour online
	Rates     []Tariff     // other amounts, the first that fits
	Includes  []string     // keys of add-ons in the price: a bundle
}

// Tariff is another amount for an interval, for a segment, a service level or both; an empty one fits all.
type Tariff struct {
	Segment, Level string
	Amount         money.Amount
}

// Meter prices what is used. Without a tier and a window it counts nothing.
type Meter struct {
	Included int64 // units free in each period
	Volume   bool  // all units at the price of the tier that they reach; else the units of each tier at its own
	Tiers    []Tier
	Windows  []Window // hours with a price of their own, which touch neither what is included nor the tiers
}

// Tier is a price of a unit beyond those included, up to so many of them; the last has no end.
type Tier struct {
	UpTo int64 // 0: no end
	Each money.Amount
}

// Window is hours with a price of their own.
type Window struct {
	Hours access.Hours
	Each  money.Amount
}

// Counts says that the meter prices anything.
func (m Meter) Counts() bool { return len(m.Tiers) > 0 || len(m.Windows) > 0 }

// Price is a version of what a plan costs and gives.
type Price struct {
	ID, PlanID int64
	Seq        int64
	From       time.Time // since when it is sold
	Amount     money.Amount
	Terms      Terms
	Limits     access.Limits
}

// AmountFor is what an interval costs somebody.
func (p Price) AmountFor(segment, level string) money.Amount {
	for _, r := range p.Terms.Rates {
		if (r.Segment == "" || r.Segment == segment) && (r.Level == "" || r.Level == level) {
			return r.Amount
		}
	}
	return p.Amount
}

// Levels are the service levels that the price names.
func (p Price) Levels() (all []string) {
	seen := map[string]bool{}
	for _, r := range p.Terms.Rates {
		if r.Level != "" && !seen[r.Level] {
			all = append(all, r.Level)
			seen[r.Level] = true
		}
	}
	return all
}
