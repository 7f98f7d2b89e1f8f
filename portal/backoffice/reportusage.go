package backoffice

import (
	"cmp"
	"slices"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/report"
	tables "mtandao/internal/table"
	"mtandao/portal/web"
	"mtandao/radius"
)

// tellUsage makes a report of what was used: in all, its days, and what it is told apart by; by nothing, it is told by the days.
func tellUsage(column string, by report.UsedBy, called func(asking) (map[string]string, error)) func(asking) (telling, error) {
	return func(a asking) (said telling, err error) {
		sums, err := a.Desk.Usage(a.ctx, by, report.Asked(a.Now))
		if err != nil {
			return said, err
		}
		was, err := a.Desk.Usage(a.ctx, by, report.Asked(a.Before))
		if err != nil {
			return said, err
		}
		names, err := called(a)
		if err != nil {
			return said, err
		}
		said.Taken = a.usedRows(column, by, sums, names)
		if len(sums) == 0 {
			return said, nil
		}
		a.usedFigures(&said, sums, was)
		if by == report.UsedInAll {
			a.usedSpans(&said, sums)
		} else {
			a.usedTable(&said, column, sums, was, names)
		}
		return said, nil
	}
}

// used adds up volumes by what tells them apart.
func used(sums []report.UsedSum, by func(report.UsedSum) string) map[string]radius.Volume {
	all := map[string]radius.Volume{}
	for _, s := range sums {
		all[by(s)] = all[by(s)].Add(s.Volume)
	}
	return all
}

func usedSpan(s report.UsedSum) string          { return s.Span }
func usedName(s report.UsedSum) string          { return s.Name }
func usedAtAll(_ report.UsedSum) string         { return "" }
func octetsOf(v radius.Volume) int64            { return v.BytesUp + v.BytesDown }
func noNames(asking) (map[string]string, error) { return nil, nil }

// hoursText is online time in whole hours, the nearest.
func hoursText(seconds int64) string { return number((seconds + 1800) / 3600) }

// usedFigures says how much it was in all, and draws the days.
func (a asking) usedFigures(said *telling, sums, was []report.UsedSum) {
	now, before := used(sums, usedAtAll)[""], used(was, usedAtAll)[""]
	said.Total = plans.Bytes(octetsOf(now))
	said.Figures = []figure{{Label: a.T("office.usage_report.data"), Value: said.Total, Detail: a.usedBefore(plans.Bytes(octetsOf(before)), octetsOf(now), octetsOf(before))},
		{Label: a.T("office.usage_report.down"), Value: plans.Bytes(now.BytesDown), Detail: a.T("office.usage_report.up_is", "Amount", plans.Bytes(now.BytesUp))},
		{Label: a.T("office.usage_report.hours"), Value: hoursText(now.Seconds), Detail: a.usedBefore(hoursText(before.Seconds), now.Seconds, before.Seconds)}}
	spans := used(sums, usedSpan)
	for _, span := range a.Now.Spans() {
		said.Bars = append(said.Bars, bar{spanText(a.f.Lang, span), joined(plans.Bytes(octetsOf(spans[span])), web.Span(a.f.Lang, time.Duration(spans[span].Seconds)*time.Second)), octetsOf(spans[span])})
	}
}

// usedBefore is what it was in the time before, and how much more or less it is now.
func (a asking) usedBefore(text string, now, before int64) string {
	return joined(a.T("office.range.before", "Amount", text), inBrackets(changeOf(now, before)))
}

// usedTable has what used most first.
func (a asking) usedTable(said *telling, by string, sums, was []report.UsedSum, called map[string]string) {
	now, before := used(sums, usedName), used(was, usedName)
	total, earlier := used(sums, usedAtAll)[""], used(was, usedAtAll)[""]
	said.Columns = []column{{Name: a.T(by)}, {a.T("office.usage_report.data"), "num"}, {a.T("office.revenue.share"), "num"}, {a.T("office.usage_report.hours"), "num"}, {a.T("office.revenue.was"), "num"}, {a.T("office.revenue.change"), "num"}}
	row := func(name string, is, then radius.Volume) {
		said.add(cell{Text: name}, cell{Text: plans.Bytes(octetsOf(is))}, cell{Text: percentOf(octetsOf(is), octetsOf(total))}, cell{Text: hoursText(is.Seconds)}, cell{Text: plans.Bytes(octetsOf(then))}, cell{Text: changeOf(octetsOf(is), octetsOf(then))})
	}
	var names []string
	for name := range now {
		names = append(names, name)
	}
	for name := range before {
		if _, here := now[name]; !here {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(x, y string) int {
		return cmp.Or(cmp.Compare(octetsOf(now[y]), octetsOf(now[x])), cmp.Compare(x, y))
	})
	for _, name := range names {
		row(nameOr(called, name, a.T("office.revenue.nobody")), now[name], before[name])
	}
	row(a.T("office.money_report.total"), total, earlier)
}

// usedSpans has the last day first, without those on which nothing was used.
func (a asking) usedSpans(said *telling, sums []report.UsedSum) {
	said.Columns = []column{{Name: a.T("office.money_report.day")}, {a.T("office.usage_report.data"), "num"}, {a.T("office.usage_report.down"), "num"}, {a.T("office.usage_report.up"), "num"}, {a.T("office.usage_report.hours"), "num"}}
	for n := range sums {
		s := sums[len(sums)-1-n]
		said.add(cell{Text: spanText(a.f.Lang, s.Span)}, cell{Text: plans.Bytes(octetsOf(s.Volume))}, cell{Text: plans.Bytes(s.BytesDown)}, cell{Text: plans.Bytes(s.BytesUp)}, cell{Text: hoursText(s.Seconds)})
	}
}

// usedRows are what a file has: gigabytes and hours with two decimals, a row for each day of each that used something.
func (a asking) usedRows(column string, by report.UsedBy, sums []report.UsedSum, called map[string]string) [][]tables.Cell {
	head := []string{"office.money_report.day", column, "office.usage_report.gb_down", "office.usage_report.gb_up", "office.usage_report.gb", "office.usage_report.hours"}
	if by == report.UsedInAll {
		head = slices.Delete(head, 1, 2)
	}
	rows := [][]tables.Cell{{}}
	for _, key := range head {
		rows[0] = append(rows[0], tables.Cell{Text: a.T(key)})
	}
	for _, s := range sums {
		row := []tables.Cell{{Text: s.Span}}
		if by != report.UsedInAll {
			row = append(row, tables.Cell{Text: nameOr(called, s.Name, a.T("office.revenue.nobody"))})
		}
		rows = append(rows, append(row, twoDecimals(s.BytesDown, 1e9), twoDecimals(s.BytesUp, 1e9), twoDecimals(octetsOf(s.Volume), 1e9), twoDecimals(s.Seconds, 3600)))
	}
	return rows
}

// twoDecimals is a number of units with two decimals, the nearest.
func twoDecimals(n, unit int64) tables.Cell {
	return tables.Cell{Cents: n/unit*100 + (n%unit*200+unit)/(2*unit), Money: true}
}
