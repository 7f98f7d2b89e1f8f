package pdf

import (
	"strconv"
	"time"

	"mtandao/internal/money"
	"mtandao/internal/paper"
)

// PDF is the document; faults as for an invoice.
func (st Statement) PDF() ([]byte, error) {
	if err := st.check(); err != nil {
		return nil, err
	}
	d := begin(st.Common, "")
	st.normal(d)
	d.Common, d.title = st.Common, d.say("pdf.title.statement")
	all := facts(fact{d.say("pdf.day"), d.day(st.Day)}, fact{d.say("pdf.period"), d.period(st.From, st.To)}, fact{d.say("pdf.account"), d.Account})
	name, amount := d.say("pdf.owed"), sum(st.Closing)
	if st.Closing.Cents < 0 {
		name, amount = d.say("pdf.in_credit"), sum(st.Closing.Neg())
	}
	st.entries(d)
	d.space(3 * paper.MM)
	d.total(d.say("pdf.closing", "Day", d.day(st.To.Add(-time.Millisecond))), sum(st.Closing), true, false)
	st.ageing(d)
	d.pay(st.Closing)
	d.prose(d.say("pdf.notes"), d.Notes)
	return d.write(func() paper.Length {
		return d.banner(d.parties(d.masthead(d.title, ""), all), name, amount, "")
	})
}

func (st Statement) entries(d *drawing) {
	columns := []column{
		{x: edge, wide: 24 * paper.MM, name: d.say("pdf.date")},
		{x: edge + 25*paper.MM, wide: 67 * paper.MM, name: d.say("pdf.line")},
		{x: edge + 121*paper.MM, wide: 27 * paper.MM, right: true, name: d.say("pdf.charge")},
		{x: edge + 147*paper.MM, wide: 25 * paper.MM, right: true, name: d.say("pdf.in")},
		{x: right, wide: 26 * paper.MM, right: true, name: d.say("pdf.balance")},
	}
	cells := [][]cell{{{text: d.day(st.From)}, {text: d.say("pdf.opening")}, {}, {}, {text: figure(st.Opening)}}}
	sums := []string{figure(st.Opening)}
	for _, e := range st.Entries {
		cells = append(cells, []cell{{text: d.day(e.Day)}, {text: join(d.given(e.Text), d.given(e.Reference)), below: d.given(e.Below)}, {text: some(e.Charge)}, {text: some(e.Paid)}, {text: figure(e.Balance)}})
		sums = append(sums, figure(e.Balance))
	}
	d.rows(columns, cells, sums)
}

// some is an amount, or nothing.
func some(a money.Amount) string {
	if a.IsZero() {
		return ""
	}
	return figure(a)
}

// ageing says how long what is owed has been owed.
func (st Statement) ageing(d *drawing) {
	if len(st.Ageing) == 0 {
		return
	}
	wide := room / paper.Length(len(st.Ageing))
	var columns []column
	var row []cell
	for n, a := range st.Ageing {
		name := d.say("pdf.age.now")
		switch {
		case a.From > 0 && a.To > 0:
			name = d.say("pdf.age.days", "Days", strconv.Itoa(a.From)+"–"+strconv.Itoa(a.To))
		case a.From > 0:
			name = d.say("pdf.age.over", "Days", a.From-1)
		}
		columns = append(columns, column{x: edge + wide*paper.Length(n+1), wide: wide - 3*paper.MM, right: true, name: name})
		row = append(row, cell{text: figure(a.Amount)})
	}
	columns[len(columns)-1].x = right
	d.rows(columns, [][]cell{row}, nil)
}
