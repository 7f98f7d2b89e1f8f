package billing_test

import (
	"fmt"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/money"
)

// busy is a rail that refuses each prompt.
var busy = &billing.Refused{Reason: billing.ReasonRailBusy, Code: "500.003.02", Message: "System is busy"}

func (f *fakeRail) refuse(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pushErr = err
}

func phoneOf(n int) string { return fmt.Sprintf("0711%06d", n) }

// TestAnHourWithoutPrompts is "must be shown" 5 of issue 5: at the busiest time no prompt works for an hour. The portal turns to the
// other way by itself, every order is paid, and every shilling of it is found: by its code, or by its receipt where the rail told
// nobody. When prompts work again, they are used again.
func TestAnHourWithoutPrompts(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.rail.refuse(busy)
		const sold = 180
		byHand := 0
		for n := range sold {
			o, err := s.bill.PlaceOrder(t.Context(), billing.OrderRequest{SiteID: s.site, PlanID: s.plan.ID, Phone: phoneOf(n), Lang: "en"})
			if err != nil {
				t.Fatal(err)
			}
			prompted := s.view(o).Payment.Reason != billing.ReasonRailRests
			if prompted {
				s.idle()
			}
			v := s.view(o)
			if v.ByHand.Number != "174379" || v.ByHand.Type != billing.TillPaybill {
				t.Fatalf("order %d does not say how to pay: %+v", n, v)
			}
			if !prompted {
				byHand++
				if v.ByHand.RestUntil.IsZero() {
					t.Fatalf("order %d does not say until when nobody is prompted", n)
				}
			}
			receipt := fmt.Sprintf("SJ%08d", n)
			if n%10 == 9 { // the rail takes the money and tells nobody
				s.enter(o, receipt)
				s.idle()
				s.answerStatus(n/10, billing.StatusResult{PaidTo: "174379", Receipt: receipt, Verdict: paid, Amount: money.Shillings(10), Payer: "254" + phoneOf(n)[1:]})
				s.idle()
			} else {
				s.hear(s.confirmation(receipt, o.Code, "254"+phoneOf(n)[1:], 10))
			}
			if v := s.view(o); v.Order.State != billing.OrderPaid || v.Order.GrantID == 0 {
				t.Fatalf("order %d is %s", n, v.Order.State)
			}
			s.clock.Advance(20 * time.Second)
		}
		if byHand < sold/3 {
			t.Errorf("%d of %d orders were spared the prompt", byHand, sold)
		}
		s.later(time.Second)
		s.holds(sold*10, sold*10, 0, 0)

		s.rail.refuse(nil)
		s.later(time.Minute)
		if _, prompted := s.asks(phoneOf(sold), sold); !prompted {
			t.Fatal("nothing finds out that prompts work again")
		}
		s.hear(s.success(s.rail.count()-1, "SJ99999999", 10))
		for n := sold + 1; n < sold+5; n++ {
			if _, prompted := s.asks(phoneOf(n), n); !prompted {
				t.Error("one prompt was paid, and the next is not sent")
			}
		}
		s.prove()
	})
}

// TestPromptsGoOnWhereTheRailIsNotAtFault: people who cancel, one person who tries again and again, and a lone failure are no
// reason to stop ringing for everybody.
func TestPromptsGoOnWhereTheRailIsNotAtFault(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		n := 0
		ask := func(phone string) bool {
			n++
			_, prompted := s.asks(phone, n)
			s.clock.Advance(time.Second)
			return prompted
		}
		for i := range 12 {
			if !ask(phoneOf(i)) {
				t.Fatalf("prompt %d was not sent", i)
			}
			s.hear(s.failure(s.rail.count()-1, []billing.Reason{billing.ReasonCancelled, billing.ReasonInsufficient, billing.ReasonTimedOut}[i%3]))
		}
		s.clock.Advance(10 * time.Minute)
		s.rail.refuse(busy)
		for range 12 { // one person
			if !ask(phoneOf(99)) {
				t.Fatal("one person's bad luck stops the prompts")
			}
		}
		s.rail.refuse(nil)
		s.clock.Advance(10 * time.Minute)
		for i := range 9 { // nobody answers: not yet enough to say whose fault it is
			if !ask(phoneOf(20 + i)) {
				t.Fatalf("prompt %d was not sent", i)
			}
			s.hear(s.failure(s.rail.count()-1, billing.ReasonTimedOut))
		}
		if !ask(phoneOf(40)) {
			t.Fatal("the tenth prompt was not sent")
		}
		s.hear(s.failure(s.rail.count()-1, billing.ReasonTimedOut))
		if ask(phoneOf(41)) {
			t.Error("ten people in a row were not reached, and the next is asked to wait in vain")
		}
		s.prove()
	})
}

// TestPromptsWithoutAVerdictAreLost: a rail that takes prompts and says nothing more fails too.
func TestPromptsWithoutAVerdictAreLost(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for n := range 6 {
			s.asks(phoneOf(n), n)
			s.clock.Advance(time.Second)
		}
		if _, prompted := s.asks(phoneOf(10), 10); !prompted {
			t.Error("people who are typing their PIN are taken for lost")
		}
		s.clock.Advance(2 * time.Minute)
		if _, prompted := s.asks(phoneOf(11), 11); !prompted {
			t.Error("nothing tries whether prompts work again")
		}
		s.clock.Advance(time.Second)
		if _, prompted := s.asks(phoneOf(12), 12); prompted {
			t.Error("seven prompts ended in nothing, and the eighth is sent")
		}
		s.prove()
	})
}
