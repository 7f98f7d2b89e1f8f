package backoffice

import (
	"bytes"
	"context"
	"io"
	"slices"

	"mtandao/billing/daybook"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/scheduled"
	tables "mtandao/internal/table"
)

// spansOf are the times of which a report can be sent.
var spansOf = map[times][]scheduled.Span{
	anyTime:  {scheduled.LastWeek, scheduled.Yesterday, scheduled.Month, scheduled.LastMonth, scheduled.Days7, scheduled.Days30, scheduled.Days90, scheduled.Months12},
	byDays:   {scheduled.LastWeek, scheduled.Yesterday, scheduled.Month, scheduled.LastMonth, scheduled.Days7, scheduled.Days30, scheduled.Days90},
	byMonths: {scheduled.LastMonth, scheduled.Months12}, byQuarters: {scheduled.Months12},
	asItIs: {scheduled.Now},
}

// Sendable are the reports that can be sent by e-mail: all of them.
func Sendable() (all []scheduled.Report) {
	for _, d := range definitions {
		all = append(all, scheduled.Report{Name: d.Name, Title: d.Title, May: d.May, Everywhere: d.Need == everywhere, Spans: spansOf[d.Times]})
	}
	return all
}

// daysOrdered are the days of a report that is sent, and those that it is compared with.
func daysOrdered(o scheduled.Order) (now, before daybook.Asked) {
	switch o.Span {
	case scheduled.Months12:
		now = daybook.MonthsUntil(o.Last, 12)
		return now, daybook.MonthsUntil(now.First-1, 12)
	case scheduled.LastMonth:
		return daybook.Asked{First: o.First, Last: o.Last}, daybook.Asked{First: monthOf(o.First, -1), Last: o.First - 1}
	case scheduled.Month:
		was := monthOf(o.First, -1)
		return daybook.Asked{First: o.First, Last: o.Last}, daybook.Asked{First: was, Last: min(was+o.Last-o.First, o.First-1)}
	}
	return lasting(o.First, o.Last)
}

// DrawReport makes the file of a report that is sent by e-mail. Nobody is signed in for it: whoever orders it has seen to it that it may be had.
func (b *Backoffice) DrawReport(ctx context.Context, o scheduled.Order) (file notify.File, err error) {
	n := slices.IndexFunc(definitions, func(d definition) bool { return d.Name == o.Report })
	if n < 0 {
		return file, fault.New(fault.NotFound, "scheduled.report")
	}
	d, a := definitions[n], asking{Backoffice: b, ctx: ctx, f: &frame{Lang: o.Lang}}
	a.Now, a.Before = daysOrdered(o)
	a.Now.Sites, a.Before.Sites = o.Sites, o.Sites
	said, err := d.Tell(a)
	if err != nil {
		return file, err
	}
	file.Name = d.Name + "-" + a.Now.First.String() + "-" + a.Now.Last.String() + "." + string(o.Format)
	if o.Format == scheduled.PDF {
		file.Type = "application/pdf"
		file.Bytes, err = a.paper(d, said)
		return file, err
	}
	var out bytes.Buffer
	file.Type = workbookType
	err = writeWorkbook(&out, a.T(d.Title), said.Taken)
	file.Bytes = out.Bytes()
	return file, err
}

const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func writeWorkbook(out io.Writer, title string, rows [][]tables.Cell) error {
	book, err := tables.NewXLSX(out, title)
	for n := 0; err == nil && n < len(rows); n++ {
		err = book.Write(rows[n])
	}
	if err != nil {
		return err
	}
	return book.Flush()
}
