package backoffice

import (
	"mtandao/billing/invoices"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

// invoiceForm asks before something is done to an invoice. what names it in the words' keys.
func (b *Backoffice) invoiceForm(q *request, d invoices.Document, what string, fields ...formField) (*formPage, error) {
	left, err := b.Invoices.Creditable(q.ctx, d)
	if err != nil {
		return nil, err
	}
	at := "/office/invoices/" + number(d.ID)
	f := q.page("office.nav.invoices", "invoices")
	p := q.asking("office.invoice_"+what+".", "invoices", at, "Number", b.invoiceTitle(&f, d), "Total", kes(d.Gross), "Open", kes(d.Open), "Left", left.String())
	p.Crumbs, p.Hidden = q.invoiceCrumbs(p.T("office.nav.invoices")), q.onceOf()
	if again := d.Open - left.Cents; what == "writeoff" && again > 0 {
		p.Text += " " + p.T("office.invoice_writeoff.again", "Again", kes(again))
	}
	for n := range fields {
		fields[n].Label, fields[n].Value = p.T("office.invoice_field."+fields[n].Name), q.typedOr(fields[n].Name, fields[n].Value)
	}
	p.ask(fields...)
	return p, nil
}

// typedOr is what was typed into a form that was sent, or what it begins with.
func (q *request) typedOr(name, usual string) string {
	if q.Method() == post {
		return q.FormValue(name)
	}
	return usual
}

// invoiceDeed is one thing that is asked about an invoice, and done.
type invoiceDeed struct {
	what   string
	may    staff.Permission
	fields func(d invoices.Document) []formField
	do     func(q *request, d invoices.Document) error
	safe   bool                             // takes nothing away
	seen   func(d invoices.Document) string // what is to be as whoever asks saw it
}

func (b *Backoffice) deedForm(q *request, d invoices.Document, one invoiceDeed) (*formPage, error) {
	p, err := b.invoiceForm(q, d, one.what, one.fields(d)...)
	if err != nil {
		return nil, err
	}
	if p.Danger = !one.safe; one.seen != nil {
		p.Hidden = append(p.Hidden, fact{"seen", q.typedOr("seen", one.seen(d))})
	}
	return p, nil
}

func (b *Backoffice) askOfInvoice(q *request, one invoiceDeed) error {
	d, _, err := b.theInvoice(q, one.may)
	if err != nil {
		return err
	}
	p, err := b.deedForm(q, d, one)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) doToInvoice(q *request, one invoiceDeed) error {
	d, _, err := b.theInvoice(q, one.may)
	if err != nil {
		return err
	}
	if failed := one.do(q, d); failed != nil {
		p, err := b.deedForm(q, d, one)
		if err != nil {
			return err
		}
		return q.refuseInvoice(failed, p)
	}
	q.tell("good", "office.invoice_"+one.what+".done", "")
	return led("/office/invoices/" + number(d.ID))
}

func reasonField() formField { return formField{Name: "reason", Most: 200, Must: true} }

func (b *Backoffice) approving() invoiceDeed {
	return invoiceDeed{what: "approve", may: staff.PaymentsMatch, safe: true, fields: func(d invoices.Document) []formField {
		return []formField{{Name: "order", Value: d.PONumber, Most: 40}}
	}, do: func(q *request, d invoices.Document) error {
		if err := b.Invoices.Approve(q.ctx, d.ID, q.FormValue("order"), q.invoiceBy()); err != nil {
			return err
		}
		_, err := b.Invoices.IssueOne(q.ctx, d.ID)
		return err
	}}
}

func (b *Backoffice) dropping() invoiceDeed {
	return invoiceDeed{what: "drop", may: staff.PaymentsMatch, fields: func(invoices.Document) []formField { return []formField{reasonField()} },
		do: func(q *request, d invoices.Document) error {
			return b.Invoices.Drop(q.ctx, d.ID, q.FormValue("reason"), q.invoiceBy())
		}}
}

func (b *Backoffice) crediting() invoiceDeed {
	return invoiceDeed{what: "credit", may: staff.PaymentsRefund, fields: func(invoices.Document) []formField {
		return []formField{{Name: "amount", As: asMoney, Most: 16}, reasonField()}
	}, do: func(q *request, d invoices.Document) error {
		amount, err := amountTyped(q.FormValue("amount"))
		if err == nil && amount.IsZero() && q.said("amount") != "" { // only an empty field means all
			err = fault.New(fault.Invalid, "invoice.credit_amount", "Most", kes(d.Gross-d.Credited-d.Written))
		}
		if err != nil {
			return err
		}
		_, err = b.Invoices.Credit(q.ctx, invoices.CreditNote{Request: q.FormValue("once"), InvoiceID: d.ID, Amount: amount, Why: q.FormValue("reason")}, q.invoiceBy())
		return err
	}}
}

func (b *Backoffice) writingOff() invoiceDeed {
	return invoiceDeed{what: "writeoff", may: staff.PaymentsRefund, fields: func(invoices.Document) []formField { return []formField{reasonField()} },
		do: func(q *request, d invoices.Document) error {
			return b.Invoices.WriteOff(q.ctx, d.ID, q.FormValue("reason"), q.invoiceBy())
		}}
}

// controlling enters a control number; of a document that has one already it corrects the one that whoever asks sees there.
func (b *Backoffice) controlling(q *request) invoiceDeed {
	correct := invoiceDeed{what: "recontrol", may: staff.PaymentsMatch, fields: func(d invoices.Document) []formField {
		return []formField{{Name: "control", Value: d.ControlNumber, Most: 80, Must: true}, {Name: "qr", Value: d.ControlQR, Most: 500}, reasonField()}
	}, seen: func(d invoices.Document) string { return d.ControlNumber }, do: func(q *request, d invoices.Document) error {
		return b.Invoices.CorrectControl(q.ctx, d.ID, q.FormValue("seen"), q.FormValue("control"), q.FormValue("qr"), q.FormValue("reason"), q.invoiceBy())
	}}
	if d, _, err := b.theInvoice(q, staff.PaymentsMatch); err == nil && q.Method() != post && d.ControlNumber != "" || q.FormValue("seen") != "" {
		return correct
	}
	return invoiceDeed{what: "control", may: staff.PaymentsMatch, safe: true, fields: func(invoices.Document) []formField {
		return []formField{{Name: "control", Most: 80, Must: true}, {Name: "qr", Most: 500}}
	}, do: func(q *request, d invoices.Document) error {
		return b.Invoices.SetControl(q.ctx, d.ID, q.FormValue("control"), q.FormValue("qr"), q.invoiceBy())
	}}
}

func (b *Backoffice) askApprove(q *request) error     { return b.askOfInvoice(q, b.approving()) }
func (b *Backoffice) approve(q *request) error        { return b.doToInvoice(q, b.approving()) }
func (b *Backoffice) askDropInvoice(q *request) error { return b.askOfInvoice(q, b.dropping()) }
func (b *Backoffice) dropInvoice(q *request) error    { return b.doToInvoice(q, b.dropping()) }
func (b *Backoffice) askCredit(q *request) error      { return b.askOfInvoice(q, b.crediting()) }
func (b *Backoffice) credit(q *request) error         { return b.doToInvoice(q, b.crediting()) }
func (b *Backoffice) askWriteOff(q *request) error    { return b.askOfInvoice(q, b.writingOff()) }
func (b *Backoffice) writeOff(q *request) error       { return b.doToInvoice(q, b.writingOff()) }
func (b *Backoffice) askControl(q *request) error     { return b.askOfInvoice(q, b.controlling(q)) }
func (b *Backoffice) control(q *request) error        { return b.doToInvoice(q, b.controlling(q)) }

func (b *Backoffice) retryInvoice(q *request) error {
	d, _, err := b.theInvoice(q, staff.PaymentsMatch)
	if err == nil {
		err = b.Invoices.Retry(q.ctx, d.ID, q.invoiceBy())
	}
	if err == nil {
		_, err = b.Invoices.IssueOne(q.ctx, d.ID)
	}
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	return led("/office/invoices/" + number(d.ID))
}
