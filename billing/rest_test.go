package billing_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

// asks places an order for a phone from some device, and says whether the phone was prompted.
func (s *shop) asks(phone string, n int) (billing.Order, bool) {
	s.t.Helper()
	before := s.rail.count()
	o := s.orderFrom(phone, fmt.Sprintf("02aabbcc%04x", n))
	return o, s.rail.count() > before
}

func (f *fakeRail) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.pushes)
}

// A number that is asked in vain again and again rests, ever longer; its order can be paid by hand, and who pays is never held up.
func TestANumberAskedInVainRests(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		const phone = "0799000111"
		for n, reason := range []billing.Reason{billing.ReasonCancelled, billing.ReasonWrongPIN, billing.ReasonTimedOut} {
			if _, prompted := s.asks(phone, n); !prompted {
				t.Fatalf("prompt %d was not sent", n)
			}
			s.hear(s.failure(n, reason))
		}
		o, prompted := s.asks(phone, 3)
		v := s.view(o)
		if prompted || v.Payment.Reason != billing.ReasonNumberRests || v.ByHand.Number != "174379" || v.ByHand.Type != billing.TillPaybill {
			t.Fatalf("prompted: %v, %+v", prompted, v)
		}
		if rest := v.ByHand.RestUntil.Sub(s.clock.Now()); rest <= time.Minute || rest > 2*time.Minute {
			t.Errorf("rests for %v", rest)
		}
		if _, prompted := s.asks("0712345678", 4); !prompted {
			t.Error("another number rests too")
		}
		s.clock.Advance(2*time.Minute + time.Second)
		if _, prompted := s.asks(phone, 5); !prompted {
			t.Fatal("the rest does not end")
		}
		s.hear(s.failure(s.rail.count()-1, billing.ReasonCancelled))
		s.clock.Advance(2*time.Minute + time.Second)
		if _, prompted := s.asks(phone, 6); prompted {
			t.Error("the second rest is no longer than the first")
		}
		s.hear(s.confirmation("SJ00000031", o.Code, "254799000111", 10))
		if v := s.view(o); v.Order.State != "paid" || v.Payment.State != billing.PaymentPaid {
			t.Fatalf("paid by hand: the order is %s, its payment %s", v.Order.State, v.Payment.State)
		}
		s.prove()
	})
}

// What is paid ends the count, by a prompt or by hand: three in vain before it and two after it are not five.
func TestWhoPaysIsPromptedAgain(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		const phone = "0799000111"
		pay := func(n int) { s.hear(s.success(n, fmt.Sprintf("SJ%08d", n), 10)) }
		for n := range 8 {
			if _, prompted := s.asks(phone, n); !prompted {
				t.Fatalf("prompt %d was not sent", n)
			}
			if n%3 == 2 {
				pay(n)
			} else {
				s.hear(s.failure(n, billing.ReasonCancelled))
			}
			s.clock.Advance(time.Second)
		}
		for n := 8; n < 12; n++ { // an empty account and a dead rail are nobody's unwillingness
			if _, prompted := s.asks(phone, n); !prompted {
				t.Fatalf("prompt %d was not sent", n)
			}
			s.hear(s.failure(n, []billing.Reason{billing.ReasonInsufficient, billing.ReasonRailDown}[n%2]))
		}
		s.prove()
	})
}

// Many ask for one number at once, from as many devices: three prompts ring, on either database.
func TestManyAtOnceRingANumberThreeTimes(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		var all sync.WaitGroup
		for n := range 16 {
			all.Go(func() {
				_, err := s.bill.PlaceOrder(context.Background(), billing.OrderRequest{SiteID: s.site, PlanID: s.plan.ID, Phone: "0799000111",
					Place: access.Place{MAC: access.MAC(fmt.Sprintf("02aabbcc%04x", n))}, Lang: "en"})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		s.idle()
		if n := s.rail.count(); n != 3 {
			t.Errorf("the phone rang %d times", n)
		}
		s.prove()
	})
}

// TestPromptsOfAPhoneAreFoundByItsNumber: however many payments there are.
func TestPromptsOfAPhoneAreFoundByItsNumber(t *testing.T) {
	s := open(t, testdb.SQLite(t))
	s.order(phoneMAC)
	plan := s.planOf("SELECT state FROM payments WHERE phone_hash IN ('a', 'b') AND created_at >= '2026-01-01' AND rail = 'stk' ORDER BY created_at DESC LIMIT 40")
	if !strings.Contains(plan, "SEARCH payments USING INDEX payments_rung") {
		t.Error(plan)
	}
}
