package backoffice

import (
	"context"
	"errors"
	"slices"
	"time"

	"mtandao/billing/counter"
	"mtandao/billing/customers"
	"mtandao/billing/partners"
	"mtandao/internal/approval"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/pin"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Partners is what the pages ask of partners; what changes something is recorded in the audit trail. *partners.Service satisfies it.
type Partners interface {
	Newest(ctx context.Context, before int64, limit int) ([]partners.Partner, error)
	Get(ctx context.Context, id int64) (partners.Partner, error)
	Propose(ctx context.Context, p partners.Partner, why string, by approval.By) (partners.Partner, []approval.Ask, error)
	Today(ctx context.Context, p partners.Partner) (sold, share int64, err error)
	Events(ctx context.Context, partnerID int64, from, to string, after int64, limit int) ([]partners.Event, error)
	AskPayout(ctx context.Context, p partners.Payout, by partners.By) (partners.Payout, error)
	DecidePayout(ctx context.Context, id int64, approve bool, by partners.By) (partners.Payout, error)
	CancelPayout(ctx context.Context, id int64, by partners.By) (partners.Payout, error)
	PayPayout(ctx context.Context, id int64, how, reference string, by partners.By) (partners.Payout, error)
	SendPayout(ctx context.Context, id int64, by partners.By) (partners.Payout, error)
	PayoutStays(ctx context.Context, id int64, by partners.By) (partners.Payout, error)
	PayoutWent(ctx context.Context, id int64, code string, by partners.By) (partners.Payout, error)
	PayoutByID(ctx context.Context, id int64) (partners.Payout, error)
	Payouts(ctx context.Context, partnerID int64, limit int) ([]partners.Payout, error)
	OpenPayouts(ctx context.Context, state counter.PaybackState) ([]partners.Payout, error)
}

// Partners share what is sold at sites, so that who sees them sees all sites' sales.
func (b *Backoffice) partnerRoutes() []route {
	return []route{
		{get, "/office/partners", everywhere, staff.PaymentsView, b.partners},
		{get, "/office/partners/new", everywhere, staff.PaymentsMatch, b.askPartner}, {post, "/office/partners/new", everywhere, staff.PaymentsMatch, b.savePartner},
		{get, "/office/partners/:id", everywhere, staff.PaymentsView, b.partner},
		{get, "/office/partners/:id/edit", everywhere, staff.PaymentsMatch, b.askPartner}, {post, "/office/partners/:id/edit", everywhere, staff.PaymentsMatch, b.savePartner},
		{get, "/office/partners/:id/payout", everywhere, staff.PaymentsMatch, b.askPayout}, {post, "/office/partners/:id/payout", everywhere, staff.PaymentsMatch, b.payout},
		{get, "/office/payouts/:id/decide", everywhere, staff.PaymentsApprove, b.askDecidePayout}, {post, "/office/payouts/:id/decide", everywhere, staff.PaymentsApprove, b.decidePayout},
		{get, "/office/payouts/:id/cancel", everywhere, staff.PaymentsMatch, b.askCancelPayout}, {post, "/office/payouts/:id/cancel", everywhere, staff.PaymentsMatch, b.cancelPayout},
		{get, "/office/payouts/:id/pay", everywhere, staff.PaymentsMatch, b.askPayPayout}, {post, "/office/payouts/:id/pay", everywhere, staff.PaymentsMatch, b.payPayout},
		{get, "/office/payouts/:id/send", everywhere, staff.PaymentsMatch, b.askSendPayout}, {post, "/office/payouts/:id/send", everywhere, staff.PaymentsMatch, b.sendPayout},
		{get, "/office/payouts/:id/stays", everywhere, staff.PaymentsMatch, b.askPayoutStays}, {post, "/office/payouts/:id/stays", everywhere, staff.PaymentsMatch, b.payoutStays},
		{get, "/office/payouts/:id/went", everywhere, staff.PaymentsMatch, b.askPayoutWent}, {post, "/office/payouts/:id/went", everywhere, staff.PaymentsMatch, b.payoutWent},
		{post, "/office/partners/:id/pin", everywhere, staff.PaymentsMatch, b.partnerPIN},
	}
}

func (q *request) partnerBy() partners.By {
	by := q.voucherBy()
	return partners.By{Member: q.in.Member.ID, Actor: by.Actor, From: by.From}
}

func (b *Backoffice) thePartner(q *request) (partners.Partner, error) {
	id, err := q.idOf("id")
	if err != nil {
		return partners.Partner{}, err
	}
	p, err := b.Partners.Get(q.ctx, id)
	return p, hidden(err)
}

func partnerState(f *frame, state string) stateView {
	return toned(f, "office.partner.state_", state, map[string]string{partners.Active: "good", partners.Closed: "bad"})
}

func (b *Backoffice) partners(q *request) error {
	p := q.listing("office.nav.partners", "partners")
	p.Lead = p.T("office.partners.lead")
	if q.may(staff.PaymentsMatch, 0) {
		p.Acts = []act{{Name: p.T("office.partners.new"), Icon: "plus", Address: "/office/partners/new", Tone: "primary"}}
	}
	p.Columns = []column{{Name: p.T("office.reseller.name")}, {p.T("office.reseller.phone"), "when"}, {Name: p.T("office.reseller.sites")}, {p.T("office.partner.share"), "num"}, {p.T("office.partner.due"), "num"}, {Name: p.T("office.state")}}
	p.Empty = blank{Icon: "users", Title: p.T("office.partners.none"), Text: p.T("office.partners.none_text")}
	all, err := b.Partners.Newest(q.ctx, q.before(), mostListed+1)
	if err != nil {
		return err
	}
	all, p.pager = newest(q, all, mostListed, func(one partners.Partner) int64 { return one.ID })
	for _, one := range all {
		p.add(cell{Text: one.Name, Address: "/office/partners/" + number(one.ID)}, cell{Text: one.Phone.Local()}, cell{Text: b.siteNamesOf(&p.frame, one.Sites)}, cell{Text: one.Percent() + " %"},
			cell{Text: one.Due.String()}, stated(partnerState(&p.frame, one.State)))
	}
	return q.list(p)
}

func (b *Backoffice) partner(q *request) error {
	one, err := b.thePartner(q)
	if err != nil {
		return err
	}
	p, err := b.partnerPage(q, one)
	if err != nil {
		return err
	}
	return q.show(p)
}

func (b *Backoffice) partnerPage(q *request, one partners.Partner) (*recordPage, error) {
	p, at := q.record("office.nav.partners", "partners"), "/office/partners/"+number(one.ID)
	p.Crumbs = []crumb{{p.Title, "/office/partners"}}
	p.Title, p.State = one.Name, partnerState(&p.frame, one.State)
	if q.may(staff.PaymentsMatch, 0) {
		if one.Due.IsPositive() {
			p.Acts = []act{{Name: p.T("office.partner_pay.act"), Address: at + "/payout", Tone: "primary"}}
		}
		p.Acts = append(p.Acts, act{Name: p.T("office.reseller.edit"), Address: at + "/edit"}, act{Name: p.T("office.reseller.pin"), Address: at + "/pin", Posted: true})
	}
	sold, share, err := b.Partners.Today(q.ctx, one)
	if err != nil {
		return nil, err
	}
	p.add(card{Facts: []fact{{p.T("office.reseller.phone"), one.Phone.Local()}, {p.T("office.reseller.sites"), b.siteNamesOf(&p.frame, one.Sites)}, {p.T("office.partner.share"), one.Percent() + " %"},
		{p.T("office.partner.due"), one.Due.String()}, {p.T("office.partner.sold_today"), money.KES(sold).String()}, {p.T("office.partner.share_today"), money.KES(share).String()}}})
	if err := errors.Join(b.approvalsCard(q, p, "partner", one.ID), b.payoutsCard(q, p, one)); err != nil {
		return nil, err
	}
	events, err := b.sharesCard(q, &p.frame, one)
	p.add(events)
	return p, err
}

// sharesCard is the statement of the last three months, the newest first.
func (b *Backoffice) sharesCard(q *request, f *frame, one partners.Partner) (card, error) {
	now := b.Clock.Now().In(b.Zone)
	events, err := b.Partners.Events(q.ctx, one.ID, now.AddDate(0, -3, 0).Format(time.DateOnly), "~", 0, 500)
	c := card{Name: f.T("office.partner.events"), Lead: f.T("office.partner.events_lead"), Table: &table{Columns: []column{{f.T("office.partner.day"), "when"}, {Name: f.T("office.reseller.event")}, {f.T("office.partner.sold"), "num"},
		{f.T("office.partner.back"), "num"}, {f.T("office.amount"), "num"}, {f.T("office.partner.due"), "num"}, {Name: f.T("office.batch.by")}}}}
	slices.Reverse(events)
	for _, e := range events {
		c.Table.add(cell{Text: dayTyped(f.Lang, e.Day)}, cell{Text: f.T("share.event." + e.Kind), More: e.Note}, cell{Text: money.KES(e.Sold).String()}, cell{Text: money.KES(e.Back).String()},
			cell{Text: money.KES(e.Delta).String()}, cell{Text: money.KES(e.Balance).String()}, cell{Text: e.By})
	}
	if len(events) == 0 {
		c.Lead, c.Empty = "", &blank{Icon: "wallet", Title: f.T("office.partner.nothing"), Text: f.T("office.partner.nothing_text")}
	}
	return c, err
}

func (b *Backoffice) partnerForm(q *request, one partners.Partner) *formPage {
	back, texts := "/office/partners", "office.partner_new."
	if one.ID != 0 {
		back, texts = back+"/"+number(one.ID), "office.partner_edit."
	}
	p := q.asking(texts, "partners", back, "Name", one.Name)
	p.Danger, p.Crumbs = false, []crumb{{p.T("office.nav.partners"), "/office/partners"}}
	text := func(name, usual string) string {
		if q.Method() == post {
			return q.FormValue(name)
		}
		return usual
	}
	field := func(name string, value string, most int) formField {
		return formField{Name: name, Label: p.T("office.partner_field." + name), Value: text(name, value), Most: most, Must: true}
	}
	percent := ""
	if one.ID != 0 {
		percent = one.Percent()
	}
	share := field("share", percent, 6)
	share.Hint = p.T("office.partner_field.share_hint")
	lang := formField{Name: "lang", Label: p.T("office.reseller_field.lang"), As: asPick,
		Choices: chosen([]choice{{Name: p.T("office.reseller.lang_en"), Value: "en"}, {Name: p.T("office.reseller.lang_sw"), Value: "sw"}}, text("lang", string(one.Lang)))}
	sites := formField{Name: "sites", Label: p.T("office.reseller.sites"), As: asTicks}
	for _, s := range b.Sites.Sites() {
		here := slices.Contains(one.Sites, s.ID)
		if q.Method() == post {
			here = slices.Contains(q.values("sites"), number(s.ID))
		}
		sites.Choices = append(sites.Choices, choice{Name: s.Name, Value: number(s.ID), Here: here})
	}
	fields := []formField{field("name", one.Name, 80), field("phone", phoneText(one.Phone), 16), lang, share, sites}
	if one.ID != 0 {
		fields = append(fields, formField{Name: "state", Label: p.T("office.state"), As: asPick,
			Choices: chosen([]choice{{Name: p.T("office.partner.state_active"), Value: partners.Active}, {Name: p.T("office.partner.state_closed"), Value: partners.Closed}}, text("state", one.State))})
	}
	fields = append(fields, q.whyField(&p.frame))
	p.ask(fields...)
	return p
}

// partnerOrNew is who is made or changed, by somebody who has proved themself: the form says on which phone they see what they earn, and what part of it is theirs.
func (b *Backoffice) partnerOrNew(q *request) (partners.Partner, error) {
	if err := q.proven(); err != nil {
		return partners.Partner{}, err
	}
	if q.Params("id") == "" {
		return partners.Partner{Lang: words.English}, nil
	}
	return b.thePartner(q)
}

func (b *Backoffice) askPartner(q *request) error {
	one, err := b.partnerOrNew(q)
	if err != nil {
		return err
	}
	return q.showForm(b.partnerForm(q, one))
}

// typedSites are the sites that were ticked, each of which there is: 0 and others' numbers are none.
func (q *request) typedSites() (all []int64, err error) {
	for _, typed := range q.values("sites") {
		id := idIn(typed)
		if _, _, err := q.office.Sites.Get(id); err != nil {
			return nil, err
		}
		all = append(all, id)
	}
	return all, nil
}

func (q *request) typedPartner(one partners.Partner) (partners.Partner, error) {
	var err error
	one.Name = q.FormValue("name")
	one.Lang, _ = words.Parse(q.FormValue("lang"))
	if one.Phone, err = customers.ParsePhone(q.FormValue("phone")); err != nil {
		return one, err
	}
	if one.Share, err = partners.ReadShare(q.FormValue("share")); err != nil {
		return one, err
	}
	if one.ID != 0 {
		one.State = q.FormValue("state")
	}
	one.Sites, err = q.typedSites()
	return one, err
}

var partnerFields = map[string]string{"partner.name": "name", "partner.share": "share", "partner.sites": "sites", "partner.phone_taken": "phone", "phone.empty": "phone", "phone.foreign": "phone",
	"phone.short": "phone", "phone.long": "phone", "phone.letters": "phone", "site.unknown": "sites", "approval.open": "share", "approval.reason": "why"}

func (b *Backoffice) savePartner(q *request) error {
	was, err := b.partnerOrNew(q)
	if err != nil {
		return err
	}
	one, err := q.typedPartner(was)
	var waiting []approval.Ask
	if err == nil {
		one, waiting, err = b.Partners.Propose(q.ctx, one, q.FormValue("why"), q.approvalBy())
	}
	if err != nil {
		return q.refuse(err, "form", b.partnerForm(q, was), partnerFields[fault.KeyOf(err)])
	}
	q.tellApprovals(waiting)
	return led("/office/partners/" + number(one.ID))
}

// partnerProven is the partner of an address, for somebody who has proved themself.
func (b *Backoffice) partnerProven(q *request) (partners.Partner, error) {
	if err := q.proven(); err != nil {
		return partners.Partner{}, err
	}
	return b.thePartner(q)
}

// partnerPIN shows a code by which the partner sets a PIN, once.
func (b *Backoffice) partnerPIN(q *request) error {
	one, err := b.partnerProven(q)
	if err != nil {
		return err
	}
	by := q.partnerBy()
	code, err := b.PINs.NewCode(q.ctx, pin.Owner{Kind: "partner", ID: one.ID}, by.Actor, by.From)
	if err != nil {
		return err
	}
	p, err := b.partnerPage(q, one)
	if err != nil {
		return err
	}
	p.Cards = slices.Insert(p.Cards, 0, card{Name: p.T("office.reseller.code"), Lead: p.T("office.partner.code_lead", "Phone", one.Phone.Local()), Once: code})
	return q.show(p)
}
