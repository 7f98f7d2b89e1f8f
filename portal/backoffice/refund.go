package backoffice

import (
	"errors"
	"strconv"
	"strings"

	"mtandao/billing"
	"mtandao/billing/counter"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
)

func refundState(f *frame, s billing.RefundState) stateView {
	return toned(f, "office.refund.", s, map[billing.RefundState]string{billing.RefundAsked: "warn", billing.RefundApproved: "warn", billing.RefundPaid: "good"})
}

// refundColumns are the columns of refunds, and refundCells those of one; who asked for it may decide it only while nobody else may.
func refundColumns(f *frame) []column {
	return []column{{f.T("office.when"), "when"}, {f.T("office.amount"), "num"}, {f.T("office.extend.reason"), ""}, {f.T("office.state"), ""}, {}}
}

func (b *Backoffice) refundCells(q *request, f *frame, r billing.Refund, money billing.Receipt) ([]cell, error) {
	var last cell
	m, at := q.in.Member, "/office/refunds/"+number(r.ID)
	switch {
	case r.State == billing.RefundAsked:
		sites, err := q.sitesOfReceipt(money)
		if err != nil {
			return nil, err
		}
		may, err := q.mayDecide(r.AskedBy, sites)
		if err != nil {
			return nil, err
		}
		if may {
			last.Acts = append(last.Acts, act{Name: f.T("office.refund.decide"), Address: at + "/decide"})
		}
		if r.AskedBy == m.ID && staff.MaySomewhere(m, staff.PaymentsRefund) {
			last.Acts = append(last.Acts, act{Name: f.T("office.refund.cancel"), Address: at + "/cancel"})
		}
	case r.State == billing.RefundApproved && staff.MaySomewhere(m, staff.PaymentsMatch):
		last.Acts = []act{{Name: f.T("office.refund.send"), Address: at + "/send"}, {Name: f.T("office.refund.pay"), Address: at + "/pay"}}
		if r.Sending != 0 {
			last.Acts = []act{{Name: f.T("office.refund.sending_look"), Address: at + "/send"}}
		}
	case r.State == billing.RefundPaid && r.How != billing.RefundByCash && staff.MaySomewhere(m, staff.PaymentsMatch):
		last.Acts = []act{{Name: f.T("office.refund.how_it_went"), Address: at + "/send"}}
	}
	told, err := b.refundTold(q, f, r, money)
	if err != nil {
		return nil, err
	}
	if r.Typed != "" && staff.MaySomewhere(m, staff.PaymentsMatch) {
		last.Acts = append(last.Acts, act{Name: f.T("office.refund.correct"), Address: at + "/code"})
	}
	state := refundState(f, r.State)
	state, err = b.sendingOf(q, f, billing.Of{Kind: billing.OfRefund, ID: r.ID}, r.Sending, state)
	if err != nil {
		return nil, err
	}
	return []cell{{Text: b.when(f, r.AskedAt), Address: "/office/receipts/" + number(r.ReceiptID)}, {Text: r.Amount.String(), More: told}, {Text: r.Reason}, decided(f, state, r.Alone), last}, nil
}

// refundTold is a refund's code, and what M-Pesa charged for bringing it back.
func (b *Backoffice) refundTold(q *request, f *frame, r billing.Refund, of billing.Receipt) (string, error) {
	if r.State != billing.RefundPaid || r.How == billing.RefundByCash {
		return r.Reference, nil
	}
	charges, err := b.RailBook.Charges(q.ctx, of.TillID, []string{r.Reference})
	if fee := charged(f, charges[r.Reference]); fee != "" {
		return r.Reference + " · " + fee, err
	}
	return r.Reference, err
}

func (b *Backoffice) refunds(q *request) error {
	p := q.listing("office.refund.title", "payments")
	p.Crumbs = []crumb{{p.T("office.nav.payments"), "/office/payments"}}
	p.Empty = blank{Icon: "circle-check", Title: p.T("office.refund.none"), Text: p.T("office.refund.none_text")}
	p.Columns = refundColumns(&p.frame)
	for _, state := range []billing.RefundState{billing.RefundAsked, billing.RefundApproved} {
		open, err := b.Money.OpenRefunds(q.ctx, state, q.scope())
		if err != nil {
			return err
		}
		for _, f := range open {
			r, err := b.Money.ReceiptByID(q.ctx, f.ReceiptID)
			if err != nil {
				return err
			}
			if may, err := q.mayReceipt(staff.PaymentsView, r); err != nil {
				return err
			} else if !may {
				continue
			}
			cells, err := b.refundCells(q, &p.frame, f, r)
			if err != nil {
				return err
			}
			p.add(cells...)
		}
		if err := errors.Join(b.addPaybacks(q, p, counter.PaybackState(state)), b.addPayouts(q, p, counter.PaybackState(state))); err != nil {
			return err
		}
	}
	return q.list(p)
}

// moneyPage asks about money.
func (q *request) moneyPage(texts, back string, args ...any) *formPage {
	p := q.asking(texts, "payments", back, args...)
	p.Crumbs, p.Danger = []crumb{{p.T("office.refund.title"), "/office/refunds"}}, false
	return p
}

func (b *Backoffice) askRefund(q *request) error {
	r, err := b.receiptFor(q, staff.PaymentsRefund)
	if err == nil {
		err = q.proven()
	}
	if err != nil {
		return err
	}
	p, _, err := b.refundForm(q, r)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) refundForm(q *request, r billing.Receipt) (*formPage, int64, error) {
	p := q.moneyPage("office.refund_ask.", "/office/receipts/"+number(r.ID), "Amount", r.Amount.String(), "Number", r.Number)
	p.ask(formField{Name: "amount", Label: p.T("office.refund.shillings"), Value: q.FormValue("amount"), Most: 9, Must: true, As: asNumber},
		formField{Name: "reason", Label: p.T("office.extend.reason"), Value: q.FormValue("reason"), Most: 200, Must: true})
	last := int64(0)
	all, err := b.Money.RefundsOf(q.ctx, r.ID)
	if len(all) > 0 {
		last = all[0].ID
	}
	p.Hidden = lastSeen(last)
	return p, last, err
}

func (b *Backoffice) refund(q *request) error {
	r, err := b.receiptFor(q, staff.PaymentsRefund)
	if err == nil {
		err = q.proven()
	}
	if err != nil {
		return err
	}
	p, last, err := b.refundForm(q, r)
	if err != nil {
		return err
	}
	shillings, err := strconv.ParseInt(strings.TrimSpace(q.FormValue("amount")), 10, 32)
	if err != nil {
		return q.refuse(fault.New(fault.Invalid, "refund.whole"), "form", p, "amount")
	}
	ask := billing.Refund{ReceiptID: r.ID, Amount: money.Amount{Cents: shillings * 100, Currency: r.Amount.Currency}, Reason: q.FormValue("reason")}
	err = q.onlyAfter(last)
	if err == nil {
		_, err = b.Deeds.AskRefund(q.ctx, q.in.Member, q.in.By(q.visit()), ask)
	}
	if err != nil {
		field := "amount"
		if fault.KeyOf(err) == "refund.reason" {
			field = "reason"
		}
		return q.refuse(err, "form", p, field)
	}
	sites, err := q.sitesOfReceipt(r)
	if err == nil {
		err = q.tellAsked(ask.Amount, sites)
	}
	if err != nil {
		return err
	}
	return led("/office/receipts/" + number(r.ID))
}

// refundFor is a refund of a receipt of which somebody may do something, and has proved lately that it is they.
func (b *Backoffice) refundFor(q *request, p staff.Permission) (billing.Refund, string, error) {
	id, err := q.idOf("id")
	if err != nil {
		return billing.Refund{}, "", err
	}
	f, err := b.Money.RefundByID(q.ctx, id)
	if err != nil {
		return f, "", hidden(err)
	}
	r, err := b.Money.ReceiptByID(q.ctx, f.ReceiptID)
	if err != nil {
		return f, "", hidden(err)
	}
	may, err := q.mayReceipt(p, r)
	if err == nil && !may {
		err = notHere()
	}
	if err == nil {
		err = q.proven()
	}
	return f, "/office/receipts/" + number(r.ID), err
}

func (b *Backoffice) askDecide(q *request) error {
	f, here, err := b.refundFor(q, staff.PaymentsApprove)
	if err != nil {
		return err
	}
	if f.State != billing.RefundAsked {
		return q.refusal(fault.New(fault.Conflict, "refund.decided"), here)
	}
	p := q.moneyPage("office.refund_decide.", here, "Amount", f.Amount.String(), "Reason", f.Reason)
	p.ask(formField{Name: "how", As: asRadio, Label: p.T("office.refund_decide.which"), Must: true,
		Choices: []choice{{Name: p.T("office.refund_decide.yes"), Value: "yes"}, {Name: p.T("office.refund_decide.no"), Value: "no"}}})
	q.tellAlone(p, f.AskedBy)
	p.Danger = true
	return q.showForm(p)
}

func (b *Backoffice) decide(q *request) error {
	f, here, err := b.refundFor(q, staff.PaymentsApprove)
	if err != nil {
		return err
	}
	how := q.FormValue("how")
	if how != "yes" && how != "no" {
		return led("/office/refunds/" + number(f.ID) + "/decide")
	}
	f, err = b.Deeds.DecideRefund(q.ctx, q.in.Member, q.in.By(q.visit()), f.ID, how == "yes", true) // refundFor has seen to the proof
	if fault.Is(err, fault.Denied) {
		q.tellFault(err)
		return led(here)
	}
	if err != nil {
		return q.refusal(err, here)
	}
	q.tell("good", "office.refund.told_"+string(f.State), "", "Amount", f.Amount.String())
	return led(here)
}

func (b *Backoffice) askCancelRefund(q *request) error {
	f, here, err := b.refundFor(q, staff.PaymentsRefund)
	if err != nil {
		return err
	}
	if f.State != billing.RefundAsked {
		return q.refusal(fault.New(fault.Conflict, "refund.decided"), here)
	}
	return q.showForm(q.moneyPage("office.refund_cancel.", here, "Amount", f.Amount.String(), "Reason", f.Reason))
}

func (b *Backoffice) cancelRefund(q *request) error {
	f, here, err := b.refundFor(q, staff.PaymentsRefund)
	if err != nil {
		return err
	}
	f, err = b.Deeds.CancelRefund(q.ctx, q.in.Member, q.in.By(q.visit()), f.ID)
	if fault.KeyOf(err) == "refund.not_yours" {
		q.tellFault(err)
		return led(here)
	}
	if err != nil {
		return q.refusal(err, here)
	}
	q.tell("good", "office.refund.told_cancelled", "", "Amount", f.Amount.String())
	return led(here)
}

func (b *Backoffice) askPay(q *request) error {
	f, here, err := b.refundFor(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	if f.State != billing.RefundApproved {
		return q.refusal(fault.New(fault.Conflict, "refund.not_owed"), here)
	}
	return q.showForm(payForm(q, f, here))
}

func payForm(q *request, f billing.Refund, here string) *formPage {
	p := q.moneyPage("office.refund_pay.", here, "Amount", f.Amount.String())
	how := []choice{{Name: p.T("office.refund_pay.mpesa"), Value: billing.RefundByMPesa, Here: q.FormValue("how") != billing.RefundByCash},
		{Name: p.T("office.refund_pay.cash"), Value: billing.RefundByCash, Here: q.FormValue("how") == billing.RefundByCash}}
	p.ask(formField{Name: "how", As: asRadio, Label: p.T("office.how"), Must: true, Choices: how},
		formField{Name: "reference", Label: p.T("office.refund_pay.reference"), Hint: p.T("office.refund_pay.reference_hint"), Value: q.FormValue("reference"), Most: 40})
	return p
}

func (b *Backoffice) pay(q *request) error {
	f, here, err := b.refundFor(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	if _, err := b.Deeds.PayRefund(q.ctx, q.in.Member, q.in.By(q.visit()), f.ID, q.FormValue("how"), q.FormValue("reference")); err != nil {
		return q.refuse(err, "form", payForm(q, f, here), "reference")
	}
	q.tell("good", "office.refund.told_paid", "", "Amount", f.Amount.String())
	return led(here)
}
