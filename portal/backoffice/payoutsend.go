package backoffice

import (
	"mtandao/billing"
	"mtandao/billing/counter"
	"mtandao/billing/partners"
)

func payoutOwed(p partners.Payout) billing.Of { return billing.Of{Kind: partners.OfPayout, ID: p.ID} }

// payoutSends is what a member may do about the money of a payout that was decided.
func payoutSends(f *frame, p partners.Payout) []act {
	at := "/office/payouts/" + number(p.ID)
	switch {
	case p.State == counter.Approved && p.Sending != 0:
		return []act{{Name: f.T("office.refund.sending_look"), Address: at + "/send"}}
	case p.State == counter.Approved:
		return []act{{Name: f.T("office.refund.send"), Address: at + "/send"}, {Name: f.T("office.payout.pay"), Address: at + "/pay"}}
	case p.State == counter.Paidback && p.How == partners.ByMPesa:
		return []act{{Name: f.T("office.refund.how_it_went"), Address: at + "/send"}}
	}
	return nil
}

// thePayoutSendable is the payout of an address, as M-Pesa may send it.
func (b *Backoffice) thePayoutSendable(q *request) (sendable, error) {
	one, who, err := b.thePayout(q)
	if err != nil {
		return sendable{}, err
	}
	page := q.page("office.nav.partners", "partners")
	at := "/office/payouts/" + number(one.ID)
	return sendable{of: payoutOwed(one), at: at, here: "/office/partners/" + number(who.ID), texts: "office.owed_send.", amount: one.Amount, name: who.Name, state: payoutState(&page, one.State),
		due: one.State == counter.Approved, paid: one.State == counter.Paidback, sending: one.Sending, went: at + "/went"}, nil
}

func (b *Backoffice) askSendPayout(q *request) error {
	x, err := b.thePayoutSendable(q)
	if err != nil {
		return err
	}
	return b.askSend(q, x)
}

func (b *Backoffice) sendPayout(q *request) error {
	x, err := b.thePayoutSendable(q)
	if err != nil {
		return err
	}
	_, err = b.Partners.SendPayout(q.ctx, x.of.ID, q.partnerBy())
	return q.sent("office.payout.told_sent", x, err)
}

func (b *Backoffice) askPayoutStays(q *request) error {
	x, err := b.thePayoutSendable(q)
	if err != nil {
		return err
	}
	return b.askStays(q, x)
}

func (b *Backoffice) payoutStays(q *request) error {
	x, err := b.thePayoutSendable(q)
	if err != nil {
		return err
	}
	_, err = b.Partners.PayoutStays(q.ctx, x.of.ID, q.partnerBy())
	return q.sent("office.payout.told_stays", x, err)
}

func (b *Backoffice) askPayoutWent(q *request) error {
	x, err := b.thePayoutSendable(q)
	if err != nil {
		return err
	}
	return q.showForm(q.wentForm(x))
}

func (b *Backoffice) payoutWent(q *request) error {
	x, err := b.thePayoutSendable(q)
	if err != nil {
		return err
	}
	if _, err := b.Partners.PayoutWent(q.ctx, x.of.ID, q.FormValue("reference"), q.partnerBy()); err != nil {
		return q.refuse(err, "form", q.wentForm(x), "reference")
	}
	q.tell("good", "office.payout.told_paid", "", "Amount", x.amount.String())
	return led(x.here)
}
