package billing

import (
	"slices"
	"time"

	"mtandao/internal/money"
)

// PaymentState is how far a payment got.
type PaymentState string

// The states of a payment. Unknown is not failed: the money may still arrive.
const (
	PaymentCreated PaymentState = "created"
	PaymentSending PaymentState = "sending"
	PaymentSent    PaymentState = "sent"
	PaymentUnknown PaymentState = "unknown"
	PaymentPaid    PaymentState = "paid"
	PaymentFailed  PaymentState = "failed"
	PaymentExpired PaymentState = "expired"
)

// nextStates is the whole state machine of a payment.
var nextStates = map[PaymentState][]PaymentState{
	PaymentCreated: {PaymentSending, PaymentPaid, PaymentFailed, PaymentExpired},
	PaymentSending: {PaymentSent, PaymentUnknown, PaymentPaid, PaymentFailed, PaymentExpired},
	PaymentSent:    {PaymentUnknown, PaymentPaid, PaymentFailed, PaymentExpired},
	PaymentUnknown: {PaymentPaid, PaymentFailed, PaymentExpired},
	PaymentFailed:  {PaymentPaid},
	PaymentExpired: {PaymentPaid},
	PaymentPaid:    nil,
}

// before lists the states from which a payment may come to state: what the WHERE of its UPDATE names.
func before(state PaymentState) []PaymentState {
	var from []PaymentState
	for s, next := range nextStates {
		if slices.Contains(next, state) {
			from = append(from, s)
		}
	}
	slices.Sort(from)
	return from
}

// Final says that the rail has given its verdict.
func (s PaymentState) Final() bool {
	return s == PaymentPaid || s == PaymentFailed || s == PaymentExpired
}

// Payment is money expected from one rail for one order.
type Payment struct {
	ID, OrderID, TillID int64
	Rail                string // railPrompt so far
	State               PaymentState
	Amount              money.Amount
	MerchantRequestID   string
	CheckoutRequestID   string // personal data: ends in the payer's number
	Reason              Reason
	ResultCode          string
	Attention           string // why a person must look: "" or one of those below
	Asks                int
	CreatedAt, PushedAt time.Time
	SettledAt           time.Time
	resultText          string // the rail's own words, or what of its callback must be confirmed
	secret              string // of its callback URL
}

// railPrompt is M-Pesa's prompt on the payer's phone (STK push).
const railPrompt = "stk"

// Why a person must look at a payment.
const (
	AttentionMismatch      = "amount_mismatch" // its callback told another amount than was asked for
	AttentionUnanswered    = "unanswered"      // no verdict after all questions
	AttentionMerchantFault = string(ReasonMerchantFault)
)

// skew is how far the rail's clock may be from ours.
const skew = time.Minute

// couldBe says that money which moved at a time may be the prompt's own: not before the prompt was asked for, not after a
// query told of it. The zero time may be any.
func (p Payment) couldBe(at time.Time) bool {
	since := p.PushedAt
	if !p.SettledAt.IsZero() && p.SettledAt.Before(since) { // our clock was set back between
		since = p.SettledAt.Add(-promptMoves)
	}
	return at.IsZero() || !at.Before(since.Add(-skew)) && (p.SettledAt.IsZero() || !at.After(p.SettledAt.Add(skew)))
}

// verdictState is the state that a rail's verdict leads to.
func verdictState(v Verdict) PaymentState {
	switch {
	case v.State == VerdictPaid:
		return PaymentPaid
	case v.State == VerdictFailed && v.Reason == ReasonTimedOut:
		return PaymentExpired
	case v.State == VerdictFailed:
		return PaymentFailed
	}
	return PaymentUnknown
}
