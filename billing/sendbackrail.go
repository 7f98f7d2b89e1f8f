package billing

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
)

// askBackAfter is when a rail that told nothing about money going back is asked what became of it; then a person looks.
var askBackAfter = []time.Duration{2 * time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour, 24 * time.Hour}

// sendBack handles "money to send back": it commits "sending", then asks the rail. A job found again after a crash sees "sending" and leaves it to
// askBack, for a reversal asked for twice could be answered twice, differently.
func (s *Service) sendBack(ctx context.Context, j jobs.Job) error {
	b, err := s.sendBackOf(ctx, j)
	if err != nil || b.State != SendBackPlanned {
		return err
	}
	if s.paused() {
		return s.waitPaused()
	}
	till, o, _, err := s.sendBackOrder(ctx, b)
	if err != nil {
		return err
	}
	won := false
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err = s.holdSendBack(tx, b.ID); err != nil { // whoever tells that the money is back already holds it too
			return err
		}
		if won, err = s.beginSendBack(tx, b.ID); err != nil || !won {
			return err
		}
		return s.Jobs.EmitAt(tx, factSendingBack, id(b.ID), sendBackFact{b.ID}, s.Clock.Now().Add(askBackAfter[0]))
	})
	if err != nil || !won {
		return err
	}
	originator, conversation, err := s.Gateway.SendBack(ctx, till, o)
	var refused *Refused
	if errors.As(err, &refused) {
		return s.refusedBack(ctx, b.ID, *refused)
	}
	return s.sentBack(ctx, b.ID, originator, conversation, err)
}

func (s *Service) sendBackOf(ctx context.Context, j jobs.Job) (SendBack, error) {
	var f sendBackFact
	if err := j.Decode(&f); err != nil {
		return SendBack{}, err
	}
	return s.sendBackByID(ctx, f.SendBackID)
}

// sendBackOrder is what the rail is asked, and which try is under way now.
func (s *Service) sendBackOrder(ctx context.Context, b SendBack) (till Till, o SendBackOrder, sending int64, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		owes, err := s.owesOf(b.Of)
		if err != nil {
			return err
		}
		owed, err := owes.Owed(tx, b.Of.ID)
		if err != nil {
			return err
		}
		sending = owed.Sending
		o = SendBackOrder{Way: b.Way, Phone: owed.Phone, Amount: owed.Amount, Originator: b.Originator, ResultURL: s.callback("/in/b/" + b.secret), TimeoutURL: s.callback("/in/d/" + b.secret)}
		if b.Of.Kind == OfRefund {
			o.Receipt, o.Phone, err = s.refundTo(tx, b.Of.ID)
		}
		return err
	})
	if err == nil {
		till, err = s.Till(ctx, b.TillID)
	}
	return till, o, sending, err
}

// refundTo is the receipt that a refund is of, and the phone that paid it.
func (s *Service) refundTo(tx *db.Tx, refundID int64) (receipt string, phone customers.Phone, err error) {
	f, err := s.refundTx(tx, refundID)
	if err != nil {
		return "", "", err
	}
	r, err := s.receiptTx(tx, f.ReceiptID)
	if err != nil {
		return "", "", err
	}
	phone, err = s.payeeOf(tx, r)
	return r.Number, phone, err
}

// sentBack keeps the rail's answer, if there was one. The result may have been faster.
func (s *Service) sentBack(ctx context.Context, sendBackID int64, originator, conversation string, err error) error {
	if err != nil {
		s.Log.Warn("money to go back, and no answer", "send back", sendBackID, "error", err)
		return nil // asked about later
	}
	return s.whileSending(ctx, sendBackID, func(tx *db.Tx, b SendBack) error {
		b.State, b.Conversation, b.Originator = SendBackSent, conversation, cmp.Or(b.Originator, originator)
		return s.writeSendBack(tx, b)
	})
}

// refusedBack ends a try that the rail refused when it was asked for the first time. What it says when it is asked again tells nothing of the first.
func (s *Service) refusedBack(ctx context.Context, sendBackID int64, r Refused) error {
	return s.whileSending(ctx, sendBackID, func(tx *db.Tx, b SendBack) error {
		b.Code, b.Says = r.Code, cut(r.Message)
		if canPass(string(r.Reason)) || b.Code == "" {
			b.Code, b.Says = string(r.Reason), cut(strings.TrimSpace(r.Code+" "+r.Message))
		}
		return s.sendBackRefused(tx, b, true)
	})
}

func (s *Service) whileSending(ctx context.Context, sendBackID int64, do func(tx *db.Tx, b SendBack) error) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		b, err := s.holdSendBack(tx, sendBackID)
		if err != nil || b.State != SendBackSending {
			return err
		}
		return do(tx, b)
	})
}

// askBack handles "money going back": while the rail told nothing it is asked, ever more seldom. What was to be paid out is asked for again by the same
// number, which the rail takes once; a refusal then is no word about the first time.
func (s *Service) askBack(ctx context.Context, j jobs.Job) error {
	b, err := s.sendBackOf(ctx, j)
	if err != nil || b.State.Final() || b.State == SendBackLost {
		return err
	}
	if s.paused() {
		return s.waitPaused()
	}
	till, o, sending, err := s.sendBackOrder(ctx, b)
	if err != nil {
		return err
	}
	if b.State == SendBackSending && b.Way == ByPayout && sending == b.ID { // else the money was back another way meanwhile
		originator, conversation, err := s.Gateway.SendBack(ctx, till, o)
		if err := s.sentBack(ctx, b.ID, originator, conversation, err); err != nil {
			return err
		}
	} else {
		o.ResultURL = s.callback("/in/s/" + b.secret)
		if err := s.Gateway.AskSentBack(ctx, till, o); err != nil {
			s.Log.Info("asked about money going back without an answer", "send back", b.ID, "error", err)
		}
	}
	return s.askBackLater(ctx, b.ID)
}

func (s *Service) askBackLater(ctx context.Context, sendBackID int64) error {
	var asks int
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		b, err := s.holdSendBack(tx, sendBackID)
		if err != nil || b.State != SendBackSending && b.State != SendBackSent {
			return err
		}
		if b.Asks++; b.Asks >= len(askBackAfter) {
			b.State = SendBackLost
		}
		asks = b.Asks
		return s.writeSendBack(tx, b)
	})
	if err != nil || asks == 0 || asks >= len(askBackAfter) {
		return err
	}
	return jobs.Again(askBackAfter[asks], errors.New("no word of the money yet"))
}

// applySentBack takes in the rail's result about money that goes back.
func (s *Service) applySentBack(ctx context.Context, m Incoming) (string, error) {
	r, err := s.Gateway.ReadSentBack(m.Body)
	if err != nil {
		return "", err
	}
	return s.onSendBack(ctx, m.Secret, func(tx *db.Tx, b SendBack) error {
		if b.Conversation != "" && r.ConversationID != b.Conversation || b.Way == ByPayout && r.OriginatorID != b.Originator {
			return fault.New(fault.Denied, "callback.other_request")
		}
		b.Code, b.Says = r.Verdict.Code, cut(r.Verdict.Text)
		switch {
		case r.Verdict.State == VerdictPaid && r.Receipt != "":
			return s.wentBack(tx, b, r)
		case r.Verdict.State == VerdictFailed:
			return s.sendBackRefused(tx, b, true)
		case r.Verdict.Reason == ReasonReversed: // by somebody else, perhaps: a person looks
			return s.sendBackLost(tx, b)
		}
		return s.noteSendBack(tx, b)
	})
}

// applySentBackStatus takes in the answer to the question what became of it. Only good news counts: what the rail does not know of may be on its way.
func (s *Service) applySentBackStatus(ctx context.Context, m Incoming) (string, error) {
	r, err := s.Gateway.ReadStatus(m.Body)
	if err != nil {
		return "", err
	}
	return s.onSendBack(ctx, m.Secret, func(tx *db.Tx, b SendBack) error {
		b.Code, b.Says = r.Verdict.Code, cut(r.Verdict.Text)
		if b.Way == ByPayout && r.Verdict.State == VerdictPaid && r.Receipt != "" {
			return s.wentBack(tx, b, r)
		}
		if b.Way == ByReversal && r.Verdict.Reason == ReasonReversed { // its own number is on the till's statement
			return s.sendBackLost(tx, b)
		}
		return s.noteSendBack(tx, b)
	})
}

// wentBack: the rail says that the money went. Of another sum than was asked for a person must know. fault.Conflict "refund.sent_twice".
func (s *Service) wentBack(tx *db.Tx, b SendBack, r StatusResult) error {
	owes, err := s.owesOf(b.Of)
	if err != nil {
		return err
	}
	owed, err := owes.Owed(tx, b.Of.ID)
	switch {
	case err != nil:
		return err
	case r.Amount.IsZero() || r.Amount == owed.Amount:
		return s.sendBackDone(tx, b, r.Receipt)
	case b.State.Final():
		return fault.New(fault.Conflict, "refund.sent_twice")
	}
	b.Says = cut(r.Receipt + " " + r.Amount.String() + ": " + r.Verdict.Text)
	return s.sendBackLost(tx, b)
}

// noSendBack takes in the notice that there will be no result.
func (s *Service) noSendBack(ctx context.Context, m Incoming) (string, error) {
	return s.onSendBack(ctx, m.Secret, func(tx *db.Tx, b SendBack) error {
		b.Code, b.Says = string(ReasonTimedOut), ""
		return s.noteSendBack(tx, b)
	})
}

func (s *Service) onSendBack(ctx context.Context, secret string, do func(tx *db.Tx, b SendBack) error) (string, error) {
	found, err := s.sendBackBySecret(ctx, secret)
	if err != nil {
		return "", err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		b, err := s.holdSendBack(tx, found.ID)
		if err != nil {
			return err
		}
		return do(tx, b)
	})
	return string(found.Way), err
}

// sendBackLost leaves a try to a person.
func (s *Service) sendBackLost(tx *db.Tx, b SendBack) error {
	if b.State.Final() {
		return nil
	}
	b.State = SendBackLost
	return s.writeSendBack(tx, b)
}

// noteSendBack keeps what the rail said, which settles nothing.
func (s *Service) noteSendBack(tx *db.Tx, b SendBack) error {
	if b.State.Final() {
		return nil
	}
	return s.writeSendBack(tx, b)
}

// canPass says that a refusal was of the moment: the same way may be tried again.
func canPass(code string) bool {
	switch code {
	case "1", codeStays, codeNotNeeded, string(ReasonRailBusy), string(ReasonRailDown), "26":
		return true
	}
	return false
}
