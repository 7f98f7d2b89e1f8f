package billing_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// pays lets the till pay out, too.
func (s *shop) paysOut() {
	s.t.Helper()
	s.till.PayoutCode = "600111"
	s.in(func(tx *db.Tx) (err error) { s.till, err = s.bill.SaveTill(tx, s.till); return err })
}

// owedRefund is a refund of an order of ten shillings, of so many, that two members decided on.
func (s *shop) owedRefund(receipt string, shillings int64) billing.Refund {
	s.t.Helper()
	o := s.order("02a1b2c3d4aa")
	s.hear(s.success(len(s.rail.pushes)-1, receipt, 10))
	f, err := s.askRefund(s.onlyReceipt(o).ID, shillings)
	if err == nil {
		err = s.approve(f, juma)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.idle()
	return f
}

func ofRefund(f billing.Refund) billing.Of { return billing.Of{Kind: billing.OfRefund, ID: f.ID} }

func (s *shop) trySend(f billing.Refund) error {
	return s.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := s.bill.Send(tx, ofRefund(f), pendo); return err })
}

func (s *shop) send(f billing.Refund) {
	s.t.Helper()
	if err := s.trySend(f); err != nil {
		s.t.Fatal(err)
	}
	s.idle()
}

// order of the nth time that the rail was asked to send money back.
func (f *fakeRail) order(n int) billing.SendBackOrder {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.orders[n]
}

// result is the rail's word about the nth.
func (s *shop) result(n int, v billing.Verdict, receipt string) billing.Incoming {
	o := s.rail.order(n)
	originator := o.Originator
	if originator == "" {
		originator = "theirs"
	}
	r := billing.StatusResult{OriginatorID: originator, Verdict: v, Receipt: receipt}
	for _, b := range s.tries(s.refundOf(o)) {
		if b.Way == o.Way && b.Conversation != "" {
			r.ConversationID = b.Conversation
		}
	}
	return incoming(billing.AboutSentBack, lastPart(o.ResultURL), r)
}

func lastPart(url string) string { return url[strings.LastIndex(url, "/")+1:] }

func (s *shop) receiptOf(number string) billing.Receipt {
	s.t.Helper()
	found, err := s.bill.Find(context.Background(), number)
	if err == nil && len(found.Orders) == 1 {
		return s.onlyReceipt(found.Orders[0])
	}
	if err != nil || len(found.Receipts) != 1 {
		s.t.Fatal(number, found, err)
	}
	return found.Receipts[0]
}

func (s *shop) refundOf(o billing.SendBackOrder) billing.Refund {
	s.t.Helper()
	f, err := s.bill.RefundsOf(context.Background(), s.receiptOf(o.Receipt).ID)
	if err != nil || len(f) == 0 {
		s.t.Fatal(f, err)
	}
	return f[0]
}

func (s *shop) tries(f billing.Refund) []billing.SendBack {
	s.t.Helper()
	all, err := s.bill.SendBacks(context.Background(), ofRefund(f))
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

func (s *shop) isRefund(f billing.Refund, state billing.RefundState, how, reference string, tries ...billing.SendBackState) {
	s.t.Helper()
	got, err := s.bill.RefundByID(context.Background(), f.ID)
	if err != nil || got.State != state || got.How != how || got.Reference != reference {
		s.t.Errorf("the refund is %s by %q %q, want %s by %q %q: %v", got.State, got.How, got.Reference, state, how, reference, err)
	}
	all := s.tries(f)
	for n, want := range tries {
		if n >= len(all) || all[n].State != want {
			s.t.Errorf("try %d of %+v, want %s", n, all, want)
		}
	}
	if len(all) != len(tries) {
		s.t.Errorf("%d tries, want %d", len(all), len(tries))
	}
	s.chained()
	if open := len(all) > 0 && !all[len(all)-1].State.Final(); open != (got.Sending != 0) {
		s.t.Errorf("sending %d, tries %+v", got.Sending, all)
	}
	s.prove()
}

var (
	noRole  = billing.Verdict{State: billing.VerdictFailed, Code: "21", Text: "not allowed"}
	noFloat = billing.Verdict{State: billing.VerdictFailed, Code: "1", Text: "insufficient"}
)

func TestARefundGoesBackByReversal(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		f := s.owedRefund("RKA1B2C3D4", 10)
		s.send(f)
		if o := s.rail.order(0); o.Way != billing.ByReversal || o.Receipt != "RKA1B2C3D4" || o.Amount != money.Shillings(10) ||
			!strings.HasPrefix(o.ResultURL, "https://pay.example/in/b/") || !strings.HasPrefix(o.TimeoutURL, "https://pay.example/in/d/") {
			t.Errorf("asked %+v", o)
		}
		s.isRefund(f, billing.RefundApproved, "", "", billing.SendBackSent)
		if err := s.trySend(f); fault.KeyOf(err) != "refund.sending" {
			t.Errorf("sent twice: %v", err)
		}
		for how, reference := range map[string]string{billing.RefundByCash: "", billing.RefundByMPesa: "RKZ9Y8X7W6"} {
			if err := s.payBack(f, how, reference); fault.KeyOf(err) != "refund.sending" {
				t.Errorf("by %s meanwhile: %v", how, err)
			}
		}
		other := s.result(0, paid, "RKO1B2C3D4")
		other.Body = []byte(strings.Replace(string(other.Body), "AG_B1", "AG_B9", 1))
		s.hear(other)
		s.isRefund(f, billing.RefundApproved, "", "", billing.SendBackSent)
		s.hear(s.result(0, paid, "RKB1B2C3D4"), s.result(0, paid, "RKB1B2C3D4"), s.result(0, noRole, ""))
		s.isRefund(f, billing.RefundPaid, billing.RefundByMPesa, "RKB1B2C3D4", billing.SendBackDone)
		s.owed(0)
		s.holds(0, 0, 0, 0)
		if v := s.reversed("RKB1B2C3D4", "RKA1B2C3D4", 10); v.State != billing.ReversalOurs { // on the statement, at the end of the month
			t.Errorf("the statement's line is %s", v.State)
		}
		if err := s.trySend(f); fault.KeyOf(err) != "refund.not_owed" {
			t.Errorf("sent once more: %v", err)
		}
	})
}

func TestARefundThatCannotBeReversedIsPaidOut(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.paysOut()
		f := s.owedRefund("RKA1B2C3D4", 10)
		s.send(f)
		s.hear(s.result(0, noRole, ""))
		s.idle()
		if o := s.rail.order(1); o.Way != billing.ByPayout || o.Phone != "254712345678" || o.Originator == "" || o.Amount != money.Shillings(10) {
			t.Errorf("asked %+v", o)
		}
		s.isRefund(f, billing.RefundApproved, "", "", billing.SendBackRefused, billing.SendBackSent)
		forged := s.result(1, paid, "RKO1B2C3D4")
		forged.Body = []byte(strings.Replace(string(forged.Body), s.rail.order(1).Originator, "mtandao-another", 1))
		s.hear(forged)
		s.hear(s.result(1, paid, "RKB1B2C3D4"))
		s.isRefund(f, billing.RefundPaid, billing.RefundByPayout, "RKB1B2C3D4", billing.SendBackRefused, billing.SendBackDone)
		s.holds(10, 0, 0, 0)
		s.balance(ledger.PayoutCodes, -10)
	})
}

func TestARefundThatNoRailTakesIsPaidInCash(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.paysOut()
		f := s.owedRefund("RKA1B2C3D4", 10)
		s.send(f)
		s.hear(s.result(0, noRole, ""))
		s.idle()
		s.hear(s.result(1, noFloat, ""))
		s.idle()
		s.isRefund(f, billing.RefundApproved, "", "", billing.SendBackRefused, billing.SendBackRefused)
		s.send(f) // the float was topped up: what was refused for good is left out
		if o := s.rail.order(2); o.Way != billing.ByPayout || o.Originator == s.rail.order(1).Originator {
			t.Errorf("asked %+v", o)
		}
		s.hear(s.result(2, billing.Verdict{State: billing.VerdictFailed, Code: "8", Text: "would exceed the balance"}, ""))
		s.idle()
		if err := s.trySend(f); fault.KeyOf(err) != "refund.no_way" {
			t.Errorf("a fourth time: %v", err)
		}
		if err := s.payBack(f, billing.RefundByCash, "slip 7"); err != nil {
			t.Fatal(err)
		}
		s.isRefund(f, billing.RefundPaid, billing.RefundByCash, "slip 7", billing.SendBackRefused, billing.SendBackRefused, billing.SendBackRefused)
	})
}

func TestAPartIsPaidOutAndNeverReversed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		f := s.owedRefund("RKA1B2C3D4", 4)
		if err := s.trySend(f); fault.KeyOf(err) != "refund.no_way" {
			t.Errorf("a part without a code that pays out: %v", err)
		}
		s.paysOut()
		if err := s.trySend(f); fault.KeyOf(err) != "refund.no_way" {
			t.Errorf("less than the rail pays out: %v", err)
		}
		s.hear(s.confirmation("RKM1B2C3D4", "nobody", "2547 ***** 678", 50)) // whose number is masked
		s.hear(s.confirmation("RKN1B2C3D4", "nobody", "254712345678", 50))
		for receipt, want := range map[string]string{"RKM1B2C3D4": "refund.no_way", "RKN1B2C3D4": ""} {
			f, err := s.askRefund(s.receiptOf(receipt).ID, 50)
			if err == nil {
				err = s.approve(f, juma)
			}
			if err != nil {
				t.Fatal(err)
			}
			s.send(f) // whole: by reversal, to whoever it was
			s.hear(s.result(len(s.rail.orders)-1, noRole, ""))
			s.idle()
			if got := len(s.tries(f)); want != "" && got != 1 || want == "" && got != 2 {
				t.Errorf("%s: %+v", receipt, s.tries(f))
			}
		}
	})
}

// TestARailThatDoesNotTell: nobody pays twice while nobody knows, and a person decides in the end.
func TestARailThatDoesNotTell(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.rail.sendBackErr = fault.New(fault.Unavailable, "rail.no_answer")
		f := s.owedRefund("RKA1B2C3D4", 10)
		s.send(f)
		for range 8 {
			s.clock.Advance(25 * time.Hour)
			s.idle()
		}
		s.isRefund(f, billing.RefundApproved, "", "", billing.SendBackLost)
		if len(s.rail.orders) != 1 || len(s.rail.askedBack) != 7 || s.rail.askedBack[0].Receipt != "RKA1B2C3D4" || !strings.Contains(s.rail.askedBack[0].ResultURL, "/in/s/") {
			t.Errorf("%d orders, asked %d times: %+v", len(s.rail.orders), len(s.rail.askedBack), s.rail.askedBack)
		}
		if err := s.payBack(f, billing.RefundByCash, ""); fault.KeyOf(err) != "refund.sending" {
			t.Errorf("in cash while nobody knows: %v", err)
		}
		s.in(func(tx *db.Tx) error { _, err := s.bill.SendStays(tx, ofRefund(f)); return err })
		s.isRefund(f, billing.RefundApproved, "", "", billing.SendBackRefused)
		if err := s.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := s.bill.SendStays(tx, ofRefund(f)); return err }); fault.KeyOf(err) != "refund.not_lost" {
			t.Errorf("said twice: %v", err)
		}
		if err := s.payBack(f, billing.RefundByCash, ""); err != nil {
			t.Fatal(err)
		}
		s.hear(s.result(0, paid, "RKB1B2C3D4")) // and it did go: a person must see it
		s.isRefund(f, billing.RefundPaid, billing.RefundByCash, "", billing.SendBackRefused)
		if waits, err := s.bill.SetAsides(context.Background(), 0, 10); err != nil || len(waits) != 1 {
			t.Errorf("set aside: %v %v", waits, err)
		}
	})
}

func TestWhatGoesBackAfterAllIsBelieved(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.rail.sendBackErr = fault.New(fault.Unavailable, "rail.no_answer")
		first := s.owedRefund("RKA1B2C3D4", 10)
		s.send(first)
		s.hear(incoming(billing.NoSentBack, lastPart(s.rail.order(0).TimeoutURL), map[string]string{}))
		s.hear(incoming(billing.AboutSentBackStatus, lastPart(s.rail.order(0).ResultURL), billing.StatusResult{Verdict: billing.Verdict{State: billing.VerdictFailed, Reason: billing.ReasonReversed, Code: "0"}, Receipt: "RKA1B2C3D4"}))
		s.isRefund(first, billing.RefundApproved, "", "", billing.SendBackLost)
		if err := s.payBack(first, billing.RefundByMPesa, "rkb1 b2c3d4"); err != nil { // as the till's own portal says
			t.Fatal(err)
		}
		s.isRefund(first, billing.RefundPaid, billing.RefundByMPesa, "RKB1B2C3D4", billing.SendBackDone)
		s.hear(s.result(0, paid, "RKB1B2C3D4"))
		s.owed(0)
		s.prove()
	})
}

func TestAPayoutWithoutAnAnswerIsAskedForAgainByTheSameNumber(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.paysOut()
		f := s.owedRefund("RKA1B2C3D4", 10)
		s.send(f)
		s.rail.sendBackErr = fault.New(fault.Unavailable, "rail.no_answer")
		s.hear(s.result(0, noRole, ""))
		s.idle()
		s.isRefund(f, billing.RefundApproved, "", "", billing.SendBackRefused, billing.SendBackSending)
		s.rail.sendBackErr = nil
		s.clock.Advance(3 * time.Minute)
		s.idle()
		if len(s.rail.orders) != 3 || s.rail.order(2).Originator != s.rail.order(1).Originator {
			t.Errorf("asked %+v", s.rail.orders)
		}
		s.clock.Advance(6 * time.Minute)
		s.idle()
		if len(s.rail.orders) != 3 || len(s.rail.askedBack) != 1 || s.rail.askedBack[0].Originator != s.rail.order(1).Originator {
			t.Errorf("%d orders, asked about %+v", len(s.rail.orders), s.rail.askedBack)
		}
		s.hear(incoming(billing.AboutSentBackStatus, lastPart(s.rail.order(1).ResultURL), billing.StatusResult{Verdict: paid, Receipt: "RKB1B2C3D4"}))
		s.isRefund(f, billing.RefundPaid, billing.RefundByPayout, "RKB1B2C3D4", billing.SendBackRefused, billing.SendBackDone)
	})
}

func TestARefusalAtOnceGoesOnAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.rail.sendBackErr = &billing.Refused{Reason: billing.ReasonRailBusy, Code: "500.003.02", Message: "Spike Arrest"}
		f := s.owedRefund("RKA1B2C3D4", 10)
		s.send(f)
		s.isRefund(f, billing.RefundApproved, "", "", billing.SendBackRefused)
		s.rail.sendBackErr = &billing.Refused{Reason: billing.ReasonMerchantFault, Code: "401.002.01", Message: "no apiproduct"}
		s.send(f) // busy passes
		s.isRefund(f, billing.RefundApproved, "", "", billing.SendBackRefused, billing.SendBackRefused)
		if err := s.trySend(f); fault.KeyOf(err) != "refund.no_way" {
			t.Errorf("a product that the app does not have: %v", err)
		}
	})
}

// TestTheStatementTellsOfAReversalFirst: the till's own statement is believed before the result, which may never come.
func TestTheStatementTellsOfAReversalFirst(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		f := s.owedRefund("RKA1B2C3D4", 10)
		s.send(f)
		if v := s.reversed("RKB1B2C3D4", "RKA1B2C3D4", 10); v.State != billing.ReversalOurs {
			t.Errorf("the statement's line is %s", v.State)
		}
		s.hear(s.result(0, paid, "RKB1B2C3D4"))
		s.isRefund(f, billing.RefundPaid, billing.RefundByMPesa, "RKB1B2C3D4", billing.SendBackDone)
		s.holds(0, 0, 0, 0)
	})
}

// TestManyPayOneRefund: members press at once, by every way; the money goes back once.
func TestManyPayOneRefund(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for round := range 5 {
			f := s.owedRefund("RKA1B2C3D"+string(rune('A'+round)), 10)
			before := len(s.rail.orders)
			var won sync.Map
			var all sync.WaitGroup
			for n := range 12 {
				all.Go(func() {
					err := errors.New("")
					switch n % 3 {
					case 0:
						err = s.trySend(f)
					case 1:
						err = s.payBack(f, billing.RefundByCash, "")
					case 2:
						err = s.payBack(f, billing.RefundByMPesa, "RKZ9Y8X7W6")
					}
					if err == nil {
						won.Store(n, true)
					} else if !fault.Is(err, fault.Conflict) {
						t.Error(err)
					}
				})
			}
			all.Wait()
			s.idle()
			winners := 0
			won.Range(func(_, _ any) bool { winners++; return true })
			if winners != 1 {
				t.Errorf("%d have won", winners)
			}
			if len(s.rail.orders) > before {
				s.hear(s.result(before, paid, "RKB1B2C3D"+string(rune('A'+round))))
			}
			if got, err := s.bill.RefundByID(context.Background(), f.ID); err != nil || got.State != billing.RefundPaid {
				t.Errorf("%+v: %v", got, err)
			}
			s.owed(0)
		}
		s.prove()
	})
}
