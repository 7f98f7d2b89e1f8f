package billing_test

import (
	"context"
	"errors"
	"testing"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// poisoned is a rail whose reading of a confirmation fails for a cause of ours, until it is mended.
type poisoned struct {
	*fakeRail
	broken bool
}

func (p *poisoned) ReadConfirmation(b []byte) (billing.Confirmation, error) {
	if p.broken {
		return billing.Confirmation{}, fault.Wrap(fault.Internal, "internal", errors.New("a mistake of ours"))
	}
	return p.fakeRail.ReadConfirmation(b)
}

func TestOneMessageThatCannotBeAppliedHoldsUpNoOther(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		rail := &poisoned{fakeRail: s.rail, broken: true}
		s.bill.Gateway = rail
		o := s.order(phoneMAC)
		s.hear(s.confirmation("SJ77777771", "WHO", "2547 ***** 001", 30), s.success(0, "SJ77777772", 10))
		if v := s.view(o); v.Order.State != billing.OrderPaid {
			t.Fatalf("the message behind it waits: %+v", v)
		}
		rail.broken = false
		for range 20 {
			s.later(longerThanAnyPause)
			s.idle()
		}
		if b, err := s.ledger.Balance(context.Background(), "2300", ""); err != nil || b != money.Shillings(-30) {
			t.Fatalf("suspense holds %v: %v", b, err)
		}
		s.prove()
	})
}

// TestASetAsideMessageIsTakenInByHand: a person sees it without its body, mends the cause and does not wait for the next try.
func TestASetAsideMessageIsTakenInByHand(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		ctx := context.Background()
		rail := &poisoned{fakeRail: s.rail, broken: true}
		s.bill.Gateway = rail
		s.hear(s.confirmation("SJ77777771", "WHO", "2547 ***** 001", 30))
		aside, err := s.bill.SetAsides(ctx, 0, 50)
		if err != nil || len(aside) != 1 || aside[0].Kind != "confirm" || aside[0].Note == "" {
			t.Fatalf("%+v: %v", aside, err)
		}
		again := func() error {
			return s.bill.DB.InTx(ctx, func(tx *db.Tx) error { return s.bill.TakeInAgain(tx, aside[0].ID) })
		}
		rail.broken = false
		if err := again(); err != nil {
			t.Fatal(err)
		}
		s.idle()
		if b, err := s.ledger.Balance(ctx, "2300", ""); err != nil || b != money.Shillings(-30) {
			t.Fatalf("suspense holds %v: %v", b, err)
		}
		if err := again(); !fault.Is(err, fault.Conflict) {
			t.Errorf("taken in twice: %v", err)
		}
		if aside, err := s.bill.SetAsides(ctx, 0, 50); err != nil || len(aside) != 0 {
			t.Errorf("%+v: %v", aside, err)
		}
	})
}
