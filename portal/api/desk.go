package api

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/apikeys"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/support"
	"mtandao/internal/table"
)

// Tickets reads, opens and answers tickets. *support.Service satisfies it.
type Tickets interface {
	Newest(ctx context.Context, w support.Which, before int64, limit int) ([]support.Ticket, error)
	Get(ctx context.Context, id int64) (support.Ticket, error)
	History(ctx context.Context, ticketID, before int64, limit int) ([]support.Event, error)
	Open(ctx context.Context, o support.Opening, by support.By) (support.Ticket, error)
	Answer(ctx context.Context, a support.Answer, by support.By) error
}

// Reports tells reports: the first row is the names of the columns. fault.NotFound for a name of none, fault.Denied for one that is of all sites.
// *backoffice.Backoffice satisfies it.
type Reports interface {
	ReportNames() []string
	Report(ctx context.Context, name string, sites []int64, first, last clock.Day) ([][]table.Cell, error)
}

type ticketView struct {
	ID           string `json:"id"`
	Reference    string `json:"reference"`
	SiteID       string `json:"site_id"`
	CustomerID   string `json:"customer_id" doc:"Empty: of nobody who is a customer."`
	Subject      string `json:"subject" doc:"Empty when it was erased."`
	Category     string `json:"category"`
	Priority     string `json:"priority"`
	Queue        string `json:"queue"`
	Owner        string `json:"owner" doc:"Empty: nobody answers it yet."`
	State        string `json:"state"`
	How          string `json:"how" doc:"By which way it came."`
	Complaint    bool   `json:"complaint"`
	ComplaintDue string `json:"complaint_due" doc:"Empty for no complaint."`
	DueAt        string `json:"due_at" format:"date-time"`
	OpenedAt     string `json:"opened_at" format:"date-time"`
	ChangedAt    string `json:"changed_at" format:"date-time"`
	Version      string `json:"version" doc:"Changes with the ticket."`
}

type messageView struct {
	Kind string `json:"kind" enum:"opened answered heard"`
	By   string `json:"by"`
	Text string `json:"text" doc:"Empty when it was erased."`
	At   string `json:"at" format:"date-time"`
}

type ticketRecord struct {
	ticketView
	Messages []messageView `json:"messages" doc:"What was said to the customer and by them, the latest 50, the newest first; notes are not told."`
}

type reportNameView struct {
	Name string `json:"name"`
}

type reportNames struct {
	Data []reportNameView `json:"data"`
}

type cellView struct {
	Text  string `json:"text" doc:"Empty of an amount."`
	Cents int64  `json:"cents"`
	Money bool   `json:"money" doc:"It is an amount in cents."`
}

type reportView struct {
	Name    string       `json:"name"`
	From    string       `json:"from" format:"date"`
	To      string       `json:"to" format:"date"`
	Columns []string     `json:"columns"`
	Rows    [][]cellView `json:"rows"`
}

func (a *API) deskReads() []operation {
	return []operation{
		{method: fiber.MethodGet, path: "/tickets", id: "listTickets", tag: "tickets", scope: apikeys.TicketsRead, answer: list[ticketView]{}, handle: a.listTickets, summary: "List tickets, the newest first",
			params: with(param{Name: "state", Text: "Only tickets of this state.", Kind: "string", Enum: named(support.States...)}, param{Name: "customer_id", Text: "Only tickets of this customer.", Kind: "string"})},
		{method: fiber.MethodGet, path: "/tickets/{id}", id: "getTicket", tag: "tickets", scope: apikeys.TicketsRead, answer: ticketRecord{}, handle: a.getTicket, summary: "Read a ticket, and what was said"},
		{method: fiber.MethodGet, path: "/reports", id: "listReports", tag: "reports", scope: apikeys.ReportsRead, answer: reportNames{}, handle: a.listReports, summary: "List the reports that there are"},
		{method: fiber.MethodGet, path: "/reports/{id}", id: "getReport", tag: "reports", scope: apikeys.ReportsRead, answer: reportView{}, handle: a.getReport, summary: "Read a report by its name, of some days",
			params: []param{{Name: "from", Text: "The first day; 30 days before the last when it is not said.", Kind: "string", Format: "date"},
				{Name: "to", Text: "The last day; today when it is not said.", Kind: "string", Format: "date"}}},
	}
}

func viewTicket(t support.Ticket) ticketView {
	return ticketView{ID: text(t.ID), Reference: t.Reference, SiteID: text(t.SiteID), CustomerID: text(t.CustomerID), Subject: t.Subject, Category: t.Category, Priority: string(t.Priority), Queue: t.Queue, Owner: t.Owner,
		State: string(t.State), How: string(t.How), Complaint: t.Complaint, ComplaintDue: stampOr(t.ComplaintDue), DueAt: stamp(t.Due), OpenedAt: stamp(t.OpenedAt), ChangedAt: stamp(t.ChangedAt), Version: text(t.Version)}
}

func (a *API) listTickets(q *call) (any, error) {
	before, limit, err := q.before()
	if err != nil {
		return nil, err
	}
	w := support.Which{Sites: q.key.Sites}
	if w.CustomerID, err = q.idIn("customer_id"); err != nil {
		return nil, err
	}
	state, err := q.oneOf("state")
	if err != nil {
		return nil, err
	}
	w.State = support.State(state)
	all, err := a.Tickets.Newest(q.ctx, w, before, limit+1)
	if err != nil {
		return nil, err
	}
	return page(q, all, limit, func(t support.Ticket) int64 { return t.ID }, viewTicket), nil
}

// ticketOf is the ticket of the address, which the key reaches.
func (q *call) ticketOf() (t support.Ticket, err error) {
	id, err := q.idOf()
	if err == nil {
		t, err = q.api.Tickets.Get(q.ctx, id)
	}
	if fault.Is(err, fault.NotFound) || err == nil && !q.key.Sees(t.SiteID) {
		err = gone()
	}
	return t, err
}

func (a *API) getTicket(q *call) (any, error) {
	t, err := q.ticketOf()
	if err != nil {
		return nil, err
	}
	return a.ticketRecord(q, t)
}

const mostMessages = 50

// said are the events that the customer knows of.
var said = []support.EventKind{support.Opened, support.Answered, support.Heard}

func (a *API) ticketRecord(q *call, t support.Ticket) (any, error) {
	out := ticketRecord{ticketView: viewTicket(t), Messages: []messageView{}}
	for before := int64(0); ; {
		all, err := a.Tickets.History(q.ctx, t.ID, before, mostListed)
		if err != nil {
			return nil, err
		}
		for _, e := range all {
			if before = e.ID; slices.Contains(said, e.Kind) && len(out.Messages) < mostMessages {
				out.Messages = append(out.Messages, messageView{string(e.Kind), e.By, e.Text, stamp(e.At)})
			}
		}
		if len(all) < mostListed || len(out.Messages) == mostMessages {
			return out, nil
		}
	}
}

func (a *API) listReports(*call) (any, error) {
	out := reportNames{Data: []reportNameView{}}
	for _, name := range a.Reports.ReportNames() {
		out.Data = append(out.Data, reportNameView{name})
	}
	return out, nil
}

func (a *API) getReport(q *call) (any, error) {
	first, last, err := q.days()
	if err != nil {
		return nil, err
	}
	rows, err := a.Reports.Report(q.ctx, q.Params("id"), q.key.Sites, first, last)
	if fault.Is(err, fault.NotFound) {
		return nil, gone()
	}
	if err != nil {
		return nil, err
	}
	out := reportView{Name: q.Params("id"), From: first.String(), To: last.String(), Columns: []string{}, Rows: [][]cellView{}}
	for n, row := range rows {
		cells := []cellView{}
		for _, c := range row {
			if n == 0 {
				out.Columns = append(out.Columns, c.Text)
			}
			cells = append(cells, cellView{c.Text, c.Cents, c.Money})
		}
		if n > 0 {
			out.Rows = append(out.Rows, cells)
		}
	}
	return out, nil
}
