package backoffice

import (
	"context"
	"strings"

	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Invoices is what the pages ask of invoices; what changes something is recorded in the audit trail. *invoices.Service satisfies it.
type Invoices interface {
	Run(ctx context.Context, asOf clock.Day, source invoices.Source, o invoices.RunOptions) (invoices.Drafted, error)
	Newest(ctx context.Context, f invoices.Filter, before int64, limit int) ([]invoices.Document, error)
	Get(ctx context.Context, id int64) (invoices.Document, error)
	Meant(ctx context.Context, typed string) ([]invoices.Document, error)
	Allocations(ctx context.Context, invoiceID int64) ([]invoices.Allocation, error)
	Notes(ctx context.Context, invoiceID int64) ([]invoices.Document, error)
	IsProForma(d invoices.Document) bool
	Approve(ctx context.Context, id int64, order string, by invoices.By) error
	Drop(ctx context.Context, id int64, reason string, by invoices.By) error
	Retry(ctx context.Context, id int64, by invoices.By) error
	IssueOne(ctx context.Context, id int64) (invoices.Document, error)
	Creditable(ctx context.Context, d invoices.Document) (money.Amount, error)
	Credit(ctx context.Context, n invoices.CreditNote, by invoices.By) (invoices.Document, error)
	TaxesBack(ctx context.Context, customerID int64) ([]invoices.TaxBack, error)
	CreditTaxes(ctx context.Context, customerID int64, seen money.Amount, by invoices.By) ([]invoices.Document, error)
	WriteOff(ctx context.Context, id int64, reason string, by invoices.By) error
	SetControl(ctx context.Context, id int64, number, qr string, by invoices.By) error
	CorrectControl(ctx context.Context, id int64, seen, number, qr, why string, by invoices.By) error
	AgesOf(ctx context.Context, today clock.Day, customers []int64) ([]invoices.Age, error)
	Ageing(ctx context.Context, today clock.Day, after invoices.Overdue, limit int) ([]invoices.Age, error)
	AgeingTotal(ctx context.Context, today clock.Day) (invoices.Age, error)
	Steps(ctx context.Context) ([]invoices.Step, error)
	Would(ctx context.Context, segment string, steps []invoices.Step) (map[invoices.Action]int, bool, error)
	SaveSteps(ctx context.Context, segment string, steps []invoices.Step, by invoices.By) error
	OutlookOf(ctx context.Context, customerID int64) (invoices.Outlook, error)
	Log(ctx context.Context, customerID, invoiceID int64, limit int) ([]invoices.Entry, error)
	Names(ctx context.Context, customerIDs []int64) (map[int64]string, error)
	StandingOf(ctx context.Context, customerID int64, today clock.Day) (invoices.Standing, error)
	OwedBy(ctx context.Context, customerIDs []int64) (map[int64]money.Amount, error)
	OpenOf(ctx context.Context, customerID int64) ([]invoices.Document, error)
	PaidBy(ctx context.Context, allocationIDs []int64) (map[int64]int64, error)
	TermsOf(ctx context.Context, customerID int64) (invoices.Terms, error)
	OwnTermsOf(ctx context.Context, customerID int64) (invoices.Terms, error)
	StatementOf(ctx context.Context, customerID int64, from, until clock.Day) (invoices.Statement, error)
	ChoicesOf(ctx context.Context, customerID int64) (invoices.Choices, error)
	ChooseBills(ctx context.Context, parentID int64, one bool, by invoices.By) (clock.Day, error)
	Treat(ctx context.Context, customerID int64, review, vip bool, by invoices.By) error
	Promise(ctx context.Context, p invoices.Promised, by invoices.By) error
	Promises(ctx context.Context, customerID int64, limit int) ([]invoices.Promised, error)
	Try(ctx context.Context, n invoices.NewDocument) (invoices.Document, error)
	Write(ctx context.Context, n invoices.NewDocument, by invoices.By) (invoices.Document, error)
}

// invoiceRoutes: an invoice is of its customer's site; the list of all, and what is counted over all, is for who works everywhere.
func (b *Backoffice) invoiceRoutes() []route {
	return []route{
		{get, "/office/invoices", everywhere, staff.PaymentsView, b.invoices},
		{get, lateUseAt, everywhere, staff.PaymentsView, b.lateUse}, {post, lateUseAt + "/:id", everywhere, staff.PaymentsMatch, b.seeLateUse},
		{get, "/office/invoices/:id", full, staff.PaymentsView, b.invoice},
		{get, "/office/invoices/:id/approve", full, staff.PaymentsMatch, b.askApprove}, {post, "/office/invoices/:id/approve", full, staff.PaymentsMatch, b.approve},
		{get, "/office/invoices/:id/drop", full, staff.PaymentsMatch, b.askDropInvoice}, {post, "/office/invoices/:id/drop", full, staff.PaymentsMatch, b.dropInvoice},
		{post, "/office/invoices/:id/retry", full, staff.PaymentsMatch, b.retryInvoice},
		{get, "/office/invoices/:id/credit", full, staff.PaymentsRefund, b.askCredit}, {post, "/office/invoices/:id/credit", full, staff.PaymentsRefund, b.credit},
		{get, "/office/invoices/:id/writeoff", full, staff.PaymentsRefund, b.askWriteOff}, {post, "/office/invoices/:id/writeoff", full, staff.PaymentsRefund, b.writeOff},
		{get, "/office/invoices/:id/control", full, staff.PaymentsMatch, b.askControl}, {post, "/office/invoices/:id/control", full, staff.PaymentsMatch, b.control},
		{get, "/office/customers/:id/exemption", everywhere, staff.PaymentsRefund, b.askExemption}, {post, "/office/customers/:id/exemption", everywhere, staff.PaymentsRefund, b.creditExemption},
		{get, "/office/ageing", everywhere, staff.PaymentsView, b.ageing},
		{get, "/office/taxes", everywhere, staff.SettingsEdit, b.taxes},
		{get, "/office/taxes/new", everywhere, staff.SettingsEdit, b.askTax}, {post, "/office/taxes/new", everywhere, staff.SettingsEdit, b.saveTax},
		{get, "/office/taxes/:id/edit", everywhere, staff.SettingsEdit, b.askTax}, {post, "/office/taxes/:id/edit", everywhere, staff.SettingsEdit, b.saveTax},
		{get, "/office/taxes/:id/remove", everywhere, staff.SettingsEdit, b.askRemoveTax}, {post, "/office/taxes/:id/remove", everywhere, staff.SettingsEdit, b.removeTax},
		{get, "/office/dunning", everywhere, staff.SettingsEdit, b.dunning}, {post, "/office/dunning", everywhere, staff.SettingsEdit, b.saveDunning},
	}
}

func (q *request) invoiceBy() invoices.By {
	by := q.voucherBy()
	return invoices.By{Actor: by.Actor, From: by.From}
}

// invoiceStates are those that a list can be cut to.
var invoiceStates = []string{"", invoices.Review, invoices.Draft, invoices.Issued, invoices.Paid, invoices.Parked}

func (b *Backoffice) invoiceState(f *frame, d invoices.Document) stateView {
	switch {
	case d.PartPaid():
		return stateView{"warn", f.T("office.invoice.part_paid")}
	case d.LateBy(clock.DayOf(b.PlanClock.Now())) > 0:
		return stateView{"bad", f.T("office.invoice.late")}
	}
	return toned(f, "office.invoice.state_", d.State, map[string]string{invoices.Review: "warn", invoices.Draft: "warn", invoices.Parked: "bad", invoices.Issued: "warn", invoices.Paid: "good", invoices.Credited: "good"})
}

func (b *Backoffice) invoiceKind(f *frame, d invoices.Document) string {
	if b.Invoices.IsProForma(d) {
		return f.T("office.invoice.kind_proforma")
	}
	return f.T("office.invoice.kind_" + string(d.Kind))
}

// span is a period as people say it: its first and its last day.
func span(l words.Lang, p invoices.Period) string {
	if p.Until <= p.From+1 {
		return words.DateOf(l, p.From)
	}
	return words.DateOf(l, p.From) + " – " + words.DateOf(l, p.Until-1)
}

func kes(cents int64) string { return money.KES(cents).String() }

func (b *Backoffice) invoices(q *request) error {
	p := q.listing("office.nav.invoices", "invoices")
	p.Lead = p.T("office.invoices.lead")
	p.Acts = []act{{Name: p.T("office.billrun.title"), Icon: "list", Address: billRunsAt}, {Name: p.T("office.nav.ageing"), Icon: "clock", Address: "/office/ageing"}}
	var states []choice
	for _, s := range invoiceStates {
		name := p.T("office.invoices.all")
		if s != "" {
			name = p.T("office.invoice.state_" + s)
		}
		states = append(states, choice{Name: name, Value: s})
	}
	p.Chips = [][]chip{q.chips("state", states)}
	p.Columns = []column{{Name: p.T("office.invoice.number")}, {Name: p.T("office.invoice.customer")}, {p.T("office.invoice.period"), "when"}, {p.T("office.invoice.due"), "when"},
		{p.T("office.invoice.total"), "num"}, {p.T("office.invoice.open"), "num"}, {Name: p.T("office.state")}}
	p.Empty = blank{Icon: "list", Title: p.T("office.invoices.none"), Text: p.T("office.invoices.none_text")}
	all, err := b.Invoices.Newest(q.ctx, invoices.Filter{State: q.Query("state"), CustomerID: idIn(q.Query("customer"))}, q.before(), mostListed+1)
	if err != nil {
		return err
	}
	all, p.pager = newest(q, all, mostListed, func(d invoices.Document) int64 { return d.ID })
	var ids []int64
	for _, d := range all {
		ids = append(ids, d.CustomerID)
	}
	names, err := b.Invoices.Names(q.ctx, ids)
	if err != nil {
		return err
	}
	for _, d := range all {
		named := d.Text()
		if named == "" {
			named = p.T("office.invoice.no_number")
		}
		p.add(cell{Text: named, Address: "/office/invoices/" + number(d.ID), More: b.invoiceKind(&p.frame, d)}, cell{Text: names[d.CustomerID], Address: q.reachable(customerAddress(d.CustomerID)), More: d.PONumber}, cell{Text: span(p.Lang, d.Period), More: d.Line},
			cell{Text: words.DateOf(p.Lang, d.DueDay)}, cell{Text: kes(d.Gross)}, cell{Text: openText(d)}, stated(b.invoiceState(&p.frame, d)))
	}
	return q.list(p)
}

func openText(d invoices.Document) string {
	if d.Open == 0 {
		return ""
	}
	return kes(d.Open)
}

// theInvoice is the invoice of the address and its customer's site, for who may do something there; for anybody else there is none.
func (b *Backoffice) theInvoice(q *request, may staff.Permission) (d invoices.Document, siteID int64, err error) {
	id, err := q.idOf("id")
	if err != nil {
		return d, 0, err
	}
	if d, err = b.Invoices.Get(q.ctx, id); err != nil {
		return d, 0, hidden(err)
	}
	c, err := b.Customers.Get(q.ctx, d.CustomerID)
	if err == nil && !q.may(may, c.SiteID) {
		err = notHere()
	}
	return d, c.SiteID, hidden(err)
}

// invoiceCrumbs lead to a page that is about an invoice, by the list for who may see it.
func (q *request) invoiceCrumbs(name string) (all []crumb) {
	if at := q.reachable("/office/invoices"); at != "" {
		all = append(all, crumb{name, at})
	}
	return all
}

// title is what a document is called.
func (b *Backoffice) invoiceTitle(f *frame, d invoices.Document) string {
	if d.Number == 0 {
		return f.T("office.invoice.draft_of", "Kind", b.invoiceKind(f, d))
	}
	return d.Text()
}

func (b *Backoffice) invoice(q *request) error {
	d, siteID, err := b.theInvoice(q, staff.PaymentsView)
	if err != nil {
		return err
	}
	p := q.record("office.nav.invoices", "invoices")
	p.Crumbs = q.invoiceCrumbs(p.Title)
	p.Title, p.State, p.Lead = b.invoiceTitle(&p.frame, d), b.invoiceState(&p.frame, d), b.invoiceKind(&p.frame, d)
	p.Acts = b.invoiceActs(q, p, d, siteID)
	names, err := b.Invoices.Names(q.ctx, []int64{d.CustomerID})
	if err != nil {
		return err
	}
	if at := q.reachable(customerAddress(d.CustomerID)); at != "" {
		p.Crumbs = append(p.Crumbs, crumb{names[d.CustomerID], at + "?tab=money"})
	}
	p.add(card{Facts: b.invoiceFacts(p, d, names[d.CustomerID])})
	p.add(linesCard(p, d))
	if err := b.paidCard(q, p, d); err != nil {
		return err
	}
	if err := b.invoiceSent(q, p, d, siteID); err != nil {
		return err
	}
	if err := b.tellDunning(q, p, d); err != nil {
		return err
	}
	return q.show(p)
}

func (b *Backoffice) invoiceActs(q *request, p *recordPage, d invoices.Document, siteID int64) (acts []act) {
	at := "/office/invoices/" + number(d.ID)
	may, grave := q.may(staff.PaymentsMatch, siteID), q.may(staff.PaymentsRefund, siteID)
	if d.Number != 0 {
		acts = append(acts, act{Name: p.T("office.paper.pdf"), Icon: "download", Address: at + "/pdf"})
	}
	if may && d.State == invoices.Review {
		acts = append(acts, act{Name: p.T("office.invoice_approve.button"), Address: at + "/approve", Tone: "primary"})
		if !d.OfRun() {
			acts = append(acts, act{Name: p.T("office.invoice_drop.button"), Address: at + "/drop"})
		}
	}
	if may && d.State == invoices.Issued {
		acts = append(acts, act{Name: p.T("office.taking.act"), Icon: "banknote", Address: customerAddress(d.CustomerID) + "/pay", Tone: "primary"})
	}
	if may && d.State == invoices.Parked && len(d.Lines) > 0 {
		acts = append(acts, act{Name: p.T("office.invoice.retry"), Address: at + "/retry", Posted: true, Tone: "primary"})
	}
	if may && d.Number != 0 && d.Kind != invoices.ProForma {
		name := "office.invoice_control.button"
		if d.ControlNumber != "" {
			name = "office.invoice_recontrol.button"
		}
		acts = append(acts, act{Name: p.T(name), Address: at + "/control"})
	}
	if grave && d.Kind == invoices.Invoice && (d.State == invoices.Issued || d.State == invoices.Paid && d.Gross > d.Credited) {
		acts = append(acts, act{Name: p.T("office.invoice_credit.button"), Address: at + "/credit"})
	}
	if grave && d.State == invoices.Issued {
		acts = append(acts, act{Name: p.T("office.invoice_writeoff.button"), Address: at + "/writeoff"})
	}
	return acts
}

func (b *Backoffice) invoiceFacts(p *recordPage, d invoices.Document, name string) (facts []fact) {
	add := func(key, value string) {
		if value != "" {
			facts = append(facts, fact{p.T(key), value})
		}
	}
	add("office.invoice.customer", name)
	add("office.invoice.of_line", d.Line)
	add("office.invoice.period", span(p.Lang, d.Period))
	add("office.invoice.day", words.DateOf(p.Lang, d.Day))
	add("office.invoice.due", words.DateOf(p.Lang, d.DueDay))
	add("office.invoice.order", d.PONumber)
	add("office.invoice.net", kes(d.Net))
	if d.Excise != 0 {
		add("office.invoice.excise", kes(d.Excise))
	}
	if d.VAT != 0 {
		add("office.invoice.vat", kes(d.VAT))
	}
	add("office.invoice.total", kes(d.Gross))
	if d.Kind == invoices.Invoice && d.Number != 0 {
		add("office.invoice.open", kes(d.Open))
	}
	add("office.invoice.control", d.ControlNumber)
	add("office.invoice.why", d.Why)
	add("office.invoice.by", d.By)
	return facts
}

func linesCard(p *recordPage, d invoices.Document) card {
	c := card{Name: p.T("office.invoice.lines"), Table: &table{Columns: []column{{Name: p.T("office.invoice.line")}, {p.T("office.invoice.net"), "num"}, {p.T("office.invoice.excise"), "num"}, {p.T("office.invoice.vat"), "num"}, {p.T("office.invoice.total"), "num"}}}}
	taxed := d.Excise != 0 || d.VAT != 0
	if !taxed {
		c.Table.Columns = []column{{Name: p.T("office.invoice.line")}, {p.T("office.invoice.total"), "num"}}
	}
	shares := d.Shares()
	for n, l := range d.Lines {
		name := l.Called(p.Lang)
		if l.Correction {
			name = p.T("office.invoice.correction", "Name", name)
		}
		if days := (invoices.Period{From: l.From, Until: l.Until}); days.Days() > 1 {
			name += ", " + span(p.Lang, days)
		}
		if l.Quantity > 1 {
			name = number(l.Quantity) + " × " + name
		}
		first := cell{Text: name, More: strings.TrimPrefix(d.Called(l)+". ", ". ") + l.Says(p.Lang)}
		if taxed {
			c.Table.add(first, cell{Text: kes(l.Net)}, cell{Text: kes(l.Excise)}, cell{Text: kes(l.VAT)}, cell{Text: kes(l.Gross)})
		} else {
			c.Table.add(first, cell{Text: kes(l.Gross)})
		}
		if len(shares) > 0 && (n == len(d.Lines)-1 || d.Of(d.Lines[n+1]).Whose != shares[0].Whose) {
			shares = shareRow(p, c.Table, shares, taxed)
		}
	}
	return c
}

// shareRow sums the lines of one account of several, and tells the shares that are left.
func shareRow(p *recordPage, t *table, shares []invoices.Share, taxed bool) []invoices.Share {
	s := shares[0]
	first := cell{Text: p.T("office.invoice.share", "Whose", s.Whose)}
	if s.Whose == "" {
		first.Text = p.T("office.invoice.share_own")
	}
	if taxed {
		t.add(first, cell{Text: kes(s.Net)}, cell{Text: kes(s.Excise)}, cell{Text: kes(s.VAT)}, cell{Text: kes(s.Gross)})
	} else {
		t.add(first, cell{Text: kes(s.Gross)})
	}
	return shares[1:]
}

// paidCard is what lessened an invoice: payments, and credit notes.
func (b *Backoffice) paidCard(q *request, p *recordPage, d invoices.Document) error {
	if d.Kind != invoices.Invoice || d.Number == 0 {
		return nil
	}
	paid, err := b.Invoices.Allocations(q.ctx, d.ID)
	if err != nil {
		return err
	}
	notes, err := b.Invoices.Notes(q.ctx, d.ID)
	if err != nil {
		return err
	}
	c := card{Name: p.T("office.invoice.paid"), Table: &table{Columns: []column{{p.T("office.invoice.day"), "when"}, {Name: p.T("office.invoice.what")}, {p.T("office.invoice.total"), "num"}}}}
	for _, a := range paid {
		more := ""
		if a.Back != 0 {
			more = p.T("office.invoice.taken_back", "Amount", kes(a.Back))
		}
		c.Table.add(cell{Text: words.DateOf(p.Lang, a.Day)}, cell{Text: p.T("office.invoice.from_credit"), More: more}, cell{Text: kes(a.Cents - a.Back)})
	}
	for _, n := range notes {
		c.Table.add(cell{Text: words.DateOf(p.Lang, n.Day)}, cell{Text: n.Text(), Address: "/office/invoices/" + number(n.ID), More: n.Why}, cell{Text: kes(-n.Gross)})
	}
	if d.Written != 0 {
		c.Table.add(cell{}, cell{Text: p.T("office.invoice.state_written_off"), More: d.Why}, cell{Text: kes(d.Written)})
	}
	if len(c.Table.Rows) == 0 {
		c.Table, c.Lead = nil, p.T("office.invoice.not_paid")
	}
	p.add(c)
	return nil
}

var invoiceFields = map[string]string{"invoice.reason": "reason", "invoice.credit_amount": "amount", "invoice.credited_since": "amount", "money.invalid": "amount", "invoice.control": "control", "invoice.control_there": "control", "invoice.control_moved": "control", "invoice.po_number": "order"}

func (q *request) refuseInvoice(err error, p *formPage) error {
	return q.refuse(err, "form", p, invoiceFields[fault.KeyOf(err)])
}
