package accounts

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"mtandao/billing/ledger"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// By is who does something, and from where.
type By struct{ Actor, From string }

// Taking is money that a cashier takes or the bank tells of. The same Request is taken once.
type Taking struct {
	Request        string
	CustomerID     int64
	How, Reference string // the number of a cheque, a bank slip or a certificate
	Amount         money.Amount
	Note           string
}

func (t Taking) check() (Taking, error) {
	t.Reference = strings.Join(strings.Fields(t.Reference), " ")
	switch {
	case accountOf[t.How] == "":
		return t, fault.New(fault.Invalid, "account.how")
	case !t.Amount.IsPositive() || t.Amount.Cents > mostMoved || t.Amount.Currency != money.Shilling:
		return t, fault.New(fault.Invalid, "account.amount", "Most", money.KES(mostMoved))
	case t.How != ByCash && t.Reference == "" || !shortText(t.Reference, 60) || strings.ContainsFunc(t.Reference, unseen):
		return t, fault.New(fault.Invalid, "account.reference")
	case !shortText(t.Note, longestNote):
		return t, fault.New(fault.Invalid, "account.note")
	}
	return t, nil
}

// unseen is what nobody reads in a number: with it one number were several.
func unseen(r rune) bool { return !unicode.IsPrint(r) }

// TakeAtCounter brings in money without a rail. Faults: fault.Invalid "account.…", fault.Conflict "account.reference_used" (that cheque, slip or
// certificate of this customer is in the books) or "customer.merged".
func (s *Service) TakeAtCounter(ctx context.Context, t Taking, by By) (e Event, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		e, err = s.TakeIn(tx, t, by)
		return err
	})
	return e, err
}

// TakeIn is TakeAtCounter in a transaction of whoever does more with it.
func (s *Service) TakeIn(tx *db.Tx, t Taking, by By) (e Event, err error) {
	if t, err = t.check(); err != nil {
		return e, err
	}
	a, err := s.lock(tx, t.CustomerID)
	if err != nil {
		return e, err
	}
	c := Cause{Kind: Counter, Request: t.Request, Note: t.Note, By: by.Actor}
	e, found, err := s.first(tx, t.CustomerID, c, t.Amount.Cents)
	if err != nil || found {
		return e, err
	}
	to, err := s.answers(tx, t.CustomerID)
	if err == nil && to != t.CustomerID { // nobody would find it there
		err = fault.New(fault.Conflict, "customer.merged")
	}
	if err != nil {
		return e, err
	}
	e, err = s.write(tx, a, c, Event{How: t.How, Reference: t.Reference, Delta: t.Amount}, []ledger.Posting{{Account: accountOf[t.How], Amount: t.Amount}})
	if err == nil && t.Reference != "" {
		err = s.keepSlip(tx, e)
	}
	if err != nil {
		return e, err
	}
	return e, s.record(tx, by, "customer paid", e, t.Reference)
}

// Requested says whether a request of a customer has been done.
func (s *Service) Requested(tx *db.Tx, customerID int64, request string) (bool, error) {
	_, found, err := s.byRequest(tx, customerID, request)
	return found, err
}

// ReturnTaking takes back what came at the counter: a cheque that bounced, a slip of the hand. What it had paid is opened again; what cannot be
// opened is owed, by who answers for the customer. fault.Invalid "account.reason", fault.Conflict "account.returned" or "account.not_counter".
func (s *Service) ReturnTaking(ctx context.Context, customerID, eventID int64, reason string, by By) (back Event, err error) {
	if reason = strings.TrimSpace(reason); reason == "" || !shortText(reason, longestNote) {
		return back, fault.New(fault.Invalid, "account.reason")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		a, err := s.lock(tx, customerID)
		if err != nil {
			return err
		}
		e, err := s.eventTx(tx, customerID, eventID)
		if err != nil {
			return err
		}
		if e.Kind != Counter {
			return fault.New(fault.Conflict, "account.not_counter")
		}
		c := Cause{Kind: Returned, Request: returnOf(e.ID), Note: reason, By: by.Actor}
		if _, found, err := s.byRequest(tx, customerID, c.Request); err != nil || found {
			if err == nil {
				err = fault.New(fault.Conflict, "account.returned")
			}
			return err
		}
		if a, err = s.bare(tx, a, e, by); err != nil {
			return err
		}
		if err := s.freeSlip(tx, e); err != nil { // the same cheque may be brought again
			return err
		}
		back, err = s.write(tx, a, c, Event{How: e.How, Delta: e.Delta.Neg(), OtherID: e.ID}, []ledger.Posting{{Account: accountOf[e.How], Amount: e.Delta.Neg()}})
		if err != nil {
			return err
		}
		return s.record(tx, by, "customer payment returned", back, reason)
	})
	return back, err
}

// bare has an account hold what came and goes back, as far as that goes. Of one that was merged since, who answers for it gives all of it, and owes what they do not have.
func (s *Service) bare(tx *db.Tx, a account, came Event, by By) (account, error) {
	to, err := s.answers(tx, a.customerID)
	if err != nil {
		return a, err
	}
	if to == a.customerID {
		return s.reopen(tx, a, came, came.Delta.Cents)
	}
	other, err := s.lock(tx, to)
	if err == nil {
		other, err = s.reopen(tx, other, Event{}, came.Delta.Cents)
	}
	if err != nil {
		return a, err
	}
	c := Cause{Kind: Moved, Request: fmt.Sprintf("returned:%d", came.ID), By: by.Actor}
	through := ledger.Posting{Account: ledger.Suspense, Party: fmt.Sprintf("merge:%d", a.customerID), Amount: came.Delta.Neg()}
	if _, err := s.write(tx, other, c, Event{Delta: came.Delta.Neg()}, []ledger.Posting{through}); err != nil {
		return a, err
	}
	through.Amount = came.Delta
	if _, err := s.write(tx, a, c, Event{Delta: came.Delta}, []ledger.Posting{through}); err != nil {
		return a, err
	}
	return s.lock(tx, a.customerID)
}

// returnOf names the request that takes an event back.
func returnOf(eventID int64) string { return fmt.Sprintf("return:%d", eventID) }

func (s *Service) record(tx *db.Tx, by By, action string, e Event, said string) error {
	return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "customer", ObjectID: fmt.Sprint(e.CustomerID),
		After: fmt.Sprintf("%s %s %s, balance %s", e.Delta, e.How, said, e.Balance)})
}
