package plans

import (
	"math/big"
	"time"

	"mtandao/internal/money"
	"mtandao/internal/words"
)

// ChargeKind says what a charge is for.
type ChargeKind string

// The kinds.
const (
	ForPeriod ChargeKind = "period"
	ForSetup  ChargeKind = "setup"
	ForAddOn  ChargeKind = "addon"
	ForUse    ChargeKind = "use"
	ForFree   ChargeKind = "free"  // use that is included: nothing to pay, and said
	ForPacks  ChargeKind = "packs" // use that packs gave
	ForWindow ChargeKind = "window"
	Off       ChargeKind = "discount"
	ForLeast  ChargeKind = "least" // what brings it up to the least
	ForMost   ChargeKind = "most"  // what brings it down to the most
)

// What a meter counts in a unit.
const (
	perGB   = 1_000_000_000 // octets
	perHour = 3600          // seconds
)

// Charge is an amount and what it is for.
type Charge struct {
	Kind           ChargeKind
	NameEN, NameSW string // of an add-on
	Unit           string // of use: "gb" or "hour"
	Quantity       int64  // octets or seconds
	Each           money.Amount
	Amount         money.Amount
	Percent        int64 // of a discount
}

// Subject is whom a price is worked out for.
type Subject struct {
	Segment, Level string
	First          bool    // the first period: the set-up is due
	AddOns         []AddOn // had in this period, those in the price too
	Discounts      []Discount
}

// Used is what was used in the hour that began at At.
type Used struct {
	At     time.Time
	Octets int64
	Time   time.Duration
}

// Charges is what a whole period of a price comes to, each amount with its reason; bills come to the same. Discounts are taken off what recurs, one after
// the other: a share off the plan and off each add-on, an amount off the plan alone; not off the set-up, packs or use. Of what is in the price, add-ons
// cost nothing.
func Charges(p Price, who Subject, used []Used, loc *time.Location) []Charge {
	amount := p.AmountFor(who.Segment, who.Level)
	all := []Charge{{Kind: ForPeriod, Amount: amount}}
	left := []money.Amount{amount} // of what recurs, the plan first
	var once []Charge              // beside the least and the most
	for _, a := range who.AddOns {
		one := Charge{Kind: ForAddOn, NameEN: a.NameEN, NameSW: a.NameSW, Amount: a.Price}
		switch {
		case p.Holds(a.Key):
		case a.Once:
			once = append(once, one)
		default:
			all, left = append(all, one), append(left, a.Price)
		}
	}
	for _, d := range who.Discounts {
		all = append(all, Charge{Kind: Off, Amount: d.off(left).Neg(), Percent: d.Percent})
	}
	if who.First && !p.Terms.Setup.IsZero() {
		once = append(once, Charge{Kind: ForSetup, Amount: p.Terms.Setup})
	}
	gb, hours := counted{unit: "gb", size: perGB, of: func(u Used) int64 { return u.Octets }}, counted{unit: "hour", size: perHour, of: func(u Used) int64 { return int64(u.Time / time.Second) }}
	for _, a := range who.AddOns {
		if a.Once {
			gb.packs += a.Bytes
		} else {
			gb.more += a.Bytes
		}
	}
	all = append(append(all, p.Terms.Data.charges(gb, loc, used)...), p.Terms.Time.charges(hours, loc, used)...)
	return append(append(all, p.Terms.bound(Sum(all))...), once...)
}

// bound is what brings a whole interval to its least or its most.
func (t Terms) bound(sum money.Amount) []Charge {
	switch {
	case sum.Cents < t.Minimum.Cents:
		return []Charge{{Kind: ForLeast, Each: t.Minimum, Amount: money.KES(t.Minimum.Cents - sum.Cents)}}
	case t.Maximum.Cents > 0 && sum.Cents > t.Maximum.Cents:
		return []Charge{{Kind: ForMost, Each: t.Maximum, Amount: money.KES(t.Maximum.Cents - sum.Cents)}}
	}
	return nil
}

// off takes a discount off what is left of what recurs, and tells how much that is.
func (d Discount) off(left []money.Amount) money.Amount {
	sum := int64(0)
	for n := range left {
		if n > 0 && d.Percent == 0 {
			break
		}
		off := d.Of(left[n])
		left[n] = money.KES(left[n].Cents - off.Cents)
		sum += off.Cents
	}
	return money.KES(sum)
}

// Holds says that an add-on is in the price.
func (p Price) Holds(key string) bool {
	for _, k := range p.Terms.Includes {
		if k == key {
			return true
		}
	}
	return false
}

// Sum is what charges come to.
func Sum(all []Charge) money.Amount {
	cents := int64(0)
	for _, c := range all {
		cents += c.Amount.Cents
	}
	return money.KES(cents)
}

// counted is what a meter counts: size is a unit of it, more is included beside the price, and packs come off what is over.
type counted struct {
	unit        string
	size        int64
	of          func(Used) int64
	more, packs int64
}

// charges are those of a meter.
func (m Meter) charges(c counted, loc *time.Location, used []Used) (all []Charge) {
	if !m.Counts() {
		return nil
	}
	unit, size := c.unit, c.size
	line := func(kind ChargeKind, quantity int64, each money.Amount) {
		if quantity > 0 {
			all = append(all, Charge{Kind: kind, Unit: unit, Quantity: quantity, Each: each, Amount: money.KES(portion(each.Cents, quantity, size))})
		}
	}
	rest, inside := m.split(loc, used, c.of)
	for i, w := range m.Windows {
		line(ForWindow, inside[i], w.Each)
	}
	if len(m.Tiers) == 0 {
		return all
	}
	free := min(rest, m.Included*size+c.more)
	line(ForFree, free, money.Amount{})
	packed := min(rest-free, c.packs)
	line(ForPacks, packed, money.Amount{})
	rest -= free + packed
	if m.Volume {
		line(ForUse, rest, m.reached(rest, size).Each)
		return all
	}
	from := int64(0)
	for _, t := range m.Tiers {
		to := rest
		if t.UpTo > 0 {
			to = min(rest, t.UpTo*size)
		}
		line(ForUse, to-from, t.Each)
		from = to
	}
	return all
}

// split sums use in each window, the first that is open, and in none.
func (m Meter) split(loc *time.Location, used []Used, count func(Used) int64) (rest int64, inside []int64) {
	inside = make([]int64, len(m.Windows))
next:
	for _, u := range used {
		for i, w := range m.Windows {
			if open, _ := w.Hours.Open(u.At, loc); open {
				inside[i] += count(u)
				continue next
			}
		}
		rest += count(u)
	}
	return rest, inside
}

// reached is the tier of a whole quantity.
func (m Meter) reached(quantity, size int64) Tier {
	for _, t := range m.Tiers {
		if t.UpTo == 0 || quantity <= t.UpTo*size {
			return t
		}
	}
	return Tier{}
}

// portion is cents × part ÷ whole, rounded to the cent, halves away from zero.
func portion(cents, part, whole int64) int64 {
	product := new(big.Int).Mul(big.NewInt(cents), big.NewInt(part))
	twice := product.Abs(product).Mul(product, big.NewInt(2))
	rounded := twice.Add(twice, big.NewInt(whole)).Quo(twice, big.NewInt(2*whole)).Int64()
	if (cents < 0) != (part < 0) {
		return -rounded
	}
	return rounded
}

// Prorate is the part of an amount for the days [from, to) of a whole of days. It is the difference of what the days up to each come to, so that
// the parts of any cut of the whole sum to the amount.
func Prorate(a money.Amount, from, to, whole int64) money.Amount {
	if whole <= 0 {
		return money.KES(0)
	}
	return money.KES(portion(a.Cents, to, whole) - portion(a.Cents, from, whole))
}

// Reason tells in words what a charge is for.
func (c Charge) Reason(l words.Lang) string {
	quantity := ""
	switch c.Unit {
	case "gb":
		quantity = Bytes(c.Quantity)
	case "hour":
		quantity = Duration(l, time.Duration(c.Quantity)*time.Second)
	}
	each := ""
	switch {
	case c.Kind == ForLeast || c.Kind == ForMost:
		each = c.Each.String()
	case c.Unit != "":
		each = words.Text(l, "charge.each_"+c.Unit, "Price", c.Each.String())
	}
	return words.Text(l, "charge."+string(c.Kind), "Name", Plan{NameEN: c.NameEN, NameSW: c.NameSW}.Name(l), "Quantity", quantity, "Each", each, "Percent", Percent(c.Percent))
}

// Percent is hundredths of a percent as people write them: "12.5 %"; nothing of nothing.
func Percent(hundredths int64) string {
	if hundredths == 0 {
		return ""
	}
	text := big.NewRat(hundredths, 100).FloatString(2)
	for text[len(text)-1] == '0' {
		text = text[:len(text)-1]
	}
	if text[len(text)-1] == '.' {
		text = text[:len(text)-1]
	}
	return text + " %"
}
