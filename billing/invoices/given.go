package invoices

import (
	"mtandao/billing/taxes"
	"mtandao/internal/money"
)

// CreditedLine is the key of a line that charges again what a correction would credit a second time.
const CreditedLine = "credited"

// group is lines that are taxed alike; a deposit and a debt of before stand for themselves.
type group struct {
	supply      taxes.Supply
	key         string
	excise, vat int64
}

func (l Line) group() group {
	g := group{supply: l.Supply, excise: l.ExciseShare, vat: l.VATShare}
	if l.Key == DepositLine || l.Key == OpeningLine {
		g.key = l.Key
	}
	return g
}

func (p sums) plus(q taxes.Parts) sums {
	return sums{p.net + q.Net, p.excise + q.Excise, p.vat + q.VAT}
}

// sums are sums of parts.
type sums struct{ net, excise, vat int64 }

func (p sums) gross() int64 { return p.net + p.excise + p.vat }

// given tells what of each line of an invoice its credit notes took, and what was written off: lines that are taxed alike bear it by what they charge.
// To the cent it is all that was taken.
func given(d Document, notes []Document) ([]Line, error) {
	taken, whole := map[group]sums{}, map[group]sums{}
	for _, l := range d.Lines {
		whole[l.group()] = whole[l.group()].plus(l.Parts)
	}
	for _, note := range notes {
		for _, l := range note.Lines {
			taken[l.group()] = taken[l.group()].plus(l.Parts.Neg())
		}
	}
	var all []Line
	upTo, was, written, charged := map[group]sums{}, map[group]sums{}, sums{}, sums{}
	for _, l := range d.Lines {
		g := l.group()
		upTo[g], charged = upTo[g].plus(l.Parts), charged.plus(l.Parts)
		now, err := taken[g].upTo(upTo[g], whole[g])
		if err != nil {
			return nil, err
		}
		off, err := shareOf(d.Written, charged, d.Gross)
		if err != nil {
			return nil, err
		}
		l.Parts.Net = now.net - was[g].net + off.net - written.net
		l.Parts.Excise = now.excise - was[g].excise + off.excise - written.excise
		l.Parts.VAT = now.vat - was[g].vat + off.vat - written.vat
		l.Gross = l.Net + l.Excise + l.VAT
		all, was[g], written = append(all, l), now, off
	}
	return all, nil
}

// upTo is what of all that was taken falls on what is charged up to a line, of the whole.
func (p sums) upTo(charged, whole sums) (part sums, err error) {
	for _, one := range []struct {
		to                    *int64
		taken, charged, whole int64
	}{{&part.net, p.net, charged.net, whole.net}, {&part.excise, p.excise, charged.excise, whole.excise}, {&part.vat, p.vat, charged.vat, whole.vat}} {
		if *one.to, err = share(one.taken, one.charged, one.whole); err != nil {
			return part, err
		}
	}
	return part, nil
}

// shareOf is so much of the gross of what is charged, as its parts.
func shareOf(cents int64, charged sums, gross int64) (part sums, err error) {
	for _, one := range []struct {
		to      *int64
		charged int64
	}{{&part.net, charged.net}, {&part.excise, charged.excise}, {&part.vat, charged.vat}} {
		if *one.to, err = share(cents, one.charged, gross); err != nil {
			return part, err
		}
	}
	return part, nil
}

// share is so much of some cents as a part is of its whole, which may be below zero.
func share(cents, part, whole int64) (int64, error) {
	if cents == 0 || whole == 0 {
		return 0, nil
	}
	if whole < 0 {
		part, whole = -part, -whole
	}
	return money.MulDiv(cents, part, whole, money.HalfUp)
}

// billing names what is charged to a payer for one thing, taxed alike.
type billing struct {
	payer int64
	key   string
	group
}

func (l Line) billing() billing {
	b := billing{payer: l.Payer, key: l.Key, group: l.group()}
	if l.Key == CreditedLine {
		b.key = l.Charge
	}
	return b
}

// leave charges again what the corrections of a period would take from a line beyond what earlier credit notes left of it: all such lines together are what
// was given of a line and is not charged for any more.
func (c *computing) leave(b *Bill, p Period) error {
	taken, stands, again := map[billing]sums{}, map[billing]sums{}, map[billing]sums{}
	var order []Line
	for _, l := range c.Given {
		if l.PeriodDay == p.From && l.Gross != 0 {
			if _, seen := taken[l.billing()]; !seen {
				order = append(order, l)
			}
			taken[l.billing()] = taken[l.billing()].plus(l.Parts)
		}
	}
	if len(order) == 0 {
		return nil
	}
	for _, lines := range [][]Line{c.Billed, b.Lines} {
		for _, l := range lines {
			switch {
			case l.PeriodDay != p.From:
			case l.Key == CreditedLine:
				again[l.billing()] = again[l.billing()].plus(l.Parts)
			default:
				stands[l.billing()] = stands[l.billing()].plus(l.Parts)
			}
		}
	}
	for _, l := range order {
		of := l.billing()
		most := taken[of].gross()
		beyond := max(0, most-stands[of].gross())
		if most < 0 {
			beyond = min(0, most-stands[of].gross())
		}
		all, err := shareOf(beyond, taken[of], most)
		if err != nil {
			return err
		}
		l.Net, l.Excise, l.VAT = all.net-again[of].net, all.excise-again[of].excise, all.vat-again[of].vat
		if l.Gross = l.Net + l.Excise + l.VAT; l.Gross == 0 {
			continue
		}
		l.Key, l.Charge, l.Why, l.Args = CreditedLine, l.Key, "invoice.why.credited_before", nil
		l.From, l.Until, l.Quantity, l.Amount, l.Inclusive, l.Correction = p.From, p.Until, 1, l.Gross, true, true
		b.add(l)
	}
	return nil
}
