package backoffice

import (
	"mtandao/billing/counter"
	"mtandao/billing/dayclose"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/report"
	"mtandao/internal/staff"
)

// sellersCard shows what resellers paid in and sold on the day: all of them in one line, and each whom one may see in one of their own.
func (b *Backoffice) sellersCard(q *request, p *recordPage, d dayclose.Day) error {
	if len(d.Resellers) == 0 {
		return nil
	}
	one := card{Name: p.T("office.money_day.sellers"), Lead: p.T("office.money_day.sellers_lead"), Table: &table{Columns: []column{{Name: p.T("office.money_day.seller")}, {p.T("office.money_day.by_till"), "num"}, {p.T("office.money_day.in_cash"), "num"},
		{p.T("office.money_day.sold"), "num"}}}}
	row := func(name cell, r dayclose.Reseller) {
		one.Table.add(name, amountOr(r.ByTill), amountOr(r.InCash), cell{Text: amountOr(r.Sold).Text, More: p.T("office.money_day.vouchers", "Count", r.Vouchers)})
	}
	var sum dayclose.Reseller
	for _, r := range d.Resellers {
		sum.ByTill, sum.InCash, sum.Vouchers, sum.Sold = sum.ByTill+r.ByTill, sum.InCash+r.InCash, sum.Vouchers+r.Vouchers, sum.Sold+r.Sold
	}
	row(cell{Text: p.T("office.money_day.sellers_all", "Count", len(d.Resellers))}, sum)
	for _, r := range d.Resellers[:min(len(d.Resellers), mostRows)] {
		who, err := b.Resellers.Get(q.ctx, r.ID)
		switch {
		case fault.Is(err, fault.NotFound):
		case err != nil:
			return err
		case q.mayReseller(staff.VouchersView, who):
			row(cell{Text: who.Name, Address: q.reachable("/office/resellers/" + number(r.ID))}, r)
		}
	}
	p.add(one)
	return nil
}

// drawersCard shows the drawers of the day beside it, to whoever may see them.
func (b *Backoffice) drawersCard(q *request, p *recordPage, day clock.Day) error {
	if !q.may(staff.PaymentsApprove, 0) {
		return nil
	}
	all, err := b.Desk.CashiersOn(q.ctx, day)
	if err != nil || len(all) == 0 {
		return err
	}
	one := card{Name: p.T("office.money_day.drawers"), Table: &table{Columns: []column{{Name: p.T("office.money_day.cashier")}, {p.T("office.cash.taken"), "num"}, {p.T("office.cash.given"), "num"}, {Name: p.T("office.state")}}}}
	for _, c := range all[:min(len(all), mostRows)] {
		m, err := b.Staff.Member(q.ctx, c.ID)
		if err != nil {
			return err
		}
		d := drawer{member: m, day: day}
		if d.sums, err = b.Desk.CashSums(q.ctx, d.of()); err != nil {
			return err
		}
		d.in, d.out = report.InAndOut(d.sums)
		var counts []counter.Count
		if counts, err = b.Counter.Counts(q.ctx, m.Email, day); err != nil {
			return err
		}
		state := stateView{"warn", p.T("office.cash.open")}
		if len(counts) > 0 {
			state = b.countState(&p.frame, counts[0], d)
		}
		one.Table.add(cell{Text: c.Name, Address: q.reachable(cashierAt+"/day") + "?day=" + day.String() + "&who=" + number(c.ID)}, cell{Text: d.in.String()}, cell{Text: unlessNone(d.out)}, stated(state))
	}
	p.add(one)
	return nil
}
