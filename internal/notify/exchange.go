package notify

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"
)

const (
	callTimeout = 20 * time.Second
	maxAnswer   = 64 << 10
)

// web makes the HTTP calls of all drivers: no redirection is followed, and each call has its own connection, so that a
// connection which the other side is just closing never takes a message with it.
type web struct{ client http.Client }

func newWeb(given *http.Client) *web {
	w := &web{}
	if given != nil {
		w.client = *given
	} else {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.DisableKeepAlives, t.MaxResponseHeaderBytes = true, maxAnswer
		w.client.Transport = t
	}
	w.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return w
}

// reply is what the other side said.
type reply struct {
	status int
	body   []byte
}

var errNotLeft = errors.New("no connection")
var errNoAnswer = errors.New("no answer")

// call makes one request. errNotLeft when it certainly was not sent; errNoAnswer when nobody knows. Neither tells an
// address: it may hold a secret.
func (w *web) call(ctx context.Context, method, url string, header http.Header, body []byte) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var started, connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { started.Store(true); connected.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return reply{}, errNotLeft
	}
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := w.client.Do(request)
	if err != nil {
		if started.Load() && !connected.Load() {
			return reply{}, errNotLeft
		}
		return reply{}, errNoAnswer
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return reply{}, errNoAnswer
	}
	return reply{status: response.StatusCode, body: answer}, nil
}

// judge is the outcome of a call that brought no usable answer; false when the answer is a success and must be read.
func judge(r reply, err error) (outcome, bool) {
	status := "http_" + strconv.Itoa(r.status)
	switch {
	case errors.Is(err, errNotLeft):
		return outcome{verdict: notLeft, reason: "no_connection"}, true
	case err != nil:
		return outcome{verdict: doubtful, reason: "no_answer"}, true
	case r.status == http.StatusTooManyRequests:
		return outcome{verdict: notLeft, reason: status}, true
	case r.status >= 400 && r.status < 500 && r.status != http.StatusRequestTimeout:
		return outcome{verdict: refused, reason: status}, true
	case r.status < 200 || r.status > 299:
		return outcome{verdict: doubtful, reason: status}, true
	}
	return outcome{}, false
}
