package resellers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"mtandao/billing/ledger"
)

// Kinds of events.
const (
	PaidIn    = "paid_in"    // cash to the cashier, or M-Pesa
	PaidOut   = "paid_out"   // float given back
	Reversed  = "reversed"   // M-Pesa took back what was paid in
	Settled   = "settled"    // accounts were made, with what was paid then
	SignedOut = "signed_out" // vouchers were given to sell
	Sold      = "sold"       // paper
	SoldOne   = "sold_one"   // made for one sale
	UsedFirst = "used"       // guests used it before it was told to be sold
	Returned  = "returned"
	Lost      = "lost"
	Share     = "share" // of what a sub-reseller sold, or gave back
	Given     = "given" // float to a sub-reseller
	Got       = "got"   // float from the one above
)

// ofStock are the events in which commission stays with or leaves vouchers.
func (e Event) ofStock() bool { return e.Kind != Share && slices.Contains(paidKinds, e.Kind) }

// Event is something that happened between a reseller and the provider. Amounts are cents; of what came back they are below zero.
type Event struct {
	ID, ResellerID, Seq int64
	Kind, Request       string
	BatchID             int64
	First, Last, Count  int
	Gross               int64 // prices of the vouchers; of a share, of those that were paid for
	Earned              int64 // that stays with the reseller
	Above               int64 // that stays with the one above
	Delta, Balance      int64 // of the balance, and the balance after
	OtherID             int64 // the other event, or the receipt
	Note, By            string
	At                  time.Time
	Day                 string
	input               string
}

// paidFor is the price of what a stock event paid for, below zero of what came back.
func (e Event) paidFor() int64 { return e.Earned - e.Delta }

// entryEvent is the kind of entries about events.
const entryEvent = "reseller"

func (e Event) source() string { return fmt.Sprintf("reseller:%d", e.ID) }

// proof is the digest of an event in the books.
func (e Event) proof() string {
	return digest(e.ID, e.ResellerID, e.Seq, e.Kind, e.Request, e.input, e.BatchID, e.First, e.Last, e.Count, e.Gross, e.Earned, e.Above, e.Delta, e.Balance, e.OtherID, e.Note, e.By,
		e.At.UnixMilli(), e.Day)
}

func digest(parts ...any) string {
	sum := sha256.New()
	for _, p := range parts {
		text := fmt.Sprint(p)
		fmt.Fprintf(sum, "%d:%s;", len(text), text)
	}
	return hex.EncodeToString(sum.Sum(nil))[:40]
}

// own are the postings of a change of a reseller's balance: what is float and what is debt. They sum to -delta.
func own(resellerID, before, delta int64) (all []ledger.Posting) {
	party, after := fmt.Sprintf("reseller:%d", resellerID), before+delta
	if float := max(before, 0) - max(after, 0); float != 0 {
		all = append(all, posting(ledger.ResellerFloat, party, float))
	}
	if owed := max(-after, 0) - max(-before, 0); owed != 0 {
		all = append(all, posting(ledger.ResellersOwe, party, owed))
	}
	return all
}
