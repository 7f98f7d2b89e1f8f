package backoffice

import (
	"errors"
	"strings"

	"mtandao/billing/accounts"
	"mtandao/billing/counter"
	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

func paybackState(f *frame, s counter.PaybackState) stateView {
	return toned(f, "office.refund.", s, map[counter.PaybackState]string{counter.Asked: "warn", counter.Approved: "warn", counter.Paidback: "good"})
}

// paybackCells are a payback in the columns of refunds; who asked for it may decide it only while nobody else may.
func (b *Backoffice) paybackCells(q *request, f *frame, p counter.Payback, c customers.Customer) ([]cell, error) {
	var last cell
	at := "/office/paybacks/" + number(p.ID)
	switch {
	case p.State == counter.Asked:
		may, err := q.mayDecide(p.AskedBy, []int64{c.SiteID})
		if err != nil {
			return nil, err
		}
		if may {
			last.Acts = append(last.Acts, act{Name: f.T("office.refund.decide"), Address: at + "/decide"})
		}
		if p.AskedBy == q.in.Member.ID && q.may(staff.PaymentsRefund, c.SiteID) {
			last.Acts = append(last.Acts, act{Name: f.T("office.refund.cancel"), Address: at + "/cancel"})
		}
	case p.State == counter.Approved && q.may(staff.PaymentsMatch, c.SiteID):
		last.Acts = []act{{Name: f.T("office.refund.send"), Address: at + "/send"}, {Name: f.T("office.refund.pay"), Address: at + "/pay"}}
		if p.Sending != 0 {
			last.Acts = []act{{Name: f.T("office.refund.sending_look"), Address: at + "/send"}}
		}
	case p.State == counter.Paidback && p.How == counter.ByMPesa && q.may(staff.PaymentsMatch, c.SiteID):
		last.Acts = []act{{Name: f.T("office.refund.how_it_went"), Address: at + "/send"}}
	}
	state, err := b.sendingOf(q, f, paybackOwed(p), p.Sending, paybackState(f, p.State))
	if err != nil {
		return nil, err
	}
	return []cell{{Text: b.when(f, p.AskedAt), Address: customerAddress(c.ID) + "?tab=money", More: c.Name}, {Text: p.Amount.String()}, {Text: p.Reason}, decided(f, state, p.Alone), last}, nil
}

// addPaybacks are those that wait for somebody, among the refunds.
func (b *Backoffice) addPaybacks(q *request, p *listPage, state counter.PaybackState) error {
	open, err := b.Counter.OpenPaybacks(q.ctx, state, q.scope(), mostRows+1)
	if err != nil {
		return err
	}
	if len(open) > mostRows {
		open = open[:mostRows]
		p.Lead = p.T("office.payback.oldest", "Rows", mostRows)
	}
	for _, one := range open {
		c, err := b.Customers.Get(q.ctx, one.CustomerID)
		if err != nil {
			return err
		}
		if !q.may(staff.PaymentsView, c.SiteID) {
			continue
		}
		cells, err := b.paybackCells(q, &p.frame, one, c)
		if err != nil {
			return err
		}
		p.add(cells...)
	}
	return nil
}

// tellPaybacks lists what of a customer's credit was, or is to be, paid back.
func (b *Backoffice) tellPaybacks(q *request, p *recordPage, c customers.Customer) error {
	all, err := b.Counter.PaybacksOf(q.ctx, c.ID, fewPayments)
	if err != nil {
		return err
	}
	credit, err := b.Accounts.Balances(q.ctx, []int64{c.ID})
	may := q.may(staff.PaymentsRefund, c.SiteID) && credit[c.ID].IsPositive()
	if err != nil || len(all) == 0 && !may {
		return err
	}
	one := card{Name: p.T("office.refund.title"), Table: &table{Columns: refundColumns(&p.frame)}}
	for _, f := range all {
		cells, err := b.paybackCells(q, &p.frame, f, c)
		if err != nil {
			return err
		}
		cells[0].More, cells[0].Address = "", ""
		one.Table.add(cells...)
	}
	if may {
		one.Acts = []act{{Name: p.T("office.payback_ask.act"), Icon: "undo-2", Address: customerAddress(c.ID) + "/payback"}}
		if one.Lead = ""; len(all) == 0 {
			one.Lead = p.T("office.payback.none", "Credit", kes(credit[c.ID].Cents))
		}
	}
	p.add(one)
	return nil
}

func (b *Backoffice) paybackForm(q *request, c customers.Customer) (*formPage, error) {
	credit, err := b.Accounts.Balances(q.ctx, []int64{c.ID})
	held := credit[c.ID]
	p := q.moneyPage("office.payback_ask.", customerAddress(c.ID)+"?tab=money", "Name", c.Name, "Credit", kes(held.Cents))
	p.Crumbs = customerCrumbs(&p.frame, c)
	last, failed := b.lastPayback(q, c)
	p.Hidden, err = lastSeen(last), errors.Join(err, failed)
	p.ask(formField{Name: "amount", As: asMoney, Label: p.T("office.amount"), Value: q.FormValue("amount"), Most: 16, Must: true},
		formField{Name: "reason", Label: p.T("office.extend.reason"), Value: q.FormValue("reason"), Most: 200, Must: true})
	return p, err
}

// lastPayback is the last that a customer was to get; 0 for none.
func (b *Backoffice) lastPayback(q *request, c customers.Customer) (int64, error) {
	all, err := b.Counter.PaybacksOf(q.ctx, c.ID, 1)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return all[0].ID, nil
}

// paybackOf is the customer who is to get credit back, for who proved lately that it is they.
func (b *Backoffice) paybackOf(q *request) (customers.Customer, *formPage, error) {
	c, err := b.theCustomer(q, staff.PaymentsRefund)
	if err == nil {
		err = q.proven()
	}
	if err != nil {
		return c, nil, err
	}
	p, err := b.paybackForm(q, c)
	return c, p, err
}

func (b *Backoffice) askPayback(q *request) error {
	_, p, err := b.paybackOf(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) payback(q *request) error {
	c, p, err := b.paybackOf(q)
	if err != nil {
		return err
	}
	last, err := b.lastPayback(q, c)
	if err != nil {
		return err
	}
	amount, err := amountTyped(q.FormValue("amount"))
	if err == nil {
		err = q.onlyAfter(last)
	}
	if err == nil {
		_, err = b.Counter.AskPayback(q.ctx, counter.Payback{CustomerID: c.ID, Amount: amount, Reason: q.FormValue("reason")}, q.counterBy())
	}
	if err != nil {
		field := "amount"
		if fault.KeyOf(err) == "payback.reason" {
			field = "reason"
		}
		return q.refuse(err, "form", p, field)
	}
	if err := q.tellAsked(amount, []int64{c.SiteID}); err != nil {
		return err
	}
	return led(customerAddress(c.ID) + "?tab=money")
}

// thePayback is the payback of an address, for who may do something with it and proved lately that it is they.
func (b *Backoffice) thePayback(q *request, may staff.Permission) (counter.Payback, customers.Customer, error) {
	id, err := q.idOf("id")
	if err != nil {
		return counter.Payback{}, customers.Customer{}, err
	}
	p, err := b.Counter.PaybackByID(q.ctx, id)
	if err != nil {
		return p, customers.Customer{}, hidden(err)
	}
	c, err := b.Customers.Get(q.ctx, p.CustomerID)
	if err == nil && !q.may(may, c.SiteID) {
		err = notHere()
	}
	if err == nil {
		err = q.proven()
	}
	return p, c, err
}

func (b *Backoffice) askDecidePayback(q *request) error {
	one, c, err := b.thePayback(q, staff.PaymentsApprove)
	if err != nil {
		return err
	}
	if one.State != counter.Asked {
		return q.refusal(fault.New(fault.Conflict, "payback.decided"), "/office/refunds")
	}
	p := q.moneyPage("office.payback_decide.", "/office/refunds", "Amount", one.Amount.String(), "Reason", one.Reason, "Name", c.Name)
	p.ask(formField{Name: "how", As: asRadio, Label: p.T("office.refund_decide.which"), Must: true,
		Choices: []choice{{Name: p.T("office.refund_decide.yes"), Value: "yes"}, {Name: p.T("office.refund_decide.no"), Value: "no"}}})
	q.tellAlone(p, one.AskedBy)
	if p.Danger = true; one.State == counter.Asked {
		to, err := b.paidTo(q, &p.frame, c)
		if err != nil {
			return err
		}
		p.Lead = strings.TrimSpace(p.Lead + " " + to)
	}
	return q.showForm(p)
}

func (b *Backoffice) decidePayback(q *request) error {
	one, _, err := b.thePayback(q, staff.PaymentsApprove)
	if err != nil {
		return err
	}
	how := q.FormValue("how")
	if how != "yes" && how != "no" {
		return led("/office/paybacks/" + number(one.ID) + "/decide")
	}
	by := q.counterBy()
	by.Proven = true // thePayback has seen to it
	one, err = b.Counter.DecidePayback(q.ctx, one.ID, how == "yes", by)
	if fault.Is(err, fault.Denied) {
		q.tellFault(err)
		return led("/office/refunds")
	}
	if err != nil {
		return q.refusal(err, "/office/refunds")
	}
	told := "office.refund.told_refused"
	if one.State == counter.Approved {
		told = "office.payback.told_approved"
	}
	q.tell("good", told, "", "Amount", one.Amount.String())
	return led("/office/refunds")
}

func (b *Backoffice) askCancelPayback(q *request) error {
	one, c, err := b.thePayback(q, staff.PaymentsRefund)
	if err != nil {
		return err
	}
	if one.State != counter.Asked {
		return q.refusal(fault.New(fault.Conflict, "payback.decided"), "/office/refunds")
	}
	return q.showForm(q.moneyPage("office.payback_cancel.", "/office/refunds", "Amount", one.Amount.String(), "Reason", one.Reason, "Name", c.Name))
}

func (b *Backoffice) cancelPayback(q *request) error {
	one, _, err := b.thePayback(q, staff.PaymentsRefund)
	if err != nil {
		return err
	}
	one, err = b.Counter.CancelPayback(q.ctx, one.ID, q.counterBy())
	if fault.Is(err, fault.Denied) {
		q.tellFault(err)
		return led("/office/refunds")
	}
	if err != nil {
		return q.refusal(err, "/office/refunds")
	}
	q.tell("good", "office.refund.told_cancelled", "", "Amount", one.Amount.String())
	return led("/office/refunds")
}

func (b *Backoffice) payPaybackForm(q *request, one counter.Payback, c customers.Customer) *formPage {
	p := q.moneyPage("office.payback_pay.", "/office/refunds", "Amount", one.Amount.String(), "Name", c.Name)
	var ways []choice
	for _, how := range []string{accounts.ByCash, accounts.ByBank} {
		ways = append(ways, choice{Name: howName(&p.frame, how), Value: how})
	}
	p.ask(formField{Name: "how", As: asRadio, Label: p.T("office.how"), Must: true, Choices: chosen(ways, q.typedOr("how", accounts.ByCash))},
		formField{Name: "reference", Label: p.T("office.payback_pay.reference"), Hint: p.T("office.payback_pay.reference_hint"), Value: q.FormValue("reference"), Most: 60})
	return p
}

func (b *Backoffice) askPayPayback(q *request) error {
	one, c, err := b.thePayback(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	if one.State != counter.Approved {
		return q.refusal(fault.New(fault.Conflict, "payback.not_owed"), "/office/refunds")
	}
	return q.showForm(b.payPaybackForm(q, one, c))
}

func (b *Backoffice) payPayback(q *request) error {
	one, c, err := b.thePayback(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	if _, err := b.Counter.PayPayback(q.ctx, one.ID, q.FormValue("how"), q.FormValue("reference"), q.counterBy()); err != nil {
		if fault.Is(err, fault.Conflict) {
			return q.refusal(err, "/office/refunds")
		}
		return q.refuse(err, "form", b.payPaybackForm(q, one, c), "reference")
	}
	q.tell("good", "office.refund.told_paid", "", "Amount", one.Amount.String())
	return led("/office/refunds")
}
