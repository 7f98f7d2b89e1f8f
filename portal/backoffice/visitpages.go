package backoffice

import (
	"context"
	"slices"
	"strings"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/fieldwork"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Visits is what the pages ask of work at people's places; what changes something is recorded in the audit trail. *fieldwork.Service satisfies it.
type Visits interface {
	Visits(ctx context.Context, f fieldwork.VisitFilter) ([]fieldwork.Visit, error)
	Visit(ctx context.Context, visitID int64) (fieldwork.Visit, error)
	VisitsOf(ctx context.Context, customerID, before int64, limit int) ([]fieldwork.Visit, error)
	VisitsOfLead(ctx context.Context, leadID int64) ([]fieldwork.Visit, error)
	SomeLeads(ctx context.Context, ids []int64) (map[int64]fieldwork.Lead, error)
	PlanVisit(ctx context.Context, v fieldwork.Visit, request string, by fieldwork.By) (fieldwork.Visit, error)
	MoveVisit(ctx context.Context, a fieldwork.Act, day clock.Day, from, until, technician string, by fieldwork.By) error
	StartVisit(ctx context.Context, a fieldwork.Act, by fieldwork.By) error
	CheckVisit(ctx context.Context, a fieldwork.Act, checked []string, outcome string, by fieldwork.By) error
	EndVisit(ctx context.Context, a fieldwork.Act, to fieldwork.VisitState, checked []string, outcome string, by fieldwork.By) error
}

const visitsAt = "/office/visits"

func (b *Backoffice) visitRoutes() []route {
	one := visitsAt + "/:id"
	return []route{
		{get, visitsAt, full, staff.VisitsView, b.visits}, {get, visitsAt + "/today", full, staff.VisitsView, b.visitsToday},
		{get, visitsAt + "/new", full, staff.VisitsPlan, b.askVisit}, {post, visitsAt + "/new", full, staff.VisitsPlan, b.planVisit},
		{get, one, full, staff.VisitsView, b.visit},
		{get, one + "/move", full, staff.VisitsPlan, b.askMoveVisit}, {post, one + "/move", full, staff.VisitsPlan, b.moveVisit},
		{post, one + "/start", full, staff.VisitsWork, b.startVisit}, {post, one + "/checks", full, staff.VisitsWork, b.checkVisit},
		{get, one + "/end/:what", full, staff.VisitsWork, b.askEndVisit}, {post, one + "/end/:what", full, staff.VisitsWork, b.endVisit},
	}
}

func visitAt(id int64) string { return visitsAt + "/" + number(id) }

// theVisit is the visit of the address, for who may do something at its site; for anybody else there is none.
func (b *Backoffice) theVisit(q *request, may staff.Permission) (fieldwork.Visit, error) {
	id, err := q.idOf("id")
	if err != nil {
		return fieldwork.Visit{}, err
	}
	v, err := b.Visits.Visit(q.ctx, id)
	if err == nil && !q.may(may, v.SiteID) {
		err = notHere()
	}
	return v, hidden(err)
}

// met is whom a visit is for.
type met struct {
	Name, Address string // the address is of their page; empty for who may not open it
	Phone         customers.Phone
}

// whomOf says whom visits are for, by the visits.
func (b *Backoffice) whomOf(q *request, f *frame, all []fieldwork.Visit) (map[int64]met, error) {
	var people, asking []int64
	for _, v := range all {
		if v.CustomerID != 0 {
			people = append(people, v.CustomerID)
		} else {
			asking = append(asking, v.LeadID)
		}
	}
	known, err := b.Customers.SomeNow(q.ctx, people)
	if err != nil {
		return nil, err
	}
	phones, err := b.Customers.FirstPhones(q.ctx, people)
	if err != nil {
		return nil, err
	}
	leads, err := b.Visits.SomeLeads(q.ctx, asking)
	whom := map[int64]met{}
	for _, v := range all {
		m := met{Name: known[v.CustomerID].Name, Phone: phones[v.CustomerID], Address: q.reachable(customerAddress(v.CustomerID))}
		if v.CustomerID == 0 {
			l := leads[v.LeadID]
			m = met{Name: leadName(f, l), Phone: l.Phone, Address: q.reachable(leadAt(v.LeadID))}
		}
		whom[v.ID] = m
	}
	return whom, err
}

func visitState(f *frame, s fieldwork.VisitState) stateView {
	return toned(f, "office.visit.state_", s, map[fieldwork.VisitState]string{fieldwork.Started: "warn", fieldwork.Done: "good", fieldwork.Failed: "bad"})
}

// addVisits fills a table with visits.
func (b *Backoffice) addVisits(f *frame, t *table, all []fieldwork.Visit) {
	t.Columns = []column{{f.T("office.visit.day"), "when"}, {Name: f.T("office.visit.kind")}, {Name: f.T("office.visit.technician")}, {Name: f.T("office.state")}}
	for _, v := range all {
		t.add(cell{Text: words.DateOf(f.Lang, v.Day), More: v.Window(), Address: visitAt(v.ID)}, cell{Text: f.T("office.visit.kind_" + string(v.Kind))}, cell{Text: ownerName(f, v.Technician)}, stated(visitState(f, v.State)))
	}
}

// visit is one visit: when, where, whom, what is to be ticked and what was found.
func (b *Backoffice) visit(q *request) error {
	v, err := b.theVisit(q, staff.VisitsView)
	if err != nil {
		return err
	}
	p, err := b.visitPage(q, v)
	if err != nil {
		return err
	}
	return q.show(p)
}

func (b *Backoffice) visitPage(q *request, v fieldwork.Visit) (*recordPage, error) {
	p := q.record("office.nav.visits", "visits")
	p.Crumbs = []crumb{{p.Title, visitsAt}}
	whom, err := b.whomOf(q, &p.frame, []fieldwork.Visit{v})
	if err != nil {
		return p, err
	}
	who := whom[v.ID]
	p.Title, p.State, p.Lead = who.Name, visitState(&p.frame, v.State), joined(p.T("office.visit.kind_"+string(v.Kind)), words.DateOf(p.Lang, v.Day), v.Window())
	p.Acts = b.visitActs(q, &p.frame, v, who)
	c := card{Name: p.T("office.visit.about"), Facts: []fact{{p.T("office.lead.phone"), phoneText(who.Phone)}, {p.T("office.lead.where"), v.Address}, {p.T("office.lead.place"), v.At.String()}, {p.T("office.site"), b.siteName(v.SiteID)},
		{p.T("office.visit.technician"), ownerName(&p.frame, v.Technician)}, {p.T("office.visit.planned"), b.when(&p.frame, v.MadeAt) + " · " + v.MadeBy}}, Text: v.Note}
	for _, at := range []fact{{p.T("office.visit.started"), b.when(&p.frame, v.StartedAt)}, {p.T("office.visit.ended"), b.when(&p.frame, v.DoneAt)}} {
		if at.Value != "–" {
			c.Facts = append(c.Facts, at)
		}
	}
	if who.Address != "" {
		c.Acts = []act{{Name: p.T("office.visit.see_whom"), Icon: "user-round", Address: who.Address}}
	}
	if v.LineID != 0 && q.reachable(lineAt(v.LineID)) != "" {
		c.Acts = append(c.Acts, act{Name: p.T("office.visit.see_line"), Icon: "wifi", Address: lineAt(v.LineID)})
	}
	p.add(c)
	p.add(b.checksCard(q, &p.frame, v))
	files, err := b.filesCard(q, &p.frame, holder{object: fieldwork.OfVisit, id: v.ID, site: v.SiteID, change: staff.VisitsWork}, v.ErasedAt.IsZero())
	if err != nil {
		return p, err
	}
	p.add(files)
	told, err := b.trailCard(q, &p.frame, "visit", v.ID)
	p.add(told)
	return p, err
}

// visitActs are the next things to do, the likeliest first: go there, begin, say how it went, and the line after an installation.
func (b *Backoffice) visitActs(q *request, f *frame, v fieldwork.Visit, who met) (all []act) {
	at := visitAt(v.ID)
	if !v.ErasedAt.IsZero() {
		return nil
	}
	if q.may(staff.VisitsWork, v.SiteID) {
		if v.State == fieldwork.Planned {
			all = append(all, act{Name: f.T("office.visit.start"), Icon: "play", Address: at + "/start?seen=" + number(v.Version), Posted: true, Tone: "primary"})
		}
		if v.State == fieldwork.Started {
			all = append(all, act{Name: f.T("office.visit_end.done_act"), Icon: "check", Form: checksForm, Do: "/end/done", Tone: "primary"})
		}
	}
	if v.State.Live() {
		all = append(all, placeActs(f, who.Phone, v.At)...)
	}
	if v.State == fieldwork.Started && v.CustomerID != 0 && q.may(staff.VisitsWork, v.SiteID) {
		all = append(all, act{Name: f.T("office.equipment_install.act"), Icon: "wrench", Form: checksForm, Do: "/equipment"})
	}
	if v.Kind == fieldwork.Install && v.State == fieldwork.Done && v.CustomerID != 0 && v.LineID == 0 && q.may(staff.AccessChange, v.SiteID) {
		all = append(all, act{Name: f.T("office.visit.start_line"), Icon: "wifi", Address: linesAt + "/new?customer=" + number(v.CustomerID), Tone: "primary"})
	}
	if q.may(staff.VisitsPlan, v.SiteID) && (v.State == fieldwork.Planned || v.State == fieldwork.Failed) {
		all = append(all, act{Name: f.T("office.visit_move.act"), Icon: "calendar", Address: at + "/move"})
	}
	if q.may(staff.VisitsWork, v.SiteID) && v.State.May(fieldwork.Failed) {
		all = append(all, act{Name: f.T("office.visit_end.failed_act"), Form: checksForm, Do: "/end/failed"})
	}
	if q.may(staff.VisitsPlan, v.SiteID) && v.State.May(fieldwork.Cancelled) {
		all = append(all, act{Name: f.T("office.visit_end.cancelled_act"), Address: at + "/end/cancelled"})
	}
	return all
}

// checksForm is the form of what is ticked. The acts of who is there send it and lead on: what was typed is kept first.
const checksForm = "checks"

// checksCard is what is ticked, as a form for who is there.
func (b *Backoffice) checksCard(q *request, f *frame, v fieldwork.Visit) card {
	c := card{Name: f.T("office.visit.checks")}
	if v.State.Live() && q.may(staff.VisitsWork, v.SiteID) {
		c.Form = &shortForm{ID: checksForm, Action: visitAt(v.ID) + "/checks", Button: f.T("office.save"), Fields: q.checkFields(f, v), Hidden: []fact{{"seen", number(v.Version)}}}
		return c
	}
	for _, one := range fieldwork.Checks[v.Kind] {
		said := "–"
		if slices.Contains(v.Checked, one) {
			said = "✓"
		}
		c.Facts = append(c.Facts, fact{f.T("office.visit.check_" + one), said})
	}
	c.Text = v.Outcome
	return c
}

func (q *request) checkFields(f *frame, v fieldwork.Visit) []formField {
	checked := v.Checked
	if q.Method() == post {
		checked = q.values("checked")
	}
	ticks := formField{Name: "checked", As: asTicks, Label: f.T("office.visit.checks")}
	for _, one := range fieldwork.Checks[v.Kind] {
		ticks.Choices = append(ticks.Choices, choice{Name: f.T("office.visit.check_" + one), Value: one, Here: slices.Contains(checked, one)})
	}
	return []formField{ticks, {Name: "outcome", As: asLong, Label: f.T("office.visit.outcome"), Value: q.typedOr("outcome", v.Outcome), Most: 1500}}
}

// visitFields is beside which field a fault stands.
var visitFields = map[string]string{"visit.day": "day", "lead.day": "day", "visit.window": "from", "visit.technician": "technician", "visit.address": "address", "visit.note": "note", "visit.kind": "kind", "visit.why": "outcome",
	"visit.outcome": "outcome", "customer.place": "place", "customer.place_far": "place", "visit.line": "line"}

func visitField(err error) string { return visitFields[fault.KeyOf(err)] }

func (b *Backoffice) startVisit(q *request) error {
	v, err := b.theVisit(q, staff.VisitsWork)
	if err != nil {
		return err
	}
	if err := b.Visits.StartVisit(q.ctx, fieldwork.Act{ID: v.ID, Seen: idIn(q.Query("seen"))}, q.fieldBy()); err != nil {
		return q.refusal(err, visitAt(v.ID))
	}
	return led(visitAt(v.ID))
}

func (b *Backoffice) checkVisit(q *request) error {
	v, err := b.theVisit(q, staff.VisitsWork)
	if err != nil {
		return err
	}
	checked, outcome, on := q.values("checked"), q.FormValue("outcome"), q.FormValue("do")
	if on == "" || !slices.Equal(checked, v.Checked) || outcome != v.Outcome { // else there is nothing to keep on the way
		err = b.Visits.CheckVisit(q.ctx, fieldwork.Act{ID: v.ID, Seen: idIn(q.FormValue("seen"))}, checked, outcome, q.fieldBy())
	}
	if err != nil {
		p, e := b.visitPage(q, v)
		if e != nil {
			return e
		}
		return q.refuse(err, "record", p, visitField(err))
	}
	if slices.Contains([]string{"/end/done", "/end/failed", "/equipment"}, on) {
		return led(visitAt(v.ID) + on)
	}
	q.tell("good", "office.saved", "")
	return led(visitAt(v.ID))
}

// endForm asks how a visit went.
func (b *Backoffice) endForm(q *request) (fieldwork.Visit, fieldwork.VisitState, *formPage, error) {
	to := fieldwork.VisitState(q.Params("what"))
	may := staff.VisitsWork
	if to == fieldwork.Cancelled {
		may = staff.VisitsPlan
	}
	v, err := b.theVisit(q, may)
	if err == nil && !slices.Contains([]fieldwork.VisitState{fieldwork.Done, fieldwork.Failed, fieldwork.Cancelled}, to) {
		err = notHere()
	}
	if err != nil {
		return v, to, nil, err
	}
	p := q.asking("office.visit_end."+string(to)+"_", "visits", visitAt(v.ID))
	p.Danger, p.Crumbs = false, []crumb{{p.T("office.nav.visits"), visitsAt}, {joined(p.T("office.visit.kind_"+string(v.Kind)), words.DateOf(p.Lang, v.Day)), visitAt(v.ID)}}
	p.Hidden = []fact{{"seen", number(v.Version)}}
	fields := q.checkFields(&p.frame, v)
	if to != fieldwork.Done {
		fields[1].Must, fields[1].Label = true, p.T("office.visit.why")
		fields = fields[1:]
	}
	p.ask(fields...)
	return v, to, p, nil
}

func (b *Backoffice) askEndVisit(q *request) error {
	v, to, p, err := b.endForm(q)
	if err != nil {
		return err
	}
	if !v.State.May(to) {
		return led(visitAt(v.ID))
	}
	return q.showForm(p)
}

func (b *Backoffice) endVisit(q *request) error {
	v, to, p, err := b.endForm(q)
	if err != nil {
		return err
	}
	if err := b.Visits.EndVisit(q.ctx, fieldwork.Act{ID: v.ID, Seen: idIn(q.FormValue("seen"))}, to, q.values("checked"), strings.TrimSpace(q.FormValue("outcome")), q.fieldBy()); err != nil {
		return q.refuse(err, "form", p, visitField(err))
	}
	q.tell("good", "office.visit_end.told_"+string(to), "")
	return led(visitAt(v.ID))
}

// tellVisits is a customer's latest visits, for who may see visits.
func (b *Backoffice) tellVisits(q *request, p *recordPage, c customers.Customer) error {
	if !q.may(staff.VisitsView, c.SiteID) {
		return nil
	}
	all, err := b.Visits.VisitsOf(q.ctx, c.ID, 0, fewVisits)
	if len(all) > 0 {
		found := card{Name: p.T("office.nav.visits"), Table: &table{}}
		b.addVisits(&p.frame, found.Table, all)
		p.add(found)
	}
	return err
}

// fewVisits is how many stand on the record of a customer; all are in their timeline.
const fewVisits = 5

func (b *Backoffice) visitsOf(q *request, f *frame, c customers.Customer, most int) (all []happened, err error) {
	found, err := b.Visits.VisitsOf(q.ctx, c.ID, q.before(), most)
	for _, v := range found {
		all = append(all, happened{v.ID, v.MadeAt, f.T("office.did.visit_planned"), joined(f.T("office.visit.kind_"+string(v.Kind)), words.DateOf(f.Lang, v.Day), f.T("office.visit.state_"+string(v.State)), v.Outcome), v.MadeBy, q.reachable(visitAt(v.ID))})
	}
	return all, err
}
