package backoffice

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"mtandao/billing/customers"
	"mtandao/billing/plans"
	"mtandao/internal/approval"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/pin"
	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

// Resellers is what the pages ask of resellers; what changes something is recorded in the audit trail. *resellers.Service satisfies it.
type Resellers interface {
	Newest(ctx context.Context, before int64, limit int) ([]resellers.Reseller, error)
	Below(ctx context.Context, parentID int64) ([]resellers.Reseller, error)
	Get(ctx context.Context, id int64) (resellers.Reseller, error)
	Find(ctx context.Context, typed string) ([]resellers.Reseller, error)
	Propose(ctx context.Context, r resellers.Reseller, why string, by approval.By) (resellers.Reseller, []approval.Ask, error)
	Events(ctx context.Context, resellerID, before int64, limit int) ([]resellers.Event, error)
	Take(ctx context.Context, q resellers.Request, kind string, amount money.Amount, by approval.By) (e resellers.Event, waits bool, err error)
	PayOut(ctx context.Context, q resellers.Request, amount money.Amount, by vouchers.By) (resellers.Event, error)
	SignOut(ctx context.Context, q resellers.Request, w resellers.Range, by vouchers.By) ([]resellers.Event, error)
	Return(ctx context.Context, q resellers.Request, w resellers.Range, by vouchers.By) ([]resellers.Event, error)
	Lose(ctx context.Context, q resellers.Request, w resellers.Range, by vouchers.By) ([]resellers.Event, error)
	ReturnOf(ctx context.Context, id int64) (resellers.Giveback, error)
	ReturnsAsked(ctx context.Context) ([]resellers.Giveback, error)
	TakeReturn(ctx context.Context, g resellers.Giveback, by vouchers.By) (count int, cents int64, err error)
	RefuseReturn(ctx context.Context, g resellers.Giveback, by vouchers.By) error
}

// PINs sets how people who are no staff sign in. *pin.Service satisfies it.
type PINs interface {
	NewCode(ctx context.Context, o pin.Owner, actor, from string) (string, error)
}

func (b *Backoffice) resellerRoutes() []route {
	return []route{
		{get, "/office/resellers", full, staff.VouchersView, b.resellers},
		{get, "/office/resellers/new", full, staff.VouchersManage, b.askReseller}, {post, "/office/resellers/new", full, staff.VouchersManage, b.saveReseller},
		{get, "/office/resellers/:id", full, staff.VouchersView, b.reseller},
		{get, "/office/resellers/:id/edit", full, staff.VouchersManage, b.askReseller}, {post, "/office/resellers/:id/edit", full, staff.VouchersManage, b.saveReseller},
		{get, "/office/resellers/:id/do/:act", full, staff.VouchersManage, b.askResellerAct}, {post, "/office/resellers/:id/do/:act", full, staff.VouchersManage, b.doResellerAct},
		{post, "/office/resellers/:id/pin", full, staff.VouchersManage, b.resellerPIN},
	}
}

// mayReseller: one who sells everywhere is of all who may see any; only who may do something at all of their sites may change something.
func (q *request) mayReseller(p staff.Permission, r resellers.Reseller) bool {
	if len(r.Sites) == 0 {
		return q.may(p, 0) || p == staff.VouchersView && staff.MaySomewhere(q.in.Member, p)
	}
	may := func(id int64) bool { return q.may(p, id) }
	if p == staff.VouchersView {
		return slices.ContainsFunc(r.Sites, may)
	}
	return !slices.ContainsFunc(r.Sites, func(id int64) bool { return !may(id) })
}

func (b *Backoffice) theReseller(q *request, p staff.Permission) (resellers.Reseller, error) {
	id, err := q.idOf("id")
	if err != nil {
		return resellers.Reseller{}, err
	}
	r, err := b.Resellers.Get(q.ctx, id)
	if err == nil && !q.mayReseller(p, r) {
		err = notHere()
	}
	return r, hidden(err)
}

func resellerState(f *frame, state string) stateView {
	return toned(f, "office.reseller.state_", state, map[string]string{resellers.Active: "good", resellers.Closed: "bad"})
}

func (b *Backoffice) resellers(q *request) error {
	p := q.listing("office.nav.resellers", "resellers")
	p.Lead = p.T("office.resellers.lead")
	if staff.MaySomewhere(q.in.Member, staff.VouchersManage) {
		p.Acts = []act{{Name: p.T("office.resellers.new"), Icon: "plus", Address: "/office/resellers/new", Tone: "primary"}}
	}
	waiting, err := b.Resellers.ReturnsAsked(q.ctx)
	if err != nil {
		return err
	}
	if len(waiting) > 0 {
		p.Acts = append(p.Acts, act{Name: p.T("office.returns.title"), Icon: "undo-2", Address: "/office/returns"})
	}
	p.Columns = []column{{Name: p.T("office.reseller.name")}, {p.T("office.reseller.account"), "code"}, {p.T("office.reseller.phone"), "when"}, {Name: p.T("office.reseller.terms")},
		{p.T("office.reseller.float"), "num"}, {p.T("office.reseller.owes"), "num"}, {Name: p.T("office.reseller.commission")}, {Name: p.T("office.state")}}
	p.Empty = blank{Icon: "users", Title: p.T("office.resellers.none"), Text: p.T("office.resellers.none_text")}
	all, err := b.Resellers.Newest(q.ctx, q.before(), mostListed+1)
	if err != nil {
		return err
	}
	all, p.pager = newest(q, all, mostListed, func(r resellers.Reseller) int64 { return r.ID })
	for _, r := range all {
		if !q.mayReseller(staff.VouchersView, r) {
			continue
		}
		p.add(cell{Text: r.Name, Address: "/office/resellers/" + number(r.ID)}, cell{Text: r.Account()}, cell{Text: r.Phone.Local()}, cell{Text: p.T("office.reseller.terms_" + r.Terms)},
			cell{Text: r.Float().String()}, cell{Text: r.Owes().String()}, cell{Text: r.Commission.In(p.Lang)}, stated(resellerState(&p.frame, r.State)))
	}
	return q.list(p)
}

// resellerActs are what can be done with a reseller, each with its page.
var resellerActs = []string{"payin", "signout", "settle", "return", "lose", "payout", "kill"}

func (b *Backoffice) reseller(q *request) error {
	r, err := b.theReseller(q, staff.VouchersView)
	if err != nil {
		return err
	}
	p, err := b.resellerPage(q, r)
	if err != nil {
		return err
	}
	return q.show(p)
}

func (b *Backoffice) resellerPage(q *request, r resellers.Reseller) (*recordPage, error) {
	p, at := q.record("office.nav.resellers", "resellers"), "/office/resellers/"+number(r.ID)
	p.Crumbs = []crumb{{p.Title, "/office/resellers"}}
	p.Title, p.State = r.Name, resellerState(&p.frame, r.State)
	may := q.mayReseller(staff.VouchersManage, r)
	if may {
		for _, name := range resellerActs {
			p.Acts = append(p.Acts, act{Name: p.T("office.reseller_" + name + ".button"), Address: at + "/do/" + name})
		}
		p.Acts[0].Tone = "primary"
		p.Acts = append(p.Acts, act{Name: p.T("office.reseller.edit"), Address: at + "/edit"}, act{Name: p.T("office.reseller.pin"), Address: at + "/pin", Posted: true})
	}
	p.add(b.resellerCard(q, &p.frame, r))
	if err := b.approvalsCard(q, p, "reseller", r.ID); err != nil {
		return nil, err
	}
	held, err := b.Vouchers.HeldBy(q.ctx, r.Holder())
	if err != nil {
		return nil, err
	}
	stock := card{Name: p.T("office.reseller.stock"), Table: &table{Columns: []column{{Name: p.T("office.vouchers.batch")}, {Name: p.T("office.plan")}, {p.T("office.batch.count"), "num"}, {p.T("office.batch.worth"), "num"}}}}
	for _, h := range held {
		batch, err := b.Vouchers.Batch(q.ctx, h.BatchID)
		if err != nil {
			return nil, err
		}
		stock.Table.add(cell{Text: vouchers.Serial(batch.Number, h.First) + " – " + vouchers.Serial(batch.Number, h.Last), Address: "/office/vouchers/" + number(batch.ID)},
			cell{Text: batch.PlanName(p.Lang)}, cell{Text: strconv.Itoa(h.Count)}, cell{Text: worth(batch, h.Count).String()})
	}
	if len(held) > 0 {
		p.add(stock)
	}
	if err := b.belowCard(q, p, r); err != nil {
		return nil, err
	}
	events, err := b.eventsCard(q, &p.frame, r)
	p.add(events)
	return p, err
}

func (b *Backoffice) resellerCard(q *request, f *frame, r resellers.Reseller) card {
	facts := []fact{{f.T("office.reseller.account"), r.Account()}, {f.T("office.reseller.phone"), r.Phone.Local()}, {f.T("office.reseller.terms"), f.T("office.reseller.terms_" + r.Terms)},
		{f.T("office.reseller.float"), r.Float().String()}, {f.T("office.reseller.owes"), r.Owes().String()}, {f.T("office.reseller.limit"), r.Limit.String()},
		{f.T("office.reseller.commission"), r.Commission.In(f.Lang)}, {f.T("office.reseller.sites"), b.siteNamesOf(f, r.Sites)}, {f.T("office.batch.by"), r.CreatedBy}}
	if r.ParentID != 0 {
		if above, err := b.Resellers.Get(q.ctx, r.ParentID); err == nil {
			facts = append(facts, fact{f.T("office.reseller.parent"), above.Name})
		}
	}
	return card{Facts: facts}
}

func (b *Backoffice) siteNamesOf(f *frame, ids []int64) string {
	if len(ids) == 0 {
		return f.T("office.all_sites")
	}
	var names []string
	for _, id := range ids {
		names = append(names, b.siteName(id))
	}
	return strings.Join(names, ", ")
}

func (b *Backoffice) belowCard(q *request, p *recordPage, r resellers.Reseller) error {
	below, err := b.Resellers.Below(q.ctx, r.ID)
	if err != nil || len(below) == 0 {
		return err
	}
	c := card{Name: p.T("office.reseller.below"), Table: &table{Columns: []column{{Name: p.T("office.reseller.name")}, {p.T("office.reseller.float"), "num"}, {Name: p.T("office.reseller.commission")}, {Name: p.T("office.state")}}}}
	for _, s := range below {
		c.Table.add(cell{Text: s.Name, Address: "/office/resellers/" + number(s.ID)}, cell{Text: s.Float().String()}, cell{Text: s.Commission.In(p.Lang)}, stated(resellerState(&p.frame, s.State)))
	}
	p.add(c)
	return nil
}

// eventsCard is the account of a reseller, the newest first, as a bank shows it.
func (b *Backoffice) eventsCard(q *request, f *frame, r resellers.Reseller) (card, error) {
	all, err := b.Resellers.Events(q.ctx, r.ID, q.before(), mostListed+1)
	c := card{Name: f.T("office.reseller.events"), Table: &table{Columns: []column{{f.T("office.when"), "when"}, {Name: f.T("office.reseller.event")}, {f.T("office.batch.count"), "num"},
		{f.T("office.reseller.earned"), "num"}, {f.T("office.amount"), "num"}, {f.T("office.reseller.balance"), "num"}, {Name: f.T("office.batch.by")}}}}
	all, pages := newest(q, all, mostListed, func(e resellers.Event) int64 { return e.Seq })
	for _, e := range all {
		c.Table.add(cell{Text: b.when(f, e.At)}, cell{Text: f.T("reseller.event." + e.Kind), More: e.Note}, cell{Text: countOf(e.Count)}, cell{Text: unlessNone(money.KES(e.Earned))},
			cell{Text: money.KES(e.Delta).String()}, cell{Text: money.KES(e.Balance).String()}, cell{Text: e.By})
	}
	c.Older = pages.Older
	return c, err
}

func countOf(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// resellerForm asks for all of a reseller that somebody chooses.
func (b *Backoffice) resellerForm(q *request, r resellers.Reseller) (*formPage, error) {
	back := "/office/resellers"
	texts := "office.reseller_new."
	if r.ID != 0 {
		back, texts = back+"/"+number(r.ID), "office.reseller_edit."
	}
	p := q.asking(texts, "resellers", back, "Name", r.Name)
	p.Danger, p.Crumbs = false, []crumb{{p.T("office.nav.resellers"), "/office/resellers"}}
	text := func(name, usual string) string {
		if q.Method() == post {
			return q.FormValue(name)
		}
		return usual
	}
	field := func(name string, as kindOf, value string, most int, must bool) formField {
		f := formField{Name: name, Label: p.T("office.reseller_field." + name), As: as, Value: text(name, value), Most: most, Must: must}
		if hint := "office.reseller_field." + name + "_hint"; words.Has(hint) {
			f.Hint = p.T(hint)
		}
		return f
	}
	pick := func(name, value string, from ...choice) formField {
		f := field(name, asPick, value, 0, true)
		f.Choices = chosen(from, f.Value)
		return f
	}
	fields := []formField{field("name", asText, r.Name, 80, true), field("phone", asText, phoneText(r.Phone), 16, true),
		pick("lang", string(r.Lang), choice{Name: p.T("office.reseller.lang_en"), Value: "en"}, choice{Name: p.T("office.reseller.lang_sw"), Value: "sw"}),
		pick("terms", r.Terms, choice{Name: p.T("office.reseller.terms_prepaid"), Value: resellers.Prepaid}, choice{Name: p.T("office.reseller.terms_consignment"), Value: resellers.Consignment}),
		field("commission", asText, r.Commission.In(p.Lang), 120, false), field("limit", asText, r.Limit.String(), 16, false)}
	if r.ID == 0 {
		above, err := b.parents(q, p)
		if err != nil {
			return nil, err
		}
		fields = append(fields, pick("parent", "0", above...))
	} else {
		fields = append(fields, pick("state", r.State, choice{Name: p.T("office.reseller.state_active"), Value: resellers.Active}, choice{Name: p.T("office.reseller.state_closed"), Value: resellers.Closed}))
	}
	ticks, err := b.resellerTicks(q, p, r)
	p.ask(append(append(fields, ticks...), q.whyField(&p.frame))...)
	return p, err
}

func phoneText(p customers.Phone) string {
	if p == "" {
		return ""
	}
	return p.Local()
}

// parents are who may have sub-resellers.
func (b *Backoffice) parents(q *request, p *formPage) ([]choice, error) {
	all, err := b.Resellers.Newest(q.ctx, 0, mostRows)
	above := []choice{{Name: p.T("office.reseller.no_parent"), Value: "0"}}
	for _, r := range all {
		if r.ParentID == 0 && r.State == resellers.Active && q.mayReseller(staff.VouchersManage, r) {
			above = append(above, choice{Name: r.Name, Value: number(r.ID)})
		}
	}
	return above, err
}

// resellerTicks are the sites and plans to choose; none is all.
func (b *Backoffice) resellerTicks(q *request, p *formPage, r resellers.Reseller) ([]formField, error) {
	sites := formField{Name: "sites", Label: p.T("office.reseller.sites"), Hint: p.T("office.reseller_field.sites_hint"), As: asTicks}
	sold := formField{Name: "plans", Label: p.T("office.nav.plans"), Hint: p.T("office.reseller_field.plans_hint"), As: asTicks}
	here := func(name string, ids []int64, id int64) bool {
		if q.Method() == post {
			return slices.Contains(q.values(name), number(id))
		}
		return slices.Contains(ids, id)
	}
	for _, s := range b.Sites.Sites() {
		if q.may(staff.VouchersManage, s.ID) {
			sites.Choices = append(sites.Choices, choice{Name: s.Name, Value: number(s.ID), Here: here("sites", r.Sites, s.ID)})
		}
	}
	all, err := b.Plans.Packages(q.ctx)
	for _, plan := range all {
		if plan.State == plans.Live && !plan.Subscribed() {
			sold.Choices = append(sold.Choices, choice{Name: plan.Name(p.Lang) + " · " + plan.Price.String(), Value: number(plan.ID), Here: here("plans", r.Plans, plan.ID)})
		}
	}
	return []formField{sites, sold}, err
}

// resellerOrNew is who is made or changed, by somebody who has proved themself: the form says on which phone, for what share and up to
// which debt they sell.
func (b *Backoffice) resellerOrNew(q *request) (resellers.Reseller, error) {
	if err := q.proven(); err != nil {
		return resellers.Reseller{}, err
	}
	if q.Params("id") == "" {
		return resellers.Reseller{Terms: resellers.Prepaid, Lang: words.English}, nil
	}
	return b.theReseller(q, staff.VouchersManage)
}

func (b *Backoffice) askReseller(q *request) error {
	r, err := b.resellerOrNew(q)
	if err != nil {
		return err
	}
	p, err := b.resellerForm(q, r)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

// typedReseller reads the form into r.
func (q *request) typedReseller(r resellers.Reseller) (resellers.Reseller, error) {
	var err error
	r.Name, r.Terms = q.FormValue("name"), q.FormValue("terms")
	r.Lang, _ = words.Parse(q.FormValue("lang"))
	if r.Phone, err = customers.ParsePhone(q.FormValue("phone")); err != nil {
		return r, err
	}
	if r.Commission, err = resellers.ReadCommission(q.FormValue("commission")); err != nil {
		return r, err
	}
	if r.Limit, err = amountTyped(q.FormValue("limit")); err != nil {
		return r, err
	}
	if r.ID == 0 {
		r.ParentID = idIn(q.FormValue("parent"))
	} else {
		r.State = q.FormValue("state")
	}
	r.Plans = nil
	for _, id := range q.values("plans") {
		r.Plans = append(r.Plans, idIn(id))
	}
	r.Sites, err = q.typedSites()
	return r, err
}

// amountTyped reads shillings, with or without "KES"; nothing is none.
func amountTyped(typed string) (money.Amount, error) {
	typed = strings.TrimSpace(strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(typed)), "KES"))
	if typed == "" {
		return money.KES(0), nil
	}
	return money.Parse(typed, money.Shilling)
}

var resellerFields = map[string]string{"reseller.name": "name", "phone.empty": "phone", "phone.foreign": "phone", "phone.short": "phone", "phone.long": "phone", "phone.letters": "phone", "reseller.phone_taken": "phone", "pin.phone_taken": "phone", "reseller.commission": "commission",
	"reseller.limit": "limit", "money.invalid": "limit", "reseller.parent": "parent", "reseller.terms": "terms", "site.unknown": "sites", "approval.open": "commission", "approval.reason": "why"}

func (b *Backoffice) saveReseller(q *request) error {
	was, err := b.resellerOrNew(q)
	if err != nil {
		return err
	}
	r, err := q.typedReseller(was)
	if err == nil && !q.mayReseller(staff.VouchersManage, r) {
		err = fault.New(fault.Denied, "office.everywhere")
	}
	var waiting []approval.Ask
	if err == nil {
		r, waiting, err = b.Resellers.Propose(q.ctx, r, q.FormValue("why"), q.approvalBy())
	}
	if err == nil {
		q.tellApprovals(waiting)
		return led("/office/resellers/" + number(r.ID))
	}
	p, e := b.resellerForm(q, was)
	if e != nil {
		return e
	}
	return q.refuse(err, "form", p, resellerFields[fault.KeyOf(err)])
}
