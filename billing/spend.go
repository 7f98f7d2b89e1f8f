package billing

import (
	"context"
	"slices"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// byCredit is what a receipt came by that records no new money: an order paid from credit. Its amount is zero.
const byCredit = "credit"

// payByCredit serves the order from all that is held for the payer of a receipt: small sums together, or what was left of
// a larger one. Who asks has shown that they paid the receipt (prove), whatever it was spent on itself.
func (s *Service) payByCredit(tx *db.Tx, _ Payment, o Order, proof Receipt) error {
	if own, err := s.provesPayer(tx, proof); err != nil || !own {
		return notServed(err)
	}
	if won, err := s.takeCredit(tx, proof.payerHash, o.Price); err != nil || !won {
		return notServed(err)
	}
	if out, err := s.spendTaken(tx, o, Receipt{TillID: proof.TillID, Payer: proof.Payer, payerHash: proof.payerHash}); err != nil || out.Placed == "" {
		return notServed(err)
	}
	return nil
}

// spendTaken serves an order by its price of credit, which takeCredit took. r tells at which till and for whom it was held.
// Nothing is placed when the order is not to be served.
func (s *Service) spendTaken(tx *db.Tx, o Order, r Receipt) (Outcome, error) {
	r.ID, r.CameBy, r.Amount, r.Reference, r.ArrivedAt = tx.ID(), byCredit, o.Price, o.Code, s.Clock.Now()
	if served, err := s.serveOrder(tx, &o, r, true); err != nil || !served {
		return Outcome{}, err
	}
	r.Placed, r.OrderID, r.Amount = PlacedOrder, o.ID, money.Amount{Currency: o.Price.Currency}
	if err := s.insertReceipt(tx, r); err != nil {
		return Outcome{}, err
	}
	return Outcome{OrderID: o.ID, ReceiptID: r.ID, Placed: r.Placed}, s.post(tx, r.ID, ledger.Entry{Kind: EntryMoneyIn,
		Source: receiptParty(r.ID), At: s.Clock.Now(), Memo: "order " + o.Code + " from credit", Postings: append([]ledger.Posting{
			{Account: ledger.GuestCredit, Party: r.payerHash, Amount: o.Price},
			{Account: ledger.PrepaidService, Party: grantParty(o.GrantID), Amount: o.Price.Neg()},
		}, o.taxDue()...)})
}

func notServed(err error) error {
	if err == nil {
		err = errNotServed
	}
	return err
}

// provesPayer says that a receipt was paid by the very phone whose credit it is kept with. Money by hand may be paid for
// anybody's number; only what their own phone paid makes its holder the owner of the rest.
func (s *Service) provesPayer(tx *db.Tx, r Receipt) (bool, error) {
	if r.payerHash == "" {
		return false, nil
	}
	_, hashes, err := s.provenPhone(tx, r.Payer)
	if err == nil && len(hashes) == 0 {
		return r.own(), nil // a prompt's payer may be told as a mask
	}
	return slices.Contains(hashes, r.payerHash), err
}

// leftOf is how much of a receipt's money can still be spent.
func (s *Service) leftOf(ctx context.Context, r Receipt) (money.Amount, error) {
	if r.Placed != PlacedCredit {
		return r.Left(), nil
	}
	held, err := s.creditOf(ctx, r.payerHash, r.Amount.Currency)
	if err == nil && held.Cents < r.Left().Cents {
		return held, nil
	}
	return r.Left(), err
}
