package vouchers

import (
	"context"

	"mtandao/billing/ledger"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// Taxes are the rates.
type Taxes interface {
	All(ctx context.Context) (taxes.Rates, error)
}

// A voucher is taxed when it is used, or when what was paid for it is kept for good: until then it is given back and sold again, on credit too, and what it
// will be a supply of is not certain. Its price holds the taxes.

// taxOf is the tax of n vouchers on a day.
func (s *Service) taxOf(tx *db.Tx, b Batch, n int, day clock.Day) (taxes.Tax, error) {
	if s.Taxes == nil {
		return taxes.Tax{}, nil
	}
	rates, err := s.Taxes.All(tx.Context())
	if err != nil {
		return taxes.Tax{}, err
	}
	one, err := rates.Split(b.Price.Cents, taxes.Internet, day, true, false)
	return taxes.Tax{Excise: one.Excise * int64(n), VAT: one.VAT * int64(n)}, err
}

// taxKept are the postings of the tax of vouchers that are kept for good by a move, or are not any more, by the rates of the day on which they were killed.
func (s *Service) taxKept(tx *db.Tx, b Batch, d Deed, m move, n int) ([]ledger.Posting, error) {
	if m.debit != ledger.Breakage && m.credit != ledger.Breakage {
		return nil, nil
	}
	killed := d
	if d.Undoes != 0 {
		var err error
		if killed, err = s.deedIn(tx, d.Undoes); err != nil {
			return nil, err
		}
	}
	tax, err := s.taxOf(tx, b, n, clock.DayOf(killed.CreatedAt))
	if m.credit == ledger.Breakage {
		tax = tax.Neg()
	}
	return ledger.TaxBack(ledger.Breakage, tax.Excise, tax.VAT), err
}

// taxUsed are the postings of the tax of what vouchers gave a grant that has ended.
func (s *Service) taxUsed(tx *db.Tx, grantID int64, income string) ([]ledger.Posting, error) {
	ids, err := s.ofGrant(tx, grantID)
	if err != nil {
		return nil, err
	}
	var tax taxes.Tax
	for _, id := range ids {
		excise, err := s.Ledger.Moved(tx, entryUsed, "voucher:"+key(id), ledger.ExciseAhead)
		if err != nil {
			return nil, err
		}
		vat, err := s.Ledger.Moved(tx, entryUsed, "voucher:"+key(id), ledger.VATAhead)
		if err != nil {
			return nil, err
		}
		tax = tax.Plus(taxes.Tax{Excise: excise, VAT: vat})
	}
	return ledger.TaxUsed("grant:"+key(grantID), income, tax.Excise, tax.VAT), nil
}
