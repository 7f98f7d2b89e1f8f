package railbook

import (
	"time"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/incoming"
)

// What is shown of a file at most; all of it is counted.
const (
	mostBad   = 200
	mostFound = 500
)

// Account is what reading a file found, and what it did or would do.
type Account struct {
	TillID      int64
	ShortCode   string
	PaysOut     bool  // it is the statement of the code that pays out for the till
	Fees        int64 // cents of the charges that are new here; each goes to the books with its line
	Read        int   // rows below the headings
	Passed      int   // by which nothing moved
	Wrong       int   // that cannot be read
	Lines       []Count
	Bad         []Bad
	Reversed    int // lines by which the rail took money back
	Found       []Finding
	First, Last time.Time
}

// Count is the lines of one kind: new, and known from another reading. The sums are those of both.
type Count struct {
	Kind         string
	Fresh, Known int
	In, Out      int64
}

// Bad is a row that cannot be read, and why.
type Bad struct {
	Row int
	fault.Kept
}

// Finding is a reversal on a statement, and what becomes of it.
type Finding struct {
	Row           int
	Code, Receipt string
	Cents         int64
	At            time.Time
	State         billing.ReversalState // found: it waits, for its receipt is not here
	Placed        string                // where its money was
	ReceiptID     int64
	OrderID       int64
	HolderID      int64
	RefundID      int64
	Lost          int64
	Again         bool // it was known before this reading
}

// counts are what lines are counted as, in their order.
var counts = []string{incoming.LineIn, incoming.LineReversal, incoming.LineBack, incoming.LineCharge, incoming.LineChargeBack, incoming.LineOut, incoming.LineOther}

func newAccount(b book, shortCode string) *Account {
	a := &Account{TillID: b.tillID, ShortCode: shortCode, PaysOut: b.code != ""}
	for _, kind := range counts {
		a.Lines = append(a.Lines, Count{Kind: kind})
	}
	return a
}

func (a *Account) of(kind string) *Count {
	for n := range a.Lines {
		if a.Lines[n].Kind == kind {
			return &a.Lines[n]
		}
	}
	return &a.Lines[len(a.Lines)-1]
}

// count counts a line.
func (a *Account) count(l incoming.StatementLine, fresh bool) {
	c := a.of(l.Kind)
	if c.In, c.Out = c.In+l.In.Cents, c.Out+l.Out.Cents; fresh {
		c.Fresh++
		a.Fees += chargedBy(l.Kind, l.In.Cents, l.Out.Cents)
	} else {
		c.Known++
	}
	if a.First.IsZero() || l.At.Before(a.First) {
		a.First = l.At
	}
	if l.At.After(a.Last) {
		a.Last = l.At
	}
}

func (a *Account) find(l incoming.StatementLine, v billing.Reversal, again bool) {
	if a.Reversed++; len(a.Found) < mostFound {
		a.Found = append(a.Found, Finding{Row: l.Row, Code: v.Code, Receipt: v.Receipt, Cents: l.Out.Cents, At: l.At, State: v.State, Placed: v.Placed, ReceiptID: v.ReceiptID, OrderID: v.OrderID,
			HolderID: v.HolderID, RefundID: v.RefundID, Lost: v.Lost.Cents, Again: again})
	}
}
