package backoffice

import (
	"slices"
	"time"

	"mtandao/internal/report"
	"mtandao/internal/words"
)

func (b *Backoffice) payments(q *request) error {
	f, day, err := q.paymentFilter(b.Zone)
	if err != nil {
		return err
	}
	lines, err := b.Desk.Payments(q.ctx, f)
	if err != nil {
		return err
	}
	p := q.listing("office.nav.payments", "payments")
	p.Acts = []act{{Name: p.T("office.suspense.title"), Address: "/office/suspense", Icon: "search"}, {Name: p.T("office.refund.title"), Address: "/office/refunds", Icon: "undo-2"}}
	if q.reachable(cashierAt) != "" {
		p.Acts = append([]act{{Name: p.T("office.taking.act"), Address: cashierAt, Icon: "wallet", Tone: "primary"}}, p.Acts...)
	}
	if q.reachable("/office/money") != "" {
		p.Acts = append(p.Acts, act{Name: p.T("office.money_in.title"), Address: "/office/money", Icon: "banknote"})
	}
	p.Chips = [][]chip{q.chips("state", paymentGroups(&p.frame))}
	p.Find = &find{Action: "/office/payments", Fields: []formField{{Name: "day", As: asDay, Label: p.T("office.payments.day"), Value: day}}, Keep: q.keep("state")}
	p.Empty = blank{Icon: "banknote", Title: p.T("office.payments.none"), Text: p.T("office.payments.none_text")}
	p.Columns = orderColumns(&p.frame)
	lines, p.pager = newest(q, lines, mostListed, func(l report.PaymentLine) int64 { return l.ID })
	for _, l := range lines {
		p.add(b.paymentCells(&p.frame, l)...)
	}
	return q.list(p)
}

func paymentGroups(f *frame) (all []choice) {
	for _, g := range report.PaymentGroups {
		name := g
		if g == report.PaymentsAll {
			name = "all"
		}
		all = append(all, choice{Name: f.T("office.payments." + name), Value: g})
	}
	return all
}

// paymentFilter reads the address. What was not made by us is a page that does not exist.
func (q *request) paymentFilter(zone *time.Location) (f report.PaymentFilter, day string, err error) {
	f = report.PaymentFilter{Scope: q.scope(), Group: q.Query("state"), Limit: mostListed + 1, Before: q.before()}
	if !slices.Contains(report.PaymentGroups, f.Group) {
		return f, "", notHere()
	}
	if day = q.Query("day"); day != "" {
		from, err := time.ParseInLocation(time.DateOnly, day, zone)
		if err != nil {
			return f, "", notHere()
		}
		f.From, f.To = from, from.AddDate(0, 0, 1)
	}
	return f, day, nil
}

// paymentCells are a payment in the columns of its order.
func (b *Backoffice) paymentCells(f *frame, l report.PaymentLine) []cell {
	plan := l.PlanNameEN
	if f.Lang == words.Swahili && l.PlanNameSW != "" {
		plan = l.PlanNameSW
	}
	state := stated(paymentState(f, l.State))
	switch {
	case l.Attention != "":
		state.More = f.T("office.attention." + l.Attention)
	case l.OrderState == "paid" && l.State != "paid": // by other money than its prompt's
		state.More = f.T("office.payments.served")
	}
	return []cell{{Text: b.when(f, l.CreatedAt)}, {Text: l.Code, Address: "/office/orders/" + number(l.OrderID)}, {Text: l.PhoneMask}, {Text: plan},
		{Text: b.siteName(l.SiteID)}, {Text: l.Amount.String()}, state}
}
