package billing_test

import (
	"context"
	"sync"
	"testing"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/report"
)

// homes is a shop with two customers at home.
type homes struct {
	*shop
	*accounts.Service
	register *customers.Service
	one, two customers.Customer
}

func openHomes(s *shop) homes {
	s.t.Helper()
	register := customers.New(customers.Options{DB: s.db, Keys: s.keys, Clock: s.clock})
	h := homes{shop: s, register: register, Service: accounts.New(accounts.Options{DB: s.db, Jobs: s.jobs, Clock: s.clock, Ledger: s.ledger, Customers: register})}
	s.bill.AskAccounts(h)
	s.in(func(tx *db.Tx) (err error) {
		by := customers.By{Actor: "test"}
		if h.one, err = register.Create(tx, customers.Customer{Name: "Wanjiku Mwangi", SiteID: s.site}, nil, by); err == nil {
			h.two, err = register.Create(tx, customers.Customer{Name: "Peter Kamau", SiteID: s.site}, nil, by)
		}
		return err
	})
	return h
}

func (h homes) have(c customers.Customer, shillings int64) {
	h.t.Helper()
	h.idle()
	all, err := h.Balances(context.Background(), []int64{c.ID})
	if err != nil || all[c.ID].Cents != shillings*100 {
		h.t.Errorf("%s has %v, want %d (%v)", c.Name, all[c.ID], shillings, err)
	}
	problems, err := report.NewProofs(h.db, h.ledger, h.bill, h).Prove(context.Background())
	if err != nil || len(problems) > 0 {
		h.t.Errorf("%v, %v", problems, err)
	}
}

func (h homes) match(receiptID int64, c customers.Customer) error {
	return h.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := h.bill.MatchAccount(tx, receiptID, c.ID); return err })
}

// TestMoneyForACustomer comes by the account number, once, and by one click when the number was mistyped.
func TestMoneyForACustomer(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		h, ctx := openHomes(s), context.Background()
		right := s.confirmation("SJ90000001", customers.Grouped(h.one.Number), "254712000001", 2500)
		s.hear(right)
		s.hear(right)
		h.have(h.one, 2500)
		s.hear(s.confirmation("SJ90000002", slip(h.one.Number), "2547 ***** 009", 1500))
		h.have(h.one, 2500)
		stray := s.onlySuspense()
		if near, err := s.bill.SuggestCustomers(ctx, stray); err != nil || len(near) != 1 || near[0].ID != h.one.ID {
			t.Errorf("suggested %+v (%v)", near, err)
		}
		if err := h.match(stray.ID, h.one); err != nil {
			t.Fatal(err)
		}
		h.have(h.one, 4000)
		if err := h.match(stray.ID, h.two); fault.KeyOf(err) != "match.taken" {
			t.Errorf("matched twice: %v", err)
		}
		if err := s.db.InTx(ctx, func(tx *db.Tx) error { return s.bill.Unmatch(tx, stray.ID) }); err != nil {
			t.Fatal(err)
		}
		h.have(h.one, 2500)
		if err := h.match(stray.ID, h.two); err != nil {
			t.Fatal(err)
		}
		h.have(h.two, 1500)
		if all, err := s.bill.ReceiptsOfCustomer(ctx, h.two.ID, 0, 10); err != nil || len(all) != 1 || all[0].Number != "SJ90000002" {
			t.Errorf("%+v, %v", all, err)
		}
		if took, err := h.spend(h.two, 1000); !took || err != nil {
			t.Fatal(err)
		}
		if err := s.db.InTx(ctx, func(tx *db.Tx) error { return s.bill.Unmatch(tx, stray.ID) }); fault.KeyOf(err) != "unmatch.spent" {
			t.Errorf("spent money was taken back: %v", err)
		}
		h.have(h.two, 500)
	})
}

// TestARefundToACustomer leaves the credit it was in, and no more than is there.
func TestARefundToACustomer(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		h, ctx := openHomes(s), context.Background()
		s.hear(s.confirmation("SJ90000001", "Acc: "+h.one.Number, "254712000001", 2500))
		s.idle()
		all, err := s.bill.ReceiptsOfCustomer(ctx, h.one.ID, 0, 10)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		if took, err := h.spend(h.one, 2000); !took || err != nil {
			t.Fatal(err)
		}
		tooMuch, err := s.askRefund(all[0].ID, 600)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.approve(tooMuch, juma); fault.KeyOf(err) != "refund.spent" {
			t.Errorf("more than is there: %v", err)
		}
		if err := s.db.InTx(ctx, func(tx *db.Tx) error { _, err := s.bill.RefusePayback(tx, tooMuch.ID, juma, true); return err }); err != nil {
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
		h.have(h.one, 100)
	})
}

// TestTwentyMatchOneReceipt: to two customers at once, and one has it.
func TestTwentyMatchOneReceipt(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		h := openHomes(s)
		s.hear(s.confirmation("SJ90000003", "house 4", "2547 ***** 009", 700))
		stray := s.onlySuspense()
		var done sync.WaitGroup
		won := make(chan customers.Customer, 20)
		for n := range 20 {
			done.Go(func() {
				customer := []customers.Customer{h.one, h.two}[n%2]
				if err := h.match(stray.ID, customer); err == nil {
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
		h.have(<-won, 700)
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

// slip is a number with one digit wrong.
func slip(number string) string { return number[:6] + string('0'+(number[6]-'0'+1)%10) }

func (h homes) spend(c customers.Customer, shillings int64) (took bool, err error) {
	return h.spendFor("month:1", c, shillings)
}

func (h homes) spendFor(request string, c customers.Customer, shillings int64) (took bool, err error) {
	err = h.db.InTx(context.Background(), func(tx *db.Tx) (err error) {
		took, err = h.Take(tx, c.ID, money.Shillings(shillings), accounts.Cause{Kind: "renewed", Request: request},
			ledger.Posting{Account: ledger.InternetSales, Amount: money.Shillings(-shillings)})
		return err
	})
	return took, err
}
