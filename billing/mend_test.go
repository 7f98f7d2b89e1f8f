package billing_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/access"
)

// TestFirstUseAndUnmatchAreOneOrTheOther: the device logs in while its money is taken back. Either it was used and stays, or
// it was taken back and is not admitted.
func TestFirstUseAndUnmatchAreOneOrTheOther(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for n := range 6 {
			mac := "02a1b2c3d4b" + string(rune('0'+n))
			o := s.orderFrom("071200000"+string(rune('0'+n)), mac)
			s.hear(s.confirmation("RKF000000"+string(rune('0'+n)), mistyped(o), customers.Phone("25479900033"+string(rune('0'+n))).SHA256(), 10))
			r, err := s.strayOf(o)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.match(billing.Matching{ReceiptID: r.ID, OrderID: o.ID, Serve: true}); err != nil {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			var back error
			var used access.Admission
			all.Go(func() { back = s.unmatch(r.ID) })
			all.Go(func() {
				used = s.grants.Admit(context.Background(), access.Attempt{Name: mac, SiteID: s.site, MAC: access.MAC(mac), MACLogin: true})
			})
			all.Wait()
			if (back == nil) == (used.Cause == access.CauseOK) || back != nil && fault.KeyOf(back) != "grant.used" {
				t.Errorf("taken back: %v, admitted: %v %v", back, used.Cause, used.Err)
			}
		}
		s.idle()
		s.prove()
	})
}

func (s *shop) strayOf(o billing.Order) (billing.Receipt, error) {
	r, found, err := s.bill.StrayFor(context.Background(), o)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "receipt.unknown")
	}
	return r, err
}

func TestARefundAndAMatchDoNotBothMoveMoney(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		_, _, r := s.matchedAfterAnother(12)
		f, err := s.askRefund(r.ID, 10)
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		var approved, back error
		all.Go(func() { approved = s.approve(f, juma) })
		all.Go(func() { back = s.unmatch(r.ID) })
		all.Wait()
		if (approved == nil) == (back == nil) {
			t.Errorf("approved: %v, taken back: %v", approved, back)
		}
		s.idle()
		s.prove()
	})
}

func TestCreditServesOncePressedTwice(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02a1b2c3d4aa")
		s.hear(s.confirmation("RKV1", "", "254712345678", 25))
		results := make([]error, 4)
		var all sync.WaitGroup
		for i := range results {
			all.Go(func() {
				results[i] = s.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := s.bill.ServeFromCredit(tx, o.ID); return err })
			})
		}
		all.Wait()
		won := 0
		for _, err := range results {
			if err == nil {
				won++
			} else if key := fault.KeyOf(err); key != "match.paid" && key != "match.served_since" {
				t.Errorf("a loser is told %v", err)
			}
		}
		s.idle()
		if s.holds(25, 10, 15, 0); won != 1 {
			t.Errorf("%d won", won)
		}
	})
}

func TestPromptedAgainIsOneOrder(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02a1b2c3d4aa")
		again := func() (next billing.Order, err error) {
			err = s.db.InTx(context.Background(), func(tx *db.Tx) error { next, err = s.bill.PromptAgain(tx, o.ID); return err })
			return next, err
		}
		if _, err := again(); fault.KeyOf(err) != "prompt.open" {
			t.Errorf("while the first is open: %v", err)
		}
		s.hear(s.failure(0, billing.ReasonCancelled))
		first, err := again()
		if err != nil {
			t.Fatal(err)
		}
		second, err := again()
		if err != nil || second.ID != first.ID || first.ID == o.ID {
			t.Errorf("%d, %d after %d: %v", first.ID, second.ID, o.ID, err)
		}
		s.idle()
		s.hear(s.success(1, "RKA1", 10))
		s.holds(10, 10, 0, 0)
	})
}

func TestAskedNow(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02a1b2c3d4aa")
		if said, err := s.bill.AskNow(context.Background(), o.ID); err != nil || said != billing.AskedNothing {
			t.Errorf("%q %v", said, err)
		}
		s.rail.verdict = paid
		if said, err := s.bill.AskNow(context.Background(), o.ID); err != nil || said != billing.AskedVerdict {
			t.Errorf("%q %v", said, err)
		}
		s.holds(10, 10, 0, 0)
		s.enter(o, "SJ70000009")
	})
}

// FuzzPayerMark: whatever a rail tells, the mark is stable, and never made of too little.
func FuzzPayerMark(f *testing.F) {
	for _, seed := range []string{"2547 ***** 126 JOHN", "25471****126 John", "****", "* A", strings.Repeat("ab", 32), "254712345678", "••• é"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, payer string) {
		mark := billing.PayerMark(payer)
		if mark != "" && len(mark) < 9 || mark != billing.PayerMark(payer) {
			t.Errorf("%q gives %q", payer, mark)
		}
	})
}
