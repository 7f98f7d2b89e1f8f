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
				err := s.db.InTx(context.Background(), func(tx *db.Tx) error {
					_, err := s.bill.SendStays(tx, ofRefund(f))
					return err
				})
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

// TestARailThatContradictsItself: it refused the reversal, so that the money was to be paid out, and then tells that the reversal was made. A payout that has not begun
// is not made; one whose answer was lost, and which may never have left, is not asked for again; and should its money have gone, too, a person sees it.
func TestARailThatContradictsItself(t *testing.T) {
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
		s.hear(s.result(0, paid, "RKB1B2C3D4"))
		s.isRefund(f, billing.RefundPaid, billing.RefundByMPesa, "RKB1B2C3D4", billing.SendBackDone, billing.SendBackRefused)
		pause.paused.Store(false)
		s.later(longerThanAnyPause)
		s.idle()
		if len(s.rail.orders) != 1 {
			t.Errorf("paid out, too: %+v", s.rail.orders)
		}

		second := s.owedRefund("RKA1B2C3D5", 10)
		s.send(second)
		s.rail.sendBackErr = noAnswer
		s.hear(s.result(1, noRole, ""))
		s.idle()
		asked := len(s.rail.orders)
		s.hear(s.result(1, paid, "RKB1B2C3D5"))
		if now, err := s.bill.RefundByID(context.Background(), second.ID); err != nil || now.State != billing.RefundPaid || now.How != billing.RefundByMPesa || now.Reference != "RKB1B2C3D5" || s.tries(second)[1].State != billing.SendBackSending {
			t.Errorf("%+v %+v %v", now, s.tries(second), err)
		}
		s.rail.sendBackErr = nil
		for range 8 {
			s.clock.Advance(25 * time.Hour)
			s.idle()
		}
		if len(s.rail.orders) != asked {
			t.Errorf("paid out, too: %+v", s.rail.orders[asked:])
		}
		if waits, err := s.bill.SetAsides(context.Background(), 0, 10); err != nil || len(waits) != 0 {
			t.Errorf("set aside: %v %v", waits, err)
		}
		s.hear(s.result(2, paid, "RKC1B2C3D5"))
		if waits, err := s.bill.SetAsides(context.Background(), 0, 10); err != nil || len(waits) != 1 {
			t.Errorf("it went twice, and nobody is told: %v %v", waits, err)
		}
		s.later(time.Second)
		s.owed(0)
		s.prove()
	})
}

// TestAMistypedCodeIsPutRight: as often as it takes, by one member at a time, with what was written before in the books; never one that the rail told, and none of
// what was given in cash.
func TestAMistypedCodeIsPutRight(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		correct := func(f billing.Refund, code string) (now billing.Refund, err error) {
			err = s.db.InTx(context.Background(), func(tx *db.Tx) error {
				now, err = s.bill.CorrectRefund(tx, f.ID, pendo, code)
				return err
			})
			return now, err
		}
		refused := func(f billing.Refund, code, key string) {
			t.Helper()
			if _, err := correct(f, code); fault.KeyOf(err) != key {
				t.Errorf("%q: %v, not %s", code, err, key)
			}
		}
		pays := func(f billing.Refund, how, code string) {
			t.Helper()
			if err := s.payBack(f, how, code); err != nil {
				t.Fatal(err)
			}
		}
		byHand := s.owedRefund("RKA1B2C3D4", 10)
		refused(byHand, "RKB1B2C3D4", "refund.code_told") // it is not paid
		pays(byHand, billing.RefundByMPesa, "RKB1B2C3DX")
		refused(byHand, "nonsense", "refund.reference")
		refused(byHand, " rkb1b2c3dx", "refund.code_same")
		for _, code := range []string{"rkb1 b2c3d4", "RKB1B2C3DX", "RKB1B2C3D4"} {
			if now, err := correct(byHand, code); err != nil || now.Typed != "RKB1B2C3DX" || now.CodeBy != pendo || now.CodeAt.IsZero() {
				t.Errorf("%+v %v", now, err)
			}
		}
		s.isRefund(byHand, billing.RefundPaid, billing.RefundByMPesa, "RKB1B2C3D4")
		if v := s.reversed("RKB1B2C3D4", "RKA1B2C3D4", 10); v.State != billing.ReversalOurs || v.RefundID != byHand.ID {
			t.Errorf("the statement's line is %s of %d", v.State, v.RefundID)
		}
		inCash := s.owedRefund("RKA1B2C3D5", 10)
		pays(inCash, billing.RefundByCash, "RKB1B2C3D5")
		refused(inCash, "RKB1B2C3D6", "refund.code_told")
		byRail := s.owedRefund("RKA1B2C3D6", 10)
		s.send(byRail)
		s.hear(s.result(0, paid, "RKB1B2C3D6"))
		refused(byRail, "RKB1B2C3D7", "refund.code_told")
		s.rail.sendBackErr = noAnswer
		lost := s.owedRefund("RKA1B2C3D7", 10)
		s.send(lost)
		s.hear(incoming(billing.AboutSentBackStatus, lastPart(s.rail.order(1).ResultURL), billing.StatusResult{Verdict: billing.Verdict{State: billing.VerdictFailed, Reason: billing.ReasonReversed, Code: "0"}}))
		pays(lost, billing.RefundByMPesa, "RKB1B2C3D9")
		if _, err := correct(lost, "RKB1B2C3D8"); err != nil || s.tries(lost)[0].Reference != "RKB1B2C3D8" {
			t.Errorf("what a member said of a lost try: %+v %v", s.tries(lost), err)
		}
		var all sync.WaitGroup
		for _, code := range []string{"RKB1B2C3DA", "RKB1B2C3DB", "RKB1B2C3DC", "RKB1B2C3DA"} {
			all.Go(func() {
				if _, err := correct(lost, code); err != nil && fault.KeyOf(err) != "refund.code_same" {
					t.Error(err)
				}
			})
		}
		all.Wait()
		s.owed(0)
		s.prove()
		for column, value := range map[string]any{"reference": "RKB1B2C3DZ", "typed": "RKB1B2C3DZ", "codes": 0, "code_by": asha, "code_at": s.clock.Now().Add(time.Hour)} {
			var was any
			if err := s.db.SQL().QueryRow("SELECT "+column+" FROM refunds WHERE id = ?", byHand.ID).Scan(&was); err != nil {
				t.Fatal(err)
			}
			s.exec("UPDATE refunds SET "+column+" = ? WHERE id = ?", value, byHand.ID)
			if problems, err := s.proofs().Prove(context.Background()); err != nil || len(problems) == 0 {
				t.Errorf("a changed %s is not found: %v", column, err)
			}
			s.exec("UPDATE refunds SET "+column+" = ? WHERE id = ?", was, byHand.ID)
		}
		s.prove()
	})
}
