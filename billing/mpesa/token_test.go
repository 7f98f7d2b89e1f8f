package mpesa

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"mtandao/billing"
)

func TestTheLifeOfAToken(t *testing.T) {
	cases := map[string]time.Duration{
		`{"access_token":"a","expires_in":"3599"}`:          3599*time.Second - 3*time.Minute,
		`{"access_token":"a","expires_in":3599}`:            3599*time.Second - 3*time.Minute,
		`{"access_token":"a","expires_in":100}`:             50 * time.Second,
		`{"access_token":"a"}`:                              time.Minute,
		`{"access_token":"a","expires_in":"soon"}`:          time.Minute,
		`{"access_token":"a","expires_in":-1}`:              time.Minute,
		`{"access_token":"a","expires_in":"9999999999999"}`: 24*time.Hour - 3*time.Minute,
	}
	for body, want := range cases {
		token, life, err := readToken([]byte(body))
		if err != nil || token != "a" || life != want {
			t.Errorf("%s: %q %v %v", body, token, life, err)
		}
	}
	for _, body := range []string{``, `{}`, `[]`, `{"access_token":""}`, `{"access_token":"a b"}`, `{"access_token":"a\nHost: b"}`, `<html>`} {
		if _, _, err := readToken([]byte(body)); !errors.Is(err, errNoToken) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestOneTokenServesManyCalls(t *testing.T) {
	r := newRail(t, say(200, accepted))
	for range 3 {
		if _, err := r.Push(t.Context(), r.till, prompt()); err != nil {
			t.Fatal(err)
		}
	}
	if r.mints != 1 {
		t.Fatalf("minted %d times", r.mints)
	}
}

func TestARefusedTokenIsReplacedOnce(t *testing.T) {
	for code, status := range map[string]int{"404.001.03": 404, "401.003.01": 401, "401.002.01": 401, "400.003.01": 400, "": 401} {
		r := newRail(t, func(w http.ResponseWriter, q *http.Request) {
			if q.Header.Get("Authorization") == "Bearer token-1" {
				say(status, refuse(code, "Invalid Access Token"))(w, q)
				return
			}
			say(200, accepted)(w, q)
		})
		if _, err := r.Push(t.Context(), r.till, prompt()); err != nil {
			t.Errorf("%s: %v", code, err)
		}
		if n := len(r.requests()); n != 2 || r.mints != 2 {
			t.Errorf("%s: sent %d times with %d tokens", code, n, r.mints)
		}
		r.mustHide(nil)
	}
}

func TestATokenRefusedAgainIsNotReplacedAgain(t *testing.T) {
	r := newRail(t, say(404, refuse("404.001.03", "Invalid Access Token")))
	refused, err := r.pushFails()
	if refused == nil || refused.Reason != billing.ReasonRailDown {
		t.Fatal(err)
	}
	if n := len(r.requests()); n != 2 || r.mints != 2 {
		t.Fatalf("sent %d times with %d tokens", n, r.mints)
	}
}

func TestAServerErrorNeverCountsAsARefusedToken(t *testing.T) {
	r := newRail(t, say(500, refuse("404.001.03", "Invalid Access Token")))
	if refused, err := r.pushFails(); refused != nil || len(r.requests()) != 1 {
		t.Fatalf("sent %d times: %v", len(r.requests()), err)
	}
}

func TestWithoutATokenNothingIsSent(t *testing.T) {
	cases := map[string]struct {
		mint   func(w http.ResponseWriter, n int)
		reason billing.Reason
	}{
		"dropped":      {func(http.ResponseWriter, int) { panic(http.ErrAbortHandler) }, billing.ReasonRailDown},
		"server error": {func(w http.ResponseWriter, _ int) { w.WriteHeader(503) }, billing.ReasonRailDown},
		"unreadable":   {func(w http.ResponseWriter, _ int) { _, _ = io.WriteString(w, "<html>") }, billing.ReasonRailDown},
		"wrong key": {func(w http.ResponseWriter, _ int) {
			say(400, refuse("400.008.01", "Invalid Authentication passed"))(w, nil)
		}, billing.ReasonMerchantFault},
		"too often": {func(w http.ResponseWriter, _ int) { say(429, refuse("500.003.02", "Spike Arrest Violation"))(w, nil) }, billing.ReasonRailBusy},
	}
	for name, c := range cases {
		r := newRail(t, say(200, accepted))
		r.mint = c.mint
		if refused, err := r.pushFails(); refused == nil || refused.Reason != c.reason || len(r.requests()) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := newRail(t, say(200, accepted))
	r.tokens.err = errors.New("database is locked")
	if refused, err := r.pushFails(); refused == nil || refused.Reason != billing.ReasonRailDown || len(r.requests()) != 0 {
		t.Error(err)
	}
}
