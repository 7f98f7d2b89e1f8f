package mpesa

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"mtandao/internal/fault"
)

// unsent is the failure of a request that certainly never left, or that the rail certainly did not accept.
type unsent struct{ cause error }

func (u *unsent) Error() string { return "not sent: " + u.cause.Error() }

func (u *unsent) Unwrap() error { return u.cause }

var (
	errTooLong  = errors.New("the answer is longer than 64 KB")
	errRedirect = errors.New("the rail answered with a redirection")
)

// request is one HTTP request to the rail before its token.
type request struct {
	method, url string
	body        []byte
	timeout     time.Duration
	authorise   func(*http.Request)
}

// exchange sends a request once and reads its answer whole. *unsent when it certainly never left.
func (c *Client) exchange(ctx context.Context, r request) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	var journey journey
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, journey.trace()), r.method, r.url, bytes.NewReader(r.body))
	if err != nil {
		return answer{}, &unsent{bare(err)}
	}
	if len(r.body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	r.authorise(req)
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, journey.judge(err)
	}
	defer resp.Body.Close()
	return readAnswer(resp)
}

func readAnswer(resp *http.Response) (answer, error) {
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		return answer{}, errRedirect
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return answer{}, bare(err)
	}
	if len(body) > maxBody {
		return answer{}, errTooLong
	}
	return newAnswer(resp.StatusCode, body), nil
}

// journey watches how far a request came.
type journey struct{ started, connected atomic.Bool }

// trace: a request that the transport tries again on a new connection begins anew, for it does that with a POST only while
// nothing of it was written.
func (j *journey) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { j.started.Store(true); j.connected.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { j.connected.Store(true) },
	}
}

// judge is sure that nothing left only while there was no connection (name, dial, TLS). WroteRequest would be too late a
// mark: a cancelled request may still be written after Do has returned, and a failed write may have passed on a part. A
// transport that tells us nothing makes nothing certain.
func (j *journey) judge(err error) error {
	if j.started.Load() && !j.connected.Load() {
		return &unsent{bare(err)}
	}
	return bare(err)
}

// bare drops the address from an error: callers name the call, and an address may hold a secret.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// address joins a till's base URL and a path.
func address(base, path string) string { return strings.TrimRight(base, "/") + path }

func encode(fields any) ([]byte, error) {
	body, err := json.Marshal(fields)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "internal", err)
	}
	return body, nil
}
