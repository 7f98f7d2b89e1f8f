package app

import (
	"context"
	"strconv"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/support"
)

// customerKeeper says what customers have in service and money, when two are merged or one is closed. Credit and tickets move; service that runs and
// bills that are owed stay with whom they were made for, so that such an account is the one that stays.
type customerKeeper struct{ *Main }

// Held implements customers.Keeper.
func (k customerKeeper) Held(ctx context.Context, customerID int64) ([]customers.Held, error) {
	live, err := k.live(ctx, customerID)
	if err != nil {
		return nil, err
	}
	tickets, err := k.Tickets.Held(ctx, customerID)
	return []customers.Held{{Words: "customer.held_subscriptions", Count: live}, {Words: "customer.held_tickets", Count: tickets}}, err
}

// Move implements customers.Keeper: fault.Conflict "customer.merge_service", "customer.merge_owes", "customer.merge_deposit" or "customer.merge_drafts".
func (k customerKeeper) Move(tx *db.Tx, from, to int64, by customers.By) error {
	credit, err := k.Accounts.Credit(tx, from) // holds it first: who starts a subscription waits here
	if err == nil {
		err = k.Prompts.Merged(tx, from, to)
	}
	if err == nil {
		err = k.Tickets.MoveCustomer(tx, from, to, support.By(by))
	}
	if err == nil {
		err = k.Field.MoveCustomer(tx, from, to)
	}
	if err == nil {
		err = k.Notify.MoveCustomer(tx, from, to)
	}
	if err != nil {
		return err
	}
	waits, err := k.Invoices.Unissued(tx, from) // before what is owed: a draft that is issued between the two is seen by one of them
	if err == nil {
		err = k.free(tx.Context(), from, "customer.merge_service", "customer.merge_owes")
	}
	if err == nil {
		err = k.noDeposit(tx.Context(), from)
	}
	if err == nil && waits {
		err = fault.New(fault.Conflict, "customer.merge_drafts")
	}
	if err != nil || !credit.IsPositive() {
		return err
	}
	through := ledger.Posting{Account: ledger.Suspense, Party: "merge:" + strconv.FormatInt(from, 10)}
	cause := accounts.Cause{Kind: accounts.Moved, Request: "merge:" + strconv.FormatInt(from, 10), By: by.Actor}
	through.Amount = credit.Neg()
	if took, err := k.Accounts.Take(tx, from, credit, cause, through); err != nil || !took {
		return err
	}
	through.Amount = credit
	_, err = k.Accounts.Add(tx, to, credit, cause, through)
	return err
}

// MayClose implements customers.Keeper: fault.Conflict "customer.close_service" or "customer.close_owes".
func (k customerKeeper) MayClose(tx *db.Tx, customerID int64) error {
	if _, err := k.Accounts.Credit(tx, customerID); err != nil {
		return err
	}
	return k.free(tx.Context(), customerID, "customer.close_service", "customer.close_owes")
}

// MayForget implements customers.Keeper: fault.Conflict "customer.changed" for who has a ticket, or was a lead.
func (k customerKeeper) MayForget(tx *db.Tx, customerID int64) error {
	has, err := k.Tickets.Has(tx, customerID)
	if err == nil && !has {
		has, err = k.Field.Has(tx, customerID)
	}
	if err == nil && has {
		err = fault.New(fault.Conflict, "customer.changed")
	}
	return err
}

// free says that nothing runs for a customer and nothing is owed.
func (k customerKeeper) free(ctx context.Context, customerID int64, runs, owes string) error {
	live, err := k.live(ctx, customerID)
	if err != nil {
		return err
	}
	if live > 0 {
		return fault.New(fault.Conflict, runs, "Count", live)
	}
	owed, err := k.Ledger.Balance(ctx, ledger.Receivables, "customer:"+strconv.FormatInt(customerID, 10))
	if err == nil && owed.Cents != 0 {
		err = fault.New(fault.Conflict, owes, "Amount", owed.String())
	}
	return err
}

// noDeposit says that none of a customer's lines holds a deposit: given back later it would be credit of who has no account any more.
func (k customerKeeper) noDeposit(ctx context.Context, customerID int64) error {
	all, err := k.Lines.Of(ctx, customerID)
	for _, one := range all {
		if held := one.State.Deposit; held.IsPositive() {
			return fault.New(fault.Conflict, "customer.merge_deposit", "Amount", held.String())
		}
	}
	return err
}

func (k customerKeeper) live(ctx context.Context, customerID int64) (n int, err error) {
	all, err := k.Lines.Of(ctx, customerID)
	for _, one := range all {
		if one.State.Status != subscriptions.Ended {
			n++
		}
	}
	return n, err
}
