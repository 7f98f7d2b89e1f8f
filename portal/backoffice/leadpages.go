package backoffice

import (
	"context"
	"slices"

	"mtandao/billing/customers"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/fieldwork"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Leads is what the pages ask of who asks for service; what changes something is recorded in the audit trail. *fieldwork.Service satisfies it.
type Leads interface {
	Leads(ctx context.Context, f fieldwork.LeadFilter) ([]fieldwork.Lead, error)
	Lead(ctx context.Context, leadID int64) (fieldwork.Lead, error)
	LeadsLike(ctx context.Context, l fieldwork.Lead) ([]fieldwork.Lead, error)
	LeadsOf(ctx context.Context, customerID, before int64, limit int) ([]fieldwork.Lead, error)
	OpenedBy(ctx context.Context, request string) (l fieldwork.Lead, made bool, err error)
	OpenLead(ctx context.Context, l fieldwork.Lead, request string, by fieldwork.By) (fieldwork.Lead, error)
	EditLead(ctx context.Context, a fieldwork.Act, l fieldwork.Lead, by fieldwork.By) error
	TurnLead(ctx context.Context, a fieldwork.Act, to fieldwork.Stage, step string, day clock.Day, why string, by fieldwork.By) error
	WinLead(ctx context.Context, a fieldwork.Act, customerID int64, by fieldwork.By) (customers.Customer, error)
}

const leadsAt = "/office/leads"

// leadRoutes: who makes a customer of a lead may make customers.
func (b *Backoffice) leadRoutes() []route {
	one := leadsAt + "/:id"
	return []route{
		{get, leadsAt, full, staff.LeadsWork, b.leads},
		{get, leadsAt + "/new", full, staff.LeadsWork, b.askLead}, {post, leadsAt + "/new", full, staff.LeadsWork, b.saveLead},
		{get, one, full, staff.LeadsWork, b.lead},
		{get, one + "/edit", full, staff.LeadsWork, b.askLead}, {post, one + "/edit", full, staff.LeadsWork, b.saveLead},
		{get, one + "/stage/:what", full, staff.LeadsWork, b.askLeadStage}, {post, one + "/stage/:what", full, staff.LeadsWork, b.turnLead},
		{get, one + "/win", full, staff.CustomersEdit, b.askWinLead}, {post, one + "/win", full, staff.CustomersEdit, b.winLead},
	}
}

func (q *request) fieldBy() fieldwork.By {
	by := q.in.By(q.visit())
	return fieldwork.By{Actor: q.in.Member.Email, From: by.From}
}

func leadAt(id int64) string { return leadsAt + "/" + number(id) }

// theLead is the lead of the address, for who may follow leads at its site; for anybody else there is none.
func (b *Backoffice) theLead(q *request) (fieldwork.Lead, error) {
	id, err := q.idOf("id")
	if err != nil {
		return fieldwork.Lead{}, err
	}
	l, err := b.Leads.Lead(q.ctx, id)
	if err == nil && !q.may(staff.LeadsWork, l.SiteID) {
		err = notHere()
	}
	return l, hidden(err)
}

// leadShows are the filters of the list; the first is all that is not done.
var leadShows = []string{"", "mine", "due", "done"}

func (b *Backoffice) leadFilter(q *request) fieldwork.LeadFilter {
	f := fieldwork.LeadFilter{Typed: cutTyped(q.Query("q")), Sites: q.scope(), Limit: mostListed + 1}
	switch q.Query("show") {
	case "mine":
		f.Owner = q.in.Member.Email
	case "due":
		f.Until = clock.DayOf(b.Clock.Now())
	case "done":
		f.Done = true
	}
	if s := fieldwork.Stage(q.Query("stage")); slices.Contains(fieldwork.Stages, s) {
		f.Stage = s
	}
	return f
}

func (b *Backoffice) leads(q *request) error {
	f := b.leadFilter(q)
	if after := idIn(q.Query("after")); after != 0 {
		last, err := b.Leads.Lead(q.ctx, after)
		if err != nil || !q.may(staff.LeadsWork, last.SiteID) {
			return hiddenUnlessOurs(err)
		}
		f.After = &last
	}
	all, err := b.Leads.Leads(q.ctx, f)
	if err != nil {
		return err
	}
	p := q.listing("office.nav.leads", "leads")
	p.Lead = p.T("office.leads.lead")
	p.Acts = []act{{Name: p.T("office.lead_new.act"), Icon: "plus", Address: leadsAt + "/new", Tone: "primary"}}
	shows, stages := []choice{}, []choice{{Name: p.T("office.leads.any_stage")}}
	for _, show := range leadShows {
		shows = append(shows, choice{Name: p.T("office.leads.show_" + orAll(show)), Value: show})
	}
	for _, s := range fieldwork.Stages {
		stages = append(stages, choice{Name: p.T("office.lead.stage_" + string(s)), Value: string(s)})
	}
	p.Chips = [][]chip{q.chips("show", shows), q.chips("stage", stages)}
	p.Find = &find{Action: leadsAt, Live: true, Fields: []formField{{Name: "q", As: asSearch, Label: p.T("office.leads.find"), Value: f.Typed, Most: 80}}, Keep: q.keep("show", "stage")}
	p.Empty = blank{Icon: "phone", Title: p.T("office.leads.none"), Text: p.T("office.leads.none_text")}
	if f.After != nil {
		p.First = q.with("after", "")
	}
	if len(all) > mostListed {
		if all = all[:mostListed]; f.Typed == "" {
			p.Next = q.with("after", number(all[mostListed-1].ID))
		}
	}
	b.addLeads(&p.frame, &p.table, all)
	return q.list(p)
}

// addLeads fills a table with leads.
func (b *Backoffice) addLeads(f *frame, t *table, all []fieldwork.Lead) {
	t.Columns = []column{{Name: f.T("office.lead.name")}, {f.T("office.lead.phone"), "when"}, {Name: f.T("office.lead.area")}, {Name: f.T("office.site")}, {Name: f.T("office.lead.step")},
		{Name: f.T("office.lead.owner")}, {Name: f.T("office.lead.stage")}}
	today := clock.DayOf(b.Clock.Now())
	for _, l := range all {
		t.add(cell{Text: leadName(f, l), Address: leadAt(l.ID)}, cell{Text: phoneText(l.Phone)}, cell{Text: l.Address.Area}, cell{Text: b.siteName(l.SiteID)}, cell{Text: l.NextStep, More: leadDay(f, l, today)},
			cell{Text: ownerName(f, l.Owner)}, stated(leadStage(f, l)))
	}
}

// foundLeads are those of a phone or whose names begin so, as far as who asks may follow them; its address is that of the last.
func (b *Backoffice) foundLeads(q *request, f *frame, typed string) (card, error) {
	c := card{Name: f.T("office.nav.leads"), Table: &table{}}
	if !staff.MaySomewhere(q.in.Member, staff.LeadsWork) {
		return c, nil
	}
	all, err := b.Leads.Leads(q.ctx, fieldwork.LeadFilter{Typed: typed, Sites: q.in.Member.Sites, Limit: mostFoundOf})
	all = slices.DeleteFunc(all, func(l fieldwork.Lead) bool { return !q.may(staff.LeadsWork, l.SiteID) })
	b.addLeads(f, c.Table, all)
	for _, l := range all {
		c.Address = leadAt(l.ID)
	}
	return c, err
}

func leadName(f *frame, l fieldwork.Lead) string {
	if l.Name == "" {
		return f.T("office.lead.erased")
	}
	return l.Name
}

// leadDay says when the next step is due, and that it is late.
func leadDay(f *frame, l fieldwork.Lead, today clock.Day) string {
	switch {
	case !l.Stage.Live():
		return words.DateOf(f.Lang, l.Day)
	case l.Day == 0:
		return f.T("office.lead.no_step")
	case l.Day < today:
		return f.T("office.lead.late", "Day", words.DateOf(f.Lang, l.Day))
	case l.Day == today:
		return f.T("office.lead.today")
	}
	return words.DateOf(f.Lang, l.Day)
}

func leadStage(f *frame, l fieldwork.Lead) stateView {
	return toned(f, "office.lead.stage_", l.Stage, map[fieldwork.Stage]string{fieldwork.New: "warn", fieldwork.Won: "good", fieldwork.Lost: "bad"})
}

// lead is one lead: who they are, what is next, and what was done.
func (b *Backoffice) lead(q *request) error {
	l, err := b.theLead(q)
	if err != nil {
		return err
	}
	p := q.record("office.nav.leads", "leads")
	p.Crumbs = []crumb{{p.Title, leadsAt}}
	p.Title, p.State = leadName(&p.frame, l), leadStage(&p.frame, l)
	if l.Stage.Live() {
		p.Lead = joined(l.NextStep, leadDay(&p.frame, l, clock.DayOf(b.Clock.Now())))
	}
	b.leadActs(q, p, l)
	if err := b.tellLead(q, p, l); err != nil {
		return err
	}
	if l.Stage != fieldwork.Won { // its files are the customer's then
		files, err := b.filesCard(q, &p.frame, holder{object: fieldwork.OfLead, id: l.ID, site: l.SiteID, change: staff.LeadsWork}, l.Stage.Live())
		if err != nil {
			return err
		}
		p.add(files)
	}
	told, err := b.trailCard(q, &p.frame, "lead", l.ID)
	if err != nil {
		return err
	}
	p.add(told)
	return q.show(p)
}

// leadActs are the next things to do, the likeliest first.
func (b *Backoffice) leadActs(q *request, p *recordPage, l fieldwork.Lead) {
	at := leadAt(l.ID)
	if l.Stage == fieldwork.Won && q.may(staff.CustomersView, l.SiteID) {
		p.Acts = append(p.Acts, act{Name: p.T("office.lead.see_customer"), Icon: "user-round", Address: customerAddress(l.CustomerID), Tone: "primary"})
	}
	if l.Stage.Live() && q.may(staff.CustomersEdit, l.SiteID) {
		p.Acts = append(p.Acts, act{Name: p.T("office.lead_win.act"), Icon: "check", Address: at + "/win", Tone: "primary"})
	}
	p.Acts = append(p.Acts, placeActs(&p.frame, l.Phone, customers.Place{})...)
	if l.Stage.Live() {
		p.Acts = append(p.Acts, act{Name: p.T("office.lead_edit.act"), Address: at + "/edit"})
	}
	if l.Stage.Live() && q.may(staff.VisitsPlan, l.SiteID) {
		p.Acts = append(p.Acts, act{Name: p.T("office.visit_new.act"), Icon: "calendar", Address: visitsAt + "/new?lead=" + number(l.ID)})
	}
	if !l.ErasedAt.IsZero() {
		return
	}
	for _, to := range l.Stage.Next() {
		p.End = append(p.End, act{Name: p.T("office.lead_do." + string(to)), Address: at + "/stage/" + string(to)})
	}
}

// placeActs are to call somebody and to go where they are, by the phone's own map or one in the browser.
func placeActs(f *frame, phone customers.Phone, at customers.Place) (all []act) {
	if phone != "" {
		all = append(all, act{Name: f.T("office.lead.call"), Icon: "phone", Tel: "+" + string(phone)})
	}
	if at.Known() {
		all = append(all, act{Name: f.T("office.lead.navigate"), Icon: "map-pin", Geo: at.Geo()}, act{Name: f.T("office.lead.map"), Address: at.Link(), Away: true})
	}
	return all
}

func (b *Backoffice) tellLead(q *request, p *recordPage, l fieldwork.Lead) error {
	names, err := b.planNames(q)
	if err != nil {
		return err
	}
	wanted := l.PlanKey
	if names[l.PlanKey] != "" {
		wanted = names[l.PlanKey]
	}
	c := card{Name: p.T("office.lead.about"), Facts: []fact{{p.T("office.lead.phone"), phoneText(l.Phone)}, {p.T("office.lead.kind"), p.T("office.customer.kind_" + string(l.Kind))},
		{p.T("office.customer_field.language"), languageName(l.Lang)}, {p.T("office.lead.where"), l.Address.Text()}, {p.T("office.lead.place"), l.Address.At.String()}, {p.T("office.site"), b.siteName(l.SiteID)},
		{p.T("office.lead.plan"), wanted}, {p.T("office.lead.source"), p.T("office.lead.source_" + l.Source)}, {p.T("office.lead.owner"), ownerName(&p.frame, l.Owner)},
		{p.T("office.lead.opened"), b.when(&p.frame, l.MadeAt) + " · " + l.MadeBy}}, Text: l.Note, Acts: placeActs(&p.frame, "", l.Address.At)}
	if l.LostWhy != "" {
		c.Facts = append(c.Facts, fact{p.T("office.lead.lost_why"), p.T("office.lead.why_" + l.LostWhy)})
	}
	p.add(c)
	going, err := b.Visits.VisitsOfLead(q.ctx, l.ID)
	if err != nil {
		return err
	}
	if len(going) > 0 && q.may(staff.VisitsView, l.SiteID) {
		found := card{Name: p.T("office.nav.visits"), Table: &table{}}
		b.addVisits(&p.frame, found.Table, going)
		p.add(found)
	}
	alike, err := b.Leads.LeadsLike(q.ctx, l)
	alike = slices.DeleteFunc(alike, func(one fieldwork.Lead) bool { return !q.may(staff.LeadsWork, one.SiteID) })
	if err != nil || len(alike) == 0 || !l.Stage.Live() {
		return err
	}
	also := card{Name: p.T("office.lead.alike"), Table: &table{}}
	b.addLeads(&p.frame, also.Table, alike)
	p.add(also)
	return nil
}

// trailCard tells what was done to something, as the trail keeps it.
func (b *Backoffice) trailCard(q *request, f *frame, object string, id int64) (card, error) {
	c := card{Name: f.T("office.customer.timeline"), Table: &table{Columns: []column{{Name: f.T("office.customer.happened")}, {f.T("office.when"), "when"}, {Name: f.T("office.audit.who")}}}}
	events, err := b.Trail.List(q.ctx, audit.Filter{Object: object, ObjectID: number(id), Before: q.before(), Limit: mostListed + 1})
	events, pages := newest(q, events, mostListed, func(e audit.Event) int64 { return e.ID })
	c.Older = pages.Older
	for _, e := range events {
		c.Table.add(cell{Text: didName(f, e.Action), More: turnText(f, object, e), Address: q.reachable("/office/audit/" + number(e.ID))}, cell{Text: b.when(f, e.At)}, cell{Text: e.Actor})
	}
	return c, err
}

// turnText says from where to where a deed moved something.
func turnText(f *frame, object string, e audit.Event) string {
	for _, s := range sidesOf(e.Before, e.After) {
		if s.Changed && (s.Name == "stage" || s.Name == "state") {
			key := "office." + object + "." + s.Name + "_"
			return trailWord(f, key, s.Before) + " → " + trailWord(f, key, s.After)
		}
	}
	return ""
}

func (b *Backoffice) leadsOf(q *request, f *frame, c customers.Customer, most int) (all []happened, err error) {
	leads, err := b.Leads.LeadsOf(q.ctx, c.ID, q.before(), most)
	for _, l := range leads {
		all = append(all, happened{l.ID, l.MadeAt, f.T("office.did.lead_opened"), l.Note, l.MadeBy, q.reachable(leadAt(l.ID))})
	}
	return all, err
}
