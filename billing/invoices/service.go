package invoices

import (
	"context"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/billing/taxes"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/settings"
)

// Purse is customers' credit, which pays invoices. Whoever is asked holds the customer's account until the transaction ends. A request happens once.
type Purse interface {
	// Held is what a customer has; below zero it is owed.
	Held(tx *db.Tx, customerID int64) (money.Amount, error)
	// Take uses credit, booked to the posting, which is minus the amount; false when there is less.
	Take(tx *db.Tx, customerID int64, amount money.Amount, kind, request, note string, to ledger.Posting) (bool, error)
	// Add raises credit, booked from the posting, which is the amount.
	Add(tx *db.Tx, customerID int64, amount money.Amount, kind, request, note string, from ledger.Posting) error
}

// Options are a Service's collaborators. Clock is the plan clock.
type Options struct {
	DB        *db.DB
	Jobs      *jobs.Queue
	Clock     clock.Clock
	Ledger    *ledger.Ledger
	Settings  *settings.Store
	Taxes     *taxes.Service
	Customers *customers.Service
	Purse     Purse
	Enforcer  Enforcer
	Returned  func(tx *db.Tx, customerID int64) error // told that money brought service back that had stopped; may be nil
}

// Service is what can be done with invoices.
type Service struct {
	Options
	prompted func(tx *db.Tx, due []Late) (map[int64]bool, error) // nil: nobody is
	meant    func(tx *db.Tx, customerID int64) ([]Meant, error)  // nil: nothing is
}

// New makes the service, and has customers ask it.
func New(o Options) *Service {
	s := &Service{Options: o}
	o.Customers.AskTakenOver(s.takenOver)
	return s
}

// By is who does something, and from where.
type By struct{ Actor, From string }

// Facts about invoices, told in the transaction of their cause. Key is the document's id; the payload is a Fact.
const (
	FactIssued   = "invoice issued"    // or a credit note
	FactPaid     = "invoice paid"      // nothing is open any more
	FactPartPaid = "invoice part paid" // or less is asked, and something is open still
	FactReopened = "invoice reopened"  // what had paid it went back
	FactGiven    = "invoice given"     // something of a subscription's bill was credited or written off by hand; the payload is a LineFact
)

// LineFact is the payload of facts about a subscription's bills, with the first day of the earliest period that one charges for.
type LineFact struct {
	SubscriptionID int64
	Since          clock.Day
}

// Fact is the payload of facts about invoices.
type Fact struct{ InvoiceID, CustomerID int64 }

func (s *Service) today() clock.Day { return clock.DayOf(s.Clock.Now()) }

func (s *Service) now() time.Time { return s.Clock.Now().UTC().Truncate(time.Millisecond) }

func (s *Service) record(tx *db.Tx, by By, action string, d Document, said string) error {
	return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "invoice", ObjectID: idText(d.ID), After: said})
}

// Approve lets a draft that waits for review be issued, with the number of its purchase order when one is given. fault.Invalid "invoice.po_number" when the
// customer needs one, fault.Conflict "invoice.moved".
func (s *Service) Approve(ctx context.Context, id int64, order string, by By) error {
	order = strings.TrimSpace(order)
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		d, err := s.lock(tx, id)
		if err != nil {
			return err
		}
		terms, err := s.termsOf(tx, []int64{d.CustomerID})
		if err != nil {
			return err
		}
		if order == "" {
			order = d.PONumber
		}
		if !shortText(order, longestPO) || order == "" && terms[d.CustomerID].NeedsPO {
			return fault.New(fault.Invalid, "invoice.po_number")
		}
		if err := s.setOrder(tx, id, order); err != nil {
			return err
		}
		if err := s.move(tx, id, Review, Draft, ""); err != nil {
			return err
		}
		return s.record(tx, by, "invoice approved", d, order)
	})
}

// Drop throws a draft away that somebody wrote and that waits for review. What a run drafted is right by what is known of the subscription: there, the
// history is to be changed. fault.Invalid "invoice.reason", fault.Conflict "invoice.moved" or "invoice.of_run".
func (s *Service) Drop(ctx context.Context, id int64, reason string, by By) error {
	if reason = strings.TrimSpace(reason); reason == "" || !shortText(reason, longestNote) {
		return fault.New(fault.Invalid, "invoice.reason")
	}
	d, err := s.Get(ctx, id)
	if err == nil && d.OfRun() {
		err = fault.New(fault.Conflict, "invoice.of_run")
	}
	if err != nil {
		return err
	}
	return s.step(ctx, id, Review, Dropped, reason, "invoice dropped", by)
}

// Retry has a document issued again that was parked. One without lines is tried by the next run. fault.Conflict "invoice.moved".
func (s *Service) Retry(ctx context.Context, id int64, by By) error {
	d, err := s.Get(ctx, id)
	if err == nil && len(d.Lines) == 0 {
		err = fault.New(fault.Conflict, "invoice.moved")
	}
	if err != nil {
		return err
	}
	return s.step(ctx, id, Parked, Draft, "", "invoice retried", by)
}

func (s *Service) step(ctx context.Context, id int64, from, to, why, action string, by By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.move(tx, id, from, to, why); err != nil {
			return err
		}
		return s.record(tx, by, action, Document{ID: id}, why)
	})
}

// SetControl writes down what the tax authority says of a document: its control number and the text of its QR code. The same again changes nothing.
// fault.Invalid "invoice.control", fault.Conflict "invoice.control_there" for a document that has another one, "invoice.moved" for one without a number.
func (s *Service) SetControl(ctx context.Context, id int64, number, qr string, by By) error {
	c, err := controlOf(number, qr)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.setControl(tx, id, "", c)
		if err != nil || won {
			if err == nil {
				err = s.record(tx, by, "invoice control number", Document{ID: id}, c.number)
			}
			return err
		}
		d, err := s.lock(tx, id)
		switch {
		case err != nil:
			return err
		case d.Number == 0:
			return fault.New(fault.Conflict, "invoice.moved")
		case d.ControlNumber == c.number && d.ControlQR == c.qr:
			return nil
		}
		return fault.New(fault.Conflict, "invoice.control_there", "Number", d.ControlNumber)
	})
}

// CorrectControl puts another control number in the place of the one that somebody saw there, and why; the trail keeps both. fault.Invalid
// "invoice.control" or "invoice.reason", fault.Conflict "invoice.control_moved" when another one is there.
func (s *Service) CorrectControl(ctx context.Context, id int64, seen, number, qr, why string, by By) error {
	c, err := controlOf(number, qr)
	if why = strings.TrimSpace(why); err == nil && (why == "" || !shortText(why, longestNote)) {
		err = fault.New(fault.Invalid, "invoice.reason")
	}
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		d, err := s.lock(tx, id)
		if err != nil {
			return err
		}
		won, err := false, error(nil)
		if seen != "" {
			won, err = s.setControl(tx, id, seen, c)
		}
		if err == nil && !won {
			err = fault.New(fault.Conflict, "invoice.control_moved", "Number", d.ControlNumber)
		}
		if err != nil {
			return err
		}
		return s.recordControl(tx, by, d, c, why)
	})
}

// control is what the tax authority says of a document.
type control struct{ number, qr string }

func controlOf(number, qr string) (control, error) {
	c := control{strings.TrimSpace(number), strings.TrimSpace(qr)}
	if c.number == "" || !shortText(c.number, 80) || !shortText(c.qr, 500) {
		return c, fault.New(fault.Invalid, "invoice.control")
	}
	return c, nil
}

func (s *Service) recordControl(tx *db.Tx, by By, was Document, c control, why string) error {
	return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: "invoice control corrected", Object: "invoice", ObjectID: idText(was.ID)}, map[string]any{"control": was.ControlNumber, "qr": was.ControlQR}, map[string]any{"control": c.number, "qr": c.qr, "reason": why})
}

// IsProForma says whether a document is called a pro forma: it is one, or the tax authority has not numbered it and the provider wants it so.
func (s *Service) IsProForma(d Document) bool {
	return d.Kind == ProForma || d.Kind == Invoice && d.ControlNumber == "" && s.Settings.String(settings.InvoiceProForma) == settings.LabelProForma
}
