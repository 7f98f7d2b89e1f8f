package billing

import (
	"errors"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// attach handles more evidence about a payment that is paid: the receipt number a query did not know, or other money. It
// passes an error on.
func (s *Service) attach(tx *db.Tx, p Payment, o Order, e Evidence, err error) (Outcome, error) {
	out := Outcome{PaymentID: p.ID, OrderID: p.OrderID, State: PaymentPaid, Again: true}
	if err == nil {
		p, err = s.paymentTx(tx, p.ID) // as its winner left it
	}
	if err != nil {
		return out, err
	}
	if e.Kind == ByQuery {
		return out, s.cover(tx, p, o)
	}
	if e.Receipt == "" {
		return out, nil
	}
	known, err := s.receiptFor(tx, p, o, e)
	if err == nil {
		return s.attachKnown(tx, p, o, known, e, out)
	}
	if !fault.Is(err, fault.NotFound) {
		return out, err
	}
	if done, err := s.attachNew(tx, p, o, e); err != nil || done {
		return out, err
	}
	return s.bringIn(tx, p, o, e, true)
}

// attachNew is true when evidence of a number that is not in the books is no other money than what is there.
func (s *Service) attachNew(tx *db.Tx, p Payment, o Order, e Evidence) (bool, error) {
	may, err := s.mayBeNumber(tx, p, o, e)
	if err != nil {
		return false, err
	}
	if may {
		if won, err := s.numberPending(tx, p.ID, e); err != nil || won {
			return won, err
		}
	}
	if e.Kind != ByPrompt {
		return false, nil
	}
	return s.promptAgain(tx, p, e)
}

// promptAgain: the payment was settled by money of another way (a typed receipt, the paybill) or by a query, and now its own
// prompt tells of money; false when that is to be brought in. One prompt moves money once, and another amount than asked
// for is looked up first.
func (s *Service) promptAgain(tx *db.Tx, p Payment, e Evidence) (bool, error) {
	own, err := s.ownReceipt(tx, p.ID)
	missing, err := notFoundIs(err)
	switch {
	case err != nil:
		return false, err
	case own.CameBy == ByPrompt:
		return true, nil
	case e.Amount != p.Amount:
		return true, s.Jobs.Emit(tx, factPaymentDoubted, id(p.ID), paymentFact{PaymentID: p.ID, Receipt: e.Receipt})
	case missing:
		return false, nil
	}
	return s.displace(tx, own, e)
}

// attachKnown handles evidence about a receipt that is in the books, for a payment that is paid.
func (s *Service) attachKnown(tx *db.Tx, p Payment, o Order, known Receipt, e Evidence, out Outcome) (Outcome, error) {
	out.ReceiptID, out.Placed = known.ID, known.Placed
	if known.Placed == placedMerged || known.CameBy == ByPrompt {
		return out, nil
	}
	own, err := s.ownReceipt(tx, p.ID)
	missing, err := notFoundIs(err)
	if err != nil {
		return out, err
	}
	if !missing && own.ID != known.ID && own.Number == "" {
		return s.countOnce(tx, p, o, known, own, e, out)
	}
	if e.Kind != ByPrompt || !missing && own.CameBy == ByPrompt {
		return out, nil
	}
	if !missing && own.ID != known.ID {
		if err := s.trace(tx, own, 0, ByStatus); err != nil {
			return out, err
		}
	}
	known.Payer = string(o.Phone)
	return out, s.trace(tx, known, p.ID, ByPrompt)
}

// countOnce undoes a double count: the money came in by itself under its number, and once more by a query without one.
func (s *Service) countOnce(tx *db.Tx, p Payment, o Order, known, pending Receipt, e Evidence, out Outcome) (Outcome, error) {
	same, err := e.Kind == ByPrompt, error(nil)
	if !same {
		same, err = s.mayBeOwn(tx, p, o, known)
	}
	if err != nil || !same || known.own() || known.Amount != pending.Amount || known.Placed == PlacedOrder {
		return out, err
	}
	if known.raised() && e.Kind != ByPrompt { // an account is lowered by the prompt's own word alone
		return out, nil
	}
	if known.raised() && known.Reversed.IsPositive() { // of the other nothing went back
		return s.countReversedOnce(tx, p, o, known, pending, out)
	}
	from, err := s.retract(tx, known)
	if errors.Is(err, errSpent) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Again, out.ReceiptID, out.Placed = false, pending.ID, pending.Placed
	return out, s.merge(tx, known, pending, from)
}

// countReversedOnce is countOnce of money that the rail took back since: what went back did so of the receipt with the number, which is the prompt's own from now on.
func (s *Service) countReversedOnce(tx *db.Tx, p Payment, o Order, known, pending Receipt, out Outcome) (Outcome, error) {
	from, err := s.retract(tx, pending)
	if err != nil {
		return out, err
	}
	if err := s.merge(tx, pending, known, from); err != nil {
		return out, err
	}
	out.Again, known.Payer = false, string(o.Phone)
	return out, s.trace(tx, known, p.ID, ByPrompt)
}

// retract takes the money of a receipt out of credit or suspense, where it must be still, or out of the account that it raised, even if it was spent. The postings sum to it. errSpent when it is gone.
func (s *Service) retract(tx *db.Tx, r Receipt) ([]ledger.Posting, error) {
	if !r.raised() {
		from, err := s.release(tx, r)
		return []ledger.Posting{{Account: from.account, Party: from.party, Amount: r.Left()}}, err
	}
	if !r.Left().IsPositive() {
		return nil, errSpent
	}
	if won, err := s.unplace(tx, r); err != nil || !won {
		return nil, orSpent(err)
	}
	if r.Placed == PlacedAccount {
		return s.accounts.GiveBack(tx, r.HolderID, r.Left(), r.ID, true)
	}
	holder, err := s.holderOfFloat(tx, r)
	if err != nil {
		return nil, err
	}
	return s.floats.TakeFloatBack(tx, holder, r.Left(), r.ID)
}

func orSpent(err error) error {
	if err == nil {
		err = errSpent
	}
	return err
}
