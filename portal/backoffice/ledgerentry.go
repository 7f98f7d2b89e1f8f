package backoffice

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"mtandao/billing/books"
	"mtandao/internal/clock"
	tables "mtandao/internal/table"
	"mtandao/internal/words"
)

// namesOfSides are the accounts that an entry debits, and those that it credits, each once.
func namesOfSides(l words.Lang, e books.Entry) (debit, credit string) {
	var debits, credits []string
	for _, s := range e.Sides {
		into := &debits
		if s.Cents < 0 {
			into = &credits
		}
		if name := s.Text(l); s.Cents != 0 && !slices.Contains(*into, name) {
			*into = append(*into, name)
		}
	}
	return strings.Join(debits, ", "), strings.Join(credits, ", ")
}

// causePages are where the things are seen that entries are caused by; without a number it is a list.
var causePages = map[string]string{"receipt": "/office/receipts/", "grant": "/office/grants/", "invoice": "/office/invoices/", "batch": "/office/vouchers/", "reseller": "/office/resellers/",
	"partner": "/office/partners/", "customer": "/office/customers/", "subscription": linesAt + "/", "till": "/office/tills/", "refund": "/office/refunds", "line": railBookAt}

// causeAddress is where a cause is seen; empty where there is no such page, or not for this member.
func (q *request) causeAddress(c books.Cause) string {
	at := causePages[c.Kind]
	if strings.HasSuffix(at, "/") {
		at += number(c.ID)
	}
	return q.reachable(at)
}

func (b *Backoffice) causeCell(q *request, e books.Entry) cell {
	c := e.Cause()
	return cell{Text: c.Text(q.lang()), Address: q.causeAddress(c)}
}

// entry is one entry with its sides.
func (b *Backoffice) entry(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	e, err := b.Books.Entry(q.ctx, id)
	if err != nil {
		return hidden(err)
	}
	p := q.record("office.ledger.entries", "ledger")
	p.Crumbs = []crumb{{p.T("office.nav.ledger"), ledgerAt}, {p.T("office.ledger.entries"), entriesAt}}
	p.Title = e.Text(p.Lang)
	facts := []fact{{p.T("office.when"), e.At.In(b.Zone).Format(time.DateTime)}, {p.T("books.number"), number(e.ID)}, {p.T("books.source"), e.Source}}
	if e.Memo != "" {
		facts = append(facts, fact{p.T("books.memo"), e.Memo})
	}
	chained := p.T("office.ledger.not_chained")
	if e.Seq != 0 {
		chained = p.T("office.ledger.chained", "N", number(e.Seq), "Hash", e.Hash)
	}
	p.add(card{Facts: append(facts, fact{p.T("office.ledger.chain"), chained})})
	names, err := b.customersOf(q.ctx, e)
	if err != nil {
		return err
	}
	p.add(card{Name: p.T("office.ledger.sides"), Table: b.sidesOf(q, &p.frame, e, names), After: ""})
	cause, err := b.causeOf(q, e)
	if err != nil {
		return err
	}
	if at := q.causeAddress(cause); at != "" {
		p.Acts = []act{{Name: p.T("office.ledger.open_cause", "What", cause.Text(p.Lang)), Icon: "link", Address: at, Tone: "primary"}}
	}
	return q.show(p)
}

// causeOf is what made an entry; of money that went back to a customer it is the customer.
func (b *Backoffice) causeOf(q *request, e books.Entry) (books.Cause, error) {
	c := e.Cause()
	if c.Kind != "payback" {
		return c, nil
	}
	one, err := b.Counter.PaybackByID(q.ctx, c.ID)
	return books.Cause{Kind: "customer", ID: one.CustomerID}, err
}

// customersOf are the names of customers whose parts of accounts an entry moves.
func (b *Backoffice) customersOf(ctx context.Context, e books.Entry) (map[int64]string, error) {
	var ids []int64
	for _, s := range e.Sides {
		if c := books.CauseOf(s.Party); c.Kind == "customer" {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return b.Invoices.Names(ctx, ids)
}

func (b *Backoffice) sidesOf(q *request, f *frame, e books.Entry, names map[int64]string) *table {
	t := &table{Columns: []column{{Name: f.T("books.account")}, {Name: f.T("books.party")}, {f.T("books.debit"), "num"}, {f.T("books.credit"), "num"}}}
	var credits int64
	for _, s := range e.Sides {
		whose := books.CauseOf(s.Party)
		party := cell{Text: whose.Text(f.Lang), Address: q.causeAddress(whose)}
		switch {
		case whose.Kind == "customer" && names[whose.ID] != "":
			party.Text = names[whose.ID]
		case whose.Kind == "" && s.Code == books.PhoneCredit && s.Party != "":
			party.Text = f.T("books.cause.phone")
		case whose.Kind == "":
			party.Text = s.Party
		}
		credits += max(0, -s.Cents)
		t.add(cell{Text: s.Text(f.Lang), More: s.Code, Address: accountAt + s.Code}, party, debitCell(s.Cents), debitCell(-s.Cents))
	}
	t.add(cell{Text: f.T("office.money_report.total")}, cell{}, cell{Text: kes(e.Debits())}, cell{Text: kes(credits)})
	return t
}

// exportAccount gives the statement of an account as a file, exportEntries all entries of a time.
func (b *Backoffice) exportAccount(q *request) error {
	a, first, last, err := b.theAccount(q)
	if err != nil {
		return err
	}
	return b.exportLedger(q, a.Code, "account-"+a.Code, a.Text(q.lang()), first, last)
}

func (b *Backoffice) exportEntries(q *request) error {
	first, last, err := b.ledgerDays(q)
	if err != nil {
		return err
	}
	f := frame{Lang: q.lang()}
	return b.exportLedger(q, "", "entries", f.T("office.ledger.entries"), first, last)
}

// exportLedger writes as it reads: nothing of it is kept. The trail says who took it along.
func (b *Backoffice) exportLedger(q *request, account, name, title string, first, last clock.Day) error {
	if q.Query("as") == "xlsx" {
		if err := b.Books.Fits(q.ctx, account, first, last); err != nil {
			return err
		}
	}
	if err := b.Taken.ReportTaken(q.ctx, q.in.By(q.visit()), name, first, last); err != nil {
		return err
	}
	lang := q.lang()
	return q.giveTable(name+"-"+first.String()+"-"+last.String(), title, func(ctx context.Context, put func([]tables.Cell) error) error {
		return b.Books.Rows(ctx, lang, account, first, last, put)
	})
}

// giveTable answers with a table as the address asks for it, written as its rows come: a workbook, or comma-separated values.
func (q *request) giveTable(name, title string, write func(context.Context, func([]tables.Cell) error) error) error {
	if q.Query("as") == "xlsx" {
		return q.download(name+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", exportFor, func(ctx context.Context, out io.Writer) error {
			book, err := tables.NewXLSX(out, title)
			if err == nil {
				err = write(ctx, book.Write)
			}
			if err != nil {
				return err
			}
			return book.Flush()
		})
	}
	return q.download(name+".csv", "text/csv; charset=utf-8", exportFor, func(ctx context.Context, out io.Writer) error {
		file := tables.NewCSV(out)
		if err := write(ctx, file.Cells); err != nil {
			return err
		}
		return file.Flush()
	})
}
