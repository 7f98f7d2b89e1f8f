package billing_test

import (
	"context"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/billing/taxes"
)

// taxed writes the rates of Kenya down.
func (s *shop) taxed() {
	s.t.Helper()
	rates := s.bill.Taxes.(*taxes.Service)
	for _, r := range []taxes.Rate{{Kind: taxes.VAT, Share: 1600, From: 1, On: taxes.Taxable, Note: "VAT Act"}, {Kind: taxes.Excise, Share: 1500, From: 1, On: []taxes.Supply{taxes.Internet}, Note: "Excise Act"}} {
		if _, err := rates.Save(context.Background(), r, taxes.By{Actor: "owner"}); err != nil {
			s.t.Fatal(err)
		}
	}
}

// owes wants what is owed of the taxes and what of them is ahead, in cents, and the income.
func (s *shop) owes(excise, vat, exciseAhead, vatAhead, income int64) {
	s.t.Helper()
	for account, want := range map[string]int64{ledger.ExcisePayable: -excise, ledger.VATPayable: -vat, ledger.ExciseAhead: exciseAhead, ledger.VATAhead: vatAhead, ledger.InternetSales: -income} {
		if got, err := s.ledger.Balance(context.Background(), account, ""); err != nil || got.Cents != want {
			s.t.Errorf("account %s holds %d cents, want %d (%v)", account, got.Cents, want, err)
		}
	}
}

func (s *shop) ends() {
	s.t.Helper()
	s.afterwards(2 * time.Hour)
	if err := s.grants.Sweep(context.Background()); err != nil {
		s.t.Fatal(err)
	}
	s.idle()
}

// TestAnOrderIsTaxedWhenItIsPaid: of 10 shillings 1.12 are excise and 1.38 VAT, owed at once; the net is earned when the time is used, and of 4 that are paid
// back then, their share of each.
func TestAnOrderIsTaxedWhenItIsPaid(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.taxed()
		o := s.order("02a1b2c3d4aa")
		s.owes(0, 0, 0, 0, 0)
		s.hear(s.success(0, "RKP1", 10))
		s.owes(112, 138, 112, 138, 0)
		if tax := s.view(o).Order.Tax; tax != (taxes.Tax{Excise: 112, VAT: 138}) {
			t.Errorf("the order says %+v", tax)
		}
		s.use(s.view(o).Order.GrantID, "02a1b2c3d4aa")
		s.ends()
		s.owes(112, 138, 0, 0, 750)
		s.refunded(o, 4)
		s.owes(67, 83, 0, 0, 450)
		s.chained()
		s.holds(10, 0, 0, 0)
	})
}

// TestTaxGoesBackWithTheMoneyThatIsHeld: matched and taken back, reversed in two parts, and paid back in part while the grant lives.
func TestTaxGoesBackWithTheMoneyThatIsHeld(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.taxed()
		o := s.order("02a1b2c3d4aa")
		s.hear(s.confirmation("RKU1", mistyped(o), stranger, 15))
		r := s.lost()
		for range 2 {
			if _, err := s.match(billing.Matching{ReceiptID: r.ID, OrderID: o.ID, Serve: true}); err != nil {
				t.Fatal(err)
			}
			s.idle()
			s.owes(112, 138, 112, 138, 0)
			if err := s.unmatch(r.ID); err != nil {
				t.Fatal(err)
			}
			s.idle()
			s.owes(0, 0, 0, 0, 0)
		}
		part := s.order("02a1b2c3d4bb")
		s.hear(s.success(1, "SKA0000001", 10))
		s.use(s.view(part).Order.GrantID, "02a1b2c3d4bb")
		s.isReversal(s.reversed("SKR0000001", "SKA0000001", 3), billing.ReversalTaken, 3, 0)
		s.owes(78, 97, 78, 97, 0)
		s.isReversal(s.reversed("SKR0000002", "SKA0000001", 7), billing.ReversalTaken, 7, 0)
		s.owes(0, 0, 0, 0, 0)
		late := s.order("02a1b2c3d4cc")
		s.hear(s.success(2, "SKA0000002", 10))
		s.use(s.view(late).Order.GrantID, "02a1b2c3d4cc")
		s.refunded(late, 5)
		s.owes(56, 69, 0, 0, 375)
		s.chained()
	})
}

// TestAReversalOfWhatIsEarnedTakesItsTaxBack, to the cent, in two parts.
func TestAReversalOfWhatIsEarnedTakesItsTaxBack(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.taxed()
		o := s.order("02a1b2c3d4aa")
		s.hear(s.success(0, "SKA0000001", 10))
		s.use(s.view(o).Order.GrantID, "02a1b2c3d4aa")
		s.ends()
		s.owes(112, 138, 0, 0, 750)
		s.isReversal(s.reversed("SKR0000001", "SKA0000001", 3), billing.ReversalTaken, 3, 0)
		s.owes(78, 97, 0, 0, 525)
		s.isReversal(s.reversed("SKR0000002", "SKA0000001", 7), billing.ReversalTaken, 7, 0)
		s.owes(0, 0, 0, 0, 0)
		s.chained()
	})
}
