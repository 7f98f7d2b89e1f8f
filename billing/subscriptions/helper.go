package subscriptions

import (
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// Helper pays what a customer's credit lacks for a renewal that is due, out of another's, where that was agreed.
type Helper interface {
	// Hold keeps the money of who helps a customer from everybody else until the transaction ends; false when nobody does. It comes before the customer's own.
	Hold(tx *db.Tx, customerID int64) (bool, error)
	// Help raises a customer's credit by what it lacks, for the request of a renewal; false, and nothing done, when there is not so much, or more than was agreed.
	Help(tx *db.Tx, customerID int64, lacks money.Amount, request string) (bool, error)
}

// HelpedBy has somebody help customers; call it at wiring.
func (s *Service) HelpedBy(h Helper) { s.helper = h }

// holdHelper keeps the money of who helps the customer of a line, before anything else is held.
func (s *Service) holdHelper(tx *db.Tx, id int64) (bool, error) {
	if s.helper == nil {
		return false, nil
	}
	sub, err := oneIn(tx, id)
	if err != nil {
		return false, err
	}
	return s.helper.Hold(tx, sub.CustomerID)
}

// RenewHelped renews the lines of a customer that are due, also out of the credit of who helps them. Whoever calls it has that credit locked.
func (s *Service) RenewHelped(tx *db.Tx, customerID int64) error {
	if _, err := s.Credit.Credit(tx, customerID); err != nil {
		return err
	}
	lines, err := of(tx, customerID)
	for _, line := range renewedFirst(lines) {
		var sub Subscription
		if err == nil {
			sub, err = lock(tx, line.ID)
		}
		if err != nil {
			return err
		}
		if _, err = s.renewOne(tx, sub, false, true); err != nil {
			return err
		}
	}
	return err
}

// helped is the credit that a renewal of a line has, with what it lacked when somebody helps.
func (s *Service) helped(tx *db.Tx, sub Subscription, amount, credit money.Amount) (money.Amount, error) {
	lacks := money.KES(amount.Cents - credit.Cents)
	if credit.Cents < 0 || !lacks.IsPositive() { // nobody pays their debt
		return credit, nil
	}
	if came, err := s.helper.Help(tx, sub.CustomerID, lacks, sub.request(sub.Seq+1)); err != nil || !came {
		return credit, err
	}
	return amount, nil
}
