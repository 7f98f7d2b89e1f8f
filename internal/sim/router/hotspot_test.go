package router

import (
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// browse gets a page without following redirects.
func browse(t *testing.T, address string) (location *url.URL, status int, body string) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, _ := io.ReadAll(response.Body)
	location, _ = response.Location()
	return location, response.StatusCode, string(read)
}

// unescape reads bytes as RouterOS prints them.
func unescape(t *testing.T, text string) (value []byte) {
	t.Helper()
	for _, digits := range strings.Split(text, `\`)[1:] {
		n, err := strconv.ParseUint(digits, 8, 8)
		if err != nil || len(digits) != 3 {
			t.Fatalf("%q", text)
		}
		value = append(value, byte(n))
	}
	return value
}

func TestCaptiveRedirectHasExactlyOurVariables(t *testing.T) {
	r, _ := start(t, newFakeServer(t), nil)
	to, status, _ := browse(t, r.URL()+"/d/aabbcc001122/generate_204")
	if status != 302 || !strings.HasPrefix(to.String(), "http://portal.test/h/site?r=TOKEN&mac=AA%3ABB%3ACC%3A00%3A11%3A22&ip=10.20.0.20&login=") {
		t.Fatalf("%d %s", status, to)
	}
	got := to.Query()
	base := r.URL() + "/d/aabbcc001122"
	for name, want := range map[string]string{"r": "TOKEN", "mac": "AA:BB:CC:00:11:22", "ip": "10.20.0.20", "login": base + "/login",
		"orig": base + "/generate_204", "err": "", "cid": "", "chal": "", "in": "no"} {
		if values, ok := got[name]; !ok || len(values) != 1 || values[0] != want {
			t.Errorf("%s is %q", name, values)
		}
		got.Del(name)
	}
	if len(got) > 0 {
		t.Errorf("also sends %v", got)
	}
	if _, status, _ := browse(t, r.URL()+"/d/nonsense/"); status != 404 {
		t.Errorf("no MAC: %d", status)
	}
}

func TestLogInByLink(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(p *packet) *packet {
		if password(p) != "s3cret &+" {
			return reject("wrong code")
		}
		return accept()
	}
	r, plan := start(t, f, nil)
	base := r.URL() + "/d/aabbcc001122"
	to, status, _ := browse(t, base+"/login?username=v&password=bad&dst=http%3A%2F%2Fexample.com%2F")
	if got := to.Query(); status != 302 || to.Host != "portal.test" || got.Get("err") != "wrong code" || got.Get("orig") != "http://example.com/" {
		t.Fatalf("failed log-in goes to %s", to)
	}
	for dst, want := range map[string]string{"http://example.com/x?y=1": "http://example.com/x?y=1", "javascript:alert(1)": base + "/status", "": base + "/status"} {
		to, _, _ = browse(t, base+"/login?"+url.Values{"username": {"v"}, "password": {"s3cret &+"}, "dst": {dst}}.Encode())
		if to == nil || to.String() != want {
			t.Errorf("dst %q goes to %v", dst, to)
		}
	}
	if s := only(t, r); !s.Online || s.LoggedInBy != "http-pap" {
		t.Errorf("session %+v", s)
	}
	plan.Advance(time.Minute)
	if _, status, body := browse(t, base+"/status"); status != 200 || !strings.Contains(body, "You are online") || !strings.Contains(body, "in=yes") {
		t.Errorf("status page %d", status)
	}
	if _, status, body := browse(t, base+"/anything"); status != 200 || !strings.Contains(body, "on the internet") {
		t.Errorf("internet %d", status)
	}
	if _, status, _ := browse(t, base+"/logout"); status != 200 || only(t, r).Cause != UserRequest || only(t, r).Time != time.Minute {
		t.Errorf("logout %d, %+v", status, only(t, r))
	}
	if to, _, _ := browse(t, base+"/status"); to == nil || to.String() != base+"/login" {
		t.Errorf("status when logged out goes to %v", to)
	}
}

func TestLogInByCHAPLinkOnce(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(p *packet) *packet {
		sent, _ := p.get(attrCHAPPassword)
		challenge, _ := p.get(attrCHAPChallenge)
		if len(sent) != 17 || string(sent[1:]) != string(chapResponse(sent[0], "pw", challenge)) {
			return reject("")
		}
		return accept()
	}
	r, _ := start(t, f, func(o *Options) { o.CHAP = true })
	base := r.URL() + "/d/aabbcc001122"
	to, _, _ := browse(t, base+"/")
	id, challenge := unescape(t, to.Query().Get("cid")), unescape(t, to.Query().Get("chal"))
	if len(id) != 1 || len(challenge) != 16 {
		t.Fatalf("cid %x, chal %x", id, challenge)
	}
	link := base + "/login?username=v&password=" + hex.EncodeToString(chapResponse(id[0], "pw", challenge))
	if to, _, _ = browse(t, link); to.String() != base+"/status" || only(t, r).LoggedInBy != "http-chap" {
		t.Fatalf("goes to %s", to)
	}
	r.logOut("aabbcc001122")
	if to, _, _ = browse(t, link); to.Query().Get("err") != "invalid username or password" {
		t.Errorf("an old response again goes to %s", to)
	}
}

func TestOwnFormWithoutPortal(t *testing.T) {
	r, _ := start(t, newFakeServer(t), func(o *Options) { o.PortalURL = "" })
	if _, status, body := browse(t, r.URL()+"/d/aabbcc001122/"); status != 200 || !strings.Contains(body, `name="username"`) {
		t.Errorf("form: %d", status)
	}
	response, err := http.PostForm(r.URL()+"/d/aabbcc001122/login", url.Values{"username": {"v"}, "password": {"x"}})
	if err != nil || response.StatusCode != 200 || !only(t, r).Online {
		t.Errorf("post: %v", err)
	}
	_ = response.Body.Close()
}

func TestPublicURLIsWhatBrowsersSee(t *testing.T) {
	r, _ := start(t, newFakeServer(t), func(o *Options) { o.PublicURL = "http://router.test:8081/" })
	to, _, _ := browse(t, "http://"+r.HTTPAddress()+"/d/aabbcc001122/")
	if got := to.Query().Get("login"); got != "http://router.test:8081/d/aabbcc001122/login" {
		t.Errorf("login is %s", got)
	}
}

func TestListenerOnEveryAddress(t *testing.T) {
	f := newFakeServer(t)
	r, _ := start(t, f, func(o *Options) {
		o.HTTP = "0.0.0.0:0"
		o.AuthServer = "0.0.0.0:" + strconv.Itoa(f.auth.LocalAddr().(*net.UDPAddr).Port)
	})
	if !strings.HasPrefix(r.URL(), "http://127.0.0.1:") {
		t.Errorf("URL is %s", r.URL())
	}
	logIn(t, r, join(t, r, "aabbcc001122"), "v")
}
