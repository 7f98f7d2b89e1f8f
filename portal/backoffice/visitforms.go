package backoffice

import (
	"cmp"

	"mtandao/billing/customers"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/fieldwork"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

func (q *request) visitText(p *formPage, name string, as kindOf, stored string, most int) formField {
	return formField{Name: name, As: as, Label: p.T("office.visit." + name), Value: q.typedOr(name, stored), Most: most}
}

// whenFields ask for the day, the window and who goes.
func (b *Backoffice) whenFields(q *request, p *formPage, v fieldwork.Visit) ([]formField, error) {
	people, err := b.workers(q, staff.VisitsWork, v.SiteID, p.T("office.ticket.nobody"), v.Technician)
	who := q.visitText(p, "technician", asPick, v.Technician, 0)
	who.Choices = chosen(people, who.Value)
	day := q.visitText(p, "day", asDay, v.Day.String(), 10)
	from, until := q.visitText(p, "from", asTime, v.From, 5), q.visitText(p, "until", asTime, v.Until, 5)
	day.Must, from.Must, until.Must = true, true, true
	return []formField{day, from, until, who}, err
}

// newVisit is the form of a visit for the customer or lead of the address.
func (b *Backoffice) newVisit(q *request) (v fieldwork.Visit, p *formPage, err error) {
	tomorrow := clock.DayOf(b.Clock.Now()) + 1
	v = fieldwork.Visit{Kind: fieldwork.Install, Day: tomorrow, From: "09:00", Until: "11:00", CustomerID: idIn(cmp.Or(q.FormValue("of"), q.Query("customer"))), LeadID: idIn(cmp.Or(q.FormValue("lead"), q.Query("lead")))}
	p = q.asking("office.visit_new.", "visits", visitsAt)
	p.Danger, p.Crumbs, p.Hidden = false, []crumb{{p.T("office.nav.visits"), visitsAt}}, q.onceOf()
	lines := []choice{{Name: p.T("office.visit.no_line")}}
	switch {
	case v.CustomerID != 0:
		v.LeadID = 0
		err = b.forCustomer(q, p, &v, &lines)
	case v.LeadID != 0:
		var l fieldwork.Lead
		if l, err = b.Leads.Lead(q.ctx, v.LeadID); err == nil && !q.may(staff.VisitsPlan, l.SiteID) {
			err = notHere()
		}
		v.SiteID, v.Kind, v.Address, v.At = l.SiteID, fieldwork.LookAt, l.Address.Text(), l.Address.At
		p.Cancel, p.Facts, p.Hidden = cmp.Or(q.reachable(leadAt(l.ID)), visitsAt), []fact{{p.T("office.lead.name"), l.Name}, {p.T("office.site"), b.siteName(l.SiteID)}}, append(p.Hidden, fact{"lead", number(l.ID)})
	default:
		p.Lead, p.Action = p.T("office.visit_new.whose"), ""
		p.Acts = []act{{Name: p.T("office.nav.customers"), Icon: "user-round", Address: "/office/customers"}}
		return v, p, nil
	}
	if err != nil {
		return v, p, hidden(err)
	}
	when, err := b.whenFields(q, p, v)
	kind := q.visitText(p, "kind", asPick, string(v.Kind), 0)
	for _, k := range fieldwork.VisitKinds {
		kind.Choices = append(kind.Choices, choice{Name: p.T("office.visit.kind_" + string(k)), Value: string(k), Here: string(k) == kind.Value})
	}
	what := []formField{kind}
	if len(lines) > 1 {
		usual := ""
		if v.LineID != 0 {
			usual = number(v.LineID)
		}
		line := q.visitText(p, "line", asPick, usual, 0)
		line.Choices = chosen(lines, line.Value)
		what = append(what, line)
	}
	what = append(what, q.visitText(p, "note", asLong, "", 1500))
	p.Sections = []section{{Title: p.T("office.visit.when"), Fields: when}, {Title: p.T("office.visit.what"), Fields: what},
		{Title: p.T("office.lead.where"), Fields: []formField{q.visitText(p, "address", asText, v.Address, 400), q.visitText(p, "place", asText, v.At.String(), 300)}}}
	return v, p, err
}

// forCustomer fills a new visit with what is known of a customer: where they are, and their lines.
func (b *Backoffice) forCustomer(q *request, p *formPage, v *fieldwork.Visit, lines *[]choice) error {
	c, err := b.Customers.Get(q.ctx, v.CustomerID)
	if err == nil && !q.may(staff.VisitsPlan, c.SiteID) {
		err = notHere()
	}
	if err != nil {
		return err
	}
	v.SiteID = c.SiteID
	p.Cancel, p.Facts = customerAddress(c.ID), []fact{{p.T("office.lead.name"), c.Name}, {p.T("office.customer_field.number"), customers.Grouped(c.Number)}, {p.T("office.site"), b.siteName(c.SiteID)}}
	p.Hidden = append(p.Hidden, fact{"of", number(c.ID)})
	all, err := b.Customers.Addresses(q.ctx, c.ID)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Kind == customers.Premises {
			v.Address, v.At = a.Text(), a.At
			break
		}
	}
	theirs, err := b.Lines.Of(q.ctx, c.ID)
	for _, one := range theirs {
		*lines = append(*lines, choice{Name: joined(one.State.Login.Name, one.State.Place.Installed), Value: number(one.ID)})
	}
	if len(theirs) == 1 && theirs[0].State.Status != subscriptions.Ended { // who has one line is most likely visited for it
		v.LineID = theirs[0].ID
	}
	return err
}

func (b *Backoffice) askVisit(q *request) error {
	_, p, err := b.newVisit(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) planVisit(q *request) error {
	v, p, err := b.newVisit(q)
	if err != nil {
		return err
	}
	if p.Action == "" {
		return q.showForm(p)
	}
	v.Kind, v.From, v.Until, v.Technician, v.Note, v.Address = fieldwork.VisitKind(q.FormValue("kind")), q.said("from"), q.said("until"), q.said("technician"), q.FormValue("note"), q.FormValue("address")
	if v.Day, err = q.typedDay("day"); err == nil {
		v.At, err = customers.ReadPlace(q.FormValue("place"))
	}
	if err == nil {
		v.LineID, err = b.theirLine(q, v)
	}
	if err == nil {
		v, err = b.Visits.PlanVisit(q.ctx, v, q.FormValue("once"), q.fieldBy())
	}
	if err != nil {
		return q.refuse(err, "form", p, visitField(err))
	}
	q.tell("good", "office.visit_new.done", "", "Day", words.DateOf(q.lang(), v.Day), "Window", v.Window())
	return led(visitAt(v.ID))
}

// theirLine is the line that a form names, when it is the customer's: fault.Invalid "visit.line".
func (b *Backoffice) theirLine(q *request, v fieldwork.Visit) (int64, error) {
	typed := idIn(q.FormValue("line"))
	if typed == 0 {
		return 0, nil
	}
	theirs, err := b.Lines.Of(q.ctx, v.CustomerID)
	for _, one := range theirs {
		if one.ID == typed {
			return typed, err
		}
	}
	if err == nil {
		err = fault.New(fault.Invalid, "visit.line")
	}
	return 0, err
}

func (b *Backoffice) moveForm(q *request) (fieldwork.Visit, *formPage, error) {
	v, err := b.theVisit(q, staff.VisitsPlan)
	if err != nil {
		return v, nil, err
	}
	p := q.asking("office.visit_move.", "visits", visitAt(v.ID))
	p.Danger, p.Crumbs = false, []crumb{{p.T("office.nav.visits"), visitsAt}, {joined(p.T("office.visit.kind_"+string(v.Kind)), words.DateOf(p.Lang, v.Day)), visitAt(v.ID)}}
	p.Hidden = []fact{{"seen", number(v.Version)}}
	fields, err := b.whenFields(q, p, v)
	p.ask(fields...)
	return v, p, err
}

func (b *Backoffice) askMoveVisit(q *request) error {
	_, p, err := b.moveForm(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) moveVisit(q *request) error {
	v, p, err := b.moveForm(q)
	if err != nil {
		return err
	}
	day, err := q.typedDay("day")
	if err == nil {
		err = b.Visits.MoveVisit(q.ctx, fieldwork.Act{ID: v.ID, Seen: idIn(q.FormValue("seen"))}, day, q.said("from"), q.said("until"), q.said("technician"), q.fieldBy())
	}
	if err != nil {
		return q.refuse(err, "form", p, visitField(err))
	}
	q.tell("good", "office.visit_new.done", "", "Day", words.DateOf(q.lang(), day), "Window", q.said("from")+"–"+q.said("until"))
	return led(visitAt(v.ID))
}
