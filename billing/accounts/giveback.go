package accounts

import (
	"slices"

	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// GiveBack takes money out again that a receipt brought, as TakeMoney does the other way round. When it is not there any more, what it paid is
// undone with force, and what is missing then is owed; without it is fault.Conflict "unmatch.spent". Who was merged into another gives from theirs.
func (s *Service) GiveBack(tx *db.Tx, customerID int64, amount money.Amount, receiptID int64, force bool) ([]ledger.Posting, error) {
	a, err := s.lockAnswering(tx, customerID)
	if err != nil {
		return nil, err
	}
	customerID = a.customerID
	if a.balance < amount.Cents && !force {
		return nil, fault.New(fault.Conflict, "unmatch.spent")
	}
	came, _, err := s.paidInBy(tx, customerID, receiptID)
	if err != nil {
		return nil, err
	}
	if a, err = s.reopen(tx, a, came, amount.Cents); err != nil {
		return nil, err
	}
	to := own(customerID, a.balance, -amount.Cents)
	_, err = s.append(tx, a, Cause{Kind: Returned, Request: receiptRequest(tx, receiptID), By: "M-Pesa"}, Event{Delta: amount.Neg(), OtherID: receiptID}, nil)
	return to, err
}

// lockAnswering locks the money of who answers for a customer. A merge locks it too: who is merged while we wait for it has another who answers afterwards.
func (s *Service) lockAnswering(tx *db.Tx, customerID int64) (account, error) {
	for {
		a, err := s.lock(tx, customerID)
		if err != nil {
			return a, err
		}
		to, err := s.answers(tx, customerID)
		if err != nil || to == customerID {
			return a, err
		}
		customerID = to
	}
}

// answers is who answers for a customer now.
func (s *Service) answers(tx *db.Tx, customerID int64) (int64, error) {
	for s.Customers != nil {
		c, err := s.Customers.GetTx(tx, customerID)
		if fault.Is(err, fault.NotFound) {
			break
		}
		if err != nil || c.State != customers.Merged {
			return customerID, err
		}
		customerID = c.MergedInto
	}
	return customerID, nil
}

// reopen undoes what was paid until the account holds so many cents, as far as that goes: first what that very money was spent on, then whatever
// else may be open again.
func (s *Service) reopen(tx *db.Tx, a account, came Event, cents int64) (account, error) {
	var undo []func(missing money.Amount) error
	if a.balance < cents && came.ID != 0 {
		spent, err := s.spentOf(tx, came)
		if err != nil {
			return a, err
		}
		for _, e := range spent {
			if f := s.undoers[e.Kind]; f != nil {
				undo = append(undo, func(missing money.Amount) error { return f(tx, e, missing) })
			}
		}
	}
	for _, open := range s.openers {
		undo = append(undo, func(missing money.Amount) error { return open(tx, a.customerID, missing) })
	}
	for _, f := range undo {
		missing := cents - max(a.balance, 0)
		if missing <= 0 {
			break
		}
		if err := f(money.KES(missing)); err != nil {
			return a, err
		}
		var err error
		if a, err = s.lock(tx, a.customerID); err != nil {
			return a, err
		}
	}
	return a, nil
}

// spentOf is what some money was spent on, the newest first: who had credit before it came spent that first.
func (s *Service) spentOf(tx *db.Tx, came Event) (all []Event, err error) {
	later, err := s.followingTx(tx, came.CustomerID, came.Seq)
	before := came.Balance.Cents - came.Delta.Cents
	from, until := max(before, 0), max(came.Balance.Cents, 0) // what lies between was this money; the rest of it paid a debt
	for sum, n := int64(0), 0; n < len(later) && sum < until; n++ {
		if later[n].Delta.Cents >= 0 {
			continue
		}
		if sum -= later[n].Delta.Cents; sum > from {
			all = append(all, later[n])
		}
	}
	slices.Reverse(all)
	return all, err
}
