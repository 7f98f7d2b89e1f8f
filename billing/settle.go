package billing

import (
	"context"
	"errors"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// The kinds of evidence.
const (
	ByPush    = "push"    // the push itself was refused
	ByPrompt  = "prompt"  // the rail's callback about a prompt
	ByQuery   = "query"   // its answer to a status query; never names a receipt
	ByConfirm = "confirm" // its confirmation of money paid in by hand, or of a prompt's money once more
	ByStatus  = "status"  // its word about a receipt (Transaction Status)
)

// Evidence is one message about money, whatever brought it.
type Evidence struct {
	Kind      string
	TillID    int64
	PaymentID int64 // 0: found by receipt, reference or payer
	OrderID   int64 // the order a typed receipt was typed for, else 0
	Verdict   Verdict
	Receipt   string
	Amount    money.Amount
	Payer     string // a phone, its SHA-256 or a mask
	Reference string
	At        time.Time
}

// Outcome says what Settle did.
type Outcome struct {
	PaymentID, OrderID, ReceiptID int64
	Placed                        string // where the money is: order, credit, suspense; "" when none came
	State                         PaymentState
	Again                         bool // this evidence had been heard before, or changed nothing
}

// settleAttempts bounds how often two evidences of the same money may collide on a unique key.
const settleAttempts = 5

// Settle is the one door through which money enters. It is safe to call with the same evidence any number of times, in any
// order and at once.
func (s *Service) Settle(ctx context.Context, e Evidence) (Outcome, error) {
	var out Outcome
	var err error
	serve := true
	for range settleAttempts {
		err = s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
			if out, err = s.settle(tx, e, serve); err != nil || e.Receipt == "" {
				return err
			}
			return s.hurryReversal(tx, e.TillID, e.Receipt)
		})
		if unservable(err) { // the money stays, as credit, though the service cannot be given
			s.Log.Error("order could not be served, its money is held as credit", "payment", e.PaymentID, "receipt", e.Receipt, "error", err)
			serve = false
			continue
		}
		if errors.Is(err, errRaced) {
			serve = false
			continue
		}
		if !db.IsDuplicate(err) {
			s.alarm(e, out, err)
			return out, err
		}
	}
	return out, err
}

// alarm: what the rail says of our till keeps everybody from paying.
func (s *Service) alarm(e Evidence, out Outcome, err error) {
	if err == nil && !out.Again && e.Verdict.State == VerdictFailed && e.Verdict.Reason == ReasonMerchantFault {
		s.Log.Error("the rail refuses payments to a till: run mtandao doctor mpesa", "till", e.TillID, "payment", e.PaymentID,
			"code", e.Verdict.Code, "text", e.Verdict.Text)
	}
}

// unservable tells a failure to give the grant that no retry cures.
func unservable(err error) bool {
	_, ok := err.(*serviceFault)
	return ok
}

// serviceFault marks an error as coming from giving the service, not from taking the money.
type serviceFault struct{ error }

func (f *serviceFault) Unwrap() error { return f.error }

func (s *Service) settle(tx *db.Tx, e Evidence, serve bool) (Outcome, error) {
	if err := s.holdPayer(tx, e.Payer); err != nil {
		return Outcome{}, err
	}
	if err := s.holdTill(tx, e); err != nil {
		return Outcome{}, err
	}
	if holder, err := s.floatOf(tx, e); err != nil || holder != 0 {
		return s.arriveFloat(tx, e, holder, err)
	}
	if customer, err := s.accountOf(tx, e); err != nil || customer != 0 {
		return s.arriveAccount(tx, e, customer, err)
	}
	p, err := s.paymentFor(tx, e)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Outcome{}, err
	}
	if err != nil { // no payment: money that came by itself
		if e.Verdict.State != VerdictPaid || e.Receipt == "" {
			return Outcome{Again: true}, nil
		}
		return s.arriveAlone(tx, e)
	}
	switch {
	case e.Verdict.State == VerdictFailed:
		return s.fail(tx, p, e)
	case e.Verdict.State != VerdictPaid:
		return Outcome{PaymentID: p.ID, OrderID: p.OrderID, State: p.State, Again: true}, nil
	case s.mustConfirm(p, e):
		return s.doubt(tx, p, e)
	}
	return s.arrive(tx, p, e, serve)
}

// mustConfirm: a callback with another amount than was asked for never settles alone.
func (s *Service) mustConfirm(p Payment, e Evidence) bool {
	return e.Kind == ByPrompt && (e.Amount != p.Amount || e.Receipt == "") && p.State != PaymentPaid
}

// doubt keeps the payment open, or failed as it was, marks it for a person, and asks the rail about the receipt.
func (s *Service) doubt(tx *db.Tx, p Payment, e Evidence) (Outcome, error) {
	change := paymentChange{State: PaymentUnknown, ResultCode: e.Verdict.Code}
	if _, err := s.movePayment(tx, p.ID, before(PaymentUnknown), change); err != nil {
		return Outcome{}, err
	}
	marked, err := s.markPayment(tx, p.ID, AttentionMismatch, "amount "+e.Amount.String()+doubtOf(e.Receipt))
	out := Outcome{PaymentID: p.ID, OrderID: p.OrderID, State: PaymentUnknown, Again: !marked}
	if err != nil || !marked {
		return out, err
	}
	return out, s.Jobs.Emit(tx, factPaymentDoubted, id(p.ID), paymentFact{PaymentID: p.ID, Receipt: e.Receipt})
}

func (s *Service) fail(tx *db.Tx, p Payment, e Evidence) (Outcome, error) {
	state := verdictState(e.Verdict)
	now := s.Clock.Now()
	change := paymentChange{State: state, Reason: e.Verdict.Reason, ResultCode: e.Verdict.Code, ResultText: e.Verdict.Text, SettledAt: &now}
	if e.Verdict.Reason == ReasonMerchantFault {
		change.Attention = AttentionMerchantFault
	}
	won, err := s.movePayment(tx, p.ID, before(state), change)
	return Outcome{PaymentID: p.ID, OrderID: p.OrderID, State: state, Again: !won}, err
}

// paymentFor finds the payment that evidence is about: named by the callback's secret, by the order code that was paid to, by
// the receipt it is already known by, by the order it was typed for, or by the payer and amount when exactly one prompt can be
// meant.
func (s *Service) paymentFor(tx *db.Tx, e Evidence) (Payment, error) {
	if e.PaymentID != 0 {
		return s.paymentTx(tx, e.PaymentID)
	}
	if code := readOrderCode(e.Reference); code != "" {
		if p, err := s.paymentByOrderCode(tx, e.TillID, code); err == nil || !fault.Is(err, fault.NotFound) {
			return p, err
		}
	}
	if known, err := s.receiptByNumber(tx, e.TillID, e.Receipt); err == nil {
		if known.PaymentID == 0 {
			return Payment{}, fault.New(fault.NotFound, "payment.not_found") // arriveAlone sees that it is known
		}
		return s.paymentTx(tx, known.PaymentID)
	} else if !fault.Is(err, fault.NotFound) {
		return Payment{}, err
	}
	if e.OrderID != 0 {
		if p, err := s.waitingFor(tx, e); err == nil || !fault.Is(err, fault.NotFound) {
			return p, err
		}
		return s.paymentOfOrderTx(tx, e.OrderID)
	}
	return s.onlyOpenPaymentOf(tx, e)
}

// askedLongest is how long ago a prompt may have been whose receipt number is still not known.
const askedLongest = 14 * 24 * time.Hour

// waitingFor finds the prompt whose money a receipt is: one that a query said was paid and whose number is not known. The
// receipt may be typed for another order; without this look its money would come twice, and serve that order too. Of several
// that fit any may be it, for each waits for a number of this payer's: the order's own first.
func (s *Service) waitingFor(tx *db.Tx, e Evidence) (found Payment, err error) {
	err = fault.New(fault.NotFound, "payment.not_found")
	_, hashes, e2 := s.payerPhone(tx, e.Payer)
	if e2 != nil {
		return found, e2
	}
	var pending []Payment
	if len(hashes) == 0 {
		pending, e2 = s.waitingBehindMask(tx, e)
	} else {
		_, pending, e2 = s.unpaidPaymentsOf(tx, e.TillID, hashes, e.Amount, s.Clock.Now().Add(-askedLongest), e.At)
	}
	if e2 != nil {
		return found, e2
	}
	for _, p := range pending {
		if found.ID == 0 || p.OrderID == e.OrderID {
			found, err = p, nil
		}
	}
	return found, err
}

// waitingBehindMask lists the prompts of the one phone that may be the masked payer and whose money's number is not known. None
// when two phones may be, or the money may as well be of whoever ordered what it was typed for.
func (s *Service) waitingBehindMask(tx *db.Tx, e Evidence) (fitting []Payment, err error) {
	if !maskedPayer(e.Payer) {
		return nil, nil
	}
	waiting, err := s.paymentsWithoutNumber(tx, e.TillID, e.Amount, s.Clock.Now().Add(-askedLongest))
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	var only customers.Phone
	if e.OrderID != 0 {
		typedFor, err := s.orderTx(tx, e.OrderID)
		if err != nil {
			return nil, err
		}
		if fitsMask(string(typedFor.Phone), e.Payer) {
			only = typedFor.Phone
		}
	}
	for _, p := range waiting {
		o, err := s.orderTx(tx, p.OrderID)
		if err != nil {
			return nil, err
		}
		if !p.couldBe(e.At) || !fitsMask(string(o.Phone), e.Payer) {
			continue
		}
		if only == "" {
			only = o.Phone
		}
		if o.Phone != only {
			return nil, nil
		}
		fitting = append(fitting, p)
	}
	return fitting, nil
}

// onlyOpenPaymentOf finds the one prompt of the last hour at this till that this payer was asked to pay, with this amount
// and without money so far; two that fit are none. A prompt that waits for its number comes first, unless the payer typed an
// account: a prompt's money carries its order's code.
func (s *Service) onlyOpenPaymentOf(tx *db.Tx, e Evidence) (Payment, error) {
	none := fault.New(fault.NotFound, "payment.not_found")
	if e.Reference == "" {
		if p, err := s.waitingFor(tx, e); err == nil || !fault.Is(err, fault.NotFound) {
			return p, err
		}
	}
	_, hashes, err := s.payerPhone(tx, e.Payer)
	if err != nil {
		return Payment{}, err
	}
	if len(hashes) == 0 {
		return Payment{}, none
	}
	found, _, err := s.unpaidPaymentsOf(tx, e.TillID, hashes, e.Amount, s.Clock.Now().Add(-time.Hour), e.At)
	if err != nil {
		return Payment{}, err
	}
	if len(found) != 1 {
		return Payment{}, none
	}
	return found[0], nil
}
