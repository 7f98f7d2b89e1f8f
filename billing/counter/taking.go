package counter

import (
	"context"
	"errors"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Taking is money that a customer brings. Named are the invoices that it pays first, in their order; what is left of it, and all of it when none is
// named, pays the oldest first.
type Taking struct {
	accounts.Taking
	Named []int64
}

// Effect is what a taking does.
type Effect struct {
	Event         accounts.Event
	Before, After money.Amount // of the customer's credit; below zero it is owed
	Paid          []Paid
	Lines         []Line
	Cleared       bool // kept from service over what is late, they are let in again
}

// Paid is a part of a taking that paid an invoice.
type Paid struct {
	Invoice      invoices.Document // as it was before
	Amount, Left money.Amount      // Left is open still
}

// Line is a line that a taking renewed. Was and Until are its ends, before and after; Back says that it had run out and is on again.
type Line struct {
	Subscription subscriptions.Subscription
	Was, Until   time.Time
	Back         bool
}

var errLooked = errors.New("looked")

// Look tells what a taking would do. Faults as of Take.
func (s *Service) Look(ctx context.Context, t Taking, by By) (e Effect, err error) {
	looked := false
	err = s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		if e, err = s.through(tx, t, by); err != nil {
			return err
		}
		looked = true
		return errLooked // nothing of it stays
	})
	if looked {
		err = nil
	}
	return e, err
}

// through takes money and has it spent, and compares before and after.
func (s *Service) through(tx *db.Tx, t Taking, by By) (e Effect, err error) {
	if e.Before, err = s.Accounts.Credit(tx, t.CustomerID); err != nil {
		return e, err
	}
	owed, err := s.Invoices.OpenIn(tx, t.CustomerID)
	if err != nil {
		return e, err
	}
	lines, err := s.Lines.ActiveIn(tx, t.CustomerID)
	if err != nil {
		return e, err
	}
	if e.Event, err = s.take(tx, t, by); err != nil {
		return e, err
	}
	if err = s.Accounts.SpendIn(tx, t.CustomerID); err != nil {
		return e, err
	}
	if e.After, err = s.Accounts.Credit(tx, t.CustomerID); err != nil {
		return e, err
	}
	if e.Cleared, err = s.Invoices.Cleared(tx, t.CustomerID); err != nil {
		return e, err
	}
	left, err := s.Invoices.OpenIn(tx, t.CustomerID)
	if err != nil {
		return e, err
	}
	renewed, err := s.Lines.ActiveIn(tx, t.CustomerID)
	e.Paid, e.Lines = paid(owed, left), s.renewed(lines, renewed)
	return e, err
}

// paid tells what of invoices is not open any more.
func paid(before, after []invoices.Document) (all []Paid) {
	left := map[int64]int64{}
	for _, d := range after {
		left[d.ID] = d.Open
	}
	for _, d := range before {
		if part := d.Open - left[d.ID]; part > 0 {
			all = append(all, Paid{Invoice: d, Amount: money.KES(part), Left: money.KES(left[d.ID])})
		}
	}
	return all
}

func (s *Service) renewed(before, after []subscriptions.Subscription) (all []Line) {
	was := map[int64]time.Time{}
	for _, sub := range before {
		was[sub.ID] = s.Lines.Until(sub)
	}
	now := s.Plan.Now()
	for _, sub := range after {
		l := Line{Subscription: sub, Was: was[sub.ID], Until: s.Lines.Until(sub)}
		if l.Back = !l.Was.After(now); !l.Until.Equal(l.Was) {
			all = append(all, l)
		}
	}
	return all
}

// Take takes money in, and spends it. The same request is taken once. Faults: fault.Invalid "counter.withheld" of a
// certificate above what is owed, and as of accounts.TakeAtCounter and invoices.PayNamed.
func (s *Service) Take(ctx context.Context, t Taking, by By) (e accounts.Event, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		e, err = s.take(tx, t, by)
		return err
	})
	if err == nil {
		_ = s.Accounts.Spend(ctx, t.CustomerID) // the money is in; what fails here is tried again by its job
	}
	return e, err
}

func (s *Service) take(tx *db.Tx, t Taking, by By) (e accounts.Event, err error) {
	before, err := s.Accounts.Credit(tx, t.CustomerID)
	if err != nil {
		return e, err
	}
	if err := s.withheld(tx, t, before); err != nil {
		return e, err
	}
	if e, err = s.Accounts.TakeIn(tx, t.Taking, accounts.By{Actor: by.Actor, From: by.From}); err != nil {
		return e, err
	}
	after, err := s.Accounts.Credit(tx, t.CustomerID)
	if fresh := after.Cents != before.Cents; err != nil || !fresh || len(t.Named) == 0 || !after.IsPositive() {
		return e, err
	}
	_, err = s.Invoices.PayNamed(tx, t.CustomerID, money.KES(min(t.Amount.Cents, after.Cents)), t.Named, invoices.By{Actor: by.Actor, From: by.From})
	return e, err
}

// withheld refuses a certificate of tax above what is owed: it settles a debt, and is no money that could be paid out. A request that was taken before is
// told as it was.
func (s *Service) withheld(tx *db.Tx, t Taking, credit money.Amount) error {
	if t.How != accounts.ByWithholding {
		return nil
	}
	if known, err := s.Accounts.Requested(tx, t.CustomerID, t.Request); err != nil || known {
		return err
	}
	open, err := s.Invoices.OpenIn(tx, t.CustomerID)
	owed := -max(credit.Cents, 0) // what is there will be spent on it
	for _, d := range open {
		owed += d.Open
	}
	if err == nil && t.Amount.Cents > max(owed, 0) {
		err = fault.New(fault.Invalid, "counter.withheld", "Most", money.KES(max(owed, 0)))
	}
	return err
}

// atOnce is how long after money came what it paid is told on its receipt.
const atOnce = time.Minute

// Slip is what the receipt of a taking says: what was paid with it at once, and the customer's credit after.
type Slip struct {
	Event accounts.Event
	Spent []accounts.Event
	After money.Amount
	Back  *accounts.Event // it went back
}

// SlipOf is the slip of money at the counter; fault.NotFound "account.no_event".
func (s *Service) SlipOf(ctx context.Context, customerID, eventID int64) (p Slip, err error) {
	if p.Event, err = s.Accounts.Event(ctx, customerID, eventID); err != nil {
		return p, err
	}
	if p.Event.Kind != accounts.Counter {
		return p, noEvent()
	}
	p.After = p.Event.Balance
	later, err := s.Accounts.Following(ctx, customerID, p.Event.Seq, mostSpent)
	if err != nil {
		return p, err
	}
	for _, e := range later {
		if e.Delta.IsPositive() || e.Kind == accounts.Returned || e.Kind == PaidBack || e.At.Sub(p.Event.At) > atOnce {
			break
		}
		p.Spent, p.After = append(p.Spent, e), e.Balance
	}
	back, gone, err := s.Accounts.Return(ctx, p.Event)
	if gone {
		p.Back = &back
	}
	return p, err
}

const mostSpent = 200
