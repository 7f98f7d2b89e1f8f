package billing

import (
	"mtandao/billing/ledger"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// taxOf is the tax in the price of an order that is paid now. It falls due with the money, for who pays knows what they buy; what is shown and paid holds it.
func (s *Service) taxOf(tx *db.Tx, o Order) (taxes.Tax, error) {
	if s.Taxes == nil {
		return taxes.Tax{}, nil
	}
	rates, err := s.Taxes.All(tx.Context())
	if err != nil {
		return taxes.Tax{}, err
	}
	parts, err := rates.Split(o.Price.Cents, taxes.Internet, clock.DayOf(s.Clock.Now()), true, false)
	return parts.Tax(), err
}

// taxDue are the postings of an order's tax when its money is held for its grant.
func (o Order) taxDue() []ledger.Posting {
	return ledger.TaxAhead(grantParty(o.GrantID), o.Tax.Excise, o.Tax.VAT)
}

// taxBack are the postings of the tax of a part of an order's money that goes back, when so much of it went back before, from where that money is.
func (o Order) taxBack(from ledger.Posting, before int64) ([]ledger.Posting, error) {
	gone, err := o.taxPart(before)
	if err != nil {
		return nil, err
	}
	tax, err := o.taxPart(before + from.Amount.Cents)
	if err != nil {
		return nil, err
	}
	if tax = tax.Plus(gone.Neg()); from.Account == ledger.PrepaidService {
		return ledger.TaxAhead(from.Party, -tax.Excise, -tax.VAT), nil
	}
	return ledger.TaxBack(from.Account, tax.Excise, tax.VAT), nil
}

// taxPart is the tax of so many cents of the price.
func (o Order) taxPart(cents int64) (taxes.Tax, error) {
	return o.Tax.Part(min(cents, o.Price.Cents), o.Price.Cents)
}
