package plans

import (
	"regexp"
	"unicode/utf8"

	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

// States of a plan.
const (
	Live    = "live"
	Retired = "retired"
)

// Hotspot is the segment of packages: plans that are bought once, not subscribed to.
const Hotspot = "hotspot"

// Plan is what is sold: price, limits, and where.
type Plan struct {
	ID             int64
	Key            string // its name in configuration; a-z 0-9 -
	NameEN, NameSW string
	Segment        string
	Price          money.Amount
	Limits         access.Limits
	Sort           int // order in the price list, then price
	State          string
	Sites          []int64 // empty: every site
	Terms          Terms   // of a plan that is subscribed to
	PriceID        int64   // its newest version
}

// Name is the plan's name in a language.
func (p Plan) Name(l words.Lang) string {
	if l == words.Swahili && p.NameSW != "" {
		return p.NameSW
	}
	return p.NameEN
}

var slug = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// dearest is what one M-Pesa payment can carry (reference/mpesa.md §3).
const dearest = 250_000

// Validate says what is wrong with a plan: fault.Invalid "plan.key", "plan.name", "plan.segment", "plan.price",
// "plan.state", "plan.endless", of a plan that is subscribed to those of checkTerms, or a fault of access.Limits.Check.
func (p Plan) Validate() error {
	whole, isWhole := p.Price.WholeShillings()
	l := p.Limits
	switch {
	case !slug.MatchString(p.Key):
		return fault.New(fault.Invalid, "plan.key", "Key", p.Key)
	case !named(p.NameEN) || p.NameSW != "" && !named(p.NameSW):
		return fault.New(fault.Invalid, "plan.name", "Key", p.Key)
	case p.State != Live && p.State != Retired:
		return fault.New(fault.Invalid, "plan.state", "Key", p.Key)
	case p.Subscribed():
		if err := p.checkSubscribed(); err != nil {
			return err
		}
		return l.Check()
	case p.Terms.Mode != "":
		return fault.New(fault.Invalid, "plan.package_mode", "Key", p.Key)
	case !isWhole || whole < 1 || whole > dearest || p.Price.Currency != money.Shilling:
		return fault.New(fault.Invalid, "plan.price", "Key", p.Key)
	case l.Time == 0 && l.DataBytes == 0 && l.Valid == 0 && l.ValidUntil.IsZero():
		return fault.New(fault.Invalid, "plan.endless", "Key", p.Key)
	}
	return l.Check()
}

func named(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 1 && n <= 100
}
