package billing

import (
	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
)

// arriveAlone books money without a payment: credit when the payer is known to us and meant no customer's account, else suspense.
func (s *Service) arriveAlone(tx *db.Tx, e Evidence) (Outcome, error) {
	if out, known, err := s.arrivedBefore(tx, e); known || err != nil {
		return out, err
	}
	r := s.newReceipt(tx, e)
	phone, hashes, err := s.payerPhone(tx, e.Payer)
	if err != nil {
		return Outcome{}, err
	}
	if len(hashes) == 0 {
		if phone, err = s.phoneTyped(tx, e.Reference); err != nil {
			return Outcome{}, err
		}
	}
	to := ledger.Posting{Account: ledger.Suspense, Party: receiptParty(r.ID), Amount: r.Amount.Neg()}
	r.Placed = PlacedSuspense
	meant, err := s.meantAccount(tx, e, phone)
	if err != nil {
		return Outcome{}, err
	}
	if phone != "" && !meant {
		r.Placed = PlacedCredit
		if r.payerHash, err = s.creditParty(tx, phone); err != nil {
			return Outcome{}, err
		}
		to = ledger.Posting{Account: ledger.GuestCredit, Party: r.payerHash, Amount: r.Amount.Neg()}
		if err := s.addCredit(tx, r.payerHash, r.Amount); err != nil {
			return Outcome{}, err
		}
	}
	if err := s.insertReceipt(tx, r); err != nil {
		return Outcome{}, err
	}
	from := fromTill(r)
	err = s.post(tx, r.ID, ledger.Entry{Kind: from.kind, Source: from.source, At: s.Clock.Now(), Memo: "paid in without an order",
		Postings: []ledger.Posting{{Account: from.account, Party: from.party, Amount: r.Amount}, to}})
	return Outcome{ReceiptID: r.ID, Placed: r.Placed}, err
}

// arrivedBefore is what became of money that is known by its receipt already.
func (s *Service) arrivedBefore(tx *db.Tx, e Evidence) (out Outcome, known bool, err error) {
	r, err := s.receiptByNumber(tx, e.TillID, e.Receipt)
	if missing, err := notFoundIs(err); missing || err != nil {
		return out, false, err
	}
	return Outcome{PaymentID: r.PaymentID, OrderID: r.OrderID, ReceiptID: r.ID, Placed: r.Placed, Again: true}, true, nil
}

// phoneTyped reads a paybill account that is a phone number; only numbers that bought here before count.
func (s *Service) phoneTyped(tx *db.Tx, reference string) (customers.Phone, error) {
	phone, err := customers.ParsePhone(reference)
	if err != nil {
		return "", nil // not a number: no error of anybody's
	}
	known, err := s.isKnown(tx, phone)
	if err != nil || !known {
		return "", err
	}
	return phone, nil
}
