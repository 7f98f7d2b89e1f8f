package billing_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/report"
)

// register finds customers by what their payers type.
type register map[string]int64

func (r register) Payee(_ context.Context, typed string) (int64, error) {
	return r[strings.ReplaceAll(typed, " ", "")], nil
}

const homeOne, homeTwo = 9001, 9002

// openHomes is a shop with two customers at home.
func openHomes(s *shop) *accounts.Service {
	a := accounts.New(accounts.Options{DB: s.db, Jobs: s.jobs, Clock: s.clock, Ledger: s.ledger, Customers: register{"1234566": homeOne, "7654321": homeTwo}})
	s.bill.AskAccounts(a)
	return a
}

func (s *shop) homesHave(a *accounts.Service, customer, shillings int64) {
	s.t.Helper()
	s.idle()
	all, err := a.Balances(context.Background(), []int64{customer})
	if err != nil || all[customer].Cents != shillings*100 {
		s.t.Errorf("customer %d has %v, want %d (%v)", customer, all[customer], shillings, err)
	}
	problems, err := report.NewProofs(s.db, s.ledger, s.bill, a).Prove(context.Background())
	if err != nil || len(problems) > 0 {
		s.t.Errorf("%v, %v", problems, err)
	}
}

func (s *shop) matchHome(receiptID, customer int64) error {
	return s.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := s.bill.MatchAccount(tx, receiptID, customer); return err })
}

// TestMoneyForACustomer comes by the account number, once, and by one click when the number was mistyped.
func TestMoneyForACustomer(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		a, ctx := openHomes(s), context.Background()
		right := s.confirmation("SJ90000001", "123 4566", "254712000001", 2500)
		s.hear(right)
		s.hear(right)
		s.homesHave(a, homeOne, 2500)
		s.hear(s.confirmation("SJ90000002", "1234567", "2547 ***** 009", 1500))
		s.homesHave(a, homeOne, 2500)
		stray := s.onlySuspense()
		if err := s.matchHome(stray.ID, homeOne); err != nil {
			t.Fatal(err)
		}
		s.homesHave(a, homeOne, 4000)
		if err := s.matchHome(stray.ID, homeTwo); fault.KeyOf(err) != "match.taken" {
			t.Errorf("matched twice: %v", err)
		}
		if err := s.db.InTx(ctx, func(tx *db.Tx) error { return s.bill.Unmatch(tx, stray.ID) }); err != nil {
			t.Fatal(err)
		}
		s.homesHave(a, homeOne, 2500)
		if err := s.matchHome(stray.ID, homeTwo); err != nil {
			t.Fatal(err)
		}
		s.homesHave(a, homeTwo, 1500)
		if all, err := s.bill.ReceiptsOfCustomer(ctx, homeTwo, 0, 10); err != nil || len(all) != 1 || all[0].Number != "SJ90000002" {
			t.Errorf("%+v, %v", all, err)
		}
		if took, err := spendOf(s, a, homeTwo, 1000); !took || err != nil {
			t.Fatal(err)
		}
		if err := s.db.InTx(ctx, func(tx *db.Tx) error { return s.bill.Unmatch(tx, stray.ID) }); fault.KeyOf(err) != "unmatch.spent" {
			t.Errorf("spent money was taken back: %v", err)
		}
		s.homesHave(a, homeTwo, 500)
	})
}

// TestARefundToACustomer leaves the credit it was in, and no more than is there.
func TestARefundToACustomer(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		a, ctx := openHomes(s), context.Background()
		s.hear(s.confirmation("SJ90000001", "1234566", "254712000001", 2500))
		s.idle()
		all, err := s.bill.ReceiptsOfCustomer(ctx, homeOne, 0, 10)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		if took, err := spendOf(s, a, homeOne, 2000); !took || err != nil {
			t.Fatal(err)
		}
		tooMuch, err := s.askRefund(all[0].ID, 600)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.approve(tooMuch, juma); fault.KeyOf(err) != "refund.spent" {
			t.Errorf("more than is there: %v", err)
		}
		if err := s.db.InTx(ctx, func(tx *db.Tx) error { _, err := s.bill.RefusePayback(tx, tooMuch.ID, juma); return err }); err != nil {
			t.Fatal(err)
		}
		fair, err := s.askRefund(all[0].ID, 400)
		if err == nil {
			err = s.approve(fair, juma)
		}
		if err == nil {
			err = s.payBack(fair, billing.RefundByCash, "")
		}
		if err != nil {
			t.Fatal(err)
		}
		s.homesHave(a, homeOne, 100)
	})
}

// TestTwentyMatchOneReceipt: to two customers at once, and one has it.
func TestTwentyMatchOneReceipt(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		a := openHomes(s)
		s.hear(s.confirmation("SJ90000003", "house 4", "2547 ***** 009", 700))
		stray := s.onlySuspense()
		var done sync.WaitGroup
		won := make(chan int64, 20)
		for n := range 20 {
			done.Go(func() {
				customer := int64(homeOne + n%2)
				if err := s.matchHome(stray.ID, customer); err == nil {
					won <- customer
				} else if fault.KeyOf(err) != "match.taken" {
					t.Error(err)
				}
			})
		}
		done.Wait()
		if len(won) != 1 {
			t.Fatalf("%d have won", len(won))
		}
		s.homesHave(a, <-won, 700)
	})
}

func (s *shop) onlySuspense() billing.Receipt {
	s.t.Helper()
	all, err := s.bill.Suspense(context.Background(), nil, 0, 10)
	if err != nil || len(all) != 1 {
		s.t.Fatal(all, err)
	}
	return all[0]
}

func spendOf(s *shop, a *accounts.Service, customer, shillings int64) (took bool, err error) {
	err = s.db.InTx(context.Background(), func(tx *db.Tx) (err error) {
		took, err = a.Take(tx, customer, money.Shillings(shillings), accounts.Cause{Kind: "renewed", Request: "month:1"},
			ledger.Posting{Account: ledger.InternetSales, Amount: money.Shillings(-shillings)})
		return err
	})
	return took, err
}
