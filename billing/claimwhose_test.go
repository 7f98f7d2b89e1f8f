package billing_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// strangersPhone is who reads the receipts of others over their shoulders.
const strangersPhone = "0799000111"

// A receipt's code, read over a shoulder, spends nothing of what its payer paid: not money that nobody has claimed, not credit,
// not the rest of what bought something else. The end of the number that paid does, as far as the rail tells it.
func TestAReceiptAloneSpendsNothing(t *testing.T) {
	const hidden, wrong = "receipt.hidden", "receipt.not_whose"
	for name, c := range map[string]struct {
		payer string
		whose billing.Whose
		tries [][2]string // what is typed of the number, and the fault; "" for served
	}{
		"a mask":                 {"2547 ***** 678", billing.Whose{Begins: "2547"}, [][2]string{{"5679", wrong}, {"678", wrong}, {"45678", wrong}, {"0712345679", wrong}, {"9678", ""}}},
		"a mask and the number":  {"25471****678 JANE", billing.Whose{Begins: "25471"}, [][2]string{{"0799345678", wrong}, {"0712 345 678", ""}}},
		"a mask of four digits":  {"2547****5678", billing.Whose{Begins: "2547"}, [][2]string{{"9678", wrong}, {"5678", ""}}},
		"a number":               {"254712345678", billing.Whose{Begins: "254712"}, [][2]string{{"9678", wrong}, {"5678", ""}}},
		"a hash":                 {customers.Phone("254733000001").SHA256(), billing.Whose{Whole: true}, [][2]string{{"0001", wrong}, {"0733000002", wrong}, {"0733000001", ""}}},
		"a mask of two digits":   {"2547 ****** 78", billing.Whose{}, [][2]string{{"5678", hidden}, {"0712345678", hidden}}},
		"no end":                 {"2547********", billing.Whose{}, [][2]string{{"5678", hidden}}},
		"nothing":                {"", billing.Whose{}, [][2]string{{"", hidden}, {"5678", hidden}}},
		"something that is none": {"JANE", billing.Whose{}, [][2]string{{"5678", hidden}}},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s *shop) {
				s.hear(s.confirmation("SJ80000001", "KIOSK", c.payer, 10))
				o := s.orderFrom(strangersPhone, "aabbccddee02")
				got, err := s.bill.EnterReceipt(t.Context(), o.Token, "SJ80000001", "")
				if got.State != billing.ClaimWhose || got.Token != o.Token || err == nil && got.Whose != c.whose || err != nil && fault.KeyOf(err) != hidden {
					t.Fatalf("%+v %v", got, err)
				}
				for _, try := range c.tries {
					if v := s.view(o); v.Order.State != billing.OrderPlaced || v.Claim != billing.ClaimWhose || v.Typed != "SJ80000001" {
						t.Fatalf("before %q: %+v", try[0], v)
					}
					if _, err := s.bill.EnterReceipt(t.Context(), o.Token, "SJ80000001", try[0]); (err == nil) != (try[1] == "") || err != nil && fault.KeyOf(err) != try[1] {
						t.Fatalf("%q: %v", try[0], err)
					}
				}
				served := c.tries[len(c.tries)-1][1] == ""
				if v := s.view(o); (v.Order.State == billing.OrderPaid) != served || (v.Claim == billing.ClaimFound) != served {
					t.Fatalf("%+v", v)
				}
				s.prove()
			})
		})
	}
}

// The credit of what bought something else is its payer's too.
func TestASpentReceiptAloneSpendsNoCredit(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		first := s.order(phoneMAC)
		s.hear(s.failure(0, billing.ReasonInsufficient), s.confirmation("SJ80000002", first.Code, "254712345678", 25))
		s.holds(25, 10, 15, 0)
		o := s.orderFrom(strangersPhone, "aabbccddee02")
		for _, end := range []string{"", "0000"} {
			if c := s.enter(o, "SJ80000002", end); c.Token != first.Token {
				t.Fatalf("%+v", c)
			}
		}
		s.holds(25, 10, 15, 0)
		if c := s.enter(o, "SJ80000002", "5678"); c.Token != o.Token {
			t.Fatalf("%+v", c)
		}
		s.holds(25, 20, 5, 0)
	})
}

// Whoever's phone paid types nothing more: not for money that nobody has claimed, nor for what came for this very order.
func TestThePayersOwnOrderIsAskedNothing(t *testing.T) {
	for n, payer := range []string{"2547 ***** 678", "254712345678", customers.Phone("254712345678").SHA256()} {
		each(t, func(t *testing.T, s *shop) {
			o, receipt := s.order(phoneMAC), fmt.Sprintf("SJ8100000%d", n)
			s.hear(s.failure(0, billing.ReasonCancelled), s.confirmation(receipt, "KIOSK", payer, 10))
			s.enter(o, receipt)
			s.served("+", o)
		})
	}
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.hear(s.confirmation("SJ81000004", o.Code, "2547 ***** 999", 4), s.confirmation("SJ81000005", o.Code, "254712345678", 6))
		s.enter(o, "SJ81000005")
		s.served("+", o)
	})
}

// A receipt of which only the rail knows is no better: it brings its money in, for its payer; who typed it must show that they
// are.
func TestAReceiptThatTheRailFindsSpendsNothingAlone(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.orderFrom(strangersPhone, "aabbccddee02")
		for n, payer := range []string{"2547 ***** 678", "254712345678", ""} {
			receipt := fmt.Sprintf("SJ8200000%d", n)
			s.clock.Advance(time.Second)
			s.enter(o, receipt)
			s.enter(o, receipt) // typed again, while the rail is asked
			s.idle()
			s.answerStatus(n, billing.StatusResult{PaidTo: "174379", Receipt: receipt, Verdict: paid, Amount: money.Shillings(10), Payer: payer})
			if v := s.view(o); v.Order.State != billing.OrderPlaced || v.Claim != billing.ClaimWhose || v.Typed != receipt {
				t.Fatalf("%q: %+v", payer, v)
			}
		}
		s.enter(o, "SJ82000000", "5678")
		s.served("+", o)
		if v := s.view(o); v.Order.State != billing.OrderPaid {
			t.Fatalf("%+v", v)
		}
		s.prove()
	})
}

// Money that arrives while the rail is asked about it is no more the typist's than before.
func TestMoneyThatArrivesWhileTheRailIsAskedIsNotTheTypists(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.orderFrom(strangersPhone, "aabbccddee02")
		s.enter(o, "SJ83000001")
		s.idle()
		s.hear(s.confirmation("SJ83000001", "KIOSK", "2547 ***** 678", 10))
		s.answerStatus(0, billing.StatusResult{PaidTo: "174379", Receipt: "SJ83000001", Verdict: paid, Amount: money.Shillings(10)})
		if v := s.view(o); v.Order.State != billing.OrderPlaced || v.Claim != billing.ClaimWhose {
			t.Fatalf("%+v", v)
		}
		if _, err := s.bill.EnterReceipt(context.Background(), o.Token, "SJ83000001", "5678"); err != nil {
			t.Fatal(err)
		}
		s.holds(10, 10, 0, 0)
	})
}

// Money that waits for an order is not "not seen yet" to who paid it by hand and has none.
func TestMoneyWithoutAnOrderIsSaidToBeHere(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.hear(s.confirmation("SJ84000001", "KIOSK", "2547 ***** 678", 10))
		for receipt, key := range map[string]string{"SJ84000001": "receipt.no_order", "SJ84000002": "receipt.unknown", "SJ84": "receipt.invalid"} {
			if c, err := s.bill.FindByReceipt(t.Context(), receipt); fault.KeyOf(err) != key {
				t.Errorf("%s: %+v %v", receipt, c, err)
			}
		}
	})
}
