package prompts

import (
	"context"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Cause is why a phone is asked.
type Cause string

// The causes.
const (
	DueDay Cause = "due"   // by itself, on the day
	Staff  Cause = "staff" // a member asked
	Link   Cause = "link"  // somebody asked on the page of a paper's link
	Self   Cause = "self"  // the customer, on pages of their own
)

// Ask is a prompt for a customer's money, and why it was made.
type Ask struct {
	ID, CustomerID, OrderID int64
	Cause                   Cause
	PaperID                 int64  // whose page
	InvoiceID               int64  // on whose own page it was asked for: what comes pays that one first; 0: the oldest due
	By                      string // the member
	At                      time.Time
}

// Asked is an ask, and how far its prompt is.
type Asked struct {
	Ask
	billing.MoneyView
}

// Open says that it has no verdict yet.
func (a Asked) Open() bool { return !a.Payment.State.Final() }

// Request is what a member, or the page of a link, asks a phone for. Once is the form's own random value.
type Request struct {
	CustomerID int64
	Cause      Cause
	PaperID    int64
	InvoiceID  int64 // to be paid first
	Phone      string
	Amount     money.Amount
	Once       string
}

const (
	mostAsks  = 50
	openLasts = 8 * 24 * time.Hour // the rail is asked for a verdict for a week
)

// Ask asks a phone for a customer's money at once. The same form is one prompt. Faults: those of billing.PlaceForMoney, fault.Conflict "prompt.undecided"
// while another prompt of theirs has no verdict.
func (s *Service) Ask(ctx context.Context, r Request, by By) (a Ask, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		c, _, err := s.held(tx, r.CustomerID)
		if err == nil && c.State == customers.Merged {
			err = fault.New(fault.Conflict, "customer.merged")
		}
		if err != nil {
			return err
		}
		m := r.forMoney(c)
		if first, found, err := s.Billing.MoneyOrdered(tx, m); err != nil || found {
			if err == nil {
				a, _, err = s.askOfOrderIn(tx, first.ID)
			}
			return err
		}
		if open, err := s.undecided(tx, r.CustomerID); err != nil || open {
			if err == nil {
				err = fault.New(fault.Conflict, "prompt.undecided")
			}
			return err
		}
		a = Ask{ID: tx.ID(), CustomerID: c.ID, Cause: r.Cause, PaperID: r.PaperID, InvoiceID: r.InvoiceID, By: by.Actor, At: s.Clock.Now()}
		if err := s.order(tx, &a, m); err != nil || r.Cause != Staff {
			return err
		}
		return s.record(tx, by, "money asked for", c.ID, r.Amount.String())
	})
	return a, err
}

func (r Request) forMoney(c customers.Customer) billing.MoneyRequest {
	return billing.MoneyRequest{For: payee(c), Amount: r.Amount, Phone: r.Phone, SiteID: c.SiteID, Lang: c.Lang, Once: r.Once}
}

// order places the order of an ask, and keeps it.
func (s *Service) order(tx *db.Tx, a *Ask, m billing.MoneyRequest) error {
	o, err := s.Billing.PlaceForMoney(tx, m)
	if err != nil {
		return err
	}
	a.OrderID = o.ID
	return s.insertAsk(tx, *a)
}

// undecided says that a prompt of a customer has no verdict yet.
func (s *Service) undecided(tx *db.Tx, customerID int64) (bool, error) {
	last, err := s.asksSince(tx, customerID, s.Clock.Now().Add(-openLasts))
	for _, a := range last {
		p, err := s.Billing.VerdictOn(tx, a.OrderID)
		if err != nil || !p.State.Final() {
			return true, err
		}
	}
	return false, err
}

// Asks are the newest prompts for a customer's money, the newest first.
func (s *Service) Asks(ctx context.Context, customerID int64, limit int) ([]Asked, error) {
	all, err := s.asksOf(ctx, customerID, limit)
	if err != nil {
		return nil, err
	}
	return s.viewed(ctx, all)
}

// OfPaper is the newest prompt that was made on a paper's page; false when there is none.
func (s *Service) OfPaper(ctx context.Context, paperID int64) (Asked, bool, error) {
	all, err := s.asksOfPaper(ctx, paperID)
	if err != nil || len(all) == 0 {
		return Asked{}, false, err
	}
	seen, err := s.viewed(ctx, all)
	if err != nil {
		return Asked{}, false, err
	}
	return seen[0], true, nil
}

func (s *Service) viewed(ctx context.Context, all []Ask) (seen []Asked, err error) {
	for _, a := range all {
		v, err := s.Billing.MoneyOrder(ctx, billing.SegmentAccount, a.OrderID)
		if err != nil {
			return nil, err
		}
		seen = append(seen, Asked{a, v})
	}
	return seen, nil
}
