package router

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func post(t *testing.T, address string, form url.Values, origin string) *http.Response {
	t.Helper()
	request, _ := http.NewRequest("POST", address, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", origin)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response
}

func TestPanel(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(*packet) *packet {
		return accept(number(attrSessionTimeout, 3600), vendorNumber(vendorMikroTik, 17, 500_000_000), vendorBytes(vendorMikroTik, 8, "512k/2500k"))
	}
	r, plan := start(t, f, nil)
	if to, status, _ := browse(t, r.URL()+"/"); status != 302 || to.Path != "/sim" {
		t.Errorf("/ goes to %v", to)
	}
	response := post(t, r.URL()+"/sim/join", nil, "same-origin")
	to, _ := response.Location()
	if response.StatusCode != 303 || !strings.HasPrefix(to.Path, "/d/") {
		t.Fatalf("join: %d %v", response.StatusCode, to)
	}
	if captive, status, _ := browse(t, to.String()); status != 302 || captive.Host != "portal.test" {
		t.Fatalf("the new phone sees %v", captive)
	}
	mac := strings.Split(to.Path, "/")[2]
	logIn(t, r, Device{router: r, mac: mac}, "<voucher>")
	plan.Advance(100 * time.Second)
	_, _, body := browse(t, r.URL()+"/sim")
	for _, want := range []string{plan.Now().UTC().Add(3 * time.Hour).Format("Mon 15:04:05"), "1 online, 1 in range", "&lt;voucher&gt;", "58 min 20 s", "18.7 MB", "2.5 Mbit/s / 512 kbit/s", "479.3 MB", `content="2"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the panel lacks %q", want)
		}
	}
	if strings.Contains(body, "<script") {
		t.Error("the panel needs a script")
	}
	post(t, r.URL()+"/sim/leave", url.Values{"mac": {mac}}, "same-origin")
	if _, _, body := browse(t, r.URL()+"/sim"); !strings.Contains(body, "0 online, 0 in range") || !strings.Contains(body, "Ended lately") {
		t.Error("the phone did not leave")
	}
}

func TestPanelTroublesAndStrangers(t *testing.T) {
	r, _ := start(t, newFakeServer(t), nil)
	d := join(t, r, "aabbcc001122")
	logIn(t, r, d, "v")
	if got := post(t, r.URL()+"/sim/reboot", nil, "cross-site"); got.StatusCode != 403 || !d.Online() {
		t.Errorf("another site cut the power: %d", got.StatusCode)
	}
	post(t, r.URL()+"/sim/api", nil, "same-origin")
	if _, _, body := browse(t, r.URL()+"/sim"); !strings.Contains(body, "API unreachable") {
		t.Error("the API is still reachable")
	}
	post(t, r.URL()+"/sim/reboot", nil, "same-origin")
	if s := only(t, r); s.Online || s.Cause != PowerCut {
		t.Errorf("after the power cut %+v", s)
	}
}

func TestTextsForPeople(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 12_345_678: "12.3 MB", 999_949_999: "999.9 MB", 5_000_000_000: "5.0 GB"} {
		if got := sizeText(n); got != want {
			t.Errorf("%d is %s", n, got)
		}
	}
	for d, want := range map[time.Duration]string{0: "0 s", 61 * time.Second: "1 min 01 s", 84 * time.Minute: "1 h 24 min", 49 * time.Hour: "2 d 1 h"} {
		if got := spanText(d); got != want {
			t.Errorf("%v is %s", d, got)
		}
	}
	for bps, want := range map[int64]string{0: "no limit", 512_000: "512 kbit/s", 2_000_000: "2 Mbit/s", 2_500_000: "2.5 Mbit/s"} {
		if got := rateText(bps); got != want {
			t.Errorf("%d is %s", bps, got)
		}
	}
}
