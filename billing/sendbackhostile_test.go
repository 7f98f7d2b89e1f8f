package billing_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

var noAnswer = fault.New(fault.Unavailable, "rail.no_answer")

type pauses struct{ paused atomic.Bool }

func (p *pauses) Paused() bool { return p.paused.Load() }

// payingOut is a refund of ten shillings that is paid out, for its reversal was refused.
func (s *shop) payingOut(receipt string, answer error) billing.Refund {
	s.t.Helper()
	s.paysOut()
	f := s.owedRefund(receipt, 10)
	s.send(f)
	s.rail.sendBackErr = answer
	s.hear(s.result(0, noRole, ""))
	s.idle()
	return f
}

// TestARefusalOfARepeatedPayoutIsNoWordAboutTheFirst: the answer to the first was lost; that the rail is busy, or our key wrong, when it is asked again does not
// say that the first never left.
func TestARefusalOfARepeatedPayoutIsNoWordAboutTheFirst(t *testing.T) {
	for name, refusal := range map[string]*billing.Refused{"busy": {Reason: billing.ReasonRailBusy, Code: "500.003.02", Message: "Spike Arrest"},
		"a wrong key": {Reason: billing.ReasonMerchantFault, Code: "401.002.01", Message: "no apiproduct"}} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s *shop) {
				f := s.payingOut("RKA1B2C3D4", noAnswer)
				s.rail.sendBackErr = refusal
				s.clock.Advance(3 * time.Minute)
				s.idle()
				if len(s.rail.orders) != 3 {
					t.Fatalf("asked %+v", s.rail.orders)
				}
				s.isRefund(f, billing.RefundApproved, "", "", billing.SendBackRefused, billing.SendBackSending)
				for _, err := range []error{s.trySend(f), s.payBack(f, billing.RefundByCash, "")} {
					if fault.KeyOf(err) != "refund.sending" {
						t.Errorf("paid another way while the payout may have left: %v", err)
					}
				}
				s.hear(s.result(1, paid, "RKB1B2C3D4"))
				s.isRefund(f, billing.RefundPaid, billing.RefundByPayout, "RKB1B2C3D4", billing.SendBackRefused, billing.SendBackDone)
			})
		})
	}
}

// TestAnotherAmountThanAskedForIsLookedAt: neither a result nor the answer to a question pays a refund by a sum that is not the refund's.
func TestAnotherAmountThanAskedForIsLookedAt(t *testing.T) {
	for _, kind := range []string{billing.AboutSentBack, billing.AboutSentBackStatus} {
		t.Run(kind, func(t *testing.T) {
			each(t, func(t *testing.T, s *shop) {
				f := s.payingOut("RKA1B2C3D4", nil)
				told := billing.StatusResult{OriginatorID: s.rail.order(1).Originator, ConversationID: s.tries(f)[1].Conversation, Verdict: paid, Receipt: "RKB1B2C3D4", Amount: money.Shillings(1000)}
				s.hear(incoming(kind, lastPart(s.rail.order(1).ResultURL), told))
				s.isRefund(f, billing.RefundApproved, "", "", billing.SendBackRefused, billing.SendBackLost)
				told.Amount = money.Shillings(10)
				s.hear(incoming(kind, lastPart(s.rail.order(1).ResultURL), told))
				s.isRefund(f, billing.RefundPaid, billing.RefundByPayout, "RKB1B2C3D4", billing.SendBackRefused, billing.SendBackDone)
			})
		})
	}
}

// TestAPayoutThatHasNotBegunIsNotMadeWhenTheMoneyIsBack: messages to the rail are paused, and the statement tells that the receipt was reversed by hand.
func TestAPayoutThatHasNotBegunIsNotMadeWhenTheMoneyIsBack(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.paysOut()
		f := s.owedRefund("RKA1B2C3D4", 10)
		s.send(f)
		pause := &pauses{}
		pause.paused.Store(true)
		s.bill.Pause = pause
		s.hear(s.result(0, noRole, ""))
		s.idle()
		s.isRefund(f, billing.RefundApproved, "", "", billing.SendBackRefused, billing.SendBackPlanned)
		if v := s.reversed("RKB1B2C3D4", "RKA1B2C3D4", 10); v.State != billing.ReversalOurs {
			t.Errorf("the statement's line is %s", v.State)
		}
		pause.paused.Store(false)
		s.later(longerThanAnyPause)
		if len(s.rail.orders) != 1 {
			t.Errorf("paid out, too: %+v", s.rail.orders)
		}
		s.isRefund(f, billing.RefundPaid, billing.RefundByMPesa, "RKB1B2C3D4", billing.SendBackRefused, billing.SendBackRefused)
	})
}

// TestAMemberAndTheRailSpeakAtOnce: that nothing went, and that it did; the try and its refund say the same in the end.
func TestAMemberAndTheRailSpeakAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for round := range 8 {
			s.rail.sendBackErr = noAnswer
			n, own := len(s.rail.orders), "RKB1B2C3D"+string(rune('A'+round))
			f := s.owedRefund("RKA1B2C3D"+string(rune('A'+round)), 10)
			s.send(f)
			s.hear(incoming(billing.AboutSentBackStatus, lastPart(s.rail.order(n).ResultURL), billing.StatusResult{Verdict: billing.Verdict{State: billing.VerdictFailed, Reason: billing.ReasonReversed, Code: "0"}}))
			var both sync.WaitGroup
			both.Go(func() {
				err := s.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := s.bill.SendBackStays(tx, f.ID); return err })
				if err != nil && !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
			both.Go(func() { s.hear(s.result(n, paid, own)) })
			both.Wait()
			s.isRefund(f, billing.RefundPaid, billing.RefundByMPesa, own, billing.SendBackDone)
		}
	})
}

// TestWhatAMemberSawIsToldAsItIs: who says by its code that a lost try went is answered by the refund as it is now, which the trail keeps.
func TestWhatAMemberSawIsToldAsItIs(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.rail.sendBackErr = errors.New("gone")
		f := s.owedRefund("RKA1B2C3D4", 10)
		s.send(f)
		s.hear(incoming(billing.AboutSentBackStatus, lastPart(s.rail.order(0).ResultURL), billing.StatusResult{Verdict: billing.Verdict{State: billing.VerdictFailed, Reason: billing.ReasonReversed, Code: "0"}}))
		var got billing.Refund
		s.in(func(tx *db.Tx) (err error) {
			got, err = s.bill.PayRefund(tx, f.ID, pendo, billing.RefundByMPesa, "RKB1B2C3D4")
			return err
		})
		if got.State != billing.RefundPaid || got.How != billing.RefundByMPesa || got.Reference != "RKB1B2C3D4" || got.PaidBy != pendo {
			t.Errorf("told %+v", got)
		}
	})
}
