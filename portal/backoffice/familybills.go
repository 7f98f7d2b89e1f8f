package backoffice

import (
	"strconv"

	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// familyBilling is the form that says whether an account gets one bill for all that it pays for, or one for each line.
func (b *Backoffice) familyBilling(q *request) (c customers.Customer, p *formPage, err error) {
	if c, err = b.theCustomer(q, staff.CustomersManage); err != nil {
		return c, nil, err
	}
	parts, err := b.Customers.Children(q.ctx, c.ID)
	if err == nil && len(parts) == 0 {
		err = notHere()
	}
	if err != nil {
		return c, nil, err
	}
	chosen, err := b.Invoices.ChoicesOf(q.ctx, c.ID)
	if err != nil {
		return c, nil, err
	}
	from := b.planDay() + 1
	p = q.asking("office.family_bills.", "customers", customerAddress(c.ID), "Name", c.Name, "From", words.DateOf(q.lang(), from))
	p.Danger = false
	p.Crumbs = customerCrumbs(&p.frame, c)
	p.Facts = []fact{{p.T("office.family_bills.now"), billsWord(&p.frame, chosen.On(from-1))}}
	if next, is := chosen.After(from - 1); is {
		p.Facts = append(p.Facts, fact{p.T("office.family_bills.next", "From", words.DateOf(p.Lang, next.From)), billsWord(&p.frame, next.One) + ", " + next.By})
	}
	if apart := b.tellDays(q, p, c, parts); apart > 0 {
		p.Text += " " + p.T("office.family_bills.apart", "Count", apart)
	}
	usual := "many"
	if chosen.On(from) {
		usual = "one"
	}
	p.ask(formField{Name: "bills", As: asPick, Label: p.T("office.family_bills.which"), Hint: p.T("office.family_bills.hint"), Value: q.typedOr("bills", usual), Must: true,
		Choices: []choice{{Value: "one", Name: billsWord(&p.frame, true)}, {Value: "many", Name: billsWord(&p.frame, false)}}})
	return c, p, nil
}

// tellDays lists an account and its parts by the days on which they are billed, and counts the parts that it pays for and that are billed on other days than it: they get
// bills of their own days until they are moved.
func (b *Backoffice) tellDays(q *request, p *formPage, c customers.Customer, parts []customers.Customer) (apart int) {
	p.Table = &table{Columns: []column{{Name: p.T("office.invoice.customer")}, {Name: p.T("office.family_bills.gets")}, {Name: p.T("office.family_bills.billed")}}}
	p.Table.add(cell{Text: c.Name, More: c.Number}, cell{Text: p.T("office.family_bills.on")}, cell{Text: p.billDays(c)})
	for _, part := range parts {
		gets, day := cell{Text: p.T("office.family_bills.own")}, cell{Text: p.billDays(part)}
		if part.ParentPays {
			gets.Text = p.T("office.family_bills.on")
		}
		if part.ParentPays && part.State == customers.Active && (part.BillDay != c.BillDay || part.BillWeekday != c.BillWeekday) {
			apart++
			day.More = p.T("office.family_bills.other_day")
			if q.may(staff.CustomersEdit, part.SiteID) {
				day.Acts = []act{{Name: p.T("office.family_bills.move"), Address: customerAddress(part.ID) + "/billday?bill_day=" + strconv.Itoa(c.BillDay) + "&bill_weekday=" + strconv.Itoa(c.BillWeekday)}}
			}
		}
		p.Table.add(cell{Text: part.Name, More: part.Number, Address: q.reachable(customerAddress(part.ID))}, gets, day)
	}
	return apart
}

func billsWord(f *frame, one bool) string {
	if one {
		return f.T("office.family_bills.one")
	}
	return f.T("office.family_bills.many")
}

func (b *Backoffice) askFamilyBills(q *request) error {
	_, p, err := b.familyBilling(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) chooseFamilyBills(q *request) error {
	c, p, err := b.familyBilling(q)
	if err != nil {
		return err
	}
	which := q.FormValue("bills")
	if which != "one" && which != "many" {
		return q.refuse(fault.New(fault.Invalid, "family.which"), "form", p, "bills")
	}
	from, err := b.Invoices.ChooseBills(q.ctx, c.ID, which == "one", q.invoiceBy())
	if err != nil {
		return q.refuse(err, "form", p, "bills")
	}
	q.tell("good", "office.family_bills.done", "", "Name", c.Name, "From", words.DateOf(q.lang(), from))
	return led(customerAddress(c.ID))
}

// tellFamilyBills says in the card of an account's parts how it is billed.
func (b *Backoffice) tellFamilyBills(q *request, f *frame, c customers.Customer, to *card) error {
	chosen, err := b.Invoices.ChoicesOf(q.ctx, c.ID)
	if err != nil {
		return err
	}
	today := b.planDay()
	to.Lead = f.T("office.family_bills.is", "Which", billsWord(f, chosen.On(today)))
	if next, is := chosen.After(today); is && next.One != chosen.On(today) {
		to.Lead += " " + f.T("office.family_bills.will", "From", words.DateOf(f.Lang, next.From), "Which", billsWord(f, next.One))
	}
	if c.State == customers.Active && q.may(staff.CustomersManage, c.SiteID) {
		to.Acts = append(to.Acts, act{Name: f.T("office.family_bills.act"), Address: customerAddress(c.ID) + "/bills"})
	}
	return nil
}
