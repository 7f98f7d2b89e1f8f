package billing

import (
	"context"
	"slices"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
)

// Incoming is one message of a rail as it came: stored before it is answered, read after.
type Incoming struct {
	Kind   string // which address it came to
	Secret string // the last part of that address
	From   string
	Body   []byte
	At     time.Time
}

// The kinds of messages.
const (
	AboutPush   = "push"    // a prompt's verdict
	AboutMoney  = "confirm" // money paid in by hand, or a prompt's money once more
	AboutStatus = "status"  // the answer about a receipt
	NoStatus    = "timeout" // there will be no answer about a receipt

	AboutSentBack       = "sent back"        // the result of money that goes back
	NoSentBack          = "no sent back"     // there will be no result
	AboutSentBackStatus = "status sent back" // the answer to what became of it
)

// What became of a message.
const (
	inboxNew     = "new"
	inboxApplied = "applied"
	inboxIgnored = "ignored"
	inboxFailed  = "failed" // trouble of ours; a job tries again, and is parked in the end
)

// TakeIn is the consumer of the callbacks' spool. A message is kept raw (sealed), read, and brought to Settle; the same
// message again changes nothing. An unreadable or forged one is kept with a note and never retried; a failing database
// makes TakeIn fail, and the spool brings the batch again.
func (s *Service) TakeIn(ctx context.Context, messages []Incoming) error {
	for _, m := range messages {
		rowID, done, err := s.keepIncoming(ctx, m)
		if err != nil {
			return err
		}
		if done {
			continue
		}
		if err := s.takeInOne(ctx, rowID, m); err != nil {
			return err
		}
	}
	return nil
}

// takeInOne fails only when the database does: any other trouble sets the message aside, so that those behind it go on.
func (s *Service) takeInOne(ctx context.Context, rowID int64, m Incoming) error {
	note, err := s.apply(ctx, m)
	switch {
	case fault.Is(err, fault.Unavailable) || ctx.Err() != nil:
		return err
	case ours(err):
		s.Log.Error("message of a rail set aside", "kind", m.Kind, "message", rowID, "error", err)
		return s.failIncoming(ctx, rowID, err)
	case fault.KeyOf(err) == addressUnknown:
		return s.doneIncoming(ctx, rowID, inboxStranger, "")
	case err != nil:
		s.Log.Warn("message of a rail ignored", "kind", m.Kind, "from", m.From, "error", err)
		return s.doneIncoming(ctx, rowID, inboxIgnored, err.Error())
	}
	return s.doneIncoming(ctx, rowID, inboxApplied, note)
}

// again handles "message failed".
func (s *Service) again(ctx context.Context, j jobs.Job) error {
	var f messageFact
	if err := j.Decode(&f); err != nil {
		return err
	}
	m, done, err := s.incoming(ctx, f.MessageID)
	if err != nil || done {
		return err
	}
	note, err := s.apply(ctx, m)
	if err == nil {
		return s.doneIncoming(ctx, f.MessageID, inboxApplied, note)
	}
	if ours(err) {
		return err
	}
	return s.doneIncoming(ctx, f.MessageID, inboxIgnored, err.Error())
}

// ours tells trouble of ours from a message that will never be right.
func ours(err error) bool {
	return err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Denied)
}

func (s *Service) apply(ctx context.Context, m Incoming) (note string, err error) {
	switch m.Kind {
	case AboutPush:
		return s.applyPrompt(ctx, m)
	case AboutMoney:
		return s.applyConfirmation(ctx, m)
	case AboutStatus:
		return s.applyStatus(ctx, m)
	case NoStatus:
		return s.applyTimeout(ctx, m)
	case AboutSentBack:
		return s.applySentBack(ctx, m)
	case AboutSentBackStatus:
		return s.applySentBackStatus(ctx, m)
	case NoSentBack:
		return s.noSendBack(ctx, m)
	}
	return "", fault.New(fault.Invalid, "callback.kind")
}

// applyPrompt: the secret names the payment; the request ids, where both are known, must agree.
func (s *Service) applyPrompt(ctx context.Context, m Incoming) (string, error) {
	p, err := s.paymentBySecret(ctx, m.Secret)
	if err != nil {
		return "", err
	}
	r, err := s.Gateway.ReadPushResult(m.Body)
	if err != nil {
		return "", err
	}
	if p.CheckoutRequestID != "" && r.CheckoutRequestID != p.CheckoutRequestID {
		return "", fault.New(fault.Denied, "callback.other_request")
	}
	if err := s.learnRequestIDs(ctx, p, Pushed{MerchantRequestID: r.MerchantRequestID, CheckoutRequestID: r.CheckoutRequestID}); err != nil {
		return "", err
	}
	out, err := s.Settle(ctx, Evidence{Kind: ByPrompt, TillID: p.TillID, PaymentID: p.ID, Verdict: r.Verdict,
		Receipt: r.Receipt, Amount: r.Amount, Payer: r.Phone, At: r.At})
	return string(out.State), err
}

// learnRequestIDs keeps the ids of a push whose answer was lost or is still on its way.
func (s *Service) learnRequestIDs(ctx context.Context, p Payment, ids Pushed) error {
	if p.CheckoutRequestID != "" {
		return nil
	}
	err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.setRequestIDs(tx, p.ID, ids) })
	if db.IsDuplicate(err) { // a body copied from another payment
		return fault.Wrap(fault.Denied, "callback.other_request", err)
	}
	return err
}

func (s *Service) applyConfirmation(ctx context.Context, m Incoming) (string, error) {
	till, err := s.tillBySecret(ctx, m.Secret)
	if err != nil {
		return "", err
	}
	c, err := s.Gateway.ReadConfirmation(m.Body)
	if err != nil {
		return "", err
	}
	if !till.answersTo(c.ShortCode) {
		return "", fault.New(fault.Denied, "callback.other_till")
	}
	out, err := s.Settle(ctx, Evidence{Kind: ByConfirm, TillID: till.ID, Verdict: Verdict{State: VerdictPaid, Code: "0"},
		Receipt: c.Receipt, Amount: c.Amount, Payer: c.payer(), Reference: c.Reference, At: c.At})
	return out.Placed, err
}

func (s *Service) applyStatus(ctx context.Context, m Incoming) (string, error) {
	c, err := s.claimBySecret(ctx, m.Secret)
	if err != nil {
		return "", err
	}
	r, err := s.Gateway.ReadStatus(m.Body)
	if err != nil {
		return "", err
	}
	if r.Receipt != "" && r.Receipt != c.Receipt {
		return "", fault.New(fault.Denied, "callback.other_receipt")
	}
	if elsewhere, err := s.paidElsewhere(ctx, c, r); err != nil || elsewhere {
		return "paid to another till of ours", err
	}
	if err := s.checkPayee(ctx, c, r); err != nil {
		return "", err
	}
	return string(r.Verdict.Reason), s.settleClaim(ctx, c, r, m.At)
}

// paidElsewhere: the receipt is of money that another till of ours got; that till tells of it.
func (s *Service) paidElsewhere(ctx context.Context, c claim, r StatusResult) (bool, error) {
	tills, err := s.Tills(ctx)
	if err != nil || r.Verdict.State != VerdictPaid {
		return false, err
	}
	other := slices.ContainsFunc(tills, func(t Till) bool { return t.ID != c.TillID && t.answersTo(r.PaidTo) })
	if here := slices.ContainsFunc(tills, func(t Till) bool { return t.ID == c.TillID && t.answersTo(r.PaidTo) }); here || !other {
		return false, nil
	}
	return true, s.askElsewhere(ctx, c, whyOtherTill)
}

// checkPayee refuses a receipt that is real but not of money that these books know of: another shop's, our own refund to a
// person, or one from before the till was set up here, whose service somebody else gave; fault.Denied "callback.other_till".
func (s *Service) checkPayee(ctx context.Context, c claim, r StatusResult) error {
	till, err := s.Till(ctx, c.TillID)
	if err != nil || r.Verdict.State != VerdictPaid {
		return err
	}
	since, err := s.tillSince(ctx, c.TillID)
	if err != nil || till.answersTo(r.PaidTo) && (r.At.IsZero() || !r.At.Before(since)) {
		return err
	}
	if err := s.setClaim(ctx, c.ID, ClaimRefused, whyOtherTill); err != nil {
		return err
	}
	return fault.New(fault.Denied, "callback.other_till")
}

func (s *Service) applyTimeout(ctx context.Context, m Incoming) (string, error) {
	c, err := s.claimBySecret(ctx, m.Secret)
	if err != nil {
		return "", err
	}
	return "timed out", s.setClaim(ctx, c.ID, ClaimWaiting, string(ReasonTimedOut))
}

// Validate answers the rail's question before it takes money paid by hand: fault.Invalid "c2b.account" or "c2b.amount"
// only when the money could be nobody's. In doubt (nil) it is taken, and waits in suspense where it can be found.
func (s *Service) Validate(ctx context.Context, secret string, body []byte) error {
	till, err := s.tillBySecret(ctx, secret)
	if err != nil {
		return err
	}
	c, err := s.Gateway.ReadConfirmation(body)
	if err != nil || till.Type == TillBuyGoods {
		return err
	}
	if !c.Amount.IsPositive() {
		return fault.New(fault.Invalid, "c2b.amount")
	}
	known, err := s.accountKnown(ctx, c.Reference)
	if err == nil && !known {
		err = fault.New(fault.Invalid, "c2b.account")
	}
	return err
}
