package billing

import (
	"strings"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Where a receipt's money is.
const (
	PlacedOrder    = "order"
	PlacedCredit   = "credit"
	PlacedSuspense = "suspense"
	PlacedFloat    = "float"   // a reseller's, who paid it in by a prompt or under their account number
	PlacedAccount  = "account" // a customer's credit, paid in by a prompt or under their account number
	PlacedMoving   = "moving"  // between unplace and moveReceipt, inside one transaction
	placedMerged   = "merged"  // counted twice by the rail's two channels, undone
)

// Receipt is money that arrived. Number is empty while a query's success waits for its receipt number.
type Receipt struct {
	ID, TillID int64
	Number     string
	CameBy     string // the kind of evidence that brought it; ByPrompt and ByQuery mark a prompt's own money (own.go)
	Amount     money.Amount
	PaymentID  int64
	OrderID    int64
	Placed     string
	HolderID   int64  // the customer whose account it came to
	Payer      string // a phone, its hash or a mask, as the rail told it
	Reference  string // what the payer typed as account
	ArrivedAt  time.Time
	payerHash  string // keyed hash of the payer's phone when it is known
}

// served says that a receipt's own money has bought something.
func (r Receipt) served() bool { return r.Placed == PlacedOrder || r.Placed == placedMerged }

// raised says that a receipt is in somebody's account.
func (r Receipt) raised() bool { return r.Placed == PlacedFloat || r.Placed == PlacedAccount }

// SpellReceipt brings a typed receipt to its stored form: ten letters and digits; fault.Invalid "receipt.invalid".
func SpellReceipt(typed string) (string, error) {
	var b strings.Builder
	for _, r := range strings.ToUpper(typed) {
		switch {
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == ' ' || r == '-' || r == '.':
		default:
			return "", fault.New(fault.Invalid, "receipt.invalid")
		}
	}
	if b.Len() != 10 {
		return "", fault.New(fault.Invalid, "receipt.invalid")
	}
	return b.String(), nil
}
