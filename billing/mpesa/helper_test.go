package mpesa

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/clock"
	"mtandao/internal/money"
)

var noon = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) // 12:00:00 in Nairobi

const (
	payerPhone = "254712345678"
	checkout   = "ws_CO_24112026120000001712345678"
	secret     = "consumer-secret-never-to-be-seen"
	hexURL     = "https://pay.example/in/p/0123456789abcdef0123456789abcdef"
)

// memory is a token store of one process.
type memory struct {
	mu     sync.Mutex
	tokens map[string]string
	lives  []time.Duration
	err    error
}

func (m *memory) Token(ctx context.Context, key string, mint func(context.Context) (string, time.Duration, error)) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil || m.tokens[key] != "" {
		return m.tokens[key], m.err
	}
	token, life, err := mint(ctx)
	if err == nil {
		m.tokens[key], m.lives = token, append(m.lives, life)
	}
	return token, err
}

func (m *memory) Evict(_ context.Context, key, token string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tokens[key] == token {
		delete(m.tokens, key)
	}
	return nil
}

// seen is one request that reached the rail.
type seen struct {
	path, bearer, contentType string
	fields                    map[string]any
}

// rail is a hand-written Daraja: each path but the token's answers as the test says.
type rail struct {
	*Client
	t      *testing.T
	server *httptest.Server
	tokens *memory
	log    *bytes.Buffer
	till   billing.Till
	mu     sync.Mutex
	got    []seen
	mints  int
	mint   func(w http.ResponseWriter, n int)
	answer http.HandlerFunc
}

func newRail(t *testing.T, answer http.HandlerFunc) *rail {
	t.Helper()
	r := &rail{t: t, tokens: &memory{tokens: map[string]string{}}, log: &bytes.Buffer{}, answer: answer}
	r.server = httptest.NewServer(r)
	t.Cleanup(r.server.Close)
	r.Client = New(Options{TokenStore: r.tokens, Clock: clock.NewManual(noon), Log: slog.New(slog.NewTextHandler(r.log, nil))})
	t.Cleanup(r.http.CloseIdleConnections)
	r.till = billing.Till{Key: "main", Type: billing.TillPaybill, ShortCode: "174379", ConsumerKey: "ck", ConsumerSecret: secret,
		Passkey: "passkey-never-to-be-seen", BaseURL: r.server.URL + "/"}
	return r
}

func (r *rail) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if q.URL.Path == "/oauth/v1/generate" {
		r.giveToken(w, q)
		return
	}
	s := seen{path: q.URL.Path, bearer: strings.TrimPrefix(q.Header.Get("Authorization"), "Bearer "), contentType: q.Header.Get("Content-Type")}
	body, _ := io.ReadAll(q.Body)
	if err := json.Unmarshal(body, &s.fields); err != nil || q.Method != http.MethodPost {
		r.t.Errorf("%s %s: %v", q.Method, body, err)
	}
	r.mu.Lock()
	r.got = append(r.got, s)
	r.mu.Unlock()
	r.answer(w, q)
}

func (r *rail) giveToken(w http.ResponseWriter, q *http.Request) {
	key, given, ok := q.BasicAuth()
	if !ok || key != "ck" || given != secret || q.Method != http.MethodGet || q.URL.RawQuery != "grant_type=client_credentials" {
		r.t.Errorf("token asked for with %q %q", key, q.URL.RawQuery)
	}
	r.mu.Lock()
	r.mints++
	n := r.mints
	r.mu.Unlock()
	if r.mint != nil {
		r.mint(w, n)
		return
	}
	_, _ = io.WriteString(w, `{"access_token":"token-`+string(rune('0'+n))+`","expires_in":"3599"}`)
}

func (r *rail) requests() []seen {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]seen(nil), r.got...)
}

// say answers every call with this.
func say(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func refuse(code, message string) string {
	body, _ := json.Marshal(map[string]string{"requestId": "1-2-3", "errorCode": code, "errorMessage": message})
	return string(body)
}

const accepted = `{"MerchantRequestID":"29115-34620561-1","CheckoutRequestID":"` + checkout + `","ResponseCode":"0",
"ResponseDescription":"Success. Request accepted for processing","CustomerMessage":"Success. Request accepted for processing"}`

func prompt() billing.Push {
	return billing.Push{Phone: payerPhone, Amount: money.Shillings(10), Reference: "K7M4P2", Description: "Internet", CallbackURL: hexURL}
}

// mustHide fails when an error or the log tells what nobody may read.
func (r *rail) mustHide(err error) {
	r.t.Helper()
	told := r.log.String()
	if err != nil {
		told += err.Error()
	}
	for _, hidden := range []string{secret, "passkey-never", "token-", payerPhone, "712345678", "0123456789abcdef", "Operator#Pass"} {
		if strings.Contains(told, hidden) {
			r.t.Errorf("%q is told in: %s", hidden, told)
		}
	}
}
