package mikrotik

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

func hotspot() routers.Router {
	return routers.Router{ID: 7, Dialect: routers.MikroTik, LoginHosts: []string{"10.5.50.1", "wifi.example:8080"}}
}

const redirect = `mac=AA%3ABB%3ACC%3A00%3A11%3A22&ip=10.5.50.33&login=http%3A%2F%2F10.5.50.1%2Flogin&orig=http%3A%2F%2Fexample.com%2F%3Fa%3D1` +
	`&err=&cid=\371&chal=\244\000\001ab\060\377&in=no`

func TestReadVisit(t *testing.T) {
	v, err := New().ReadVisit(hotspot(), redirect, "")
	if err != nil {
		t.Fatal(err)
	}
	if v.MAC != "aabbcc001122" || v.IP.String() != "10.5.50.33" || v.Login != "http://10.5.50.1/login" || v.Original != "http://example.com/?a=1" {
		t.Errorf("%+v", v)
	}
	if v.ChapID != 0o371 || !bytes.Equal(v.Challenge, []byte{0o244, 0, 1, 'a', 'b', '0', 0xFF}) {
		t.Errorf("challenge %x %x", v.ChapID, v.Challenge)
	}
	if v.LoggedIn || v.Error != "" || v.Parameters != redirect {
		t.Errorf("%+v", v)
	}
	again, err := New().ReadVisit(hotspot(), v.Parameters, "")
	if err != nil || again.Login != v.Login || again.MAC != v.MAC {
		t.Errorf("its own parameters gave %+v, %v", again, err)
	}
}

func TestReadVisitWithoutVariables(t *testing.T) {
	for _, query := range []string{"", "r=token&lang=sw"} {
		v, err := New().ReadVisit(hotspot(), query, "")
		if err != nil || v.MAC != "" || v.IP.IsValid() || v.Login != "" || v.Challenge != nil {
			t.Errorf("%q: %+v, %v", query, v, err)
		}
	}
}

func TestReadVisitKeepsThePlainPart(t *testing.T) {
	v, err := New().ReadVisit(hotspot(), "mac=aa-bb-cc-00-11-22&in=yes&orig=javascript%3Aalert(1)&err="+url.QueryEscape("no more\x00 sessions\n")+strings.Repeat("x", 300), "")
	if err != nil || v.Original != "" || !v.LoggedIn || !strings.HasPrefix(v.Error, "no more sessions") || len(v.Error) != 200 {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestForeignLoginIsNeverUsed(t *testing.T) {
	for _, login := range []string{
		"http://evil.example/login", "http://10.5.50.1:81/login", "https://10.5.50.1.evil.example/login", "http://10.5.50.1@evil.example/",
		"//10.5.50.1/login", "javascript:alert(1)//10.5.50.1", "ftp://10.5.50.1/login", "http:10.5.50.1/login", "http://wifi.example/login",
		"http://evil.example\\@10.5.50.1/login", "http://[::1]/login", "http:///login", "/login", "http://10.5.50.1%2eevil/", "http://user@10.5.50.1/",
	} {
		_, err := New().ReadVisit(hotspot(), "mac=AABBCC001122&login="+url.QueryEscape(login), "")
		if fault.KeyOf(err) != "visit.foreign_login" || !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", login, err)
		}
	}
	for login, want := range map[string]string{
		"http://10.5.50.1/sw/login":                 "http://10.5.50.1/sw/login",
		"http://10.5.50.1:80":                       "http://10.5.50.1:80/",
		"https://10.5.50.1/login?dst=http://x#frag": "https://10.5.50.1/login",
		"http://WIFI.example:8080/login":            "http://wifi.example:8080/login",
	} {
		v, err := New().ReadVisit(hotspot(), "login="+url.QueryEscape(login), "")
		if err != nil || v.Login != want {
			t.Errorf("%s became %q, %v", login, v.Login, err)
		}
	}
}

func TestReadVisitRefusesNonsense(t *testing.T) {
	for query, key := range map[string]string{
		"mac=hello":                 "visit.bad_mac",
		"mac=AABBCC001122&ip=1.2.3": "visit.bad_ip",
		"ip=fe80%3A%3A1%25eth0":     "visit.bad_ip",
		strings.Repeat("a", 5000):   "visit.too_long",
	} {
		if _, err := New().ReadVisit(hotspot(), query, ""); fault.KeyOf(err) != key {
			t.Errorf("%.40s: %v, want %s", query, err, key)
		}
	}
}

func TestUnescape(t *testing.T) {
	for text, want := range map[string]string{
		`\101\102`: "AB", `\000`: "\x00", `\377`: "\xff", `a\'b\\`: `a'b\`, "\xf1\x80": "\xf1\x80", ``: "",
	} {
		if got, ok := unescape(text); !ok || string(got) != want {
			t.Errorf("%q gave %q, %v", text, got, ok)
		}
	}
	for _, text := range []string{`\`, `\1`, `\12`, `\400`, `\189`, `\9`, strings.Repeat("x", 300)} {
		if got, ok := unescape(text); ok {
			t.Errorf("%q gave %q", text, got)
		}
	}
}

func TestLoginLinkPAP(t *testing.T) {
	v := routers.Visit{Login: "http://10.5.50.1/login"}
	link, err := New().LoginLink(hotspot(), v, "o-1 &", "s+c=t")
	if err != nil || link != "http://10.5.50.1/login?password=s%2Bc%3Dt&username=o-1+%26" {
		t.Errorf("%s, %v", link, err)
	}
	if _, err := New().LoginLink(hotspot(), routers.Visit{}, "a", "b"); fault.KeyOf(err) != "visit.no_login" {
		t.Errorf("%v", err)
	}
}

func TestLoginLinkCHAP(t *testing.T) {
	r := hotspot()
	r.CHAP = true
	v := routers.Visit{Login: "http://10.5.50.1/login", ChapID: 0xF9, Challenge: []byte{1, 2, 3}}
	sum := md5.Sum([]byte("\xf9secret\x01\x02\x03"))
	link, err := New().LoginLink(r, v, "ann", "secret")
	if err != nil || link != "http://10.5.50.1/login?password="+hex.EncodeToString(sum[:])+"&username=ann" {
		t.Errorf("%s, %v", link, err)
	}
	v.Challenge = nil
	if _, err := New().LoginLink(r, v, "ann", "secret"); fault.KeyOf(err) != "visit.no_challenge" {
		t.Errorf("%v", err)
	}
}

func FuzzReadVisit(f *testing.F) {
	for _, seed := range []string{redirect, "mac=AABBCC001122&login=http%3A%2F%2F10.5.50.1%2F", `chal=\1&cid=\377`, "%zz&=;&login=%00", "login=http://10.5.50.1\\@evil"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		v, err := New().ReadVisit(hotspot(), query, query)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%q: %v", query, err)
			}
			return
		}
		if v.Login == "" {
			return
		}
		link, err := New().LoginLink(hotspot(), v, "n", "s")
		u, bad := url.Parse(link)
		if err != nil || bad != nil || (u.Hostname() != "10.5.50.1" && u.Host != "wifi.example:8080") || u.User != nil {
			t.Fatalf("%q leads to %q (%v)", query, link, err)
		}
	})
}
