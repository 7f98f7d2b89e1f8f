package app

import (
	"time"

	"mtandao/billing/entrance"
	"mtandao/billing/partners"
	"mtandao/internal/money"
	"mtandao/internal/pin"
	"mtandao/internal/settings"
	"mtandao/vouchers/resellers"
)

// wireSellers wires who sells and who shares, how they and customers sign in, and how two persons decide what gives them money.
func (m *Main) wireSellers() {
	m.wirePrograms()
	m.PINs = pin.New(pin.Options{DB: m.DB, Keys: m.Keys, Clock: m.Clock})
	m.Entrance = entrance.New(entrance.Options{DB: m.DB, Jobs: m.Jobs, Customers: m.Customers, PINs: m.PINs, Messages: m.Notify})
	m.Resellers = resellers.New(resellers.Options{DB: m.DB, Keys: m.Keys, Clock: m.Clock, Ledger: m.Ledger, Vouchers: m.Vouchers, Plans: m.Plans, Messages: m.Notify, Doors: m.PINs,
		Approvals: m.Approvals, CashAlone: func() money.Amount { return money.Shillings(int64(m.Settings.Int(settings.CashAlone))) }})
	m.Billing.AskFloats(m.Resellers)
	m.Partners = partners.New(partners.Options{DB: m.DB, Keys: m.Keys, Clock: m.Clock, Ledger: m.Ledger, Sales: []partners.Sales{m.Billing, m.Vouchers}, Doors: m.PINs, Approvals: m.Approvals,
		Rail: m.Billing})
	m.Billing.AskOwes(partners.OfPayout, m.Partners)
}

func (m *Main) scheduleSellers() {
	m.Jobs.Every("forget wrong codes", time.Hour, m.Vouchers.ForgetTries)
	m.Jobs.Every("resellers' used vouchers", time.Minute, m.Resellers.Sweep)
	m.Jobs.Every("partners' shares", 5*time.Minute, m.Partners.Share)
	m.schedulePrograms()
	m.Jobs.Every("what nobody decided", 5*time.Minute, m.Approvals.Lapse)
}
