package mikrotik

import (
	"context"
	"crypto/md5"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"layeh.com/radius"
	"layeh.com/radius/rfc2865"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/sim/router"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

const simSecret = "0123456789abcdef"

// server answers the simulated router's RADIUS: "ann" with "one-time" gets in by PAP or CHAP, with our attributes.
func server(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		for buffer := make([]byte, 4096); ; {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			if request, err := radius.Parse(buffer[:n], []byte(simSecret)); err == nil {
				encoded, _ := verdict(request).Encode()
				_, _ = conn.WriteTo(encoded, from)
			}
		}
	}()
	return conn.LocalAddr().String()
}

func verdict(request *radius.Packet) *radius.Packet {
	if request.Code == radius.CodeAccountingRequest {
		return request.Response(radius.CodeAccountingResponse)
	}
	good := rfc2865.UserPassword_GetString(request) == "one-time"
	if chap := rfc2865.CHAPPassword_Get(request); len(chap) == 17 {
		sum := md5.Sum(append(append([]byte{chap[0]}, "one-time"...), rfc2865.CHAPChallenge_Get(request)...))
		good = string(chap[1:]) == string(sum[:])
	}
	if rfc2865.UserName_GetString(request) != "ann" || !good {
		return request.Response(radius.CodeAccessReject)
	}
	accept := request.Response(radius.CodeAccessAccept)
	var all routers.Attributes
	_ = New().Answer(&all, &routers.Answer{Limits: access.Limits{UpKbps: 1000, DownKbps: 2000},
		Left: access.Left{Timed: true, Time: time.Hour, Capped: true, Bytes: 5 << 32}})
	_ = all.AddTo(accept)
	return accept
}

func simulated(t *testing.T, chap bool) (*router.Router, routers.Router) {
	t.Helper()
	radiusServer := server(t)
	sim := router.New(router.Options{Name: "sim", Clock: clock.NewManual(time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)), AuthServer: radiusServer,
		AcctServer: radiusServer, Secret: simSecret, AcceptBareReplies: true, CHAP: chap, PortalURL: "http://portal.example/h/cafe?r=token",
		HTTP: "127.0.0.1:0", API: "127.0.0.1:0", APIUser: "api", APIPassword: "api password"})
	if err := sim.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	return sim, routers.Router{ID: 1, Dialect: routers.MikroTik, CHAP: chap, LoginHosts: []string{sim.HTTPAddress()},
		APIAddress: sim.APIAddress(), APIUser: "api", APIPassword: "api password"}
}

// open is a browser that stops at a redirect and tells where to.
func open(t *testing.T, address string) *url.URL {
	t.Helper()
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	to, err := answer.Location()
	if err != nil {
		t.Fatalf("%s did not redirect: %v", address, err)
	}
	return to
}

func TestPhoneLogsInByLink(t *testing.T) {
	for name, chap := range map[string]bool{"PAP": false, "CHAP": true} {
		t.Run(name, func(t *testing.T) {
			sim, r := simulated(t, chap)
			phone, err := sim.Join("aabbcc001122")
			if err != nil {
				t.Fatal(err)
			}
			landing := open(t, phone.URL())
			d := New()
			v, err := d.ReadVisit(r, landing.RawQuery, landing.String())
			if err != nil || v.MAC != "aabbcc001122" || v.IP != phone.IP() || v.LoggedIn || v.Original != phone.URL() || (v.Challenge != nil) != chap {
				t.Fatalf("%s was read as %+v, %v", landing, v, err)
			}
			link, err := d.LoginLink(r, v, "ann", "wrong")
			if err != nil {
				t.Fatal(err)
			}
			again := open(t, link)
			if v, err = d.ReadVisit(r, again.RawQuery, ""); err != nil || v.Error == "" || phone.Online() {
				t.Fatalf("a wrong secret led to %s", again)
			}
			if link, err = d.LoginLink(r, v, "ann", "one-time"); err != nil {
				t.Fatal(err)
			}
			open(t, link)
			if !phone.Online() {
				t.Error("the link did not log in")
			}
			if answer, err := http.Get(strings.Replace(v.Login, "/login", "/logout", 1)); err != nil || answer.Body.Close() != nil || phone.Online() {
				t.Errorf("the phone did not log out: %v", err)
			}
		})
	}
}

func TestServerLogsInAndRemoves(t *testing.T) {
	sim, r := simulated(t, false)
	ctx := context.Background()
	d := New()
	t.Cleanup(func() { _ = d.Close() })
	login := routers.Login{MAC: "aabbcc001122", IP: netip.MustParseAddr("10.20.0.99"), Name: "ann", Secret: "one-time"}
	if err := d.LogIn(ctx, r, login); !fault.Is(err, fault.NotFound) {
		t.Errorf("nobody has joined: %v", err)
	}
	phone, err := sim.Join("aabbcc001122")
	if err != nil {
		t.Fatal(err)
	}
	wrong := login
	wrong.Secret = "wrong"
	if err := d.LogIn(ctx, r, wrong); !fault.Is(err, fault.Denied) || phone.Online() {
		t.Errorf("a wrong secret: %v", err)
	}
	for range 2 {
		if err := d.LogIn(ctx, r, login); err != nil || !phone.Online() {
			t.Fatalf("%v", err)
		}
	}
	ref := routers.SessionRef{UserName: "ann", IP: phone.IP()}
	if err := d.Remove(ctx, r, routers.SessionRef{UserName: "bob", IP: phone.IP()}); !fault.Is(err, fault.NotFound) || !phone.Online() {
		t.Errorf("somebody else's session: %v", err)
	}
	if err := d.Remove(ctx, r, ref); err != nil || phone.Online() {
		t.Errorf("%v", err)
	}
	if err := d.Remove(ctx, r, ref); !fault.Is(err, fault.NotFound) {
		t.Errorf("removed twice: %v", err)
	}
	sim.SetFaults(router.Faults{APIUnreachable: true})
	short, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := d.LogIn(short, r, login); !fault.Is(err, fault.Unavailable) {
		t.Errorf("unreachable: %v", err)
	}
	sim.SetFaults(router.Faults{})
	if err := d.LogIn(ctx, r, login); err != nil || !phone.Online() {
		t.Errorf("after the trouble: %v", err)
	}
}
