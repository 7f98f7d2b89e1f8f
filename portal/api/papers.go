package api

import (
	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/report"
)

type paymentView struct {
	ID         string     `json:"id"`
	OrderID    string     `json:"order_id"`
	SiteID     string     `json:"site_id"`
	State      string     `json:"state"`
	Reason     string     `json:"reason" doc:"Why it was not paid; else empty."`
	Attention  string     `json:"attention" doc:"Why a person must look at it; else empty."`
	OrderState string     `json:"order_state"`
	OrderCode  string     `json:"order_code"`
	Amount     amountView `json:"amount"`
	Phone      string     `json:"phone" doc:"With its middle hidden."`
	PlanEN     string     `json:"plan_name_en"`
	CreatedAt  string     `json:"created_at" format:"date-time"`
}

func viewPayment(l report.PaymentLine) paymentView {
	return paymentView{ID: text(l.ID), OrderID: text(l.OrderID), SiteID: text(l.SiteID), State: string(l.State), Reason: l.Reason, Attention: l.Attention, OrderState: l.OrderState, OrderCode: l.Code,
		Amount: viewAmount(l.Amount), Phone: l.PhoneMask, PlanEN: l.PlanNameEN, CreatedAt: stamp(l.CreatedAt)}
}

func (a *API) listPayments(q *call) (any, error) {
	f := report.PaymentFilter{Scope: q.key.Sites}
	before, limit, err := q.before()
	if err != nil {
		return nil, err
	}
	if f.Group, err = q.oneOf("group"); err != nil {
		return nil, err
	}
	if f.From, err = q.instant("from"); err != nil {
		return nil, err
	}
	if f.To, err = q.instant("to"); err != nil {
		return nil, err
	}
	if f.From.IsZero() != f.To.IsZero() {
		return nil, fault.New(fault.Invalid, "api.from_to")
	}
	f.Before, f.Limit = before, limit+1
	all, err := a.Payments.Payments(q.ctx, f)
	if err != nil {
		return nil, err
	}
	return page(q, all, limit, func(l report.PaymentLine) int64 { return l.ID }, viewPayment), nil
}

type invoiceView struct {
	ID             string     `json:"id"`
	Number         string     `json:"number" doc:"Empty before it is issued."`
	Kind           string     `json:"kind"`
	State          string     `json:"state"`
	CustomerID     string     `json:"customer_id"`
	SubscriptionID string     `json:"subscription_id"`
	OfID           string     `json:"of_id" doc:"The invoice that a credit note takes from; else empty."`
	Day            string     `json:"day" doc:"The day of the document, in Nairobi; empty before it has one."`
	DueDay         string     `json:"due_day"`
	Net            amountView `json:"net"`
	Excise         amountView `json:"excise"`
	VAT            amountView `json:"vat"`
	Gross          amountView `json:"gross"`
	Open           amountView `json:"open" doc:"What is still to be paid."`
	PurchaseOrder  string     `json:"purchase_order"`
	CreatedAt      string     `json:"created_at" format:"date-time"`
}

type lineView struct {
	Name     string     `json:"name"`
	From     string     `json:"from"`
	Until    string     `json:"until"`
	Quantity int64      `json:"quantity"`
	Amount   amountView `json:"amount"`

	SubscriptionID string `json:"subscription_id" doc:"On one bill of several lines: which it is of; else empty."`
	CustomerID     string `json:"customer_id" doc:"On one bill of several lines: whose it is; else empty."`
}

type invoiceRecord struct {
	invoiceView
	Lines []lineView `json:"lines"`
}

func day(d clock.Day) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func cents(n int64) amountView { return viewAmount(money.KES(n)) }

func viewInvoice(d invoices.Document) invoiceView {
	return invoiceView{ID: text(d.ID), Number: d.Text(), Kind: string(d.Kind), State: d.State, CustomerID: text(d.CustomerID), SubscriptionID: text(d.SubscriptionID), OfID: text(d.OfID),
		Day: day(d.Day), DueDay: day(d.DueDay), Net: cents(d.Net), Excise: cents(d.Excise), VAT: cents(d.VAT), Gross: cents(d.Gross), Open: cents(d.Open), PurchaseOrder: d.PONumber, CreatedAt: stamp(d.CreatedAt)}
}

func (a *API) listInvoices(q *call) (any, error) {
	if !q.key.Sees(0) { // invoices are of customers, and of no site
		return nil, fault.New(fault.Denied, "apikey.all_sites")
	}
	before, limit, err := q.before()
	if err != nil {
		return nil, err
	}
	var f invoices.Filter
	if f.State, err = q.oneOf("state"); err != nil {
		return nil, err
	}
	if f.CustomerID, err = q.idIn("customer_id"); err != nil {
		return nil, err
	}
	all, err := a.Invoices.Newest(q.ctx, f, before, limit+1)
	if err != nil {
		return nil, err
	}
	return page(q, all, limit, func(d invoices.Document) int64 { return d.ID }, viewInvoice), nil
}

func (a *API) getInvoice(q *call) (any, error) {
	id, err := q.idOf()
	if err != nil {
		return nil, err
	}
	if !q.key.Sees(0) {
		return nil, gone()
	}
	d, err := a.Invoices.Get(q.ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil, gone()
	}
	return recordInvoice(d), err
}

func recordInvoice(d invoices.Document) invoiceRecord {
	out := invoiceRecord{invoiceView: viewInvoice(d), Lines: []lineView{}}
	for _, l := range d.Lines {
		out.Lines = append(out.Lines, lineView{l.Name, day(l.From), day(l.Until), l.Quantity, cents(l.Amount), text(d.Of(l).SubscriptionID), text(d.Of(l).ChildID)})
	}
	return out
}
