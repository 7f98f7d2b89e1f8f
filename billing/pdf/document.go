package pdf

import (
	"time"

	"mtandao/internal/money"
	"mtandao/internal/words"
)

// Brand is whose paper it is.
type Brand struct {
	Name, Accent, AccentInk string // colours as "#rrggbb"
	Logo                    []byte
	LogoType                string
}

// Party is a seller or a buyer.
type Party struct {
	Name, PIN    string
	Address      string // its lines apart
	Phone, Email string
}

// Common is what every paper has.
type Common struct {
	Lang          words.Lang
	Zone          *time.Location
	Brand         Brand
	Seller, Buyer Party
	Account       string // the customer's account number
	Number        string // empty on a draft
	Day           time.Time
	Notes         string
	Pay           Pay
}

// Pay is how money reaches the seller for this customer.
type Pay struct {
	Paybill string // M-Pesa business number, with Account
	Till    string // or a buy-goods till
	Bank    string // or an account at a bank; its lines apart
	Link    string // where the customer pays on line; also as a picture
}

func (p Pay) empty() bool { return p == Pay{} }

// Kind is what an invoice stands for.
type Kind string

// The kinds.
const (
	Bill     Kind = "bill"
	ProForma Kind = "pro_forma" // an offer or a draft: nothing is owed by it
	Credit   Kind = "credit"    // corrects an invoice, or part of one; its amounts are positive
)

// Line is one thing that was sold.
type Line struct {
	Text, Reason string
	Quantity     string       // "15 of 30 days", "412.5 GB"
	Unit         money.Amount // price of one; zero: none is written
	Amount       money.Amount
	Whose        string // whose it is, of several accounts on one paper: lines of one stand together, and are summed; empty: of one
}

// Tax is one tax on a document.
type Tax struct {
	Name   string
	Rate   int64 // hundredths of a percent
	On     money.Amount
	Amount money.Amount
}

// Usage is what was used in the period.
type Usage struct{ What, Used, Included string }

// Payment is money that came in, as it stands on an invoice.
type Payment struct {
	Day       time.Time
	How       string // "M-Pesa"
	Reference string
	Amount    money.Amount
}

// Control is what the tax authority's unit gave; zero: not yet.
type Control struct {
	Number string
	Link   string // what its picture says
}

// Invoice is an invoice, a pro forma invoice or a credit note.
type Invoice struct {
	Common
	Kind     Kind
	Due      time.Time // zero: none
	From, To time.Time // zero: no period
	Order    string    // the buyer's purchase order
	OfLine   string    // whose line it is for, and where that is
	Of       string    // the invoice that a credit note corrects
	Reason   string    // why it does
	Terms    string
	Lines    []Line
	// Inclusive: the amounts of lines have taxes in them, and sum to Total instead of Net.
	Inclusive bool
	Net       money.Amount
	Taxes     []Tax
	Total     money.Amount
	Usage     []Usage
	// Account as of Day: what was owed before (negative: credit), what was paid since, and what is owed now. All of them may be left out.
	Balanced bool
	Previous money.Amount
	Payments []Payment
	Owed     money.Amount
	Control  Control
	Named    bool // called an invoice although it has no control number
}

// Entry is a line of a statement: money owed (Charge) or money in (Paid), and the balance after it.
type Entry struct {
	Day                   time.Time
	Text, Reference       string
	Below                 string // what explains it
	Charge, Paid, Balance money.Amount
}

// Statement is an account over a time.
type Statement struct {
	Common
	From, To         time.Time // [From, To)
	Opening, Closing money.Amount
	Entries          []Entry
	Ageing           []Age // of Closing; empty: none is written
}

// Age is what has been owed for a time: from so many days past due to so many, 0 for what is not due; To 0 has no end.
type Age struct {
	From, To int
	Amount   money.Amount
}

// Part is what a payment went to.
type Part struct {
	Text   string // "Invoice INV-000123"
	Amount money.Amount
}

// Receipt is money that was received.
type Receipt struct {
	Common
	How, Reference string
	By             string // who paid, when that was somebody else
	Amount         money.Amount
	Parts          []Part // sum to Amount
	Balanced       bool
	Balance        money.Amount // what is owed after it; negative: credit
	Void           string       // why the receipt holds no more; empty while it does
}
