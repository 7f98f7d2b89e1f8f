package billing

import (
	"context"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/money"
)

// TillType is how people pay to a short code.
type TillType string

// The types of a till.
const (
	TillPaybill  TillType = "paybill"
	TillBuyGoods TillType = "buygoods"
)

// The states of a till. A retired one takes no new orders; what comes to it late is still taken in.
const (
	TillLive    = "live"
	TillRetired = "retired"
)

// Till is one M-Pesa short code with all that it needs. Secrets are in the clear here and sealed in the database.
type Till struct {
	ID                int64
	Key               string // its name in configuration
	Type              TillType
	ShortCode         string // the paybill; for buy-goods the code that C2B addresses are registered with
	StoreNumber       string // buy-goods: head-office or store number used at Go Live, which prompts are made with
	PartyB            string // buy-goods: the till number that people pay to; else empty
	ConsumerKey       string
	ConsumerSecret    string
	Passkey           string
	PayoutCode        string // the code that pays out (B2C), often another than people pay to; "" when there is none
	Initiator         string // API operator, for Transaction Status, reversals and what is paid out; "" when there is none
	InitiatorPassword string
	Certificate       string // PEM, to encrypt the operator's password
	BaseURL           string
	CallbackSecret    string // hex, in the confirmation address
	Sites             []int64
	State             string
}

// Gateway is one rail. It has no state and no database: what it needs to remember goes through a TokenStore.
type Gateway interface {
	// Push prompts the payer. *Refused means that the rail said no and nothing was sent; any other error means that nobody
	// knows whether the prompt left.
	Push(ctx context.Context, t Till, p Push) (Pushed, error)
	// QueryPush asks for the verdict on a prompt; it names neither receipt nor amount.
	QueryPush(ctx context.Context, t Till, checkoutID string) (Verdict, error)
	// AskStatus asks about a receipt; the answer comes to resultURL, a notice that there will be none to timeoutURL.
	AskStatus(ctx context.Context, t Till, receipt, resultURL, timeoutURL string) (conversationID string, err error)
	// RegisterURLs tells the rail where to confirm money paid in by hand.
	RegisterURLs(ctx context.Context, t Till, confirmURL, validateURL string) error
	// SendBack asks for money to go back to who paid it; the result comes to ResultURL. *Refused means that the rail said no and nothing will be sent;
	// any other error means that nobody knows.
	SendBack(ctx context.Context, t Till, o SendBackOrder) (originator, conversation string, err error)
	// AskSentBack asks what became of it; the answer, as of AskStatus, comes to resultURL.
	AskSentBack(ctx context.Context, t Till, o SendBackOrder) error
	ReadSentBack(body []byte) (StatusResult, error)
	ReadPushResult(body []byte) (PushResult, error)
	ReadConfirmation(body []byte) (Confirmation, error)
	ReadStatus(body []byte) (StatusResult, error)
}

// Push is one prompt.
type Push struct {
	Phone       customers.Phone
	Amount      money.Amount // whole shillings
	Reference   string       // order code, at most 12 letters and digits; the payer and strangers may read it
	Description string       // at most 13
	CallbackURL string
}

// Pushed is the rail's word that it took a prompt; it is no payment.
type Pushed struct{ MerchantRequestID, CheckoutRequestID string }

// Reason says why money did not come, in the terms the payer's pages explain.
type Reason string

// The reasons.
const (
	ReasonNone          Reason = ""
	ReasonCancelled     Reason = "cancelled"
	ReasonWrongPIN      Reason = "wrong_pin"
	ReasonInsufficient  Reason = "insufficient"
	ReasonTimedOut      Reason = "timed_out"
	ReasonPhoneBusy     Reason = "phone_busy"
	ReasonLimit         Reason = "limit"
	ReasonTooSoon       Reason = "too_soon" // the same amount again
	ReasonTooSmall      Reason = "too_small"
	ReasonTooLarge      Reason = "too_large"
	ReasonPINLocked     Reason = "pin_locked"
	ReasonMerchantFault Reason = "merchant_fault"
	ReasonRailBusy      Reason = "safaricom_busy"
	ReasonRailDown      Reason = "safaricom_down"
	ReasonPushFailed    Reason = "push_failed"
	ReasonNumberRests   Reason = "number_rests" // ours: not asked for, the number was asked in vain too often; see rest.go
	ReasonRailRests     Reason = "rail_rests"   // ours: not asked for, the rail fails for many; see railrest.go
	ReasonNotWanted     Reason = "not_wanted"   // ours: not asked for, it was paid or called off meanwhile; see moneyorder.go
	ReasonReversed      Reason = "reversed"     // it was paid, and the rail took it back
	ReasonUnknown       Reason = "unknown"
)

// Refused is the error of a push that certainly prompted nobody.
type Refused struct {
	Reason        Reason
	Code, Message string // the rail's own words, for the log
}

func (r *Refused) Error() string {
	return "refused: " + string(r.Reason) + " " + r.Code + " " + r.Message
}

// VerdictState is what the rail says about a payment.
type VerdictState string

// The states of a verdict. Pending and Unknown are no verdict: the payment stays open.
const (
	VerdictPaid    VerdictState = "paid"
	VerdictFailed  VerdictState = "failed"
	VerdictPending VerdictState = "pending"
	VerdictUnknown VerdictState = "unknown"
)

// Verdict is the rail's word, with its own code and text for the record.
type Verdict struct {
	State      VerdictState
	Reason     Reason
	Code, Text string
}

// PushResult is a callback about a prompt.
type PushResult struct {
	MerchantRequestID, CheckoutRequestID string
	Verdict                              Verdict
	Receipt                              string
	Amount                               money.Amount
	Phone                                string // may be masked
	At                                   time.Time
}

// Confirmation is money paid in by hand, or the second word about a prompt's money.
type Confirmation struct {
	Receipt              string
	Amount               money.Amount
	ShortCode, Reference string
	Payer                string // a number, its SHA-256, or a mask
	FirstName, Kind      string
	At                   time.Time
}

// StatusResult is the rail's word about a receipt.
type StatusResult struct {
	ConversationID, OriginatorID string
	Receipt                      string
	Verdict                      Verdict
	Amount                       money.Amount
	Payer, PayerName             string
	PaidTo                       string // short code that got the money, "" when the rail does not tell; ours, or it is no payment to us
	At                           time.Time
}

// SendBackOrder is money to go back: as the reversal of a receipt, or paid out to a phone.
type SendBackOrder struct {
	Way                   SendBackWay
	Receipt               string          // of the money
	Phone                 customers.Phone // to whom, when it is paid out
	Amount                money.Amount    // whole shillings when it is paid out
	Originator            string          // ours, and known to the rail once: the same again is refused as sent before
	ResultURL, TimeoutURL string
}

// TokenStore keeps the rail's access tokens; one caller mints while the others wait.
type TokenStore interface {
	Token(ctx context.Context, consumerKey string, mint func(context.Context) (token string, life time.Duration, err error)) (string, error)
	Evict(ctx context.Context, consumerKey, token string) error
}
