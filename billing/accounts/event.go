package accounts

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/money"
)

// Kinds of events that this package makes; others are the words of whoever spends.
const (
	PaidIn   = "paid_in"  // by a rail
	Counter  = "counter"  // to the cashier, or by bank
	Returned = "returned" // money that came went back to where it was from
	Adjusted = "adjusted" // by a member of staff, who says why
	Moved    = "moved"    // to or from another customer, when the two were merged
)

// How money comes without a rail.
const (
	ByCash        = "cash"
	ByCheque      = "cheque"
	ByBank        = "bank"
	ByWithholding = "withholding" // a certificate of tax that the customer paid in our place (reference/tax-and-law.md §1.3)
)

// accountOf is where money that comes so is until the bank has it.
var accountOf = map[string]string{ByCash: ledger.Cash, ByCheque: ledger.Cheques, ByBank: ledger.Bank, ByWithholding: ledger.Withheld}

// Event is one movement of a customer's credit.
type Event struct {
	ID, CustomerID, Seq int64
	Kind, Request       string
	How, Reference      string // of money at the counter
	Delta, Balance      money.Amount
	OtherID             int64 // the receipt it came by, or the event that it takes back
	Note, By            string
	At                  time.Time
	Day                 string // in Nairobi
	input               string
}

// Cause says why money moves. The same Request of a customer happens once.
type Cause struct{ Kind, Request, Note, By string }

// entryEvent is the kind of entries about events.
const entryEvent = "customer"

func (e Event) source() string { return fmt.Sprintf("customer:%d", e.ID) }

func party(customerID int64) string { return fmt.Sprintf("customer:%d", customerID) }

// proof is the digest of an event in the books.
func (e Event) proof() string {
	return digest(e.ID, e.CustomerID, e.Seq, e.Kind, e.Request, e.input, e.How, e.Reference, e.Delta.Cents, e.Balance.Cents, e.OtherID, e.Note, e.By, e.At.UnixMilli(), e.Day)
}

func digest(parts ...any) string {
	sum := sha256.New()
	for _, p := range parts {
		text := fmt.Sprint(p)
		fmt.Fprintf(sum, "%d:%s;", len(text), text)
	}
	return hex.EncodeToString(sum.Sum(nil))[:40]
}

// own are the postings of a change of a customer's balance: what is credit and what is debt. They sum to -delta.
func own(customerID, before, delta int64) (all []ledger.Posting) {
	after := before + delta
	if credit := max(before, 0) - max(after, 0); credit != 0 {
		all = append(all, ledger.Posting{Account: ledger.CustomerCredit, Party: party(customerID), Amount: money.KES(credit)})
	}
	if owed := max(-after, 0) - max(-before, 0); owed != 0 {
		all = append(all, ledger.Posting{Account: ledger.CustomerDebts, Party: party(customerID), Amount: money.KES(owed)})
	}
	return all
}
