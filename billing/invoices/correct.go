package invoices

import (
	"cmp"
	"slices"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

// mostCorrected bounds how many periods back something may be changed.
const mostCorrected = 400

// piece is a line of earlier documents, with what later ones took back of it.
type piece struct {
	Line
	sum   int64
	stand sums
}

// correct adds what earlier documents said otherwise: what they charged and is not so is credited, piece by piece with the taxes it had; what they
// did not charge is charged.
func (c *computing) correct(b *Bill, p Period) error {
	if c.Since == 0 || c.Since >= p.From {
		return nil
	}
	billed := c.pieces()
	last := c.Cycle.before(p)
	since := max(c.Since, min(c.first(), c.earliest()))
	for n, q := 0, c.Cycle.Period(since); q.From < p.From; n, q = n+1, c.Cycle.after(q) {
		if n == mostCorrected {
			return fault.New(fault.Invalid, "invoice.history", "What", "too far back")
		}
		should, err := c.advance(q)
		if err != nil {
			return err
		}
		if q != last { // of the last, what is charged in arrears is new in this document
			late, err := c.arrears(q)
			if err != nil {
				return err
			}
			should = append(should, late...)
		}
		if err := c.differ(b, should, billed[q.From]); err != nil {
			return err
		}
		if err := c.leave(b, q); err != nil {
			return err
		}
	}
	return nil
}

func (c *computing) earliest() clock.Day {
	d := forever
	for _, l := range c.Billed {
		d = min(d, l.PeriodDay)
	}
	return d
}

// pieces are what earlier documents charge after all, by period.
func (c *computing) pieces() map[clock.Day][]*piece {
	type place struct {
		charge      string
		from, until clock.Day
	}
	all, by := map[place]*piece{}, map[clock.Day][]*piece{}
	for _, l := range c.Billed {
		if l.Charge == "" || l.Key == RoundingLine || l.Key == CreditedLine {
			continue
		}
		at := place{l.Charge, l.From, l.Until}
		if all[at] == nil {
			all[at] = &piece{Line: l}
			by[l.PeriodDay] = append(by[l.PeriodDay], all[at])
		}
		all[at].stand = all[at].stand.plus(l.Parts)
		if all[at].sum += l.Amount; l.Amount != 0 && (l.Amount > 0) == (all[at].sum > 0) {
			all[at].Line = l // the line as it was charged last, with its taxes
		}
	}
	return by
}

// payerOf is who pays for a charge of a period of which something was billed: whose document had the same, or the period at all.
func payerOf(c charge, billed []*piece) (id int64) {
	for _, one := range billed {
		if one.Key == c.Key {
			return one.Payer
		}
		if id == 0 {
			id = one.Payer
		}
	}
	return id
}

// differ writes the difference of one period.
func (c *computing) differ(b *Bill, should []charge, billed []*piece) error {
	charged := map[string]bool{}
	for _, one := range billed {
		charged[one.Charge] = charged[one.Charge] || one.sum != 0
	}
	wanted := map[string]bool{}
	for n := range should {
		should[n].name()
		wanted[should[n].Charge] = true
	}
	slices.SortStableFunc(billed, func(a, b *piece) int { return cmp.Compare(a.From, b.From) })
	for _, one := range billed {
		if one.sum == 0 || wanted[one.Charge] {
			continue
		}
		l := one.Line
		l.Amount, l.Correction = -l.Amount, true
		l.Net, l.Excise, l.VAT, l.Gross = -one.stand.net, -one.stand.excise, -one.stand.vat, -one.stand.gross()
		l.Why, l.Args = "invoice.why.credited", []string{"From", l.From.String(), "Until", (l.Until - 1).String()}
		b.add(l)
	}
	for _, one := range should {
		if charged[one.Charge] || one.Amount == 0 {
			continue
		}
		one.Correction, one.Payer = true, payerOf(one, billed)
		if err := c.put(b, one); err != nil {
			return err
		}
	}
	return nil
}
