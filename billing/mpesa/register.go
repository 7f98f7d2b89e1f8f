package mpesa

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"mtandao/billing"
	"mtandao/internal/fault"
)

// registerPath is version 1 on purpose: it tells payers by the SHA-256 of their number, which finds every number that billing
// knows (it keeps an index of those hashes); version 2 tells a mask, which finds none (reference/mpesa.md §8).
const registerPath = "/mpesa/c2b/v1/registerurl"

var errRegisterUnread = errors.New("the answer to a registration cannot be read")

type registerFields struct{ ShortCode, ResponseType, ConfirmationURL, ValidationURL string }

// RegisterURLs tells the rail where to confirm money paid in by hand. Payments go on while the validation address cannot be
// reached. In production this works once per short code: "already registered" is success, and another address must first be
// deleted in the portal. fault as AskStatus.
func (c *Client) RegisterURLs(ctx context.Context, t billing.Till, confirmURL, validateURL string) error {
	if !allowedURL(confirmURL) || !allowedURL(validateURL) {
		return fault.Wrap(fault.Invalid, "rail.address", errAddress)
	}
	a, err := c.call(ctx, t, registerPath, registerFields{
		ShortCode: t.ShortCode, ResponseType: "Completed", ConfirmationURL: confirmURL, ValidationURL: validateURL,
	}, askTimeout)
	if err != nil {
		return failed(err)
	}
	if a.says("already registered") {
		c.log.Warn("the rail has addresses for this short code already; see in the portal that they are ours", "till", t.Key)
		return nil
	}
	return readRegistered(a)
}

func readRegistered(a answer) error {
	if a.status != http.StatusOK || a.refuses() {
		return declined(a)
	}
	var reply struct{ ResponseCode text }
	if err := json.Unmarshal(a.body, &reply); err != nil || reply.ResponseCode.code() == "" {
		return failed(errRegisterUnread)
	}
	if reply.ResponseCode != "0" {
		return fault.New(fault.Invalid, "rail.refused", "Code", reply.ResponseCode.code())
	}
	return nil
}
