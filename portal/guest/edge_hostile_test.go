package guest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/radius/access"
)

var (
	links = regexp.MustCompile(`(?:href|action|src|content)="([^"]*)"`)
	evils = []string{`"><script>alert(1)</script>`, `javascript:alert(1)`, `//evil.example`, "\r\nSet-Cookie: a=b", `'-alert(1)-'`, `{{.Stamp}}`}
)

// harmless fails for a page that leads away or runs something.
func harmless(t *testing.T, what string, got answer) {
	t.Helper()
	if strings.Contains(got.body, "<script") || got.header.Get("Set-Cookie") != "" {
		t.Errorf("%s: %s", what, got.body)
	}
	for _, m := range links.FindAllStringSubmatch(got.body, -1) {
		address := strings.ToLower(unescape(m[1]))
		if strings.HasPrefix(address, "//") || strings.HasPrefix(address, `/\`) || strings.HasPrefix(address, "javascript") || strings.Contains(address, "url=//") {
			t.Errorf("%s leads to %q", what, address)
		}
	}
	for header, want := range map[string]string{"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Frame-Options": "DENY"} {
		if got.header.Get(header) != want {
			t.Errorf("%s: %s is %q", what, header, got.header.Get(header))
		}
	}
}

func TestWhatARouterOrALinkSaysRunsNothing(t *testing.T) {
	w := newWorld(t)
	paid, waiting := w.paidOrder(), w.order(strings.Repeat("c", 32), func(*billing.OrderView) {})
	for _, evil := range evils {
		for _, path := range []string{"/h/kasarani", "/h/kasarani/code", "/h/kasarani/paid", "/h/kasarani/nothing", "/s/" + paid, "/o/" + waiting, "/o/" + waiting + "/receipt"} {
			for _, name := range []string{"err", "orig", "dst", "login", "mac", "ip", "l", "p", "did", "out", "v", "r", "more"} {
				query := url.Values{"r": {routerToken}, "mac": {"A4:C3:F0:12:34:56"}, name: {evil}, "more": {"1"}}
				harmless(t, path+" "+name, w.get(path+"?"+query.Encode()))
			}
		}
	}
}

// TestNoPathLeadsToAnotherHost: the language switch of an error page names the page's own path.
func TestNoPathLeadsToAnotherHost(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"//evil.example/x", "///evil.example", "/%2f%2fevil.example", `/%5cevil.example`, "/%09/evil.example"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL = &url.URL{Opaque: path}
		r.RequestURI = path
		harmless(t, path, w.do(r))
	}
}

func TestAStolenStampMovesNobodyElse(t *testing.T) {
	w := newWorld(t)
	mine, theirs := w.paidOrder(), strings.Repeat("d", 32)
	w.order(theirs, func(v *billing.OrderView) { v.Order.GrantID, v.Payment.State = 8, billing.PaymentPaid })
	stamp := form(t, w.get("/s/"+mine+"?"+redirect).body, "/s/"+mine+"/devices").Get("k")
	for _, path := range []string{"/devices", "/logout"} {
		got := w.post("/s/"+theirs+path, url.Values{"k": {stamp}, "mac": {"11:22:33:44:55:66"}, "remove": {"1"}})
		if got.status != http.StatusBadRequest || len(w.logouts) != 0 || w.slots[0].MAC == "112233445566" {
			t.Errorf("%s answered %d", path, got.status)
		}
	}
	for _, path := range []string{"/devices", "/logout"} {
		got := w.get("/s/" + mine + path + "?remove=1&mac=11:22:33:44:55:66&k=" + stamp)
		if !strings.HasPrefix(got.location, "/o/"+mine+"?") || len(w.logouts) != 0 || w.slots[0].MAC == "112233445566" {
			t.Errorf("GET %s answered %d %q", path, got.status, got.location)
		}
	}
}

// TestJunkNumbersPushNobodyOutOfTheRates: the keys a caller chooses are only made while its address may go on.
func TestJunkNumbersPushNobodyOutOfTheRates(t *testing.T) {
	w := newWorld(t)
	values := form(t, w.get("/h/kasarani").body, "/h/kasarani/buy") // no device to slow down by
	values.Set("plan", "1")
	refused := 0
	for i := range 200 {
		values.Set("phone", "07"+strings.Repeat("1", 5)+string(rune('0'+i/100))+string(rune('0'+i/10%10))+string(rune('0'+i%10)))
		if w.post("/h/kasarani/buy", values).status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused < 60 {
		t.Errorf("%d of 200 refused", refused)
	}
}

// TestJunkMACsMakeNoKeysWithoutEnd: the rates of typed codes forget everybody when too many keys are made.
func TestJunkMACsMakeNoKeysWithoutEnd(t *testing.T) {
	w := newWorld(t)
	statuses := map[string]int{}
	for i := range 200 {
		mac := fmt.Sprintf("02:00:00:00:00:%02x", i)
		junk := strings.Replace(redirect, "A4:C3:F0:12:34:56", mac, 1)
		values := form(t, w.get("/h/kasarani/code?"+junk).body, "/h/kasarani/code")
		values.Set("code", string(access.LogInCodes.New()))
		got := w.post("/h/kasarani/code", values)
		statuses[fmt.Sprint(got.status)]++
	}
	first := form(t, w.get("/h/kasarani/code?"+strings.Replace(redirect, "A4:C3:F0:12:34:56", "02:00:00:00:00:c7", 1)).body, "/h/kasarani/code")
	w.at.Advance(4 * time.Second) // the address may go on: the last device has lost none of its tries while it made too many
	first.Set("code", string(access.LogInCodes.New()))
	for range 6 {
		statuses["last "+fmt.Sprint(w.post("/h/kasarani/code", first).status)]++
	}
	if statuses["404"] != 200 || statuses["last 404"] != 6 {
		t.Errorf("answers %v", statuses)
	}
}
