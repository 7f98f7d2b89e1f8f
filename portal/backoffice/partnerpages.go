package backoffice

import (
	"context"
	"slices"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/partners"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/pin"
	"mtandao/internal/seal"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Partners is what the pages ask of partners; what changes something is recorded in the audit trail. *partners.Service satisfies it.
type Partners interface {
	Newest(ctx context.Context, before int64, limit int) ([]partners.Partner, error)
	Get(ctx context.Context, id int64) (partners.Partner, error)
	Save(ctx context.Context, p partners.Partner, by partners.By) (partners.Partner, error)
	Today(ctx context.Context, p partners.Partner) (sold, share int64, err error)
	Events(ctx context.Context, partnerID int64, from, to string, after int64, limit int) ([]partners.Event, error)
	PayOut(ctx context.Context, request string, partnerID int64, amount money.Amount, how, note string, by partners.By) (partners.Event, error)
}

// Partners share what is sold at sites, so that who sees them sees all sites' sales.
func (b *Backoffice) partnerRoutes() []route {
	return []route{
		{get, "/office/partners", everywhere, staff.PaymentsView, b.partners},
		{get, "/office/partners/new", everywhere, staff.PaymentsMatch, b.askPartner}, {post, "/office/partners/new", everywhere, staff.PaymentsMatch, b.savePartner},
		{get, "/office/partners/:id", everywhere, staff.PaymentsView, b.partner},
		{get, "/office/partners/:id/edit", everywhere, staff.PaymentsMatch, b.askPartner}, {post, "/office/partners/:id/edit", everywhere, staff.PaymentsMatch, b.savePartner},
		{get, "/office/partners/:id/payout", everywhere, staff.PaymentsMatch, b.askPartnerPay}, {post, "/office/partners/:id/payout", everywhere, staff.PaymentsMatch, b.payPartner},
		{post, "/office/partners/:id/pin", everywhere, staff.PaymentsMatch, b.partnerPIN},
	}
}

func (q *request) partnerBy() partners.By {
	by := q.voucherBy()
	return partners.By{Actor: by.Actor, From: by.From}
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
	p.Columns = []column{{Name: p.T("office.reseller.name")}, {Name: p.T("office.reseller.phone")}, {Name: p.T("office.reseller.sites")}, {p.T("office.partner.share"), "num"}, {p.T("office.partner.due"), "num"}, {Name: p.T("office.state")}}
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
		p.Acts = []act{{Name: p.T("office.partner_pay.button"), Address: at + "/payout", Tone: "primary"}, {Name: p.T("office.reseller.edit"), Address: at + "/edit"},
			{Name: p.T("office.reseller.pin"), Address: at + "/pin", Posted: true}}
	}
	sold, share, err := b.Partners.Today(q.ctx, one)
	if err != nil {
		return nil, err
	}
	p.add(card{Facts: []fact{{p.T("office.reseller.phone"), one.Phone.Local()}, {p.T("office.reseller.sites"), b.siteNamesOf(&p.frame, one.Sites)}, {p.T("office.partner.share"), one.Percent() + " %"},
		{p.T("office.partner.due"), one.Due.String()}, {p.T("office.partner.sold_today"), money.KES(sold).String()}, {p.T("office.partner.share_today"), money.KES(share).String()}}})
	now := b.Clock.Now().In(b.Zone)
	events, err := b.Partners.Events(q.ctx, one.ID, now.AddDate(0, -3, 0).Format(time.DateOnly), "~", 0, 500)
	c := card{Name: p.T("office.partner.events"), Lead: p.T("office.partner.events_lead"), Table: &table{Columns: []column{{p.T("office.partner.day"), "when"}, {Name: p.T("office.reseller.event")}, {p.T("office.partner.sold"), "num"},
		{p.T("office.partner.back"), "num"}, {p.T("office.amount"), "num"}, {p.T("office.partner.due"), "num"}, {Name: p.T("office.batch.by")}}}}
	slices.Reverse(events)
	for _, e := range events {
		c.Table.add(cell{Text: e.Day}, cell{Text: p.T("share.event." + e.Kind), More: e.Note}, cell{Text: money.KES(e.Sold).String()}, cell{Text: money.KES(e.Back).String()},
			cell{Text: money.KES(e.Delta).String()}, cell{Text: money.KES(e.Balance).String()}, cell{Text: e.By})
	}
	p.add(c)
	return p, err
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
	share := field("share", one.Percent(), 6)
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
	"phone.short": "phone", "phone.long": "phone", "phone.letters": "phone", "site.unknown": "sites"}

func (b *Backoffice) savePartner(q *request) error {
	was, err := b.partnerOrNew(q)
	if err != nil {
		return err
	}
	one, err := q.typedPartner(was)
	if err == nil {
		one, err = b.Partners.Save(q.ctx, one, q.partnerBy())
	}
	if err != nil {
		return q.refuse(err, "form", b.partnerForm(q, was), partnerFields[fault.KeyOf(err)])
	}
	return led("/office/partners/" + number(one.ID))
}

func (b *Backoffice) partnerPayForm(q *request, one partners.Partner) *formPage {
	p := q.asking("office.partner_pay.", "partners", "/office/partners/"+number(one.ID), "Name", one.Name, "Due", one.Due.String())
	p.Danger = false
	once := q.FormValue("once")
	if once == "" {
		once = seal.RandomHex(8)
	}
	p.Hidden = []fact{{"once", once}}
	p.ask(formField{Name: "amount", Label: p.T("office.reseller_field.amount"), As: asMoney, Value: q.FormValue("amount"), Most: 12, Must: true},
		formField{Name: "how", Label: p.T("office.partner_field.how"), As: asPick,
			Choices: chosen([]choice{{Name: p.T("office.partner.how_cash"), Value: partners.InCash}, {Name: p.T("office.partner.how_bank"), Value: partners.ByBank}}, q.FormValue("how"))},
		formField{Name: "note", Label: p.T("office.reseller_field.note"), Value: q.FormValue("note"), Most: 200})
	return p
}

// partnerToPay is who is paid, by somebody who has proved themself.
func (b *Backoffice) partnerToPay(q *request) (partners.Partner, error) {
	if err := q.proven(); err != nil {
		return partners.Partner{}, err
	}
	return b.thePartner(q)
}

func (b *Backoffice) askPartnerPay(q *request) error {
	one, err := b.partnerToPay(q)
	if err != nil {
		return err
	}
	return q.showForm(b.partnerPayForm(q, one))
}

func (b *Backoffice) payPartner(q *request) error {
	one, err := b.partnerToPay(q)
	if err != nil {
		return err
	}
	amount, err := amountTyped(q.FormValue("amount"))
	if err == nil {
		_, err = b.Partners.PayOut(q.ctx, q.FormValue("once"), one.ID, amount, q.FormValue("how"), strings.TrimSpace(q.FormValue("note")), q.partnerBy())
	}
	if err != nil {
		return q.refuse(err, "form", b.partnerPayForm(q, one), "amount")
	}
	q.tell("good", "office.partner_paid", "", "Amount", amount.String())
	return led("/office/partners/" + number(one.ID))
}

// partnerPIN shows a code by which the partner sets a PIN, once.
func (b *Backoffice) partnerPIN(q *request) error {
	one, err := b.partnerToPay(q)
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
