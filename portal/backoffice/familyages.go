package backoffice

import (
	"slices"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/staff"
)

// ageColumns are what is open by how late it is.
func (f *frame) ageColumns() []column {
	all := []column{{f.T("office.ageing.current"), "num"}}
	for _, days := range []string{"1–30", "31–60", "61–90"} {
		all = append(all, column{f.T("pdf.age.days", "Days", days), "num"})
	}
	return append(all, column{f.T("pdf.age.over", "Days", 90), "num"}, column{f.T("office.ageing.total"), "num"})
}

// ageCells are the amounts of ageColumns; nothing is left empty.
func ageCells(a invoices.Age) (cells []cell) {
	for _, n := range []int64{a.Current, a.Days30, a.Days60, a.Days90, a.Older, a.Total()} {
		text := ""
		if n != 0 {
			text = kes(n)
		}
		cells = append(cells, cell{Text: text})
	}
	return cells
}

// tellFamilyAges shows what an account and its parts owe together, by how late it is, and who gets the bill of each.
func (b *Backoffice) tellFamilyAges(q *request, p *recordPage, parent customers.Customer, parts []customers.Customer) error {
	sites := slices.ContainsFunc(parts, func(c customers.Customer) bool { return !q.may(staff.PaymentsView, c.SiteID) })
	if sites || !q.may(staff.PaymentsView, parent.SiteID) {
		return nil
	}
	family := append([]customers.Customer{parent}, parts...)
	ids := make([]int64, len(family))
	for n, c := range family {
		ids[n] = c.ID
	}
	ages, err := b.Invoices.AgesOf(q.ctx, b.planDay(), ids)
	if err != nil {
		return err
	}
	of, sum := map[int64]invoices.Age{}, invoices.Age{}
	for _, a := range ages {
		of[a.CustomerID] = a
		sum = invoices.Age{Current: sum.Current + a.Current, Days30: sum.Days30 + a.Days30, Days60: sum.Days60 + a.Days60, Days90: sum.Days90 + a.Days90, Older: sum.Older + a.Older}
	}
	one := card{Name: p.T("office.family.title"), Lead: p.T("office.family.lead"), Table: &table{Columns: append([]column{{Name: p.T("office.invoice.customer")}}, p.ageColumns()...)}}
	for _, c := range family {
		more := ""
		if c.ParentPays {
			more = p.T("office.family.billed_here")
		}
		one.Table.add(append([]cell{{Text: c.Name, More: more, Address: customerAddress(c.ID)}}, ageCells(of[c.ID])...)...)
	}
	one.Table.add(append([]cell{{Text: p.T("office.family.together")}}, ageCells(sum)...)...)
	p.add(one)
	return nil
}
