package chilli

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

const (
	portal   = "https://portal.example/h/cafe?r=token&"
	redirect = "res=notyet&uamip=10.1.0.1&uamport=3990&challenge=000102030405060708090a0b0c0d0e0f&called=00-11-22-33-44-55" +
		"&mac=AA-BB-CC-00-11-22&ip=10.1.0.2&nasid=cafe&sessionid=5f1&userurl=http%3a%2f%2fexample.com%2f"
)

func uam() routers.Router {
	return routers.Router{Dialect: routers.Chilli, LoginHosts: []string{"10.1.0.1"}, UAMSecret: "uamsecret"}
}

// signed is a redirect as CoovaChilli writes it: the checksum last, in upper case.
func signed(full string) string {
	return full + fmt.Sprintf("&md=%X", md5.Sum([]byte(full+"uamsecret")))
}

func read(r routers.Router, full string) (routers.Visit, error) {
	_, query, _ := strings.Cut(full, "?")
	return New(nil).ReadVisit(r, query, full)
}

func TestReadVisit(t *testing.T) {
	v, err := read(uam(), signed(portal+redirect))
	if err != nil {
		t.Fatal(err)
	}
	if v.MAC != "aabbcc001122" || v.IP.String() != "10.1.0.2" || v.Login != "http://10.1.0.1:3990/logon" || v.Original != "http://example.com/" ||
		hex.EncodeToString(v.Challenge) != "000102030405060708090a0b0c0d0e0f" || v.LoggedIn || v.Error != "" {
		t.Errorf("%+v", v)
	}
	if again, err := New(nil).ReadVisit(uam(), v.Parameters, "https://portal.example/h/cafe?"+v.Parameters); err != nil || again.Login != v.Login {
		t.Errorf("its own parameters gave %+v, %v", again, err)
	}
}

func TestChecksum(t *testing.T) {
	good := signed(portal + redirect)
	if v, err := read(uam(), good+"&lang=sw&mac=AA-BB-CC-00-11-99"); err != nil || v.MAC != "aabbcc001122" {
		t.Errorf("what follows the checksum was read: %+v, %v", v, err)
	}
	for name, full := range map[string]string{
		"none":             portal + redirect,
		"changed":          strings.Replace(good, "AA-BB-CC-00-11-22", "AA-BB-CC-00-11-23", 1),
		"another host":     strings.Replace(good, "portal.example", "other.example", 1),
		"empty":            portal + redirect + "&md=",
		"of another":       portal + redirect + "&md=00112233445566778899AABBCCDDEEFF",
		"hidden parameter": portal + strings.Replace(redirect, "uamip", "uami%70", 1),
	} {
		if _, err := read(uam(), full); !fault.Is(err, fault.Invalid) || fault.KeyOf(err) != "visit.bad_checksum" {
			t.Errorf("%s: %v", name, err)
		}
	}
	open := uam()
	open.UAMSecret = ""
	if v, err := read(open, portal+redirect); err != nil || v.MAC != "aabbcc001122" {
		t.Errorf("without a secret: %+v, %v", v, err)
	}
}

func TestReadVisitWithoutVariables(t *testing.T) {
	for _, query := range []string{"", "r=token&lang=sw", "mac=AA-BB-CC-00-11-22"} {
		v, err := read(uam(), "https://portal.example/h/cafe?"+query)
		if err != nil || v.MAC != "" || v.Login != "" {
			t.Errorf("%q: %+v, %v", query, v, err)
		}
	}
}

func TestForeignLoginIsNeverUsed(t *testing.T) {
	for _, query := range []string{
		"uamip=10.1.0.9&uamport=3990", "uamip=10.1.0.1&uamport=80", "uamip=evil.example", "uamip=", "uamip=10.1.0.1@evil", "uamip=10.1.0.1&uamport=3990%40evil",
	} {
		if _, err := read(uam(), signed(portal+query)); fault.KeyOf(err) != "visit.foreign_login" {
			t.Errorf("%s: %v", query, err)
		}
	}
}

func TestReadVisitStates(t *testing.T) {
	for query, want := range map[string]string{
		"res=failed&reason=reject":                       "reject",
		"res=failed&reason=reject&reply=Your+time+is+up": "Your time is up",
		"res=notyet&reply=Hello":                         "",
	} {
		if v, err := read(uam(), signed(portal+query+"&uamip=10.1.0.1")); err != nil || v.Error != want || v.LoggedIn {
			t.Errorf("%s: %q, %v", query, v.Error, err)
		}
	}
	v, err := read(uam(), signed(portal+"res=already&uamip=10.1.0.1&challenge=zz"))
	if err != nil || !v.LoggedIn || v.Challenge != nil {
		t.Errorf("%+v, %v", v, err)
	}
	if _, err := read(uam(), signed(portal+"uamip=10.1.0.1&mac=nobody")); fault.KeyOf(err) != "visit.bad_mac" {
		t.Errorf("%v", err)
	}
}

// TestLoginLinks undoes by hand what the router will undo (reference/other-nas.md §1).
func TestLoginLinks(t *testing.T) {
	v, err := read(uam(), signed(portal+redirect))
	if err != nil {
		t.Fatal(err)
	}
	key := md5.Sum([]byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f" + "uamsecret"))
	password := "a secret of more than sixteen"
	query := linkQuery(t, uam(), v, password)
	masked, err := hex.DecodeString(query.Get("password"))
	if err != nil || len(masked) != 32 {
		t.Fatalf("%v, %v", query, err)
	}
	for i := range masked {
		masked[i] ^= key[i%16]
	}
	if strings.TrimRight(string(masked), "\x00") != password || query.Get("username") != "o1" {
		t.Errorf("%q from %v", masked, query)
	}
	chap := uam()
	chap.CHAP = true
	response := md5.Sum([]byte("\x00" + password + string(key[:])))
	if query := linkQuery(t, chap, v, password); query.Get("response") != hex.EncodeToString(response[:]) || query.Has("password") {
		t.Errorf("%v", query)
	}
	chap.UAMSecret = ""
	response = md5.Sum([]byte("\x00" + password + string(v.Challenge)))
	if query := linkQuery(t, chap, v, password); query.Get("response") != hex.EncodeToString(response[:]) {
		t.Errorf("without a UAM secret: %v", query)
	}
}

func linkQuery(t *testing.T, r routers.Router, v routers.Visit, password string) url.Values {
	t.Helper()
	link, err := New(nil).LoginLink(r, v, "o1", password)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(link)
	if err != nil || u.Host != "10.1.0.1:3990" || u.Path != "/logon" {
		t.Fatalf("%s, %v", link, err)
	}
	return u.Query()
}

func TestNoLinkWithoutChallengeOrLogin(t *testing.T) {
	if _, err := New(nil).LoginLink(uam(), routers.Visit{Login: "http://10.1.0.1:3990/logon"}, "a", "b"); fault.KeyOf(err) != "visit.no_challenge" {
		t.Errorf("%v", err)
	}
	if _, err := New(nil).LoginLink(uam(), routers.Visit{}, "a", "b"); fault.KeyOf(err) != "visit.no_login" {
		t.Errorf("%v", err)
	}
}

func FuzzReadVisit(f *testing.F) {
	for _, seed := range []string{redirect, redirect + "&md=00", "uamip=10.1.0.1&challenge=00", "uami%70=10.1.0.1", "%zz;=&md=&md=", "uamip=10.1.0.1&uamport=1%2F"} {
		f.Add(seed)
	}
	open := uam()
	open.UAMSecret = ""
	f.Fuzz(func(t *testing.T, query string) {
		if v, err := read(uam(), "https://portal.example/h/cafe?"+query); err == nil && v.Login != "" {
			t.Fatalf("%q passed without a good checksum", query)
		}
		v, err := read(open, "https://portal.example/h/cafe?"+query)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%q: %v", query, err)
			}
			return
		}
		if v.Login != "" && v.Login != "http://10.1.0.1:3990/logon" {
			t.Fatalf("%q leads to %q", query, v.Login)
		}
	})
}
