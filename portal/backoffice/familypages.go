package backoffice

import (
	"context"

	"mtandao/billing/customers"
	"mtandao/billing/families"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
)

// Families have accounts renew the lines of their parts. *families.Service satisfies it.
type Families interface {
	Of(ctx context.Context, partID int64) (*families.Agreed, money.Amount, error)
	Agree(ctx context.Context, partID int64, most money.Amount, by families.By) error
}

func (b *Backoffice) familyRoutes() []route {
	one := "/office/customers/:id/renewals"
	bills := "/office/customers/:id/bills"
	return []route{{get, one, full, staff.CustomersManage, b.askRenewals}, {post, one, full, staff.CustomersManage, b.payRenewals},
		{get, bills, full, staff.CustomersManage, b.askFamilyBills}, {post, bills, full, staff.CustomersManage, b.chooseFamilyBills}}
}

// renewing is the form that says whether the account of which somebody is a part renews their lines.
func (b *Backoffice) renewing(q *request) (c customers.Customer, p *formPage, err error) {
	if c, err = b.theCustomer(q, staff.CustomersManage); err != nil {
		return c, nil, err
	}
	if c.ParentID == 0 {
		return c, nil, notHere()
	}
	payer, err := b.Customers.Get(q.ctx, c.ParentID)
	if err == nil && !q.may(staff.CustomersManage, payer.SiteID) { // whose money it is
		err = notHere()
	}
	if err != nil {
		return c, nil, err
	}
	agreed, used, err := b.Families.Of(q.ctx, c.ID)
	if err != nil {
		return c, nil, err
	}
	p = q.asking("office.renewals.", "customers", customerAddress(c.ID), "Name", c.Name, "Payer", payer.Name)
	p.Danger = false
	p.Crumbs = customerCrumbs(&p.frame, c)
	usual := ""
	if agreed != nil {
		usual = agreed.Most.String()
		p.Facts = []fact{{p.T("office.renewals.used"), used.String()}, {p.T("office.renewals.by"), agreed.By + ", " + b.planWhen(&p.frame, agreed.At)}}
	}
	p.ask(formField{Name: "most", As: asMoney, Label: p.T("office.renewals.most"), Hint: p.T("office.renewals.most_hint"), Value: q.typedOr("most", usual), Most: 16})
	return c, p, nil
}

func (b *Backoffice) askRenewals(q *request) error {
	_, p, err := b.renewing(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

var renewalFields = map[string]string{"money.invalid": "most", "family.most": "most"}

func (b *Backoffice) payRenewals(q *request) error {
	c, p, err := b.renewing(q)
	if err != nil {
		return err
	}
	most, err := amountTyped(q.FormValue("most"))
	if err == nil {
		err = b.Families.Agree(q.ctx, c.ID, most, families.By{Actor: q.in.Member.Email, From: q.in.By(q.visit()).From})
	}
	if err != nil {
		return q.refuse(err, "form", p, renewalFields[fault.KeyOf(err)])
	}
	q.tell("good", "office.renewals.done", "", "Name", c.Name)
	return led(customerAddress(c.ID))
}

// tellRenewals says of a part, in the card of the account that it is one of, whether that renews its lines.
func (b *Backoffice) tellRenewals(q *request, f *frame, c, payer customers.Customer, to *card) error {
	agreed, used, err := b.Families.Of(q.ctx, c.ID)
	if err != nil {
		return err
	}
	if agreed != nil {
		to.Lead += " " + f.T("office.renewals.agreed", "Most", agreed.Most.String(), "Used", used.String())
	}
	if c.State == customers.Active && q.may(staff.CustomersManage, c.SiteID) && q.may(staff.CustomersManage, payer.SiteID) {
		to.Acts = append(to.Acts, act{Name: f.T("office.renewals.act"), Address: customerAddress(c.ID) + "/renewals"})
	}
	return nil
}
