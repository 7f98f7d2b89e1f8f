package prompts

import (
	"mtandao/billing/invoices"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// Meant is what came of the prompts that a customer, whose account is held, or somebody for them made on the own page of an invoice, and was not offered to it yet, in
// order of the prompts. What is told is told once.
func (s *Service) Meant(tx *db.Tx, customerID int64) (all []invoices.Meant, err error) {
	orders, asks, err := s.meantAsks(tx, customerID)
	if err != nil || len(orders) == 0 {
		return nil, err
	}
	came, err := s.Billing.CameFor(tx, orders)
	for n := len(orders) - 1; n >= 0 && err == nil; n-- {
		a, cents := asks[orders[n]], came[orders[n]]
		if cents <= a.SpentCents {
			continue
		}
		all = append(all, invoices.Meant{InvoiceID: a.InvoiceID, Amount: money.KES(cents - a.SpentCents)})
		err = s.spent(tx, a.ID, cents)
	}
	return all, err
}
