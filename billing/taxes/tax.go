package taxes

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Kind is which tax.
type Kind string

// The taxes.
const (
	Excise Kind = "excise"
	VAT    Kind = "vat"
)

// Supply is what is sold, as far as taxes tell it apart.
type Supply string

// The supplies. A Levy is no supply and never taxed: a late fee, a deposit, a rounding.
const (
	Internet  Supply = "internet"
	Equipment Supply = "equipment"
	Labour    Supply = "labour"
	Levy      Supply = "levy"
)

// Taxable are the supplies that a rate may be on.
var Taxable = []Supply{Internet, Equipment, Labour}

// whole is a rate of the whole, in hundredths of a per cent.
const whole = 10_000

// Rate is a tax over some days. Share is in hundredths of a per cent; Until is the first day on which it holds no more, 0 for none yet.
type Rate struct {
	ID          int64
	Kind        Kind
	Share       int64
	From, Until clock.Day
	On          []Supply
	Note        string // the law it rests on
	By          string
}

const (
	longestNote = 200
	mostShare   = whole // a tax as high as the price
)

func (r Rate) check() error {
	switch {
	case r.Kind != Excise && r.Kind != VAT:
		return fault.New(fault.Invalid, "tax.kind")
	case r.Share < 0 || r.Share > mostShare:
		return fault.New(fault.Invalid, "tax.share")
	case r.From <= 0 || r.Until != 0 && r.Until <= r.From:
		return fault.New(fault.Invalid, "tax.days")
	case len(r.On) == 0 || slices.ContainsFunc(r.On, func(s Supply) bool { return !slices.Contains(Taxable, s) }):
		return fault.New(fault.Invalid, "tax.on")
	case strings.TrimSpace(r.Note) == "" || utf8.RuneCountInString(r.Note) > longestNote:
		return fault.New(fault.Invalid, "tax.note")
	}
	return nil
}

func (r Rate) holds(d clock.Day) bool { return r.From <= d && (r.Until == 0 || d < r.Until) }

// overlaps says whether two rates of a kind would be on one supply on the same day.
func (r Rate) overlaps(other Rate) bool {
	days := (r.Until == 0 || other.From < r.Until) && (other.Until == 0 || r.From < other.Until)
	return r.Kind == other.Kind && days && slices.ContainsFunc(r.On, func(s Supply) bool { return slices.Contains(other.On, s) })
}

// Percent spells the rate: "16", "12.5".
func (r Rate) Percent() string { return Percent(r.Share) }

// Percent spells hundredths of a per cent: "16", "12.5".
func Percent(share int64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", share/100, share%100), "0"), ".")
}

// ReadPercent reads "16", "12.5 %"; fault.Invalid "tax.share".
func ReadPercent(typed string) (int64, error) {
	a, err := money.Parse(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(typed), "%")), money.Shilling)
	if err != nil || a.Cents < 0 || a.Cents > mostShare {
		return 0, fault.New(fault.Invalid, "tax.share")
	}
	return a.Cents, nil
}

// Rates are all rates, past and to come.
type Rates []Rate

// On are the shares of excise and VAT on a supply on a day.
func (rs Rates) On(s Supply, d clock.Day) (excise, vat int64) {
	for _, r := range rs {
		if !r.holds(d) || !slices.Contains(r.On, s) {
			continue
		}
		if r.Kind == Excise {
			excise = r.Share
		} else {
			vat = r.Share
		}
	}
	return excise, vat
}

// Changes are the days in (from, until) on which a rate on the supply begins or ends, in order.
func (rs Rates) Changes(s Supply, from, until clock.Day) (days []clock.Day) {
	for _, r := range rs {
		if !slices.Contains(r.On, s) {
			continue
		}
		for _, d := range []clock.Day{r.From, r.Until} {
			if d > from && d < until && !slices.Contains(days, d) {
				days = append(days, d)
			}
		}
	}
	slices.Sort(days)
	return days
}

// Parts are an amount, divided. Net + Excise + VAT = Gross, in cents; the shares are those that were applied.
type Parts struct {
	Net, Excise, VAT, Gross int64
	ExciseShare, VATShare   int64
}

// Neg are the opposite parts: of a credit.
func (p Parts) Neg() Parts {
	p.Net, p.Excise, p.VAT, p.Gross = -p.Net, -p.Excise, -p.VAT, -p.Gross
	return p
}

// Tax is the taxes of the parts alone.
func (p Parts) Tax() Tax { return Tax{p.Excise, p.VAT} }

// Tax are both taxes of an amount, in cents.
type Tax struct{ Excise, VAT int64 }

// IsZero says that there is none.
func (t Tax) IsZero() bool { return t == Tax{} }

// Plus adds those of another amount.
func (t Tax) Plus(other Tax) Tax { return Tax{t.Excise + other.Excise, t.VAT + other.VAT} }

// Neg are the opposite ones.
func (t Tax) Neg() Tax { return Tax{-t.Excise, -t.VAT} }

// Part is what of the taxes of a whole is of a part of it, to the nearest cent: of none none, of the whole all. fault.Invalid "money.overflow".
func (t Tax) Part(cents, of int64) (part Tax, err error) {
	if of == 0 || cents == of {
		return t, nil
	}
	if part.Excise, err = money.MulDiv(t.Excise, cents, of, money.HalfUp); err == nil {
		part.VAT, err = money.MulDiv(t.VAT, cents, of, money.HalfUp)
	}
	return part, err
}

// mostCents bounds an amount that is divided: with it no product overflows where Split adds.
const mostCents = 1_000_000_000_000_00

// Split divides an amount in cents of a supply on a day. Inclusive, it is the gross: what the taxes leave is the net. Exclusive, it is the net, and the
// taxes come on top. Whoever is exempt pays the net that others pay, and no more. fault.Invalid "money.overflow".
func (rs Rates) Split(cents int64, s Supply, d clock.Day, inclusive, exempt bool) (Parts, error) {
	var p Parts
	if cents > mostCents || cents < -mostCents {
		return p, fault.New(fault.Invalid, "money.overflow")
	}
	p.ExciseShare, p.VATShare = rs.On(s, d)
	excised, taxed := whole+p.ExciseShare, whole+p.VATShare // the value with excise, and that with VAT, of a value of 1
	over := int64(whole * whole)
	if inclusive {
		over = excised * taxed
	}
	var err error
	if p.Excise, err = money.MulDiv(cents, p.ExciseShare*whole, over, money.HalfUp); err != nil {
		return p, err
	}
	if p.VAT, err = money.MulDiv(cents, p.VATShare*excised, over, money.HalfUp); err != nil {
		return p, err
	}
	if inclusive {
		p.Gross, p.Net = cents, cents-p.Excise-p.VAT
	} else {
		p.Net, p.Gross = cents, cents+p.Excise+p.VAT
	}
	if exempt {
		return Parts{Net: p.Net, Gross: p.Net}, nil
	}
	return p, nil
}
