package backoffice

import (
	"strconv"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

// billDayForm asks on which day of the month a customer is to be billed.
func (b *Backoffice) billDayForm(q *request, c customers.Customer) *formPage {
	p := q.asking("office.bill_day.", "customers", customerAddress(c.ID), "Name", c.Name, "Day", c.BillDay)
	p.Crumbs, p.Danger = customerCrumbs(&p.frame, c), false
	p.ask(formField{Name: "bill_day", Label: p.T("office.customer_field.bill_day"), Hint: p.T("office.bill_day.hint"), As: asNumber, Value: q.typedOr("bill_day", strconv.Itoa(c.BillDay)), Most: 2, Must: true})
	return p
}

func (b *Backoffice) askBillDay(q *request) error {
	c, err := b.theCustomer(q, staff.CustomersEdit)
	if err != nil {
		return err
	}
	return q.showForm(b.billDayForm(q, c))
}

// moveBillDay shows first the next bill of each line as it would be, and then moves the day.
func (b *Backoffice) moveBillDay(q *request) error {
	c, err := b.theCustomer(q, staff.CustomersEdit)
	if err != nil {
		return err
	}
	was := c.BillDay
	if c.BillDay = wholeTyped(q.FormValue("bill_day")); c.BillDay == 0 {
		c.BillDay = -1
	}
	version := c.Version
	if c, err = c.Check(); err == nil && q.FormValue("sure") != "" {
		if c.BillDay == was { // it is done
			return led(customerAddress(c.ID))
		}
		if err = b.Customers.MoveBillDay(q.ctx, c.ID, c.BillDay, idIn(q.FormValue("seen")), q.customerBy()); err == nil {
			q.tell("good", "office.bill_day.done", "", "Day", strconv.Itoa(c.BillDay))
			return led(customerAddress(c.ID))
		}
	}
	if err == nil && c.BillDay == was {
		err = fault.New(fault.Invalid, "customer.bill_day_same")
	}
	if err != nil {
		c.BillDay = was
		return q.refuse(err, "form", b.billDayForm(q, c), "bill_day")
	}
	p := q.asking("office.bill_day_sure.", "customers", customerAddress(c.ID)+"/billday", "Name", c.Name, "Day", c.BillDay, "Was", was)
	p.Crumbs, p.Danger = customerCrumbs(&p.frame, c), false
	p.Hidden = []fact{{"bill_day", strconv.Itoa(c.BillDay)}, {"sure", "1"}, {"seen", number(version)}}
	if p.Table, err = b.nextBills(q, &p.frame, c); err != nil {
		return err
	}
	return q.showForm(p)
}

// nextBills are the next bills of a customer's lines, as they would be on the day that the customer names.
func (b *Backoffice) nextBills(q *request, f *frame, c customers.Customer) (*table, error) {
	lines, err := b.Lines.Of(q.ctx, c.ID)
	if err != nil {
		return nil, err
	}
	names := map[int64]string{}
	for _, sub := range lines {
		names[sub.ID] = sub.State.Login.Name
	}
	t := &table{Columns: []column{{Name: f.T("office.bill_day.line")}, {Name: f.T("office.bill_day.period")}, {f.T("office.bill_day.days"), "num"}, {f.T("office.bill_day.bill"), "num"}}}
	tell := func(d invoices.Due, bill invoices.Bill, failed error) {
		until, whole := d.Period.Until-1, d.History.Cycle.Whole(d.Period.From)
		sum := cell{Text: kes(bill.Gross)}
		if failed != nil {
			sum = cell{Text: "–", More: f.T(fault.KeyOf(failed))}
		}
		t.add(cell{Text: names[d.SubscriptionID], Address: lineAt(d.SubscriptionID)}, cell{Text: dayText(d.Period.From) + " – " + dayText(until)},
			cell{Text: f.T("office.bill_day.of", "Days", strconv.FormatInt(d.Period.Days(), 10), "Of", strconv.FormatInt(whole.Days(), 10))}, sum)
	}
	_, err = b.Invoices.Run(q.ctx, b.planDay(), b.Bills.Moving(c.ID, c.BillDay), invoices.RunOptions{Tell: tell})
	return t, err
}
