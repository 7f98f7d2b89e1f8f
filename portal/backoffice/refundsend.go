package backoffice

import (
	"maps"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
)

func sendBackState(f *frame, s billing.SendBackState) stateView {
	return toned(f, "office.send_back.", s, map[billing.SendBackState]string{billing.SendBackPlanned: "warn", billing.SendBackSending: "warn", billing.SendBackSent: "warn",
		billing.SendBackDone: "good", billing.SendBackLost: "bad"})
}

// sendingState is that of a refund of which a try is under way; the last one is.
func sendingState(f *frame, tries []billing.SendBack) stateView {
	if n := len(tries); n > 0 && tries[n-1].State == billing.SendBackLost {
		return stateView{"bad", f.T("office.refund.sending_unknown")}
	}
	return stateView{"warn", f.T("office.refund.sending")}
}

// askSendRefund asks whether a refund is to go back by M-Pesa; of one that is on its way it tells how far.
func (b *Backoffice) askSendRefund(q *request) error {
	f, here, err := b.refundFor(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	if f.State != billing.RefundApproved && f.State != billing.RefundPaid {
		return q.refusal(fault.New(fault.Conflict, "refund.not_owed"), here)
	}
	tries, err := b.Money.SendBacks(q.ctx, f.ID)
	if err != nil {
		return err
	}
	if f.State != billing.RefundApproved || f.Sending != 0 {
		charges, err := b.chargesOf(q, tries)
		if err != nil {
			return err
		}
		return q.list(b.sendBacks(q, f, here, tries, charges))
	}
	p := q.moneyPage("office.refund_send.", here, "Amount", f.Amount.String())
	if len(tries) > 0 {
		p.Table = b.sendBackTable(&p.frame, tries, nil)
	}
	return q.showForm(p)
}

// sendBacks tells how far M-Pesa is with a refund, and asks the member about what nobody knows.
func (b *Backoffice) sendBacks(q *request, f billing.Refund, here string, tries []billing.SendBack, charges map[string]money.Amount) *listPage {
	p := q.listing("office.refund.sending_title", "payments")
	p.Crumbs = []crumb{{p.T("office.refund.title"), "/office/refunds"}, {f.Amount.String(), here}}
	p.State, p.Lead = refundState(&p.frame, f.State), p.T("office.refund.sending_lead")
	at := "/office/refunds/" + number(f.ID)
	switch {
	case f.Sending == 0:
		p.Lead = ""
	case tries[len(tries)-1].State == billing.SendBackLost:
		p.State = sendingState(&p.frame, tries)
		p.Lead = p.T("office.refund.sending_lost")
		p.Acts = []act{{Name: p.T("office.refund.went"), Address: at + "/pay"}, {Name: p.T("office.refund.stays"), Address: at + "/stays"}}
	default:
		p.State, p.Live = sendingState(&p.frame, tries), at+"/send"
	}
	p.Empty = blank{Icon: "circle-check", Title: p.T("office.refund.sending_none"), Text: p.T("office.refund.sending_none_text")}
	p.table = *b.sendBackTable(&p.frame, tries, charges)
	return p
}

// chargesOf is what M-Pesa's statements say that it charged for tries, by the number of each.
func (b *Backoffice) chargesOf(q *request, tries []billing.SendBack) (map[string]money.Amount, error) {
	all := map[string]money.Amount{}
	for _, one := range tries {
		if one.Reference == "" {
			continue
		}
		charges, err := b.RailBook.Charges(q.ctx, one.TillID, []string{one.Reference})
		if err != nil {
			return nil, err
		}
		maps.Copy(all, charges)
	}
	return all, nil
}

// charged tells what M-Pesa charged; "" when no statement says.
func charged(f *frame, a money.Amount) string {
	if a.IsZero() {
		return ""
	}
	return f.T("office.refund.charged", "Amount", a.String())
}

func (b *Backoffice) sendBackTable(f *frame, tries []billing.SendBack, charges map[string]money.Amount) *table {
	t := &table{Columns: []column{{f.T("office.when"), "when"}, {f.T("office.how"), ""}, {f.T("office.state"), ""}, {f.T("office.send_back.said"), ""}}}
	for _, one := range tries {
		said := one.Reference
		if said == "" && one.Says != "" {
			said = f.T("office.send_back.says", "Says", one.Says, "Code", one.Code)
		}
		t.add(cell{Text: b.when(f, one.CreatedAt)}, cell{Text: f.T("office.send_back.way_" + string(one.Way))}, stated(sendBackState(f, one.State)), cell{Text: said, More: charged(f, charges[one.Reference])})
	}
	return t
}

func (b *Backoffice) sendRefund(q *request) error {
	f, here, err := b.refundFor(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	if _, err := b.Deeds.SendRefund(q.ctx, q.in.Member, q.in.By(q.visit()), f.ID); err != nil {
		return q.refusal(err, here)
	}
	q.tell("good", "office.refund.told_sent", "", "Amount", f.Amount.String())
	return led(here)
}

func (b *Backoffice) askRefundStays(q *request) error {
	f, here, err := b.refundFor(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	if f.Sending == 0 {
		return q.refusal(fault.New(fault.Conflict, "refund.not_lost"), here)
	}
	return q.showForm(q.moneyPage("office.refund_stays.", here, "Amount", f.Amount.String()))
}

func (b *Backoffice) refundStays(q *request) error {
	f, here, err := b.refundFor(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	if _, err := b.Deeds.RefundStays(q.ctx, q.in.Member, q.in.By(q.visit()), f.ID); err != nil {
		return q.refusal(err, here)
	}
	q.tell("good", "office.refund.told_stays", "", "Amount", f.Amount.String())
	return led(here)
}

func refundCodeForm(q *request, f billing.Refund, here string) *formPage {
	p := q.moneyPage("office.refund_code.", here, "Amount", f.Amount.String(), "Code", f.Reference)
	p.ask(formField{Name: "reference", Label: p.T("office.refund_pay.reference"), Value: q.typedOr("reference", f.Reference), Most: 40, Must: true})
	return p
}

// askRefundCode asks for the right code of a refund whose code a member wrote down.
func (b *Backoffice) askRefundCode(q *request) error {
	f, here, err := b.refundFor(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	if f.Typed == "" {
		return led(here)
	}
	return q.showForm(refundCodeForm(q, f, here))
}

func (b *Backoffice) correctRefund(q *request) error {
	f, here, err := b.refundFor(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	now, err := b.Deeds.CorrectRefund(q.ctx, q.in.Member, q.in.By(q.visit()), f.ID, q.FormValue("reference"))
	if err != nil {
		return q.refuse(err, "form", refundCodeForm(q, f, here), "reference")
	}
	q.tell("good", "office.refund.told_code", "", "Code", now.Reference)
	return led(here)
}
