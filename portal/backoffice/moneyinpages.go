package backoffice

import (
	"cmp"
	"slices"
	"strings"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/report"
)

// moneyIn is all money that came, by every rail.
func (b *Backoffice) moneyIn(q *request) error {
	f := report.MoneyFilter{Rail: q.Query("rail"), Cashier: cutTyped(q.Query("cashier")), Before: q.before(), CustomerID: idIn(q.Query("customer")), Limit: mostListed + 1}
	if f.Rail != "" && !slices.Contains(report.Rails, f.Rail) {
		return notHere()
	}
	typed, day := cutTyped(q.Query("who")), q.Query("day")
	if day != "" {
		var known bool
		if f.Day, known = clock.ParseDay(day); !known {
			return notHere()
		}
	}
	p := q.listing("office.money_in.title", "payments")
	p.Lead = p.T("office.money_in.lead")
	p.Crumbs = []crumb{{p.T("office.nav.payments"), "/office/payments"}}
	p.Empty = blank{Icon: "banknote", Title: p.T("office.money_in.none"), Text: p.T("office.money_in.none_text")}
	var who customers.Customer
	var err error
	switch {
	case typed != "":
		if who, err = b.Customers.FindNow(q.ctx, typed); err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Conflict) {
			return err
		}
		f.CustomerID = cmp.Or(who.ID, -1) // nobody's
	case f.CustomerID > 0:
		if who, err = b.Customers.Get(q.ctx, f.CustomerID); err != nil {
			return hidden(err)
		}
		typed = customers.Grouped(who.Number)
	}
	if q.reachable(cashierAt) != "" {
		p.Acts = []act{{Name: p.T("office.taking.act"), Icon: "banknote", Address: cashierAt, Tone: "primary"}}
	}
	p.Acts = append(p.Acts, act{Name: p.T("office.money_day.title"), Icon: "chart-column", Address: daysAt})
	if q.reachable(railBookAt) != "" {
		p.Acts = append(p.Acts, act{Name: p.T("office.money_statement.title"), Icon: "list", Address: railBookAt})
	}
	p.Acts = append(p.Acts, act{Name: p.T("office.money_report.title"), Icon: "chart-column", Address: moneyReportAt})
	rails := []choice{{Name: p.T("office.money_in.all")}}
	for _, rail := range report.Rails {
		rails = append(rails, choice{Name: howName(&p.frame, rail), Value: rail})
	}
	p.Chips = [][]chip{q.chips("rail", rails)}
	p.Find = &find{Action: "/office/money", Keep: q.keep("rail"), Fields: []formField{{Name: "day", As: asDay, Label: p.T("office.payments.day"), Value: day},
		{Name: "who", As: asSearch, Label: p.T("office.money_in.who"), Value: typed, Most: 80}, {Name: "cashier", As: asSearch, Label: p.T("office.money_in.cashier"), Value: f.Cashier, Most: 80}}}
	if who.ID != 0 {
		p.Title = p.T("office.money_in.of", "Name", who.Name)
	}
	lines, err := b.Desk.MoneyIn(q.ctx, f)
	if err != nil {
		return err
	}
	lines, p.pager = newest(q, lines, mostListed, func(l report.MoneyLine) int64 { return l.ID })
	if err := b.addMoney(q, &p.frame, &p.table, lines); err != nil {
		return err
	}
	return q.list(p)
}

// addMoney fills a table with money that came; each line leads to its receipt.
func (b *Backoffice) addMoney(q *request, f *frame, t *table, all []report.MoneyLine) error {
	t.Columns = []column{{f.T("office.when"), "when"}, {Name: f.T("office.money.how")}, {Name: f.T("office.invoice.customer")}, {f.T("office.amount"), "num"}, {Name: f.T("office.money.by")}, {Name: f.T("office.state")}}
	var ids []int64
	var taken []accounts.Event
	for _, l := range all {
		if !l.Receipt && l.OtherID == 0 {
			taken = append(taken, accounts.Event{ID: l.ID, CustomerID: l.CustomerID, Kind: accounts.Counter})
		}
		if l.CustomerID != 0 {
			ids = append(ids, l.CustomerID)
		}
	}
	names, err := b.Invoices.Names(q.ctx, ids)
	if err != nil {
		return err
	}
	back, err := b.Accounts.WentBack(q.ctx, taken)
	for _, l := range all {
		at, state := slipAddress(l.CustomerID, l.ID), stateView{"good", f.T("office.slip.taken")}
		switch {
		case back[l.ID]:
			state = stateView{"bad", f.T("office.slip.returned")}
		case l.Receipt && l.Back:
			at, state = q.reachable("/office/receipts/"+number(l.ID)), stateView{"bad", f.T("office.placed.reversed")}
		case l.Receipt:
			at, state = q.reachable("/office/receipts/"+number(l.ID)), placedState(f, l.Placed)
		case l.OtherID != 0:
			at, state = slipAddress(l.CustomerID, l.OtherID), stateView{"bad", f.T("office.slip.returned")}
		}
		who := cell{}
		if l.CustomerID != 0 && (!l.Receipt || names[l.CustomerID] != "") {
			who = cell{Text: names[l.CustomerID], Address: customerAddress(l.CustomerID)}
		}
		t.add(cell{Text: b.when(f, l.At)}, cell{Text: strings.TrimSpace(howName(f, l.Rail) + " " + l.Reference), Address: at, More: l.Note}, who, cell{Text: l.Amount.String()}, cell{Text: l.By}, stated(state))
	}
	return err
}
