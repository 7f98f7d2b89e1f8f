package mpesa

import (
	"context"
	"errors"
	"strings"
	"time"

	"mtandao/billing"
	"mtandao/internal/fault"
)

// Check is one part of a till, tried. What was seen is the text of a key, with its name and value pairs.
type Check struct {
	Name, Key string
	Args      []any
	OK        bool
	Silent    bool // the rail could not be asked, so nothing is known of the till
}

// notAsked is a check that failed on the way to the rail.
func notAsked(name string, err error) Check {
	for u := (*unsent)(nil); errors.As(err, &u); {
		err = u.cause
	}
	return Check{Name: name, Silent: true, Key: "till.said.silent", Args: answered(scrub(err.Error()))}
}

func answered(parts ...string) []any { return []any{"Answer", strings.Join(parts, " ")} }

// nobodysPrompt has the form of a checkout id and belongs to nobody.
const nobodysPrompt = "ws_CO_01012020000000000000000000"

// Doctor tries each part of a till. No money moves and no phone rings: the push password is proven by a status query about a
// prompt that nobody made.
func (c *Client) Doctor(ctx context.Context, t billing.Till) []Check {
	checks := []Check{checkSettings(t), c.checkToken(ctx, t)}
	if checks[1].OK {
		checks = append(checks, c.checkPassword(ctx, t))
	}
	return append(checks, c.checkOperator(t))
}

func checkSettings(t billing.Till) Check {
	if err := billing.ValidateTill(t); err != nil {
		return Check{Name: "settings", Key: fault.KeyOf(err)}
	}
	return Check{Name: "settings", OK: true, Key: "till.said.settings", Args: []any{"Code", t.ShortCode}}
}

func (c *Client) checkToken(ctx context.Context, t billing.Till) Check {
	_, err := c.token(ctx, t)
	var refused *refusedToken
	switch {
	case errors.As(err, &refused):
		return Check{Name: "token", Key: "till.said.token_refused", Args: answered(refused.answer.code, refused.answer.message)}
	case err != nil:
		return notAsked("token", err)
	}
	return Check{Name: "token", OK: true, Key: "till.said.token"}
}

// checkPassword: the rail checks short code, passkey and stamp before it looks for the prompt.
func (c *Client) checkPassword(ctx context.Context, t billing.Till) Check {
	check := Check{Name: "push password"}
	a, err := c.query(ctx, t, nobodysPrompt)
	switch {
	case err != nil:
		return notAsked(check.Name, err)
	case a.code == noVerdict && refusal(a) != nil:
		check.Key, check.Args = "till.said.password_wrong", answered(a.message)
	case a.code == noVerdict:
		check.OK, check.Key = true, "till.said.password"
	default:
		check.Key, check.Args = "till.said.password_unclear", answered(a.code, a.message)
	}
	return check
}

// checkOperator: whether the rail knows the operator shows only in the answer to a question about a receipt.
func (c *Client) checkOperator(t billing.Till) Check {
	check := Check{Name: "operator"}
	if t.Initiator == "" {
		check.OK, check.Key = true, "till.said.operator_none"
		return check
	}
	if _, err := credential(t); err != nil {
		check.Key, check.Args = "till.said.operator_wrong", answered(scrub(err.Error()))
		return check
	}
	_, until, _ := publicKey(t.Certificate)
	check.OK, check.Key, check.Args = true, "till.said.operator", []any{"Day", until.Format(time.DateOnly)}
	if until.Before(c.clock.Now()) {
		check.Key = "till.said.operator_over"
	}
	return check
}
