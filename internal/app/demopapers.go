package app

import (
	"context"

	"mtandao/billing/accounts"
	"mtandao/billing/invoices"
	"mtandao/billing/taxes"
	"mtandao/internal/money"
)

// seedPapers bills two of the demo's customers, takes money of one and credits the other, so that both get mail and SMS, once.
func (s *Stage) seedPapers(ctx context.Context) error {
	m := s.Main
	if there, err := m.Invoices.Newest(ctx, invoices.Filter{}, 0, 1); err != nil || len(there) > 0 {
		return err
	}
	by := invoices.By{Actor: "demo"}
	bill := func(phone, request string, lines ...invoices.NewLine) (invoices.Document, error) {
		c, err := m.Customers.FindNow(ctx, phone)
		if err != nil {
			return invoices.Document{}, err
		}
		d, err := m.Invoices.Write(ctx, invoices.NewDocument{Request: request, Kind: invoices.Invoice, CustomerID: c.ID, Lines: lines}, by)
		if err != nil {
			return d, err
		}
		return m.Invoices.IssueOne(ctx, d.ID)
	}
	shop, err := bill("0722 600 100", "demo-shop", invoices.NewLine{Name: "Business 50 Mbps", Supply: taxes.Internet, Quantity: 1, Amount: money.Shillings(12_000), Inclusive: true},
		invoices.NewLine{Name: "Router hAP ax2, second shop", Supply: taxes.Equipment, Quantity: 2, Amount: money.Shillings(9_800), Inclusive: true})
	if err != nil {
		return err
	}
	home, err := bill("0722 410 233", "demo-home", invoices.NewLine{Name: "Nyumbani 10 Mbps", Supply: taxes.Internet, Quantity: 1, Amount: money.Shillings(2_500), Inclusive: true})
	if err != nil {
		return err
	}
	if _, err := m.Accounts.TakeAtCounter(ctx, accounts.Taking{Request: "demo-home", CustomerID: home.CustomerID, How: accounts.ByCash, Amount: money.Shillings(1_000)}, accounts.By{Actor: "demo"}); err != nil {
		return err
	}
	_, err = m.Invoices.Credit(ctx, invoices.CreditNote{Request: "demo-shop", InvoiceID: shop.ID, Amount: money.Shillings(800), Why: "two days without internet"}, by)
	return err
}
