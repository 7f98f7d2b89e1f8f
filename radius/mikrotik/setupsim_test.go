package mikrotik

import (
	"net/netip"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/sim/router"
	"mtandao/radius/routers"
)

// TestPhoneOnARouterThatOurScriptSetUp: the portal, the way of logging in and the RADIUS server are those of the script.
func TestPhoneOnARouterThatOurScriptSetUp(t *testing.T) {
	for name, chap := range map[string]bool{"PAP": false, "CHAP": true} {
		t.Run(name, func(t *testing.T) {
			address := netip.MustParseAddrPort(server(t))
			s := wanted(seven)
			s.Secret, s.CHAP, s.MACLogin = simSecret, chap, false
			s.Servers = []Server{{address.Addr(), int(address.Port()), int(address.Port())}}
			c := router.BareConfiguration(seven)
			c.SetFetch(serve(s, ""))
			mustRun(t, c, scriptOf(t, s))
			sim := router.New(c.Options(router.Options{Clock: clock.NewManual(time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)),
				AcceptBareReplies: true, HTTP: "127.0.0.1:0", API: "127.0.0.1:0", CoA: "127.0.0.1:0"}))
			if err := sim.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(sim.Close)
			r := routers.Router{ID: 1, Dialect: routers.MikroTik, CHAP: chap, LoginHosts: []string{sim.HTTPAddress()},
				APIAddress: sim.APIAddress(), APIUser: s.API.User, APIPassword: s.API.Password}
			phone, err := sim.Join("aabbcc001122")
			if err != nil {
				t.Fatal(err)
			}
			landing := open(t, phone.URL())
			d := New()
			t.Cleanup(func() { _ = d.Close() })
			v, err := d.ReadVisit(r, landing.RawQuery, landing.String())
			if err != nil || landing.Host != "portal.example" || landing.Query().Get("r") != "token" || v.MAC != "aabbcc001122" {
				t.Fatalf("%s was read as %+v, %v", landing, v, err)
			}
			link, err := d.LoginLink(r, v, "ann", "one-time")
			if err != nil {
				t.Fatal(err)
			}
			open(t, link)
			if !phone.Online() {
				t.Error("the link did not log in")
			}
			if err := d.Remove(t.Context(), r, routers.SessionRef{UserName: "ann", IP: phone.IP()}); err != nil || phone.Online() {
				t.Errorf("the account of the script may not remove a session: %v", err)
			}
			if err := d.LogIn(t.Context(), r, routers.Login{MAC: "aabbcc001122", IP: phone.IP(), Name: "ann", Secret: "one-time"}); err != nil || !phone.Online() {
				t.Errorf("nor log in: %v", err)
			}
		})
	}
}
