package billing_test

import (
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/money"
)

const payerOfAll = "254712345678" // whom shop.order asks to pay

// queried brings the answer to a status query: paid.
func (s *shop) queried(o billing.Order) {
	s.t.Helper()
	s.settle(billing.Evidence{Kind: billing.ByQuery, TillID: s.till.ID, PaymentID: s.view(o).Payment.ID, Verdict: paid, Amount: o.Price})
}

// typed brings the rail's word about a receipt of ten shillings that was typed for an order.
func (s *shop) typed(o billing.Order, receipt, payer string) {
	s.t.Helper()
	s.settle(billing.Evidence{Kind: billing.ByStatus, TillID: s.till.ID, OrderID: o.ID, Verdict: paid, Amount: money.Shillings(10),
		Receipt: receipt, Payer: payer, At: s.clock.Now()})
}

func (s *shop) settle(e billing.Evidence) {
	s.t.Helper()
	if _, err := s.bill.Settle(s.t.Context(), e); err != nil {
		s.t.Fatal(err)
	}
}

// served fails unless exactly the wanted of the orders are paid.
func (s *shop) served(want string, orders ...billing.Order) {
	s.t.Helper()
	var got strings.Builder
	for _, o := range orders {
		got.WriteByte("-+"[map[billing.OrderState]int{billing.OrderPaid: 1}[s.view(o).Order.State]])
	}
	if got.String() != want {
		s.t.Errorf("the orders are served %s, not %s", got.String(), want)
	}
}

// A prompt's receipt is typed for another order, which is served already or for which it is too little, before and after a
// query tells of the prompt: the same money, once, for the prompt's own order.
func TestAReceiptTypedElsewhereBeforeItsQueryCountsOnce(t *testing.T) {
	for _, first := range []string{"typed", "queried"} {
		t.Run(first, func(t *testing.T) {
			each(t, func(t *testing.T, s *shop) {
				other, o := s.order("02aabbccdd01"), s.order("02aabbccdd02")
				s.hear(s.success(0, "UL00000001", 10))
				if first == "typed" {
					s.typed(other, "UL00000002", payerOfAll)
					s.holds(20, 10, 10, 0)
				}
				s.queried(o)
				if first == "queried" {
					s.typed(other, "UL00000002", payerOfAll)
				}
				s.holds(20, 20, 0, 0)
				s.served("++", other, o)
				s.hear(s.success(1, "UL00000002", 10), s.confirmation("UL00000002", o.Code, "", 10))
				s.typed(other, "UL00000002", payerOfAll)
				s.holds(20, 20, 0, 0)
			})
		})
	}
}

// The receipt serves the order that it was typed for. What a query tells of is that money; what a callback or the paybill
// names later is other money, and serves the prompt's order.
func TestAReceiptThatServedAnotherOrder(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o, other := s.order("02aabbccdd01"), s.order("02aabbccdd02")
		s.hear(s.failure(1, billing.ReasonCancelled))
		s.typed(other, "UL00000003", payerOfAll)
		s.queried(o)
		s.queried(o)
		s.holds(10, 10, 0, 0)
		s.served("-+", o, other)
		if v := s.view(o); v.Payment.State != billing.PaymentPaid || !v.Spent || v.Surplus {
			t.Errorf("%+v", v)
		}
		s.hear(s.success(0, "UL00000004", 10)) // the payer had paid twice
		s.holds(20, 20, 0, 0)
		s.served("++", o, other)
		s.hear(s.success(0, "UL00000005", 10)) // and no prompt moves money twice
		s.holds(20, 20, 0, 0)
	})
}

func TestACallbackAfterItsReceiptServedAnotherOrder(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o, other := s.order("02aabbccdd01"), s.orderFrom("0799000111", "02aabbccdd02")
		s.typed(other, "UL00000006", payerOfAll)
		s.hear(s.success(0, "UL00000006", 10))
		s.holds(10, 10, 0, 0)
		s.served("-+", o, other)
		if v := s.view(o); v.Payment.State != billing.PaymentPaid || !v.Spent {
			t.Errorf("%+v", v)
		}
	})
}

// Money by hand with another order's code is not a prompt's, whoever tells of it first.
func TestPaidTwiceByHandAndByPrompt(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o, other := s.order("02aabbccdd01"), s.order("02aabbccdd02")
		s.hear(s.confirmation("UL00000007", other.Code, payerOfAll, 10))
		s.queried(o)
		s.holds(20, 20, 0, 0)
		s.later(10 * time.Minute)
		third, fourth := s.order("02aabbccdd03"), s.order("02aabbccdd04")
		s.typed(fourth, "UL00000008", payerOfAll)
		s.queried(third) // takes it for its own
		s.holds(30, 30, 0, 0)
		s.served("-+", third, fourth)
		s.hear(s.confirmation("UL00000008", fourth.Code, payerOfAll, 10)) // and it was by hand
		s.holds(40, 40, 0, 0)
		s.served("++", third, fourth)
	})
}

// Two prompts of one payer and one amount: a number may be taken for the wrong one's until the callbacks come.
func TestTwoPromptsAlikeKeepTheirOwnMoney(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		a, b, other := s.order("02aabbccdd01"), s.order("02aabbccdd02"), s.orderFrom("0799000111", "02aabbccdd03")
		s.queried(a)
		s.queried(b)
		s.holds(20, 20, 0, 0)
		s.typed(other, "UL00000009", payerOfAll)
		s.typed(other, "UL00000010", payerOfAll)
		s.holds(20, 20, 0, 0)
		s.hear(s.success(0, "UL00000009", 10), s.success(1, "UL00000010", 10))
		s.hear(s.success(0, "UL00000009", 10), s.success(1, "UL00000010", 10))
		s.holds(20, 20, 0, 0)
		s.served("++-", a, b, other)
	})
}

func TestACallbackNamesWhatWasTakenForAnotherPrompts(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		a, b, other := s.order("02aabbccdd01"), s.order("02aabbccdd02"), s.orderFrom("0799000111", "02aabbccdd03")
		s.queried(a)
		s.typed(other, "UL00000011", payerOfAll) // a's, as far as anybody knows
		s.hear(s.success(1, "UL00000011", 10))   // and it is b's
		s.holds(20, 20, 0, 0)
		s.served("++-", a, b, other)
		s.hear(s.success(0, "UL00000012", 10))
		s.holds(20, 20, 0, 0)
	})
}

func TestOneNumberIsNotTheMoneyOfTwoQueries(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		a, b, other := s.order("02aabbccdd01"), s.order("02aabbccdd02"), s.orderFrom("0799000111", "02aabbccdd03")
		s.typed(other, "UL00000013", payerOfAll)
		s.queried(a)
		s.holds(10, 10, 0, 0)
		s.queried(b)
		s.holds(20, 20, 0, 0)
		s.served("-++", a, b, other)
		s.hear(s.success(1, "UL00000013", 10)) // so a's money has no number yet
		s.holds(20, 20, 0, 0)
		s.hear(s.success(0, "UL00000014", 10))
		s.holds(20, 20, 0, 0)
	})
}

// Money of another payer, till, amount or time is not taken for a prompt's; a mask is, when it came for this phone.
func TestWhoseMoneyAQueryTellsOf(t *testing.T) {
	for name, c := range map[string]struct {
		payer string
		wait  time.Duration // from the typed money to the prompt
		once  bool
	}{
		"the payer":            {payer: payerOfAll, once: true},
		"another":              {payer: "254799000111"},
		"a mask that fits":     {payer: "2547 ***** 678", once: true},
		"a mask that does not": {payer: "2547 ***** 679"},
		"nobody told":          {once: true},
		"long before":          {payer: payerOfAll, wait: 5 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s *shop) {
				other := s.order("02aabbccdd01")
				s.hear(s.failure(0, billing.ReasonCancelled))
				s.typed(other, "UL00000015", c.payer)
				s.later(c.wait)
				o := s.order("02aabbccdd02")
				s.queried(o)
				want := map[bool]int64{true: 10, false: 20}[c.once]
				s.holds(want, want, 0, 0)
			})
		})
	}
}

// TestTooLittleLeavesThePromptOpen: the prompt's own money is still asked for, and found by a query alone.
func TestTooLittleLeavesThePromptOpen(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o, typed := s.order(phoneMAC), s.order("02aabbccdd02")
		s.hear(s.confirmation("UL00000016", o.Code, payerOfAll, 4))
		s.settle(billing.Evidence{Kind: billing.ByStatus, TillID: s.till.ID, OrderID: typed.ID, Verdict: paid, Amount: money.Shillings(3),
			Receipt: "UL00000017", Payer: payerOfAll, At: s.clock.Now()})
		for _, o := range []billing.Order{o, typed} {
			if v := s.view(o); v.Payment.State != billing.PaymentSent || !v.Surplus || v.Spent {
				t.Fatalf("%+v", v)
			}
		}
		s.saysPaid()
		s.served("++", o, typed)
		s.holds(27, 20, 7, 0)
	})
}

// TestAPaymentThatMustBeConfirmedIsPaidByItsReceipt: the callback named the receipt, so that a query has no more to tell.
func TestAPaymentThatMustBeConfirmedIsPaidByItsReceipt(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.hear(s.success(0, "UL00000018", 4))
		s.idle()
		s.answerStatus(0, billing.StatusResult{PaidTo: "174379", Receipt: "UL00000018", Verdict: paid, Amount: money.Shillings(4), Payer: payerOfAll})
		s.queried(o)
		if v := s.view(o); v.Payment.State != billing.PaymentPaid || v.Credit != 400 {
			t.Fatalf("%+v", v)
		}
		s.holds(4, 0, 4, 0)
	})
}

// TestATypedReceiptLeadsToWhatItBought, also when the rail was asked first.
func TestATypedReceiptLeadsToWhatItBought(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o, other := s.order(phoneMAC), s.orderFrom("0799000111", "02aabbccdd02")
		s.queried(o)
		s.enter(other, "UL00000021")
		s.idle()
		s.answerStatus(0, billing.StatusResult{PaidTo: "174379", Receipt: "UL00000021", Verdict: paid, Amount: money.Shillings(10), Payer: payerOfAll, At: s.clock.Now()})
		if v := s.view(other); v.PaidBy != o.Token || v.Claim != "found" || !v.Foreign || v.Typed != "UL00000021" {
			t.Fatalf("%+v", v)
		}
		s.holds(10, 10, 0, 0)
	})
}
