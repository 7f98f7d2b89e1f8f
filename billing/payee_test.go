package billing_test

import (
	"context"
	"testing"

	"mtandao/billing"
	"mtandao/internal/money"
)

func TestAReceiptOfSomebodyElsesTillIsNeverCredited(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		if _, err := s.bill.EnterReceipt(context.Background(), o.Token, "SJ00000077", ""); err != nil {
			t.Fatal(err)
		}
		s.idle()
		found := billing.StatusResult{Receipt: "SJ00000077", Verdict: paid, Amount: money.Shillings(10), PaidTo: "600999", Payer: "2547 ***** 678"}
		s.answerStatus(0, found)
		if v := s.view(o); v.Order.State != billing.OrderPlaced || v.Claim != "refused" {
			t.Fatalf("%+v", v)
		}
		s.holds(0, 0, 0, 0)
		found.PaidTo = s.till.ShortCode
		found.Verdict.Text = "the rail's second word"
		s.answerStatus(0, found)
		if v := s.view(o); v.Order.State != billing.OrderPaid {
			t.Fatalf("our own short code: %+v", v)
		}
		s.holds(10, 10, 0, 0)
	})
}
