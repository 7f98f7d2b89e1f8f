package backoffice

import (
	"strings"

	"mtandao/internal/staff"
	"mtandao/internal/support"
	"mtandao/radius"
)

// ticket is one ticket: what is known of it, and everything that was said and done, the newest first.
func (b *Backoffice) ticket(q *request) error {
	t, err := b.theTicket(q, staff.TicketsView)
	if err != nil {
		return err
	}
	p := q.record("office.nav.tickets", "tickets")
	p.Crumbs = []crumb{{p.Title, ticketsAt}}
	p.Title, p.State, p.Lead = subjectOf(&p.frame, t), ticketState(&p.frame, t.State), t.Shown()
	if q.may(staff.TicketsWork, t.SiteID) {
		b.ticketActs(p, t)
	}
	if err := b.tellTicket(q, p, t); err != nil {
		return err
	}
	events, err := b.Tickets.History(q.ctx, t.ID, q.before(), mostListed+1)
	if err != nil {
		return err
	}
	events, pages := newest(q, events, mostListed, func(e support.Event) int64 { return e.ID })
	told, err := b.historyTable(q, &p.frame, t.ID, events)
	if err != nil {
		return err
	}
	p.add(card{Name: p.T("office.ticket.history"), Table: told, Older: pages.Older})
	return q.show(p)
}

// ticketActs are the next things to do beside the title, and all others under the cards.
func (b *Backoffice) ticketActs(p *recordPage, t support.Ticket) {
	at := ticketAt(t.ID)
	for _, one := range ticketActList {
		if one.may != nil && !one.may(t) {
			continue
		}
		a := act{Name: p.T("office.ticket_do." + one.name), Address: at + "/act/" + one.name}
		if one.first {
			if len(p.Acts) == 0 {
				a.Tone = "primary"
			}
			p.Acts = append(p.Acts, a)
			continue
		}
		p.End = append(p.End, a)
	}
	if t.State.Live() && t.Owner == "" {
		p.Acts = append(p.Acts, act{Name: p.T("office.ticket_do.take"), Address: at + "/take", Posted: true})
	}
	for _, to := range t.State.Next() {
		key := "office.ticket_do.turn_" + string(to)
		if to == support.Open && !t.State.Live() {
			key = "office.ticket_do.reopen"
		}
		p.End = append(p.End, act{Name: p.T(key), Address: at + "/turn/" + string(to) + "?seen=" + number(t.Version), Posted: true})
	}
}

func (b *Backoffice) tellTicket(q *request, p *recordPage, t support.Ticket) error {
	reach, err := b.Tickets.ReachOf(q.ctx, t)
	if err != nil {
		return err
	}
	var ways []string
	for _, w := range reach.Ways {
		ways = append(ways, shownWay(w))
	}
	c := card{Name: p.T("office.ticket.about"), Facts: []fact{{p.T("office.ticket.who"), reach.Name}, {p.T("office.ticket.reached"), strings.Join(ways, " · ")},
		{p.T("office.site"), b.siteName(t.SiteID)},
		{p.T("office.ticket.category"), p.T("office.ticket.category_" + t.Category)}, {p.T("office.ticket.priority"), p.T("office.ticket.priority_" + string(t.Priority))},
		{p.T("office.ticket.queue"), p.T("office.ticket.queue_" + t.Queue)}, {p.T("office.ticket.owner"), ownerName(&p.frame, t.Owner)},
		{p.T("office.ticket.opened"), b.when(&p.frame, t.OpenedAt) + " · " + t.OpenedBy + " · " + p.T("office.ticket.how_"+string(t.How))}}}
	if t.State == support.Open {
		c.State = b.dueState(&p.frame, t)
		c.Facts = append(c.Facts, fact{p.T("office.ticket.answer_by"), b.when(&p.frame, t.Due)})
	}
	c.Facts = append(c.Facts, fact{p.T("office.ticket.regulator"), b.complaintText(&p.frame, t)})
	if t.CustomerID != 0 && q.may(staff.CustomersView, t.SiteID) {
		c.Acts = append(c.Acts, act{Name: p.T("office.ticket.see_customer"), Icon: "user-round", Address: customerAddress(t.CustomerID)})
	}
	if t.Link.Kind != "" {
		name, at := b.linkName(q, &p.frame, t.Link)
		c.Facts = append(c.Facts, fact{p.T("office.ticket.link"), name})
		if at != "" {
			c.Acts = append(c.Acts, act{Name: p.T("office.ticket.see_" + t.Link.Kind), Icon: "link", Address: at})
		}
	}
	p.add(c)
	return nil
}

// linkName is what a ticket is about, and its page for who may open it.
func (b *Backoffice) linkName(q *request, f *frame, l support.Link) (name, at string) {
	name = f.T("office.ticket.link_"+l.Kind) + " " + number(l.ID)
	switch l.Kind {
	case "router":
		if r, known := b.Routers.Get(l.ID); known && q.sees(r.SiteID) {
			return r.Name, q.reachable("/office/routers/" + number(l.ID))
		}
	case "outage":
		if o, err := b.Outages.Get(q.ctx, l.ID); err == nil && q.sees(o.SiteID) {
			return f.T("office.ticket.link_outage") + " · " + b.routerName(o.RouterID) + " · " + b.planWhen(f, o.From), q.reachable(outageAt(l.ID))
		}
	case "session":
		if o, err := b.Network.OpenSession(q.ctx, l.ID); err == nil && q.sees(o.SiteID) {
			return b.sessionName(f, o), q.reachable("/office/sessions?mac=" + o.MAC.Colons())
		}
	}
	return name, ""
}

func (b *Backoffice) sessionName(f *frame, o radius.Online) string {
	return f.T("office.ticket.link_session") + " · " + o.Shown() + " · " + b.planWhen(f, o.StartedAt)
}

// historyTable tells what was said and done.
func (b *Backoffice) historyTable(q *request, f *frame, ticketID int64, events []support.Event) (*table, error) {
	kept, err := b.keptFiles(q, ticketID)
	t := &table{Columns: []column{{Name: f.T("office.customer.happened")}, {f.T("office.when"), "when"}, {Name: f.T("office.audit.who")}}}
	for _, e := range events {
		by := e.By
		if by == support.Itself.Actor {
			by = f.T("office.ticket.itself")
		}
		fresh, earlier := unfolded(e.Text)
		t.add(cell{Text: b.eventText(f, e), More: fresh, Earlier: earlier, Facts: mailFacts(f, e.Mail, kept), Acts: mailActs(e.Mail, kept)}, cell{Text: b.when(f, e.At)}, cell{Text: by})
	}
	return t, err
}

// eventText is one line of the history, without what somebody wrote in it.
func (b *Backoffice) eventText(f *frame, e support.Event) string {
	said := func(prefix, word string) string {
		if word == "" {
			return f.T("office.ticket.nobody")
		}
		return f.T(prefix + word)
	}
	switch e.Kind {
	case support.Opened, support.Heard:
		return f.T("office.ticket.event_"+string(e.Kind), "How", f.T("office.ticket.how_"+e.Channel))
	case support.Answered:
		if e.Channel == "" {
			return f.T("office.ticket.event_told")
		}
		return f.T("office.ticket.event_answered", "How", f.T("office.channel."+e.Channel))
	case support.Owned:
		return f.T("office.ticket.event_owned", "Who", ownerName(f, e.Became))
	case support.Turned:
		return f.T("office.ticket.event_turned", "Was", said("office.ticket.state_", e.Was), "Became", said("office.ticket.state_", e.Became))
	case support.Prioritised:
		return f.T("office.ticket.event_prioritised", "Was", said("office.ticket.priority_", e.Was), "Became", said("office.ticket.priority_", e.Became))
	case support.Queued:
		return f.T("office.ticket.event_queued", "Was", said("office.ticket.queue_", e.Was), "Became", said("office.ticket.queue_", e.Became))
	}
	return f.T("office.ticket.event_" + string(e.Kind))
}
