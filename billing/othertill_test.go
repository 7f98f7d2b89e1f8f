package billing_test

import (
	"testing"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// TestAReceiptOfAnotherTillIsAskedForThere: each till's operator is told of its own money only.
func TestAReceiptOfAnotherTillIsAskedForThere(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		second := s.till
		second.ID, second.Key, second.ShortCode, second.ConsumerKey, second.CallbackSecret, second.Sites = 0, "second", "600200", "ck2", "", []int64{s.site + 1}
		s.in(func(tx *db.Tx) (err error) {
			second, err = s.bill.SaveTill(tx, second)
			return err
		})
		none := billing.StatusResult{Verdict: billing.Verdict{State: billing.VerdictFailed, Code: "R000002"}}
		o := s.order(phoneMAC)
		s.enter(o, "UL00000019")
		s.idle()
		s.answerStatus(0, none)
		s.idle()
		if len(s.rail.asked) != 2 || s.rail.askedURL[0] == s.rail.askedURL[1] || s.view(o).Claim != "asked" {
			t.Fatalf("asked %v: %+v", s.rail.askedURL, s.view(o))
		}
		late := none
		late.Verdict.Text = "once more"
		s.answerStatus(0, late) // the first till's second word is not the other's
		s.answerStatus(1, billing.StatusResult{PaidTo: "600200", Receipt: "UL00000019", Verdict: paid, Amount: money.Shillings(10), Payer: payerOfAll})
		if v := s.view(o); v.Order.State != billing.OrderPaid || v.Claim != "found" {
			t.Fatalf("%+v", v)
		}
		s.holds(10, 10, 0, 0)
		made := s.order("02aabbccdd02")
		s.enter(made, "UL00000020")
		s.idle()
		for n := 2; n < 4; n++ {
			none.Verdict.Text = "word " + string(rune('0'+n))
			s.answerStatus(n, none)
			s.idle()
		}
		if v := s.view(made); v.Claim != "refused" || len(s.rail.asked) != 4 {
			t.Fatalf("asked %d times: %+v", len(s.rail.asked), v)
		}
	})
}
