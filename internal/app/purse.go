package app

import (
	"mtandao/billing/accounts"
	"mtandao/billing/ledger"
	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// purse is customers' credit, as subscriptions spend it.
type purse struct{ *accounts.Service }

// Take implements subscriptions.Credit.
func (p purse) Take(tx *db.Tx, customerID int64, amount money.Amount, c subscriptions.Cause, to ...ledger.Posting) (bool, error) {
	return p.Service.Take(tx, customerID, amount, accounts.Cause(c), to...)
}

// Give implements subscriptions.Credit.
func (p purse) Give(tx *db.Tx, customerID int64, amount money.Amount, c subscriptions.Cause, from ...ledger.Posting) error {
	_, err := p.Add(tx, customerID, amount, accounts.Cause(c), from...)
	return err
}
