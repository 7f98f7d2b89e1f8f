package papers

import (
	"context"
	"log/slog"
	"time"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/pdf"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/notify"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/site"
	"mtandao/internal/words"
)

// Kind is what a paper is of.
type Kind string

// The kinds. A Document is an invoice, a credit note or a pro forma.
const (
	Document  Kind = "document"
	Receipt   Kind = "receipt"   // of a payment to a customer's account
	Sale      Kind = "sale"      // of what was bought on the portal
	Statement Kind = "statement" // of some days
)

// Documents by their kinds.
const (
	docInvoice = invoices.Invoice
	docCredit  = invoices.Note
	docOffer   = invoices.ProForma
)

// Paper is one document as its customer gets it.
type Paper struct {
	ID, AboutID, CustomerID, SiteID int64
	Kind                            Kind
	Name                            string // "INV-2026-000123"
	LinkUntil                       time.Time
	MadeAt                          time.Time
	brandHash, linkHash             string
	facts                           facts
}

// Lang is the language that it is in.
func (p Paper) Lang() words.Lang { return p.facts.Lang }

// FileName is what its file is called.
func (p Paper) FileName() string { return p.Name + ".pdf" }

// facts are what was so when a paper was made and is stored nowhere else, or changes there. Amounts are cents.
type facts struct {
	Lang                words.Lang
	Seller, Buyer       pdf.Party
	Account             string
	Paybill, Till, Bank string
	Base, Link          string        // of its link: where the program was reached, and the secret
	Doc                 invoices.Kind `json:",omitempty"`
	Named               bool          `json:",omitempty"` // called an invoice without a control number
	Line                string        `json:",omitempty"` // of a document of one line of several
	Note                string        `json:",omitempty"` // what an invoice was written for
	DueDays             int           `json:",omitempty"`
	Total               int64         // what it is about
	Due                 clock.Day     `json:",omitempty"`
	Balanced            bool
	Previous, Owed      int64
	Payments            []payment `json:",omitempty"`
	Money               *receipt  `json:",omitempty"` // of a receipt
	Span                *span     `json:",omitempty"` // of a statement
}

type payment struct {
	Day            clock.Day
	How, Reference string
	Cents          int64
}

// receipt is what a receipt is for.
type receipt struct {
	payment
	What  string    `json:",omitempty"` // what it bought
	Tax   taxes.Tax `json:",omitzero"`  // in what that costs
	Payer string    `json:",omitempty"`
}

type span struct {
	From, Until      clock.Day // Until is the last day
	Opening, Closing int64
	Entries          []entry
	Age              *invoices.Age `json:",omitempty"` // of what is open, when the last day was today
}

type entry struct {
	Day             clock.Day
	Key, Reference  string // Key is of internal/words
	Amount, Balance int64
	Shares          []share `json:",omitempty"` // of one bill of several accounts
}

// share is what of a bill is of one account.
type share struct {
	Whose string
	Cents int64
}

// Sites knows sites and their brands. *site.Service satisfies it.
type Sites interface {
	Get(id int64) (site.Site, site.Brand, error)
}

// Tills knows to which till a site's money goes, and what came to it. *billing.Service satisfies it.
type Tills interface {
	TillFor(ctx context.Context, siteID int64) (billing.Till, error)
	ReceiptByID(ctx context.Context, id int64) (billing.Receipt, error)
	Sold(ctx context.Context, orderID int64) (billing.Order, billing.Receipt, error)
	ReversalsOf(ctx context.Context, receiptID int64) ([]billing.Reversal, error)
}

// Messages sends. *notify.Service satisfies it.
type Messages interface {
	Send(tx *db.Tx, m notify.Message) (int64, error)
	About(ctx context.Context, word string) ([]notify.Line, error)
	Carries(ctx context.Context, c notify.Channel) (bool, error)
}

// Options are a Service's collaborators.
type Options struct {
	DB        *db.DB
	Jobs      *jobs.Queue
	Keys      *seal.Keys
	Clock     clock.Clock // the machine's
	Plan      clock.Clock // of days on papers
	Log       *slog.Logger
	Settings  *settings.Store
	Sites     Sites
	Customers *customers.Service
	Invoices  *invoices.Service
	Accounts  *accounts.Service
	Tills     Tills
	Messages  Messages
	PublicURL string // without it papers have no links
}

// Service makes papers and sends them.
type Service struct{ Options }

// New makes the service and subscribes its jobs.
func New(o Options) *Service {
	s := &Service{o}
	o.Jobs.OnSpread(invoices.FactIssued, "papers", s.apart, s.issued)
	o.Jobs.On(accounts.FactCredited, "papers", s.credited)
	o.Jobs.On(billing.FactServed, "papers", s.sold)
	o.Jobs.On(factBack, "papers", s.tellBack)
	o.Invoices.Returned = func(tx *db.Tx, customerID int64) error { return s.Returned(tx, customerID, time.Time{}) }
	return s
}

// apart is how far papers of a bill run are from each other.
func (s *Service) apart() time.Duration {
	return time.Minute / time.Duration(s.Settings.Int(settings.PaperPerMinute))
}
