package backoffice

import (
	"context"
	"strconv"
	"strings"

	"mtandao/billing/daybook"
	"mtandao/internal/clock"
	tables "mtandao/internal/table"
	"mtandao/internal/words"
)

// Daybook is the ledger by day. *daybook.Book satisfies it.
type Daybook interface {
	Earned(ctx context.Context, by daybook.By, a daybook.Asked) ([]daybook.Sum, error)
	Recurring(ctx context.Context, a daybook.Asked) ([]daybook.Sum, error)
	Spent(ctx context.Context, by daybook.By, a daybook.Asked) ([]daybook.Sum, error)
	Taxes(ctx context.Context, a daybook.Asked) ([]daybook.Sum, error)
	CashFlow(ctx context.Context, a daybook.Asked) ([]daybook.Flow, error)
}

func earnedBy(by daybook.By) func(Daybook, context.Context, daybook.Asked) ([]daybook.Sum, error) {
	return func(d Daybook, ctx context.Context, a daybook.Asked) ([]daybook.Sum, error) {
		return d.Earned(ctx, by, a)
	}
}

// netFlow is what came into each account that money really is in, less what went out of it.
func netFlow(d Daybook, ctx context.Context, a daybook.Asked) ([]daybook.Sum, error) {
	flows, err := d.CashFlow(ctx, a)
	sums := make([]daybook.Sum, len(flows))
	for n, f := range flows {
		sums[n] = daybook.Sum{Day: f.Day, Name: f.Account, Cents: f.InCents - f.OutCents}
	}
	return sums, err
}

// tellSums makes what a report of the daybook says: what came in all, its days, and what it is told apart by.
func tellSums(column string, read func(Daybook, context.Context, daybook.Asked) ([]daybook.Sum, error), called func(asking) (map[string]string, error)) func(asking) (telling, error) {
	return func(a asking) (said telling, err error) {
		sums, err := read(a.Daybook, a.ctx, a.Now)
		if err != nil {
			return said, err
		}
		was, err := read(a.Daybook, a.ctx, a.Before)
		if err != nil {
			return said, err
		}
		names, err := called(a)
		if err != nil {
			return said, err
		}
		said.Taken = a.sumRows(daybook.Names(sums), names, sums)
		if len(sums) > 0 {
			a.sumTable(&said, column, sums, was, names)
		}
		return said, nil
	}
}

// sumTable says what came in all, draws the days and fills the table.
func (a asking) sumTable(said *telling, by string, sums, was []daybook.Sum, called map[string]string) {
	total, before := daybook.Total(sums), daybook.Total(was)
	bySpan, byName, wasBy := map[string]int64{}, map[string]int64{}, map[string]int64{}
	for _, s := range sums {
		bySpan[s.Day] += s.Cents
		byName[s.Name] += s.Cents
	}
	for _, s := range was {
		wasBy[s.Name] += s.Cents
	}
	said.Total, said.Bars = kes(total), a.moneyBars(bySpan)
	said.Figures = []figure{{Label: a.T("office.money_report.total"), Value: kes(total), Detail: a.wasBefore(total, before)}}
	said.Columns = []column{{Name: a.T(by)}, {a.T("office.revenue.amount"), "num"}, {a.T("office.revenue.share"), "num"}, {a.T("office.revenue.was"), "num"}, {a.T("office.revenue.change"), "num"}}
	row := func(name string, now, then int64) {
		said.add(cell{Text: name}, cell{Text: kes(now)}, cell{Text: percentOf(now, total)}, cell{Text: kes(then)}, cell{Text: changeOf(now, then)})
	}
	for _, name := range daybook.Names(append(sums, gone(was, byName)...)) {
		row(nameOr(called, name, a.T("office.revenue.nobody")), byName[name], wasBy[name])
	}
	row(a.T("office.money_report.total"), total, before)
}

// gone are sums of the time before of those that have none now: they are told with nothing.
func gone(was []daybook.Sum, now map[string]int64) (all []daybook.Sum) {
	for _, s := range was {
		if _, here := now[s.Name]; !here {
			all = append(all, daybook.Sum{Name: s.Name})
		}
	}
	return all
}

// moneyBars are the days or months that are asked for, with what came in each.
func (a asking) moneyBars(cents map[string]int64) (all []bar) {
	for _, span := range a.Now.Spans() {
		all = append(all, bar{Label: spanText(a.f.Lang, span), Text: kes(cents[span]), Size: cents[span]})
	}
	return all
}

// wasBefore is what it was in the time before, and how much more or less it is now.
func (a asking) wasBefore(now, before int64) string {
	return strings.TrimSpace(a.T("office.range.before", "Amount", kes(before)) + " " + inBrackets(changeOf(now, before)))
}

func inBrackets(text string) string {
	if text == "" {
		return ""
	}
	return "(" + text + ")"
}

// changeOf is by how much more or less something is than before, in whole percent towards nothing; nothing of nothing.
func changeOf(now, before int64) string {
	if before <= 0 {
		return ""
	}
	sign, percent := "+", (now-before)*100/before
	if percent < 0 {
		sign, percent = "-", -percent
	}
	return sign + number(percent) + " %"
}

// percentOf is the nearest whole percent; nothing of nothing.
func percentOf(part, whole int64) string {
	if whole <= 0 || part < 0 {
		return ""
	}
	return number((part*200+whole)/(2*whole)) + " %"
}

func nameOr(called map[string]string, name, otherwise string) string {
	if known := called[name]; known != "" {
		return known
	}
	if name == "" || name == "0" {
		return otherwise
	}
	return name
}

// spanText is a day as people write it, or a month by its name.
func spanText(l words.Lang, span string) string {
	if day, known := clock.ParseDay(span); known {
		return words.DateOf(l, day)
	}
	day, known := clock.ParseDay(span + "-01")
	if !known {
		return span
	}
	year, month, _ := day.Date()
	return strings.Fields(words.Text(l, "guest.months"))[month-1] + " " + strconv.Itoa(year)
}

// sumRows are the cells of a report: a row for each span, and what it is in all.
func (a asking) sumRows(names []string, called map[string]string, sums []daybook.Sum) [][]tables.Cell {
	rows := [][]tables.Cell{{{Text: a.T("office.money_report.day")}}}
	for _, name := range names {
		rows[0] = append(rows[0], tables.Cell{Text: nameOr(called, name, a.T("office.revenue.nobody"))})
	}
	rows[0] = append(rows[0], tables.Cell{Text: a.T("office.money_report.total")})
	type place struct{ span, name string }
	cents := map[place]int64{}
	for _, s := range sums {
		cents[place{s.Day, s.Name}] += s.Cents
	}
	for _, span := range a.Now.Spans() {
		row, total := []tables.Cell{{Text: span}}, int64(0)
		for _, name := range names {
			one := cents[place{span, name}]
			total += one
			row = append(row, tables.Cell{Cents: one, Money: true})
		}
		rows = append(rows, append(row, tables.Cell{Cents: total, Money: true}))
	}
	return rows
}

// takeAlong answers with a table that is made already.
func (q *request) takeAlong(name, title string, rows [][]tables.Cell) error {
	return q.giveTable(name, title, func(_ context.Context, put func([]tables.Cell) error) error {
		for _, row := range rows {
			if err := put(row); err != nil {
				return err
			}
		}
		return nil
	})
}
