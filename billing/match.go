package billing

import (
	"errors"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Matching is what somebody decides about money of nobody: the order that it was meant for, and whether it shall serve that
// order or be held as credit for who placed it, as they saw it when they decided.
type Matching struct {
	ReceiptID, OrderID int64
	Serve              bool
}

// Match gives money in suspense to an order, as it was decided. Of two people who match the same money one wins; the other,
// and whoever decided upon what is not so any more, gets fault.Conflict "match.taken", "match.paid", "match.too_little" or
// "match.served_since". What its payer is known by leads to the order's phone from now on.
func (s *Service) Match(tx *db.Tx, m Matching) (Outcome, error) {
	o, err := s.orderTx(tx, m.OrderID) // before the receipt: who lost is told that it is taken, not that the order is paid
	if err != nil {
		return Outcome{}, err
	}
	if o.Segment == SegmentAccount { // money for whom it was asked for
		holder, err := s.customerOf(tx.Context(), o)
		if err != nil {
			return Outcome{}, err
		}
		return s.MatchAccount(tx, m.ReceiptID, holder)
	}
	r, err := s.receiptTx(tx, m.ReceiptID)
	if err != nil {
		return Outcome{}, err
	}
	if r.Placed != PlacedSuspense {
		return Outcome{}, fault.New(fault.Conflict, "match.taken")
	}
	if err := matchable(r, o, m.Serve); err != nil {
		return Outcome{}, err
	}
	from, err := s.release(tx, r)
	if errors.Is(err, errSpent) {
		err = fault.New(fault.Conflict, "match.taken")
	}
	if err != nil {
		return Outcome{}, err
	}
	if r.payerHash, err = s.creditParty(tx, o.Phone); err != nil {
		return Outcome{}, err
	}
	// The prompt's payment stays as it is: this money came by another way, and the prompt may still bring its own.
	out, err := s.placeFor(tx, r, o, from, m.Serve, s.moveReceipt)
	if err == nil && m.Serve && out.Placed != PlacedOrder {
		err = fault.New(fault.Conflict, "match.served_since")
	}
	if err != nil {
		return out, err
	}
	return out, s.keepMatch(tx, r, o)
}

// matchable: what the decider saw must still be so.
func matchable(r Receipt, o Order, serve bool) error {
	if !serve {
		return nil
	}
	enough, err := r.Left().Compare(o.Price)
	switch {
	case err != nil:
		return err
	case o.State == OrderPaid:
		return fault.New(fault.Conflict, "match.paid")
	case enough < 0:
		return fault.New(fault.Conflict, "match.too_little", "Amount", r.Left().String(), "Price", o.Price.String())
	}
	return nil
}

// Unmatch takes money that was matched by hand back into suspense, and what it bought while that is unused. Else it says why
// not: fault.Conflict "grant.used", "grant.fed_again", "grant.ended", "unmatch.spent", "unmatch.refunded" or
// "unmatch.not_matched".
func (s *Service) Unmatch(tx *db.Tx, receiptID int64) error {
	r, err := s.receiptTx(tx, receiptID)
	if err != nil {
		return err
	}
	if won, err := s.dropMatch(tx, r.ID); err != nil || !won {
		return notMatched(err)
	}
	entry := ledger.Entry{Kind: entryMoved, Source: receiptParty(r.ID) + ":" + id(tx.ID()), At: s.Clock.Now(), Memo: "matched by mistake"}
	switch r.Placed {
	case PlacedCredit:
		entry.Postings, err = s.takeBackCredit(tx, r)
	case PlacedOrder:
		entry.Postings, err = s.takeBackOrder(tx, r)
	case PlacedAccount:
		entry.Postings, err = s.takeBackAccount(tx, r)
	default:
		err = notMatched(nil)
	}
	if err == nil { // only now: approving a refund has held the receipt, too
		err = s.notRefunded(tx, r)
	}
	if err != nil {
		return err
	}
	r.Placed, r.OrderID, r.HolderID, r.payerHash = PlacedSuspense, 0, 0, ""
	if err := s.moveReceipt(tx, r); err != nil {
		return err
	}
	entry.Postings = append(entry.Postings, ledger.Posting{Account: ledger.Suspense, Party: receiptParty(r.ID), Amount: r.Left().Neg()})
	return s.post(tx, r.ID, entry)
}

func (s *Service) notRefunded(tx *db.Tx, r Receipt) error {
	back, err := s.refundedOf(tx, r.ID)
	if err == nil && r.Reversed.IsPositive() {
		err = fault.New(fault.Conflict, "unmatch.reversed")
	}
	if err == nil && back.IsPositive() {
		err = fault.New(fault.Conflict, "unmatch.refunded")
	}
	return err
}

func notMatched(err error) error {
	if err == nil {
		err = fault.New(fault.Conflict, "unmatch.not_matched")
	}
	return err
}

func (s *Service) takeBackCredit(tx *db.Tx, r Receipt) ([]ledger.Posting, error) {
	from, err := s.release(tx, r)
	if errors.Is(err, errSpent) {
		err = fault.New(fault.Conflict, "unmatch.spent")
	}
	return []ledger.Posting{{Account: from.account, Party: from.party, Amount: r.Left()}}, err
}

// takeBackOrder opens the order again and takes its service away, with what was left over as credit.
func (s *Service) takeBackOrder(tx *db.Tx, r Receipt) ([]ledger.Posting, error) {
	o, err := s.orderTx(tx, r.OrderID)
	if err != nil {
		return nil, err
	}
	if won, err := s.unplace(tx, r); err != nil || !won {
		return nil, notMatched(err)
	}
	if err := s.Grants.Withdraw(tx, o.source()); err != nil {
		return nil, err
	}
	if won, err := s.unpayOrder(tx, o); err != nil || !won {
		return nil, notMatched(err)
	}
	back := []ledger.Posting{{Account: ledger.PrepaidService, Party: grantParty(o.GrantID), Amount: o.Price}}
	back = append(back, ledger.TaxAhead(grantParty(o.GrantID), -o.Tax.Excise, -o.Tax.VAT)...)
	rest, err := r.Amount.Sub(o.Price)
	if err != nil || !rest.IsPositive() {
		return back, err
	}
	if had, err := s.takeCredit(tx, r.payerHash, rest); err != nil || !had {
		if err == nil {
			err = fault.New(fault.Conflict, "unmatch.spent")
		}
		return nil, err
	}
	return append(back, ledger.Posting{Account: ledger.GuestCredit, Party: r.payerHash, Amount: rest}), nil
}
