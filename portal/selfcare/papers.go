package selfcare

import (
	"context"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/accounts"
	"mtandao/billing/invoices"
	"mtandao/billing/papers"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/pace"
	"mtandao/portal/web"
)

// Accounts are what customers paid. *accounts.Service satisfies it.
type Accounts interface {
	Events(ctx context.Context, customerID, before int64, limit int) ([]accounts.Event, error)
	Balances(ctx context.Context, customers []int64) (map[int64]money.Amount, error)
}

// owed is what is owed and why: each bill that is open, line by line.
type owed struct {
	Owe, Credit string // Credit is empty when none is held
	Bills       []owedBill
	More        bool // there are more than are shown
}

type owedBill struct {
	bill
	Due   string
	Late  bool
	Lines []owedLine
	Taken []owedLine // what was paid and credited of it
}

type owedLine struct{ Name, Why, Amount string }

// kept are all papers: bills, receipts, and what a statement is asked for by.
type kept struct {
	Bills       []bill
	Older       string // address of the page after
	Payments    []bill
	From, Until string
}

const (
	mostOwed  = 10
	papersOn  = 20
	usualDays = 90
)

func (f *Face) owe(q *request) error {
	st, err := f.Bills.StandingOf(q.ctx, q.who.ID, q.today())
	if err != nil {
		return err
	}
	held, err := f.Accounts.Balances(q.ctx, []int64{q.who.ID})
	if err != nil {
		return err
	}
	open, err := f.Bills.Newest(q.ctx, invoices.Filter{CustomerID: q.who.ID, State: invoices.Issued}, 0, mostOwed+1)
	if err != nil {
		return err
	}
	p := q.page("my.owe.title")
	p.Owed = &owed{Owe: st.Open.String(), More: len(open) > mostOwed}
	if c := held[q.who.ID]; c.IsPositive() {
		p.Owed.Credit = c.String()
	}
	for _, one := range open[:min(len(open), mostOwed)] {
		d, err := f.Bills.Get(q.ctx, one.ID)
		if err != nil {
			return err
		}
		if d.Open > 0 {
			p.Owed.Bills = append(p.Owed.Bills, q.owedBill(d))
		}
	}
	return q.send("owe", p)
}

// owedBill is why a bill is owed.
func (q *request) owedBill(d invoices.Document) owedBill {
	b := owedBill{bill: q.billOf(d), Due: web.DayOf(q.lang, d.DueDay), Late: d.LateBy(q.today()) > 0}
	taxes := int64(0)
	for _, l := range d.Lines {
		cents := l.Net
		if l.Inclusive {
			cents = l.Gross
		} else {
			taxes += l.Excise + l.VAT
		}
		name := l.Called(q.lang)
		if of := d.Called(l); of != "" { // one bill of several lines
			name = of + ": " + name
		}
		if l.Until > l.From+1 {
			name += ", " + web.DayOf(q.lang, l.From) + " – " + web.DayOf(q.lang, l.Until-1)
		}
		b.Lines = append(b.Lines, owedLine{name, l.Says(q.lang), money.KES(cents).String()})
	}
	add := func(to *[]owedLine, key string, cents int64) {
		if cents != 0 {
			*to = append(*to, owedLine{Name: q.T(key), Amount: money.KES(cents).String()})
		}
	}
	add(&b.Lines, "my.owe.taxes", taxes)
	add(&b.Taken, "my.owe.paid", -d.Paid)
	add(&b.Taken, "my.owe.credited", -d.Credited)
	return b
}

func (f *Face) papers(q *request) error {
	before, err := strconv.ParseInt(q.Query("before", "0"), 10, 64)
	if err != nil || before < 0 {
		return notHere()
	}
	p := q.page("my.papers.title")
	until := q.today()
	p.Kept = &kept{From: (until - usualDays).String(), Until: until.String()}
	all, err := f.Bills.Newest(q.ctx, invoices.Filter{CustomerID: q.who.ID}, before, papersOn+1)
	if err != nil {
		return err
	}
	if len(all) > papersOn {
		all = all[:papersOn]
		p.Kept.Older = root + "/papers?before=" + strconv.FormatInt(all[papersOn-1].ID, 10)
	}
	for _, d := range all {
		if d.Number != 0 {
			p.Kept.Bills = append(p.Kept.Bills, q.billOf(d))
		}
	}
	events, err := f.Accounts.Events(q.ctx, q.who.ID, 0, papersOn)
	if err != nil {
		return err
	}
	for _, e := range events {
		if papers.IsPayment(e) {
			day, _ := clock.ParseDay(e.Day)
			p.Kept.Payments = append(p.Kept.Payments, bill{ID: e.ID, Name: q.T("my.papers.receipt"), Day: web.DayOf(q.lang, day), Amount: e.Delta.String()})
		}
	}
	return q.send("papers", p)
}

// theBill is the customer's own document of the address; another's is not there.
func (f *Face) theBill(q *request) (invoices.Document, error) {
	return f.ownBill(q, q.Params("id"))
}

func (f *Face) ownBill(q *request, text string) (invoices.Document, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return invoices.Document{}, notHere()
	}
	d, err := f.Bills.Get(q.ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && (d.CustomerID != q.who.ID || d.Number == 0) {
		err = notHere()
	}
	return d, err
}

// slow bounds how many files an address has made.
func (f *Face) slow(q *request) error {
	if f.files.Wait(pace.Network(q.visit().Address)) > 0 {
		return fault.New(fault.TooMany, "paper.slow")
	}
	return nil
}

func (q *request) sendPDF(name string, file []byte) error {
	q.Set(fiber.HeaderContentType, "application/pdf")
	q.Set(fiber.HeaderContentDisposition, `inline; filename="`+name+`"`)
	q.Set(fiber.HeaderCacheControl, "no-store")
	q.Set("X-Robots-Tag", "noindex")
	return q.Send(file)
}

func (f *Face) sendPaper(q *request, paper papers.Paper) error {
	file, err := f.Papers.File(q.ctx, paper)
	if err != nil {
		return err
	}
	return q.sendPDF(paper.FileName(), file)
}

// billPDF is a bill or a credit note as a file.
func (f *Face) billPDF(q *request) error {
	d, err := f.theBill(q)
	if err == nil {
		err = f.slow(q)
	}
	if err != nil {
		return err
	}
	paper, err := f.Papers.OfDocument(q.ctx, d.ID)
	if err != nil {
		return err
	}
	return f.sendPaper(q, paper)
}

// receiptPDF is the receipt of a payment of the customer's own.
func (f *Face) receiptPDF(q *request) error {
	id, err := strconv.ParseInt(q.Params("id"), 10, 64)
	if err != nil {
		return notHere()
	}
	if err := f.slow(q); err != nil {
		return err
	}
	paper, err := f.Papers.OfPayment(q.ctx, q.who.ID, id)
	if fault.Is(err, fault.NotFound) {
		return notHere()
	}
	if err != nil {
		return err
	}
	return f.sendPaper(q, paper)
}

// statementPDF is what was billed and paid on some days.
func (f *Face) statementPDF(q *request) error {
	from, ok := clock.ParseDay(q.Query("from"))
	until, too := clock.ParseDay(q.Query("until"))
	if !ok || !too {
		return fault.New(fault.Invalid, "invoice.days")
	}
	if err := f.slow(q); err != nil {
		return err
	}
	name, file, err := f.Papers.StatementFile(q.ctx, q.who.ID, from, until)
	if err != nil {
		return err
	}
	return q.sendPDF(name, file)
}
