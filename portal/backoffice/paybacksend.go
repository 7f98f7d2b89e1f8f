package backoffice

import (
	"mtandao/billing"
	"mtandao/billing/counter"
	"mtandao/billing/customers"
	"mtandao/internal/staff"
)

func paybackOwed(p counter.Payback) billing.Of { return billing.Of{Kind: counter.OfPayback, ID: p.ID} }

// thePaybackSendable is the payback of an address, as M-Pesa may send it.
func (b *Backoffice) thePaybackSendable(q *request) (sendable, error) {
	one, c, err := b.thePayback(q, staff.PaymentsMatch)
	if err != nil {
		return sendable{}, err
	}
	page := q.page("office.refund.title", "payments")
	at := "/office/paybacks/" + number(one.ID)
	return sendable{of: paybackOwed(one), at: at, here: "/office/refunds", texts: "office.owed_send.", amount: one.Amount, name: c.Name, state: paybackState(&page, one.State), due: one.State == counter.Approved, paid: one.State == counter.Paidback,
		sending: one.Sending, went: at + "/went"}, nil
}

func (b *Backoffice) askSendPayback(q *request) error {
	x, err := b.thePaybackSendable(q)
	if err != nil {
		return err
	}
	return b.askSend(q, x)
}

func (b *Backoffice) sendPayback(q *request) error {
	x, err := b.thePaybackSendable(q)
	if err != nil {
		return err
	}
	_, err = b.Counter.SendPayback(q.ctx, x.of.ID, q.counterBy())
	return q.sent("office.refund.told_sent", x, err)
}

func (b *Backoffice) askPaybackStays(q *request) error {
	x, err := b.thePaybackSendable(q)
	if err != nil {
		return err
	}
	return b.askStays(q, x)
}

func (b *Backoffice) paybackStays(q *request) error {
	x, err := b.thePaybackSendable(q)
	if err != nil {
		return err
	}
	_, err = b.Counter.PaybackStays(q.ctx, x.of.ID, q.counterBy())
	return q.sent("office.refund.told_stays", x, err)
}

// wentForm asks for the code of money that went although M-Pesa never told.
func (q *request) wentForm(x sendable) *formPage {
	p := q.moneyPage("office.owed_went.", x.here, "Amount", x.amount.String(), "Name", x.name)
	p.ask(formField{Name: "reference", Label: p.T("office.owed_went.reference"), Hint: p.T("office.owed_went.reference_hint"), Value: q.FormValue("reference"), Most: 40, Must: true})
	return p
}

func (b *Backoffice) askPaybackWent(q *request) error {
	x, err := b.thePaybackSendable(q)
	if err != nil {
		return err
	}
	return q.showForm(q.wentForm(x))
}

func (b *Backoffice) paybackWent(q *request) error {
	x, err := b.thePaybackSendable(q)
	if err != nil {
		return err
	}
	if _, err := b.Counter.PaybackWent(q.ctx, x.of.ID, q.FormValue("reference"), q.counterBy()); err != nil {
		return q.refuse(err, "form", q.wentForm(x), "reference")
	}
	q.tell("good", "office.refund.told_paid", "", "Amount", x.amount.String())
	return led(x.here)
}

// paidTo tells which phone a payback may be sent to, for who decides; "" for none.
func (b *Backoffice) paidTo(q *request, f *frame, c customers.Customer) (string, error) {
	all, err := b.Customers.FirstPhones(q.ctx, []int64{c.ID})
	if err != nil || all[c.ID] == "" {
		return "", err
	}
	return f.T("office.owed.phone", "Phone", all[c.ID].Local()), nil
}
