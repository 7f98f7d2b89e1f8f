package backoffice

import (
	"cmp"
	"strings"

	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/support"
)

func (b *Backoffice) linkTicket(q *request, t support.Ticket, a support.Act) error {
	p := q.page("office.nav.tickets", "tickets")
	typed := q.FormValue("link")
	all, err := b.links(q, &p)
	if err != nil {
		return err
	}
	var to support.Link
	kind, id, _ := strings.Cut(typed, " ")
	if to = (support.Link{Kind: kind, ID: idIn(id)}); to == t.Link {
		return nil
	}
	for _, c := range all {
		if c.Value == typed {
			return b.Tickets.Link(q.ctx, a, to, q.ticketBy())
		}
	}
	return fault.New(fault.Invalid, "ticket.link")
}

func (b *Backoffice) whoseFields(q *request, p *formPage, _ support.Ticket) error {
	p.ask(formField{Name: "customer", Label: p.T("office.ticket.customer"), Hint: p.T("office.ticket.customer_hint"), Value: q.typedOr("customer", ""), Most: 64, Must: true})
	return nil
}

func (b *Backoffice) giveTicket(q *request, _ support.Ticket, a support.Act) error {
	c, err := b.typedCustomer(q, staff.TicketsWork)
	if err != nil {
		return err
	}
	return b.Tickets.GiveTo(q.ctx, a, c.ID, q.ticketBy())
}

// typedCustomer is whom somebody typed, of those at whose site they may do something.
func (b *Backoffice) typedCustomer(q *request, may staff.Permission) (customers.Customer, error) {
	c, err := b.Customers.FindNow(q.ctx, q.said("customer"))
	if err == nil && !q.may(may, c.SiteID) {
		err = fault.New(fault.NotFound, "customer.unknown")
	}
	return c, err
}

func (b *Backoffice) complainTicket(q *request, _ support.Ticket, a support.Act) error {
	return b.Tickets.Complain(q.ctx, a, q.ticketBy())
}

func (b *Backoffice) uncomplainTicket(q *request, _ support.Ticket, a support.Act) error {
	return b.Tickets.Uncomplain(q.ctx, a, q.FormValue("text"), q.ticketBy())
}

// newTicket is the form of a ticket: of the customer of the address, or of whoever is typed.
func (b *Backoffice) newTicket(q *request) (*formPage, *customers.Customer, error) {
	p := q.asking("office.ticket_new.", "tickets", ticketsAt)
	p.Danger, p.Crumbs, p.Hidden = false, []crumb{{p.T("office.nav.tickets"), ticketsAt}}, q.onceOf()
	var known *customers.Customer
	if id := idIn(cmp.Or(q.FormValue("of"), q.Query("customer"))); id != 0 {
		c, err := b.Customers.Get(q.ctx, id)
		if err != nil || !q.may(staff.TicketsWork, c.SiteID) {
			return p, nil, hiddenUnlessOurs(err)
		}
		known = &c
		p.Cancel, p.Facts = customerAddress(c.ID), []fact{{p.T("office.ticket.who"), c.Name}, {p.T("office.customer_field.number"), customers.Grouped(c.Number)}, {p.T("office.site"), b.siteName(c.SiteID)}}
		p.Hidden = append(p.Hidden, fact{"of", number(c.ID)})
	}
	what := []formField{{Name: "subject", Label: p.T("office.ticket.subject"), Value: q.typedOr("subject", ""), Most: 120, Must: true}, longText(q, p, ""),
		ticketPick(q, &p.frame, "category", support.Categories, "offline"),
		ticketPick(q, &p.frame, "priority", support.Priorities, string(support.Normal)), ticketPick(q, &p.frame, "how", support.Hows, string(support.ByPhone))}
	if known == nil {
		who := []formField{{Name: "contact", Label: p.T("office.ticket.contact"), Hint: p.T("office.ticket.contact_hint"), Value: q.typedOr("contact", ""), Most: 200}}
		if sites := b.ticketSites(q, p); len(sites) > 1 {
			who = append(who, formField{Name: "site", As: asPick, Label: p.T("office.site"), Choices: chosen(sites, q.typedOr("site", sites[0].Value))})
		} else if len(sites) == 1 {
			p.Hidden = append(p.Hidden, fact{"site", sites[0].Value})
		}
		p.Sections = append(p.Sections, section{Title: p.T("office.ticket.who"), Fields: who})
	}
	tick := func(name, usual string) formField {
		return formField{Name: name, As: asTick, Label: p.T("office.ticket." + name), Hint: p.T("office.ticket." + name + "_hint"), Value: q.typedOr(name, usual)}
	}
	p.Sections = append(p.Sections, section{Title: p.T("office.ticket.what"), Fields: append(what, tick("complaint", ""), tick("tell", "true"))})
	return p, known, nil
}

// ticketSites are the sites of which a ticket may be.
func (b *Backoffice) ticketSites(q *request, p *formPage) (all []choice) {
	if q.may(staff.TicketsWork, 0) {
		all = append(all, choice{Name: p.T("office.ticket.no_site"), Value: "0"})
	}
	for _, s := range b.Sites.Sites() {
		if q.may(staff.TicketsWork, s.ID) {
			all = append(all, choice{Name: s.Name, Value: number(s.ID)})
		}
	}
	return all
}

func (b *Backoffice) askTicket(q *request) error {
	p, _, err := b.newTicket(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) openTicket(q *request) error {
	p, known, err := b.newTicket(q)
	if err != nil {
		return err
	}
	o := support.Opening{Ticket: support.Ticket{Subject: q.FormValue("subject"), Category: q.FormValue("category"),
		Priority: support.Priority(q.FormValue("priority")), How: support.How(q.FormValue("how")),
		Complaint: q.FormValue("complaint") == "true"}, Text: q.FormValue("text"), Tell: q.FormValue("tell") == "true", Request: q.FormValue("once")}
	if known != nil {
		o.CustomerID = known.ID
	} else if err = b.typedWho(q, &o); err != nil {
		return q.refuse(err, "form", p, ticketField(err))
	}
	t, err := b.Tickets.Open(q.ctx, o, q.ticketBy())
	if err != nil {
		return q.refuse(err, "form", p, ticketField(err))
	}
	q.tell("good", "office.ticket_new.done", "", "Reference", t.Shown())
	return led(ticketAt(t.ID))
}

// typedWho is a phone or address, and the customer whose it is, if it is one's whom the member may see.
func (b *Backoffice) typedWho(q *request, o *support.Opening) error {
	o.SiteID = idIn(q.FormValue("site"))
	if !q.may(staff.TicketsWork, o.SiteID) {
		return fault.New(fault.Invalid, "office.customer.choose_site")
	}
	typed := q.said("contact")
	if typed == "" {
		return nil
	}
	o.Contact = customers.Contact{Kind: customers.ByPhone, Value: typed}
	if strings.Contains(typed, "@") {
		o.Contact.Kind = customers.ByEmail
	}
	c, err := b.Customers.FindNow(q.ctx, typed)
	switch {
	case err == nil && q.may(staff.TicketsWork, c.SiteID):
		if o.CustomerID = c.ID; customers.NumberKey(typed) == c.Number {
			o.Contact = customers.Contact{}
		}
		return nil
	case err == nil, fault.Is(err, fault.NotFound), fault.Is(err, fault.Invalid), fault.Is(err, fault.Conflict):
		return nil
	}
	return err
}

// tellTickets is a customer's tab of tickets.
func (b *Backoffice) tellTickets(q *request, p *recordPage, c customers.Customer) error {
	all, err := b.Tickets.OfCustomer(q.ctx, c.ID, q.before(), mostListed+1)
	if err != nil {
		return err
	}
	all, pages := newest(q, all, mostListed, func(t support.Ticket) int64 { return t.ID })
	one := card{Name: p.T("office.nav.tickets"), Table: &table{}, Older: pages.Older}
	if len(all) == 0 {
		one.Empty = &blank{Icon: "life-buoy", Title: p.T("office.tickets.none"), Text: p.T("office.tickets.none_of")}
	}
	if c.State != customers.Merged && q.may(staff.TicketsWork, c.SiteID) {
		one.Acts = []act{{Name: p.T("office.ticket_new.act"), Icon: "plus", Address: ticketsAt + "/new?customer=" + number(c.ID)}}
	}
	if len(all) > 0 && q.may(staff.TicketsManage, c.SiteID) {
		one.Acts = append(one.Acts, act{Name: p.T("office.ticket_erase.act"), Address: customerAddress(c.ID) + "/erase"})
	}
	err = b.addTickets(q, &p.frame, one.Table, all)
	one.Table.drop(3) // whose they are, and where, the page says
	one.Table.drop(2)
	p.add(one)
	return err
}

func (b *Backoffice) askEraseTickets(q *request) error {
	c, err := b.theCustomer(q, staff.TicketsManage)
	if err != nil {
		return err
	}
	p := q.asking("office.ticket_erase.", "customers", customerAddress(c.ID)+"?tab=tickets", "Name", c.Name)
	p.Crumbs = customerCrumbs(&p.frame, c)
	return q.showForm(p)
}

func (b *Backoffice) eraseTickets(q *request) error {
	c, err := b.theCustomer(q, staff.TicketsManage)
	if err != nil {
		return err
	}
	n, err := b.Tickets.EraseOf(q.ctx, c.ID, q.ticketBy())
	if err != nil {
		return q.refusal(err, customerAddress(c.ID))
	}
	q.tell("good", "office.ticket_erase.done", "", "Count", number(int64(n)))
	return led(customerAddress(c.ID))
}

// foundTickets are those of a reference, or of a phone or e-mail address; the card's address is that of the last.
func (b *Backoffice) foundTickets(q *request, f *frame, typed string) (card, error) {
	c := card{Name: f.T("office.nav.tickets"), Table: &table{}}
	if !staff.MaySomewhere(q.in.Member, staff.TicketsView) {
		return c, nil
	}
	var found []support.Ticket
	if reference, ok := support.ReadReference(typed); ok {
		one, err := b.Tickets.ByReference(q.ctx, reference)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return c, err
		}
		if err == nil {
			found = []support.Ticket{one}
		}
	} else {
		kind := customers.ByPhone
		if strings.Contains(typed, "@") {
			kind = customers.ByEmail
		}
		if read, err := customers.CheckContacts([]customers.Contact{{Kind: kind, Value: typed}}); err == nil {
			if found, err = b.Tickets.OfContact(q.ctx, read[0], mostFoundTickets); err != nil {
				return c, err
			}
		}
	}
	var seen []support.Ticket
	for _, t := range found {
		if q.may(staff.TicketsView, t.SiteID) {
			c.Address, seen = ticketAt(t.ID), append(seen, t)
		}
	}
	return c, b.addTickets(q, f, c.Table, seen)
}

const mostFoundTickets = 10

// ticketFigure is how many tickets wait, on the first page, and how many of them are overdue.
func (b *Backoffice) ticketFigure(q *request, p *todayPage) error {
	if !staff.MaySomewhere(q.in.Member, staff.TicketsView) {
		return nil
	}
	open, err := b.Tickets.Count(q.ctx, support.Filter{Sites: q.scope()})
	if err != nil {
		return err
	}
	late, err := b.Tickets.Count(q.ctx, support.Filter{Sites: q.scope(), Overdue: true})
	f := figure{Label: p.T("office.nav.tickets"), Value: number(int64(open)), Address: ticketsAt, Detail: p.T("office.tickets.none_late")}
	if open == support.CountedTo {
		f.Value += "+"
	}
	if late > 0 {
		f.Detail, f.Address = p.T("office.tickets.late", "Count", late), ticketsAt+"?show=overdue"
	}
	p.Figures = append(p.Figures, f)
	return err
}
