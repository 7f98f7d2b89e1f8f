package backoffice

import (
	"maps"

	"mtandao/billing"
	"mtandao/billing/partners"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
)

func sendBackState(f *frame, s billing.SendBackState) stateView {
	return toned(f, "office.send_back.", s, map[billing.SendBackState]string{billing.SendBackPlanned: "warn", billing.SendBackSending: "warn", billing.SendBackSent: "warn",
		billing.SendBackDone: "good", billing.SendBackLost: "bad"})
}

// sendingState is that of a refund of which a try is under way; the last one is.
func sendingState(f *frame, of billing.Of, tries []billing.SendBack) stateView {
	if n := len(tries); n > 0 && tries[n-1].State == billing.SendBackLost {
		return stateView{"bad", f.T("office.refund.sending_unknown")}
	}
	if of.Kind == partners.OfPayout {
		return stateView{"warn", f.T("office.payout.sending")}
	}
	return stateView{"warn", f.T("office.refund.sending")}
}

// sendable is money that is owed and that M-Pesa may send.
type sendable struct {
	of       billing.Of
	at, here string // its own address, and the page that it is on
	texts    string
	amount   money.Amount
	name     string // of whom it is for; "" for who paid
	state    stateView
	due      bool
	paid     bool
	sending  int64
	went     string // where a member says that it went although M-Pesa never told
}

func (b *Backoffice) refundSendable(f *frame, r billing.Refund, here string) sendable {
	at := "/office/refunds/" + number(r.ID)
	return sendable{of: billing.Of{Kind: billing.OfRefund, ID: r.ID}, at: at, here: here, texts: "office.refund_send.", amount: r.Amount, state: refundState(f, r.State), due: r.State == billing.RefundApproved, paid: r.State == billing.RefundPaid,
		sending: r.Sending, went: at + "/pay"}
}

// askSend asks whether money is to go by M-Pesa; of what is on its way it tells how far.
func (b *Backoffice) askSend(q *request, x sendable) error {
	tries, err := b.Money.SendBacks(q.ctx, x.of)
	if err != nil {
		return err
	}
	if !x.due && !x.paid {
		return q.refusal(fault.New(fault.Conflict, "refund.not_owed"), x.here)
	}
	if !x.due || x.sending != 0 {
		charges, err := b.chargesOf(q, tries)
		if err != nil {
			return err
		}
		return q.list(b.sendBacks(q, x, tries, charges))
	}
	p := q.moneyPage(x.texts, x.here, "Amount", x.amount.String(), "Name", x.name)
	if len(tries) > 0 {
		p.Table = b.sendBackTable(&p.frame, tries, nil)
	}
	return q.showForm(p)
}

// sendBacks tells how far M-Pesa is with money, and asks the member about what nobody knows.
func (b *Backoffice) sendBacks(q *request, x sendable, tries []billing.SendBack, charges map[string]money.Amount) *listPage {
	p := q.listing("office.refund.sending_title", "payments")
	p.Crumbs = []crumb{{p.T("office.refund.title"), "/office/refunds"}, {x.amount.String(), x.here}}
	p.State, p.Lead = x.state, p.T("office.refund.sending_lead")
	switch {
	case x.sending == 0:
		p.Lead = ""
	case tries[len(tries)-1].State == billing.SendBackLost:
		p.State = sendingState(&p.frame, x.of, tries)
		p.Lead = p.T("office.refund.sending_lost")
		p.Acts = []act{{Name: p.T("office.refund.went"), Address: x.went}, {Name: p.T("office.refund.stays"), Address: x.at + "/stays"}}
	default:
		p.State, p.Live = sendingState(&p.frame, x.of, tries), x.at+"/send"
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

// sendingOf is the state of money of which a try may be under way.
func (b *Backoffice) sendingOf(q *request, f *frame, of billing.Of, sending int64, state stateView) (stateView, error) {
	if sending == 0 {
		return state, nil
	}
	tries, err := b.Money.SendBacks(q.ctx, of)
	return sendingState(f, of, tries), err
}

func (b *Backoffice) askStays(q *request, x sendable) error {
	if x.sending == 0 {
		return q.refusal(fault.New(fault.Conflict, "refund.not_lost"), x.here)
	}
	return q.showForm(q.moneyPage("office.refund_stays.", x.here, "Amount", x.amount.String()))
}

// sent tells that money is on its way, or what became of it.
func (q *request) sent(told string, x sendable, err error) error {
	if err != nil {
		return q.refusal(err, x.here)
	}
	q.tell("good", told, "", "Amount", x.amount.String())
	return led(x.here)
}

func (b *Backoffice) theRefundSendable(q *request) (sendable, error) {
	f, here, err := b.refundFor(q, staff.PaymentsMatch)
	if err != nil {
		return sendable{}, err
	}
	page := q.page("office.refund.title", "payments")
	return b.refundSendable(&page, f, here), nil
}

func (b *Backoffice) askSendRefund(q *request) error {
	x, err := b.theRefundSendable(q)
	if err != nil {
		return err
	}
	return b.askSend(q, x)
}

func (b *Backoffice) sendRefund(q *request) error {
	x, err := b.theRefundSendable(q)
	if err != nil {
		return err
	}
	_, err = b.Deeds.SendRefund(q.ctx, q.in.Member, q.in.By(q.visit()), x.of.ID)
	return q.sent("office.refund.told_sent", x, err)
}

func (b *Backoffice) askRefundStays(q *request) error {
	x, err := b.theRefundSendable(q)
	if err != nil {
		return err
	}
	return b.askStays(q, x)
}

func (b *Backoffice) refundStays(q *request) error {
	x, err := b.theRefundSendable(q)
	if err != nil {
		return err
	}
	_, err = b.Deeds.RefundStays(q.ctx, q.in.Member, q.in.By(q.visit()), x.of.ID)
	return q.sent("office.refund.told_stays", x, err)
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
