package radius

import (
	"net/netip"
	"testing"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2866"

	"mtandao/radius/routers"
)

func TestMessageAuthenticatorRules(t *testing.T) {
	plain := func(t *testing.T) []byte { return encoded(t, papRequest(t, "asha", "siri", testSecret)) }
	marked := func(t *testing.T) []byte { return mark(plain(t), testSecret) }
	forged := func(t *testing.T) []byte { return mark(plain(t), "another secret") }
	proxied := func(t *testing.T) []byte {
		p := papRequest(t, "asha", "siri", testSecret)
		p.Add(proxyStateType, codec.Attribute("x"))
		return encoded(t, p)
	}
	for name, c := range map[string]struct {
		rule   string
		seen   bool
		wire   func(*testing.T) []byte
		answer bool
		log    string
	}{
		"required, present":         {routers.AuthRequired, true, marked, true, ""},
		"required, absent":          {routers.AuthRequired, false, plain, false, noAuthenticator},
		"unset counts as required":  {"", false, plain, false, noAuthenticator},
		"auto, absent":              {routers.AuthAuto, false, plain, true, "without Message-Authenticator"},
		"auto, absent, seen before": {routers.AuthAuto, true, plain, false, noAuthenticator},
		"excepted, absent":          {routers.AuthExcepted, true, plain, true, "without Message-Authenticator"},
		"excepted, wrong":           {routers.AuthExcepted, false, forged, false, "the secret of router gate is wrong"},
		"excepted, with a proxy":    {routers.AuthExcepted, false, proxied, false, proxyWithout},
	} {
		t.Run(name, func(t *testing.T) {
			b := newServing(t)
			b.routers.change(7, func(r *routers.Router) { r.Auth, r.AuthSeen = c.rule, c.seen })
			auth, _ := b.Addresses()
			client := newClient(t, auth)
			client.send(c.wire(t))
			wait := quiet
			if c.answer {
				wait = 2 * time.Second
			}
			if got := client.receive(wait); (got != nil) != c.answer {
				t.Errorf("answered: %v, want %v", got != nil, c.answer)
			}
			if !b.log.has(c.log) {
				t.Errorf("the log does not say %q", c.log)
			}
		})
	}
}

func TestAutoRequiresOnceSeen(t *testing.T) {
	b := newServing(t)
	b.routers.change(7, func(r *routers.Router) { r.Auth = routers.AuthAuto })
	auth, _ := b.Addresses()
	c := newClient(t, auth)
	if c.ask(mark(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret), testSecret) == nil {
		t.Fatal("no answer")
	}
	c.send(encoded(t, papRequest(t, "asha", "siri", testSecret)))
	if c.receive(quiet) != nil {
		t.Error("after one Message-Authenticator a request without it is still answered")
	}
}

func TestOldSecretDuringRotation(t *testing.T) {
	b := newServing(t)
	b.routers.change(7, func(r *routers.Router) {
		r.Secret, r.OldSecret, r.OldSecretUntil = "the new secret", testSecret, noon.Add(time.Hour)
	})
	auth, acct := b.Addresses()
	if answer := newClient(t, auth).ask(mark(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret), testSecret); answer == nil || answer.Code != codec.CodeAccessAccept {
		t.Errorf("the old secret gets %v", answer)
	}
	start := report{status: rfc2866.AcctStatusType_Value_Start, id: "1"}
	if newClient(t, acct).ask(encoded(t, start.packet(t, testSecret)), testSecret) == nil {
		t.Error("accounting with the old secret gets no answer")
	}
	b.clock.Advance(2 * time.Hour)
	c := newClient(t, acct)
	c.send(encoded(t, start.packet(t, testSecret)))
	if c.receive(quiet) != nil {
		t.Error("the old secret is accepted after its time")
	}
}

func TestDropped(t *testing.T) {
	access := func(t *testing.T) []byte {
		return mark(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret)
	}
	for name, wire := range map[string]func(*testing.T) []byte{
		"unknown code": func(t *testing.T) []byte { w := access(t); w[0] = 99; return w },
		"accounting on the auth port": func(t *testing.T) []byte {
			return encoded(t, report{status: 1, id: "1"}.packet(t, testSecret))
		},
		"cut short":                    func(t *testing.T) []byte { return access(t)[:30] },
		"altered":                      func(t *testing.T) []byte { w := access(t); w[25] ^= 1; return w },
		"status without authenticator": func(t *testing.T) []byte { return encoded(t, codec.New(codec.CodeStatusServer, nil)) },
		"EAP without Message-Authenticator": func(t *testing.T) []byte {
			p := papRequest(t, "asha", "siri", testSecret)
			p.Add(79, codec.Attribute("x"))
			return encoded(t, p)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newServing(t)
			b.routers.change(7, func(r *routers.Router) { r.Auth = routers.AuthExcepted })
			auth, _ := b.Addresses()
			c := newClient(t, auth)
			c.send(wire(t))
			if c.receive(quiet) != nil || b.access.admitted() != 0 {
				t.Errorf("answered, or %d log-ins tried", b.access.admitted())
			}
		})
	}
}

func TestUnknownRouterIsDropped(t *testing.T) {
	b := newServing(t)
	b.routers.change(7, func(r *routers.Router) { r.Addresses = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	auth, _ := b.Addresses()
	c := newClient(t, auth)
	c.send(mark(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret))
	if c.receive(quiet) != nil {
		t.Error("a stranger gets an answer")
	}
}

// TestARouterWithAnotherNameIsSaid, and served: its address and its secret are what counts.
func TestARouterWithAnotherNameIsSaid(t *testing.T) {
	for record, warned := range map[string]bool{"": false, "gate": false, "roof": true} {
		t.Run("record "+record, func(t *testing.T) {
			b := newServing(t)
			b.routers.change(7, func(r *routers.Router) { r.Identifier = record })
			auth, _ := b.Addresses()
			answer := newClient(t, auth).ask(mark(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret), testSecret)
			if answer == nil || answer.Code != codec.CodeAccessAccept || b.log.has("another NAS-Identifier") != warned {
				t.Errorf("answer %v, warned %v", answer, !warned)
			}
		})
	}
}
