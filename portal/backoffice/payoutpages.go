package backoffice

import (
	"mtandao/billing/accounts"
	"mtandao/billing/counter"
	"mtandao/billing/partners"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
)

const fewPayouts = 20

// payoutState: what is approved is due to the partner as before, and to be paid.
func payoutState(f *frame, s counter.PaybackState) stateView {
	state := paybackState(f, s)
	if s == counter.Approved || s == counter.Paidback {
		state.Text = f.T("office.payout." + string(s))
	}
	return state
}

// payoutCells are a payout in the columns of refunds; who asked for it may decide it only while nobody else may.
func (b *Backoffice) payoutCells(q *request, f *frame, p partners.Payout) ([]cell, error) {
	var last cell
	at, may := "/office/payouts/"+number(p.ID), false
	if p.State == counter.Asked || p.State == counter.Approved {
		var err error
		if may, err = q.mayDecide(p.AskedBy, nil); err != nil {
			return nil, err
		}
	}
	if q.may(staff.PaymentsMatch, 0) {
		last.Acts = payoutSends(f, p)
	}
	switch {
	case p.State == counter.Asked && may:
		last.Acts = append(last.Acts, act{Name: f.T("office.refund.decide"), Address: at + "/decide"})
	case p.State == counter.Approved && p.Sending == 0 && may:
		last.Acts = append(last.Acts, act{Name: f.T("office.payout.drop"), Address: at + "/decide"})
	}
	if p.State == counter.Asked && p.AskedBy == q.in.Member.ID && q.may(staff.PaymentsMatch, 0) {
		last.Acts = append(last.Acts, act{Name: f.T("office.refund.cancel"), Address: at + "/cancel"})
	}
	state, err := b.sendingOf(q, f, payoutOwed(p), p.Sending, payoutState(f, p.State))
	return []cell{{Text: b.when(f, p.AskedAt)}, {Text: p.Amount.String()}, {Text: p.Note, More: p.Reference}, decided(f, state, p.Alone), last}, err
}

// addPayouts are those that wait for somebody, among the refunds, for who may see what is sold everywhere.
func (b *Backoffice) addPayouts(q *request, p *listPage, state counter.PaybackState) error {
	if !q.may(staff.PaymentsView, 0) {
		return nil
	}
	open, err := b.Partners.OpenPayouts(q.ctx, state)
	for _, one := range open {
		who, err := b.Partners.Get(q.ctx, one.PartnerID)
		if err != nil {
			return err
		}
		cells, err := b.payoutCells(q, &p.frame, one)
		if err != nil {
			return err
		}
		cells[0].Address, cells[0].More = "/office/partners/"+number(who.ID), who.Name
		p.add(cells...)
	}
	return err
}

// payoutsCard lists a partner's payouts, when there are any.
func (b *Backoffice) payoutsCard(q *request, p *recordPage, one partners.Partner) error {
	all, err := b.Partners.Payouts(q.ctx, one.ID, fewPayouts)
	if err != nil || len(all) == 0 {
		return err
	}
	c := card{Name: p.T("office.partner.payouts"), Table: &table{Columns: refundColumns(&p.frame)}}
	for _, payout := range all {
		cells, err := b.payoutCells(q, &p.frame, payout)
		if err != nil {
			return err
		}
		c.Table.add(cells...)
	}
	p.add(c)
	return nil
}

func (b *Backoffice) payoutForm(q *request, one partners.Partner) (*formPage, int64, error) {
	p := q.asking("office.partner_pay.", "partners", "/office/partners/"+number(one.ID), "Name", one.Name, "Due", one.Due.String())
	p.Danger, p.Crumbs = false, []crumb{{p.T("office.nav.partners"), "/office/partners"}, {one.Name, "/office/partners/" + number(one.ID)}}
	due := ""
	if one.Due.IsPositive() {
		due = one.Due.String()[len(money.Shilling)+1:]
	}
	p.ask(formField{Name: "amount", Label: p.T("office.amount"), As: asMoney, Value: q.typedOr("amount", due), Most: 12, Must: true},
		formField{Name: "note", Label: p.T("office.partner_field.note"), Hint: p.T("office.partner_field.note_hint"), Value: q.FormValue("note"), Most: 200})
	last := int64(0)
	all, err := b.Partners.Payouts(q.ctx, one.ID, 1)
	if len(all) > 0 {
		last = all[0].ID
	}
	p.Hidden = lastSeen(last)
	return p, last, err
}

func (b *Backoffice) askPayout(q *request) error {
	one, err := b.partnerProven(q)
	if err != nil {
		return err
	}
	p, _, err := b.payoutForm(q, one)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) payout(q *request) error {
	one, err := b.partnerProven(q)
	if err != nil {
		return err
	}
	p, last, err := b.payoutForm(q, one)
	if err != nil {
		return err
	}
	amount, err := amountTyped(q.FormValue("amount"))
	if err == nil {
		err = q.onlyAfter(last)
	}
	if err == nil {
		_, err = b.Partners.AskPayout(q.ctx, partners.Payout{PartnerID: one.ID, Amount: amount, Note: q.FormValue("note")}, q.partnerBy())
	}
	if err != nil {
		field := "amount"
		if fault.KeyOf(err) == "partner.note" {
			field = "note"
		}
		return q.refuse(err, "form", p, field)
	}
	if err := q.tellAsked(amount, nil); err != nil {
		return err
	}
	return led("/office/partners/" + number(one.ID))
}

// thePayout is the payout of an address and its partner, for somebody who has proved themself.
func (b *Backoffice) thePayout(q *request) (p partners.Payout, who partners.Partner, err error) {
	if err = q.proven(); err != nil {
		return p, who, err
	}
	id, err := q.idOf("id")
	if err == nil {
		p, err = b.Partners.PayoutByID(q.ctx, id)
	}
	if err == nil {
		who, err = b.Partners.Get(q.ctx, p.PartnerID)
	}
	return p, who, hidden(err)
}

func (q *request) payoutPage(texts string, one partners.Payout, who partners.Partner, args ...any) *formPage {
	p := q.asking(texts, "partners", "/office/partners/"+number(who.ID), append(args, "Amount", one.Amount.String(), "Name", who.Name)...)
	p.Crumbs = []crumb{{p.T("office.nav.partners"), "/office/partners"}, {who.Name, "/office/partners/" + number(who.ID)}}
	p.Danger = false
	return p
}

func (b *Backoffice) askDecidePayout(q *request) error {
	one, who, err := b.thePayout(q)
	if err != nil {
		return err
	}
	if one.State != counter.Asked && one.State != counter.Approved {
		return q.refusal(fault.New(fault.Conflict, "partner.decided"), "/office/partners/"+number(who.ID))
	}
	f := q.page("office.nav.partners", "partners")
	p := q.payoutPage("office.payout_decide.", one, who, "Due", who.Due.String(), "Percent", who.Percent(), "Sites", b.siteNamesOf(&f, who.Sites), "Note", one.Note)
	if one.State == counter.Asked {
		p.Lead += " " + p.T("office.owed.phone", "Phone", who.Phone.Local())
	}
	choices := []choice{{Name: p.T("office.refund_decide.no"), Value: "no"}}
	if one.State == counter.Asked {
		choices = append([]choice{{Name: p.T("office.refund_decide.yes"), Value: "yes"}}, choices...)
	}
	p.ask(formField{Name: "how", As: asRadio, Label: p.T("office.refund_decide.which"), Must: true, Choices: choices})
	q.tellAlone(p, one.AskedBy)
	return q.showForm(p)
}

func (b *Backoffice) decidePayout(q *request) error {
	one, who, err := b.thePayout(q)
	if err != nil {
		return err
	}
	how, back := q.FormValue("how"), "/office/partners/"+number(who.ID)
	if how != "yes" && how != "no" {
		return led("/office/payouts/" + number(one.ID) + "/decide")
	}
	by := q.partnerBy()
	by.Proven = true // thePayout has seen to it
	one, err = b.Partners.DecidePayout(q.ctx, one.ID, how == "yes", by)
	if fault.Is(err, fault.Denied) {
		q.tellFault(err)
		return led(back)
	}
	if err != nil {
		return q.refusal(err, back)
	}
	q.tell("good", "office.payout.told_"+string(one.State), "", "Amount", one.Amount.String())
	return led(back)
}

func (b *Backoffice) askCancelPayout(q *request) error {
	one, who, err := b.thePayout(q)
	if err != nil {
		return err
	}
	return q.showForm(q.payoutPage("office.payout_cancel.", one, who, "Note", one.Note))
}

func (b *Backoffice) cancelPayout(q *request) error {
	one, who, err := b.thePayout(q)
	if err != nil {
		return err
	}
	back := "/office/partners/" + number(who.ID)
	one, err = b.Partners.CancelPayout(q.ctx, one.ID, q.partnerBy())
	if fault.Is(err, fault.Denied) {
		q.tellFault(err)
		return led(back)
	}
	if err != nil {
		return q.refusal(err, back)
	}
	q.tell("good", "office.payout.told_cancelled", "", "Amount", one.Amount.String())
	return led(back)
}

func payPayoutForm(q *request, one partners.Payout, who partners.Partner) *formPage {
	p := q.payoutPage("office.payout_pay.", one, who)
	var ways []choice
	for _, how := range []string{partners.InCash, partners.ByBank} {
		ways = append(ways, choice{Name: howName(&p.frame, how), Value: how})
	}
	p.ask(formField{Name: "how", As: asRadio, Label: p.T("office.how"), Must: true, Choices: chosen(ways, q.typedOr("how", accounts.ByCash))},
		formField{Name: "reference", Label: p.T("office.payback_pay.reference"), Hint: p.T("office.payback_pay.reference_hint"), Value: q.FormValue("reference"), Most: 60})
	return p
}

func (b *Backoffice) askPayPayout(q *request) error {
	one, who, err := b.thePayout(q)
	if err != nil {
		return err
	}
	if one.State != counter.Approved {
		return q.refusal(fault.New(fault.Conflict, "partner.not_owed"), "/office/partners/"+number(who.ID))
	}
	return q.showForm(payPayoutForm(q, one, who))
}

func (b *Backoffice) payPayout(q *request) error {
	one, who, err := b.thePayout(q)
	if err != nil {
		return err
	}
	back := "/office/partners/" + number(who.ID)
	if _, err := b.Partners.PayPayout(q.ctx, one.ID, q.FormValue("how"), q.FormValue("reference"), q.partnerBy()); err != nil {
		if fault.Is(err, fault.Conflict) {
			return q.refusal(err, back)
		}
		return q.refuse(err, "form", payPayoutForm(q, one, who), "reference")
	}
	q.tell("good", "office.payout.told_paid", "", "Amount", one.Amount.String())
	return led(back)
}
