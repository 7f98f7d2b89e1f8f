package invoices

import (
	"slices"

	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/money"
)

// CreditedLine is the key of a line that charges again what a correction would credit a second time.
const CreditedLine = "credited"

// group is lines of one part of a bill that are taxed alike; a deposit, a debt of before and what rounds a document stand for themselves.
type group struct {
	supply      taxes.Supply
	key         string
	excise, vat int64
	part        int64
}

func (l Line) group() group {
	g := group{supply: l.Supply, excise: l.ExciseShare, vat: l.VATShare, part: l.Part}
	if l.Key == DepositLine || l.Key == OpeningLine || l.Key == RoundingLine {
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

// cell is what a document says of one period, taxed alike.
type cell struct {
	day clock.Day
	group
}

func (l Line) cell() cell { return cell{l.PeriodDay, l.group()} }

// given tells what of each line of an invoice its credit notes took, and what was written off: periods that it charges for bear it, by what it charges. What it
// corrects of others, and takes off there, stays taken off. To the cent it is all that was taken.
func given(d Document, notes []Document) ([]Line, error) {
	whole, order := map[cell]sums{}, []cell(nil)
	for _, l := range d.Lines {
		if _, seen := whole[l.cell()]; !seen {
			order = append(order, l.cell())
		}
		whole[l.cell()] = whole[l.cell()].plus(l.Parts)
	}
	bears, err := d.bears(notes, order, whole)
	if err != nil {
		return nil, err
	}
	var all []Line
	upTo, was := map[cell]sums{}, map[cell]sums{}
	for _, l := range d.Lines {
		c := l.cell()
		upTo[c] = upTo[c].plus(l.Parts)
		now, err := bears[c].upTo(upTo[c], whole[c])
		if err != nil {
			return nil, err
		}
		l.Parts.Net, l.Parts.Excise, l.Parts.VAT = now.net-was[c].net, now.excise-was[c].excise, now.vat-was[c].vat
		l.Gross = l.Net + l.Excise + l.VAT
		all, was[c] = append(all, l), now
	}
	return all, nil
}

// bears is what each cell of a document bears of what was given.
func (d Document) bears(notes []Document, order []cell, whole map[cell]sums) (map[cell]sums, error) {
	taken, err := takenOf(notes)
	if err != nil {
		return nil, err
	}
	bears, rounds := map[cell]sums{}, sums{} // what rounds it down is given back with it
	for _, c := range order {
		if c.key == RoundingLine && whole[c].gross() < 0 {
			off, err := shareOf(d.Written, whole[c], d.Gross)
			if err != nil {
				return nil, err
			}
			rounds = sums{rounds.net + off.net, rounds.excise + off.excise, rounds.vat + off.vat}
			bears[c] = sums{taken[c.group].net + off.net, taken[c.group].excise + off.excise, taken[c.group].vat + off.vat}
			delete(taken, c.group)
		}
	}
	charged := slices.DeleteFunc(slices.Clone(order), func(c cell) bool { return whole[c].gross() <= 0 })
	for g, all := range taken {
		of := slices.DeleteFunc(slices.Clone(charged), func(c cell) bool { return c.group != g })
		if err := all.onto(bears, of, whole); err != nil {
			return nil, err
		}
	}
	var all sums
	for _, c := range charged {
		all = sums{all.net + whole[c].net, all.excise + whole[c].excise, all.vat + whole[c].vat}
	}
	written, err := shareOf(d.Written-rounds.gross(), all, all.gross())
	if err != nil {
		return nil, err
	}
	return bears, written.onto(bears, charged, whole)
}

// takenOf is what credit notes took of each group. One that a document takes off on the whole gives nothing: the others give so much less.
func takenOf(notes []Document) (map[group]sums, error) {
	taken, above, below := map[group]sums{}, int64(0), int64(0)
	for _, note := range notes {
		for _, l := range note.Lines {
			taken[l.group()] = taken[l.group()].plus(l.Parts.Neg())
		}
	}
	for g, all := range taken {
		if g.key != RoundingLine {
			above, below = above+max(0, all.gross()), below+min(0, all.gross())
		}
	}
	for g, all := range taken {
		switch {
		case g.key == RoundingLine:
		case all.gross() <= 0:
			delete(taken, g)
		case below < 0:
			part, err := shareOf(above+below, all, above)
			if err != nil {
				return nil, err
			}
			taken[g] = part
		}
	}
	return taken, nil
}

// onto adds what was taken to the cells that bear it, of none more than it charges.
func (p sums) onto(bears map[cell]sums, of []cell, whole map[cell]sums) error {
	if p == (sums{}) || len(of) == 0 {
		return nil
	}
	parts := [3][]money.Amount{}
	for n, pick := range []func(sums) int64{func(s sums) int64 { return s.net }, func(s sums) int64 { return s.excise }, func(s sums) int64 { return s.vat }} {
		weights, sum := make([]int64, len(of)), int64(0)
		for i, c := range of {
			weights[i] = max(0, pick(whole[c]))
			sum += weights[i]
		}
		if sum == 0 {
			weights[0] = 1
		}
		var err error
		if parts[n], err = money.Allocate(money.KES(pick(p)), weights); err != nil {
			return err
		}
	}
	for i, c := range of {
		bears[c] = bears[c].plus(taxes.Parts{Net: parts[0][i].Cents, Excise: parts[1][i].Cents, VAT: parts[2][i].Cents})
	}
	return nil
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

// tally is what a payer was charged for a period, taxed alike, and what was given of it.
type tally struct{ stands, again, taken sums }

// left is what they pay for it. Below zero it is due to them.
func (t tally) left() int64 { return t.stands.gross() + t.again.gross() - t.taken.gross() }

// beyond is what of all that was given the period is not charged for any more.
func (t tally) beyond() int64 { return max(0, t.taken.gross()-max(0, t.stands.gross())) }

// account is whose tally it is.
type account struct {
	payer int64
	cell
}

// tallies are those of lines that were billed and of what was given of them.
func tallies(billed, given []Line) map[account]tally {
	all := map[account]tally{}
	for _, l := range billed {
		t := all[account{l.Payer, l.cell()}]
		if l.Key == CreditedLine {
			t.again = t.again.plus(l.Parts)
		} else {
			t.stands = t.stands.plus(l.Parts)
		}
		all[account{l.Payer, l.cell()}] = t
	}
	for _, l := range given {
		t := all[account{l.Payer, l.cell()}]
		t.taken = t.taken.plus(l.Parts)
		all[account{l.Payer, l.cell()}] = t
	}
	return all
}

// leave charges again what the corrections of a period would take from it beyond what earlier credit notes left: all such lines together are what was given
// for a period and is not charged for any more.
func (c *computing) leave(b *Bill, p Period) error {
	of := slices.DeleteFunc(slices.Clone(c.Given), func(l Line) bool { return l.PeriodDay != p.From || l.Gross == 0 })
	if len(of) == 0 {
		return nil
	}
	all, seen := tallies(slices.Concat(c.Billed, b.Lines), of), map[account]bool{}
	for _, l := range of {
		at := account{l.Payer, l.cell()}
		t := all[at]
		if seen[at] || t.taken.gross() <= 0 {
			continue
		}
		seen[at] = true
		part, err := shareOf(t.beyond(), t.taken, t.taken.gross())
		if err != nil {
			return err
		}
		l.Net, l.Excise, l.VAT = part.net-t.again.net, part.excise-t.again.excise, part.vat-t.again.vat
		if l.Gross = l.Net + l.Excise + l.VAT; l.Gross == 0 {
			continue
		}
		l.Key, l.Charge, l.Why, l.Args = CreditedLine, l.Key, "invoice.why.credited_before", nil
		l.From, l.Until, l.Quantity, l.Amount, l.Inclusive, l.Correction = p.From, p.Until, 1, l.Gross, true, true
		b.add(l)
	}
	return nil
}
