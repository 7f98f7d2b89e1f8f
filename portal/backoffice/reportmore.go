package backoffice

import (
	"context"
	"time"

	"mtandao/billing/daybook"
	"mtandao/internal/clock"
	tables "mtandao/internal/table"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/radius/outages"
)

// named leaves out money of none: what nobody sold, or has a share in.
func named(sums []daybook.Sum, err error) ([]daybook.Sum, error) {
	var some []daybook.Sum
	for _, s := range sums {
		if s.Name != "0" {
			some = append(some, s)
		}
	}
	return some, err
}

func soldByResellers(d Daybook, ctx context.Context, a daybook.Asked) ([]daybook.Sum, error) {
	return named(d.Earned(ctx, daybook.ByReseller, a))
}

// costBy is what it cost to sell: expenses are told above zero.
func costBy(by daybook.By) func(Daybook, context.Context, daybook.Asked) ([]daybook.Sum, error) {
	return func(d Daybook, ctx context.Context, a daybook.Asked) ([]daybook.Sum, error) {
		sums, err := named(d.Spent(ctx, by, a))
		for n := range sums {
			sums[n].Cents = -sums[n].Cents
		}
		return sums, err
	}
}

// mostSellers bounds how many resellers or partners are read for their names; the rest is told by number.
const mostSellers = 1000

func resellerNames(a asking) (map[string]string, error) {
	all, err := a.Resellers.Newest(a.ctx, 0, mostSellers)
	names := map[string]string{}
	for _, r := range all {
		names[number(r.ID)] = r.Name
	}
	return names, err
}

func partnerNames(a asking) (map[string]string, error) {
	all, err := a.Partners.Newest(a.ctx, 0, mostSellers)
	names := map[string]string{}
	for _, p := range all {
		names[number(p.ID)] = p.Name
	}
	return names, err
}

// returnDay is the day of a month by which the taxes of the month before are declared and paid.
const returnDay = 20

// tellReturns is what is declared of taxes, month by month.
func tellReturns(a asking) (said telling, err error) {
	asked := monthsIn(a.Now)
	sums, err := a.Daybook.Taxes(a.ctx, asked)
	if err != nil {
		return said, err
	}
	type tax struct{ month, account string }
	cents, total := map[tax]int64{}, daybook.Total(sums)
	for _, s := range sums {
		cents[tax{s.Day, s.Name}] += s.Cents
	}
	head := []column{{Name: a.T("office.lines_report.month")}, {a.T("account.vat_payable"), "num"}, {a.T("account.excise_payable"), "num"}, {a.T("office.money_report.total"), "num"}, {Name: a.T("office.tax_returns.due")}}
	said.Taken = [][]tables.Cell{{}}
	for _, c := range head {
		said.Taken[0] = append(said.Taken[0], tables.Cell{Text: c.Name})
	}
	spans := asked.Spans()
	if len(sums) > 0 {
		said.Columns, said.Total = head, kes(total)
		said.Figures = []figure{{Label: a.T("office.money_report.total"), Value: kes(total)}}
	}
	for n := range spans {
		span := spans[len(spans)-1-n]
		vat, excise := cents[tax{span, daybook.VAT}], cents[tax{span, daybook.Excise}]
		first, _ := clock.ParseDay(span + "-01")
		due := monthOf(first, 1) + returnDay - 1
		said.Taken = append(said.Taken, []tables.Cell{{Text: span}, {Cents: vat, Money: true}, {Cents: excise, Money: true}, {Cents: vat + excise, Money: true}, {Text: due.String()}})
		if len(sums) > 0 {
			said.add(cell{Text: spanText(a.f.Lang, span)}, cell{Text: kes(vat)}, cell{Text: kes(excise)}, cell{Text: kes(vat + excise)}, cell{Text: words.DateOf(a.f.Lang, due)})
			early := spans[n]
			sum := cents[tax{early, daybook.VAT}] + cents[tax{early, daybook.Excise}]
			said.Bars = append(said.Bars, bar{spanText(a.f.Lang, early), kes(sum), sum})
		}
	}
	return said, nil
}

// tellAgeing is what all customers owe now, by how late it is.
func tellAgeing(a asking) (said telling, err error) {
	age, err := a.Invoices.AgeingTotal(a.ctx, a.planDay())
	if err != nil {
		return said, err
	}
	head := []column{{Name: a.T("office.ageing_report.late")}, {a.T("office.revenue.amount"), "num"}, {a.T("office.revenue.share"), "num"}}
	said.Taken = [][]tables.Cell{{{Text: head[0].Name}, {Text: head[1].Name}}}
	late := age.Total() - age.Current
	if age.Total() != 0 {
		said.Columns, said.Total = head, kes(age.Total())
		said.Figures = []figure{{Label: a.T("office.ageing_report.owed"), Value: kes(age.Total()), Detail: words.DateOf(a.f.Lang, a.planDay()), Address: "/office/ageing"},
			{Label: a.T("office.ageing_report.is_late"), Value: kes(late), Detail: percentOf(late, age.Total())}}
	}
	for _, part := range []struct {
		name  string
		cents int64
	}{{a.T("office.ageing.current"), age.Current}, {"1–30", age.Days30}, {"31–60", age.Days60}, {"61–90", age.Days90}, {"90+", age.Older}} {
		said.Taken = append(said.Taken, []tables.Cell{{Text: part.name}, {Cents: part.cents, Money: true}})
		if age.Total() != 0 {
			said.add(cell{Text: part.name}, cell{Text: kes(part.cents)}, cell{Text: percentOf(part.cents, age.Total())})
			said.Bars = append(said.Bars, bar{part.name, kes(part.cents), part.cents})
		}
	}
	return said, nil
}

// mostOutages bounds how many one report tells, the newest first.
const mostOutages = 1000

// tellOutages is how often and how long routers were silent, as far as it is not known that people had internet all the same.
func tellOutages(a asking) (said telling, err error) {
	all, err := a.Outages.Within(a.ctx, a.Now.First.Start(), (a.Now.Last + 1).Start(), a.Now.Sites, mostOutages)
	if err != nil {
		return said, err
	}
	was, err := a.Outages.Within(a.ctx, a.Before.First.Start(), (a.Before.Last + 1).Start(), a.Now.Sites, mostOutages)
	if err != nil {
		return said, err
	}
	head := []column{{a.T("office.when"), "when"}, {Name: a.T("office.router")}, {Name: a.T("office.site")}, {a.T("office.outage.lasted"), "num"}, {Name: a.T("office.state")}}
	said.Taken = [][]tables.Cell{{}}
	for _, c := range head {
		said.Taken[0] = append(said.Taken[0], tables.Cell{Text: c.Name})
	}
	minutes, whole := map[string]int64{}, time.Duration(0)
	if len(all) > 0 {
		said.Columns = head
	}
	for _, o := range all {
		state, lasted := a.outageState(a.f, o), a.lasted(o)
		whole += lasted
		span := clock.DayOf(o.From).String()
		if a.Now.Months {
			span = span[:len("2026-11")]
		}
		minutes[span] += int64(lasted / time.Minute)
		said.add(cell{Text: a.planWhen(a.f, o.From), Address: outageAt(o.ID)}, cell{Text: a.routerName(o.RouterID)}, cell{Text: a.siteName(o.SiteID)}, cell{Text: web.Span(a.f.Lang, lasted)}, stated(state))
		said.Taken = append(said.Taken, []tables.Cell{{Text: o.From.In(clock.Nairobi).Format(time.DateTime)}, {Text: a.routerName(o.RouterID)}, {Text: a.siteName(o.SiteID)}, {Text: web.Span(a.f.Lang, lasted)}, {Text: state.Text}})
	}
	if len(all) == 0 {
		return said, nil
	}
	for _, span := range a.Now.Spans() {
		said.Bars = append(said.Bars, bar{spanText(a.f.Lang, span), web.Span(a.f.Lang, time.Duration(minutes[span])*time.Minute), minutes[span]})
	}
	said.Total = web.Span(a.f.Lang, whole)
	said.Figures = []figure{{Label: a.T("office.outages_report.times"), Value: number(int64(len(all))), Detail: a.T("office.range.before", "Amount", number(int64(len(was))))}, {Label: a.T("office.outages_report.whole"), Value: said.Total}}
	return said, nil
}

// lasted is how long an outage was, or is until now.
func (a asking) lasted(o outages.Outage) time.Duration {
	end := o.Until
	if end.IsZero() {
		end = a.PlanClock.Now()
	}
	return end.Sub(o.From)
}
