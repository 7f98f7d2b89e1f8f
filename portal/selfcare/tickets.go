package selfcare

import (
	"context"
	"strconv"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/support"
	"mtandao/portal/web"
)

// Tickets are what customers told us is wrong or asked for. *support.Service satisfies it.
type Tickets interface {
	OfCustomer(ctx context.Context, customerID, before int64, limit int) ([]support.Ticket, error)
	Get(ctx context.Context, id int64) (support.Ticket, error)
	History(ctx context.Context, ticketID, before int64, limit int) ([]support.Event, error)
	ReachOf(ctx context.Context, t support.Ticket) (support.Reach, error)
	Open(ctx context.Context, o support.Opening, by support.By) (support.Ticket, error)
	Hear(ctx context.Context, a support.Act, text string, how support.How, by support.By) error
}

// tickets are the customer's own: a page of all, the form of a new one, or one with what was said.
type tickets struct {
	All        []ticket
	Older      string // address of the page after
	Categories []offer
	Request    string
	Subject    string // as they stand in the form
	Text       string
	One        *ticket
	Said       []said
	Before     string // address of what was said before
	Closed     bool
}

// ticket is one of them, as people know it: by its reference.
type ticket struct{ ID, Reference, Subject, State, Day, Complaint string }

type said struct{ Who, When, Text string }

const ticketsOn, saidOn = 15, 20

func (q *request) ticketOf(t support.Ticket) ticket {
	zone := q.face.Sites.Location(q.who.SiteID)
	one := ticket{ID: strconv.FormatInt(t.ID, 10), Reference: t.Shown(), Subject: t.Subject, State: q.T("my.ticket.state." + string(t.State)), Day: web.Day(q.lang, t.OpenedAt.In(zone))}
	if t.Subject == "" {
		one.Subject = q.T("my.ticket.erased")
	}
	if t.Complaint {
		one.Complaint = q.T("my.ticket.complaint_by", "Day", web.Day(q.lang, t.ComplaintDue.In(zone)))
	}
	return one
}

func (f *Face) tickets(q *request) error {
	before, err := strconv.ParseInt(q.Query("before", "0"), 10, 64)
	if err != nil || before < 0 {
		return notHere()
	}
	all, err := f.Tickets.OfCustomer(q.ctx, q.who.ID, before, ticketsOn+1)
	if err != nil {
		return err
	}
	p := q.page("my.tickets.title")
	p.Tickets = &tickets{Request: q.once(), Subject: q.typed("subject"), Text: q.typed("text")}
	if len(all) > ticketsOn {
		all = all[:ticketsOn]
		p.Tickets.Older = root + "/tickets?before=" + strconv.FormatInt(all[ticketsOn-1].ID, 10)
	}
	for _, t := range all {
		p.Tickets.All = append(p.Tickets.All, q.ticketOf(t))
	}
	for _, c := range support.Categories {
		p.Tickets.Categories = append(p.Tickets.Categories, offer{Key: c, Name: q.T("my.ticket.about." + c)})
	}
	return q.send("tickets", p)
}

func (q *request) supportBy() support.By {
	return support.By{Actor: "customer " + q.who.Number, From: q.visit().Address.String()}
}

// requested is the form's own value, of this customer alone; the same form again is the same ticket.
func (q *request) requested() (string, error) {
	if len(q.typed("request")) != 16 {
		return "", fault.New(fault.Invalid, "form.expired")
	}
	return "self " + q.who.Number + " " + q.typed("request"), nil
}

// openTicket opens a ticket; who complains is told its number and its day by the regulator's rule, as far as we reach them.
func (f *Face) openTicket(q *request) error {
	request, err := q.requested()
	if err != nil {
		return err
	}
	if err := f.write(q); err != nil {
		return err
	}
	t := support.Ticket{CustomerID: q.who.ID, Subject: q.typed("subject"), Category: q.typed("category"), Priority: support.Normal, How: support.ByPortal, Complaint: q.typed("complaint") != ""}
	reach, err := f.Tickets.ReachOf(q.ctx, t)
	if err != nil {
		return err
	}
	made, err := f.Tickets.Open(q.ctx, support.Opening{Ticket: t, Text: q.typed("text"), Request: request, Tell: t.Complaint && len(reach.Ways) > 0}, q.supportBy())
	if err != nil {
		return err
	}
	return led(root + "/ticket/" + strconv.FormatInt(made.ID, 10))
}

// write bounds how much a customer writes to us.
func (f *Face) write(q *request) error {
	if wait := f.letters.Wait(strconv.FormatInt(q.who.ID, 10)); wait > 0 {
		return fault.New(fault.TooMany, "my.ticket.slow", "Count", int(wait/time.Minute)+1)
	}
	return nil
}

// theTicket is the customer's own ticket of the address; another's is not there.
func (f *Face) theTicket(q *request) (support.Ticket, error) {
	id, err := strconv.ParseInt(q.Params("id"), 10, 64)
	if err != nil {
		return support.Ticket{}, notHere()
	}
	t, err := f.Tickets.Get(q.ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && t.CustomerID != q.who.ID {
		err = notHere()
	}
	return t, err
}

// whoSaid tells of an event who said it; empty: it is no word of theirs or ours to them.
func (q *request) whoSaid(e support.Event) string {
	switch e.Kind {
	case support.Opened, support.Heard:
		return q.T("my.ticket.you")
	case support.Answered:
		return q.T("my.ticket.we")
	case support.Turned:
		return q.T("my.ticket.state." + e.Became)
	}
	return ""
}

func (f *Face) ticket(q *request) error {
	t, err := f.theTicket(q)
	if err != nil {
		return err
	}
	before, err := strconv.ParseInt(q.Query("before", "0"), 10, 64)
	if err != nil || before < 0 {
		return notHere()
	}
	events, err := f.Tickets.History(q.ctx, t.ID, before, saidOn+1)
	if err != nil {
		return err
	}
	one := q.ticketOf(t)
	p := q.page("my.ticket.title", "Reference", one.Reference)
	p.Tickets = &tickets{One: &one, Request: q.once(), Text: q.typed("text"), Closed: !t.State.Live()}
	texts := make([]string, len(events))
	for n, e := range events {
		texts[n] = wordsOf(e)
	}
	if n := fitting(texts, saidOn); n < len(events) {
		events = events[:n]
		p.Tickets.Before = root + "/ticket/" + one.ID + "?before=" + strconv.FormatInt(events[n-1].ID, 10)
	}
	zone := f.Sites.Location(q.who.SiteID)
	for n, e := range events {
		if who := q.whoSaid(e); who != "" {
			p.Tickets.Said = append(p.Tickets.Said, said{who, when(q.lang, e.At.In(zone)), texts[n]})
		}
	}
	return q.send("ticket", p)
}

// wordsOf is what an event says to the customer: our answer, and what they wrote themselves; what staff wrote down of them is ours.
func wordsOf(e support.Event) string {
	own := e.Channel == string(support.ByPortal) || e.Channel == string(support.ByEmail)
	if e.Kind == support.Answered || own && (e.Kind == support.Opened || e.Kind == support.Heard) {
		return e.Text
	}
	return ""
}

// answerTicket writes down what the customer says to a ticket of their own; one that was done is opened again.
func (f *Face) answerTicket(q *request) error {
	t, err := f.theTicket(q)
	if err != nil {
		return err
	}
	request, err := q.requested()
	if err != nil {
		return err
	}
	if err := f.write(q); err != nil {
		return err
	}
	if err := f.Tickets.Hear(q.ctx, support.Act{TicketID: t.ID, Request: request}, q.typed("text"), support.ByPortal, q.supportBy()); err != nil {
		return err
	}
	return led(root + "/ticket/" + q.Params("id"))
}
