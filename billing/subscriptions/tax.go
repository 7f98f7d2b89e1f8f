package subscriptions

import (
	"context"

	"mtandao/billing/customers"
	"mtandao/billing/plans"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// Taxes are the rates.
type Taxes interface {
	All(ctx context.Context) (taxes.Rates, error)
}

// buyer is who pays beforehand on a day, as far as taxes ask. What they see and pay holds the taxes; who is exempt pays what these leave.
type buyer struct {
	rates  taxes.Rates
	day    clock.Day
	exempt bool
}

// buyer is the customer of a line in a transaction.
func (s *Service) buyer(tx *db.Tx, customerID int64) (buyer, error) {
	known, err := s.Customers.Some(tx, []int64{customerID})
	if err != nil {
		return buyer{}, err
	}
	return s.buyerIs(tx.Context(), known[customerID])
}

func (s *Service) buyerIs(ctx context.Context, c customers.Customer) (b buyer, err error) {
	b.day = clock.DayOf(s.Clock.Now())
	b.exempt = c.ExemptOn(b.day.String())
	if s.Taxes != nil {
		b.rates, err = s.Taxes.All(ctx)
	}
	return b, err
}

// pays is what an amount that others pay comes to for the buyer.
func (b buyer) pays(amount money.Amount, supply taxes.Supply) (money.Amount, error) {
	p, err := b.rates.Split(amount.Cents, supply, b.day, true, b.exempt)
	return money.KES(p.Gross), err
}

// tax is that in cents which the buyer pays.
func (b buyer) tax(cents int64, supply taxes.Supply) (taxes.Tax, error) {
	if b.exempt {
		return taxes.Tax{}, nil
	}
	p, err := b.rates.Split(cents, supply, b.day, true, false)
	return p.Tax(), err
}

// charged are charges as the buyer pays them.
func (b buyer) charged(all []plans.Charge) ([]plans.Charge, error) {
	for n := range all {
		supply := taxes.Internet
		if all[n].Kind == plans.ForSetup {
			supply = taxes.Labour
		}
		var err error
		if all[n].Amount, err = b.pays(all[n].Amount, supply); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// taxed tells the tax in what was paid for a period.
func (b buyer) taxed(paid Paid) (Paid, error) {
	var err error
	if paid.Tax, err = b.tax(paid.Amount.Cents-paid.Setup.Cents, taxes.Internet); err == nil {
		paid.SetupTax, err = b.tax(paid.Setup.Cents, taxes.Labour)
	}
	return paid, err
}

// share is one of what was paid for the rest of a renewal's time, or given back with the tax that is left of it: of had cents.
func (b buyer) share(renewalID, cents, had int64, left taxes.Tax) (share Share, err error) {
	share = Share{RenewalID: renewalID, Cents: cents}
	if cents < 0 {
		share.Tax = part(left, -cents, had).Neg()
		return share, nil
	}
	share.Tax, err = b.tax(cents, taxes.Internet)
	return share, err
}

// taxOf is the tax in shares.
func taxOf(shares []Share) (tax taxes.Tax) {
	for _, one := range shares {
		tax = tax.Plus(one.Tax)
	}
	return tax
}

// part is the tax of a part of a line's money. Amounts that a line can hold overflow nothing.
func part(tax taxes.Tax, cents, of int64) taxes.Tax {
	some, err := tax.Part(cents, of)
	if err != nil {
		return tax
	}
	return some
}
