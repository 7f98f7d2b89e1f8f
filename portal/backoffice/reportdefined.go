package backoffice

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/daybook"
	"mtandao/internal/clock"
	"mtandao/internal/report"
	"mtandao/internal/staff"
	tables "mtandao/internal/table"
	"mtandao/internal/words"
)

// Taken tells the trail which report was taken along.
type Taken interface {
	ReportTaken(ctx context.Context, by staff.By, name string, first, last clock.Day) error
}

// definition is a report: what it is called, who may see it, and what it says of a time. One page shows them all.
type definition struct {
	Name, Title, Lead, Means string // of its address and its files; keys of its texts
	Need                     need
	May                      staff.Permission
	Times                    times
	Tell                     func(asking) (telling, error)
}

// asking is what is asked of a report, and in which language. Nobody has to be signed in for it.
type asking struct {
	*Backoffice
	ctx         context.Context
	f           *frame // for its words
	Now, Before daybook.Asked
}

// T is the text of a key.
func (a asking) T(key string, args ...any) string { return a.f.T(key, args...) }

// telling is what a report says: figures, bars, a table, and the rows that are taken along.
type telling struct {
	Figures []figure
	Total   string // of all bars, as it is said with the chart
	Bars    []bar
	table
	Taken [][]tables.Cell
}

// bar is one of a chart.
type bar struct {
	Label, Text string
	Size        int64
}

// times are those that a report knows.
type times int

const (
	anyTime    times = iota
	byDays           // no months
	byMonths         // nothing shorter
	byQuarters       // whole ones
	asItIs           // now
)

// definitions are the reports, in the order in which they are shown.
var definitions = []definition{
	{"money", "office.money_report.title", "office.money_report.lead", "office.money_report.means", everywhere, staff.PaymentsView, byDays, tellMoney},
	{"revenue-plans", "office.revenue.plans", "office.revenue.plans_lead", "office.revenue.means", full, staff.ReportsView, anyTime, tellSums("office.revenue.plan", earnedBy(daybook.ByPlan), planNamesOf)},
	{"revenue-sites", "office.revenue.sites", "office.revenue.sites_lead", "office.revenue.means", full, staff.ReportsView, anyTime, tellSums("office.revenue.site", earnedBy(daybook.BySite), siteNamesBy)},
	{"revenue-ways", "office.revenue.ways", "office.revenue.ways_lead", "office.revenue.means", full, staff.ReportsView, anyTime, tellSums("office.revenue.way", earnedBy(daybook.ByWay), wayNames)},
	{"lines", "office.lines_report.title", "office.lines_report.lead", "office.lines_report.means", everywhere, staff.ReportsView, byMonths, tellLines},
	{"plan-mix", "office.mix_report.title", "office.mix_report.lead", "office.mix_report.means", full, staff.ReportsView, anyTime, tellMix},
	{"plan-moves", "office.moves_report.title", "office.moves_report.lead", "office.moves_report.means", full, staff.ReportsView, anyTime, tellMoves},
	{"usage-plans", "office.usage_report.plans", "office.usage_report.plans_lead", "office.usage_report.means", full, staff.ReportsView, anyTime, tellUsage("office.revenue.plan", report.UsedByPlan, planNamesOf)},
	{"usage-sites", "office.usage_report.sites", "office.usage_report.sites_lead", "office.usage_report.means", full, staff.ReportsView, anyTime, tellUsage("office.revenue.site", report.UsedBySite, siteNamesBy)},
	{"usage-days", "office.usage_report.days", "office.usage_report.days_lead", "office.usage_report.means", full, staff.ReportsView, anyTime, tellUsage("", report.UsedInAll, noNames)},
	{"resellers", "office.revenue.resellers", "office.revenue.resellers_lead", "office.revenue.resellers_means", full, staff.ReportsView, anyTime, tellSums("office.revenue.reseller", soldByResellers, resellerNames)},
	{"commission", "office.revenue.commission", "office.revenue.commission_lead", "office.revenue.commission_means", everywhere, staff.ReportsView, anyTime, tellSums("office.revenue.reseller", costBy(daybook.ByReseller), resellerNames)},
	{"partners", "office.revenue.partners", "office.revenue.partners_lead", "office.revenue.partners_means", everywhere, staff.ReportsView, anyTime, tellSums("office.revenue.partner", costBy(daybook.ByPartner), partnerNames)},
	{"ageing", "office.ageing_report.title", "office.ageing_report.lead", "office.ageing_report.means", everywhere, staff.ReportsView, asItIs, tellAgeing},
	{"cash-flow", "office.revenue.cash", "office.revenue.cash_lead", "office.revenue.cash_means", everywhere, staff.ReportsView, anyTime, tellSums("office.revenue.account", netFlow, accountNames)},
	{"taxes", "office.revenue.taxes", "office.revenue.taxes_lead", "office.revenue.taxes_means", everywhere, staff.ReportsView, anyTime, tellSums("office.revenue.tax", Daybook.Taxes, accountNames)},
	{"tax-returns", "office.tax_returns.title", "office.tax_returns.lead", "office.tax_returns.means", everywhere, staff.ReportsView, byMonths, tellReturns},
	{"turnover", "office.turnover.title", "office.turnover.lead", "office.turnover.means", full, staff.ReportsView, byQuarters, tellTurnover},
	{"trial-balance", "office.trial.title", "office.trial.lead", "office.trial.means", everywhere, staff.ReportsView, anyTime, tellTrial},
	{"outages", "office.outages_report.title", "office.outages_report.lead", "office.outages_report.means", full, staff.ReportsView, anyTime, tellOutages},
}

const reportsAt = "/office/reports/"

// definedRoutes are those of the reports. What each shows is of the sites that a member sees.
func (b *Backoffice) definedRoutes() []route {
	all := []route{{get, "/office/reports", full, staff.ReportsView, b.reportList}}
	for _, d := range definitions {
		all = append(all, route{get, reportsAt + d.Name, d.Need, d.May, func(q *request) error { return b.defined(q, d) }},
			route{post, reportsAt + d.Name + "/export", d.Need, d.May, func(q *request) error { return b.exportDefined(q, d) }})
	}
	return all
}

// reportList is where the reports begin.
func (b *Backoffice) reportList(q *request) error {
	p := q.listing("office.nav.reports", "reports")
	p.Lead = p.T("office.reports.lead")
	p.Columns = []column{{Name: p.T("office.reports.report")}, {p.T("office.reports.says"), "says"}}
	p.Acts = []act{{Name: p.T("office.schedule.title"), Icon: "mail", Address: schedulesAt}}
	for _, d := range definitions {
		if at := q.reachable(reportsAt + d.Name); at != "" {
			p.add(cell{Text: p.T(d.Title), Address: at}, cell{Text: p.T(d.Lead)})
		}
	}
	return q.list(p)
}

// asks is what a request asks of a report.
func (b *Backoffice) asks(q *request, d definition) (asking, error) {
	now, before, err := b.asked(q, d)
	return asking{Backoffice: b, ctx: q.ctx, f: &frame{Lang: q.lang()}, Now: now, Before: before}, err
}

// reportPage shows what a report says: figures, a chart and the table.
type reportPage struct {
	listPage
	Figures      []figure
	Chart, Means string
	Width        int
	Bars         []reportBar
	Axis         []string
}

// reportBar is one bar, drawn in a column of 10 of a box that is 100 high.
type reportBar struct {
	Label, Amount string
	X, Y, Height  int
}

// defined shows a report.
func (b *Backoffice) defined(q *request, d definition) error {
	p := &reportPage{listPage: *q.listing(d.Title, "reports")}
	p.Lead, p.Means, p.Crumbs = p.T(d.Lead), p.T(d.Means), b.reportCrumbs(q, &p.frame)
	p.Chips, p.Find = [][]chip{q.ranges(&p.frame, d)}, q.freeRange(&p.frame, d)
	p.Empty = blank{Icon: "chart-column", Title: p.T("office.revenue.none"), Text: p.T("office.revenue.none_text")}
	a, err := b.asks(q, d)
	if err != nil {
		return q.refuse(err, "report", p, "from")
	}
	said, err := d.Tell(a)
	if err != nil {
		return err
	}
	p.Figures, p.table = said.Figures, said.table
	if p.Find != nil {
		p.Find.Fields[0].Value, p.Find.Fields[1].Value = a.Now.First.String(), a.Now.Last.String()
	}
	export := func(as string) string { return q.onPath("/export", "as", as) }
	p.Acts = []act{{Name: p.T("office.report.pdf"), Icon: "download", Posted: true, Address: export("pdf")}, {Name: p.T("office.revenue.xlsx"), Icon: "download", Posted: true, Address: export("xlsx")}, {Name: p.T("office.money_report.csv"), Icon: "download", Posted: true, Address: export("")}}
	if b.mayHaveSent(q.in.Member, d.Name) && q.reachable(schedulesAt) != "" {
		p.Acts = append(p.Acts, act{Name: p.T("office.schedule.by_mail"), Icon: "mail", Address: schedulesAt + "/new?report=" + d.Name})
	}
	if len(said.Bars) > 0 {
		p.draw(said.Bars)
		p.Chart = p.T("office.revenue.chart", "Title", p.Title, "From", words.DateOf(p.Lang, a.Now.First), "Until", words.DateOf(p.Lang, a.Now.Last), "Total", said.Total)
	}
	return q.send(fiber.StatusOK, "report", p)
}

// reportCrumbs lead back to all reports, or to the money for who sees only that.
func (b *Backoffice) reportCrumbs(q *request, f *frame) []crumb {
	if at := q.reachable("/office/reports"); at != "" {
		return []crumb{{f.T("office.nav.reports"), at}}
	}
	return railBookCrumbs(f)
}

// draw makes a bar of each day or month; one of less than nothing has none.
func (p *reportPage) draw(bars []bar) {
	var most int64 = 1
	for _, b := range bars {
		most = max(most, b.Size)
	}
	p.Width = 10 * len(bars)
	for n, b := range bars {
		height := int(max(0, b.Size) * 96 / most)
		if b.Size > 0 {
			height = max(height, 2)
		}
		p.Bars = append(p.Bars, reportBar{Label: b.Label, Amount: b.Text, X: 10 * n, Y: 100 - height, Height: height})
	}
	p.Axis = []string{bars[0].Label, bars[len(bars)/2].Label, bars[len(bars)-1].Label}
}

// exportDefined gives the rows of a report as a file; the trail says who took it along.
func (b *Backoffice) exportDefined(q *request, d definition) error {
	a, err := b.asks(q, d)
	if err != nil {
		return err
	}
	said, err := d.Tell(a)
	if err != nil {
		return err
	}
	var paper []byte
	if q.Query("as") == "pdf" {
		if paper, err = a.paper(d, said); err != nil {
			return err
		}
	}
	if err := b.Taken.ReportTaken(q.ctx, q.in.By(q.visit()), d.Name, a.Now.First, a.Now.Last); err != nil {
		return err
	}
	name := d.Name + "-" + a.Now.First.String() + "-" + a.Now.Last.String()
	if q.Query("as") == "pdf" {
		return q.givePaper(name, paper)
	}
	return q.takeAlong(name, a.T(d.Title), said.Taken)
}
