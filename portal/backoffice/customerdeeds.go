package backoffice

import (
	"slices"
	"strings"

	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

func (b *Backoffice) askCustomer(q *request) error {
	p, paper, parent, err := b.storedProfile(q)
	if err != nil {
		return err
	}
	return q.showForm(b.customerForm(q, p, paper, parent).formPage)
}

// customerFields is beside which field a fault stands.
var customerFields = map[string]string{"customer.name": "name", "customer.kind": "kind", "customer.segment": "segment", "customer.language": "language", "customer.pin": "pin",
	"customer.bill_day": "bill_day", "customer.payment_days": "payment_days", "customer.certificate": "certificate", "customer.exempt_from": "exempt_from", "customer.exempt_until": "exempt_until",
	"customer.purchase_order": "purchase_order", "customer.parent_pays": "parent_pays", "customer.parent_self": "parent", "customer.parent_is_child": "parent",
	"customer.parent_closed": "parent", "customer.parent_has_children": "parent", "customer.tags": "tags", "customer.old_number": "old_numbers", "customer.number_taken": "old_numbers",
	"customer.address": "line-0", "customer.contacts": "contact-0", "customer.identity": "paper_number"}

// saveCustomer stores a customer. When they may be here already it says so first, once.
func (b *Backoffice) saveCustomer(q *request) error {
	stored, paper, parent, err := b.storedProfile(q)
	if err != nil {
		return err
	}
	typed, field, err := b.typedProfile(q, stored)
	if err == nil {
		alike, err := b.newlyAlike(q, stored, typed)
		if err != nil {
			return err
		}
		if key := keyOf(alike); key != "" && q.FormValue("alike") != key {
			return b.showAlike(q, b.customerForm(q, stored, paper, parent).formPage, alike, key)
		}
	}
	var c customers.Customer
	if err == nil {
		c, err = b.Customers.Keep(q.ctx, typed, q.customerBy())
	}
	if err != nil {
		if field == "" {
			field = customerFields[fault.KeyOf(err)]
		}
		return q.refuse(err, "form", b.customerForm(q, stored, paper, parent).formPage, field)
	}
	q.tell("good", "office.customer.saved", "", "Number", customers.Grouped(c.Number))
	return led(customerAddress(c.ID))
}

// newlyAlike are the customers who may be the same as what was typed and were not before.
func (b *Backoffice) newlyAlike(q *request, stored, typed customers.Profile) ([]customers.Duplicate, error) {
	alike, err := b.Customers.Duplicates(q.ctx, typed)
	if err != nil || typed.ID == 0 || len(alike) == 0 {
		return alike, err
	}
	before, err := b.Customers.Duplicates(q.ctx, stored)
	return slices.DeleteFunc(alike, func(d customers.Duplicate) bool {
		return slices.ContainsFunc(before, func(was customers.Duplicate) bool { return was.ID == d.ID })
	}), err
}

func keyOf(alike []customers.Duplicate) string {
	var ids []string
	for _, d := range alike {
		ids = append(ids, number(d.ID))
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

// showAlike shows the form again with who it may be. Those at other sites are counted among them, and not named.
func (b *Backoffice) showAlike(q *request, p *formPage, alike []customers.Duplicate, key string) error {
	for _, d := range alike {
		why := likeness(&p.frame, d.Reasons)
		if !q.may(staff.CustomersView, d.SiteID) {
			p.Notes = append(p.Notes, note{Tone: "warn", Text: p.T("office.customer.alike_elsewhere", "Why", why)})
			continue
		}
		p.Notes = append(p.Notes, note{Tone: "warn", Text: p.T("office.customer.alike", "Name", d.Name, "Number", customers.Grouped(d.Number), "Why", why)})
		p.Acts = append(p.Acts, act{Name: p.T("office.customer.open_one", "Name", d.Name), Address: customerAddress(d.ID)})
	}
	p.Hidden = append(p.Hidden, fact{"alike", key})
	p.Button = p.T("office.customer.save_anyway")
	return q.send(409, "form", p)
}

func likeness(f *frame, reasons []customers.Reason) string {
	var why []string
	for _, r := range reasons {
		why = append(why, f.T("customer.like_"+string(r)))
	}
	return strings.Join(why, ", ")
}

func (b *Backoffice) noteCustomer(q *request) error {
	c, err := b.theCustomer(q, staff.CustomersEdit)
	if err != nil {
		return err
	}
	if err := b.Customers.AddNote(q.ctx, c.ID, q.FormValue("note"), q.customerBy()); err != nil {
		p, e := b.customerPage(q, c)
		if e != nil {
			return e
		}
		return q.refuse(err, "record", p, "note")
	}
	return led(customerAddress(c.ID))
}

// seeIdentity shows the number of somebody's paper once; that it was seen is in the trail.
func (b *Backoffice) seeIdentity(q *request) error {
	c, err := b.theCustomer(q, staff.IdentitiesView)
	if err != nil {
		return err
	}
	paper, err := b.Customers.SeeIdentity(q.ctx, c.ID, q.customerBy())
	if err != nil {
		return hidden(err)
	}
	p, err := b.customerPage(q, c)
	if err != nil {
		return err
	}
	p.Cards = slices.Insert(p.Cards, 0, card{Name: p.T("office.customer.paper_" + string(paper.Kind)), Lead: p.T("office.customer.paper_seen"), Once: paper.Number})
	return q.show(p)
}

// mergeAsk asks which other account this one is merged into: those that look alike, or one that is typed.
func (b *Backoffice) mergeAsk(q *request, c customers.Customer) (*formPage, error) {
	p := q.asking("office.customer_merge.", "customers", customerAddress(c.ID), "Name", c.Name, "Number", customers.Grouped(c.Number))
	p.Crumbs = customerCrumbs(&p.frame, c)
	p.Danger = false
	stored := customers.Profile{Customer: c}
	var err error
	if stored.Contacts, err = b.Customers.Contacts(q.ctx, c.ID); err != nil {
		return p, err
	}
	alike, err := b.Customers.Duplicates(q.ctx, stored)
	var offers []choice
	for _, d := range alike {
		if q.may(staff.CustomersManage, d.SiteID) && d.State == customers.Active {
			offers = append(offers, choice{Name: d.Name + " · " + customers.Grouped(d.Number), Value: d.Number, Hint: likeness(&p.frame, d.Reasons), Here: q.FormValue("like") == d.Number})
		}
	}
	if len(offers) > 0 {
		p.ask(formField{Name: "like", Label: p.T("office.customer_merge.alike"), As: asRadio, Choices: offers})
	}
	p.ask(formField{Name: "into", Label: p.T("office.customer_merge.into"), Hint: p.T("office.customer_merge.into_hint"), Value: q.FormValue("into"), Most: 64})
	return p, err
}

func (b *Backoffice) askMerge(q *request) error {
	c, err := b.theCustomer(q, staff.CustomersManage)
	if err != nil {
		return err
	}
	if c.State == customers.Merged {
		return led(customerAddress(c.ID))
	}
	p, err := b.mergeAsk(q, c)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

// mergeCustomer asks a second time, with both accounts side by side, and merges when the number of the one that goes was typed.
func (b *Backoffice) mergeCustomer(q *request) error {
	c, err := b.theCustomer(q, staff.CustomersManage)
	if err != nil {
		return err
	}
	typed := strings.TrimSpace(q.FormValue("into"))
	if typed == "" {
		typed = q.FormValue("like")
	}
	into, err := b.Customers.FindNow(q.ctx, typed)
	if err == nil && !q.may(staff.CustomersManage, into.SiteID) {
		err = fault.New(fault.NotFound, "customer.unknown")
	}
	if err == nil && into.ID == c.ID {
		err = fault.New(fault.Invalid, "customer.merge_self")
	}
	if err != nil {
		p, e := b.mergeAsk(q, c)
		if e != nil {
			return e
		}
		return q.refuse(err, "form", p, "into")
	}
	confirmed, said := q.FormValue("confirm"), q.FormValue("asked") == "1"
	if said && customers.NumberKey(confirmed) == c.Number {
		if err = b.Customers.Merge(q.ctx, c.ID, into.ID, q.customerBy()); err == nil {
			q.tell("good", "office.customer_merge.done", "", "Name", c.Name, "Into", into.Name)
			return led(customerAddress(into.ID))
		}
	} else if said {
		err = fault.New(fault.Invalid, "office.customer_merge.not_typed", "Number", customers.Grouped(c.Number))
	}
	p, e := b.mergeConfirm(q, c, into)
	if e != nil {
		return e
	}
	if err != nil {
		return q.refuse(err, "form", p, "confirm")
	}
	return q.showForm(p)
}

func (b *Backoffice) mergeConfirm(q *request, c, into customers.Customer) (*formPage, error) {
	p := q.asking("office.customer_merge_sure.", "customers", customerAddress(c.ID), "Name", c.Name, "Number", customers.Grouped(c.Number), "Into", into.Name, "IntoNumber", customers.Grouped(into.Number))
	p.Crumbs = customerCrumbs(&p.frame, c)
	p.Facts = []fact{{p.T("office.customer_merge.goes"), c.Name + " · " + customers.Grouped(c.Number) + " · " + b.siteName(c.SiteID)},
		{p.T("office.customer_merge.stays"), into.Name + " · " + customers.Grouped(into.Number) + " · " + b.siteName(into.SiteID)}}
	held, err := b.Customers.Held(q.ctx, c.ID)
	for _, h := range held {
		p.Facts = append(p.Facts, fact{p.T("office.customer_merge.moves"), words.Text(p.Lang, h.Words, "Count", h.Count)})
	}
	p.Hidden = []fact{{"into", into.Number}, {"asked", "1"}}
	p.ask(formField{Name: "confirm", Label: p.T("office.customer_merge.confirm", "Number", customers.Grouped(c.Number)), Most: 20, Must: true})
	return p, err
}

func (b *Backoffice) askClose(q *request) error {
	c, err := b.theCustomer(q, staff.CustomersManage)
	if err != nil {
		return err
	}
	p := q.asking("office.customer_close.", "customers", customerAddress(c.ID), "Name", c.Name, "Number", customers.Grouped(c.Number))
	p.Crumbs = customerCrumbs(&p.frame, c)
	return q.showForm(p)
}

func (b *Backoffice) closeCustomer(q *request) error {
	c, err := b.theCustomer(q, staff.CustomersManage)
	if err != nil {
		return err
	}
	if err := b.Customers.Close(q.ctx, c.ID, q.customerBy()); err != nil {
		return q.refusal(err, customerAddress(c.ID))
	}
	q.tell("good", "office.customer.closed", customerAddress(c.ID)+"/reopen", "Name", c.Name)
	return led(customerAddress(c.ID))
}

func (b *Backoffice) reopenCustomer(q *request) error {
	c, err := b.theCustomer(q, staff.CustomersManage)
	if err != nil {
		return err
	}
	if err := b.Customers.Reopen(q.ctx, c.ID, q.customerBy()); err != nil {
		return q.refusal(err, customerAddress(c.ID))
	}
	q.tell("good", "office.customer.reopened", "", "Name", c.Name)
	return led(customerAddress(c.ID))
}
