package backoffice

import (
	"strings"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// statement is what a customer owed, what changed it, and what they owe: of a month back, or of the days that somebody asks for.
func (b *Backoffice) statement(q *request) error {
	c, err := b.theCustomer(q, staff.PaymentsView)
	if err != nil {
		return err
	}
	today := clock.DayOf(b.Clock.Now()) // of the books
	if plan := b.planDay(); plan > today {
		today = plan
	}
	year, month, _ := today.Date()
	from, until := clock.Date(year, month-1, 1), today
	p := b.paper(q, "office.statement.title", "customers", c)
	p.Title = p.T("office.statement.of", "Name", c.Name)
	p.Crumbs = []crumb{{p.T("office.nav.customers"), "/office/customers"}, {c.Name, customerAddress(c.ID) + "?tab=money"}}
	for name, day := range map[string]*clock.Day{"from": &from, "until": &until} {
		if typed := q.Query(name); typed != "" {
			if asked, known := clock.ParseDay(typed); known {
				*day = asked
			} else {
				err = fault.New(fault.Invalid, "invoice.days")
			}
		}
	}
	p.Find = &find{Action: customerAddress(c.ID) + "/statement", Button: p.T("office.statement.show"), Fields: []formField{{Name: "from", As: asDay, Label: p.T("office.statement.from"), Value: from.String()}, {Name: "until", As: asDay, Label: p.T("office.statement.until"), Value: until.String()}}}
	var st invoices.Statement
	if err == nil {
		st, err = b.Invoices.StatementOf(q.ctx, c.ID, from, until)
	}
	if err != nil {
		return q.refuse(err, "paper", p, "from")
	}
	return b.showStatement(q, p, c, st)
}

// blame puts a sentence beside a field of a page that is printed.
func (p *paperPage) blame(field, sentence string) {
	if p.Find != nil {
		blame(p.Find.Fields, field, sentence)
	}
}

func (b *Backoffice) showStatement(q *request, p *paperPage, c customers.Customer, st invoices.Statement) error {
	p.Facts = []fact{{p.T("office.slip.from"), c.Name}, {p.T("office.customer_field.number"), customers.Grouped(c.Number)}, {p.T("office.statement.days"), words.DateOf(p.Lang, st.From) + " – " + words.DateOf(p.Lang, st.Until)}, {p.T("office.customer_field.pin"), c.PIN}}
	p.Acts = b.statementActs(q, &p.frame, c, st.From, st.Until)
	p.Table = &table{Columns: []column{{p.T("office.invoice.day"), "when"}, {Name: p.T("office.account.what")}, {p.T("office.statement.charged"), "num"}, {p.T("office.statement.paid"), "num"}, {p.T("office.statement.balance"), "num"}}}
	p.Table.add(cell{Text: words.DateOf(p.Lang, st.From)}, cell{Text: p.T("office.statement.opening")}, cell{}, cell{}, cell{Text: st.Opening.String()})
	for _, l := range st.Lines {
		charged, paid := "", ""
		if l.Amount.IsPositive() {
			charged = l.Amount.String()
		} else {
			paid = l.Amount.Neg().String()
		}
		p.Table.add(cell{Text: words.DateOf(p.Lang, l.Day)}, b.statementCell(q, &p.frame, l), cell{Text: charged}, cell{Text: paid}, cell{Text: l.Balance.String()})
	}
	if st.Cut {
		p.Notes = append(p.Notes, note{Tone: "warn", Text: p.T("office.statement.cut")})
	}
	closing, word := st.Closing, "office.statement.closing"
	if closing.Cents < 0 {
		closing, word = closing.Neg(), "office.statement.credit"
	}
	p.Sums = []fact{{p.T(word), closing.String()}}
	return q.send(200, "paper", p)
}

// statementCell says what a line of the books was: a document by its number, money by how it came.
func (b *Backoffice) statementCell(q *request, f *frame, l invoices.StatementLine) cell {
	kind, text := l.Kind, l.Text
	if kind == "customer" { // an event: its memo is its kind and its request
		kind, _, _ = strings.Cut(text, " ")
		text = ""
	}
	if kind == billing.EntryReversed { // its memo is a digest
		text = ""
	}
	key := "office.statement.kind_" + strings.NewReplacer(" ", "_", "-", "_").Replace(kind)
	if !words.Has(key) {
		key = "office.account.kind_" + kind
	}
	said := cell{Text: text}
	if words.Has(key) {
		said = cell{Text: f.T(key), More: text}
	}
	if _, id, found := strings.Cut(l.Source, "invoice:"); found {
		id, _, _ = strings.Cut(id, ":")
		said.Text, said.More, said.Address = l.Text, said.Text, q.reachable("/office/invoices/"+id)
	}
	return said
}
