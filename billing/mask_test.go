package billing_test

import (
	"fmt"
	"sync"
	"testing"

	"mtandao/billing"
	"mtandao/internal/money"
)

// The rail may tell the payer of a receipt as a mask. The receipt of a prompt, typed for an order of another phone before or
// after a query tells of the prompt, is still that prompt's money: it counts once.
func TestAMaskedReceiptTypedForAnotherPhonesOrderCountsOnce(t *testing.T) {
	for name, c := range map[string]struct {
		mask, otherPhone string
		holds            int64
	}{
		"a mask and a name":               {"2547 ***** 678 JANE", "0799000111", 10},
		"a shorter mask":                  {"25471****678", "0799000111", 10},
		"nobody's mask":                   {"2547 ***** 679 JANE", "0799000111", 20},
		"a mask that shows too little":    {"25 ***** 78", "0799000111", 20},
		"as well of whom it is typed for": {"2547 ***** 678", "0799000678", 20},
	} {
		for _, first := range []string{"typed", "queried"} {
			t.Run(name+", "+first+" first", func(t *testing.T) {
				each(t, func(t *testing.T, s *shop) {
					o, other := s.order("02aabbccdd01"), s.orderFrom(c.otherPhone, "02aabbccdd02")
					s.idle()
					if first == "queried" {
						s.queried(o)
					}
					s.typed(other, "UL00000031", c.mask)
					if first == "typed" {
						s.queried(o)
					}
					s.holds(c.holds, c.holds, 0, 0)
					s.queried(o)
					s.typed(other, "UL00000031", c.mask)
					s.holds(c.holds, c.holds, 0, 0)
				})
			})
		}
	}
}

// What the prompt's callback says in the end is believed more than the mask: money of another number is other money. It serves
// the prompt's order, or, where that has been served by what the mask was taken for, is held for who was prompted.
func TestACallbackPutsAMaskRight(t *testing.T) {
	type books struct{ till, prepaid, credit int64 }
	for receipt, want := range map[string]map[string]books{
		"UL00000031": {"typed": {10, 10, 0}, "queried": {10, 10, 0}},
		"UL00000032": {"typed": {20, 20, 0}, "queried": {20, 10, 10}},
	} {
		for _, first := range []string{"typed", "queried"} {
			t.Run(receipt+", "+first+" first", func(t *testing.T) {
				each(t, func(t *testing.T, s *shop) {
					o, other := s.order("02aabbccdd01"), s.orderFrom("0799000111", "02aabbccdd02")
					s.idle()
					if first == "queried" {
						s.queried(o)
					}
					s.typed(other, "UL00000031", "2547 ***** 678 JANE")
					if first == "typed" {
						s.queried(o)
					}
					s.holds(10, 10, 0, 0)
					s.hear(s.success(0, receipt, 10))
					now := want[first]
					s.holds(now.till, now.prepaid, now.credit, 0)
				})
			})
		}
	}
}

// A till's confirmation without an account, whose payer is masked, is the money that a query told of.
func TestAMaskedConfirmationIsTheMoneyOfAQuery(t *testing.T) {
	for _, first := range []string{"confirmed", "queried"} {
		t.Run(first+" first", func(t *testing.T) {
			each(t, func(t *testing.T, s *shop) {
				o := s.order("02aabbccdd01")
				if first == "queried" {
					s.queried(o)
				}
				s.settle(billing.Evidence{Kind: billing.ByConfirm, TillID: s.till.ID, Verdict: paid, Amount: money.Shillings(10),
					Receipt: "UL00000033", Payer: "2547 ***** 678 JANE", At: s.clock.Now()})
				if first == "confirmed" {
					s.holds(10, 0, 0, 10)
					s.queried(o)
				}
				s.holds(10, 10, 0, 0)
				s.served("+", o)
			})
		})
	}
}

// Two phones that the same mask may hide, and one receipt: it is neither's by the mask alone.
func TestAMaskOfTwoPhonesIsNobodys(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		a, b, other := s.order("02aabbccdd01"), s.orderFrom("0799000678", "02aabbccdd02"), s.orderFrom("0799000111", "02aabbccdd03")
		s.idle()
		s.queried(a)
		s.queried(b)
		s.typed(other, "UL00000034", "2547 ***** 678")
		s.holds(30, 30, 0, 0)
		s.hear(s.success(0, "UL00000035", 10), s.success(1, "UL00000036", 10))
		s.holds(30, 30, 0, 0)
	})
}

// Told at the same instant on two ways, it counts once.
func TestAMaskedReceiptAndAQueryAtOnceCountOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		const rounds = 12
		for n := range rounds {
			o, other := s.order(fmt.Sprintf("02aabbcc00%02d", n)), s.orderFrom("0799000111", fmt.Sprintf("02aabbcc01%02d", n))
			s.idle()
			var all sync.WaitGroup
			for _, e := range []billing.Evidence{
				{Kind: billing.ByQuery, TillID: s.till.ID, PaymentID: s.view(o).Payment.ID, Verdict: paid, Amount: o.Price},
				{Kind: billing.ByStatus, TillID: s.till.ID, OrderID: other.ID, Verdict: paid, Amount: o.Price,
					Receipt: fmt.Sprintf("UL000001%02d", n), Payer: "2547 ***** 678 JANE", At: s.clock.Now()},
			} {
				all.Go(func() {
					if _, err := s.bill.Settle(t.Context(), e); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		}
		s.holds(10*rounds, 10*rounds, 0, 0)
	})
}
