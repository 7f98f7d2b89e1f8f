package billing

import (
	"crypto/rand"
	"strings"
	"time"

	"mtandao/billing/customers"
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
	Code                   string // what a payer types as paybill account; unique, 8 symbols
	Token                  string // 128 random bits in hex; the key to the order's pages
	SiteID, PlanID         int64
	PlanKey                string
	PlanNameEN, PlanNameSW string
	Segment                string
	Price                  money.Amount
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

// codeSymbols has no look-alikes (no 0 O 1 I L), and people may type it on any phone.
const codeSymbols = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

const codeLength = 8

// newOrderCode draws 8 of 31 symbols: 8.5e11 codes; the unique key refuses the rare repeat. It fits the 12 characters of
// an M-Pesa account reference (reference/mpesa.md §3).
func newOrderCode() string {
	code := make([]byte, 0, codeLength)
	var b [1]byte
	for len(code) < codeLength {
		_, _ = rand.Read(b[:])
		if int(b[0]) < 256/len(codeSymbols)*len(codeSymbols) { // so that each symbol is as likely
			code = append(code, codeSymbols[int(b[0])%len(codeSymbols)])
		}
	}
	return string(code)
}

// spellOrderCode brings what a payer typed as account to the form codes are stored in; "" when it cannot be one.
func spellOrderCode(typed string) string {
	code := make([]byte, 0, codeLength)
	for _, r := range typed {
		switch {
		case r >= 'a' && r <= 'z':
			r -= 'a' - 'A'
		case r == ' ' || r == '-' || r == '.':
			continue
		}
		if len(code) == codeLength || !strings.ContainsRune(codeSymbols, r) {
			return ""
		}
		code = append(code, byte(r))
	}
	if len(code) != codeLength {
		return ""
	}
	return string(code)
}
