package backoffice

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/audit"
	"mtandao/internal/staff"
)

// happened is a line of a timeline; what is empty is not told. Ids are in the order of time, whatever they are of.
type happened struct {
	id             int64
	when           time.Time
	what, more, by string
	address        string
}

// chronicle reads what happened to a customer before an id, the newest first, so many at most.
type chronicle func(q *request, f *frame, c customers.Customer, most int) ([]happened, error)

// timeline joins all that happened to a customer: what was changed and noted, their money, their lines, their bills and their tickets, as far as who asks may see it.
func (b *Backoffice) timeline(q *request, p *recordPage, c customers.Customer, most int) error {
	var all []happened
	for _, part := range []struct {
		may  staff.Permission
		read chronicle
	}{{"", b.changesOf}, {"", b.notesOf}, {"", b.lineEventsOf}, {staff.PaymentsView, b.moneyOf}, {staff.PaymentsView, b.billsOf}, {staff.TicketsView, b.ticketsOf}, {staff.LeadsWork, b.leadsOf}, {staff.VisitsView, b.visitsOf}} {
		if part.may != "" && !q.may(part.may, c.SiteID) {
			continue
		}
		some, err := part.read(q, &p.frame, c, most+1)
		if err != nil {
			return err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b happened) int { return cmp.Compare(b.id, a.id) })
	t := card{Name: p.T("office.customer.timeline"), Table: &table{Columns: []column{{p.T("office.when"), "when"}, {p.T("office.customer.happened"), "tells"}, {Name: p.T("office.audit.who")}}}}
	if len(all) > most {
		all = all[:most]
		t.Older = customerAddress(c.ID) + "?tab=history&before=" + number(all[most-1].id)
	}
	for _, h := range all {
		if h.what == "" {
			continue
		}
		t.Table.add(cell{Text: b.when(&p.frame, h.when)}, cell{Text: h.what, More: h.more, Address: h.address}, cell{Text: h.by})
	}
	p.add(t)
	return nil
}

func (b *Backoffice) changesOf(q *request, f *frame, c customers.Customer, most int) (all []happened, err error) {
	events, err := b.Trail.List(q.ctx, audit.Filter{Object: "customer", ObjectID: number(c.ID), Before: q.before(), Limit: most})
	for _, e := range events {
		h := happened{e.ID, e.At, didName(f, e.Action), customerChanges(f, e), e.Actor, q.reachable("/office/audit/" + number(e.ID))}
		if e.Action == "note written" { // told with its text, as the note itself; it counts, so that the page before ends where this one begins
			h.what = ""
		}
		all = append(all, h)
	}
	return all, err
}

func (b *Backoffice) notesOf(q *request, f *frame, c customers.Customer, most int) (all []happened, err error) {
	notes, err := b.Customers.Notes(q.ctx, c.ID, q.before(), most)
	for _, n := range notes {
		all = append(all, happened{n.ID, n.At, f.T("office.customer.note"), n.Text, n.By, ""})
	}
	return all, err
}

func (b *Backoffice) moneyOf(q *request, f *frame, c customers.Customer, most int) (all []happened, err error) {
	events, err := b.Accounts.Latest(q.ctx, c.ID, q.before(), most)
	if err != nil {
		return nil, err
	}
	causes, err := b.causesOf(q, events)
	if err != nil {
		return nil, err
	}
	names, err := b.planNames(q)
	for _, e := range events {
		if kind, _, _ := strings.Cut(e.Request, ":"); kind == "subscription" { // its line tells it, with what it cost
			all = append(all, happened{id: e.ID})
			continue
		}
		all = append(all, happened{e.ID, e.At, eventName(f, e), joined(signed(e.Delta), howName(f, e.How), e.Reference, noteOf(e, names)), personOf(e), causes[e.ID]})
	}
	return all, err
}

func (b *Backoffice) lineEventsOf(q *request, f *frame, c customers.Customer, most int) (all []happened, err error) {
	lines, err := b.Lines.Of(q.ctx, c.ID)
	if err != nil {
		return nil, err
	}
	names, err := b.planNames(q)
	if err != nil {
		return nil, err
	}
	for _, line := range lines {
		if !q.may(staff.AccessView, line.State.Place.SiteID) {
			continue
		}
		events, err := b.Lines.Events(q.ctx, line.ID)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			if before := q.before(); before == 0 || e.ID < before {
				all = append(all, happened{e.ID, e.Recorded, f.T("office.line.event_" + string(e.Kind)), joined(line.State.Login.Name, b.eventMore(f, e, names), eventAmount(e)), member(e.By), q.reachable("/office/subscriptions/" + number(line.ID))})
			}
		}
	}
	slices.SortFunc(all, func(a, b happened) int { return cmp.Compare(b.id, a.id) })
	return all[:min(len(all), most)], nil
}

// member is who did it, when it was a person.
func member(by string) string {
	if !strings.Contains(by, "@") {
		return ""
	}
	return by
}

func (b *Backoffice) billsOf(q *request, f *frame, c customers.Customer, most int) (all []happened, err error) {
	documents, err := b.Invoices.Newest(q.ctx, invoices.Filter{CustomerID: c.ID}, q.before(), most)
	for _, d := range documents {
		all = append(all, happened{d.ID, d.CreatedAt, joined(b.invoiceKind(f, d), d.Text()), kes(d.Gross), member(d.By), q.reachable("/office/invoices/" + number(d.ID))})
	}
	return all, err
}

func (b *Backoffice) ticketsOf(q *request, f *frame, c customers.Customer, most int) (all []happened, err error) {
	tickets, err := b.Tickets.OfCustomer(q.ctx, c.ID, q.before(), most)
	for _, t := range tickets {
		all = append(all, happened{t.ID, t.OpenedAt, f.T("office.ticket.reference") + " " + t.Shown(), t.Subject, "", q.reachable(ticketsAt + "/" + number(t.ID))})
	}
	return all, err
}
