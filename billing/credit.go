package billing

import (
	"context"
	"errors"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

// errSpent: the credit that a receipt brought has been used meanwhile.
var errSpent = errors.New("the credit is spent")

// release takes a receipt's money out of suspense or credit, so that it can be placed anew. errSpent when it is gone; then
// nothing has changed.
func (s *Service) release(tx *db.Tx, r Receipt) (origin, error) {
	from := origin{kind: entryMoved, source: receiptParty(r.ID) + ":" + id(tx.ID()), account: ledger.Suspense, party: receiptParty(r.ID)}
	if r.Placed == PlacedCredit {
		from.account, from.party = ledger.GuestCredit, r.payerHash
	}
	if !r.Left().IsPositive() && r.Reversed.IsPositive() {
		return from, errSpent
	}
	return from, tx.Savepoint(func() error {
		won, err := s.unplace(tx, r)
		if err == nil && won && r.Placed == PlacedCredit {
			won, err = s.takeCredit(tx, r.payerHash, r.Left())
		}
		if err == nil && !won {
			err = errSpent
		}
		return err
	})
}

// merge undoes the entry of a receipt whose money is that of another, which gets its number when it has none.
func (s *Service) merge(tx *db.Tx, known, other Receipt, from []ledger.Posting) error {
	if err := s.mergeReceipts(tx, known, other); err != nil {
		return err
	}
	if other.Number == "" {
		other.Number = known.Number
		if err := s.postNumbered(tx, entryNumbered, other); err != nil {
			return err
		}
	}
	from = append(from, ledger.Posting{Account: ledger.TillClearing, Party: tillParty(known.TillID), Amount: known.Left().Neg()})
	return s.post(tx, known.ID, ledger.Entry{Kind: entryMerged, Source: receiptParty(known.ID), At: s.Clock.Now(), Memo: "the same money as receipt " + id(other.ID), Postings: from})
}

// Credit is what is held for the payer of a receipt.
func (s *Service) Credit(ctx context.Context, payerHash, currency string) (money.Amount, error) {
	return s.creditOf(ctx, payerHash, currency)
}

// recognise handles "grant ended": what was paid for the grant is earned now. A grant that nobody ever used is breakage.
func (s *Service) recognise(ctx context.Context, j jobs.Job) error {
	var f access.Fact
	if err := j.Decode(&f); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := s.earn(tx, f.GrantID, f.Cause)
		return err
	})
}

// earn books what was paid for an ended grant, less what was paid back or reversed of it, as earned, once, and tells the account. A grant
// that nobody ever used is breakage.
func (s *Service) earn(tx *db.Tx, grantID int64, cause string) (account string, err error) {
	grant, _, _, err := s.Grants.View(tx.Context(), grantID)
	if err != nil {
		return "", err
	}
	account = ledger.InternetSales
	if grant.FirstUsedAt.IsZero() {
		account = ledger.Breakage
	}
	sum, err := s.paidForGrant(tx, grantID)
	if err != nil {
		return account, err
	}
	back, err := s.refundedFromGrant(tx, grantID)
	if err != nil {
		return account, err
	}
	reversed, err := s.reversedFromGrant(tx, grantID)
	if err != nil {
		return account, err
	}
	back.Cents += reversed.Cents
	if sum, err = sum.Sub(back); err != nil || !sum.IsPositive() {
		return account, err
	}
	if grant.EndCause != "" {
		cause = grant.EndCause
	}
	tax, err := s.taxHeld(tx, grantID)
	if err != nil {
		return account, err
	}
	postings := []ledger.Posting{{Account: ledger.PrepaidService, Party: grantParty(grantID), Amount: sum}, {Account: account, Amount: sum.Neg()}}
	_, err = s.Ledger.Post(tx, ledger.Entry{Kind: entryUsed, Source: grantParty(grantID), At: s.Clock.Now(), Memo: "grant ended: " + cause,
		Postings: append(postings, ledger.TaxUsed(grantParty(grantID), account, tax.Excise, tax.VAT)...)})
	return account, err
}

// notFoundIs turns a NotFound into fine.
func notFoundIs(err error) (missing bool, rest error) {
	if fault.Is(err, fault.NotFound) {
		return true, nil
	}
	return false, err
}
