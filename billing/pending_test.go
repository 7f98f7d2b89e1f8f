package billing_test

import (
	"testing"
	"time"

	"mtandao/billing"
)

// A query's success waits for its receipt number; meanwhile the guest pays less by hand for the same order. That is other
// money: it must not give the waiting receipt its number.
func TestAnotherAmountIsNotTheReceiptThatIsWaitedFor(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02aabbccdd01")
		if _, err := s.bill.Settle(t.Context(), billing.Evidence{Kind: billing.ByQuery, TillID: s.till.ID, PaymentID: s.view(o).Payment.ID,
			Verdict: paid, Amount: o.Price}); err != nil {
			t.Fatal(err)
		}
		s.hear(s.confirmation("UL5WSVHZNA", o.Code, "", 5))
		s.holds(15, 10, 5, 0)
		s.hear(s.success(0, "UL5WRRFFJA", 10))
		s.holds(15, 10, 5, 0)
	})
}

// The receipt of a prompt that a query alone told of is typed for another order: it is still that prompt's money, and
// serves one order. Money of another time is other money.
func TestTheReceiptThatIsWaitedForServesOneOrder(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		first := s.order("02aabbccdd01")
		ctx := t.Context()
		if _, err := s.bill.Settle(ctx, billing.Evidence{Kind: billing.ByQuery, TillID: s.till.ID, PaymentID: s.view(first).Payment.ID,
			Verdict: paid, Amount: first.Price}); err != nil {
			t.Fatal(err)
		}
		second := s.order("02aabbccdd02")
		told := billing.Evidence{Kind: billing.ByStatus, TillID: s.till.ID, OrderID: second.ID, Verdict: paid, Amount: first.Price,
			Receipt: "UL56Q3HSGY", Payer: "254712345678", At: s.clock.Now()}
		if _, err := s.bill.Settle(ctx, told); err != nil {
			t.Fatal(err)
		}
		s.holds(10, 10, 0, 0)
		s.hear(s.success(0, "UL56Q3HSGY", 10))
		s.holds(10, 10, 0, 0)
		if v := s.view(second); v.Order.State != billing.OrderPlaced || v.Payment.State == billing.PaymentPaid {
			t.Errorf("the second order is %s, its payment %s", v.Order.State, v.Payment.State)
		}
		s.later(10 * time.Minute)
		told.Receipt, told.At = "UL5JBU0F3I", s.clock.Now()
		if _, err := s.bill.Settle(ctx, told); err != nil {
			t.Fatal(err)
		}
		s.holds(20, 20, 0, 0)
	})
}
