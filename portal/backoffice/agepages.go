package backoffice

import (
	"strings"

	"mtandao/billing/invoices"
	"mtandao/internal/clock"
)

// ageing lists who owes, most overdue first.
func (b *Backoffice) ageing(q *request) error {
	p := q.listing("office.nav.ageing", "invoices")
	p.Crumbs = []crumb{{p.T("office.nav.invoices"), "/office/invoices"}}
	today := clock.DayOf(b.PlanClock.Now())
	p.Lead = p.T("office.ageing.lead", "Day", dayText(today))
	p.Columns = []column{{Name: p.T("office.invoice.customer")}, {p.T("office.ageing.current"), "num"}}
	for _, days := range []string{"1–30", "31–60", "61–90"} {
		p.Columns = append(p.Columns, column{p.T("pdf.age.days", "Days", days), "num"})
	}
	p.Columns = append(p.Columns, column{p.T("pdf.age.over", "Days", 90), "num"}, column{p.T("office.ageing.total"), "num"})
	p.Empty = blank{Icon: "circle-check", Title: p.T("office.ageing.none"), Text: p.T("office.ageing.none_text")}
	late, id, _ := strings.Cut(q.Query("after"), "-")
	after := invoices.Overdue{Cents: idIn(late), CustomerID: idIn(id)}
	all, err := b.Invoices.Ageing(q.ctx, today, after, mostListed+1)
	if err != nil {
		return err
	}
	if len(all) > mostListed {
		all = all[:mostListed]
		last := all[mostListed-1].Overdue()
		p.Next = q.with("after", number(last.Cents)+"-"+number(last.CustomerID))
	}
	var ids []int64
	for _, a := range all {
		ids = append(ids, a.CustomerID)
	}
	names, err := b.Invoices.Names(q.ctx, ids)
	if err != nil {
		return err
	}
	row := func(a invoices.Age, first cell) {
		cells := []cell{first}
		for _, n := range []int64{a.Current, a.Days30, a.Days60, a.Days90, a.Older, a.Total()} {
			text := ""
			if n != 0 {
				text = kes(n)
			}
			cells = append(cells, cell{Text: text})
		}
		p.add(cells...)
	}
	if len(all) > 0 && after.CustomerID == 0 {
		sum, err := b.Invoices.AgeingTotal(q.ctx, today)
		if err != nil {
			return err
		}
		row(sum, cell{Text: p.T("office.ageing.everybody")})
	}
	for _, a := range all {
		row(a, cell{Text: names[a.CustomerID], Address: "/office/invoices?customer=" + number(a.CustomerID)})
	}
	return q.list(p)
}
