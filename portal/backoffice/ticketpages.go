package backoffice

import (
	"context"
	"slices"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/staff"
	"mtandao/internal/support"
	"mtandao/portal/web"
)

// Tickets is what the pages ask of tickets; what changes something is recorded in the audit trail. *support.Service satisfies it.
type Tickets interface {
	List(ctx context.Context, f support.Filter) ([]support.Ticket, error)
	Count(ctx context.Context, f support.Filter) (int, error)
	Get(ctx context.Context, id int64) (support.Ticket, error)
	ByReference(ctx context.Context, reference string) (support.Ticket, error)
	OfCustomer(ctx context.Context, customerID, before int64, limit int) ([]support.Ticket, error)
	OfContact(ctx context.Context, c customers.Contact, limit int) ([]support.Ticket, error)
	History(ctx context.Context, ticketID, before int64, limit int) ([]support.Event, error)
	ReachOf(ctx context.Context, t support.Ticket) (support.Reach, error)
	Open(ctx context.Context, o support.Opening, by support.By) (support.Ticket, error)
	Take(ctx context.Context, ticketID int64, by support.By) error
	Answer(ctx context.Context, a support.Answer, by support.By) error
	Note(ctx context.Context, a support.Act, text string, by support.By) error
	Hear(ctx context.Context, a support.Act, text string, how support.How, by support.By) error
	HandOver(ctx context.Context, a support.Act, to, queue string, by support.By) error
	Turn(ctx context.Context, a support.Act, to support.State, by support.By) error
	Prioritise(ctx context.Context, a support.Act, to support.Priority, by support.By) error
	Link(ctx context.Context, a support.Act, to support.Link, by support.By) error
	GiveTo(ctx context.Context, a support.Act, customerID int64, by support.By) error
	Complain(ctx context.Context, a support.Act, by support.By) error
	Uncomplain(ctx context.Context, a support.Act, why string, by support.By) error
	EraseOf(ctx context.Context, customerID int64, by support.By) (int, error)
	Canned(ctx context.Context) ([]support.Canned, error)
	SaveCanned(ctx context.Context, c support.Canned, by support.By) (support.Canned, error)
	RemoveCanned(ctx context.Context, cannedID int64, by support.By) error
}

const ticketsAt = "/office/tickets"

// ticketRoutes: a ticket of no site is of all who may see any at every site.
func (b *Backoffice) ticketRoutes() []route {
	one := ticketsAt + "/:id"
	return []route{
		{get, ticketsAt, full, staff.TicketsView, b.tickets},
		{get, ticketsAt + "/new", full, staff.TicketsWork, b.askTicket}, {post, ticketsAt + "/new", full, staff.TicketsWork, b.openTicket},
		{get, one, full, staff.TicketsView, b.ticket},
		{post, one + "/take", full, staff.TicketsWork, b.takeTicket}, {post, one + "/turn/:state", full, staff.TicketsWork, b.turnTicket},
		{get, one + "/act/:what", full, staff.TicketsWork, b.askTicketAct}, {post, one + "/act/:what", full, staff.TicketsWork, b.doTicketAct},
		{get, "/office/customers/:id/erase", full, staff.TicketsManage, b.askEraseTickets}, {post, "/office/customers/:id/erase", full, staff.TicketsManage, b.eraseTickets},
		{get, answersAt, everywhere, staff.TicketsManage, b.cannedAnswers},
		{get, answersAt + "/new", everywhere, staff.TicketsManage, b.askCanned}, {post, answersAt + "/new", everywhere, staff.TicketsManage, b.saveCanned},
		{get, answersAt + "/:id", everywhere, staff.TicketsManage, b.askCanned}, {post, answersAt + "/:id", everywhere, staff.TicketsManage, b.saveCanned},
		{post, answersAt + "/:id/remove", everywhere, staff.TicketsManage, b.removeCanned},
		{get, mailboxAt, everywhere, staff.SettingsEdit, b.mailbox}, {post, mailboxAt, everywhere, staff.SettingsEdit, b.saveMailbox}, {post, mailboxAt + "/test", everywhere, staff.SettingsEdit, b.testMailbox},
		{get, leftAt, everywhere, staff.TicketsWork, b.leftMails}, {get, leftAt + "/:id", everywhere, staff.TicketsWork, b.askTakeMail}, {post, leftAt + "/:id", everywhere, staff.TicketsWork, b.takeMail},
	}
}

func (q *request) ticketBy() support.By {
	by := q.in.By(q.visit())
	return support.By{Actor: q.in.Member.Email, From: by.From}
}

func ticketAt(id int64) string { return ticketsAt + "/" + number(id) }

// theTicket is the ticket of the address, for who may do something at its site; for anybody else there is none.
func (b *Backoffice) theTicket(q *request, may staff.Permission) (support.Ticket, error) {
	id, err := q.idOf("id")
	if err != nil {
		return support.Ticket{}, err
	}
	t, err := b.Tickets.Get(q.ctx, id)
	if err == nil && !q.may(may, t.SiteID) {
		err = notHere()
	}
	return t, hidden(err)
}

// ticketShows are the filters of the list; the first is all that is not done.
var ticketShows = []string{"", "mine", "unowned", "overdue", "complaints", "done"}

func (q *request) ticketFilter() support.Filter {
	f := support.Filter{Sites: q.scope(), Limit: mostListed + 1}
	switch q.Query("show") {
	case "mine":
		f.Owner = q.in.Member.Email
	case "unowned":
		f.Unowned = true
	case "overdue":
		f.Overdue = true
	case "complaints":
		f.Complaints = true
	case "done":
		f.Done = true
	}
	if queue := q.Query("queue"); slices.Contains(support.Queues, queue) {
		f.Queue = queue
	}
	return f
}

func (b *Backoffice) tickets(q *request) error {
	f := q.ticketFilter()
	if after := idIn(q.Query("after")); after != 0 {
		last, err := b.Tickets.Get(q.ctx, after)
		if err != nil || !q.may(staff.TicketsView, last.SiteID) {
			return hiddenUnlessOurs(err)
		}
		f.After = &last
	}
	all, err := b.Tickets.List(q.ctx, f)
	if err != nil {
		return err
	}
	p := q.listing("office.nav.tickets", "tickets")
	p.Lead = p.T("office.tickets.lead")
	if staff.MaySomewhere(q.in.Member, staff.TicketsWork) {
		p.Acts = []act{{Name: p.T("office.ticket_new.act"), Icon: "plus", Address: ticketsAt + "/new", Tone: "primary"}}
	}
	if at := q.reachable(answersAt); at != "" {
		p.Acts = append(p.Acts, act{Name: p.T("office.canned.title"), Icon: "mail", Address: at})
	}
	if at := q.reachable(leftAt); at != "" {
		p.Acts = append(p.Acts, act{Name: p.T("office.mailbox.left"), Icon: "mail", Address: at})
	}
	shows, queues := []choice{}, []choice{{Name: p.T("office.tickets.any_queue")}}
	for _, show := range ticketShows {
		shows = append(shows, choice{Name: p.T("office.tickets.show_" + orAll(show)), Value: show})
	}
	for _, queue := range support.Queues {
		queues = append(queues, choice{Name: p.T("office.ticket.queue_" + queue), Value: queue})
	}
	p.Chips = [][]chip{q.chips("show", shows), q.chips("queue", queues)}
	p.Empty = blank{Icon: "life-buoy", Title: p.T("office.tickets.none"), Text: p.T("office.tickets.none_text")}
	if f.After != nil {
		p.First = q.with("after", "")
	}
	if len(all) > mostListed {
		all = all[:mostListed]
		p.Next = q.with("after", number(all[mostListed-1].ID))
	}
	if err := b.addTickets(q, &p.frame, &p.table, all); err != nil {
		return err
	}
	return q.list(p)
}

func orAll(show string) string {
	if show == "" {
		return "all"
	}
	return show
}

// addTickets fills a table with tickets, and whose they are.
func (b *Backoffice) addTickets(q *request, f *frame, t *table, all []support.Ticket) error {
	t.Columns = []column{{Name: f.T("office.ticket.subject")}, {f.T("office.ticket.reference"), "when"}, {Name: f.T("office.ticket.who")}, {Name: f.T("office.site")},
		{Name: f.T("office.ticket.owner")}, {Name: f.T("office.state")}}
	var ids []int64
	for _, one := range all {
		if one.CustomerID != 0 {
			ids = append(ids, one.CustomerID)
		}
	}
	people, err := b.Customers.SomeNow(q.ctx, ids)
	for _, one := range all {
		who := one.Contact.Shown()
		if c, known := people[one.CustomerID]; known {
			who = c.Name
		}
		t.add(cell{Text: subjectOf(f, one), Address: ticketAt(one.ID), More: b.underSubject(f, one)}, cell{Text: one.Shown()}, cell{Text: who}, cell{Text: b.siteName(one.SiteID)},
			cell{Text: ownerName(f, one.Owner)}, stated(b.dueState(f, one)))
	}
	return err
}

// underSubject is what makes a ticket more pressing than others.
func (b *Backoffice) underSubject(f *frame, t support.Ticket) string {
	var all []string
	if t.Priority != support.Normal {
		all = append(all, f.T("office.ticket.priority_"+string(t.Priority)))
	}
	if t.Complaint {
		all = append(all, b.complaintText(f, t))
	}
	return strings.Join(all, " · ")
}

func subjectOf(f *frame, t support.Ticket) string {
	if t.Subject == "" {
		return f.T("office.ticket.erased")
	}
	return t.Subject
}

func ownerName(f *frame, owner string) string {
	if owner == "" {
		return f.T("office.ticket.nobody")
	}
	return owner
}

func ticketState(f *frame, s support.State) stateView {
	return toned(f, "office.ticket.state_", s, map[support.State]string{support.Open: "warn", support.Solved: "good"})
}

// dueState says how long there is to answer, or how late it is; of what is not open, the state.
func (b *Backoffice) dueState(f *frame, t support.Ticket) stateView {
	now := b.Clock.Now()
	switch {
	case t.State != support.Open:
		return ticketState(f, t.State)
	case t.Overdue(now):
		return stateView{"bad", f.T("office.ticket.late", "Span", web.Span(f.Lang, now.Sub(t.Due)))}
	case t.Due.Sub(now) < time.Hour:
		return stateView{"warn", f.T("office.ticket.left", "Span", web.Span(f.Lang, t.Due.Sub(now)))}
	}
	return stateView{"", f.T("office.ticket.left", "Span", web.Span(f.Lang, t.Due.Sub(now)))}
}

// complaintText says how much of the regulator's time is left; empty for no complaint.
func (b *Backoffice) complaintText(f *frame, t support.Ticket) string {
	switch days := t.DaysLeft(b.Clock.Now()); {
	case !t.Complaint:
		return ""
	case !t.State.Live():
		return f.T("office.ticket.complaint_done")
	case days < 0:
		return f.T("office.ticket.complaint_late", "Day", t.ComplaintDue.In(b.Zone).Format("2.1.2006"))
	default:
		return f.T("office.ticket.complaint_left", "Count", days, "Day", t.ComplaintDue.In(b.Zone).Format("2.1.2006"))
	}
}
