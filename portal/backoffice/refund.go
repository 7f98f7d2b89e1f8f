package backoffice

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
)

// refundLine is one refund with what may be done about it.
type refundLine struct {
	When, Amount, Reason, Receipt, Address string
	State                                  stateView
	Decide, Pay                            string // addresses; empty when it is not this person's
}

// refundsPage lists what is to be paid back.
type refundsPage struct {
	frame
	Refunds []refundLine
	Empty   blank
}

func refundState(f *frame, s billing.RefundState) stateView {
	tone := map[billing.RefundState]string{billing.RefundAsked: "warn", billing.RefundApproved: "warn", billing.RefundPaid: "good"}[s]
	return stateView{tone, f.T("office.refund." + string(s))}
}

// refundLine shows a refund; who asked for it may not decide it.
func (b *Backoffice) refundLine(q *request, f *frame, r billing.Refund) refundLine {
	l := refundLine{When: b.when(f, r.AskedAt), Amount: r.Amount.String(), Reason: r.Reason, State: refundState(f, r.State),
		Receipt: "/office/receipts/" + number(r.ReceiptID), Address: "/office/refunds/" + number(r.ID)}
	m := q.in.Member
	switch {
	case r.State == billing.RefundAsked && r.AskedBy != m.ID && staff.MaySomewhere(m, staff.PaymentsApprove):
		l.Decide = l.Address + "/decide"
	case r.State == billing.RefundApproved && staff.MaySomewhere(m, staff.PaymentsMatch):
		l.Pay = l.Address + "/pay"
	}
	return l
}

func (b *Backoffice) refunds(q *request) error {
	p := &refundsPage{frame: q.page("office.refund.title", "payments")}
	p.Crumbs = []crumb{{p.T("office.nav.payments"), "/office/payments"}}
	p.Empty = blank{Icon: "circle-check", Title: p.T("office.refund.none"), Text: p.T("office.refund.none_text")}
	for _, state := range []billing.RefundState{billing.RefundAsked, billing.RefundApproved} {
		open, err := b.Money.OpenRefunds(q.ctx, state)
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
			} else if may {
				p.Refunds = append(p.Refunds, b.refundLine(q, &p.frame, f))
			}
		}
	}
	return q.send(fiber.StatusOK, "refunds", p)
}

// mendForm starts a page that asks about money.
func (q *request) mendForm(texts, action, back string, args ...any) *mendPage {
	p := &mendPage{frame: q.page(texts+"title", "payments"), Action: action, Cancel: back, Field: "how"}
	p.Lead, p.Button = p.T(texts+"lead", args...), p.T(texts+"button")
	p.Crumbs = []crumb{{p.T("office.refund.title"), "/office/refunds"}}
	return p
}

func (b *Backoffice) askRefund(q *request) error {
	r, err := b.receiptFor(q, staff.PaymentsRefund)
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, "mend", refundForm(q, r))
}

func refundForm(q *request, r billing.Receipt) *mendPage {
	here := "/office/receipts/" + number(r.ID)
	p := q.mendForm("office.refund_ask.", here+"/refund", here, "Amount", r.Amount.String(), "Number", r.Number)
	p.Fields = []input{{Name: "amount", Type: "text", Label: p.T("office.refund.shillings"), Value: q.FormValue("amount"), Most: 9, Must: true, Numeric: true},
		{Name: "reason", Type: "text", Label: p.T("office.extend.reason"), Value: q.FormValue("reason"), Most: 200, Must: true}}
	return p
}

func (b *Backoffice) refund(q *request) error {
	r, err := b.receiptFor(q, staff.PaymentsRefund)
	if err != nil {
		return err
	}
	shillings, err := strconv.ParseInt(strings.TrimSpace(q.FormValue("amount")), 10, 32)
	if err != nil {
		return refundForm(q, r).refuse(q, fault.New(fault.Invalid, "refund.whole"), "amount")
	}
	ask := billing.Refund{ReceiptID: r.ID, Amount: money.Amount{Cents: shillings * 100, Currency: r.Amount.Currency}, Reason: q.FormValue("reason")}
	if _, err := b.Deeds.AskRefund(q.ctx, q.in.Member, q.in.By(q.visit()), ask); err != nil {
		field := "amount"
		if fault.KeyOf(err) == "refund.reason" {
			field = "reason"
		}
		return refundForm(q, r).refuse(q, err, field)
	}
	q.tell("good", "office.refund.told_asked", "", "Amount", ask.Amount.String())
	return led("/office/receipts/" + number(r.ID))
}

// refundFor is a refund of a receipt of which somebody may do something.
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
	return f, "/office/receipts/" + number(r.ID), err
}

func (b *Backoffice) askDecide(q *request) error {
	f, here, err := b.refundFor(q, staff.PaymentsApprove)
	if err != nil {
		return err
	}
	p := q.mendForm("office.refund_decide.", "/office/refunds/"+number(f.ID)+"/decide", here, "Amount", f.Amount.String(), "Reason", f.Reason)
	p.ChoicesName = p.T("office.refund_decide.which")
	p.Choices = []choice{{Name: p.T("office.refund_decide.yes"), Value: "yes"}, {Name: p.T("office.refund_decide.no"), Value: "no"}}
	p.Danger = true
	return q.send(fiber.StatusOK, "mend", p)
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
	f, err = b.Deeds.DecideRefund(q.ctx, q.in.Member, q.in.By(q.visit()), f.ID, how == "yes")
	if fault.KeyOf(err) == "refund.same_person" {
		q.tellFault(err)
		return led(here)
	}
	if err != nil {
		return q.refusal(err, here)
	}
	q.tell("good", "office.refund.told_"+string(f.State), "", "Amount", f.Amount.String())
	return led(here)
}

func (b *Backoffice) askPay(q *request) error {
	f, here, err := b.refundFor(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, "mend", payForm(q, f, here))
}

func payForm(q *request, f billing.Refund, here string) *mendPage {
	p := q.mendForm("office.refund_pay.", "/office/refunds/"+number(f.ID)+"/pay", here, "Amount", f.Amount.String())
	p.ChoicesName = p.T("office.how")
	p.Choices = []choice{{Name: p.T("office.refund_pay.mpesa"), Value: billing.RefundByMPesa, Here: q.FormValue("how") != billing.RefundByCash},
		{Name: p.T("office.refund_pay.cash"), Value: billing.RefundByCash, Here: q.FormValue("how") == billing.RefundByCash}}
	p.Fields = []input{{Name: "reference", Type: "text", Label: p.T("office.refund_pay.reference"), Hint: p.T("office.refund_pay.reference_hint"), Value: q.FormValue("reference"), Most: 40}}
	return p
}

func (b *Backoffice) pay(q *request) error {
	f, here, err := b.refundFor(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	if _, err := b.Deeds.PayRefund(q.ctx, q.in.Member, q.in.By(q.visit()), f.ID, q.FormValue("how"), q.FormValue("reference")); err != nil {
		return payForm(q, f, here).refuse(q, err, "reference")
	}
	q.tell("good", "office.refund.told_paid", "", "Amount", f.Amount.String())
	return led(here)
}
