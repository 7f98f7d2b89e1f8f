package billing_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

// enter types a receipt for an order, and the end of the number that paid.
func (s *shop) enter(o billing.Order, receipt string, end ...string) billing.Claimed {
	s.t.Helper()
	c, err := s.bill.EnterReceipt(context.Background(), o.Token, receipt, strings.Join(end, ""))
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// later lets time pass, with the books chained as the leased job does.
func (s *shop) later(d time.Duration) {
	s.t.Helper()
	s.clock.Advance(d)
	if err := s.ledger.Chain(context.Background()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) sell(p plans.Plan) plans.Plan {
	s.t.Helper()
	s.in(func(tx *db.Tx) (err error) {
		p, err = s.bill.Plans.Save(tx, p)
		return err
	})
	return p
}

func TestAWrongAmountIsLookedUpHoweverLateItIsTold(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		late, failed := s.order(phoneMAC), s.orderFrom("0799000111", "aabbccddee02")
		s.clock.Advance(20 * time.Second)
		s.idle()
		if v := s.view(late); v.Payment.State != billing.PaymentUnknown {
			t.Fatalf("%+v", v)
		}
		s.hear(s.failure(1, billing.ReasonCancelled))
		s.hear(s.success(0, "SJ50000001", 5), s.success(1, "SJ50000002", 5))
		s.idle()
		if len(s.rail.asked) != 2 {
			t.Fatalf("asked about %v", s.rail.asked)
		}
		if v := s.view(failed); v.Payment.State != billing.PaymentFailed || v.Payment.Attention != billing.AttentionMismatch {
			t.Fatalf("%+v", v)
		}
		s.holds(0, 0, 0, 0)
	})
}

func TestAClaimWhoseMoneyArrivesBeforeItsAnswerIsServed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.enter(o, "SJ50000003")
		s.idle()
		s.hear(s.confirmation("SJ50000003", "KIOSK", "2547 ***** 678", 10))
		s.answerStatus(0, billing.StatusResult{PaidTo: "174379", Receipt: "SJ50000003", Verdict: paid, Amount: money.Shillings(10)})
		if v := s.view(o); v.Order.State != billing.OrderPaid {
			t.Fatalf("%+v", v)
		}
		s.holds(10, 10, 0, 0)
	})
}

func TestATypedReceiptAndThenAQueryCountOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.hear(s.confirmation("SJ50000004", "", "2547 ***** 678", 10))
		s.enter(o, "SJ50000004")
		s.saysPaid()
		if v := s.view(o); v.Payment.State != billing.PaymentPaid {
			t.Fatalf("%+v", v)
		}
		s.holds(10, 10, 0, 0)
		s.hear(s.success(0, "SJ50000004", 10))
		s.holds(10, 10, 0, 0)
	})
}

func TestMoneyByHandIsNotTakenForTheReceiptOfAPrompt(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.saysPaid()
		s.hear(s.confirmation("SJ50000005", o.Code, "x", 500))
		s.holds(510, 10, 500, 0)
		s.hear(s.success(0, "SJ50000006", 10))
		s.holds(510, 10, 500, 0)
	})
}

func TestMoneyForAPlanThatIsOverIsCredit(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		festival := s.sell(plans.Plan{Key: "festival", NameEN: "Festival", Price: money.Shillings(20),
			Limits: access.Limits{ValidUntil: s.clock.Now().Add(time.Minute), Devices: 1}})
		wish := billing.OrderRequest{SiteID: s.site, PlanID: festival.ID, Phone: "0712345678", Place: access.Place{MAC: phoneMAC}, Lang: "en"}
		o, err := s.bill.PlaceOrder(context.Background(), wish)
		if err != nil {
			t.Fatal(err)
		}
		s.idle()
		s.clock.Advance(2 * time.Minute)
		s.hear(s.success(0, "SJ50000007", 20))
		if v := s.view(o); v.Order.State != billing.OrderPlaced || v.Credit != 2000 {
			t.Fatalf("%+v", v)
		}
		s.holds(20, 0, 20, 0)
		wish.Place.MAC = "aabbccddee02"
		if _, err := s.bill.PlaceOrder(context.Background(), wish); fault.KeyOf(err) != "plan.gone" {
			t.Fatalf("a plan that is over was sold: %v", err)
		}
	})
}

func TestAPlanRetiredAfterTheOrderIsStillServed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		gone := s.plan
		gone.State = plans.Retired
		s.sell(gone)
		s.hear(s.success(0, "SJ50000008", 10))
		if v := s.view(o); v.Order.State != billing.OrderPaid {
			t.Fatalf("%+v", v)
		}
	})
}

func TestAReceiptOlderThanItsTillBuysNothing(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.enter(o, "RA50000009")
		s.idle()
		s.answerStatus(0, billing.StatusResult{PaidTo: "174379", Receipt: "RA50000009", Verdict: paid, Amount: money.Shillings(10),
			At: s.clock.Now().AddDate(0, -8, 0)})
		if v := s.view(o); v.Order.State != billing.OrderPlaced || v.Claim != "refused" {
			t.Fatalf("%+v", v)
		}
		s.holds(0, 0, 0, 0)
	})
}

func TestOneReceiptTypedForTwoOrdersAtOnceServesOne(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		a, b := s.orderFrom("0799000111", "aabbccddee02"), s.orderFrom("0799000222", "aabbccddee03")
		s.hear(s.confirmation("SJ50000010", "KIOSK", "2547 ***** 001", 25))
		claimed := make([]billing.Claimed, 8)
		var all sync.WaitGroup
		for n := range claimed {
			all.Go(func() { claimed[n] = s.enter([]billing.Order{a, b}[n%2], "SJ50000010", "1001") })
		}
		all.Wait()
		winner := a
		if s.view(b).Order.State == billing.OrderPaid {
			winner = b
		}
		for _, c := range claimed {
			if c.Token != winner.Token {
				t.Errorf("led to an order that the receipt did not pay: %+v", c)
			}
		}
		s.holds(25, 10, 15, 0)
	})
}

func TestTwoReceiptsTypedForOneOrderAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		receipts := []string{"SJ50000011", "SJ50000012"}
		for _, r := range receipts {
			s.hear(s.confirmation(r, "KIOSK", "2547 ***** 001", 10))
		}
		var all sync.WaitGroup
		for n := range 8 {
			all.Go(func() { s.enter(o, receipts[n%2], "1001") })
		}
		all.Wait()
		if v := s.view(o); v.Order.State != billing.OrderPaid {
			t.Fatalf("%+v", v)
		}
		s.prove()
	})
}

func TestAnotherPersonsOrderIsNotFoundByTheirNumber(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		wish := billing.OrderRequest{SiteID: s.site, PlanID: s.plan.ID, Phone: "0712345678", Lang: "en", Once: "victim"}
		victim, err := s.bill.PlaceOrder(context.Background(), wish)
		if err != nil {
			t.Fatal(err)
		}
		wish.Once = "thief"
		thief, err := s.bill.PlaceOrder(context.Background(), wish)
		if err != nil || thief.Token == victim.Token {
			t.Fatalf("a number alone opened its owner's order: %v", err)
		}
		s.idle()
	})
}

func TestAPromptThatWaitedTooLongIsNeverSent(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.stop()
		o, err := s.bill.PlaceOrder(context.Background(), billing.OrderRequest{SiteID: s.site, PlanID: s.plan.ID, Phone: "0712345678",
			Place: access.Place{MAC: phoneMAC}, Lang: "en"})
		if err != nil {
			t.Fatal(err)
		}
		s.clock.Advance(time.Hour)
		s.run()
		s.idle()
		if v := s.view(o); len(s.rail.pushes) != 0 || v.Payment.State != billing.PaymentExpired || v.Payment.Reason != billing.ReasonTimedOut {
			t.Fatalf("%d prompts: %+v", len(s.rail.pushes), v)
		}
	})
}

func TestCreditStaysOnePersonsAfterTheKeysRotate(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.hear(s.failure(0, billing.ReasonInsufficient), s.confirmation("SJ50000013", o.Code, "x", 4))
		if err := s.keys.Rotate(); err != nil {
			t.Fatal(err)
		}
		s.hear(s.confirmation("SJ50000014", o.Code, "x", 6))
		s.holds(10, 0, 10, 0)
		var rows int64
		if err := s.db.SQL().QueryRow("SELECT COUNT(*) FROM credits").Scan(&rows); err != nil || rows != 1 {
			t.Fatalf("one person's credit is in %d rows: %v", rows, err)
		}
	})
}

func TestManyPaymentsOfOnePersonAtOnceAddUp(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.order(phoneMAC)
		s.hear(s.success(0, "SJ50000015", 10))
		var all sync.WaitGroup
		for n := range 12 {
			all.Go(func() {
				m := s.confirmation("SJ6000000"+string(rune('A'+n)), "0712345678", "x", 7)
				m.At = s.clock.Now()
				if err := s.bill.TakeIn(context.Background(), []billing.Incoming{m}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		s.holds(10+12*7, 10, 12*7, 0)
	})
}

func TestCreditIsSpentByWhoProvesToBeItsOwner(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		first := s.order(phoneMAC)
		s.hear(s.failure(0, billing.ReasonInsufficient), s.confirmation("SJ50000016", first.Code, "254712345678", 25)) // 15 too much
		s.holds(25, 10, 15, 0)
		s.later(2 * time.Hour)
		second := s.orderFrom("0799000222", "aabbccddee09")
		if c := s.enter(second, "SJ50000016", "5678"); c.Token != second.Token || c.State != "found" {
			t.Fatalf("%+v", c)
		}
		if v := s.view(second); v.Order.State != billing.OrderPaid {
			t.Fatalf("%+v", v)
		}
		s.holds(25, 20, 5, 0)
		third := s.orderFrom("0799000333", "aabbccddee0a")
		if c := s.enter(third, "SJ50000016", "5678"); c.Token != first.Token {
			t.Fatalf("5 shillings bought a plan of 10: %+v", c)
		}
		s.holds(25, 20, 5, 0)
	})
}

func TestTwoSmallPaymentsTogetherBuyThePlan(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.hear(s.failure(0, billing.ReasonInsufficient), s.confirmation("SJ50000017", o.Code, "254712345678", 4), s.confirmation("SJ50000018", o.Code, "254712345678", 6))
		s.holds(10, 0, 10, 0)
		s.enter(o, "SJ50000017")
		if v := s.view(o); v.Order.State != billing.OrderPaid || v.Credit != 0 {
			t.Fatalf("%+v", v)
		}
		s.holds(10, 10, 0, 0)
		other := s.orderFrom("0799000222", "aabbccddee09")
		if _, err := s.bill.EnterReceipt(context.Background(), other.Token, "SJ50000018", "5678"); fault.KeyOf(err) != "receipt.too_little" {
			t.Fatalf("spent twice: %v", err)
		}
		s.holds(10, 10, 0, 0)
	})
}

func TestAShillingPaidForSomebodyDoesNotOpenTheirCredit(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.hear(s.success(0, "SJ50000019", 10), s.confirmation("SJ50000020", o.Code, "254712345678", 50))
		s.hear(s.confirmation("SJ50000021", "0712345678", "254799000222", 1)) // the thief's shilling, to the victim's number
		s.hear(s.confirmation("SJ50000022", o.Code, "2547 ***** 222", 1))     // and one by a mask
		thief := s.orderFrom("0799000222", "aabbccddee09")
		for _, r := range []string{"SJ50000021", "SJ50000022"} {
			if _, err := s.bill.EnterReceipt(context.Background(), thief.Token, r, ""); fault.KeyOf(err) != "receipt.too_little" {
				t.Fatalf("%s: %v", r, err)
			}
		}
		s.holds(62, 10, 52, 0)
	})
}

func TestCreditIsNotSpentTwiceAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order(phoneMAC)
		s.hear(s.failure(0, billing.ReasonInsufficient), s.confirmation("SJ50000023", o.Code, "254712345678", 25))
		s.later(2 * time.Hour)
		var orders []billing.Order
		for _, end := range []string{"1", "2", "3", "4"} {
			orders = append(orders, s.orderFrom("079900011"+end, "aabbccddee1"+end))
		}
		var all sync.WaitGroup
		for n := range 12 {
			all.Go(func() { _, _ = s.bill.EnterReceipt(context.Background(), orders[n%4].Token, "SJ50000023", "5678") })
		}
		all.Wait()
		s.holds(25, 20, 5, 0)
	})
}
