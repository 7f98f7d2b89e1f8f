package billing

import (
	"context"

	"mtandao/billing/accounts"
	"mtandao/billing/invoices"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
)

// Purse lets customers' accounts pay invoices. It is the joint of two packages that do not know each other.
type Purse struct{ Accounts *accounts.Service }

// Held implements invoices.Purse.
func (p Purse) Held(tx *db.Tx, customerID int64) (money.Amount, error) {
	return p.Accounts.Credit(tx, customerID)
}

// Take implements invoices.Purse.
func (p Purse) Take(tx *db.Tx, customerID int64, amount money.Amount, kind, request, note string, to ledger.Posting) (bool, error) {
	return p.Accounts.Take(tx, customerID, amount, accounts.Cause{Kind: kind, Request: request, Note: note, By: "billing"}, to)
}

// Add implements invoices.Purse.
func (p Purse) Add(tx *db.Tx, customerID int64, amount money.Amount, kind, request, note string, from ledger.Posting) error {
	_, err := p.Accounts.Add(tx, customerID, amount, accounts.Cause{Kind: kind, Request: request, Note: note, By: "billing"}, from)
	return err
}

// JoinInvoices has money that comes pay what is open, money that goes back open it again, and credit that is there pay what is issued. Call it at wiring.
func JoinInvoices(i *invoices.Service, a *accounts.Service, q *jobs.Queue) {
	a.OnCredit(i.Pay)
	a.OnReturn(i.Reopen)
	a.OnReturnOf(invoices.PaidFromCredit, func(tx *db.Tx, spent accounts.Event, missing money.Amount) error {
		return i.ReopenPaid(tx, spent.Request, missing)
	})
	q.On(invoices.FactIssued, "credit", func(ctx context.Context, j jobs.Job) error {
		var f invoices.Fact
		if err := j.Decode(&f); err != nil {
			return err
		}
		return a.Spend(ctx, f.CustomerID)
	})
}
