package backoffice

import (
	"strconv"

	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// exemptionForm shows the taxes that were billed for days of a customer's certificate, an invoice a row, and asks whether they are to be credited.
func (b *Backoffice) exemptionForm(q *request, c customers.Customer) (*formPage, error) {
	all, err := b.Invoices.TaxesBack(q.ctx, c.ID)
	if err != nil {
		return nil, err
	}
	sum := int64(0)
	for _, one := range all {
		sum += one.Taxes.Cents
	}
	if sum == 0 {
		return nil, fault.New(fault.Conflict, "invoice.exempt_none")
	}
	p := q.asking("office.exemption.", "customers", customerAddress(c.ID), "Name", c.Name, "Certificate", c.ExemptCertificate, "Sum", kes(sum))
	t := &table{Columns: []column{{p.T("office.exemption.invoice"), "code"}, {p.T("office.when"), "when"}, {p.T("office.amount"), "num"}, {p.T("office.exemption.taxes"), "num"}}}
	for _, one := range all {
		t.add(cell{Text: one.Invoice.Text(), Address: "/office/invoices/" + number(one.Invoice.ID)}, cell{Text: words.DateOf(p.Lang, one.Invoice.Day)}, cell{Text: kes(one.Invoice.Gross)}, cell{Text: one.Taxes.String()})
	}
	p.Crumbs = customerCrumbs(&p.frame, c)
	p.Hidden, p.Table = []fact{{"seen", strconv.FormatInt(sum, 10)}}, t
	return p, nil
}

func (b *Backoffice) askExemption(q *request) error {
	c, err := b.theCustomer(q, staff.PaymentsRefund)
	if err != nil {
		return err
	}
	p, err := b.exemptionForm(q, c)
	if err != nil {
		return q.refusal(err, customerAddress(c.ID))
	}
	return q.showForm(p)
}

// creditExemption credits what was shown. What has changed since is shown again.
func (b *Backoffice) creditExemption(q *request) error {
	c, err := b.theCustomer(q, staff.PaymentsRefund)
	if err != nil {
		return err
	}
	seen := money.KES(idIn(q.FormValue("seen")))
	notes, err := b.Invoices.CreditTaxes(q.ctx, c.ID, seen, q.invoiceBy())
	if fault.KeyOf(err) == "invoice.exempt_moved" {
		return q.refusal(err, customerAddress(c.ID)+"/exemption")
	}
	if err != nil {
		return q.refusal(err, customerAddress(c.ID))
	}
	q.tell("good", "office.exemption.done", "", "Sum", seen.String(), "Count", strconv.Itoa(len(notes)))
	return led(customerAddress(c.ID) + "?tab=money")
}
