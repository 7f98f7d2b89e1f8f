package families

import (
	"context"
	"fmt"
	"testing"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// merges merges an account as the program does: its credit moves.
func (h *house) merges(from, to customers.Customer) {
	h.Helper()
	h.in(func(tx *db.Tx) error {
		has, err := h.Accounts.Credit(tx, from.ID)
		if err != nil || !has.IsPositive() {
			return err
		}
		cause := accounts.Cause{Kind: accounts.Moved, Request: fmt.Sprint("merge:", from.ID), By: "clerk"}
		through := ledger.Posting{Account: ledger.Suspense, Party: fmt.Sprint("merge:", from.ID), Amount: has.Neg()}
		if _, err := h.Accounts.Take(tx, from.ID, has, cause, through); err != nil {
			return err
		}
		through.Amount = has
		_, err = h.Accounts.Add(tx, to.ID, has, cause, through)
		return err
	})
	if err := h.Customers.Merge(context.Background(), from.ID, to.ID, customers.By{Actor: "clerk"}); err != nil {
		h.Fatal(err)
	}
	h.idle()
}

// TestAnAccountThatPaysForPartsIsMerged: who answers for it pays for them as was agreed, out of what is left of the month; a cheque of the account that bounces after is owed by who answers, and by nobody who is gone.
func TestAnAccountThatPaysForPartsIsMerged(t *testing.T) {
	each(t, func(h *house) {
		part, line := h.part()
		h.agrees(part, 1500)
		old := h.account
		cheque := h.pays(old, 3000)
		h.at(4, 1, 11)
		h.stands("renewed", 2000, line, "2027-05-01")
		h.account = h.customer(customers.Customer{})
		h.merges(old, h.account)
		h.stands("merged", 2000, line, "2027-05-01")
		h.uses("still", part, 1000)
		h.at(5, 1, 11)
		h.stands("who answers pays", 1000, line, "2027-06-01")
		h.uses("in May", part, 1000)
		h.prove()
		if _, err := h.Accounts.ReturnTaking(h.Context(), old.ID, cheque.ID, "bounced", accounts.By{Actor: "clerk"}); err != nil {
			t.Fatal(err)
		}
		h.idle()
		held, err := h.Accounts.Balances(h.Context(), []int64{old.ID, h.account.ID})
		if err != nil || held[old.ID].Cents != 0 || held[h.account.ID].Cents != -2000_00 {
			t.Error("the cheque bounced:", held, err)
		}
		h.prove()
		if _, err := h.Accounts.TakeAtCounter(h.Context(), accounts.Taking{Request: "again", CustomerID: h.account.ID, How: accounts.ByCheque, Reference: cheque.Reference, Amount: money.Shillings(2000)}, accounts.By{Actor: "clerk"}); err != nil {
			t.Error("the cheque is brought again:", err)
		}
		h.idle()
		h.stands("paid", 0, line, "2027-06-01")
		h.prove()
	})
}
