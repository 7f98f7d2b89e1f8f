package backoffice

import (
	"cmp"
	"slices"
	"strings"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/fieldwork"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// leadFields is beside which field a fault stands.
var leadFields = map[string]string{"lead.name": "name", "lead.kind": "kind", "lead.source": "source", "lead.note": "note", "lead.step": "step", "lead.owner": "owner", "lead.lost_why": "why", "lead.day": "day",
	"customer.address": "line", "customer.place": "place", "customer.place_far": "place", "office.customer.choose_site": "site"}

func leadField(err error) string {
	key := fault.KeyOf(err)
	if strings.HasPrefix(key, "phone.") {
		return "phone"
	}
	return leadFields[key]
}

// storedLead is the lead of the address; a new one is at the site that is looked at, and of who writes it down.
func (b *Backoffice) storedLead(q *request) (fieldwork.Lead, error) {
	if q.Params("id") != "" {
		return b.theLead(q)
	}
	return fieldwork.Lead{SiteID: q.seen.site, Kind: customers.Person, Lang: words.English, Source: fieldwork.Sources[0], Owner: q.in.Member.Email}, nil
}

func (q *request) leadText(p *formPage, name string, as kindOf, stored string, most int) formField {
	v := formField{Name: name, As: as, Label: p.T("office.lead." + name), Value: q.typedOr(name, stored), Most: most}
	if hint := "office.lead." + name + "_hint"; words.Has(hint) {
		v.Hint = p.T(hint)
	}
	return v
}

func (q *request) leadPick(p *formPage, name, stored, texts string, values ...string) formField {
	v := q.leadText(p, name, asPick, stored, 0)
	for _, value := range values {
		v.Choices = append(v.Choices, choice{Name: p.T(texts + value), Value: value, Here: value == v.Value})
	}
	return v
}

// sitePick offers the sites at which somebody may do something.
func (b *Backoffice) sitePick(q *request, f *frame, may staff.Permission, stored int64) formField {
	v := formField{Name: "site", As: asPick, Label: f.T("office.site"), Value: q.typedOr("site", number(stored))}
	for _, s := range b.Sites.Sites() {
		if q.may(may, s.ID) {
			v.Choices = append(v.Choices, choice{Name: s.Name, Value: number(s.ID), Here: number(s.ID) == v.Value})
		}
	}
	return v
}

// workers are the members who may do something at a site, and who has it now.
func (b *Backoffice) workers(q *request, may staff.Permission, siteID int64, none, now string) ([]choice, error) {
	all, found := []choice{{Name: none}}, now == ""
	for after := int64(0); ; {
		members, err := b.Staff.Members(q.ctx, after, mostRows)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			if after = m.ID; staff.May(m, may, siteID) || siteID == 0 && staff.MaySomewhere(m, may) {
				all, found = append(all, choice{Name: m.Name, Value: m.Email}), found || m.Email == now
			}
		}
		if len(members) < mostRows {
			break
		}
	}
	if !found {
		all = append(all, choice{Name: now, Value: now})
	}
	return all, nil
}

// leadForm lays the form of a lead out: who asks, where, what they want, and what is next.
func (b *Backoffice) leadForm(q *request, l fieldwork.Lead) (*formPage, error) {
	back, say := leadsAt, "office.lead_new."
	if l.ID != 0 {
		back, say = leadAt(l.ID), "office.lead_edit."
	}
	p := q.asking(say, "leads", back, "Name", l.Name)
	p.Danger, p.Crumbs = false, []crumb{{p.T("office.nav.leads"), leadsAt}}
	if p.Hidden = q.onceOf(); l.ID != 0 {
		p.Crumbs, p.Hidden = append(p.Crumbs, crumb{leadName(&p.frame, l), back}), []fact{{"seen", number(l.Version)}}
	}
	name, phone := q.leadText(p, "name", asText, l.Name, 120), q.leadText(p, "phone", asText, phoneText(l.Phone), 30)
	name.Must, phone.Must = true, true
	language := formField{Name: "language", As: asPick, Label: p.T("office.customer_field.language"), Value: q.typedOr("language", string(l.Lang))}
	for _, one := range words.Languages {
		language.Choices = append(language.Choices, choice{Name: languageName(one), Value: string(one), Here: string(one) == language.Value})
	}
	sold, _, err := b.linePlans(q, p.Lang, 0)
	if err != nil {
		return p, err
	}
	plan := q.leadText(p, "plan", asPick, l.PlanKey, 0)
	plan.Choices = chosen(append([]choice{{Name: p.T("office.lead.no_plan")}}, sold...), plan.Value)
	owners, err := b.workers(q, staff.LeadsWork, l.SiteID, p.T("office.ticket.nobody"), l.Owner)
	owner := q.leadText(p, "owner", asPick, l.Owner, 0)
	owner.Choices = chosen(owners, owner.Value)
	p.Sections = []section{{Title: p.T("office.lead.who"), Fields: []formField{name, phone, q.leadPick(p, "kind", string(l.Kind), "office.customer.kind_", texts(customers.Kinds)...), language, b.sitePick(q, &p.frame, staff.LeadsWork, l.SiteID)}},
		{Title: p.T("office.lead.where"), Fields: []formField{q.leadText(p, "line", asText, l.Address.Line, 160), q.leadText(p, "area", asText, l.Address.Area, 80), q.leadText(p, "landmark", asText, l.Address.Landmark, 160), q.leadText(p, "place", asText, l.Address.At.String(), 300)}},
		{Title: p.T("office.lead.wants"), Fields: []formField{plan, q.leadPick(p, "source", l.Source, "office.lead.source_", fieldwork.Sources...), q.leadText(p, "note", asLong, l.Note, 1500)}},
		{Title: p.T("office.lead.step"), Fields: []formField{owner, q.leadText(p, "step", asText, l.NextStep, 120), q.leadText(p, "day", asDay, l.Day.String(), 10)}}}
	return p, err
}

// typedLead reads the form over what is stored.
func (b *Backoffice) typedLead(q *request, l fieldwork.Lead) (fieldwork.Lead, error) {
	l.Name, l.Phone, l.Kind, l.SiteID = q.FormValue("name"), customers.Phone(q.said("phone")), customers.Kind(q.FormValue("kind")), idIn(q.FormValue("site"))
	l.Lang, _ = words.Parse(q.FormValue("language"))
	l.Address.Line, l.Address.Area, l.Address.Landmark = q.FormValue("line"), q.FormValue("area"), q.FormValue("landmark")
	l.PlanKey, l.Source, l.Note, l.Owner, l.NextStep = cutTyped(q.said("plan")), q.FormValue("source"), q.FormValue("note"), q.said("owner"), q.FormValue("step")
	if !q.may(staff.LeadsWork, l.SiteID) || l.SiteID == 0 {
		return l, fault.New(fault.Invalid, "office.customer.choose_site")
	}
	var err error
	if l.Day, err = q.typedDay("day"); err != nil {
		return l, err
	}
	l.Address.At, err = customers.ReadPlace(q.FormValue("place"))
	return l, err
}

// typedDay is a day of a form, or none; fault.Invalid "lead.day".
func (q *request) typedDay(name string) (clock.Day, error) {
	typed := q.said(name)
	d, ok := clock.ParseDay(typed)
	if typed != "" && !ok {
		return 0, fault.New(fault.Invalid, "lead.day")
	}
	return d, nil
}

func (b *Backoffice) askLead(q *request) error {
	l, err := b.storedLead(q)
	if err != nil {
		return err
	}
	if l.ID != 0 && !l.Stage.Live() {
		return led(leadAt(l.ID))
	}
	p, err := b.leadForm(q, l)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

// saveLead stores a lead. When a new one may be a customer or a lead already, it says so first, once.
func (b *Backoffice) saveLead(q *request) error {
	stored, err := b.storedLead(q)
	if err != nil {
		return err
	}
	p, err := b.leadForm(q, stored)
	if err != nil {
		return err
	}
	l, err := b.typedLead(q, stored)
	if err == nil && l.ID == 0 {
		if was, made, err := b.Leads.OpenedBy(q.ctx, q.FormValue("once")); made || err != nil { // the form came twice
			return cmp.Or(err, led(leadAt(was.ID)))
		}
		key, e := b.leadAlike(q, p, l)
		if e != nil {
			return e
		}
		if key != "" && q.FormValue("alike") != key {
			p.Hidden, p.Button = append(p.Hidden, fact{"alike", key}), p.T("office.customer.save_anyway")
			return q.send(409, "form", p)
		}
	}
	switch {
	case err != nil:
	case l.ID == 0:
		l, err = b.Leads.OpenLead(q.ctx, l, q.FormValue("once"), q.fieldBy())
	default:
		err = b.Leads.EditLead(q.ctx, fieldwork.Act{ID: l.ID, Seen: idIn(q.FormValue("seen"))}, l, q.fieldBy())
	}
	if err != nil {
		return q.refuse(err, "form", p, leadField(err))
	}
	q.tell("good", "office.lead.saved", "")
	return led(leadAt(l.ID))
}

// leadAlike notes on a form who a lead may be already, and names all of them as one key; empty: nobody. Those at other sites are counted among them, and not named.
func (b *Backoffice) leadAlike(q *request, p *formPage, l fieldwork.Lead) (string, error) {
	people, err := b.Customers.Duplicates(q.ctx, l.Profile())
	if err != nil {
		return "", err
	}
	leads, err := b.Leads.LeadsLike(q.ctx, l)
	var keys []string
	for _, d := range people {
		keys = append(keys, number(d.ID))
		why := likeness(&p.frame, d.Reasons)
		if !q.may(staff.CustomersView, d.SiteID) {
			p.Notes = append(p.Notes, note{Tone: "warn", Text: p.T("office.customer.alike_elsewhere", "Why", why)})
			continue
		}
		p.Notes = append(p.Notes, note{Tone: "warn", Text: p.T("office.lead.alike_customer", "Name", d.Name, "Number", customers.Grouped(d.Number), "Why", why)})
		p.Acts = append(p.Acts, act{Name: p.T("office.customer.open_one", "Name", d.Name), Address: customerAddress(d.ID)})
	}
	for _, one := range leads {
		keys = append(keys, number(one.ID))
		if !q.may(staff.LeadsWork, one.SiteID) {
			p.Notes = append(p.Notes, note{Tone: "warn", Text: p.T("office.lead.alike_elsewhere")})
			continue
		}
		p.Notes = append(p.Notes, note{Tone: "warn", Text: p.T("office.lead.alike_lead", "Name", one.Name, "Owner", ownerName(&p.frame, one.Owner))})
		p.Acts = append(p.Acts, act{Name: p.T("office.customer.open_one", "Name", one.Name), Address: leadAt(one.ID)})
	}
	slices.Sort(keys)
	return strings.Join(keys, " "), err
}

// stageForm asks for what goes with a stage: why a lead is lost, or what is next.
func (b *Backoffice) stageForm(q *request) (fieldwork.Lead, fieldwork.Stage, *formPage, error) {
	l, err := b.theLead(q)
	if err != nil {
		return l, "", nil, err
	}
	to := fieldwork.Stage(q.Params("what"))
	if !slices.Contains(fieldwork.Stages, to) || to == fieldwork.Won {
		return l, to, nil, notHere()
	}
	p := q.asking("office.lead_stage."+string(to)+"_", "leads", leadAt(l.ID), "Name", l.Name)
	p.Danger, p.Crumbs = false, []crumb{{p.T("office.nav.leads"), leadsAt}, {leadName(&p.frame, l), leadAt(l.ID)}}
	p.Hidden = []fact{{"seen", number(l.Version)}}
	if to == fieldwork.Lost {
		p.ask(q.leadPick(p, "why", fieldwork.LostWhys[0], "office.lead.why_", fieldwork.LostWhys...))
	} else {
		p.ask(q.leadText(p, "step", asText, l.NextStep, 120), q.leadText(p, "day", asDay, l.Day.String(), 10))
	}
	return l, to, p, nil
}

func (b *Backoffice) askLeadStage(q *request) error {
	_, _, p, err := b.stageForm(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) turnLead(q *request) error {
	l, to, p, err := b.stageForm(q)
	if err != nil {
		return err
	}
	day, err := q.typedDay("day")
	if err == nil {
		err = b.Leads.TurnLead(q.ctx, fieldwork.Act{ID: l.ID, Seen: cmp.Or(idIn(q.FormValue("seen")), l.Version)}, to, q.FormValue("step"), day, q.FormValue("why"), q.fieldBy())
	}
	if err != nil {
		return q.refuse(err, "form", p, leadField(err))
	}
	return led(leadAt(l.ID))
}

// winForm asks whether a lead becomes a new customer, or is one whom we have.
func (b *Backoffice) winForm(q *request) (fieldwork.Lead, *formPage, error) {
	l, err := b.theLead(q)
	if err == nil && !q.may(staff.CustomersEdit, l.SiteID) {
		err = notHere()
	}
	if err != nil {
		return l, nil, err
	}
	p := q.asking("office.lead_win.", "leads", leadAt(l.ID), "Name", l.Name)
	p.Danger, p.Crumbs = false, []crumb{{p.T("office.nav.leads"), leadsAt}, {leadName(&p.frame, l), leadAt(l.ID)}}
	p.Hidden = []fact{{"seen", number(l.Version)}}
	p.Facts = []fact{{p.T("office.lead.name"), l.Name}, {p.T("office.lead.phone"), phoneText(l.Phone)}, {p.T("office.lead.where"), l.Address.Text()}, {p.T("office.site"), b.siteName(l.SiteID)}}
	alike, err := b.Customers.Duplicates(q.ctx, l.Profile())
	who := formField{Name: "customer", As: asRadio, Label: p.T("office.lead.becomes"), Choices: []choice{{Name: p.T("office.lead.new_customer"), Value: "0"}}}
	for _, d := range alike {
		if d.State == customers.Active && q.may(staff.CustomersEdit, d.SiteID) {
			who.Choices = append(who.Choices, choice{Name: d.Name + " · " + customers.Grouped(d.Number), Value: number(d.ID), Hint: likeness(&p.frame, d.Reasons)})
		}
	}
	if len(who.Choices) > 1 {
		who.Choices = chosen(who.Choices, q.typedOr("customer", "0"))
		p.ask(who)
	}
	return l, p, err
}

func (b *Backoffice) askWinLead(q *request) error {
	l, p, err := b.winForm(q)
	if err != nil {
		return err
	}
	if l.Stage == fieldwork.Won {
		return led(leadAt(l.ID))
	}
	return q.showForm(p)
}

func (b *Backoffice) winLead(q *request) error {
	l, p, err := b.winForm(q)
	if err != nil {
		return err
	}
	as := idIn(q.FormValue("customer"))
	if as != 0 {
		c, err := b.Customers.Get(q.ctx, as)
		if err != nil || !q.may(staff.CustomersEdit, c.SiteID) {
			return hiddenUnlessOurs(err)
		}
	}
	c, err := b.Leads.WinLead(q.ctx, fieldwork.Act{ID: l.ID, Seen: idIn(q.FormValue("seen"))}, as, q.fieldBy())
	if err != nil {
		return q.refuse(err, "form", p, leadField(err))
	}
	q.tell("good", "office.lead.won", "", "Name", c.Name, "Number", customers.Grouped(c.Number))
	return led(customerAddress(c.ID))
}
