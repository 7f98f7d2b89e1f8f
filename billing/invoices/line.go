package invoices

import (
	"slices"
	"strconv"
	"strings"

	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Line is one line of a document. Amount is as it is priced: the gross when Inclusive, else the net. Why is a key of internal/words, and Args what
// its text names, in pairs: days as "2026-11-30", money in cents, numbers as they are. Charge names what is charged, so that it can be credited.
type Line struct {
	Key, Name, Why   string
	Args             []string
	Supply           taxes.Supply
	PeriodDay        clock.Day // the first of the period that is charged
	From, Until      clock.Day
	Quantity, Amount int64
	Inclusive        bool
	Correction       bool // of a period that was invoiced before
	Charge           string
	Part             int64 // of a bill of several lines: the document that tells the period of one; 0: the bill is of one
	Payer            int64 // of an earlier document's line, and what takes its place: whose document it was; 0: who pays now
	taxes.Parts
}

// Keys of lines that no item, discount or charge gave its own.
const (
	MinimumLine  = "minimum"
	MaximumLine  = "maximum"
	RoundingLine = "rounding"
)

// Bill is what a document says: its lines, and their sums.
type Bill struct {
	Lines                   []Line
	Net, Excise, VAT, Gross int64
}

func (b *Bill) add(l Line) {
	b.Lines = append(b.Lines, l)
	b.Net, b.Excise, b.VAT, b.Gross = b.Net+l.Net, b.Excise+l.Excise, b.VAT+l.VAT, b.Gross+l.Gross
}

// charge is a line before taxes are told apart: one thing over one run of days.
type charge struct {
	Line
	priceID int64
}

// name tells charges apart: the same thing for the same days at the same price is the same charge, whoever computes it.
func (c *charge) name() {
	parts := []string{c.Key}
	for _, n := range []int64{int64(c.PeriodDay), int64(c.From), int64(c.Until), c.Quantity, c.Amount} {
		parts = append(parts, strconv.FormatInt(n, 10))
	}
	inside := "out"
	if c.Inclusive {
		inside = "in"
	}
	c.Charge = strings.Join(append(parts, inside, string(c.Supply)), "|")
}

// part is what the days [from, until) of a period cost at a price for the whole of it.
func part(price int64, whole Period, from, until clock.Day) (int64, error) {
	to, err := money.MulDiv(price, int64(until-whole.From), whole.Days(), money.HalfUp)
	if err != nil {
		return 0, err
	}
	before, err := money.MulDiv(price, int64(from-whole.From), whole.Days(), money.HalfUp)
	return to - before, err
}

// times is a price for several; fault.Invalid "money.overflow".
func times(price, quantity int64) (int64, error) {
	if price < 0 {
		return 0, fault.New(fault.Invalid, "invoice.history", "What", "price")
	}
	return money.MulDiv(price, quantity, 1, money.Down)
}

// units spells a quantity in units, with at most three decimals, cut: "12.5".
func units(quantity, unit int64) string {
	thousandths, err := money.MulDiv(quantity, 1000, unit, money.Down)
	if err != nil {
		return "?"
	}
	text := strconv.FormatInt(thousandths/1000, 10)
	if rest := thousandths % 1000; rest != 0 {
		text += "." + strings.TrimRight(strconv.FormatInt(1000+rest, 10)[1:], "0")
	}
	return text
}

// changes are the days within a charge on which its taxes change: a rate does, or who pays them begins or ceases to be exempt. Whoever is exempt pays what the
// rates of the day leave of a price that holds them; of one that does not, rates change nothing for them.
func (c charge) changes(rates taxes.Rates, exempt Period) (days []clock.Day) {
	span, taxed := Period{c.From, c.Until}, false
	for _, d := range append(rates.Changes(c.Supply, c.From, c.Until), c.From) {
		excise, vat := rates.On(c.Supply, d)
		if taxed = taxed || excise+vat > 0; d > c.From && (c.Inclusive || !exempt.holds(d)) {
			days = append(days, d)
		}
	}
	for _, d := range []clock.Day{exempt.From, exempt.Until} {
		if taxed && exempt.Days() > 0 && d > c.From && span.holds(d) && !slices.Contains(days, d) {
			days = append(days, d)
		}
	}
	slices.Sort(days)
	return days
}

// taxed cuts a charge where a rate changes, by days, and tells the taxes of each piece.
func (c charge) taxed(rates taxes.Rates, exempt Period) ([]Line, error) {
	changes := c.changes(rates, exempt)
	if len(changes) == 0 {
		l, err := c.Line.split(rates, exempt.holds(c.From))
		return []Line{l}, err
	}
	var weights []int64
	from := c.From
	for _, d := range append(changes, c.Until) {
		weights, from = append(weights, int64(d-from)), d
	}
	amounts, err := money.Allocate(money.KES(c.Amount), weights)
	if err != nil {
		return nil, err
	}
	var all []Line
	from = c.From
	for n, d := range append(changes, c.Until) {
		l := c.Line
		l.From, l.Until, l.Amount = from, d, amounts[n].Cents
		if l, err = l.split(rates, exempt.holds(l.From)); err != nil {
			return nil, err
		}
		all, from = append(all, l), d
	}
	return all, nil
}

// split is a line with its taxes on its first day; of one whose price holds taxes that its payer does not pay, it says so.
func (l Line) split(rates taxes.Rates, exempt bool) (_ Line, err error) {
	if l.Parts, err = rates.Split(l.Amount, l.Supply, l.From, l.Inclusive, exempt); err == nil && l.Inclusive && l.Gross != l.Amount {
		l.Args = append(slices.Clone(l.Args), untaxedArg, cents(l.Amount))
	}
	return l, err
}
