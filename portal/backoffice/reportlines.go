package backoffice

import (
	"mtandao/billing/daybook"
	tables "mtandao/internal/table"
)

// monthsIn are the whole months of a time, for reports that know nothing shorter.
func monthsIn(a daybook.Asked) daybook.Asked {
	year, month, _ := a.First.Date()
	end, until, _ := a.Last.Date()
	months := daybook.MonthsUntil(a.Last, 12*(end-year)+int(until-month)+1)
	months.Sites = a.Sites
	return months
}

// lineMonth is a month of all lines.
type lineMonth struct {
	label, month             string
	earned                   int64
	start, came, left, stays int64
}

// perLine is what a line brought on average, of those at the beginning and at the end of the month; nothing without lines.
func (m lineMonth) perLine() int64 {
	if m.start+m.stays == 0 {
		return 0
	}
	return 2 * m.earned / (m.start + m.stays)
}

// churn is how many of the lines at the beginning left, in hundredths of a percent.
func (m lineMonth) churn() int64 {
	if m.start == 0 {
		return 0
	}
	return m.left * 10_000 / m.start
}

func (m lineMonth) churnText() string {
	c := m.churn()
	return number(c/100) + "." + number(c%100/10) + " %"
}

// tellLines is what comes again each month: of how many lines, and how many leave.
func tellLines(a asking) (said telling, err error) {
	asked := monthsIn(a.Now)
	sums, err := a.Daybook.Recurring(a.ctx, asked)
	if err != nil {
		return said, err
	}
	spans := asked.Spans()
	counts, err := a.Desk.LinesByMonth(a.ctx, asked.First, len(spans))
	if err != nil {
		return said, err
	}
	earned := map[string]int64{}
	for _, s := range sums {
		earned[s.Day] += s.Cents
	}
	months, some := make([]lineMonth, len(spans)), false
	for n, span := range spans {
		c := counts[n]
		months[n] = lineMonth{label: spanText(a.f.Lang, span), month: span, earned: earned[span], start: c.Before, came: c.Came, left: c.Left, stays: c.Before + c.Came - c.Left}
		some = some || months[n].earned != 0 || c.Before+c.Came+c.Left > 0
	}
	said.Taken = a.lineRows(months)
	if some {
		a.lineTable(&said, months)
	}
	return said, nil
}

// lineTable has the last month first.
func (a asking) lineTable(said *telling, months []lineMonth) {
	var sum int64
	said.Columns = []column{{Name: a.T("office.lines_report.month")}}
	for _, name := range []string{"mrr", "start", "came", "left", "churn", "stays", "arpu"} {
		said.Columns = append(said.Columns, column{a.T("office.lines_report." + name), "num"})
	}
	for _, m := range months {
		sum += m.earned
		said.Bars = append(said.Bars, bar{m.label, kes(m.earned), m.earned})
	}
	for n := len(months) - 1; n >= 0; n-- {
		m := months[n]
		said.add(cell{Text: m.label}, cell{Text: kes(m.earned)}, cell{Text: number(m.start)}, cell{Text: number(m.came)}, cell{Text: number(m.left)}, cell{Text: m.churnText()}, cell{Text: number(m.stays)}, cell{Text: kes(m.perLine())})
	}
	last, before := months[len(months)-1], lineMonth{}
	if len(months) > 1 {
		before = months[len(months)-2]
	}
	said.Total = kes(sum)
	said.Figures = []figure{{Label: a.T("office.lines_report.mrr"), Value: kes(last.earned), Detail: joined(last.label, a.wasBefore(last.earned, before.earned))},
		{Label: a.T("office.lines_report.arpu"), Value: kes(last.perLine()), Detail: joined(last.label, a.wasBefore(last.perLine(), before.perLine()))},
		{Label: a.T("office.lines_report.churn"), Value: last.churnText(), Detail: joined(last.label, a.T("office.lines_report.of", "Left", number(last.left), "Start", number(last.start)))}}
}

func (a asking) lineRows(months []lineMonth) [][]tables.Cell {
	rows := [][]tables.Cell{{{Text: a.T("office.lines_report.month")}}}
	for _, name := range []string{"mrr", "start", "came", "left", "churn", "stays", "arpu"} {
		rows[0] = append(rows[0], tables.Cell{Text: a.T("office.lines_report." + name)})
	}
	for _, m := range months {
		rows = append(rows, []tables.Cell{{Text: m.month}, {Cents: m.earned, Money: true}, {Text: number(m.start)}, {Text: number(m.came)}, {Text: number(m.left)}, {Text: m.churnText()}, {Text: number(m.stays)}, {Cents: m.perLine(), Money: true}})
	}
	return rows
}
