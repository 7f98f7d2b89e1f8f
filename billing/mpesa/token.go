package mpesa

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"mtandao/billing"
)

const tokenPath = "/oauth/v1/generate?grant_type=client_credentials"

// A token is given up some minutes before its end, so that none dies between look-up and use.
const (
	tokenMargin  = 3 * time.Minute
	tokenUnknown = time.Minute // the life of a token whose end cannot be read
)

var errNoToken = errors.New("the answer holds no token")

// refusedToken is the rail's refusal to mint: the till's key or secret is wrong, or the app is not enabled.
type refusedToken struct{ answer answer }

func (r *refusedToken) Error() string {
	return "no token: " + strconv.Itoa(r.answer.status) + " " + r.answer.code + " " + r.answer.message
}

// token is the till's live token; *unsent when there is none to be had.
func (c *Client) token(ctx context.Context, t billing.Till) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, tokenWait)
	defer cancel()
	mint := func(ctx context.Context) (string, time.Duration, error) { return c.mint(ctx, t) }
	token, err := c.tokens.Token(ctx, t.ConsumerKey, mint)
	if err != nil {
		return "", &unsent{err}
	}
	return token, nil
}

// mint asks for a new token, which kills the one before it.
func (c *Client) mint(ctx context.Context, t billing.Till) (string, time.Duration, error) {
	a, err := c.exchange(ctx, request{method: http.MethodGet, url: address(t.BaseURL, tokenPath), timeout: tokenTimeout,
		authorise: func(r *http.Request) { r.SetBasicAuth(t.ConsumerKey, t.ConsumerSecret) }})
	if err != nil {
		return "", 0, err
	}
	if a.status != http.StatusOK || a.refuses() {
		return "", 0, &refusedToken{a}
	}
	return readToken(a.body)
}

func readToken(body []byte) (string, time.Duration, error) {
	var reply struct {
		AccessToken text `json:"access_token"`
		ExpiresIn   text `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &reply); err != nil || reply.AccessToken.id(maxBody) == "" {
		return "", 0, errNoToken
	}
	return string(reply.AccessToken), tokenLife(string(reply.ExpiresIn)), nil
}

// tokenLife reads seconds; a day at most, so that no odd answer keeps a dead token.
func tokenLife(seconds string) time.Duration {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || n <= 0 {
		return tokenUnknown
	}
	life := time.Duration(min(n, 24*60*60)) * time.Second
	return max(life-tokenMargin, life/2)
}
