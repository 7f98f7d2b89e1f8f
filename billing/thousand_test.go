package billing_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"mtandao/billing"
	"mtandao/internal/fault"
)

// TestAThousandCallbacksOfOnePayment brings doubled, reordered, forged and wrong ones to Settle itself, 50 at once; through the
// front door they are in internal/app.
func TestAThousandCallbacksOfOnePayment(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		kinds := []func(i int) billing.Incoming{
			func(int) billing.Incoming { return s.success(0, "SJ00000021", 10) },
			func(int) billing.Incoming { return s.failure(0, billing.ReasonTimedOut) },
			func(int) billing.Incoming { return s.confirmation("SJ00000021", o.Code, "x", 10) },
			func(i int) billing.Incoming { return s.success(0, fmt.Sprintf("SJ9%07d", i%3), 1) },
			func(i int) billing.Incoming {
				m := s.success(0, "SJ00000022", 10)
				m.Secret = fmt.Sprintf("%032x", i)
				return m
			},
		}
		random := rand.New(rand.NewPCG(1, 2))
		var messages []billing.Incoming
		for i := range 1000 {
			messages = append(messages, kinds[random.IntN(len(kinds))](i))
		}
		next := make(chan billing.Incoming)
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				for m := range next {
					err := s.bill.TakeIn(context.Background(), []billing.Incoming{m})
					for fault.Is(err, fault.Unavailable) { // a busy database: the spool brings it again
						err = s.bill.TakeIn(context.Background(), []billing.Incoming{m})
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		for _, m := range messages {
			next <- m
		}
		close(next)
		all.Wait()
		s.idle()
		if v := s.view(o); v.Order.State != billing.OrderPaid || v.Payment.State != billing.PaymentPaid {
			t.Fatalf("%+v", v)
		}
		s.holds(10, 10, 0, 0)
	})
}
