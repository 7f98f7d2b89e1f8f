package billrun

import (
	"maps"
	"math/big"
	"slices"
	"strings"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
)

// levied are the taxes of the story, in hundredths of a per cent: the engine keeps them as rates, the oracle reads them here.
var levied = []struct {
	kind        taxes.Kind
	share       int64
	from, until clock.Day
}{
	{taxes.Excise, 1500, clock.Date(2020, 1, 1), clock.Date(2026, 7, 1)}, {taxes.Excise, 1750, clock.Date(2026, 7, 1), clock.Date(2027, 3, 10)},
	{taxes.VAT, 1600, clock.Date(2020, 1, 1), clock.Date(2026, 5, 11)}, {taxes.VAT, 1400, clock.Date(2026, 5, 11), clock.Date(2026, 11, 2)}, {taxes.VAT, 1600, clock.Date(2026, 11, 2), 0},
}

// certified are the days on which somebody pays no taxes; last 0: no end.
type certified struct{ first, last clock.Day }

func (c certified) on(d clock.Day) bool {
	return c.first != 0 && c.first <= d && (c.last == 0 || d <= c.last)
}

// taxation is what the oracle saw of taxes.
type taxation struct{ lines, exempt, cut, back int }

// levies has rates written down, and some customers be exempt: from some day on, up to some, or always.
func (s *story) levies() {
	s.Helper()
	for _, l := range levied {
		s.rate(l.kind, l.share, l.from, l.until)
	}
	s.exempt = map[int64]certified{}
	for _, sub := range s.lines {
		if s.r.IntN(8) != 0 {
			continue
		}
		days := certified{first: clock.Date(2020, 1, 1)}
		if s.r.IntN(3) > 0 {
			days.first = clock.Date(2026, 1, 1) + clock.Day(s.r.IntN(200))
		}
		if s.r.IntN(3) > 0 {
			days.last = clock.Date(2026, 8, 1) + clock.Day(s.r.IntN(200))
		}
		s.exempt[sub.CustomerID] = days
		s.changes(sub.CustomerID, func(c *customers.Customer) {
			if c.TaxExempt, c.ExemptCertificate, c.ExemptFrom = true, "KRA/EX/7", days.first.String(); days.last != 0 {
				c.ExemptUntil = days.last.String()
			}
		})
	}
}

// shares are those of both taxes on a day.
func shares(d clock.Day) (excise, vat int64) {
	for _, l := range levied {
		switch {
		case d < l.from || l.until != 0 && d >= l.until:
		case l.kind == taxes.Excise:
			excise = l.share
		default:
			vat = l.share
		}
	}
	return excise, vat
}

// even is an exact number to the nearest whole one, a half away from nothing.
func even(exact *big.Rat) int64 {
	if exact.Sign() < 0 {
		return -nearest(new(big.Rat).Neg(exact))
	}
	return nearest(exact)
}

// parted is what an amount of a day comes to: excise on the value without taxes, VAT on that with excise.
func parted(amount int64, supply taxes.Supply, d clock.Day, inclusive, exempt bool) (p taxes.Parts) {
	value, one := new(big.Rat).SetInt64(amount), big.NewRat(1, 1)
	if supply != taxes.Levy {
		p.ExciseShare, p.VATShare = shares(d)
	}
	excise, vat := big.NewRat(p.ExciseShare, 10_000), big.NewRat(p.VATShare, 10_000)
	withExcise := new(big.Rat).Add(one, excise)
	if inclusive {
		value.Quo(value, new(big.Rat).Mul(withExcise, new(big.Rat).Add(one, vat)))
	}
	p.Excise = even(new(big.Rat).Mul(value, excise))
	p.VAT = even(new(big.Rat).Mul(new(big.Rat).Mul(value, withExcise), vat))
	if p.Net, p.Gross = amount, amount+p.Excise+p.VAT; inclusive {
		p.Net, p.Gross = amount-p.Excise-p.VAT, amount
	}
	if exempt {
		return taxes.Parts{Net: p.Net, Gross: p.Net}
	}
	return p
}

// shared is an amount by days: each part rounded down, and the cents that are left to those who lost most of one, the first of equals first.
func shared(amount int64, days []int64) []int64 {
	sign, all, left := int64(1), int64(0), max(amount, -amount)
	if amount < 0 {
		sign = -1
	}
	for _, n := range days {
		all += n
	}
	parts, lost, order := make([]int64, len(days)), make([]int64, len(days)), make([]int, len(days))
	for i, n := range days {
		parts[i], lost[i], order[i] = max(amount, -amount)*n/all, max(amount, -amount)*n%all, i
		left -= parts[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(lost[b] - lost[a]) })
	for _, i := range order[:left] {
		parts[i]++
	}
	for i := range parts {
		parts[i] *= sign
	}
	return parts
}

// charged names one thing that was charged for some days on a track: the fee for leaving moves to another when a plan is dated back before it.
type charged struct {
	track, what string
	from, until clock.Day
}

// taxed holds each line of a line's documents against taxes that are worked out here: of what is charged, those of its day; of what is credited, those that
// were charged; and each document against the sum of its lines, to the shilling.
func (s *story) taxed(sub subscriptions.Subscription, docs []invoices.Document) {
	s.Helper()
	days, stands := s.exempt[sub.CustomerID], map[charged]taxes.Parts{}
	for _, d := range docs {
		var sum taxes.Parts
		track := d.Cause[strings.LastIndex(d.Cause, ":")+1:]
		before := maps.Clone(stands) // what this document credits: what was paid in advance may be charged again by it, in arrears
		for n, l := range d.Lines {
			at, want := charged{track, l.Charge, l.From, l.Until}, parted(l.Amount, l.Supply, l.From, l.Inclusive, days.on(l.From))
			switch {
			case l.Key == invoices.RoundingLine:
				want = taxes.Parts{Net: even(big.NewRat(sum.Gross, 100))*100 - sum.Gross}
				want.Gross = want.Net
			case l.Why == "invoice.why.credited":
				was := before[at]
				want = taxes.Parts{Net: -was.Net, Excise: -was.Excise, VAT: -was.VAT, Gross: -was.Gross, ExciseShare: was.ExciseShare, VATShare: was.VATShare}
				s.saw.back++
			default:
				s.whole(d, n, days)
			}
			if l.Parts != want || l.Key == invoices.MinimumLine && l.Supply != taxes.Internet {
				s.logs(nil, docs)
				s.Errorf("%s: line %d (%s, %v to %v, %s, %d, inclusive %v, exempt %+v) says %+v, and is %+v", d.Cause, n, l.Key, l.From, l.Until, l.Says("en"), l.Amount, l.Inclusive, days, l.Parts, want)
				return
			}
			was := stands[at]
			stands[at] = taxes.Parts{Net: was.Net + l.Net, Excise: was.Excise + l.Excise, VAT: was.VAT + l.VAT, Gross: was.Gross + l.Gross, ExciseShare: l.ExciseShare, VATShare: l.VATShare}
			sum.Net, sum.Excise, sum.VAT, sum.Gross = sum.Net+l.Net, sum.Excise+l.Excise, sum.VAT+l.VAT, sum.Gross+l.Gross
			if s.saw.lines++; days.on(l.From) {
				s.saw.exempt++
			}
		}
		if d.Net != sum.Net || d.Excise != sum.Excise || d.VAT != sum.VAT || d.Gross != sum.Gross || d.Gross != d.Net+d.Excise+d.VAT || d.Gross%100 != 0 {
			s.Fatalf("%s says %d + %d + %d = %d, and its lines %+v", d.Cause, d.Net, d.Excise, d.VAT, d.Gross, sum)
		}
	}
}

// whole holds that a charged line lies on days that are taxed alike, and that one which was cut there has its share by days of the whole charge.
func (s *story) whole(d invoices.Document, n int, exempt certified) {
	s.Helper()
	l := d.Lines[n]
	if l.Supply == taxes.Levy {
		return
	}
	excise, vat := shares(l.From)
	for day := l.From; day < l.Until; day++ {
		if e, v := shares(day); (e != excise || v != vat) && (l.Inclusive || !exempt.on(day)) || exempt.on(day) != exempt.on(l.From) && e+v > 0 {
			s.Fatalf("%s: line %d (%s, %v to %v) lies across %v, when its taxes change", d.Cause, n, l.Key, l.From, l.Until, day)
		}
	}
	var lengths []int64
	sum, mine := int64(0), 0
	for i, other := range d.Lines {
		if other.Charge != l.Charge || strings.HasSuffix(other.Why, ".credited") {
			continue
		}
		if i == n {
			mine = len(lengths)
		}
		lengths, sum = append(lengths, int64(other.Until-other.From)), sum+other.Amount
	}
	if want := shared(sum, lengths)[mine]; l.Amount != want {
		s.Fatalf("%s: line %d (%s, %v to %v) is %d of %d, and its days cost %d", d.Cause, n, l.Key, l.From, l.Until, l.Amount, sum, want)
	}
	if len(lengths) > 1 {
		s.saw.cut++
	}
}
