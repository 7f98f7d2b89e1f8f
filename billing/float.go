package billing

import (
	"context"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// Floats are accounts of people who pay in beforehand what they will sell for. *resellers.Service satisfies it.
type Floats interface {
	// FloatOf is whose account a payer typed; 0: nobody's.
	FloatOf(ctx context.Context, reference string) (holder int64, err error)
	// TakeFloat adds money to an account in tx, once for a receipt, and tells the postings of it, which sum to minus the amount.
	TakeFloat(tx *db.Tx, holder int64, amount money.Amount, receiptID int64) ([]ledger.Posting, error)
	// TakeFloatBack takes it out again for a reversal, or a receipt that was counted twice, once, below zero when it was spent; with postings that sum to the amount.
	TakeFloatBack(tx *db.Tx, holder int64, amount money.Amount, causeID int64) ([]ledger.Posting, error)
}

// AskFloats has money with an account number of f given to it; call it at wiring.
func (s *Service) AskFloats(f Floats) { s.floats = f }

// floatOf is whose float money is that came by hand; 0 when it is nobody's.
func (s *Service) floatOf(tx *db.Tx, e Evidence) (int64, error) {
	if s.floats == nil || e.Reference == "" || e.PaymentID != 0 || e.Receipt == "" || e.Verdict.State != VerdictPaid {
		return 0, nil
	}
	return s.floats.FloatOf(tx.Context(), e.Reference)
}

// arriveFloat books money that somebody paid in under their own account.
func (s *Service) arriveFloat(tx *db.Tx, e Evidence, holder int64, err error) (Outcome, error) {
	if err != nil {
		return Outcome{}, err
	}
	if out, known, err := s.arrivedBefore(tx, e); known || err != nil {
		return out, err
	}
	r := s.newReceipt(tx, e)
	r.Placed = PlacedFloat
	to, err := s.floats.TakeFloat(tx, holder, r.Amount, r.ID)
	if err != nil {
		return Outcome{}, err
	}
	if err := s.insertReceipt(tx, r); err != nil {
		return Outcome{}, err
	}
	from := fromTill(r)
	err = s.post(tx, r.ID, ledger.Entry{Kind: from.kind, Source: from.source, At: s.Clock.Now(), Memo: "float paid in",
		Postings: append([]ledger.Posting{{Account: from.account, Party: from.party, Amount: r.Amount}}, to...)})
	return Outcome{ReceiptID: r.ID, Placed: r.Placed}, err
}
