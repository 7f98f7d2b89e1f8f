package api

import (
	"context"
	"encoding/json"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/webhooks"
)

// Money reads what was paid in and back. *billing.Service satisfies it.
type Money interface {
	ReceiptByID(ctx context.Context, id int64) (billing.Receipt, error)
	RefundByID(ctx context.Context, refundID int64) (billing.Refund, error)
}

type receiptView struct {
	ID         string     `json:"id"`
	Number     string     `json:"number" doc:"The rail's; empty while it is not known."`
	Amount     amountView `json:"amount"`
	Placed     string     `json:"placed" doc:"Where the money is: order, credit, account, float or suspense, for example."`
	PaymentID  string     `json:"payment_id" doc:"Empty: the money came without a prompt."`
	OrderID    string     `json:"order_id" doc:"Empty: it is for no order."`
	CustomerID string     `json:"customer_id" doc:"Whose account it came to; else empty."`
	ArrivedAt  string     `json:"arrived_at" format:"date-time"`
}

type refundView struct {
	ID        string     `json:"id"`
	ReceiptID string     `json:"receipt_id"`
	OrderID   string     `json:"order_id" doc:"Empty: the money was for no order."`
	Amount    amountView `json:"amount"`
	State     string     `json:"state"`
	How       string     `json:"how" doc:"How it was paid back: mpesa, payout or cash."`
	Reference string     `json:"reference" doc:"The rail's code, or what was written down."`
	PaidAt    string     `json:"paid_at" doc:"Empty before it is paid."`
}

type testView struct {
	Endpoint string `json:"endpoint" doc:"Its name."`
}

// occurrence is a kind of event: what it tells, as a value of the type, and how that is read. The site is that of what it is about; 0: of none.
type occurrence struct {
	kind    webhooks.Kind
	summary string
	data    any
	read    func(ctx context.Context, id int64) (siteID int64, data any, err error)
}

// occurrences is the one table of events: what is sent, and what the document tells.
func (a *API) occurrences() []occurrence {
	return []occurrence{
		{webhooks.OrderPaid, "An order was paid, and what it buys was given", orderView{}, a.orderHappened},
		{webhooks.PaymentReceived, "Money came in, by a prompt or by itself", receiptView{}, a.receiptHappened},
		{webhooks.RefundPaid, "Money was paid back", refundView{}, a.refundHappened},
		{webhooks.InvoiceIssued, "An invoice or a credit note was issued; only to endpoints of all sites", invoiceRecord{}, a.invoiceHappened},
		{webhooks.InvoicePaid, "Nothing of an invoice is open any more; only to endpoints of all sites", invoiceRecord{}, a.invoiceHappened},
		{webhooks.SubscriptionSuspended, "The access of a subscription was stopped for a time: it was paused, or is not paid", subscriptionRecord{}, a.lineHappened},
		{webhooks.SubscriptionRestored, "The access of a subscription goes on", subscriptionRecord{}, a.lineHappened},
		{webhooks.SubscriptionEnded, "The access of a subscription ended", subscriptionRecord{}, a.lineHappened},
		{webhooks.TicketOpened, "A ticket was opened", ticketView{}, a.ticketHappened},
		{webhooks.TicketClosed, "A ticket was solved or closed", ticketView{}, a.ticketHappened},
		{webhooks.Test, "Somebody sent a test from the console", testView{}, nil},
	}
}

// Resource is what an event is about, as who reads it here is told. fault.NotFound: there is none.
func (a *API) Resource(ctx context.Context, k webhooks.Kind, id int64) (siteID int64, data json.RawMessage, err error) {
	for _, one := range a.occurrences() {
		if one.kind != k || one.read == nil {
			continue
		}
		siteID, told, err := one.read(ctx, id)
		if err != nil {
			return 0, nil, err
		}
		data, err = json.Marshal(told)
		return siteID, data, err
	}
	return 0, nil, fault.New(fault.NotFound, "not_found")
}

func (a *API) orderHappened(ctx context.Context, id int64) (int64, any, error) {
	o, err := a.Orders.OrderByID(ctx, id)
	return o.SiteID, viewOrder(o), err
}

// siteOf is where an order was placed; of none, no site.
func (a *API) siteOf(ctx context.Context, orderID int64) (int64, error) {
	if orderID == 0 {
		return 0, nil
	}
	o, err := a.Orders.OrderByID(ctx, orderID)
	return o.SiteID, err
}

func (a *API) receiptHappened(ctx context.Context, id int64) (siteID int64, data any, err error) {
	r, err := a.Money.ReceiptByID(ctx, id)
	if err == nil {
		siteID, err = a.siteOf(ctx, r.OrderID)
	}
	out := receiptView{ID: text(r.ID), Number: r.Number, Amount: viewAmount(r.Amount), Placed: r.Placed, PaymentID: text(r.PaymentID), OrderID: text(r.OrderID), ArrivedAt: stamp(r.ArrivedAt)}
	if r.Placed == billing.PlacedAccount {
		out.CustomerID = text(r.HolderID)
	}
	return siteID, out, err
}

func (a *API) refundHappened(ctx context.Context, id int64) (siteID int64, data any, err error) {
	f, err := a.Money.RefundByID(ctx, id)
	if err == nil {
		siteID, err = a.siteOf(ctx, f.OrderID)
	}
	return siteID, refundView{ID: text(f.ID), ReceiptID: text(f.ReceiptID), OrderID: text(f.OrderID), Amount: viewAmount(f.Amount), State: string(f.State), How: f.How, Reference: f.Reference, PaidAt: stampOr(f.PaidAt)}, err
}

// invoiceHappened: invoices are of customers, and of no site.
func (a *API) invoiceHappened(ctx context.Context, id int64) (int64, any, error) {
	d, err := a.Invoices.Get(ctx, id)
	return 0, recordInvoice(d), err
}

func (a *API) lineHappened(ctx context.Context, id int64) (int64, any, error) {
	s, err := a.Lines.Get(ctx, id)
	if err != nil {
		return 0, nil, err
	}
	return s.State.Place.SiteID, a.lineRecord(s), nil
}

func (a *API) ticketHappened(ctx context.Context, id int64) (int64, any, error) {
	t, err := a.Tickets.Get(ctx, id)
	return t.SiteID, viewTicket(t), err
}
