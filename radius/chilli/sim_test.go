package chilli

import (
	"context"
	"crypto/md5"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"layeh.com/radius"
	"layeh.com/radius/rfc2865"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/sim/router"
	"mtandao/radius/routers"
)

const simSecret = "0123456789abcdef"

// server answers the simulated router's RADIUS: "ann" with "one-time" gets in by PAP or CHAP; a MAC log-in does not.
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
	_ = New(nil).Answer(&all, &limited)
	_ = all.AddTo(accept)
	return accept
}

func simulated(t *testing.T, change func(o *router.Options)) (*router.Router, routers.Router) {
	t.Helper()
	radiusServer := server(t)
	options := router.Options{Dialect: router.Chilli, Name: "sim", Clock: clock.NewManual(time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)),
		AuthServer: radiusServer, AcctServer: radiusServer, Secret: simSecret, AcceptBareReplies: true, UAMSecret: "uam secret",
		PortalURL: "http://portal.example/h/cafe?r=token", HTTP: "127.0.0.1:0", CoA: "127.0.0.1:0"}
	change(&options)
	sim := router.New(options)
	if err := sim.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	return sim, routers.Router{ID: 1, Dialect: routers.Chilli, Secret: simSecret, UAMSecret: options.UAMSecret, CHAP: options.CHAP,
		MACLogin: options.MACLogin, LoginHosts: []string{sim.HTTPAddress()}, CoAAddress: sim.CoAAddress()}
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
	for name, change := range map[string]func(o *router.Options){
		"PAP": func(*router.Options) {}, "CHAP": func(o *router.Options) { o.CHAP = true }, "no UAM secret": func(o *router.Options) { o.UAMSecret = "" },
	} {
		t.Run(name, func(t *testing.T) {
			sim, r := simulated(t, change)
			phone, err := sim.Join("aabbcc001122")
			if err != nil {
				t.Fatal(err)
			}
			landing := open(t, phone.URL())
			d := New(nil)
			v, err := d.ReadVisit(r, landing.RawQuery, landing.String())
			if err != nil || v.MAC != "aabbcc001122" || v.IP != phone.IP() || v.LoggedIn || v.Original != phone.URL() {
				t.Fatalf("%s was read as %+v, %v", landing, v, err)
			}
			link, err := d.LoginLink(r, v, "ann", "wrong")
			if err != nil {
				t.Fatal(err)
			}
			again := open(t, link)
			if v, err = d.ReadVisit(r, again.RawQuery, again.String()); err != nil || v.Error == "" || phone.Online() {
				t.Fatalf("a wrong secret led to %s (%v)", again, err)
			}
			if link, err = d.LoginLink(r, v, "ann", "one-time"); err != nil {
				t.Fatal(err)
			}
			success := open(t, link)
			if v, err = d.ReadVisit(r, success.RawQuery, success.String()); err != nil || !v.LoggedIn || !phone.Online() {
				t.Errorf("the link led to %s (%v)", success, err)
			}
			if open(t, strings.Replace(v.Login, "/logon", "/logoff", 1)); phone.Online() {
				t.Error("the phone did not log out")
			}
		})
	}
}

// exchange sends a CoA with the library's own client.
type exchange struct{}

func (exchange) Send(ctx context.Context, r routers.Router, p *radius.Packet) (*radius.Packet, error) {
	return radius.Exchange(ctx, p, r.CoAAddress)
}

func TestServerLogsInByCoA(t *testing.T) {
	sim, r := simulated(t, func(o *router.Options) { o.MACLogin = true })
	d := New(exchange{})
	login := routers.Login{MAC: "aabbcc001122", Answer: limited}
	if err := d.LogIn(context.Background(), r, login); !fault.Is(err, fault.NotFound) {
		t.Errorf("nobody has joined: %v", err)
	}
	phone, err := sim.Join("aabbcc001122")
	if err != nil {
		t.Fatal(err)
	}
	for range 100 { // the router first tries the log-in by MAC
		if err = d.LogIn(context.Background(), r, login); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil || !phone.Online() {
		t.Fatalf("%v", err)
	}
	var found bool
	for _, s := range sim.Sessions() {
		found = found || strings.EqualFold(s.User, "AA-BB-CC-00-11-22") && s.Capped && s.Timed
	}
	if !found {
		t.Errorf("no limited session under the MAC in %+v", sim.Sessions())
	}
}
