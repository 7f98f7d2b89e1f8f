package billing_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// TestWithoutAPublicAddress: prompts and queries alone bring the internet; paying by hand is not offered, and a typed receipt
// waits in its queue.
func TestWithoutAPublicAddress(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		ctx := context.Background()
		if err := s.bill.RegisterURLs(ctx); err != nil {
			t.Fatal(err)
		}
		if !s.bill.Registered(ctx, s.till) {
			t.Fatal("with an address the till's paybill is not available")
		}
		s.bill.PublicURL = ""
		if s.bill.Registered(ctx, s.till) {
			t.Fatal("the paybill counts as available, and nobody would tell of its money")
		}
		o := s.order(phoneMAC)
		if url := s.rail.pushes[0].CallbackURL; !strings.HasPrefix(url, "https://no-callback.invalid/") {
			t.Fatalf("the rail calls %s", url)
		}
		s.enter(o, "SJ70000001")
		s.idle()
		if v := s.view(o); v.Claim != "waiting" || len(s.rail.asked) != 0 {
			t.Fatalf("asked %v: %+v", s.rail.asked, v)
		}
		s.saysPaid()
		if v := s.view(o); v.Order.State != billing.OrderPaid {
			t.Fatalf("%+v", v)
		}
		s.holds(10, 10, 0, 0)
	})
}

// TestALostAnswerAboutAReceiptIsAskedForAgain: results of Transaction Status are sent once.
func TestALostAnswerAboutAReceiptIsAskedForAgain(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.enter(o, "SJ70000002")
		s.idle()
		s.clock.Advance(3 * time.Minute)
		s.idle()
		if len(s.rail.asked) != 2 {
			t.Fatalf("asked %v", s.rail.asked)
		}
		s.answerStatus(1, billing.StatusResult{PaidTo: "174379", Receipt: "SJ70000002", Verdict: paid, Amount: money.Shillings(10), Payer: "254712345678"})
		if v := s.view(o); v.Order.State != billing.OrderPaid {
			t.Fatalf("%+v", v)
		}
		for range 8 {
			s.clock.Advance(longerThanAnyPause)
			s.idle()
		}
		if len(s.rail.asked) != 2 {
			t.Fatalf("asked %d times about what is found", len(s.rail.asked))
		}
		other := s.orderFrom("0799000111", "aabbccddee02")
		s.enter(other, "SJ70000003")
		for range 8 {
			s.idle()
			s.clock.Advance(longerThanAnyPause)
		}
		if len(s.rail.asked) != 2+4 || s.view(other).Claim != "asked" {
			t.Fatalf("asked %d times about what is never answered", len(s.rail.asked)-2)
		}
	})
}

// TestWhomNoRailReachesSendsNothing: the result could not come.
func TestWhomNoRailReachesSendsNothing(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		f := s.owedRefund("RKA1B2C3D4", 10)
		s.bill.PublicURL = ""
		if err := s.trySend(f); fault.KeyOf(err) != "refund.no_way" {
			t.Error(err)
		}
		s.isRefund(f, billing.RefundApproved, "", "")
	})
}
