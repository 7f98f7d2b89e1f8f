package backoffice

import (
	"context"
	"slices"
	"strings"

	"mtandao/billing/accounts"
	"mtandao/billing/counter"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/report"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Counter is what cashiers do; what changes something is recorded in the audit trail. *counter.Service satisfies it.
type Counter interface {
	Look(ctx context.Context, t counter.Taking, by counter.By) (counter.Effect, error)
	Take(ctx context.Context, t counter.Taking, by counter.By) (accounts.Event, error)
	SlipOf(ctx context.Context, customerID, eventID int64) (counter.Slip, error)
	AskPayback(ctx context.Context, p counter.Payback, by counter.By) (counter.Payback, error)
	DecidePayback(ctx context.Context, id int64, approve bool, by counter.By) (counter.Payback, error)
	CancelPayback(ctx context.Context, id int64, by counter.By) (counter.Payback, error)
	SendPayback(ctx context.Context, id int64, by counter.By) (counter.Payback, error)
	PaybackStays(ctx context.Context, id int64, by counter.By) (counter.Payback, error)
	PaybackWent(ctx context.Context, id int64, code string, by counter.By) (counter.Payback, error)
	PayPayback(ctx context.Context, id int64, how, reference string, by counter.By) (counter.Payback, error)
	PaybackByID(ctx context.Context, id int64) (counter.Payback, error)
	PaybacksOf(ctx context.Context, customerID int64, limit int) ([]counter.Payback, error)
	OpenPaybacks(ctx context.Context, state counter.PaybackState, sites []int64, limit int) ([]counter.Payback, error)
	CountCash(ctx context.Context, c counter.Count, by counter.By) (counter.Count, error)
	Counts(ctx context.Context, cashier string, day clock.Day) ([]counter.Count, error)
}

// Accounts is what the pages ask of customers' credit. *accounts.Service satisfies it.
type Accounts interface {
	Events(ctx context.Context, customerID, before int64, limit int) ([]accounts.Event, error)
	Latest(ctx context.Context, customerID, beforeID int64, limit int) ([]accounts.Event, error)
	WentBack(ctx context.Context, payments []accounts.Event) (map[int64]bool, error)
	Balances(ctx context.Context, customers []int64) (map[int64]money.Amount, error)
	ReturnTaking(ctx context.Context, customerID, eventID int64, reason string, by accounts.By) (accounts.Event, error)
}

const cashierAt = "/office/cashier"

func (b *Backoffice) counterRoutes() []route {
	one := "/office/customers/:id"
	return []route{
		{get, cashierAt, full, staff.PaymentsMatch, b.cashier},
		{get, cashierAt + "/day", full, staff.PaymentsMatch, b.cashDay}, {post, cashierAt + "/day", full, staff.PaymentsMatch, b.countCash},
		{get, one + "/pay", full, staff.PaymentsMatch, b.askTaking}, {post, one + "/pay", full, staff.PaymentsMatch, b.take},
		{get, one + "/slips/:event", full, staff.PaymentsView, b.slip},
		{get, one + "/slips/:event/return", full, staff.PaymentsRefund, b.askReturn}, {post, one + "/slips/:event/return", full, staff.PaymentsRefund, b.returnTaking},
		{get, one + "/payback", full, staff.PaymentsRefund, b.askPayback}, {post, one + "/payback", full, staff.PaymentsRefund, b.payback},
		{get, "/office/paybacks/:id/decide", full, staff.PaymentsApprove, b.askDecidePayback}, {post, "/office/paybacks/:id/decide", full, staff.PaymentsApprove, b.decidePayback},
		{get, "/office/paybacks/:id/cancel", full, staff.PaymentsRefund, b.askCancelPayback}, {post, "/office/paybacks/:id/cancel", full, staff.PaymentsRefund, b.cancelPayback},
		{get, "/office/paybacks/:id/send", full, staff.PaymentsMatch, b.askSendPayback}, {post, "/office/paybacks/:id/send", full, staff.PaymentsMatch, b.sendPayback},
		{get, "/office/paybacks/:id/stays", full, staff.PaymentsMatch, b.askPaybackStays}, {post, "/office/paybacks/:id/stays", full, staff.PaymentsMatch, b.paybackStays},
		{get, "/office/paybacks/:id/went", full, staff.PaymentsMatch, b.askPaybackWent}, {post, "/office/paybacks/:id/went", full, staff.PaymentsMatch, b.paybackWent},
		{get, "/office/paybacks/:id/pay", full, staff.PaymentsMatch, b.askPayPayback}, {post, "/office/paybacks/:id/pay", full, staff.PaymentsMatch, b.payPayback},
		{get, one + "/statement", full, staff.PaymentsView, b.statement},
		{get, one + "/promise", full, staff.CustomersView, b.askPromise}, {post, one + "/promise", full, staff.CustomersView, b.promise},
		{get, one + "/treat", full, staff.CustomersManage, b.askTreat}, {post, one + "/treat", full, staff.CustomersManage, b.treat},
		{get, one + "/invoice", full, staff.PaymentsMatch, b.askWrite}, {post, one + "/invoice", full, staff.PaymentsMatch, b.writeInvoice},
		{get, "/office/money", everywhere, staff.PaymentsView, b.moneyIn},
	}
}

func (q *request) counterBy() counter.By {
	by := q.in.By(q.visit())
	return counter.By{Member: q.in.Member.ID, Actor: q.in.Member.Email, From: by.From}
}

// kept are all that a form has sent but for some fields, to be sent again by the next one.
func (q *request) keptFields(but ...string) ([]fact, error) {
	all, err := q.typed()
	return slices.DeleteFunc(all, func(f fact) bool { return slices.Contains(but, f.Name) }), err
}

// cashier finds who pays; with nobody looked for it shows what was taken today.
func (b *Backoffice) cashier(q *request) error {
	typed := cutTyped(q.Query("q"))
	p := q.listing("office.cashier.title", "cashier")
	p.Lead = p.T("office.cashier.lead")
	p.Acts = []act{{Name: p.T("office.cash.title"), Icon: "wallet", Address: cashierAt + "/day"}}
	p.Find = &find{Action: cashierAt, Button: p.T("office.cashier.find"), Fields: []formField{{Name: "q", As: asSearch, Label: p.T("office.cashier.who"), Value: typed, Most: 80}}}
	if typed == "" {
		return b.takenToday(q, p)
	}
	if c, err := b.Customers.FindNow(q.ctx, typed); err == nil && c.State != customers.Merged && q.may(staff.PaymentsMatch, c.SiteID) {
		return led(customerAddress(c.ID) + "/pay")
	}
	found, err := b.Customers.List(q.ctx, customers.Filter{Typed: typed, Sites: q.scope(), Limit: mostListed})
	if err != nil {
		return err
	}
	p.Empty = blank{Icon: "search", Title: p.T("office.cashier.nobody"), Text: p.T("office.cashier.nobody_text")}
	if err := b.addPayers(q, p, found.Customers); err != nil {
		return err
	}
	return q.list(p)
}

// addPayers lists customers with their phone, their credit and what they owe.
func (b *Backoffice) addPayers(q *request, p *listPage, all []customers.Customer) error {
	p.Columns = []column{{Name: p.T("office.customer_field.name")}, {p.T("office.customer_field.number"), "code"}, {p.T("office.customer_field.phone"), "when"}, {p.T("office.money.owed"), "num"}, {p.T("office.money.credit"), "num"}}
	var ids []int64
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	phones, err := b.Customers.FirstPhones(q.ctx, ids)
	if err != nil {
		return err
	}
	credit, err := b.Accounts.Balances(q.ctx, ids)
	if err != nil {
		return err
	}
	owed, err := b.Invoices.OwedBy(q.ctx, ids)
	for _, c := range all {
		if q.may(staff.PaymentsMatch, c.SiteID) {
			p.add(cell{Text: c.Name, Address: customerAddress(c.ID) + "/pay"}, cell{Text: customers.Grouped(c.Number)}, cell{Text: phoneText(phones[c.ID])}, cell{Text: unlessNone(owed[c.ID])}, cell{Text: unlessNone(credit[c.ID])})
		}
	}
	return err
}

// unlessNone is an amount, or nothing when it is none.
func unlessNone(a money.Amount) string {
	if a.IsZero() {
		return ""
	}
	return a.String()
}

func (b *Backoffice) takenToday(q *request, p *listPage) error {
	p.Empty = blank{Icon: "banknote", Title: p.T("office.cashier.none"), Text: p.T("office.cashier.none_text")}
	all, err := b.Desk.MoneyIn(q.ctx, report.MoneyFilter{Cashier: q.in.Member.Email, Day: clock.DayOf(b.Clock.Now()), Limit: 20})
	if err == nil {
		err = b.addMoney(q, &p.frame, &p.table, all)
	}
	if err != nil {
		return err
	}
	return q.list(p)
}

// payer is the customer of the address who pays: of an account that was merged, none does.
func (b *Backoffice) payingCustomer(q *request) (customers.Customer, error) {
	c, err := b.theCustomer(q, staff.PaymentsMatch)
	if err == nil && c.State == customers.Merged {
		return c, led(customerAddress(c.MergedInto) + "/pay")
	}
	return c, err
}

// hows are the ways in which money comes to a counter.
var hows = report.Rails[1:]

func howName(f *frame, how string) string {
	if how == "" {
		return ""
	}
	return f.T("office.how." + how)
}

// takingForm asks what somebody brings.
func (b *Backoffice) takingForm(q *request, c customers.Customer) (*formPage, []invoices.Document, error) {
	p := q.asking("office.taking.", "cashier", customerAddress(c.ID), "Name", c.Name)
	p.Danger, p.Hidden = false, q.onceOf()
	p.Crumbs = []crumb{{p.T("office.cashier.title"), cashierAt}, {c.Name, customerAddress(c.ID)}}
	facts, err := b.moneyFacts(q, &p.frame, c)
	if err != nil {
		return p, nil, err
	}
	p.Facts = append([]fact{{p.T("office.customer_field.number"), customers.Grouped(c.Number)}}, facts...)
	owed, err := b.Invoices.OpenOf(q.ctx, c.ID)
	var named []choice
	for _, d := range owed {
		hint := p.T("office.taking.open", "Open", kes(d.Open), "Day", words.DateOf(p.Lang, d.DueDay))
		named = append(named, choice{Name: d.Text(), Value: number(d.ID), Hint: hint, Here: slices.Contains(q.values("named"), number(d.ID))})
	}
	var ways []choice
	for _, how := range hows {
		ways = append(ways, choice{Name: howName(&p.frame, how), Value: how})
	}
	usual := ""
	if standing, err := b.Invoices.StandingOf(q.ctx, c.ID, b.planDay()); err == nil && standing.Open.IsPositive() {
		usual = strings.TrimPrefix(standing.Open.String(), money.Shilling+" ")
	}
	field := func(name string, as kindOf, most int, value string) formField {
		return formField{Name: name, As: as, Most: most, Label: p.T("office.taking_field." + name), Value: q.typedOr(name, value)}
	}
	amount, how, bank := field("amount", asMoney, 16, usual), field("how", asRadio, 0, accounts.ByCash), field("bank", asText, 30, "")
	amount.Must, how.Must, how.Choices = true, true, chosen(ways, how.Value)
	bank.Hint = p.T("office.taking.bank_hint")
	p.ask(amount, how, field("reference", asText, 30, ""), bank, field("note", asText, 200, ""))
	if len(named) > 0 {
		p.Sections = append(p.Sections, section{Title: p.T("office.taking.named"), Folded: true, Open: len(q.values("named")) > 0, Fields: []formField{{Name: "named", As: asTicks, Label: p.T("office.taking.named_label"), Choices: named}}})
	}
	return p, owed, err
}

// planDay is the day of the plan clock, by which invoices are due.
func (b *Backoffice) planDay() clock.Day { return clock.DayOf(b.PlanClock.Now()) }

func (b *Backoffice) askTaking(q *request) error {
	c, err := b.payingCustomer(q)
	if err != nil {
		return err
	}
	p, _, err := b.takingForm(q, c)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

// typedTaking reads the form. A cheque carries the name of its bank with its number.
func (b *Backoffice) typedTaking(q *request, c customers.Customer) (t counter.Taking, err error) {
	t.Request, t.CustomerID, t.How, t.Note = "counter:"+q.FormValue("once"), c.ID, q.FormValue("how"), q.said("note")
	t.Reference = q.said("reference")
	if bank := q.said("bank"); t.How == accounts.ByCheque && t.Reference != "" {
		if bank == "" {
			return t, fault.New(fault.Invalid, "taking.bank")
		}
		t.Reference = bank + " " + t.Reference
	}
	for _, id := range q.values("named") {
		t.Named = append(t.Named, idIn(id))
	}
	t.Amount, err = amountTyped(q.FormValue("amount"))
	return t, err
}

// take shows first what the money would do, and takes it when that was seen.
func (b *Backoffice) take(q *request) error {
	c, err := b.payingCustomer(q)
	if err != nil {
		return err
	}
	form, owed, err := b.takingForm(q, c)
	if err != nil {
		return err
	}
	if q.FormValue("do") == "change" {
		return q.showForm(form)
	}
	t, err := b.typedTaking(q, c)
	if err == nil {
		t.Named, err = b.namedOf(q, c, owed, t.Named)
	}
	if err == nil && q.FormValue("do") == "take" {
		var e accounts.Event
		if e, err = b.Counter.Take(q.ctx, t, q.counterBy()); err == nil {
			q.tell("good", "office.taking.done", "", "Amount", e.Delta.String(), "Name", c.Name)
			return led(slipAddress(c.ID, e.ID))
		}
	}
	var e counter.Effect
	if err == nil {
		e, err = b.Counter.Look(q.ctx, t, q.counterBy())
	}
	if err != nil {
		return q.refuse(err, "form", form, takingFields[fault.KeyOf(err)])
	}
	return b.confirmTaking(q, c, t, e)
}

// namedOf are those of the invoices that a form names which the customer still owes. fault.Invalid "taking.named": one is another's.
func (b *Backoffice) namedOf(q *request, c customers.Customer, owed []invoices.Document, named []int64) (open []int64, err error) {
	for _, id := range named {
		if slices.ContainsFunc(owed, func(d invoices.Document) bool { return d.ID == id }) {
			open = append(open, id)
			continue
		}
		d, err := b.Invoices.Get(q.ctx, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if d.CustomerID != c.ID { // one of theirs may have been paid meanwhile
			return nil, fault.New(fault.Invalid, "taking.named", "Name", c.Name)
		}
	}
	return open, nil
}

var takingFields = map[string]string{"account.how": "how", "account.amount": "amount", "counter.withheld": "amount", "money.invalid": "amount", "account.reference": "reference", "account.reference_used": "reference", "account.note": "note", "taking.bank": "bank", "taking.named": "named"}

// confirmTaking shows what the money will do.
func (b *Backoffice) confirmTaking(q *request, c customers.Customer, t counter.Taking, e counter.Effect) error {
	p := &formPage{frame: q.page("office.taking.sure", "cashier"), Action: q.Path(), Cancel: customerAddress(c.ID)}
	p.Title, p.Button = p.T("office.taking.sure", "Amount", t.Amount.String(), "Name", c.Name), p.T("office.taking.take", "Amount", t.Amount.String())
	p.Do, p.Also = "take", []choice{{Name: p.T("office.taking.change"), Value: "change"}}
	p.Crumbs = []crumb{{p.T("office.cashier.title"), cashierAt}, {c.Name, customerAddress(c.ID)}}
	p.Facts = []fact{{p.T("office.customer_field.number"), customers.Grouped(c.Number)}, {p.T("office.amount"), t.Amount.String()}, {p.T("office.money.how"), howName(&p.frame, t.How)}, {p.T("office.money.reference"), t.Reference},
		{p.T("office.money.note"), t.Note}}
	var err error
	if p.Hidden, err = q.keptFields("do"); err != nil {
		return err
	}
	names, err := b.planNames(q)
	if err != nil {
		return err
	}
	p.Table = b.effectTable(&p.frame, e, names)
	return q.showForm(p)
}

// effectTable says line by line what money does.
func (b *Backoffice) effectTable(f *frame, e counter.Effect, plans map[string]string) *table {
	t := &table{Columns: []column{{Name: f.T("office.taking.does")}, {f.T("office.amount"), "num"}, {Name: f.T("office.taking.then")}}}
	if debt := min(e.Event.Delta.Cents, -e.Before.Cents); debt > 0 {
		t.add(cell{Text: f.T("office.taking.debt")}, cell{Text: kes(debt)}, cell{})
	}
	for _, paid := range e.Paid {
		then := stated(stateView{"good", f.T("office.invoice.state_paid")})
		if paid.Left.IsPositive() {
			then = stated(stateView{"warn", f.T("office.taking.left", "Amount", paid.Left.String())})
		}
		t.add(cell{Text: paid.Invoice.Text(), More: f.T("office.taking.due", "Day", words.DateOf(f.Lang, paid.Invoice.DueDay))}, cell{Text: paid.Amount.String()}, then)
	}
	for _, l := range e.Lines {
		tone, word := "good", "office.taking.goes_on"
		if l.Back {
			word = "office.taking.back"
		}
		t.add(cell{Text: plans[l.Subscription.State.Sold.PlanKey], More: l.Subscription.State.Login.Name}, cell{}, cell{State: stateView{tone, f.T(word)}, More: f.T("office.taking.until", "Time", b.planWhen(f, l.Until))})
	}
	if e.Cleared {
		t.add(cell{Text: f.T("office.taking.cleared")}, cell{}, stated(stateView{"good", f.T("office.taking.back")}))
	}
	if !e.After.IsZero() || len(t.Rows) == 0 {
		after, word := e.After, "office.taking.credit"
		if after.Cents < 0 {
			after, word = after.Neg(), "office.taking.owes"
		}
		t.add(cell{Text: f.T(word)}, cell{Text: after.String()}, cell{})
	}
	return t
}
