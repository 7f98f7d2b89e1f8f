package backoffice

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/books"
	"mtandao/internal/clock"
	"mtandao/internal/staff"
	tables "mtandao/internal/table"
	"mtandao/internal/words"
)

// Books is the ledger as accountants read it. *books.Books satisfies it.
type Books interface {
	Balances(ctx context.Context, day clock.Day) (map[string]int64, error)
	Trial(ctx context.Context, first, last clock.Day) (books.Trial, error)
	Statement(ctx context.Context, account string, first, last clock.Day, mark string, most int) ([]books.Line, error)
	Newest(ctx context.Context, first, last clock.Day, mark string, most int) ([]books.Entry, error)
	Entry(ctx context.Context, id int64) (books.Entry, error)
	Fits(ctx context.Context, account string, first, last clock.Day) error
	Rows(ctx context.Context, l words.Lang, account string, first, last clock.Day, put func([]tables.Cell) error) error
	LastProof(ctx context.Context) (books.Proof, error)
	AskProof(ctx context.Context, by staff.By) error
}

const (
	ledgerAt  = "/office/ledger"
	accountAt = ledgerAt + "/accounts/"
	entriesAt = ledgerAt + "/entries"
	trialAt   = reportsAt + "trial-balance"
)

func (b *Backoffice) ledgerRoutes() []route {
	return []route{
		{get, ledgerAt, everywhere, staff.ReportsView, b.chart}, {post, ledgerAt + "/proof", everywhere, staff.ReportsView, b.askBooksProof},
		{get, accountAt + ":id", everywhere, staff.ReportsView, b.account}, {post, accountAt + ":id/export", everywhere, staff.ReportsView, b.exportAccount},
		{get, entriesAt, everywhere, staff.ReportsView, b.entries}, {post, entriesAt + "/export", everywhere, staff.ReportsView, b.exportEntries},
		{get, entriesAt + "/:id", everywhere, staff.ReportsView, b.entry},
	}
}

// chart is all accounts: what each is for, and what stands in it now.
func (b *Backoffice) chart(q *request) error {
	p := q.record("office.nav.ledger", "ledger")
	p.Lead = p.T("office.ledger.lead")
	p.Acts = []act{{Name: p.T("office.trial.title"), Icon: "chart-column", Address: trialAt + "?range=month", Tone: "primary"}, {Name: p.T("office.ledger.entries"), Icon: "list", Address: entriesAt}}
	balances, err := b.Books.Balances(q.ctx, clock.DayOf(b.Clock.Now()))
	if err != nil {
		return err
	}
	if err := b.addProof(q, p); err != nil {
		return err
	}
	for _, kind := range books.Kinds {
		t, sum := &table{Columns: []column{{Name: p.T("books.account")}, {p.T("office.ledger.for"), "says"}, {p.T("office.ledger.balance_now"), "num"}}}, int64(0)
		for _, a := range books.Chart {
			if a.Kind == kind {
				own := a.Own(balances[a.Code])
				sum += own
				t.add(cell{Text: a.Text(p.Lang), Address: accountAt + a.Code, More: a.Code}, cell{Text: a.For(p.Lang)}, cell{Text: kes(own)})
			}
		}
		t.add(cell{Text: p.T("office.money_report.total")}, cell{}, cell{Text: kes(sum)})
		p.add(card{Name: books.KindText(p.Lang, kind), Lead: p.T("books.means." + kind), Table: t})
	}
	return q.show(p)
}

// addProof says whether the books were whole when they were last proved, and follows one that is being made.
func (b *Backoffice) addProof(q *request, p *recordPage) error {
	proof, err := b.Books.LastProof(q.ctx)
	if err != nil {
		return err
	}
	c := card{Name: p.T("office.ledger.proof")}
	said := []any{"N", int(proof.Entries), "Time", b.when(&p.frame, proof.Done), "Problems", int(proof.Problems), "Said", proof.Said}
	switch {
	case proof.ID == 0:
		c.State, c.Lead = stateView{"", p.T("office.audit.not_proved")}, p.T("office.ledger.proof_none")
	case proof.Doing():
		c.State, c.Lead = stateView{"", p.T("office.ledger.proof_doing")}, p.T("office.ledger.proof_doing_text", said...)
	case proof.Problems > 0:
		c.State, c.Lead = stateView{"bad", p.T("office.ledger.proof_broken")}, p.T("office.ledger.proof_broken_text", said...)
	default:
		c.State, c.Lead = stateView{"good", p.T("office.ledger.proof_good")}, p.T("office.ledger.proof_good_text", said...)
	}
	if !proof.Doing() {
		c.Acts = []act{{Name: p.T("office.audit.prove"), Icon: "shield-check", Address: ledgerAt + "/proof", Posted: true}}
	}
	p.add(c)
	q.follow(p, proof.Doing())
	return nil
}

func (b *Backoffice) askBooksProof(q *request) error {
	if err := b.Books.AskProof(q.ctx, q.in.By(q.visit())); err != nil {
		return err
	}
	return led(ledgerAt)
}

// theAccount is the account of an address, and the days that are asked of it.
func (b *Backoffice) theAccount(q *request) (a books.Account, first, last clock.Day, err error) {
	if a, err = books.Of(q.Params("id")); err != nil {
		return a, 0, 0, hidden(err)
	}
	first, last, err = b.ledgerDays(q)
	return a, first, last, err
}

// ledgerDays are those that an address asks for.
func (b *Backoffice) ledgerDays(q *request) (first, last clock.Day, err error) {
	now, _, err := b.timesOf(q, definition{Times: anyTime})
	return now.First, now.Last, err
}

// ledgerPage is a list of a time in the books.
func (q *request) ledgerPage(title string) *reportPage {
	p := &reportPage{listPage: *q.listing(title, "ledger")}
	p.Crumbs = []crumb{{p.T("office.nav.ledger"), ledgerAt}}
	p.Chips = [][]chip{q.ranges(&p.frame, definition{Times: anyTime})}
	p.Find = q.freeRange(&p.frame, definition{Times: anyTime})
	p.Find.Action = q.Path()
	p.Empty = blank{Icon: "list", Title: p.T("office.revenue.none"), Text: p.T("office.revenue.none_text")}
	export := func(as string) string { return q.onPath("/export", "as", as) }
	p.Acts = []act{{Name: p.T("office.revenue.xlsx"), Icon: "download", Posted: true, Address: export("xlsx")}, {Name: p.T("office.money_report.csv"), Icon: "download", Posted: true, Address: export("")}}
	return p
}

// account is the statement of an account: what moved in it, and what stood in it after each.
func (b *Backoffice) account(q *request) error {
	a, err := books.Of(q.Params("id"))
	if err != nil {
		return hidden(err)
	}
	p := q.ledgerPage("office.nav.ledger")
	p.Title, p.Lead, p.Means = a.Text(p.Lang), a.For(p.Lang), p.T("office.ledger.means_"+sideOf(a))
	first, last, err := b.ledgerDays(q)
	if err != nil {
		return q.refuse(err, "report", p, "from")
	}
	p.Find.Fields[0].Value, p.Find.Fields[1].Value = first.String(), last.String()
	if err := b.figuresOf(q, p, a, first, last); err != nil {
		return err
	}
	lines, err := b.Books.Statement(q.ctx, a.Code, first, last, q.Query("before"), mostListed+1)
	if err != nil {
		return hidden(err)
	}
	if q.Query("before") != "" {
		p.First = q.with("before", "")
	}
	if len(lines) > mostListed {
		lines = lines[:mostListed]
		p.Older = q.with("before", lines[mostListed-1].Mark())
	}
	p.Columns = []column{{p.T("office.when"), "when"}, {Name: p.T("books.what")}, {Name: p.T("office.ledger.cause")}, {p.T("books.debit"), "num"}, {p.T("books.credit"), "num"}, {p.T("books.balance"), "num"}}
	for _, l := range lines {
		p.add(cell{Text: b.when(&p.frame, l.At)}, cell{Text: l.Text(p.Lang), Address: entryAddress(l.ID), More: l.Note()}, b.causeCell(q, l.Entry), debitCell(l.Cents), debitCell(-l.Cents), cell{Text: kes(a.Own(l.Balance))})
	}
	return q.send(fiber.StatusOK, "report", p)
}

// figuresOf are what stood in an account before some days, what moved, and what stands in it after.
func (b *Backoffice) figuresOf(q *request, p *reportPage, a books.Account, first, last clock.Day) error {
	t, err := b.Books.Trial(q.ctx, first, last)
	if err != nil {
		return err
	}
	for _, s := range t.Accounts {
		if s.Code == a.Code {
			p.Figures = []figure{{Label: p.T("books.before"), Value: kes(a.Own(s.BeforeCents)), Detail: words.DateOf(p.Lang, first)}, {Label: p.T("books.debit"), Value: kes(s.DebitCents)},
				{Label: p.T("books.credit"), Value: kes(s.CreditCents)}, {Label: p.T("books.after"), Value: kes(a.Own(s.AfterCents())), Detail: words.DateOf(p.Lang, last)}}
		}
	}
	return nil
}

// sideOf says on which side of the books an account grows.
func sideOf(a books.Account) string {
	if a.Owes {
		return "owes"
	}
	return "has"
}

// debitCell has an amount above zero, and nothing otherwise.
func debitCell(cents int64) cell {
	if cents <= 0 {
		return cell{}
	}
	return cell{Text: kes(cents)}
}

func entryAddress(id int64) string { return entriesAt + "/" + number(id) }

// entries is all that was booked, the newest first.
func (b *Backoffice) entries(q *request) error {
	p := q.ledgerPage("office.ledger.entries")
	p.Lead, p.Means = p.T("office.ledger.entries_lead"), p.T("office.ledger.entries_means")
	first, last, err := b.ledgerDays(q)
	if err != nil {
		return q.refuse(err, "report", p, "from")
	}
	p.Find.Fields[0].Value, p.Find.Fields[1].Value = first.String(), last.String()
	all, err := b.Books.Newest(q.ctx, first, last, q.Query("before"), mostListed+1)
	if err != nil {
		return hidden(err)
	}
	if q.Query("before") != "" {
		p.First = q.with("before", "")
	}
	if len(all) > mostListed {
		all = all[:mostListed]
		p.Older = q.with("before", all[mostListed-1].Mark())
	}
	p.Columns = []column{{p.T("office.when"), "when"}, {Name: p.T("books.what")}, {Name: p.T("office.ledger.cause")}, {Name: p.T("books.debit")}, {Name: p.T("books.credit")}, {p.T("office.amount"), "num"}}
	for _, e := range all {
		debit, credit := namesOfSides(p.Lang, e)
		p.add(cell{Text: b.when(&p.frame, e.At)}, cell{Text: e.Text(p.Lang), Address: entryAddress(e.ID), More: e.Note()}, b.causeCell(q, e), cell{Text: debit}, cell{Text: credit}, debitCell(e.Debits()))
	}
	return q.send(fiber.StatusOK, "report", p)
}
