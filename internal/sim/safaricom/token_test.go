package safaricom

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestTokenErrors(t *testing.T) {
	w := newWorld(t, nil)
	cases := map[string]struct {
		method, key, secret, query string
		status                     int
		code                       string
	}{
		"no basic":     {"GET", "", "", "client_credentials", 400, "400.008.01"},
		"wrong secret": {"GET", "ck", "no", "client_credentials", 400, "400.008.01"},
		"unknown app":  {"GET", "no", "cs", "client_credentials", 400, "400.008.01"},
		"grant type":   {"GET", "ck", "cs", "password", 400, "400.008.02"},
		"post":         {"POST", "ck", "cs", "client_credentials", 405, "405.001"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			req, _ := http.NewRequest(c.method, w.api.URL+"/oauth/v1/generate?grant_type="+c.query, nil)
			if c.key != "" {
				req.SetBasicAuth(c.key, c.secret)
			}
			status, body := w.do(req)
			if status != c.status || body["errorCode"] != c.code || body["requestId"] == "" {
				t.Fatalf("%d %v", status, body)
			}
		})
	}
}

func TestNewTokenKillsThePreviousOne(t *testing.T) {
	w := newWorld(t, nil)
	old := w.token
	if w.token = w.mintToken(bill); len(w.token) != 28 || w.token == old {
		t.Fatalf("token %q", w.token)
	}
	w.mintToken(till) // another app's
	w.pushed(alice)
	w.token = old
	if status, body := w.post(pushPath, w.pushBody(bill, bob)); status != 404 || body["errorCode"] != "404.001.03" {
		t.Fatalf("%d %v", status, body)
	}
}

func TestEachProductNamesABadTokenItsOwnWay(t *testing.T) {
	w := newWorld(t, nil)
	w.KillTokens()
	for path, code := range map[string]string{
		pushPath: "404.001.03", "/mpesa/c2b/v1/registerurl": "401.003.01", statusPath: "400.003.01",
	} {
		if _, body := w.post(path, nil); body["errorCode"] != code {
			t.Errorf("%s: %v", path, body)
		}
	}
	w.token = ""
	if _, body := w.post(pushPath, nil); body["errorCode"] != "401.002.01" {
		t.Errorf("no token: %v", body)
	}
}

func TestTokenLivesItsTimeAndTellsItInBothForms(t *testing.T) {
	w := newWorld(t, nil)
	forms := map[string]bool{}
	for range 2 {
		req, _ := http.NewRequest(http.MethodGet, w.api.URL+"/oauth/v1/generate?grant_type=client_credentials", nil)
		req.SetBasicAuth("ck", "cs")
		_, body := w.do(req)
		w.token = body["access_token"].(string)
		_, isText := body["expires_in"].(string)
		forms[map[bool]string{true: "text", false: "number"}[isText]] = true
	}
	if len(forms) != 2 {
		t.Fatalf("expires_in only as %v", forms)
	}
	w.clock.Advance(3600 * time.Second)
	if status, _ := w.post(pushPath, w.pushBody(bill, alice)); status != 404 {
		t.Fatalf("an expired token got %d", status)
	}
}

func TestSpikeArrest(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.PerSecond = 2 })
	w.asked("x")
	w.asked("x")
	if _, body := w.asked("x"); !strings.Contains(body["errorMessage"].(string), "Spike Arrest") {
		t.Fatalf("third call: %v", body)
	}
	w.clock.Advance(time.Second)
	if _, body := w.asked("x"); strings.Contains(body["errorMessage"].(string), "Spike Arrest") {
		t.Fatalf("a second later: %v", body)
	}
}

func TestGateway(t *testing.T) {
	w := newWorld(t, nil)
	for _, c := range []struct {
		method, path, contentType, body string
		status                          int
		code, message                   string
	}{
		{"GET", pushPath, "application/json", "", 405, "405.001", "Method not allowed"},
		{"POST", "/mpesa/nothing", "application/json", "{}", 404, "404.001.01", "Resource not found"},
		{"POST", pushPath, "application/json", "{", 400, "400.002.05", "Invalid Request Payload"},
		{"POST", pushPath, "application/json", "{} {}", 400, "400.002.05", "Invalid Request Payload"},
		{"POST", pushPath, "application/x-www-form-urlencoded", "Amount=1", 400, "400.002.02", "Bad Request - Invalid BusinessShortCode"},
	} {
		req, _ := http.NewRequest(c.method, w.api.URL+c.path, strings.NewReader(c.body))
		req.Header.Set("Content-Type", c.contentType)
		req.Header.Set("Authorization", "Bearer "+w.token)
		status, body := w.do(req)
		if status != c.status || body["errorCode"] != c.code || body["errorMessage"] != c.message {
			t.Errorf("%s %s %q: %d %v", c.method, c.path, c.body, status, body)
		}
	}
}
