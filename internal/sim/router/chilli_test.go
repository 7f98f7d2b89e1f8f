package router

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"
)

func chilliRouter(t *testing.T, f *fakeServer) *Router {
	r, _ := start(t, f, func(o *Options) { o.Dialect = Chilli })
	return r
}

// mixed is what the password is hidden with: MD5 of challenge and UAM secret.
func mixed(t *testing.T, to *url.URL) []byte {
	t.Helper()
	challenge, err := hex.DecodeString(to.Query().Get("challenge"))
	if err != nil || len(challenge) != 16 {
		t.Fatalf("challenge in %s", to)
	}
	sum := md5.Sum(append(challenge, "uam"...))
	return sum[:]
}

func TestUAMRedirect(t *testing.T) {
	r := chilliRouter(t, newFakeServer(t))
	to, status, _ := browse(t, r.URL()+"/d/aabbcc001122/page")
	if status != 302 || !strings.HasPrefix(to.String(), "http://portal.test/h/site?r=TOKEN&res=notyet&uamip=127.0.0.1&uamport=") {
		t.Fatalf("%d %s", status, to)
	}
	whole, sum, _ := strings.Cut(to.String(), "&md=")
	want := md5.Sum([]byte(whole + "uam"))
	if sum != strings.ToUpper(hex.EncodeToString(want[:])) {
		t.Errorf("md is %s", sum)
	}
	got := to.Query()
	for name, want := range map[string]string{"mac": "AA-BB-CC-00-11-22", "ip": "10.20.0.20", "nasid": "kasarani-1",
		"userurl": r.URL() + "/d/aabbcc001122/page"} {
		if got.Get(name) != want {
			t.Errorf("%s is %q", name, got.Get(name))
		}
	}
	if len(got.Get("called")) != 17 || got.Get("sessionid") == "" {
		t.Errorf("called %q, sessionid %q", got.Get("called"), got.Get("sessionid"))
	}
}

func TestLogonByCHAPAndPAP(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(p *packet) *packet {
		sent, chap := p.get(attrCHAPPassword)
		challenge, _ := p.get(attrCHAPChallenge)
		if chap && string(sent) == "\x00"+string(chapResponse(0, "a longer pass phrase", challenge)) || password(p) == "a longer pass phrase" {
			return accept(number(attrSessionTimeout, 600))
		}
		return reject("wrong code")
	}
	r := chilliRouter(t, f)
	to, _, _ := browse(t, r.URL()+"/d/aabbcc001122/")
	sessionID := to.Query().Get("sessionid")
	response := hex.EncodeToString(chapResponse(0, "a longer pass phrase", mixed(t, to)))
	to, _, _ = browse(t, r.URL()+"/logon?username=v&response="+response)
	if to.Query().Get("res") != "success" || only(t, r).LoggedInBy != "http-chap" || only(t, r).ID != sessionID {
		t.Fatalf("CHAP goes to %s, session %+v", to, only(t, r))
	}
	if f.asked()[0].text(attrCallingStationID) != "AA-BB-CC-00-11-22" || f.asked()[0].text(attrUserName) != "v" {
		t.Error("MAC without dashes")
	}
	if to, _, _ = browse(t, r.URL()+"/logoff"); to.Query().Get("res") != "logoff" || only(t, r).Cause != UserRequest {
		t.Errorf("logoff goes to %s", to)
	}
	hidden := make([]byte, 32)
	copy(hidden, "a longer pass phrase")
	mask := mixed(t, to)
	for i := range hidden {
		hidden[i] ^= mask[i%16]
	}
	to, _, _ = browse(t, r.URL()+"/d/aabbcc001122/logon?username=v&password="+hex.EncodeToString(hidden))
	if to.Query().Get("res") != "success" || r.Sessions()[1].LoggedInBy != "http-pap" {
		t.Errorf("PAP goes to %s", to)
	}
}

func TestLogonFails(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(p *packet) *packet {
		if p.text(attrUserName) == "silence" {
			return nil
		}
		return reject("wrong code")
	}
	r := chilliRouter(t, f)
	before, _, _ := browse(t, r.URL()+"/d/aabbcc001122/")
	to, _, _ := browse(t, r.URL()+"/logon?username=v&response="+strings.Repeat("00", 16))
	if got := to.Query(); got.Get("res") != "failed" || got.Get("reason") != "reject" || got.Get("reply") != "wrong code" {
		t.Errorf("reject goes to %s", to)
	}
	if to.Query().Get("challenge") == before.Query().Get("challenge") {
		t.Error("the challenge was not renewed")
	}
	to, _, _ = browse(t, r.URL()+"/logon?username=silence&response="+strings.Repeat("00", 16))
	if to.Query().Get("reason") != "timeout" {
		t.Errorf("silence goes to %s", to)
	}
}

// Two phones in two browsers: the cookie tells them apart, though /logon has no MAC in it.
func TestCookieTellsPhonesApart(t *testing.T) {
	f := newFakeServer(t)
	r := chilliRouter(t, f)
	jar, _ := cookiejar.New(nil)
	browser := http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(address string) *url.URL {
		response, err := browser.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		to, _ := response.Location()
		return to
	}
	first := get(r.URL() + "/d/aabbcc000001/")
	browse(t, r.URL()+"/d/aabbcc000002/")
	get(r.URL() + "/logon?username=v&response=" + hex.EncodeToString(chapResponse(0, "pw", mixed(t, first))))
	if s := only(t, r); s.MAC != "aabbcc000001" {
		t.Errorf("logged in %s", s.MAC)
	}
}

func TestJSONStatus(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(*packet) *packet { return accept(number(attrSessionTimeout, 600)) }
	r, plan := start(t, f, func(o *Options) { o.Dialect = Chilli })
	d := join(t, r, "aabbcc001122")
	d.Use(8000)
	read := func(address string) (status struct {
		ClientState int
		Challenge   string
		Session     struct{ SessionTimeout int }
		Accounting  struct{ SessionTime, InputOctets, OutputOctets int }
	}) {
		_, _, body := browse(t, address)
		if err := json.Unmarshal([]byte(body), &status); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		return status
	}
	if got := read(d.URL() + "json/status"); got.ClientState != 0 || len(got.Challenge) != 32 {
		t.Errorf("captive: %+v", got)
	}
	logIn(t, r, d, "v")
	plan.Advance(10 * time.Second)
	got := read(r.URL() + "/json/status")
	if got.ClientState != 1 || got.Session.SessionTimeout != 600 || got.Accounting.SessionTime != 10 || got.Accounting.InputOctets != 10_000_000 {
		t.Errorf("on line: %+v", got)
	}
	if _, _, body := browse(t, r.URL()+"/json/status?callback=show"); !strings.HasPrefix(body, "show({") || !strings.HasSuffix(body, "})") {
		t.Errorf("callback: %s", body)
	}
	if _, _, body := browse(t, r.URL()+"/json/status?callback=%3Cscript%3E"); !strings.HasPrefix(body, "{") {
		t.Errorf("foul callback: %s", body)
	}
	if to, _, _ := browse(t, d.URL()+"status"); to.Query().Get("res") != "already" {
		t.Errorf("status goes to %s", to)
	}
}
