package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/accounts"
	"mtandao/billing/counter"
	"mtandao/internal/apikeys"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Counter takes money that came without a rail. *counter.Service satisfies it.
type Counter interface {
	Take(ctx context.Context, t counter.Taking, by counter.By) (accounts.Event, error)
	SlipOf(ctx context.Context, customerID, eventID int64) (counter.Slip, error)
}

// takingWish has no cash: that is in the drawer of a member of staff, who counts it.
type takingWish struct {
	AmountCents int64    `json:"amount_cents" must:"true" doc:"Of a certificate, at most what is owed."`
	How         string   `json:"how" must:"true" enum:"bank cheque withholding" doc:"A transfer to the bank, a cheque, or a certificate of withheld tax. Cash is taken by a member of staff."`
	Reference   string   `json:"reference" must:"true" doc:"The number of the slip, cheque or certificate; taken once for a customer."`
	Bank        string   `json:"bank" doc:"Of a cheque."`
	InvoiceIDs  []string `json:"invoice_ids" doc:"Paid first, in this order; what is left pays the oldest first."`
}

type takingRecord struct {
	ID         string     `json:"id"`
	CustomerID string     `json:"customer_id"`
	How        string     `json:"how" enum:"bank cheque withholding cash"`
	Reference  string     `json:"reference"`
	Amount     amountView `json:"amount"`
	At         string     `json:"at" format:"date-time"`
	Credit     amountView `json:"credit" doc:"Of the customer, when it had been spent on what was owed; below zero it is owed still."`
	Returned   bool       `json:"returned" doc:"It went back: a cheque that bounced."`
}

var takingAt = map[string]string{"account.amount": "amount_cents", "account.how": "how", "account.reference": "reference", "account.reference_used": "reference", "taking.bank": "bank",
	"counter.withheld": "amount_cents"}

func (a *API) takingWrites() []operation {
	return []operation{{method: fiber.MethodPost, path: "/customers/{id}/payments", id: "takePayment", tag: "payments", scope: apikeys.PaymentsWrite, answer: takingRecord{},
		summary: "Enter money that a customer paid by bank, cheque or withheld tax",
		deed:    &deed{asks: takingWish{}, status: http.StatusCreated, fields: takingAt, do: a.takePayment, look: a.lookTaking}}}
}

func (a *API) takePayment(q *call) (string, error) {
	w := q.asked.(*takingWish)
	c, err := q.customerOf()
	if err != nil {
		return "", err
	}
	t := counter.Taking{Taking: accounts.Taking{Request: q.once, CustomerID: c.ID, How: w.How, Reference: w.Reference, Amount: money.KES(w.AmountCents)}}
	if w.How == accounts.ByCheque && strings.TrimSpace(w.Reference) != "" { // its number is one of its bank
		if strings.TrimSpace(w.Bank) == "" {
			return "", fault.New(fault.Invalid, "taking.bank")
		}
		t.Reference = w.Bank + " " + w.Reference
	}
	if t.Named, err = q.invoicesNamed(c.ID, w.InvoiceIDs); err != nil {
		return "", err
	}
	e, err := a.Counter.Take(q.ctx, t, counter.By{Actor: q.key.Actor(), From: q.from()})
	return text(e.ID), err
}

// invoicesNamed are the invoices of ids that were sent, each of the customer.
func (q *call) invoicesNamed(customerID int64, typed []string) (ids []int64, err error) {
	if len(typed) > mostNamed {
		return nil, atField("invoice_ids", "api.invoice")
	}
	for _, one := range typed {
		id, err := idText(one)
		if err != nil {
			return nil, atField("invoice_ids", "api.invoice")
		}
		d, err := q.api.Invoices.Get(q.ctx, id)
		if fault.Is(err, fault.NotFound) || err == nil && d.CustomerID != customerID {
			err = atField("invoice_ids", "api.invoice")
		}
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

const mostNamed = 100

func (a *API) lookTaking(q *call, made string) (any, error) {
	c, err := q.customerOf()
	if err != nil {
		return nil, err
	}
	id, err := idText(made)
	if err != nil {
		return nil, err
	}
	slip, err := a.Counter.SlipOf(q.ctx, c.ID, id)
	if err != nil {
		return nil, err
	}
	e := slip.Event
	return takingRecord{ID: text(e.ID), CustomerID: text(e.CustomerID), How: e.How, Reference: e.Reference, Amount: viewAmount(e.Delta), At: stamp(e.At), Credit: viewAmount(slip.After), Returned: slip.Back != nil}, nil
}
