package backoffice

import (
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// mayPromise: who takes money notes promises, and who answers for service.
func (q *request) mayPromise(c customers.Customer) bool {
	return c.State == customers.Active && (q.may(staff.PaymentsMatch, c.SiteID) || q.may(staff.AccessChange, c.SiteID))
}

// promising is the form of a promise, with what is owed.
func (b *Backoffice) promising(q *request) (customers.Customer, *formPage, error) {
	c, err := b.theCustomer(q, staff.CustomersView)
	if err == nil && !q.mayPromise(c) {
		err = notHere()
	}
	if err != nil {
		return c, nil, err
	}
	p := q.asking("office.promise.", "customers", customerAddress(c.ID), "Name", c.Name)
	p.Danger, p.Hidden = false, q.onceOf()
	p.Crumbs = customerCrumbs(&p.frame, c)
	if p.Facts, err = b.moneyFacts(q, &p.frame, c); err != nil {
		return c, p, err
	}
	day := formField{Name: "until", As: asDay, Label: p.T("office.promise.until"), Hint: p.T("office.promise.until_hint"), Value: q.typedOr("until", ""), Must: true}
	amount := formField{Name: "amount", As: asMoney, Label: p.T("office.promise.amount"), Hint: p.T("office.promise.amount_hint"), Value: q.typedOr("amount", ""), Most: 16}
	who := formField{Name: "who", Label: p.T("office.promise.who"), Value: q.typedOr("who", c.Name), Most: 80, Must: true}
	p.ask(day, amount, who, formField{Name: "note", Label: p.T("office.money.note"), Value: q.typedOr("note", ""), Most: 200})
	return c, p, nil
}

func (b *Backoffice) askPromise(q *request) error {
	_, p, err := b.promising(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) promise(q *request) error {
	c, p, err := b.promising(q)
	if err != nil {
		return err
	}
	said := invoices.Promised{CustomerID: c.ID, Who: q.FormValue("who"), Note: q.FormValue("note"), Request: q.once()}
	var known bool
	if said.Until, known = clock.ParseDay(q.said("until")); !known {
		err = fault.New(fault.Invalid, "dunning.promise")
	}
	if err == nil {
		said.Amount, err = amountTyped(q.FormValue("amount"))
	}
	if err == nil {
		err = b.Invoices.Promise(q.ctx, said, q.invoiceBy())
	}
	if err != nil {
		return q.refuse(err, "form", p, map[string]string{"dunning.promise": "until", "dunning.promise_who": "who", "dunning.promise_amount": "amount", "money.invalid": "amount"}[fault.KeyOf(err)])
	}
	q.tell("good", "office.promise.done", "", "Name", c.Name, "Day", words.DateOf(q.lang(), said.Until))
	return led(customerAddress(c.ID) + "?tab=money")
}

// tellPromises are what a customer promised, and whether its day is over.
func (b *Backoffice) tellPromises(q *request, p *recordPage, c customers.Customer) error {
	all, err := b.Invoices.Promises(q.ctx, c.ID, fewPayments)
	if err != nil || len(all) == 0 {
		return err
	}
	one := card{Name: p.T("office.promise.all"), Table: &table{Columns: []column{{p.T("office.promise.until"), "when"}, {p.T("office.amount"), "num"}, {Name: p.T("office.promise.who")}, {p.T("office.promise.heard"), "when"}, {Name: p.T("office.state")}}}}
	for n, said := range all {
		state := stateView{"", p.T("office.promise.over")}
		switch {
		case n > 0:
			state = stateView{"", p.T("office.promise.replaced")}
		case !said.Over(b.planDay()):
			state = stateView{"warn", p.T("office.promise.holds")}
		}
		one.Table.add(cell{Text: words.DateOf(p.Lang, said.Until)}, cell{Text: unlessNone(said.Amount)}, cell{Text: said.Who, More: said.Note}, cell{Text: b.planWhen(&p.frame, said.At), More: said.By}, stated(state))
	}
	p.add(one)
	return nil
}

// treating is the form that says how a customer is treated besides their terms.
func (b *Backoffice) treating(q *request) (customers.Customer, *formPage, error) {
	c, err := b.theCustomer(q, staff.CustomersManage)
	if err != nil {
		return c, nil, err
	}
	terms, err := b.Invoices.OwnTermsOf(q.ctx, c.ID)
	if err != nil {
		return c, nil, err
	}
	p := q.asking("office.treat.", "customers", customerAddress(c.ID), "Name", c.Name)
	p.Danger = false
	p.Crumbs = customerCrumbs(&p.frame, c)
	p.Facts = b.termFacts(&p.frame, terms)
	tick := func(name string, on bool) formField {
		usual := ""
		if on {
			usual = "true"
		}
		return formField{Name: name, As: asTick, Label: p.T("office.treat." + name), Hint: p.T("office.treat." + name + "_hint"), Value: q.typedOr(name, usual)}
	}
	p.ask(tick("vip", terms.VIP), tick("review", terms.Review))
	return c, p, nil
}

func (b *Backoffice) askTreat(q *request) error {
	_, p, err := b.treating(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) treat(q *request) error {
	c, _, err := b.treating(q)
	if err != nil {
		return err
	}
	if err := b.Invoices.Treat(q.ctx, c.ID, q.FormValue("review") != "", q.FormValue("vip") != "", q.invoiceBy()); err != nil {
		return err
	}
	q.tell("good", "office.treat.done", "", "Name", c.Name)
	return led(customerAddress(c.ID))
}
