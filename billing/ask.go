package billing

import (
	"context"
	"errors"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/jobs"
)

// askAfter is the schedule of status queries after a push, then a day apart for a week, then a person looks
// (reference/mpesa.md §7).
var askAfter = []time.Duration{15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, time.Hour,
	24 * time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour}

// ask handles "payment sending": it asks the rail for the verdict, ever more seldom, until there is one.
func (s *Service) ask(ctx context.Context, j jobs.Job) error {
	p, _, err := s.paymentOf(ctx, j)
	if err != nil || p.State.Final() {
		return err
	}
	if s.paused() {
		return s.waitPaused()
	}
	if done, err := s.askOnce(ctx, p); done || err != nil {
		return err
	}
	return s.askLater(ctx, p)
}

// askOnce returns true when the verdict is in. A failed question is no verdict.
func (s *Service) askOnce(ctx context.Context, p Payment) (bool, error) {
	if p.CheckoutRequestID == "" {
		return false, nil // lost with the answer to the push: only a callback, a confirmation or the payer can tell
	}
	till, err := s.Till(ctx, p.TillID)
	if err != nil {
		return false, err
	}
	verdict, err := s.Gateway.QueryPush(ctx, till, p.CheckoutRequestID)
	if err != nil {
		s.Log.Info("status query without an answer", "payment", p.ID, "error", err)
		return false, nil
	}
	if verdict.State != VerdictPaid && verdict.State != VerdictFailed {
		return false, nil
	}
	_, err = s.Settle(ctx, Evidence{Kind: ByQuery, TillID: p.TillID, PaymentID: p.ID, Verdict: verdict, Amount: p.Amount})
	return err == nil, err
}

func (s *Service) askLater(ctx context.Context, p Payment) error {
	next := p.Asks + 1
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		change := paymentChange{State: PaymentUnknown, Asks: &next}
		if next >= len(askAfter) {
			change.Attention = AttentionUnanswered
		}
		_, err := s.movePayment(tx, p.ID, []PaymentState{PaymentSending, PaymentSent, PaymentUnknown}, change)
		return err
	})
	if err != nil || next >= len(askAfter) {
		return err
	}
	return jobs.Again(askAfter[next], errors.New("no verdict yet"))
}

// confirmDoubted handles "payment doubted": a callback whose amount differs from the order's is believed only when the
// receipt itself says the same.
func (s *Service) confirmDoubted(ctx context.Context, j jobs.Job) error {
	p, f, err := s.paymentOf(ctx, j)
	if err != nil || f.Receipt == "" {
		return err
	}
	return s.claimReceipt(ctx, p.OrderID, p.TillID, f.Receipt)
}
