package mpesa

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"mtandao/billing"
	"mtandao/internal/fault"
)

const statusPath = "/mpesa/transactionstatus/v1/query"

// organisation is the identifier type of a short code.
const organisation = "4"

var (
	errStatusUnread = errors.New("the answer to a question about a receipt cannot be read")
	errAddress      = errors.New("an address that the rail would refuse")
)

type statusFields struct {
	Initiator, SecurityCredential, CommandID string
	TransactionID                            string `json:",omitempty"`
	OriginalConversationID                   string `json:",omitempty"`
	PartyA, IdentifierType                   string
	ResultURL, QueueTimeOutURL               string
	Remarks, Occasion                        string
}

// AskStatus asks about a receipt as the till's operator; the answer comes to resultURL, or a notice to timeoutURL. It moves
// no money, so every error may be tried again: fault.Invalid "rail.operator", "rail.certificate", "rail.address" or
// "rail.refused", fault.TooMany "rail.busy", fault.Unavailable "rail.no_answer" or "rail.busy".
func (c *Client) AskStatus(ctx context.Context, t billing.Till, receipt, resultURL, timeoutURL string) (string, error) {
	return c.askStatus(ctx, t, statusFields{TransactionID: receipt, PartyA: t.ShortCode, ResultURL: resultURL, QueueTimeOutURL: timeoutURL})
}

func (c *Client) askStatus(ctx context.Context, t billing.Till, f statusFields) (string, error) {
	sealed, err := credential(t)
	if err != nil {
		return "", err
	}
	if !allowedURL(f.ResultURL) || !allowedURL(f.QueueTimeOutURL) {
		return "", fault.Wrap(fault.Invalid, "rail.address", errAddress)
	}
	f.Initiator, f.SecurityCredential, f.CommandID, f.IdentifierType, f.Remarks = t.Initiator, sealed, "TransactionStatusQuery", organisation, "receipt check"
	a, err := c.call(ctx, t, statusPath, f, askTimeout)
	if err != nil {
		return "", failed(err)
	}
	return readAsked(a)
}

func readAsked(a answer) (string, error) {
	if a.status != http.StatusOK || a.refuses() {
		return "", declined(a)
	}
	var reply struct{ ConversationID, ResponseCode text }
	if err := json.Unmarshal(a.body, &reply); err != nil || reply.ResponseCode != "0" {
		return "", failed(errStatusUnread)
	}
	return reply.ConversationID.id(mostID), nil
}
