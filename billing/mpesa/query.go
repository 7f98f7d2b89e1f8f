package mpesa

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"mtandao/billing"
)

const queryPath = "/mpesa/stkpushquery/v1/query"

// noVerdict is the query's error for a prompt under way, for one it does not know, and now and then for one that has long
// ended: it is never a failure (reference/mpesa.md §7).
const noVerdict = "500.001.1001"

var errQueryUnread = errors.New("the answer to a query cannot be read")

type queryFields struct{ BusinessShortCode, Password, Timestamp, CheckoutRequestID string }

// QueryPush asks for the verdict on a prompt. Only an explicit result code decides; an answer without one is VerdictPending
// or VerdictUnknown, and no answer is fault.Unavailable "rail.no_answer" or "rail.busy", fault.TooMany "rail.busy", or
// fault.Invalid "rail.refused".
func (c *Client) QueryPush(ctx context.Context, t billing.Till, checkoutID string) (billing.Verdict, error) {
	a, err := c.query(ctx, t, checkoutID)
	if err != nil {
		return billing.Verdict{}, failed(err)
	}
	return readQueried(a, checkoutID)
}

func (c *Client) query(ctx context.Context, t billing.Till, checkoutID string) (answer, error) {
	f := queryFields{BusinessShortCode: business(t), Timestamp: c.stamp(), CheckoutRequestID: checkoutID}
	f.Password = password(f.BusinessShortCode, t.Passkey, f.Timestamp)
	return c.call(ctx, t, queryPath, f, askTimeout)
}

func readQueried(a answer, checkoutID string) (billing.Verdict, error) {
	if a.code == noVerdict && (refusal(a) == nil || a.says("unable to lock subscriber")) {
		return withoutVerdict(a), nil
	}
	if a.status != http.StatusOK || a.refuses() {
		return billing.Verdict{}, declined(a)
	}
	var reply struct{ CheckoutRequestID, ResultCode, ResultDesc text }
	if err := json.Unmarshal(a.body, &reply); err != nil || !sameRequest(reply.CheckoutRequestID, checkoutID) {
		return billing.Verdict{}, failed(errQueryUnread)
	}
	if reply.ResultCode.code() == "" {
		return billing.Verdict{State: billing.VerdictUnknown, Reason: billing.ReasonUnknown}, nil
	}
	return verdictOf(reply.ResultCode.code(), reply.ResultDesc.words()), nil
}

// withoutVerdict: under way unless the rail says that it knows no such prompt.
func withoutVerdict(a answer) billing.Verdict {
	v := billing.Verdict{State: billing.VerdictPending, Code: a.code, Text: a.message}
	if a.says("not exist") {
		v.State, v.Reason = billing.VerdictUnknown, billing.ReasonUnknown
	}
	return v
}

// sameRequest: an answer about another prompt is no answer; one that names none is about ours.
func sameRequest(told text, asked string) bool { return told == "" || string(told) == asked }
