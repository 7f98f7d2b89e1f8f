package backoffice

import (
	"errors"
	"strings"

	"golang.org/x/sync/errgroup"

	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/words"
)

// ageing lists who owes, most overdue first.
func (b *Backoffice) ageing(q *request) error {
	p := q.listing("office.nav.ageing", "invoices")
	p.Crumbs = []crumb{{p.T("office.nav.invoices"), "/office/invoices"}}
	today := clock.DayOf(b.PlanClock.Now())
	p.Lead = p.T("office.ageing.lead", "Day", words.DateOf(p.Lang, today))
	p.Columns = append([]column{{Name: p.T("office.invoice.customer")}}, p.ageColumns()...)
	p.Empty = blank{Icon: "circle-check", Title: p.T("office.ageing.none"), Text: p.T("office.ageing.none_text")}
	late, id, _ := strings.Cut(q.Query("after"), "-")
	after := invoices.Overdue{Cents: idIn(late), CustomerID: idIn(id)}
	var asking errgroup.Group // each goes through all bills that are open
	var sum invoices.Age
	if after.CustomerID == 0 {
		asking.Go(func() (err error) {
			sum, err = b.Invoices.AgeingTotal(q.ctx, today)
			return err
		})
	}
	all, err := b.Invoices.Ageing(q.ctx, today, after, mostListed+1)
	if err := errors.Join(err, asking.Wait()); err != nil {
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
	if len(all) > 0 && after.CustomerID == 0 {
		p.add(append([]cell{{Text: p.T("office.ageing.everybody")}}, ageCells(sum)...)...)
	}
	for _, a := range all {
		p.add(append([]cell{{Text: names[a.CustomerID], Address: "/office/invoices?customer=" + number(a.CustomerID)}}, ageCells(a)...)...)
	}
	return q.list(p)
}
