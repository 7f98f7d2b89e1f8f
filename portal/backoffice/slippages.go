package backoffice

import (
	"regexp"
	"strings"

	"mtandao/billing/accounts"
	"mtandao/billing/counter"
	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/settings"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// paperPage is a page that is printed: a receipt, on a slip or a sheet, or a statement.
type paperPage struct {
	frame
	State stateView
	Acts  []act
	Find  *find
	Head  []string // who we are
	Name  string   // what the paper is
	Facts []fact
	Table *table
	Sums  []fact // the last is the one that counts
	Foot  []string
	Slip  bool // as narrow as a till's roll
}

func slipAddress(customerID, eventID int64) string {
	return customerAddress(customerID) + "/slips/" + number(eventID)
}

// slipNumber is how a receipt is called, on the slip as on its PDF: the account's number, and which event of it this is.
func slipNumber(c customers.Customer, e accounts.Event) string {
	return "RC-" + c.Number + "-" + number(e.Seq)
}

var slipShape = regexp.MustCompile(`^(?i:RC-)?([0-9]{7})-([0-9]{1,9})$`)

// foundSlip is the address of a receipt whose number somebody typed; empty when it is none that they may see.
func (b *Backoffice) foundSlip(q *request, typed string) (string, error) {
	parts := slipShape.FindStringSubmatch(typed)
	if parts == nil {
		return "", nil
	}
	c, err := b.Customers.FindNow(q.ctx, parts[1])
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) || err == nil && !q.may(staff.PaymentsView, c.SiteID) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	all, err := b.Accounts.Events(q.ctx, c.ID, idIn(parts[2])+1, 1)
	if err != nil || len(all) == 0 || c.Number != parts[1] || all[0].Seq != idIn(parts[2]) || all[0].Kind != accounts.Counter {
		return "", err
	}
	return slipAddress(c.ID, all[0].ID), nil
}

// paper starts a page that is printed, with who we are on top.
func (b *Backoffice) paper(q *request, title, here string, c customers.Customer) *paperPage {
	p := &paperPage{frame: q.page(title, here)}
	p.Name = p.Title
	for _, line := range []string{b.Provider(), b.siteName(c.SiteID), b.Settings.String(settings.ProviderPhone)} {
		if line != "" && (len(p.Head) == 0 || line != p.Head[0]) {
			p.Head = append(p.Head, line)
		}
	}
	return p
}

// theSlip is the taking of an address, for who may do something at its customer's site.
func (b *Backoffice) theSlip(q *request, may staff.Permission) (customers.Customer, counter.Slip, error) {
	c, err := b.theCustomer(q, may)
	if err != nil {
		return c, counter.Slip{}, err
	}
	id, err := q.idOf("event")
	if err != nil {
		return c, counter.Slip{}, err
	}
	s, err := b.Counter.SlipOf(q.ctx, c.ID, id)
	return c, s, hidden(err)
}

func (b *Backoffice) slip(q *request) error {
	c, s, err := b.theSlip(q, staff.PaymentsView)
	if err != nil {
		return err
	}
	p := b.paper(q, "office.slip.title", "cashier", c)
	p.Slip, p.Title = true, p.T("office.slip.of", "Number", slipNumber(c, s.Event))
	p.Crumbs = []crumb{{p.T("office.cashier.title"), cashierAt}, {c.Name, customerAddress(c.ID)}}
	p.Facts = []fact{{p.T("office.slip.number"), slipNumber(c, s.Event)}, {p.T("office.when"), words.Date(p.Lang, s.Event.At.In(b.Zone)) + s.Event.At.In(b.Zone).Format(" 15:04")}, {p.T("office.slip.from"), c.Name}, {p.T("office.customer_field.number"), customers.Grouped(c.Number)},
		{p.T("office.money.how"), strings.TrimSpace(howName(&p.frame, s.Event.How) + " " + s.Event.Reference)}, {p.T("office.money.note"), s.Event.Note}, {p.T("office.slip.by"), s.Event.By}}
	creditLine := func(credit money.Amount, held, owed string) {
		if credit.Cents < 0 {
			credit, held = credit.Neg(), owed
		}
		if !credit.IsZero() {
			p.Sums = append(p.Sums, fact{p.T(held), credit.String()})
		}
	}
	creditLine(money.KES(s.Event.Balance.Cents-s.Event.Delta.Cents), "office.slip.before", "office.slip.owed")
	for _, e := range s.Spent {
		p.Sums = append(p.Sums, fact{b.spentOn(q, &p.frame, e), e.Delta.Neg().String()})
	}
	creditLine(s.After, "office.slip.credit", "office.slip.owes")
	p.Sums = append(p.Sums, fact{p.T("office.slip.received"), s.Event.Delta.String()})
	p.Foot = []string{p.T("office.slip.thanks")}
	if s.Back != nil {
		p.State = stateView{"bad", p.T("office.slip.returned")}
		p.Foot = []string{p.T("office.slip.void", "Day", words.Date(p.Lang, s.Back.At.In(b.Zone)), "Why", s.Back.Note)}
	} else {
		p.State = stateView{"good", p.T("office.slip.taken")}
		if q.may(staff.PaymentsRefund, c.SiteID) {
			p.Acts = []act{{Name: p.T("office.taking_return.act"), Icon: "undo-2", Address: slipAddress(c.ID, s.Event.ID) + "/return"}}
		}
	}
	p.Acts = append(p.Acts, act{Name: p.T("office.paper.pdf"), Icon: "download", Address: customerAddress(c.ID) + "/receipts/" + number(s.Event.Seq) + "/pdf"})
	if q.may(staff.PaymentsMatch, c.SiteID) {
		p.Acts = append(p.Acts, act{Name: p.T("office.slip.next"), Icon: "banknote", Address: cashierAt})
	}
	return q.send(200, "paper", p)
}

// spentOn says what credit was used for.
func (b *Backoffice) spentOn(q *request, f *frame, e accounts.Event) string {
	what := eventName(f, e)
	switch {
	case e.Kind == "invoice":
		return e.Note
	case e.Kind == "renewed":
		if names, err := b.planNames(q); err == nil && names[e.Note] != "" {
			return names[e.Note] + ", " + what
		}
	}
	return what
}

func (b *Backoffice) returningForm(q *request, c customers.Customer, s counter.Slip) *formPage {
	f := q.page("office.slip.title", "cashier")
	p := q.asking("office.taking_return.", "cashier", slipAddress(c.ID, s.Event.ID), "Amount", s.Event.Delta.String(), "How", strings.TrimSpace(howName(&f, s.Event.How)+" "+s.Event.Reference), "Name", c.Name)
	p.Crumbs = []crumb{{p.T("office.cashier.title"), cashierAt}, {c.Name, customerAddress(c.ID)}, {slipNumber(c, s.Event), slipAddress(c.ID, s.Event.ID)}}
	p.Facts = []fact{{p.T("office.slip.number"), slipNumber(c, s.Event)}, {p.T("office.when"), b.when(&p.frame, s.Event.At)}, {p.T("office.amount"), s.Event.Delta.String()}, {p.T("office.money.how"), strings.TrimSpace(howName(&p.frame, s.Event.How) + " " + s.Event.Reference)}}
	p.ask(formField{Name: "reason", Label: p.T("office.taking_return.reason"), Hint: p.T("office.taking_return.reason_hint"), Value: q.FormValue("reason"), Most: 200, Must: true})
	return p
}

func (b *Backoffice) askReturn(q *request) error {
	c, s, err := b.theSlip(q, staff.PaymentsRefund)
	if err == nil && s.Back != nil {
		return led(slipAddress(c.ID, s.Event.ID))
	}
	if err == nil {
		err = q.proven()
	}
	if err != nil {
		return err
	}
	return q.showForm(b.returningForm(q, c, s))
}

// returnTaking takes back what bounced, or what was never there.
func (b *Backoffice) returnTaking(q *request) error {
	c, s, err := b.theSlip(q, staff.PaymentsRefund)
	if err == nil {
		err = q.proven()
	}
	if err != nil {
		return err
	}
	by := q.counterBy()
	back, err := b.Accounts.ReturnTaking(q.ctx, c.ID, s.Event.ID, q.FormValue("reason"), accounts.By{Actor: by.Actor, From: by.From})
	if fault.Is(err, fault.Conflict) {
		return q.refusal(err, slipAddress(c.ID, s.Event.ID))
	}
	if err != nil {
		return q.refuse(err, "form", b.returningForm(q, c, s), "reason")
	}
	q.tell("good", "office.taking_return.done", "", "Amount", back.Delta.Neg().String(), "Name", c.Name)
	return led(customerAddress(c.ID) + "?tab=account")
}
