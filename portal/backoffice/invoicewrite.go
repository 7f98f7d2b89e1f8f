package backoffice

import (
	"cmp"
	"strconv"
	"strings"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/taxes"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Rows of an invoice that is written by hand: what is there at first, and what is added under those that are filled in.
const (
	firstRows       = 3
	mostRowsWritten = 30
)

// supplies are what may be charged, in the order in which they are offered.
var supplies = []taxes.Supply{taxes.Equipment, taxes.Labour, taxes.Internet, taxes.Levy}

// writing is the form of an invoice that somebody writes for a customer, or for the parent who pays for them.
func (b *Backoffice) writing(q *request) (customers.Customer, *formPage, error) {
	c, err := b.theCustomer(q, staff.PaymentsMatch)
	if err == nil && c.State != customers.Active {
		return c, nil, led(customerAddress(c.ID))
	}
	if err != nil {
		return c, nil, err
	}
	terms, err := b.Invoices.TermsOf(q.ctx, c.ID)
	if err == nil && terms.PayerID != c.ID {
		c, err = b.Customers.Get(q.ctx, terms.PayerID)
	}
	if err != nil {
		return c, nil, err
	}
	p := q.asking("office.write.", "invoices", customerAddress(c.ID)+"?tab=money", "Name", c.Name)
	p.Danger, p.Hidden = false, q.onceOf()
	p.Crumbs = []crumb{{p.T("office.nav.invoices"), "/office/invoices"}, {c.Name, customerAddress(c.ID)}}
	p.Facts = append([]fact{{p.T("office.customer_field.number"), customers.Grouped(c.Number)}}, b.termFacts(&p.frame, terms)...)
	rows := q.writtenRows()
	for n := range rows {
		i := strconv.Itoa(n)
		var classes []choice
		for _, s := range supplies {
			classes = append(classes, choice{Name: p.T("office.tax.on_" + string(s)), Value: string(s)})
		}
		field := func(name, usual string, as kindOf, most int) formField {
			return formField{Name: name + i, As: as, Most: most, Label: p.T("office.write_field." + name), Value: q.typedOr(name+i, usual)}
		}
		supply := field("supply", string(taxes.Equipment), asPick, 0)
		supply.Choices = chosen(classes, supply.Value)
		p.Sections = append(p.Sections, section{Title: p.T("office.write.row", "N", n+1), Folded: n > 0, Open: n == 0 || q.said("name"+i) != "", Fields: []formField{field("name", "", asText, 200), field("quantity", "1", asNumber, 6), field("price", "", asMoney, 16), supply}})
	}
	p.Hidden = append(p.Hidden, fact{"rows", strconv.Itoa(rows)})
	kinds := []choice{{Name: p.T("office.invoice.kind_invoice"), Value: string(invoices.Invoice)}, {Name: p.T("office.write.proforma"), Value: string(invoices.ProForma), Hint: p.T("office.write.proforma_hint")}}
	p.Sections = append(p.Sections, section{Title: p.T("office.write.rest"), Fields: []formField{
		{Name: "inclusive", As: asTick, Label: p.T("office.write_field.inclusive"), Value: q.typedOr("inclusive", "true")},
		{Name: "kind", As: asRadio, Label: p.T("office.write_field.kind"), Must: true, Choices: chosen(kinds, q.typedOr("kind", string(invoices.Invoice)))},
		{Name: "order", Label: p.T("office.invoice_field.order"), Value: q.typedOr("order", terms.PONumber), Most: 40},
		{Name: "note", Label: p.T("office.money.note"), Value: q.typedOr("note", ""), Most: 200}}})
	return c, p, nil
}

// writtenRows is how many rows the form has: two more than are filled in.
func (q *request) writtenRows() int {
	filled := 0
	for n := range mostRowsWritten {
		if q.Method() == post && q.said("name"+strconv.Itoa(n)) != "" {
			filled = n + 1
		}
	}
	return min(mostRowsWritten, max(firstRows, filled+2))
}

// typedInvoice reads the rows in which something stands; at names the field of the one that is wrong.
func (q *request) typedInvoice(customerID int64) (n invoices.NewDocument, at string, err error) {
	n = invoices.NewDocument{Request: q.FormValue("once"), Kind: invoices.Kind(q.FormValue("kind")), CustomerID: customerID, PONumber: q.said("order"), Why: q.said("note"), Review: q.FormValue("do") == "draft"}
	for row := range mostRowsWritten {
		i := strconv.Itoa(row)
		l := invoices.NewLine{Name: q.said("name" + i), Supply: taxes.Supply(q.FormValue("supply" + i)), Inclusive: q.FormValue("inclusive") != ""}
		price := q.said("price" + i)
		if l.Name == "" && price == "" {
			continue
		}
		if l.Name == "" {
			return n, "name" + i, fault.New(fault.Invalid, "write.name")
		}
		if l.Quantity, err = strconv.ParseInt(strings.ReplaceAll(q.said("quantity"+i), ",", ""), 10, 32); err != nil || l.Quantity < 1 {
			return n, "quantity" + i, fault.New(fault.Invalid, "write.quantity")
		}
		if l.Amount, err = amountTyped(price); err != nil || !l.Amount.IsPositive() {
			return n, "price" + i, fault.New(fault.Invalid, "write.price")
		}
		n.Lines = append(n.Lines, l)
	}
	if len(n.Lines) == 0 {
		return n, "name0", fault.New(fault.Invalid, "write.nothing")
	}
	return n, "", nil
}

func (b *Backoffice) askWrite(q *request) error {
	_, p, err := b.writing(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

// writeInvoice shows first what the invoice would say, with its taxes; seen, it is issued, or kept as a draft.
func (b *Backoffice) writeInvoice(q *request) error {
	c, p, err := b.writing(q)
	if err != nil {
		return err
	}
	do := q.FormValue("do")
	if do == "change" {
		return q.showForm(p)
	}
	n, at, err := q.typedInvoice(c.ID)
	if err == nil && (do == "issue" || do == "draft") {
		var d invoices.Document
		if d, err = b.Invoices.Write(q.ctx, n, q.invoiceBy()); err == nil && do == "issue" {
			d, err = b.Invoices.IssueOne(q.ctx, d.ID)
		}
		if err == nil {
			q.tell("good", "office.write.done_"+do, "")
			return led(cmp.Or(q.reachable("/office/invoices/"+number(d.ID)), customerAddress(c.ID)+"?tab=money"))
		}
	}
	var d invoices.Document
	if err == nil {
		d, err = b.Invoices.Try(q.ctx, n)
	}
	if err != nil {
		if fault.KeyOf(err) == "invoice.note" {
			at = "order"
		}
		return q.refuse(err, "form", p, at)
	}
	return b.confirmWriting(q, c, d)
}

func (b *Backoffice) confirmWriting(q *request, c customers.Customer, d invoices.Document) error {
	p := &formPage{frame: q.page("office.write.sure", "invoices"), Action: q.Path(), Cancel: customerAddress(c.ID) + "?tab=money", Button: words.Text(q.lang(), "office.write.issue")}
	p.Title = p.T("office.write.sure", "Name", c.Name, "Total", kes(d.Gross))
	p.Crumbs = []crumb{{p.T("office.nav.invoices"), "/office/invoices"}, {c.Name, customerAddress(c.ID)}}
	p.Do, p.Also = "issue", []choice{{Name: p.T("office.write.draft"), Value: "draft"}, {Name: p.T("office.taking.change"), Value: "change"}}
	if d.State == invoices.Review {
		p.Notes = append(p.Notes, note{Tone: "warn", Text: p.T("office.write.needs_order")})
		p.Do, p.Button, p.Also = "draft", p.T("office.write.draft"), p.Also[1:]
	}
	var err error
	if p.Hidden, err = q.keptFields("do"); err != nil {
		return err
	}
	rest := &recordPage{frame: p.frame}
	p.Table = linesCard(rest, d).Table
	p.Facts = b.invoiceFacts(rest, d, c.Name)
	return q.showForm(p)
}
