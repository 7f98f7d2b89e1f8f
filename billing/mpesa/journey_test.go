package mpesa

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/fault"
)

// withToken spares a rail the call for a token.
func (r *rail) withToken() *rail {
	r.tokens.tokens["ck"] = "token-0"
	return r
}

func (r *rail) pushFails() (*billing.Refused, error) {
	r.t.Helper()
	_, err := r.Push(r.t.Context(), r.till, prompt())
	if err == nil {
		r.t.Fatal("accepted")
	}
	r.mustHide(err)
	var refused *billing.Refused
	errors.As(err, &refused)
	return refused, err
}

func TestWithoutAConnectionNothingLeft(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	bare := httptest.NewTLSServer(http.NotFoundHandler())
	bare.Config.ErrorLog = nil
	defer bare.Close()
	for name, base := range map[string]string{
		"refused": "http://" + closed.Addr().String(),
		"no name": "http://nobody.invalid",
		"tls":     bare.URL, // signed by nobody we know
		"no url":  "http://[::1",
	} {
		r := newRail(t, nil).withToken()
		r.till.BaseURL = base
		if refused, err := r.pushFails(); refused == nil || refused.Reason != billing.ReasonRailDown {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOnceWrittenAPushIsInDoubt(t *testing.T) {
	cases := map[string]http.HandlerFunc{
		"dropped": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"half an answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "500")
			_, _ = io.WriteString(w, `{"MerchantRequestID"`)
			panic(http.ErrAbortHandler)
		},
		"too long": say(200, `{"CheckoutRequestID":"x","ResponseCode":"0","x":"`+strings.Repeat("x", maxBody)+`"}`),
		"redirection": func(w http.ResponseWriter, q *http.Request) {
			http.Redirect(w, q, "/elsewhere", http.StatusTemporaryRedirect)
		},
	}
	for name, answer := range cases {
		r := newRail(t, answer).withToken()
		refused, err := r.pushFails()
		if refused != nil || fault.KeyOf(err) != "rail.no_answer" || !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v", name, err)
		}
		if n := len(r.requests()); n != 1 {
			t.Errorf("%s: sent %d times", name, n)
		}
	}
}

func TestATimeOutAfterTheRequestLeftIsInDoubt(t *testing.T) {
	arrived, done := make(chan struct{}), make(chan struct{})
	r := newRail(t, func(http.ResponseWriter, *http.Request) { close(arrived); <-done }).withToken()
	defer close(done)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	_, err := r.Push(ctx, r.till, prompt())
	var refused *billing.Refused
	if errors.As(err, &refused) || !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestEveryExchangeEnds(t *testing.T) {
	done := make(chan struct{})
	r := newRail(t, func(http.ResponseWriter, *http.Request) { <-done })
	defer close(done)
	start := time.Now()
	_, err := r.exchange(t.Context(), request{method: http.MethodPost, url: r.server.URL, body: []byte("{}"),
		timeout: 50 * time.Millisecond, authorise: func(*http.Request) {}})
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 5*time.Second {
		t.Fatal(err)
	}
}

// silent is a transport that reports nothing of its journey.
type silent struct{}

func (silent) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("broken") }

func TestATransportThatTellsNothingMakesNothingCertain(t *testing.T) {
	r := newRail(t, nil).withToken()
	r.Client = New(Options{TokenStore: r.tokens, HTTP: &http.Client{Transport: silent{}}})
	if refused, err := r.pushFails(); refused != nil {
		t.Fatal(err)
	}
}
