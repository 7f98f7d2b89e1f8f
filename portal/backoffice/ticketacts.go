package backoffice

import (
	"slices"
	"strings"

	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/staff"
	"mtandao/internal/support"
	"mtandao/radius"
)

// ticketAct is one thing that is asked about a ticket, and done. Its words begin with "office.ticket_act." + name.
type ticketAct struct {
	name   string
	first  bool // beside the title
	may    func(t support.Ticket) bool
	fields func(b *Backoffice, q *request, p *formPage, t support.Ticket) error
	do     func(b *Backoffice, q *request, t support.Ticket, a support.Act) error
}

func live(t support.Ticket) bool { return t.State.Live() }

// ticketActList is every act in the order in which they are offered.
var ticketActList = []ticketAct{
	{"answer", true, live, (*Backoffice).answerFields, (*Backoffice).answerTicket},
	{"note", true, nil, textField, (*Backoffice).noteTicket},
	{"heard", false, func(t support.Ticket) bool { return t.State != support.Closed || t.ErasedAt.IsZero() }, (*Backoffice).heardFields, (*Backoffice).hearTicket},
	{"hand", false, live, (*Backoffice).handFields, (*Backoffice).handTicket},
	{"priority", false, live, (*Backoffice).priorityFields, (*Backoffice).prioritiseTicket},
	{"link", false, nil, (*Backoffice).linkFields, (*Backoffice).linkTicket},
	{"customer", false, func(t support.Ticket) bool { return t.CustomerID == 0 }, (*Backoffice).whoseFields, (*Backoffice).giveTicket},
	{"complaint", false, func(t support.Ticket) bool { return !t.Complaint && t.State.Live() }, nil, (*Backoffice).complainTicket},
	{"no_complaint", false, func(t support.Ticket) bool { return t.Complaint }, textField, (*Backoffice).uncomplainTicket},
}

// ticketActForm is the form of an act of the address, with what was said last.
func (b *Backoffice) ticketActForm(q *request) (t support.Ticket, one ticketAct, p *formPage, err error) {
	if t, err = b.theTicket(q, staff.TicketsWork); err != nil {
		return t, one, nil, err
	}
	at := slices.IndexFunc(ticketActList, func(a ticketAct) bool { return a.name == q.Params("what") })
	if at < 0 {
		return t, one, nil, notHere()
	}
	if one = ticketActList[at]; one.may != nil && !one.may(t) && q.Method() == get {
		return t, one, nil, led(ticketAt(t.ID))
	}
	p = q.asking("office.ticket_act."+one.name+"_", "tickets", ticketAt(t.ID), "Reference", t.Shown())
	p.Danger, p.Crumbs = false, []crumb{{p.T("office.nav.tickets"), ticketsAt}, {t.Shown(), ticketAt(t.ID)}}
	p.Hidden = append(q.onceOf(), fact{"seen", number(t.Version)})
	events, err := b.Tickets.History(q.ctx, t.ID, 0, fewEvents)
	if err != nil {
		return t, one, p, err
	}
	if p.Table, err = b.historyTable(q, &p.frame, t.ID, events); err != nil {
		return t, one, p, err
	}
	if one.fields != nil {
		err = one.fields(b, q, p, t)
	}
	return t, one, p, err
}

// fewEvents is how much of its history stands above a form about a ticket.
const fewEvents = 3

func (b *Backoffice) askTicketAct(q *request) error {
	_, _, p, err := b.ticketActForm(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

var ticketFields = map[string]string{"ticket.text": "text", "ticket.channel": "channel", "message.long": "text", "ticket.owner": "owner", "ticket.queue": "queue",
	"ticket.priority": "priority", "ticket.link": "link", "customer.unknown": "customer", "ticket.subject": "subject", "ticket.category": "category", "ticket.how": "how",
	"ticket.who": "contact", "customer.email": "contact", "office.customer.choose_site": "site", "ticket.unreached": "tell"}

// doTicketAct does what a form asked. When somebody was faster it shows the form again, as it was typed, under what is new.
func (b *Backoffice) doTicketAct(q *request) error {
	t, one, p, err := b.ticketActForm(q)
	if err != nil {
		return err
	}
	seen := idIn(q.FormValue("seen"))
	if seen == 0 {
		seen = t.Version
	}
	if err := one.do(b, q, t, support.Act{TicketID: t.ID, Seen: seen, Request: one.name + " " + q.FormValue("once")}); err != nil {
		return q.refuse(err, "form", p, ticketField(err))
	}
	q.tell("good", "office.ticket_act.done", "", "Reference", t.Shown())
	return led(ticketAt(t.ID))
}

// ticketField is beside which field a fault stands.
func ticketField(err error) string {
	key := fault.KeyOf(err)
	if strings.HasPrefix(key, "phone.") {
		return "contact"
	}
	return ticketFields[key]
}

func (b *Backoffice) takeTicket(q *request) error {
	t, err := b.theTicket(q, staff.TicketsWork)
	if err != nil {
		return err
	}
	if err := b.Tickets.Take(q.ctx, t.ID, q.ticketBy()); err != nil {
		return q.refusal(err, ticketAt(t.ID))
	}
	q.tell("good", "office.ticket_do.taken", "", "Reference", t.Shown())
	return led(ticketAt(t.ID))
}

func (b *Backoffice) turnTicket(q *request) error {
	t, err := b.theTicket(q, staff.TicketsWork)
	if err != nil {
		return err
	}
	to := support.State(q.Params("state"))
	if !slices.Contains(support.States, to) {
		return notHere()
	}
	if err := b.Tickets.Turn(q.ctx, support.Act{TicketID: t.ID, Seen: idIn(q.Query("seen"))}, to, q.ticketBy()); err != nil {
		return q.refusal(err, ticketAt(t.ID))
	}
	return led(ticketAt(t.ID))
}

func longText(q *request, p *formPage, usual string) formField {
	return formField{Name: "text", As: asLong, Label: p.T("office.ticket.text"), Value: q.typedOr("text", usual), Most: 4000, Must: true}
}

func textField(_ *Backoffice, q *request, p *formPage, _ support.Ticket) error {
	p.ask(longText(q, p, ""))
	return nil
}

func shownWay(w support.Way) string {
	if w.Channel == notify.SMS {
		return customers.Phone(w.To).Local()
	}
	return w.To
}

// answerFields asks for the answer, which may begin as a canned one, how it goes, and what the ticket does then.
func (b *Backoffice) answerFields(q *request, p *formPage, t support.Ticket) error {
	reach, err := b.Tickets.ReachOf(q.ctx, t)
	if err != nil {
		return err
	}
	canned, err := b.Tickets.Canned(q.ctx)
	if err != nil {
		return err
	}
	usual := ""
	for _, c := range canned {
		p.Acts = append(p.Acts, act{Name: c.Name, Address: q.Path() + "?canned=" + number(c.ID), Icon: "copy"})
		if number(c.ID) == q.Query("canned") {
			usual = c.Fill(reach.Lang, map[string]string{"{name}": reach.Name, "{reference}": t.Shown(), "{provider}": b.Provider(),
				"{phone}": b.Settings.String("provider.phone"), "{member}": q.in.Member.Name})
		}
	}
	p.Facts = []fact{{p.T("office.ticket.who"), reach.Name}, {p.T("office.ticket.subject"), subjectOf(&p.frame, t)}, {p.T("office.customer_field.language"), languageName(reach.Lang)}}
	ways := formField{Name: "channel", As: asRadio, Label: p.T("office.ticket.way")}
	for _, w := range reach.Ways {
		ways.Choices = append(ways.Choices, choice{Name: p.T("office.channel."+string(w.Channel)) + " · " + shownWay(w), Value: string(w.Channel)})
	}
	ways.Choices = append(ways.Choices, choice{Name: p.T("office.ticket.way_none"), Value: ""})
	ways.Choices = chosen(ways.Choices, q.typedOr("channel", ways.Choices[0].Value))
	states := []choice{{Name: p.T("office.ticket.then_waiting"), Value: string(support.Waiting)}, {Name: p.T("office.ticket.then_open"), Value: string(support.Open)},
		{Name: p.T("office.ticket.then_solved"), Value: string(support.Solved)}}
	then := formField{Name: "then", As: asPick, Label: p.T("office.ticket.then"), Choices: chosen(states, q.typedOr("then", string(support.Waiting)))}
	p.ask(longText(q, p, usual), ways, then)
	return nil
}

func (b *Backoffice) answerTicket(q *request, _ support.Ticket, a support.Act) error {
	return b.Tickets.Answer(q.ctx, support.Answer{Act: a, Text: q.FormValue("text"), Channel: notify.Channel(q.FormValue("channel")), Then: support.State(q.FormValue("then"))}, q.ticketBy())
}

func (b *Backoffice) noteTicket(q *request, _ support.Ticket, a support.Act) error {
	a.Seen = 0 // what only we read needs nobody's attention first
	return b.Tickets.Note(q.ctx, a, q.FormValue("text"), q.ticketBy())
}

func ticketPick[S ~string](q *request, f *frame, name string, all []S, usual string) formField {
	v := formField{Name: name, As: asPick, Label: f.T("office.ticket." + name)}
	for _, one := range all {
		v.Choices = append(v.Choices, choice{Name: f.T("office.ticket." + name + "_" + string(one)), Value: string(one)})
	}
	v.Choices = chosen(v.Choices, q.typedOr(name, usual))
	return v
}

func (b *Backoffice) heardFields(q *request, p *formPage, _ support.Ticket) error {
	p.ask(longText(q, p, ""), ticketPick(q, &p.frame, "how", support.Hows, string(support.ByPhone)))
	return nil
}

func (b *Backoffice) hearTicket(q *request, _ support.Ticket, a support.Act) error {
	a.Seen = 0
	return b.Tickets.Hear(q.ctx, a, q.FormValue("text"), support.How(q.FormValue("how")), q.ticketBy())
}

// handFields offers who may answer tickets of the site.
func (b *Backoffice) handFields(q *request, p *formPage, t support.Ticket) error {
	owners := []choice{{Name: p.T("office.ticket.nobody")}}
	for after := int64(0); ; {
		all, err := b.Staff.Members(q.ctx, after, mostRows)
		if err != nil {
			return err
		}
		for _, m := range all {
			if after = m.ID; staff.May(m, staff.TicketsWork, t.SiteID) {
				owners = append(owners, choice{Name: m.Name, Value: m.Email})
			}
		}
		if len(all) < mostRows {
			break
		}
	}
	p.ask(formField{Name: "owner", As: asPick, Label: p.T("office.ticket.owner"), Choices: chosen(owners, q.typedOr("owner", t.Owner))}, ticketPick(q, &p.frame, "queue", support.Queues, t.Queue))
	return nil
}

func (b *Backoffice) handTicket(q *request, _ support.Ticket, a support.Act) error {
	return b.Tickets.HandOver(q.ctx, a, q.FormValue("owner"), q.FormValue("queue"), q.ticketBy())
}

func (b *Backoffice) priorityFields(q *request, p *formPage, t support.Ticket) error {
	p.ask(ticketPick(q, &p.frame, "priority", support.Priorities, string(t.Priority)))
	return nil
}

func (b *Backoffice) prioritiseTicket(q *request, _ support.Ticket, a support.Act) error {
	return b.Tickets.Prioritise(q.ctx, a, support.Priority(q.FormValue("priority")), q.ticketBy())
}

// links are what a ticket may be about: routers, late outages and open sessions that the member sees.
func (b *Backoffice) links(q *request, f *frame) ([]choice, error) {
	all := []choice{{Name: f.T("office.ticket.link_none")}}
	for _, r := range b.Routers.All() {
		if q.sees(r.SiteID) {
			all = append(all, choice{Name: f.T("office.ticket.link_router") + " · " + r.Name, Value: "router " + number(r.ID)})
		}
	}
	late, err := b.Outages.List(q.ctx, 0, mostListed)
	if err != nil {
		return all, err
	}
	for _, o := range late {
		if q.sees(o.SiteID) {
			all = append(all, choice{Name: f.T("office.ticket.link_outage") + " · " + b.routerName(o.RouterID) + " · " + b.planWhen(f, o.From), Value: "outage " + number(o.ID)})
		}
	}
	open, err := b.Network.OpenSessions(q.ctx, radius.Which{Sites: q.scope(), Limit: mostListed})
	for _, o := range open {
		all = append(all, choice{Name: b.sessionName(f, o), Value: "session " + number(o.ID)})
	}
	return all, err
}

func (b *Backoffice) linkFields(q *request, p *formPage, t support.Ticket) error {
	all, err := b.links(q, &p.frame)
	if err != nil {
		return err
	}
	now := ""
	if t.Link.Kind != "" {
		name, _ := b.linkName(q, &p.frame, t.Link)
		if now = t.Link.Kind + " " + number(t.Link.ID); !slices.ContainsFunc(all, func(c choice) bool { return c.Value == now }) {
			all = append(all, choice{Name: name, Value: now})
		}
	}
	p.ask(formField{Name: "link", As: asPick, Label: p.T("office.ticket.link"), Choices: chosen(all, q.typedOr("link", now))})
	return nil
}
