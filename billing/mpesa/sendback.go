package mpesa

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	"mtandao/billing"
)

const (
	reversalPath = "/mpesa/reversal/v1/request"
	payoutPath   = "/mpesa/b2c/v3/paymentrequest"
)

// reversalFields are a reversal as Daraja wants it, its own spelling included.
type reversalFields struct {
	Initiator, SecurityCredential, CommandID string
	TransactionID                            string
	Amount                                   int64
	ReceiverParty                            string
	ReceiverIdentifierType                   string `json:"RecieverIdentifierType"`
	ResultURL, QueueTimeOutURL               string
	Remarks, Occasion                        string
}

// payoutFields are a payout (B2C) as Daraja wants it, its own spelling included.
type payoutFields struct {
	OriginatorConversationID                     string
	InitiatorName, SecurityCredential, CommandID string
	Amount                                       int64
	PartyA, PartyB                               string
	Remarks                                      string
	QueueTimeOutURL, ResultURL                   string
	Occasion                                     string `json:"Occassion"`
}

// reversalParty is the identifier type of a short code whose money is reversed.
const reversalParty = "11"

// duplicateOriginator is the refusal of a payout that was taken before.
const duplicateOriginator = "500.002.1001"

// SendBack asks for a receipt to be reversed, or for money to be paid out to a phone. A payout of the same originator is taken once: asked for again, it
// stands as it was. *billing.Refused means that nothing will move; any other error, fault.Unavailable "rail.no_answer", that nobody knows.
func (c *Client) SendBack(ctx context.Context, t billing.Till, o billing.SendBackOrder) (originator, conversation string, err error) {
	path, fields, bad := sendBackFields(t, o)
	if bad != nil {
		return "", "", bad
	}
	a, err := c.call(ctx, t, path, fields, pushTimeout)
	if err != nil {
		return "", "", pushError(err)
	}
	if o.Way == billing.ByPayout && a.code == duplicateOriginator && a.says("duplicate") {
		return o.Originator, "", nil
	}
	return readSentBack(a)
}

func sendBackFields(t billing.Till, o billing.SendBackOrder) (path string, fields any, bad error) {
	sealed, err := credential(t)
	if err != nil {
		return "", nil, &billing.Refused{Reason: billing.ReasonMerchantFault, Message: err.Error()}
	}
	if !allowedURL(o.ResultURL) || !allowedURL(o.TimeoutURL) {
		return "", nil, &billing.Refused{Reason: billing.ReasonMerchantFault, Message: errAddress.Error()}
	}
	shillings, whole := o.Amount.WholeShillings()
	if !whole || shillings < 1 {
		return "", nil, &billing.Refused{Reason: billing.ReasonTooSmall, Message: "no whole shillings"}
	}
	if o.Way == billing.ByPayout {
		if o.Phone == "" {
			return "", nil, &billing.Refused{Reason: billing.ReasonMerchantFault, Message: "no phone"}
		}
		return payoutPath, payoutFields{OriginatorConversationID: o.Originator, InitiatorName: t.Initiator, SecurityCredential: sealed, CommandID: "BusinessPayment",
			Amount: shillings, PartyA: t.PayoutCode, PartyB: string(o.Phone), Remarks: remarks(o), QueueTimeOutURL: o.TimeoutURL, ResultURL: o.ResultURL}, nil
	}
	return reversalPath, reversalFields{Initiator: t.Initiator, SecurityCredential: sealed, CommandID: "TransactionReversal", TransactionID: o.Receipt,
		Amount: shillings, ReceiverParty: t.ShortCode, ReceiverIdentifierType: reversalParty, ResultURL: o.ResultURL, QueueTimeOutURL: o.TimeoutURL,
		Remarks: "refund " + o.Receipt}, nil
}

// remarks say what money is for that is paid out to a phone.
func remarks(o billing.SendBackOrder) string {
	if o.Receipt == "" {
		return "payment"
	}
	return "refund " + o.Receipt
}

// readSentBack: only a whole acceptance is one; what is in doubt may be on its way.
func readSentBack(a answer) (originator, conversation string, err error) {
	if r := refusal(a); r != nil {
		return "", "", r
	}
	if a.status != http.StatusOK || a.refuses() {
		return "", "", declined(a)
	}
	var reply struct{ OriginatorConversationID, ConversationID, ResponseCode text }
	if err := json.Unmarshal(a.body, &reply); err != nil || reply.ResponseCode != "0" || reply.ConversationID.id(mostID) == "" {
		return "", "", failed(errStatusUnread)
	}
	return reply.OriginatorConversationID.id(mostID), reply.ConversationID.id(mostID), nil
}

// AskSentBack asks what became of money that goes back: a reversal shows on the receipt that it reversed, a payout is known by its originator. Faults as of
// AskStatus.
func (c *Client) AskSentBack(ctx context.Context, t billing.Till, o billing.SendBackOrder) error {
	if o.Way == billing.ByReversal {
		_, err := c.AskStatus(ctx, t, o.Receipt, o.ResultURL, o.TimeoutURL)
		return err
	}
	_, err := c.askStatus(ctx, t, statusFields{OriginalConversationID: o.Originator, PartyA: t.PayoutCode, ResultURL: o.ResultURL, QueueTimeOutURL: o.TimeoutURL})
	return err
}

// ReadSentBack reads the result of a reversal or a payout (reference/mpesa.md §10). A code that is not known here settles nothing. fault.Invalid
// "callback.unreadable".
func (c *Client) ReadSentBack(body []byte) (billing.StatusResult, error) {
	var message struct {
		Result struct {
			statusResult
			TransactionID text
		}
	}
	if err := decode(body, &message); err != nil {
		return billing.StatusResult{}, err
	}
	m := message.Result
	code := m.ResultCode.code()
	if code == "" {
		return billing.StatusResult{}, unreadable("code")
	}
	r := billing.StatusResult{ConversationID: m.ConversationID.id(mostID), OriginatorID: m.OriginatorConversationID.id(mostID), Verdict: sentBackVerdict(code, m.ResultDesc.words())}
	if code != "0" {
		return r, nil
	}
	if r.Receipt = m.TransactionID.receipt(); r.Receipt == "" {
		return billing.StatusResult{}, unreadable("receipt")
	}
	return withAmountBack(r, m.ResultParameters.ResultParameter)
}

// withAmountBack reads how much went: a payout and a reversal name it differently, and neither must.
func withAmountBack(r billing.StatusResult, parameters pairs) (billing.StatusResult, error) {
	for _, name := range []string{"TransactionAmount", "Amount"} {
		told, err := parameters.only(name)
		if err != nil {
			return billing.StatusResult{}, err
		}
		if told != "" {
			return withAmount(r, told)
		}
	}
	return r, nil
}

// refusedBack are the codes of money that certainly did not go back.
var refusedBack = regexp.MustCompile(`^(1|2|3|4|5|6|7|8|11|12|18|20|21|22|24|25|29|2001|2006|2028|2040|8006|R000002|SFC_IC0003)$`)

func sentBackVerdict(code, words string) billing.Verdict {
	v := billing.Verdict{State: billing.VerdictUnknown, Reason: billing.ReasonUnknown, Code: code, Text: words}
	switch {
	case code == "0":
		v.State, v.Reason = billing.VerdictPaid, billing.ReasonNone
	case code == "R000001":
		v.Reason = billing.ReasonReversed
	case refusedBack.MatchString(code):
		v.State = billing.VerdictFailed
	case code == "26" || strings.HasPrefix(code, "1000000"): // the rail's gateway was too busy to begin
		v.Reason = billing.ReasonRailBusy
	}
	return v
}
