package billing_test

import (
	"context"
	"fmt"
	"testing"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/internal/money"
	"mtandao/internal/report"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

// TestFloatIsPaidInByPaybill: a reseller's account number at the paybill is float, once; what they owe is paid first.
func TestFloatIsPaidInByPaybill(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		stock := vouchers.New(vouchers.Options{DB: s.db, Jobs: s.jobs, Keys: s.keys, Clock: s.clock, Plan: s.clock, Ledger: s.ledger})
		sellers := resellers.New(resellers.Options{DB: s.db, Keys: s.keys, Clock: s.clock, Ledger: s.ledger, Vouchers: stock})
		s.bill.AskFloats(sellers)
		ctx := context.Background()
		r, err := sellers.Save(ctx, resellers.Reseller{Name: "Mama Njeri", Phone: "254722000001", Terms: resellers.Prepaid}, vouchers.By{Actor: "test"})
		if err != nil || r.Account() != "R1001" {
			t.Fatal(r, err)
		}
		s.order(phoneMAC) // a prompt of the same amount that waits is not what this is for
		paid := s.confirmation("SJ80000001", "r 1001", "254799000111", 10)
		s.hear(paid, paid, s.confirmation("SJ80000002", "R1001", "2547 ***** 001", 500), s.confirmation("SJ80000003", "R9999", "2547 ***** 001", 5))
		if r, err = sellers.Get(ctx, r.ID); err != nil || r.Balance != money.Shillings(510) {
			t.Errorf("the reseller has %v (%v)", r.Balance, err)
		}
		if held, err := s.ledger.Balance(ctx, ledger.ResellerFloat, ""); err != nil || held != money.Shillings(-510) {
			t.Errorf("float is %v (%v)", held, err)
		}
		if got := s.strings("SELECT placed FROM receipts ORDER BY receipt"); len(got) != 3 || got[0] != billing.PlacedFloat || got[2] != billing.PlacedSuspense {
			t.Errorf("placed %q", got)
		}
		problems, err := report.NewProofs(s.db, s.ledger, s.bill, stock, sellers).Prove(ctx)
		if err != nil || len(problems) > 0 {
			t.Errorf("%v, %v", problems, err)
		}
	})
}

// TestFloatIsNotCountedTwice: the rail says that a prompt for float was paid, confirms it of a payer who is shown in a new way, and then tells of the prompt: one payment, whether or not it was
// taken back meanwhile.
func TestFloatIsNotCountedTwice(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		stock := vouchers.New(vouchers.Options{DB: s.db, Jobs: s.jobs, Keys: s.keys, Clock: s.clock, Plan: s.clock, Ledger: s.ledger})
		sellers := resellers.New(resellers.Options{DB: s.db, Keys: s.keys, Clock: s.clock, Ledger: s.ledger, Vouchers: stock})
		s.bill.AskFloats(sellers)
		ctx := context.Background()
		r, err := sellers.Save(ctx, resellers.Reseller{Name: "Mama Njeri", Phone: "254722000001", Terms: resellers.Prepaid}, vouchers.By{Actor: "test"})
		if err != nil {
			t.Fatal(err)
		}
		want := int64(0)
		for n, reversed := range []bool{false, true} {
			o, err := s.bill.AskForMoney(ctx, billing.MoneyRequest{For: billing.Payee{Segment: billing.SegmentFloat, ID: r.ID, Number: r.Account()}, Amount: money.Shillings(50), Phone: fmt.Sprintf("072210000%d", n), Once: fmt.Sprint("float", n)})
			if err != nil {
				t.Fatal(err)
			}
			s.idle()
			number := fmt.Sprintf("SJ7000000%d", n)
			asked, err := s.bill.MoneyOrder(ctx, billing.SegmentFloat, o.ID)
			if err != nil {
				t.Fatal(err)
			}
			s.settle(billing.Evidence{Kind: billing.ByQuery, TillID: s.till.ID, PaymentID: asked.Payment.ID, Verdict: paid, Amount: o.Price})
			s.hear(s.confirmation(number, o.Code, "0733***000", 50))
			if want += 50; reversed {
				s.reversed(fmt.Sprintf("SR7000000%d", n), number, 50)
				want -= 50
			}
			told := s.success(n, number, 50)
			s.hear(told, told)
			if r, err = sellers.Get(ctx, r.ID); err != nil || r.Balance != money.Shillings(want) {
				t.Errorf("reversed %v: the reseller has %v, want %d (%v)", reversed, r.Balance, want, err)
			}
		}
		if err := s.ledger.Chain(ctx); err != nil {
			t.Fatal(err)
		}
		problems, err := report.NewProofs(s.db, s.ledger, s.bill, stock, sellers).Prove(ctx)
		if err != nil || len(problems) > 0 {
			t.Errorf("%v, %v", problems, err)
		}
	})
}
