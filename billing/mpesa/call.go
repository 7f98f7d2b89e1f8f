package mpesa

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"mtandao/billing"
	"mtandao/internal/fault"
)

// call posts to one of the till's products. A refused token is replaced and the call made once more; nothing else is ever
// sent twice. *unsent when the request certainly never left.
func (c *Client) call(ctx context.Context, t billing.Till, path string, fields any, timeout time.Duration) (answer, error) {
	body, err := encode(fields)
	if err != nil {
		return answer{}, &unsent{err}
	}
	a, token, err := c.callOnce(ctx, t, path, body, timeout)
	if err != nil || !a.badToken() {
		return a, err
	}
	c.log.Info("token refused, minting another", "till", t.Key, "code", a.code)
	if err := c.tokens.Evict(ctx, t.ConsumerKey, token); err != nil {
		return answer{}, &unsent{err}
	}
	a, _, err = c.callOnce(ctx, t, path, body, timeout)
	return a, err
}

func (c *Client) callOnce(ctx context.Context, t billing.Till, path string, body []byte, timeout time.Duration) (answer, string, error) {
	token, err := c.token(ctx, t)
	if err != nil {
		return answer{}, "", err
	}
	a, err := c.exchange(ctx, request{method: http.MethodPost, url: address(t.BaseURL, path), body: body, timeout: timeout,
		authorise: func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }})
	return a, token, err
}

// failed is the fault of a call without an answer: fault.Unavailable "rail.no_answer".
func failed(err error) error { return fault.Wrap(fault.Unavailable, "rail.no_answer", err) }

// declined is the fault of a call that the rail answered with anything but yes: fault.TooMany or fault.Unavailable
// "rail.busy", fault.Invalid "rail.refused" for what no repetition cures.
func declined(a answer) error {
	cause := errors.New(strconv.Itoa(a.status) + " " + a.code + " " + a.message)
	r := refusal(a)
	switch {
	case a.throttled():
		return fault.Wrap(fault.TooMany, "rail.busy", cause)
	case r != nil && r.Reason == billing.ReasonMerchantFault:
		return fault.Wrap(fault.Invalid, "rail.refused", cause, "Code", a.code)
	case a.refuses():
		return fault.Wrap(fault.Unavailable, "rail.busy", cause)
	}
	return fault.Wrap(fault.Unavailable, "rail.no_answer", cause)
}
