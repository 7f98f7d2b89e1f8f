package app

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"net"
	"net/netip"
	"net/url"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/portal/callbacks"
	"mtandao/portal/web"
	"mtandao/radius/mikrotik"
	"mtandao/radius/routers"
)

// routerFiles are what a router fetches from us while it is set up.
func (m *Main) routerFiles(proxies web.Proxies) *callbacks.RouterFiles {
	return callbacks.NewRouterFiles(m.Clock, proxies, m.redeemSetup, m.hotspotPage)
}

func (m *Main) redeemSetup(ctx context.Context, token string) (string, error) {
	installer, err := m.installer(ctx)
	if err != nil {
		return "", err
	}
	return m.Routers.Redeem(ctx, token, installer)
}

func (m *Main) hotspotPage(token, name string) (string, bool) {
	r, ok := m.Routers.ByToken(token)
	if !ok || r.Dialect != routers.MikroTik {
		return "", false
	}
	return mikrotik.Installer{Portal: m.portalOf}.Page(r, name)
}

// SetupLine makes a router's short-lived link, and the line that fetches and runs its set-up, to be pasted into its terminal.
func (m *Main) SetupLine(tx *db.Tx, routerID int64, choices mikrotik.Choices) (string, error) {
	if m.Config.PublicURL == "" {
		return "", fault.New(fault.Invalid, "setup.no_public_url")
	}
	token, err := m.Routers.MakeLink(tx, routerID, choices.Encode())
	if err != nil {
		return "", err
	}
	return mikrotik.PasteLine(m.Config.PublicURL+"/r/s/"+token, choices.Unchecked), nil
}

// installer writes scripts for routers that call home through the tunnel when there is one, and for those that reach this
// machine's public address: RouterOS 6, and all without a tunnel.
func (m *Main) installer(ctx context.Context) (mikrotik.Installer, error) {
	i := mikrotik.Installer{Portal: m.portalOf, Pages: func(r routers.Router) string { return m.Config.PublicURL + "/r/p/" + r.Token }}
	if m.Tunnel != nil {
		i.Inside, i.Within = []mikrotik.Server{{Address: routers.TunnelServer}}, netip.PrefixFrom(routers.TunnelServer, 32)
		i.Tunnels = wayHome{m}
	}
	here, err := m.publicAddress(ctx)
	if err != nil && m.Tunnel != nil {
		return i, nil // RouterOS 7 needs no other way; the set-up of a 6 says what is missing
	}
	if err != nil {
		return i, err
	}
	auth, acct := m.RadiusAddresses()
	i.Servers, i.From = []mikrotik.Server{{Address: here, AuthPort: int(auth.Port()), AcctPort: int(acct.Port())}}, netip.PrefixFrom(here, 32)
	return i, nil
}

func (m *Main) portalOf(r routers.Router) string {
	here, _, err := m.Sites.Get(r.SiteID)
	if err != nil {
		return ""
	}
	return m.Config.PublicURL + "/h/" + here.Slug + "?r=" + r.Token
}

// publicAddress is the IPv4 address behind the public URL; fault.Invalid "setup.no_public_url" when it has none.
func (m *Main) publicAddress(ctx context.Context) (netip.Addr, error) {
	u, err := url.Parse(m.Config.PublicURL)
	if err != nil || u.Hostname() == "" {
		return netip.Addr{}, fault.New(fault.Invalid, "setup.no_public_url")
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", u.Hostname())
	if err != nil || len(found) == 0 {
		return netip.Addr{}, fault.Wrap(fault.Invalid, "setup.no_public_url", err)
	}
	return found[0].Unmap(), nil
}

// wayHome gives a router fresh keys for the tunnel.
type wayHome struct{ *Main }

// Fresh makes the router's private key, which only its script ever holds, and lets its public key call home.
func (w wayHome) Fresh(tx *db.Tx, routerID int64) (*mikrotik.WayHome, error) {
	private, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	shared := routers.TunnelKey(seal.Random(32))
	address, err := w.Routers.JoinTunnel(tx, routerID, routers.TunnelKey(private.PublicKey().Bytes()), shared)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(w.Config.PublicURL)
	if err != nil {
		return nil, err
	}
	way := w.at(u.Hostname(), routers.Tunnel{Address: address, Preshared: shared})
	way.PrivateKey = routers.TunnelKey(private.Bytes()).String()
	return way, nil
}

// at is a router's way home as far as we know it: its private key is its own.
func (w wayHome) at(host string, t routers.Tunnel) *mikrotik.WayHome {
	way := &mikrotik.WayHome{PeerKey: w.Tunnel.Key().String(), Host: host, Port: int(w.Tunnel.Port()), Address: t.Address, Far: netip.PrefixFrom(routers.TunnelServer, 32)}
	if !t.Preshared.IsZero() {
		way.SharedKey = t.Preshared.String()
	}
	return way
}
