package billing_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// creditMoves is what a merge moves: credit.
type creditMoves struct{ homes }

func (creditMoves) Held(context.Context, int64) ([]customers.Held, error) { return nil, nil }
func (creditMoves) MayClose(*db.Tx, int64) error                          { return nil }
func (creditMoves) MayForget(*db.Tx, int64) error                         { return nil }

func (c creditMoves) Move(tx *db.Tx, from, to int64, by customers.By) error {
	has, err := c.Credit(tx, from)
	if err != nil || !has.IsPositive() {
		return err
	}
	cause := accounts.Cause{Kind: accounts.Moved, Request: fmt.Sprint("merge:", from), By: by.Actor}
	through := func(a money.Amount) ledger.Posting {
		return ledger.Posting{Account: ledger.Suspense, Party: fmt.Sprint("merge:", from), Amount: a}
	}
	if took, err := c.Take(tx, from, has, cause, through(has.Neg())); err != nil || !took {
		return err
	}
	_, err = c.Add(tx, to, has, cause, through(has))
	return err
}

// TestMoneyIsMatchedWhileItsCustomerIsMerged: whichever is first, the money is with who answers for the customer afterwards, and goes back from there.
func TestMoneyIsMatchedWhileItsCustomerIsMerged(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		h, ctx, by := openHomes(s), context.Background(), customers.By{Actor: "test"}
		register := h.register
		register.AskKeeper(creditMoves{h})
		for n := range int64(8) {
			var twin customers.Customer
			s.in(func(tx *db.Tx) (err error) {
				twin, err = register.Create(tx, customers.Customer{Name: "W. Mwangi", SiteID: s.site}, nil, by)
				return err
			})
			s.hear(s.confirmation(fmt.Sprintf("SJ9100000%d", n), "nobody", "2547 ***** 009", 100))
			stray := s.onlySuspense()
			var both sync.WaitGroup
			both.Go(func() {
				if err := h.match(stray.ID, twin); err != nil {
					t.Error(err)
				}
			})
			both.Go(func() {
				if err := register.Merge(ctx, twin.ID, h.one.ID, by); err != nil {
					t.Error(err)
				}
			})
			both.Wait()
			h.have(twin, 0)
			h.have(h.one, 100*(n+1))
		}
		var late customers.Customer
		s.in(func(tx *db.Tx) (err error) {
			late, err = register.Create(tx, customers.Customer{Name: "Wanjiku M.", SiteID: s.site}, nil, by)
			return err
		})
		if err := register.Merge(ctx, late.ID, h.one.ID, by); err != nil {
			t.Fatal(err)
		}
		s.hear(s.confirmation("SJ91000009", "nobody", "2547 ***** 009", 100))
		stray := s.onlySuspense()
		if err := h.match(stray.ID, late); err != nil {
			t.Fatal(err)
		}
		if r, err := s.bill.ReceiptByID(ctx, stray.ID); err != nil || r.HolderID != h.one.ID {
			t.Error("matched to who was merged long ago:", r.HolderID, err)
		}
		h.have(h.one, 900)
		if err := s.db.InTx(ctx, func(tx *db.Tx) error { return s.bill.Unmatch(tx, stray.ID) }); err != nil {
			t.Fatal(err)
		}
		h.have(h.one, 800)
	})
}
