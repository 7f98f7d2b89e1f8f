package pdf

import (
	"slices"
	"strconv"
	"strings"

	"mtandao/internal/money"
	"mtandao/internal/paper"
)

// PDF is the document; fault.Invalid "paper.script" or "paper.sign" when a text cannot be printed.
func (i Invoice) PDF() ([]byte, error) {
	if err := i.check(); err != nil {
		return nil, err
	}
	d := begin(i.Common, "")
	i.normal(d)
	d.Common, d.title = i.Common, d.say(i.title())
	warning := ""
	if i.Kind != ProForma && i.Control.Number == "" {
		warning = d.say("pdf.not_tax")
		if i.Named {
			warning = d.say("pdf.named")
		}
	}
	all := i.facts(d)
	name, amount, note := i.most(d)
	i.lines(d)
	i.totals(d)
	i.used(d)
	if i.Kind == Bill || i.Kind == ProForma {
		d.pay(i.due())
	}
	d.control(i.Control)
	d.prose(d.say("pdf.terms"), d.given(i.Terms))
	d.prose(d.say("pdf.notes"), d.Notes)
	return d.write(func() paper.Length {
		y := d.parties(d.masthead(d.title, warning), all)
		return d.banner(y, name, amount, note)
	})
}

func (i Invoice) title() string {
	switch {
	case i.Kind == ProForma:
		return "pdf.title.pro_forma"
	case i.Kind == Credit && i.Control.Number == "" && !i.Named:
		return "pdf.title.credit_pro_forma"
	case i.Kind == Credit:
		return "pdf.title.credit"
	case i.Control.Number == "" && i.Named:
		return "pdf.title.named"
	case i.Control.Number == "":
		return "pdf.title.pro_forma"
	}
	return "pdf.title.bill"
}

// due is what is to be paid by this paper.
func (i Invoice) due() money.Amount {
	if i.Balanced {
		return i.Owed
	}
	return i.Total
}

func (i Invoice) facts(d *drawing) []fact {
	due, period := "", ""
	if !i.Due.IsZero() {
		due = d.day(i.Due)
	}
	if !i.From.IsZero() {
		period = d.period(i.From, i.To)
	}
	return facts(fact{d.say("pdf.day"), d.day(i.Day)}, fact{d.say("pdf.due"), due}, fact{d.say("pdf.period"), period},
		fact{d.say("pdf.account"), d.Account}, fact{d.say("pdf.of_line"), d.given(i.OfLine)}, fact{d.say("pdf.order"), d.given(i.Order)}, fact{d.say("pdf.of"), d.given(i.Of)},
		fact{d.say("pdf.reason"), d.given(i.Reason)})
}

// most is what the reader looks for.
func (i Invoice) most(d *drawing) (name, amount, note string) {
	if i.Kind == Credit {
		return d.say("pdf.credited"), sum(i.Total), ""
	}
	owed := i.due()
	switch {
	case owed.Cents < 0:
		return d.say("pdf.in_credit"), sum(owed.Neg()), d.say("pdf.nothing")
	case owed.IsZero():
		return d.say("pdf.owed"), sum(owed), d.say("pdf.nothing")
	case !i.Due.IsZero():
		note = d.say("pdf.by", "Day", d.day(i.Due))
	}
	return d.say("pdf.owed"), sum(owed), note
}

func (i Invoice) lines(d *drawing) {
	columns := []column{
		{x: edge, wide: 88 * paper.MM, name: d.say("pdf.line")},
		{x: edge + 118*paper.MM, wide: 28 * paper.MM, right: true, name: d.say("pdf.quantity")},
		{x: edge + 145*paper.MM, wide: 25 * paper.MM, right: true, name: d.say("pdf.unit")},
		{x: right, wide: 28 * paper.MM, right: true, name: d.say("pdf.amount", "Currency", i.currency())},
	}
	var cells [][]cell
	var sums []string
	var s sumsSoFar
	var share sumsSoFar
	for n, l := range i.Lines {
		first, last := l.Whose != "" && (n == 0 || i.Lines[n-1].Whose != l.Whose), l.Whose != "" && (n == len(i.Lines)-1 || i.Lines[n+1].Whose != l.Whose)
		if first {
			cells, sums, share = append(cells, []cell{{text: d.given(l.Whose), heavy: true}, {}, {}, {}}), append(sums, figure(s.so)), sumsSoFar{}
		}
		unit := ""
		if !l.Unit.IsZero() {
			unit = figure(l.Unit)
		}
		cells = append(cells, []cell{{text: d.given(l.Text), below: d.given(l.Reason)}, {text: d.given(l.Quantity)}, {text: unit}, {text: figure(l.Amount)}})
		sums = append(sums, figure(s.add(l.Amount)))
		if share.add(l.Amount); last {
			cells = append(cells, []cell{{text: d.say("pdf.share", "Whose", d.given(l.Whose)), heavy: true}, {}, {}, {text: figure(share.so), heavy: true}})
			sums = append(sums, figure(s.so))
		}
	}
	for n := range columns[1:3] {
		if !slices.ContainsFunc(cells, func(row []cell) bool { return row[n+1].text != "" }) {
			columns[n+1].name = "" // of a column without any
		}
	}
	d.rows(columns, cells, sums)
}

func (i Invoice) currency() string {
	if i.Total.Currency == "" {
		return money.Shilling
	}
	return i.Total.Currency
}

// sumsSoFar adds what check has found to add up.
type sumsSoFar struct {
	sums
	so money.Amount
}

func (s *sumsSoFar) add(a money.Amount) money.Amount {
	s.so = s.of(s.so, a)
	return s.so
}

// percent writes hundredths of a percent: "16%", "1.5%".
func percent(rate int64) string {
	whole, rest := strconv.FormatInt(rate/100, 10), strings.TrimRight(strconv.FormatInt(100+rate%100, 10)[1:], "0")
	if rest != "" {
		whole += "." + rest
	}
	return whole + "%"
}

func (i Invoice) totals(d *drawing) {
	d.space(2 * paper.MM)
	if len(i.Taxes) > 0 {
		key := "pdf.net"
		if i.Inclusive {
			key = "pdf.net_inside"
		}
		d.total(d.say(key), figure(i.Net), false, true)
	}
	for _, t := range i.Taxes {
		d.total(d.say("pdf.tax", "Name", d.given(t.Name), "Rate", percent(t.Rate), "On", figure(t.On)), figure(t.Amount), false, true)
	}
	d.total(d.say("pdf.total"), sum(i.Total), true, false)
	if !i.Balanced {
		return
	}
	key := "pdf.previous"
	if i.Previous.Cents < 0 {
		key = "pdf.previous_credit"
	}
	d.total(d.say(key), figure(i.Previous), false, len(i.Payments) == 0)
	for n, p := range i.Payments {
		d.total(d.say("pdf.paid", "Day", d.day(p.Day), "How", join(d.given(p.How), d.given(p.Reference))), figure(p.Amount.Neg()), false, n == len(i.Payments)-1)
	}
	if i.Kind == Credit {
		d.total(d.say("pdf.this_credit"), figure(i.Total.Neg()), false, true)
	}
	if i.Owed.Cents < 0 {
		d.total(d.say("pdf.in_credit"), sum(i.Owed.Neg()), true, false)
		return
	}
	d.total(d.say("pdf.owed"), sum(i.Owed), true, false)
}

func (i Invoice) used(d *drawing) {
	if len(i.Usage) == 0 {
		return
	}
	columns := []column{
		{x: edge, wide: 84 * paper.MM, name: d.say("pdf.usage")},
		{x: edge + 130*paper.MM, wide: 42 * paper.MM, right: true, name: d.say("pdf.used")},
		{x: right, wide: 40 * paper.MM, right: true, name: d.say("pdf.included")},
	}
	var cells [][]cell
	for _, u := range i.Usage {
		cells = append(cells, []cell{{text: d.given(u.What)}, {text: d.given(u.Used)}, {text: d.given(u.Included)}})
	}
	d.rows(columns, cells, nil)
}
