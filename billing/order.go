package billing

import (
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/taxes"
	"mtandao/internal/money"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

// OrderState is how far an order got. A failed payment leaves its order placed: late money still serves.
type OrderState string

// The states of an order.
const (
	OrderPlaced OrderState = "placed"
	OrderPaid   OrderState = "paid"
)

// Order is one intent to buy one thing at one price, frozen when placed.
type Order struct {
	ID                     int64
	Code                   string // what a payer types as paybill account; unique, 9 symbols
	Token                  string // 128 random bits in hex; the key to the order's pages
	SiteID, PlanID         int64  // of an order that raises an account: no site, and whose
	PlanKey                string
	PlanNameEN, PlanNameSW string
	Segment                string
	Price                  money.Amount
	Tax                    taxes.Tax // in the price, by the rates of the day on which it was paid
	Limits                 access.Limits
	Phone                  customers.Phone // who is asked to pay
	PhoneMask              string
	Place                  access.Place
	Visit                  string // what the router's redirect carried, for the log-in link
	Lang                   words.Lang
	State                  OrderState
	GrantID                int64
	How                    string // new, stacked or queued; see access.Given
	CreatedAt, PaidAt      time.Time
}

// PlanName is the plan's name in a language, as it was when the order was placed.
func (o Order) PlanName(l words.Lang) string {
	if l == words.Swahili && o.PlanNameSW != "" {
		return o.PlanNameSW
	}
	return o.PlanNameEN
}

// source names the order where grants and ledger entries tell their cause.
func (o Order) source() access.Source { return access.Source{Kind: "order", Key: id(o.ID)} }

// orderCodes are drawn of 8.5e11; the unique key refuses the rare repeat. With its check symbol a code fits the 12 characters
// of an M-Pesa account reference (reference/mpesa.md §3), and a slip in it is never another order's.
var orderCodes = access.CodeStyle{Random: 8}

const orderCodeLength = 9

// readOrderCode brings what a payer typed as account to the form codes are stored in; "" when it cannot be one.
func readOrderCode(typed string) string {
	code, _ := access.ReadCode(typed)
	if len(code) != orderCodeLength {
		return ""
	}
	return string(code)
}
