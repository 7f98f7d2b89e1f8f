package backoffice

import (
	"cmp"
	"strconv"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// weekdays are the days of a week by their short names, Monday first, as customers and schedules count them from 1.
var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// weekdayField asks for a day of the week, or none.
func (f *frame) weekdayField(value string) formField {
	all := []choice{{Name: f.T("office.bill_day.any_weekday"), Value: "0"}}
	for n, day := range weekdays {
		all = append(all, choice{Name: f.T("office.day." + day), Value: strconv.Itoa(n + 1)})
	}
	return formField{Name: "bill_weekday", As: asPick, Label: f.T("office.customer_field.bill_weekday"), Value: value, Choices: chosen(all, value)}
}

// billDays are the days on which a customer is billed.
func (f *frame) billDays(c customers.Customer) string {
	text := f.T("office.customer.each_month", "Day", c.BillDay)
	if c.BillDay == 31 {
		text = f.T("office.customer.each_month_last")
	}
	if c.BillWeekday != 0 {
		text = f.T("office.customer.each_week", "Month", text, "Day", f.T("office.day."+weekdays[c.BillWeekday-1]))
	}
	return text
}

// billDayForm asks on which days a customer is to be billed; the address may propose some.
func (b *Backoffice) billDayForm(q *request, c customers.Customer) *formPage {
	p := q.asking("office.bill_day.", "customers", customerAddress(c.ID), "Name", c.Name)
	p.Text = p.T("office.bill_day.lead", "Day", p.billDays(c))
	p.Crumbs, p.Danger = customerCrumbs(&p.frame, c), false
	p.ask(formField{Name: "bill_day", Label: p.T("office.customer_field.bill_day"), Hint: p.T("office.bill_day.hint"), As: asNumber, Value: q.typedOr("bill_day", cmp.Or(q.Query("bill_day"), strconv.Itoa(c.BillDay))), Most: 2, Must: true},
		p.weekdayField(q.typedOr("bill_weekday", cmp.Or(q.Query("bill_weekday"), strconv.Itoa(c.BillWeekday)))))
	return p
}

func (b *Backoffice) askBillDay(q *request) error {
	c, err := b.theCustomer(q, staff.CustomersEdit)
	if err != nil {
		return err
	}
	return q.showForm(b.billDayForm(q, c))
}

// typedBillDays reads both days over those that a customer has.
func (q *request) typedBillDays(c *customers.Customer) {
	if c.BillDay = wholeTyped(q.FormValue("bill_day")); c.BillDay == 0 { // Check would take it for the first
		c.BillDay = -1
	}
	if q.said("bill_weekday") != "" {
		c.BillWeekday = wholeTyped(q.FormValue("bill_weekday"))
	}
}

// moveBillDay shows first the next bill of each line as it would be, and then moves the day.
func (b *Backoffice) moveBillDay(q *request) error {
	was, err := b.theCustomer(q, staff.CustomersEdit)
	if err != nil {
		return err
	}
	c := was
	q.typedBillDays(&c)
	c, err = c.Check()
	same := c.BillDay == was.BillDay && c.BillWeekday == was.BillWeekday
	if err == nil && q.FormValue("sure") != "" {
		if same { // it is done
			return led(customerAddress(c.ID))
		}
		if err = b.Customers.MoveBillDay(q.ctx, c.ID, c.BillDay, c.BillWeekday, idIn(q.FormValue("seen")), q.customerBy()); err == nil {
			q.tell("good", "office.bill_day.done", "", "Day", b.billDayForm(q, c).billDays(c))
			return led(customerAddress(c.ID))
		}
	}
	if err == nil && same {
		err = fault.New(fault.Invalid, "customer.bill_day_same")
	}
	if err != nil {
		return q.refuse(err, "form", b.billDayForm(q, was), "bill_day")
	}
	p := q.asking("office.bill_day_sure.", "customers", customerAddress(c.ID)+"/billday", "Name", c.Name)
	p.Text = p.T("office.bill_day_sure.lead", "Day", p.billDays(c), "Was", p.billDays(was))
	p.Crumbs, p.Danger = customerCrumbs(&p.frame, c), false
	p.Hidden = []fact{{"bill_day", strconv.Itoa(c.BillDay)}, {"bill_weekday", strconv.Itoa(c.BillWeekday)}, {"sure", "1"}, {"seen", number(was.Version)}}
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
		t.add(cell{Text: names[d.SubscriptionID], Address: lineAt(d.SubscriptionID)}, cell{Text: words.DateOf(f.Lang, d.Period.From) + " – " + words.DateOf(f.Lang, until)},
			cell{Text: f.T("office.bill_day.of", "Days", strconv.FormatInt(d.Period.Days(), 10), "Of", strconv.FormatInt(whole.Days(), 10))}, sum)
	}
	_, err = b.Invoices.Run(q.ctx, b.planDay(), b.Bills.Moving(c), invoices.RunOptions{Tell: tell})
	return t, err
}
