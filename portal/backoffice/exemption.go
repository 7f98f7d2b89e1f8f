package backoffice

import (
	"strconv"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// exemption is what a customer paid or was billed with taxes for days of their certificate.
type exemption struct {
	bills       []invoices.TaxBack
	paid        []subscriptions.TaxPaid
	billed, had int64 // cents of taxes that are to be credited, of bills and of what was paid beforehand
	byHand      int
}

func (b *Backoffice) exemptionOf(q *request, customerID int64) (e exemption, err error) {
	if e.bills, err = b.Invoices.TaxesBack(q.ctx, customerID); err == nil {
		e.paid, err = b.Lines.TaxesPaid(q.ctx, customerID)
	}
	for _, one := range e.bills {
		e.billed += one.Taxes.Cents
	}
	for _, one := range e.paid {
		if one.ByHand {
			e.byHand++
		} else {
			e.had += one.Taxes.Cents
		}
	}
	if err == nil && e.billed+e.had == 0 {
		if err = fault.New(fault.Conflict, "invoice.exempt_none"); e.byHand > 0 {
			err = fault.New(fault.Conflict, "invoice.exempt_by_hand", "Count", e.byHand)
		}
	}
	return e, err
}

// exemptionForm shows the taxes of days of a customer's certificate, an invoice or a payment a row, and asks whether they are to be credited.
func (b *Backoffice) exemptionForm(q *request, c customers.Customer) (*formPage, error) {
	e, err := b.exemptionOf(q, c.ID)
	if err != nil {
		return nil, err
	}
	p := q.asking("office.exemption.", "customers", customerAddress(c.ID), "Name", c.Name, "Certificate", c.ExemptCertificate, "Sum", kes(e.billed+e.had))
	t := &table{Columns: []column{{Name: p.T("office.exemption.invoice")}, {p.T("office.when"), "when"}, {p.T("office.amount"), "num"}, {p.T("office.exemption.taxes"), "num"}}}
	for _, one := range e.bills {
		t.add(cell{Text: one.Invoice.Text(), Address: "/office/invoices/" + number(one.Invoice.ID)}, cell{Text: words.DateOf(p.Lang, one.Invoice.Day)}, cell{Text: kes(one.Invoice.Gross)}, cell{Text: one.Taxes.String()})
	}
	for _, one := range e.paid {
		taxes := cell{Text: one.Taxes.String()}
		if one.ByHand {
			taxes = cell{Text: p.T("office.exemption.by_hand"), More: one.Taxes.String()}
		}
		t.add(cell{Text: p.T("office.exemption.paid"), More: one.PlanKey, Address: q.reachable(lineAt(one.SubscriptionID))}, cell{Text: words.DateOf(p.Lang, one.Day)}, cell{Text: one.Paid.String()}, taxes)
	}
	if e.byHand > 0 {
		p.Text = words.Text(p.Lang, "invoice.exempt_by_hand", "Count", e.byHand)
	}
	p.Crumbs = customerCrumbs(&p.frame, c)
	p.Hidden, p.Table = []fact{{"seen", strconv.FormatInt(e.billed, 10)}, {"seen_paid", strconv.FormatInt(e.had, 10)}}, t
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
	notes, err := b.creditExempt(q, c.ID)
	if fault.KeyOf(err) == "invoice.exempt_moved" {
		return q.refusal(err, customerAddress(c.ID)+"/exemption")
	}
	if err != nil {
		return q.refusal(err, customerAddress(c.ID))
	}
	billed, had := idIn(q.FormValue("seen")), idIn(q.FormValue("seen_paid"))
	said := "office.exemption.done"
	switch {
	case billed == 0:
		said = "office.exemption.done_paid"
	case had != 0:
		said = "office.exemption.done_both"
	}
	q.tell("good", said, "", "Sum", money.KES(billed+had).String(), "Count", strconv.Itoa(notes))
	return led(customerAddress(c.ID) + "?tab=money")
}

// creditExempt credits what was seen of bills, and then of what was paid beforehand, and tells of how many bills. Each is once: what a fault leaves undone is on the form still, and
// whoever sends again the form that the fault met is led there.
func (b *Backoffice) creditExempt(q *request, customerID int64) (int, error) {
	billed, had := money.KES(idIn(q.FormValue("seen"))), money.KES(idIn(q.FormValue("seen_paid")))
	e, err := b.exemptionOf(q, customerID)
	if err == nil && (e.billed != billed.Cents || e.had != had.Cents) {
		err = fault.New(fault.Conflict, "invoice.exempt_moved", "Sum", money.KES(e.billed+e.had))
	}
	if err != nil {
		return 0, err
	}
	var notes []invoices.Document
	if !billed.IsZero() {
		notes, err = b.Invoices.CreditTaxes(q.ctx, customerID, billed, q.invoiceBy())
	}
	if err == nil && !had.IsZero() {
		err = b.Lines.CreditTaxes(q.ctx, customerID, had, q.lineBy())
	}
	return len(notes), err
}
