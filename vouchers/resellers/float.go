package resellers

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// FloatOf is the reseller whose account number a payer typed, in any case and with spaces or dashes; 0: nobody's.
func (s *Service) FloatOf(ctx context.Context, reference string) (int64, error) {
	typed := strings.NewReplacer(" ", "", "-", "").Replace(strings.ToUpper(reference))
	digits, ok := strings.CutPrefix(typed, "R")
	number, err := strconv.ParseInt(digits, 10, 32)
	if !ok || err != nil || number < firstNumber {
		return 0, nil
	}
	r, err := s.ByNumber(ctx, number)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return r.ID, err
}

// TakeFloat gives a reseller money that came by M-Pesa, once for its receipt, and tells the postings of it. A closed one's is taken too.
func (s *Service) TakeFloat(tx *db.Tx, resellerID int64, amount money.Amount, receiptID int64) ([]ledger.Posting, error) {
	r, err := s.lock(tx, resellerID)
	if err != nil {
		return nil, err
	}
	to := own(r.ID, r.Balance.Cents, amount.Cents)
	_, err = s.writeBooked(tx, &r, Event{Kind: PaidIn, Request: fmt.Sprintf("receipt:%d", receiptID), input: digest(receiptID), Delta: amount.Cents, OtherID: receiptID, By: "M-Pesa"})
	return to, err
}

// TakeFloatBack takes out again what came by M-Pesa and was reversed, once for its reversal, and tells the postings of it. What was sold for already is
// owed then, whatever the limit says.
func (s *Service) TakeFloatBack(tx *db.Tx, resellerID int64, amount money.Amount, reversalID int64) ([]ledger.Posting, error) {
	r, err := s.lock(tx, resellerID)
	if err != nil {
		return nil, err
	}
	to := own(r.ID, r.Balance.Cents, -amount.Cents)
	_, err = s.writeBooked(tx, &r, Event{Kind: Reversed, Request: fmt.Sprintf("reversal:%d", reversalID), input: digest(reversalID), Delta: -amount.Cents, OtherID: reversalID, By: "M-Pesa"})
	return to, err
}
