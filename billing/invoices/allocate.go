package invoices

import (
	"slices"
	"strconv"
	"strings"

	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Allocation is a part of a customer's credit that paid an invoice. Back is what of it was taken back since.
type Allocation struct {
	ID, InvoiceID, CustomerID int64
	Source                    string // what paid
	Cents, Back               int64
	Day                       clock.Day
}

// PaidFromCredit is the kind of the event of a customer's account by which credit paid an invoice.
const PaidFromCredit = "invoice"

// Meant is money of a customer that is to pay an invoice before others.
type Meant struct {
	InvoiceID int64
	Amount    money.Amount
}

// AskMeant has f say what of a customer's money is meant for an invoice, in order, each once; call it at wiring. The customer's account is held.
func (s *Service) AskMeant(f func(tx *db.Tx, customerID int64) ([]Meant, error)) { s.meant = f }

// Pay spends a customer's credit on what is open, as far as it goes: what is meant for an invoice on that one, the rest, and what is meant for one that was paid or
// voided meanwhile, on the oldest due first. Run again it changes nothing.
func (s *Service) Pay(tx *db.Tx, customerID int64) error {
	held, err := s.Purse.Held(tx, customerID)
	if err != nil || !held.IsPositive() {
		return err
	}
	if held.Cents, err = s.payMeant(tx, customerID, held.Cents); err != nil || held.Cents == 0 {
		return err
	}
	_, err = s.Allocate(tx, customerID, held, "credit")
	return err
}

// payMeant spends what is meant for invoices, and tells what credit is left.
func (s *Service) payMeant(tx *db.Tx, customerID, left int64) (int64, error) {
	if s.meant == nil {
		return left, nil
	}
	all, err := s.meant(tx, customerID)
	for n := 0; n < len(all) && err == nil; n++ {
		var used money.Amount
		used, err = s.Allocate(tx, customerID, money.KES(min(left, all[n].Amount.Cents)), "meant", all[n].InvoiceID)
		left -= used.Cents
	}
	return left, err
}

// PayNamed spends credit on the invoices that the customer or staff named, in their order. fault.Invalid "invoice.amount" when there is less credit.
func (s *Service) PayNamed(tx *db.Tx, customerID int64, amount money.Amount, named []int64, by By) (used money.Amount, err error) {
	held, err := s.Purse.Held(tx, customerID)
	if err != nil {
		return used, err
	}
	if !amount.IsPositive() || held.Cents < amount.Cents || len(named) == 0 {
		return used, fault.New(fault.Invalid, "invoice.amount", "Most", held)
	}
	if used, err = s.Allocate(tx, customerID, amount, "named", named...); err != nil {
		return used, err
	}
	return used, s.recordOf(tx, by, "invoice paid from credit", customerID, used.String())
}

// Allocate pays a customer's invoices out of their credit, up to an amount: those that are named, in their order, or the oldest due first. It tells
// how much was used. Whoever calls it may hold the customer's account; nobody may hold an invoice.
func (s *Service) Allocate(tx *db.Tx, customerID int64, amount money.Amount, source string, named ...int64) (used money.Amount, err error) {
	open, err := s.open(tx, customerID, named)
	if err != nil {
		return used, err
	}
	left := amount.Cents
	for _, d := range open {
		part := min(left, d.Open)
		if part <= 0 {
			break
		}
		a := Allocation{ID: tx.ID(), InvoiceID: d.ID, CustomerID: customerID, Source: source, Cents: part, Day: s.today()}
		to := ledger.Posting{Account: ledger.Receivables, Party: party(customerID), Amount: money.KES(-part)}
		took, err := s.Purse.Take(tx, customerID, money.KES(part), PaidFromCredit, allocationRequest+idText(a.ID), d.Text(), to)
		if err != nil {
			return used, err
		}
		if !took {
			break
		}
		if err := s.settle(tx, d, a); err != nil {
			return used, err
		}
		left -= part
	}
	return money.KES(amount.Cents - left), nil
}

// settle stores that an allocation paid an invoice.
func (s *Service) settle(tx *db.Tx, d Document, a Allocation) error {
	if err := s.paid(tx, d, a.Cents); err != nil {
		return err
	}
	if err := s.insertAllocation(tx, a); err != nil {
		return err
	}
	if d.Open > a.Cents {
		return s.Jobs.Emit(tx, FactPartPaid, idText(d.ID), Fact{d.ID, d.CustomerID})
	}
	return s.Jobs.Emit(tx, FactPaid, idText(d.ID), Fact{d.ID, d.CustomerID})
}

// Deallocate takes back what credit paid, the newest first, until so much is credit again or nothing is left: the money behind it went back. It
// tells how much. The invoices are open again.
func (s *Service) Deallocate(tx *db.Tx, customerID int64, missing money.Amount, source string) (money.Amount, error) {
	all, err := s.allocated(tx, customerID, 0)
	if err != nil {
		return money.Amount{}, err
	}
	return s.takeBack(tx, all, missing.Cents, source)
}

// Reopen is Deallocate for whoever reverses money.
func (s *Service) Reopen(tx *db.Tx, customerID int64, missing money.Amount) error {
	_, err := s.Deallocate(tx, customerID, missing, "reversed")
	return err
}

// ReopenPaid takes back what one allocation paid, which stands behind the request of an event of the account, up to so much: the very money went back.
func (s *Service) ReopenPaid(tx *db.Tx, request string, missing money.Amount) error {
	text, ok := strings.CutPrefix(request, allocationRequest)
	id, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil {
		return nil // it paid something else
	}
	a, err := s.allocationIn(tx, id)
	if err != nil {
		return err
	}
	_, err = s.takeBack(tx, a, missing.Cents, "reversed")
	return err
}

// allocationRequest begins the request of the event by which credit paid an invoice.
const allocationRequest = "allocation:"

func (s *Service) takeBack(tx *db.Tx, all []Allocation, cents int64, why string) (back money.Amount, err error) {
	slices.Reverse(all) // they come in order of their ids
	for _, a := range all {
		part := min(cents-back.Cents, a.Cents-a.Back)
		if part <= 0 {
			continue
		}
		if err := s.giveBack(tx, a, part); err != nil {
			return back, err
		}
		if err := s.turn(tx, Document{ID: a.InvoiceID, CustomerID: a.CustomerID}, restored, lifted, LogReopened, money.KES(part).String()); err != nil {
			return back, err
		}
		from := ledger.Posting{Account: ledger.Receivables, Party: party(a.CustomerID), Amount: money.KES(part)}
		if err := s.Purse.Add(tx, a.CustomerID, money.KES(part), "reopened", "reopened:"+idText(a.ID)+":"+idText(a.Back+part), why, from); err != nil {
			return back, err
		}
		if err := s.Jobs.Emit(tx, FactReopened, idText(a.InvoiceID), Fact{a.InvoiceID, a.CustomerID}); err != nil {
			return back, err
		}
		back = money.KES(back.Cents + part)
	}
	return back, nil
}
