package accounts

import (
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Opened is the kind of the event by which a customer comes with a balance from elsewhere.
const Opened = "opened"

// Open enters the balance with which a customer comes from another system, below zero when they owe, against OpeningBalances. It is the first
// that happens to an account: fault.Conflict "account.moved" when it is not.
func (s *Service) Open(tx *db.Tx, customerID int64, balance money.Amount, c Cause) error {
	a, err := s.lock(tx, customerID)
	if err != nil || balance.IsZero() {
		return err
	}
	if _, found, err := s.first(tx, customerID, c, balance.Cents); err != nil || found {
		return err
	}
	switch {
	case max(balance.Cents, -balance.Cents) > mostMoved:
		return fault.New(fault.Invalid, "account.amount", "Most", money.KES(mostMoved))
	case a.seq != 0:
		return fault.New(fault.Conflict, "account.moved")
	}
	_, err = s.write(tx, a, c, Event{Delta: balance}, []ledger.Posting{{Account: ledger.OpeningBalances, Amount: balance}})
	return err
}

// Unopen takes Open back while nothing else has happened; after it the account is empty. fault.Conflict "account.moved" otherwise.
func (s *Service) Unopen(tx *db.Tx, customerID int64, balance money.Amount, c Cause) error {
	a, err := s.lock(tx, customerID)
	if err != nil {
		return err
	}
	if balance.IsZero() {
		if a.seq != 0 {
			return fault.New(fault.Conflict, "account.moved")
		}
		return nil
	}
	if _, found, err := s.first(tx, customerID, c, -balance.Cents); err != nil || found {
		return err
	}
	if a.seq != 1 || a.balance != balance.Cents {
		return fault.New(fault.Conflict, "account.moved")
	}
	_, err = s.write(tx, a, c, Event{Delta: balance.Neg()}, []ledger.Posting{{Account: ledger.OpeningBalances, Amount: balance.Neg()}})
	return err
}
