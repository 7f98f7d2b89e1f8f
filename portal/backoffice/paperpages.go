package backoffice

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/papers"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/staff"
)

// Papers is what the pages ask of what customers get; a sending is recorded in the audit trail. *papers.Service satisfies it.
type Papers interface {
	OfDocument(ctx context.Context, documentID int64) (papers.Paper, error)
	Numbered(ctx context.Context, text string) (papers.Paper, error)
	File(ctx context.Context, p papers.Paper) ([]byte, error)
	SentOf(ctx context.Context, documentID int64) ([]notify.Line, error)
	SendAgain(ctx context.Context, p papers.Paper, by papers.By) (int, error)
	StatementFile(ctx context.Context, customerID int64, from, until clock.Day) (name string, file []byte, err error)
	MakeStatement(ctx context.Context, customerID int64, from, until clock.Day) (papers.Paper, error)
	Statements(ctx context.Context, customerID int64, limit int) ([]papers.Paper, error)
	Sent(ctx context.Context, p papers.Paper) ([]notify.Line, error)
}

func (b *Backoffice) paperRoutes() []route {
	invoice, one := "/office/invoices/:id", "/office/customers/:id"
	return []route{
		{get, invoice + "/pdf", full, staff.PaymentsView, b.invoicePDF},
		{get, invoice + "/send", full, staff.PaymentsMatch, b.askSendInvoice}, {post, invoice + "/send", full, staff.PaymentsMatch, b.sendInvoice},
		{get, one + "/receipts/:nth/pdf", full, staff.PaymentsView, b.receiptPDF},
		{get, one + "/statement/pdf", full, staff.PaymentsView, b.statementPDF}, {post, one + "/statement/send", full, staff.PaymentsMatch, b.sendStatement},
	}
}

func (q *request) paperBy() papers.By {
	by := q.voucherBy()
	return papers.By{Actor: by.Actor, From: by.From}
}

// sendPDF answers with a file that a browser shows.
func (q *request) sendPDF(name string, file []byte) error {
	q.Set(fiber.HeaderContentType, "application/pdf")
	q.Set(fiber.HeaderContentDisposition, `inline; filename="`+name+`"`)
	return q.Send(file)
}

func (b *Backoffice) sendPaper(q *request, p papers.Paper, err error) error {
	if err != nil {
		return hidden(err)
	}
	file, err := b.Papers.File(q.ctx, p)
	if err != nil {
		return err
	}
	return q.sendPDF(p.FileName(), file)
}

func (b *Backoffice) invoicePDF(q *request) error {
	d, _, err := b.theInvoice(q, staff.PaymentsView)
	if err != nil {
		return err
	}
	p, err := b.Papers.OfDocument(q.ctx, d.ID)
	return b.sendPaper(q, p, err)
}

// receiptPDF is the receipt of a customer's nth movement of money.
func (b *Backoffice) receiptPDF(q *request) error {
	c, err := b.theCustomer(q, staff.PaymentsView)
	if err != nil {
		return err
	}
	p, err := b.Papers.Numbered(q.ctx, "RC-"+c.Number+"-"+q.Params("nth"))
	return b.sendPaper(q, p, err)
}

// days are those that a form names, the last ninety without one.
func (b *Backoffice) days(q *request) (from, until clock.Day, err error) {
	until = clock.DayOf(b.PlanClock.Now())
	from = until - 90
	for name, day := range map[string]*clock.Day{"from": &from, "until": &until} {
		typed := q.Query(name)
		if q.Method() == post {
			typed = q.FormValue(name)
		}
		if typed == "" {
			continue
		}
		read, ok := clock.ParseDay(typed)
		if !ok {
			return 0, 0, fault.New(fault.Invalid, "invoice.days")
		}
		*day = read
	}
	return from, until, nil
}

func (b *Backoffice) statementPDF(q *request) error {
	c, err := b.theCustomer(q, staff.PaymentsView)
	if err != nil {
		return err
	}
	from, until, err := b.days(q)
	if err != nil {
		return err
	}
	name, file, err := b.Papers.StatementFile(q.ctx, c.ID, from, until)
	if err != nil {
		return err
	}
	return q.sendPDF(name, file)
}

func (b *Backoffice) sendStatement(q *request) error {
	c, err := b.theCustomer(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	from, until, err := b.days(q)
	if err == nil {
		var p papers.Paper
		if p, err = b.Papers.MakeStatement(q.ctx, c.ID, from, until); err == nil {
			_, err = b.Papers.SendAgain(q.ctx, p, q.paperBy())
		}
	}
	if fault.KeyOf(err) == "paper.nobody" {
		q.tell("bad", "paper.nobody", "")
		return led(customerAddress(c.ID) + "/statement?from=" + from.String() + "&until=" + until.String())
	}
	if err != nil {
		return err
	}
	q.tell("good", "office.paper_send.done", "")
	return led(customerAddress(c.ID) + "?tab=messages")
}

const mostStatements = 3

// tellMessages is the tab of what a customer may be sent, and of the statements that they were sent.
func (b *Backoffice) tellMessages(q *request, p *recordPage, c customers.Customer) error {
	if err := b.tellConsents(q, p, c); err != nil || !q.may(staff.PaymentsView, c.SiteID) {
		return err
	}
	return b.sentStatements(q, p, c)
}

// statementActs are what may be done with the statement of some days.
func (b *Backoffice) statementActs(q *request, f *frame, c customers.Customer, from, until clock.Day) []act {
	days := "?from=" + from.String() + "&until=" + until.String()
	acts := []act{{Name: f.T("office.paper.pdf"), Icon: "download", Address: customerAddress(c.ID) + "/statement/pdf" + days}}
	if q.may(staff.PaymentsMatch, c.SiteID) {
		acts = append(acts, act{Name: f.T("office.paper.send"), Icon: "mail", Address: customerAddress(c.ID) + "/statement/send" + days, Posted: true})
	}
	return acts
}

func (b *Backoffice) sentStatements(q *request, p *recordPage, c customers.Customer) error {
	all, err := b.Papers.Statements(q.ctx, c.ID, mostStatements)
	if err != nil {
		return err
	}
	var lines []notify.Line
	for _, one := range all {
		some, err := b.Papers.Sent(q.ctx, one)
		if err != nil {
			return err
		}
		lines = append(lines, some...)
	}
	if len(lines) > 0 {
		p.add(b.sentCard(q, p, lines))
	}
	return nil
}

// sentCard says what was sent, when, to whom, and what came of it.
func (b *Backoffice) sentCard(q *request, p *recordPage, lines []notify.Line) card {
	found := card{Name: p.T("office.paper.sent")}
	if len(lines) == 0 {
		found.Lead = p.T("office.paper.none")
		return found
	}
	found.Table = &table{Columns: []column{{p.T("office.paper.when"), "when"}, {Name: p.T("office.paper.to")}, {Name: p.T("office.paper.came_back")}, {Name: p.T("office.state")}}}
	for _, l := range lines {
		address := ""
		if q.may(staff.PaymentsView, 0) {
			address = "/office/messages/" + number(l.ID)
		}
		when := l.SentAt
		if when.IsZero() {
			when = l.CreatedAt
		}
		found.Table.add(cell{Text: b.when(&p.frame, when.Truncate(time.Second))}, cell{Text: l.To, Address: address, More: p.T("office.channel." + string(l.Channel))}, cell{Text: reasonOf(&p.frame, l.Reason)},
			stated(messageState(&p.frame, l.State)))
	}
	return found
}

// invoiceSent is what was sent of a document that has a number.
func (b *Backoffice) invoiceSent(q *request, p *recordPage, d invoices.Document, siteID int64) error {
	if d.Number == 0 {
		return nil
	}
	lines, err := b.Papers.SentOf(q.ctx, d.ID)
	if err != nil {
		return err
	}
	found := b.sentCard(q, p, lines)
	if q.may(staff.PaymentsMatch, siteID) {
		word := "office.paper_send.button"
		if len(lines) == 0 {
			word = "office.paper.send"
		}
		found.Acts = []act{{Name: p.T(word), Icon: "mail", Address: "/office/invoices/" + number(d.ID) + "/send"}}
	}
	p.add(found)
	return nil
}

func (b *Backoffice) sendForm(q *request, d invoices.Document) (*formPage, error) {
	names, err := b.Invoices.Names(q.ctx, []int64{d.CustomerID})
	if err != nil {
		return nil, err
	}
	at := "/office/invoices/" + number(d.ID)
	p := q.asking("office.paper_send.", "invoices", at, "Number", d.Text(), "Customer", names[d.CustomerID])
	p.Crumbs, p.Danger = append(q.invoiceCrumbs(p.T("office.nav.invoices")), crumb{d.Text(), at}), false
	return p, nil
}

func (b *Backoffice) askSendInvoice(q *request) error {
	d, _, err := b.theInvoice(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	p, err := b.sendForm(q, d)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) sendInvoice(q *request) error {
	d, _, err := b.theInvoice(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	paper, err := b.Papers.OfDocument(q.ctx, d.ID)
	if err == nil {
		_, err = b.Papers.SendAgain(q.ctx, paper, q.paperBy())
	}
	if fault.Is(err, fault.Conflict) {
		p, e := b.sendForm(q, d)
		if e != nil {
			return e
		}
		return q.refuse(err, "form", p, "")
	}
	if err != nil {
		return err
	}
	q.tell("good", "office.paper_send.done", "")
	return led("/office/invoices/" + number(d.ID))
}
