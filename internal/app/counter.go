package app

import (
	"mtandao/billing/counter"
	"mtandao/billing/families"
	"mtandao/billing/prompts"
)

// familyDesk is what accounts do for their parts.
type familyDesk struct{ Families *families.Service }

// wireCounter wires what members and customers do with money by hand or by phone: what is taken and paid back, and prompts to pay.
func (m *Main) wireCounter() {
	m.Counter = counter.New(counter.Options{DB: m.DB, Clock: m.Clock, Plan: m.Plan, Ledger: m.Ledger, Accounts: m.Accounts, Invoices: m.Invoices, Lines: m.Lines, Approvals: m.Approvals,
		Keys: m.Keys, Phones: m.Customers, Rail: m.Billing})
	m.Billing.AskOwes(counter.OfPayback, m.Counter)
	m.Families = families.New(families.Options{DB: m.DB, Jobs: m.Jobs, Clock: m.Plan, Customers: m.Customers, Accounts: m.Accounts, Lines: m.Lines})
	m.Prompts = prompts.New(prompts.Options{DB: m.DB, Keys: m.Keys, Clock: m.Plan, Customers: m.Customers, Invoices: m.Invoices, Lines: m.Lines, Accounts: m.Accounts, Billing: m.Billing})
	m.Invoices.AskPrompts(m.Prompts.Waits)
	m.Invoices.AskMeant(m.Prompts.Meant)
}
