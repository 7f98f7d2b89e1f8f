package billing

import (
	"context"
	"errors"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/jobs"
)

// unreachable stands in the callback URL when the rails cannot reach us: the verdict is then learnt by query alone. The
// rail accepts a name that does not resolve (reference/mpesa.md §6), and .invalid never does.
const unreachable = "https://no-callback.invalid"

// promptWithin is how long after the order a prompt may still be sent: nobody waits for one that comes hours later.
const promptWithin = 10 * time.Minute

// push handles "order placed": it commits "sending", then prompts the payer. A job found again after a crash sees
// "sending" and never pushes again, for the rail has no idempotency key.
func (s *Service) push(ctx context.Context, j jobs.Job) error {
	p, _, err := s.paymentOf(ctx, j)
	if err != nil {
		return err
	}
	if s.paused() {
		return s.waitPaused()
	}
	if gone, err := s.unwanted(ctx, p); err != nil || gone {
		return err
	}
	won, err := s.startSending(ctx, p)
	if err != nil {
		return err
	}
	if !won {
		return s.doubtIfSending(ctx, p.ID, "never_sent")
	}
	till, o, err := s.tillAndOrder(ctx, p)
	if err != nil {
		return s.refused(ctx, p, &Refused{Reason: ReasonMerchantFault, Message: err.Error()})
	}
	answer, err := s.Gateway.Push(ctx, till, Push{
		Phone: o.Phone, Amount: p.Amount, Reference: o.Code, Description: wordOn(o),
		CallbackURL: s.callback("/in/p/" + p.secret),
	})
	return s.pushed(ctx, p, answer, err)
}

// paymentOf is the payment that a job is about.
func (s *Service) paymentOf(ctx context.Context, j jobs.Job) (Payment, paymentFact, error) {
	var f paymentFact
	if err := j.Decode(&f); err != nil {
		return Payment{}, f, err
	}
	p, err := s.payment(ctx, f.PaymentID)
	return p, f, err
}

// wordOn is what a prompt says that it is for.
func wordOn(o Order) string {
	if o.raises() {
		return raises[o.Segment].word
	}
	return "Internet"
}

func (s *Service) callback(path string) string {
	if s.PublicURL == "" {
		return unreachable + path
	}
	return s.PublicURL + path
}

func (s *Service) tillAndOrder(ctx context.Context, p Payment) (Till, Order, error) {
	till, err := s.Till(ctx, p.TillID)
	if err != nil {
		return Till{}, Order{}, err
	}
	o, err := s.order(ctx, p.OrderID)
	return till, o, err
}

// startSending moves created → sending (expired, when the prompt would come too late) and, in the same transaction, plans the
// first status query, so that a crash at any later point still ends in a question to the rail.
func (s *Service) startSending(ctx context.Context, p Payment) (won bool, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		now := s.Clock.Now()
		if now.Sub(p.CreatedAt) > promptWithin {
			_, err = s.movePayment(tx, p.ID, []PaymentState{PaymentCreated}, paymentChange{State: PaymentExpired, Reason: ReasonTimedOut, SettledAt: &now})
			return err
		}
		won, err = s.movePayment(tx, p.ID, []PaymentState{PaymentCreated}, paymentChange{State: PaymentSending, PushedAt: &now})
		if err != nil || !won {
			return err
		}
		return s.Jobs.EmitAt(tx, factPaymentSending, id(p.ID), paymentFact{PaymentID: p.ID}, now.Add(askAfter[0]))
	})
	return won, err
}

// pushed stores what came of the call. A callback may have been faster: then only the request ids are added.
func (s *Service) pushed(ctx context.Context, p Payment, answer Pushed, err error) error {
	var refused *Refused
	switch {
	case errors.As(err, &refused):
		return s.refused(ctx, p, refused)
	case err != nil:
		s.Log.Warn("push without an answer", "payment", p.ID, "error", err)
		return s.doubtIfSending(ctx, p.ID, "no_answer")
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.setRequestIDs(tx, p.ID, answer); err != nil {
			return err
		}
		_, err := s.movePayment(tx, p.ID, []PaymentState{PaymentSending, PaymentUnknown}, paymentChange{State: PaymentSent})
		return err
	})
}

func (s *Service) refused(ctx context.Context, p Payment, r *Refused) error {
	s.Log.Warn("push refused", "payment", p.ID, "reason", r.Reason, "code", r.Code, "message", r.Message)
	_, err := s.Settle(ctx, Evidence{Kind: ByPush, TillID: p.TillID, PaymentID: p.ID,
		Verdict: Verdict{State: VerdictFailed, Reason: r.Reason, Code: r.Code, Text: r.Message}})
	return err
}

// doubtIfSending marks a payment unknown when nobody knows whether the prompt left.
func (s *Service) doubtIfSending(ctx context.Context, paymentID int64, why string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := s.movePayment(tx, paymentID, []PaymentState{PaymentSending}, paymentChange{State: PaymentUnknown, ResultText: why})
		return err
	})
}
