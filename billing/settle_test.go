package billing_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

const phoneMAC = "aabbccddee01"

func TestAPaidPromptServesOnceHoweverOftenItIsReported(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.hear(s.success(0, "SJ00000001", 10), s.success(0, "SJ00000001", 10))
		s.hear(s.confirmation("SJ00000001", o.Code, "x", 10))
		v := s.view(o)
		if v.Order.State != billing.OrderPaid || v.Order.GrantID == 0 || v.Payment.State != billing.PaymentPaid {
			t.Fatalf("%+v", v)
		}
		live, err := s.grants.LiveFor(context.Background(), s.site, phoneMAC)
		if err != nil || len(live) != 1 || live[0].State != access.Dormant || live[0].Limits.Time != time.Hour {
			t.Fatalf("%+v %v", live, err)
		}
		s.holds(10, 10, 0, 0)
	})
}

func TestEachFailureKeepsTheOrderAndLaterSuccessWins(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.hear(s.failure(0, billing.ReasonTimedOut))
		if v := s.view(o); v.Payment.State != billing.PaymentExpired || v.Payment.Reason != billing.ReasonTimedOut || v.Order.State != billing.OrderPlaced {
			t.Fatalf("%+v", v)
		}
		s.holds(0, 0, 0, 0)
		s.hear(s.success(0, "SJ00000002", 10), s.failure(0, billing.ReasonCancelled))
		if v := s.view(o); v.Payment.State != billing.PaymentPaid || v.Payment.Reason != "" || v.Order.State != billing.OrderPaid {
			t.Fatalf("%+v", v)
		}
		s.holds(10, 10, 0, 0)
	})
}

func TestAQuerysSuccessWaitsForItsReceipt(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.saysPaid()
		if v := s.view(o); v.Order.State != billing.OrderPaid {
			t.Fatalf("%+v", v)
		}
		s.holds(10, 10, 0, 0)
		s.hear(s.success(0, "SJ00000003", 10))
		s.hear(s.confirmation("SJ00000003", "", "x", 10))
		s.holds(10, 10, 0, 0)
		if c, err := s.bill.FindByReceipt(context.Background(), "sj0000-0003"); err != nil || c.Token != o.Token {
			t.Fatalf("%+v %v", c, err)
		}
	})
}

func TestConfirmationFirstThenQueryThenCallbackCountOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		// No payer and no account: nobody can tell that it is this prompt's money.
		s.hear(s.confirmation("SJ00000004", "", "", 10))
		s.holds(10, 0, 0, 10)
		s.saysPaid()
		s.holds(20, 10, 0, 10) // counted twice until the receipt number shows that it is the same money
		s.hear(s.success(0, "SJ00000004", 10))
		s.holds(10, 10, 0, 0)
		if v := s.view(o); v.Order.State != billing.OrderPaid {
			t.Fatalf("%+v", v)
		}
	})
}

func TestAHashedPayerOfAnOpenPromptIsRecognised(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.hear(s.confirmation("SJ00000005", "", customers.Phone("254712345678").SHA256(), 10))
		if v := s.view(o); v.Order.State != billing.OrderPaid {
			t.Fatalf("%+v", v)
		}
		s.hear(s.success(0, "SJ00000005", 10))
		s.holds(10, 10, 0, 0)
	})
}

func TestMoneyInByHand(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.hear(s.failure(0, billing.ReasonInsufficient))
		typed := o.Code[:4] + "-" + o.Code[4:]
		s.hear(s.confirmation("SJ00000006", typed, "x", 15)) // too much, by the order's code
		s.holds(15, 10, 5, 0)
		s.hear(s.confirmation("SJ00000007", o.Code, "x", 10)) // paid once more
		s.holds(25, 10, 15, 0)
		s.hear(s.confirmation("SJ00000008", "WHO KNOWS", "2547 ***** 001", 30)) // nobody's
		s.holds(55, 10, 15, 30)
		s.hear(s.confirmation("SJ00000009", "0712 345 678", "x", 7)) // by a known number as account
		s.holds(62, 10, 22, 30)
		if v := s.view(o); v.Order.State != billing.OrderPaid || !v.Surplus {
			t.Fatalf("%+v", v)
		}
	})
}

func TestTooLittleByHandIsCredit(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.hear(s.failure(0, billing.ReasonInsufficient), s.confirmation("SJ00000010", o.Code, "x", 4))
		s.holds(4, 0, 4, 0)
		if v := s.view(o); v.Order.State != billing.OrderPlaced || v.Credit != 400 {
			t.Fatalf("%+v", v)
		}
	})
}

func TestAWrongAmountIsConfirmedByItsReceiptBeforeItCounts(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.hear(s.success(0, "SJ00000011", 1))
		s.idle()
		if v := s.view(o); v.Payment.State != billing.PaymentUnknown || v.Payment.Attention != billing.AttentionMismatch {
			t.Fatalf("%+v", v)
		}
		s.holds(0, 0, 0, 0)
		if len(s.rail.asked) != 1 || s.rail.asked[0] != "SJ00000011" {
			t.Fatalf("asked %v", s.rail.asked)
		}
		s.answerStatus(0, billing.StatusResult{PaidTo: "174379", Receipt: "SJ00000011", Verdict: paid, Amount: money.Shillings(1), Payer: "254712345678"})
		s.holds(1, 0, 1, 0)
	})
}

func (s *shop) answerStatus(n int, r billing.StatusResult) {
	s.t.Helper()
	url := s.rail.askedURL[n]
	s.hear(incoming("status", url[len(url)-32:], r))
}

func TestATypedReceiptBringsTheInternet(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		ctx, o := context.Background(), s.order(phoneMAC)
		c, err := s.bill.EnterReceipt(ctx, o.Token, " sj0000 0012 ", "")
		if err != nil || c.State != "waiting" {
			t.Fatalf("%+v %v", c, err)
		}
		s.idle()
		if v := s.view(o); v.Claim != "asked" {
			t.Fatalf("%+v", v)
		}
		s.answerStatus(0, billing.StatusResult{PaidTo: "174379", Receipt: "SJ00000012", Verdict: paid, Amount: money.Shillings(10), Payer: "254712345678"})
		if v := s.view(o); v.Order.State != billing.OrderPaid || v.Claim != "found" {
			t.Fatalf("%+v", v)
		}
		s.hear(s.success(0, "SJ00000012", 10))
		s.holds(10, 10, 0, 0)
	})
}

func TestAReceiptOfSomebodyElsesMoneyIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		for n, to := range []string{"600000", ""} {
			receipt := fmt.Sprintf("SJ3000000%d", n)
			if _, err := s.bill.EnterReceipt(context.Background(), o.Token, receipt, ""); err != nil {
				t.Fatal(err)
			}
			s.idle()
			s.answerStatus(n, billing.StatusResult{PaidTo: to, Receipt: receipt, Verdict: paid, Amount: money.Shillings(10)})
			if v := s.view(o); v.Order.State != billing.OrderPlaced || v.Claim != "refused" {
				t.Fatalf("paid to %q: %+v", to, v)
			}
		}
		s.holds(0, 0, 0, 0)
	})
}

func TestAReceiptInSuspenseServesTheOrderItIsTypedFor(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		ctx, o := context.Background(), s.order(phoneMAC)
		s.hear(s.confirmation("SJ00000013", "KIOSK", "2547 ***** 001", 15))
		s.holds(15, 0, 0, 15)
		if c, err := s.bill.EnterReceipt(ctx, o.Token, "SJ00000013", "1001"); err != nil || c.State != "found" {
			t.Fatalf("%+v %v", c, err)
		}
		s.holds(15, 10, 5, 0)
		other := s.orderFrom("0799000111", "aabbccddee02")
		if c, err := s.bill.EnterReceipt(ctx, other.Token, "SJ00000013", ""); err != nil || c.Token != o.Token {
			t.Fatalf("a used receipt leads to what it bought: %+v %v", c, err)
		}
		s.holds(15, 10, 5, 0)
	})
}

func (s *shop) orderFrom(phone, mac string) billing.Order {
	s.t.Helper()
	o, err := s.bill.PlaceOrder(context.Background(), billing.OrderRequest{SiteID: s.site, PlanID: s.plan.ID, Phone: phone, Place: access.Place{MAC: access.MAC(mac)}, Lang: "en"})
	if err != nil {
		s.t.Fatal(err)
	}
	s.idle()
	return o
}

func TestAForgedCallbackChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		forged := s.success(0, "SJ00000014", 10)
		forged.Secret = "00000000000000000000000000000000"
		other := incoming("push", s.rail.secretOf(0), billing.PushResult{CheckoutRequestID: "another", Verdict: paid, Receipt: "SJ00000015", Amount: money.Shillings(10)})
		garbage := billing.Incoming{Kind: "push", Secret: s.rail.secretOf(0), Body: []byte("<xml>")}
		till := s.confirmation("SJ00000016", o.Code, "x", 10)
		till.Secret = forged.Secret
		s.hear(forged, other, garbage, till, billing.Incoming{Kind: "nonsense"})
		if v := s.view(o); v.Order.State != billing.OrderPlaced || v.Payment.State != billing.PaymentSent {
			t.Fatalf("%+v", v)
		}
		s.holds(0, 0, 0, 0)
	})
}

func TestAPushIsNeverRepeated(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.rail.pushErr = errors.New("the connection broke after the request left")
		o := s.order(phoneMAC)
		if v := s.view(o); v.Payment.State != billing.PaymentUnknown {
			t.Fatalf("%+v", v)
		}
		for range 6 {
			s.clock.Advance(time.Hour)
			s.idle()
		}
		if len(s.rail.pushes) != 1 {
			t.Fatalf("pushed %d times", len(s.rail.pushes))
		}
		s.hear(incoming("push", s.rail.secretOf(0), billing.PushResult{CheckoutRequestID: "c9", Verdict: paid, Receipt: "SJ00000017", Amount: money.Shillings(10)}))
		s.holds(10, 10, 0, 0)
	})
}

func TestARefusedPushTellsWhyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.rail.pushErr = &billing.Refused{Reason: billing.ReasonPhoneBusy, Code: "500.001.1001"}
		if v := s.view(s.order(phoneMAC)); v.Payment.State != billing.PaymentFailed || v.Payment.Reason != billing.ReasonPhoneBusy {
			t.Fatalf("%+v", v)
		}
	})
}

func TestSilenceEndsInTheQueueOfUnanswered(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		for range 14 {
			s.clock.Advance(25 * time.Hour)
			s.idle()
		}
		if v := s.view(o); v.Payment.State != billing.PaymentUnknown || v.Payment.Attention != "unanswered" {
			t.Fatalf("%+v", v)
		}
	})
}

// Who mistyped their number goes back, corrects it and sends the same form: the prompt must go to the right phone.
func TestAFormFilledInAnewIsAnotherWish(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		place := func(phone string) billing.Order {
			o, err := s.bill.PlaceOrder(context.Background(), billing.OrderRequest{SiteID: s.site, PlanID: s.plan.ID, Phone: phone,
				Place: access.Place{MAC: phoneMAC}, Lang: "en", Once: "nonce-1"})
			if err != nil {
				t.Fatal(err)
			}
			s.idle()
			return o
		}
		mistyped, corrected := place("0712345687"), place("0712345678")
		if mistyped.ID == corrected.ID || corrected.Phone != "254712345678" || len(s.rail.pushes) != 2 {
			t.Errorf("the corrected number got the order of %s; %d prompts", corrected.PhoneMask, len(s.rail.pushes))
		}
		if again := place("0712345687"); again.ID != mistyped.ID {
			t.Error("the first wish sent once more is another order")
		}
	})
}

func TestTwoTapsAreOneOrder(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		ctx := context.Background()
		request := billing.OrderRequest{SiteID: s.site, PlanID: s.plan.ID, Phone: "0712345678", Place: access.Place{MAC: phoneMAC}, Lang: "en", Once: "nonce-1"}
		var mu sync.Mutex
		tokens := map[string]bool{}
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() {
				o, err := s.bill.PlaceOrder(ctx, request)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				tokens[o.Token] = true
			})
		}
		all.Wait()
		s.idle()
		if len(tokens) != 1 || len(s.rail.pushes) != 1 {
			t.Fatalf("%d orders, %d prompts", len(tokens), len(s.rail.pushes))
		}
	})
}

func TestLateMoneyAfterBuyingAgainIsCredit(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		first := s.order(phoneMAC)
		s.hear(s.failure(0, billing.ReasonTimedOut))
		s.clock.Advance(2 * time.Minute)
		s.order(phoneMAC)
		s.hear(s.success(1, "SJ00000018", 10), s.success(0, "SJ00000019", 10))
		s.holds(20, 10, 10, 0)
		if v := s.view(first); v.Order.State != billing.OrderPlaced || !v.Surplus {
			t.Fatalf("%+v", v)
		}
	})
}

func TestWhatWasPaidIsEarnedWhenTheGrantEnds(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.order(phoneMAC)
		s.hear(s.success(0, "SJ00000020", 10))
		s.clock.Advance(31 * 24 * time.Hour)
		if err := s.grants.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		s.idle()
		if b, err := s.ledger.Balance(context.Background(), "4100", ""); err != nil || b != money.Shillings(-10) {
			t.Fatalf("breakage %v %v", b, err)
		}
	})
}
