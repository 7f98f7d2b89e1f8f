package backoffice

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/daybook"
	"mtandao/internal/clock"
	"mtandao/internal/staff"
	tables "mtandao/internal/table"
)

// Daybook is the ledger by day. *daybook.Book satisfies it.
type Daybook interface {
	Earned(ctx context.Context, by daybook.By, a daybook.Asked) ([]daybook.Sum, error)
	Taxes(ctx context.Context, a daybook.Asked) ([]daybook.Sum, error)
	CashFlow(ctx context.Context, a daybook.Asked) (before map[string]int64, all []daybook.Flow, err error)
}

// definition is a report of money: what it asks, who may, and how it is read. One page shows them all.
type definition struct {
	Name               string // of its address and its files
	Title, Lead, Means string
	Column             string // of what money is told apart by
	Need               need
	Read               func(Daybook, context.Context, daybook.Asked) ([]daybook.Sum, error)
	Called             func(*Backoffice, *request, *frame, []string) (map[string]string, error)
}

func earnedBy(by daybook.By) func(Daybook, context.Context, daybook.Asked) ([]daybook.Sum, error) {
	return func(d Daybook, ctx context.Context, a daybook.Asked) ([]daybook.Sum, error) {
		return d.Earned(ctx, by, a)
	}
}

// netFlow is what came into each account that money really is in, less what went out of it.
func netFlow(d Daybook, ctx context.Context, a daybook.Asked) ([]daybook.Sum, error) {
	_, flows, err := d.CashFlow(ctx, a)
	sums := make([]daybook.Sum, len(flows))
	for n, f := range flows {
		sums[n] = daybook.Sum{Day: f.Day, Name: f.Account, Cents: f.InCents - f.OutCents}
	}
	return sums, err
}

// definitions are the reports of the daybook, in the order in which they are shown.
var definitions = []definition{
	{"revenue-plans", "office.revenue.plans", "office.revenue.plans_lead", "office.revenue.means", "office.revenue.plan", full, earnedBy(daybook.ByPlan), (*Backoffice).planNamesOf},
	{"revenue-sites", "office.revenue.sites", "office.revenue.sites_lead", "office.revenue.means", "office.revenue.site", full, earnedBy(daybook.BySite), (*Backoffice).siteNamesBy},
	{"revenue-ways", "office.revenue.ways", "office.revenue.ways_lead", "office.revenue.means", "office.revenue.way", full, earnedBy(daybook.ByWay), wayNames},
	{"taxes", "office.revenue.taxes", "office.revenue.taxes_lead", "office.revenue.taxes_means", "office.revenue.tax", everywhere, Daybook.Taxes, accountNames},
	{"cash-flow", "office.revenue.cash", "office.revenue.cash_lead", "office.revenue.cash_means", "office.revenue.account", everywhere, netFlow, accountNames},
}

const reportsAt = "/office/reports/"

// definedRoutes are those of the reports. What each shows is of the sites that a member sees.
func (b *Backoffice) definedRoutes() (all []route) {
	for _, d := range definitions {
		all = append(all, route{get, reportsAt + d.Name, d.Need, staff.ReportsView, func(q *request) error { return b.defined(q, d) }},
			route{post, reportsAt + d.Name + "/export", d.Need, staff.ReportsView, func(q *request) error { return b.exportDefined(q, d) }})
	}
	return all
}

// asked reads what an address asks for, and the time before it that is as long. What was not made by us is a page that does not exist.
func (b *Backoffice) asked(q *request) (now, before daybook.Asked, err error) {
	if typed := q.Query("months"); typed != "" {
		months, err := strconv.Atoi(typed)
		if err != nil || months < 1 || months > 12 {
			return now, before, notHere()
		}
		last, known := clock.DayOf(b.Clock.Now()), true
		if until := q.Query("until"); until != "" {
			if last, known = clock.ParseDay(until); !known {
				return now, before, notHere()
			}
		}
		now = daybook.MonthsUntil(last, months)
		before = daybook.MonthsUntil(now.First-1, months)
	} else {
		first, last, err := b.reportDays(q)
		if err != nil {
			return now, before, err
		}
		now = daybook.Asked{First: first, Last: last}
		before = daybook.Asked{First: first - (last - first) - 1, Last: first - 1}
	}
	now.Sites, before.Sites = q.scope(), q.scope()
	return now, before, nil
}

// defined shows a report.
func (b *Backoffice) defined(q *request, d definition) error {
	now, before, err := b.asked(q)
	if err != nil {
		return err
	}
	sums, err := d.Read(b.Daybook, q.ctx, now)
	if err != nil {
		return hiddenUnless(err)
	}
	was, err := d.Read(b.Daybook, q.ctx, before)
	if err != nil {
		return hiddenUnless(err)
	}
	p := &reportPage{listPage: *q.listing(d.Title, "payments")}
	p.Lead, p.Means, p.Crumbs = p.T(d.Lead), p.T(d.Means), railBookCrumbs(&p.frame)
	taken := strings.Replace(q.with("", ""), q.Path(), q.Path()+"/export", 1)
	p.Acts = []act{{Name: p.T("office.revenue.xlsx"), Icon: "download", Posted: true, Address: strings.Replace(q.with("as", "xlsx"), q.Path(), q.Path()+"/export", 1)},
		{Name: p.T("office.money_report.csv"), Icon: "download", Posted: true, Address: taken}}
	p.Chips = [][]chip{b.reportsBeside(q, &p.frame), q.lengths(&p.frame)}
	p.Find = &find{Action: reportsAt + d.Name, Button: p.T("office.filter"), Keep: q.keep("days", "months"), Fields: []formField{{Name: "until", As: asDay, Label: p.T("office.money_report.until"), Value: now.Last.String()}}}
	p.Empty = blank{Icon: "chart-column", Title: p.T("office.revenue.none"), Text: p.T("office.revenue.none_text")}
	if len(sums) > 0 {
		called, err := d.Called(b, q, &p.frame, daybook.Names(append(sums, was...)))
		if err != nil {
			return err
		}
		p.tellSums(d, now, sums, was, called)
	}
	return q.send(fiber.StatusOK, "report", p)
}

// reportsBeside leads to the other reports of the same time.
func (b *Backoffice) reportsBeside(q *request, f *frame) (all []chip) {
	for _, d := range definitions {
		if q.reachable(reportsAt+d.Name) != "" {
			all = append(all, chip{Name: f.T(d.Title), Address: strings.Replace(q.with("", ""), q.Path(), reportsAt+d.Name, 1), Here: q.Path() == reportsAt+d.Name})
		}
	}
	return all
}

// lengths are the ranges that one press chooses.
func (q *request) lengths(f *frame) (all []chip) {
	here := q.Query("days") + "|" + q.Query("months")
	until := ""
	if typed := q.Query("until"); typed != "" {
		until = "&until=" + typed
	}
	for _, c := range []struct{ name, query, here string }{{f.T("office.money_report.days30"), "days=30", "|"}, {f.T("office.money_report.days7"), "days=7", "7|"},
		{f.T("office.money_report.days90"), "days=90", "90|"}, {f.T("office.revenue.months12"), "months=12", "|12"}} {
		all = append(all, chip{Name: c.name, Address: q.Path() + "?" + c.query + until, Here: here == c.here || here == "30|" && c.here == "|"})
	}
	return all
}

// tellSums says what came in all, draws the days and fills the table.
func (p *reportPage) tellSums(d definition, now daybook.Asked, sums, was []daybook.Sum, called map[string]string) {
	total, before := daybook.Total(sums), daybook.Total(was)
	p.Figures = []figure{{Label: p.T("office.money_report.total"), Value: kes(total), Detail: p.T("office.money_report.before", "Amount", kes(before))}}
	bySpan, byName, wasBy := map[string]int64{}, map[string]int64{}, map[string]int64{}
	for _, s := range sums {
		bySpan[s.Day] += s.Cents
		byName[s.Name] += s.Cents
	}
	for _, s := range was {
		wasBy[s.Name] += s.Cents
	}
	p.drawSpans(now.Spans(), bySpan)
	p.Chart = p.T("office.revenue.chart", "Title", p.Title, "From", dayText(now.First), "Until", dayText(now.Last), "Total", kes(total))
	p.Columns = []column{{Name: p.T(d.Column)}, {p.T("office.revenue.amount"), "num"}, {p.T("office.revenue.share"), "num"}, {p.T("office.revenue.was"), "num"}}
	for _, name := range daybook.Names(sums) {
		p.add(cell{Text: nameOr(called, name, p.T("office.revenue.nobody"))}, cell{Text: kes(byName[name])}, cell{Text: percentOf(byName[name], total)}, cell{Text: kes(wasBy[name])})
	}
	p.add(cell{Text: p.T("office.money_report.total")}, cell{Text: kes(total)}, cell{Text: percentOf(total, total)}, cell{Text: kes(before)})
}

// percentOf is whole percent, rounded down; nothing of nothing.
func percentOf(part, whole int64) string {
	if whole <= 0 || part < 0 {
		return ""
	}
	return number(part*100/whole) + " %"
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

// drawSpans makes a bar of each day or month; one on which more was taken back than earned has none.
func (p *reportPage) drawSpans(spans []string, cents map[string]int64) {
	var most int64 = 1
	for _, span := range spans {
		most = max(most, cents[span])
	}
	p.Width = 10 * len(spans)
	for n, span := range spans {
		height := max(0, int(cents[span]*96/most))
		if cents[span] > 0 {
			height = max(height, 2)
		}
		p.Bars = append(p.Bars, reportBar{Label: spanText(&p.frame, span), Amount: kes(cents[span]), X: 10 * n, Y: 100 - height, Height: height})
	}
	p.Axis = []string{p.Bars[0].Label, p.Bars[len(spans)/2].Label, p.Bars[len(spans)-1].Label}
}

// spanText is a day as people write it, or a month by its name.
func spanText(f *frame, span string) string {
	if day, known := clock.ParseDay(span); known {
		return dayText(day)
	}
	day, known := clock.ParseDay(span + "-01")
	if !known {
		return span
	}
	year, month, _ := day.Date()
	return strings.Fields(f.T("guest.months"))[month-1] + " " + strconv.Itoa(year)
}

// exportDefined gives a row for each day or month and a column for each name; the trail says who took it along.
func (b *Backoffice) exportDefined(q *request, d definition) error {
	now, _, err := b.asked(q)
	if err != nil {
		return err
	}
	sums, err := d.Read(b.Daybook, q.ctx, now)
	if err != nil {
		return hiddenUnless(err)
	}
	p := q.page(d.Title, "payments")
	names := daybook.Names(sums)
	called, err := d.Called(b, q, &p, names)
	if err != nil {
		return err
	}
	if err := b.Taken.ReportTaken(q.ctx, q.in.By(q.visit()), d.Name, now.First, now.Last); err != nil {
		return err
	}
	head := []string{p.T("office.money_report.day")}
	for _, name := range names {
		head = append(head, nameOr(called, name, p.T("office.revenue.nobody")))
	}
	head = append(head, p.T("office.money_report.total"))
	return q.takeAlong(d.Name+"-"+now.First.String()+"-"+now.Last.String(), p.Title, sumRows(head, now.Spans(), names, sums))
}

// sumRows are the cells of a report: a row for each span, and what it is in all.
func sumRows(head, spans, names []string, sums []daybook.Sum) [][]tables.Cell {
	rows := make([][]tables.Cell, 1, 1+len(spans))
	for _, text := range head {
		rows[0] = append(rows[0], tables.Cell{Text: text})
	}
	type place struct{ span, name string }
	cents := map[place]int64{}
	for _, s := range sums {
		cents[place{s.Day, s.Name}] += s.Cents
	}
	for _, span := range spans {
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

// takeAlong answers with a table as the address asks for it: a workbook, or comma-separated values.
func (q *request) takeAlong(name, title string, rows [][]tables.Cell) error {
	if q.Query("as") == "xlsx" {
		return q.download(name+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", exportFor, func(_ context.Context, out io.Writer) error {
			book, err := tables.NewXLSX(out, title)
			for n := 0; err == nil && n < len(rows); n++ {
				err = book.Write(rows[n])
			}
			if err != nil {
				return err
			}
			return book.Flush()
		})
	}
	return q.download(name+".csv", "text/csv; charset=utf-8", exportFor, func(_ context.Context, out io.Writer) error {
		file := tables.NewCSV(out)
		for _, row := range rows {
			texts := make([]string, len(row))
			for n, c := range row {
				if texts[n] = c.Text; c.Money {
					texts[n] = bareAmount(c.Cents)
				}
			}
			if err := file.Write(texts); err != nil {
				return err
			}
		}
		return file.Flush()
	})
}
