package mikrotik

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"

	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

// away is a tunnel in which a router is or is not; whoever is dialled is not at home.
type away struct {
	there  bool
	dialed netip.AddrPort
}

func (a *away) Reaches(netip.Addr) bool { return a.there }

func (a *away) DialContext(_ context.Context, to netip.AddrPort) (net.Conn, error) {
	a.dialed = to
	return nil, errors.New("not at home")
}

func TestWayToTheAPI(t *testing.T) {
	inner := routers.Tunnel{Address: netip.MustParseAddr("10.254.3.4")}
	for name, c := range map[string]struct {
		router routers.Router
		there  bool
		want   string // where the API is; empty: the key of the error
		key    string
	}{
		"outside only":             {routers.Router{APIAddress: "41.90.1.2:8728", APIUser: "u"}, true, "41.90.1.2:8728", ""},
		"in the tunnel":            {routers.Router{APIAddress: "41.90.1.2:9999", APIUser: "u", Tunnel: inner}, true, "10.254.3.4:9999", ""},
		"in the tunnel only":       {routers.Router{APIUser: "u", Tunnel: inner}, true, "10.254.3.4:8728", ""},
		"with TLS":                 {routers.Router{APIUser: "u", APITLS: true, Tunnel: inner}, true, "10.254.3.4:8729", ""},
		"should be in the tunnel":  {routers.Router{APIAddress: "41.90.1.2:9999", APIUser: "u", Tunnel: inner}, false, "41.90.1.2:9999", ""},
		"only there, and is not":   {routers.Router{APIUser: "u", Tunnel: inner}, false, "", "router.unreachable"},
		"no user, so no API":       {routers.Router{Tunnel: inner}, true, "", "router.no_api"},
		"neither in nor out of it": {routers.Router{APIUser: "u"}, true, "", "router.no_api"},
	} {
		p := &pool{tunnel: &away{there: c.there}}
		a, err := p.accountOf(c.router)
		if a.address != c.want || fault.KeyOf(err) != c.key && c.key != "" || (err == nil) != (c.key == "") {
			t.Errorf("%s: %q, %v", name, a.address, err)
		}
	}
}

func TestCommandsGoIntoTheTunnel(t *testing.T) {
	d, tunnel := New(), &away{there: true}
	t.Cleanup(func() { _ = d.Close() })
	d.UseTunnel(tunnel)
	r := routers.Router{ID: 1, APIUser: "u", Tunnel: routers.Tunnel{Address: netip.MustParseAddr("10.254.3.4")}}
	err := d.Remove(t.Context(), r, routers.SessionRef{UserName: "asha", IP: netip.MustParseAddr("10.5.50.2")})
	if !fault.Is(err, fault.Unavailable) || tunnel.dialed != netip.MustParseAddrPort("10.254.3.4:8728") {
		t.Errorf("dialed %s: %v", tunnel.dialed, err)
	}
}
