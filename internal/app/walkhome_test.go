package app

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"
	"golang.zx2c4.com/wireguard/conn"
	"golang.zx2c4.com/wireguard/device"
	"golang.zx2c4.com/wireguard/tun/netstack"

	"mtandao/internal/clock"
	"mtandao/internal/sim/router"
	"mtandao/radius/routers"
)

// farEnd is a router's end of the tunnel: WireGuard with a network stack of its own.
type farEnd struct{ stack *netstack.Net }

func (f farEnd) DialUDP(from, to *net.UDPAddr) (net.Conn, error) { return f.stack.DialUDP(from, to) }

func (f farEnd) ListenUDP(at *net.UDPAddr) (net.PacketConn, error) { return f.stack.ListenUDP(at) }

func (f farEnd) ListenTCP(at *net.TCPAddr) (net.Listener, error) { return f.stack.ListenTCP(at) }

var (
	tunnelSelf = regexp.MustCompile(`(?m)^/interface/wireguard \S+ .*private-key="([^"]+)"`)
	tunnelPeer = regexp.MustCompile(`(?m)^/interface/wireguard/peers \S+ .*endpoint-address="([^"]+)" endpoint-port="([0-9]+)" .*preshared-key="([^"]+)" public-key="([^"]+)"`)
	tunnelAt   = regexp.MustCompile(`(?m)^/ip/address \S+ address="([0-9.]+)/32" comment="mtandao: tunnel"`)
	hotspotAt  = regexp.MustCompile(`(?m)^/ip/hotspot/profile \S+ .*hotspot-address="([0-9.]+)" html-directory="flash/mtandao"`)
)

// written is the part of a configuration that a pattern names.
func written(t *testing.T, configuration string, pattern *regexp.Regexp) []string {
	t.Helper()
	found := pattern.FindStringSubmatch(configuration)
	if found == nil {
		t.Fatalf("the set-up wrote nothing like %v", pattern)
	}
	return found[1:]
}

// callHome brings up the tunnel that a router's set-up describes, and gives the router's address in it.
func callHome(t *testing.T, configuration string) (farEnd, netip.Addr) {
	t.Helper()
	inner := netip.MustParseAddr(written(t, configuration, tunnelAt)[0])
	own, peer := written(t, configuration, tunnelSelf)[0], written(t, configuration, tunnelPeer)
	face, stack, err := netstack.CreateNetTUN([]netip.Addr{inner}, nil, 1420)
	if err != nil {
		t.Fatal(err)
	}
	d := device.NewDevice(face, conn.NewDefaultBind(), device.NewLogger(device.LogLevelSilent, ""))
	t.Cleanup(d.Close)
	err = d.IpcSet(fmt.Sprintf("private_key=%s\npublic_key=%s\npreshared_key=%s\nendpoint=%s:%s\nallowed_ip=%s/32\npersistent_keepalive_interval=25\n",
		inHex(t, own), inHex(t, peer[3]), inHex(t, peer[2]), peer[0], peer[1], routers.TunnelServer))
	if err == nil {
		err = d.Up()
	}
	if err != nil {
		t.Fatal(err)
	}
	return farEnd{stack}, inner
}

func inHex(t *testing.T, key string) string {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(key)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", raw)
}

// startHome runs a router as its set-up wrote it, at the far end of its tunnel. Its hotspot has the address that phones behind it
// see; the returned option tells a browser that this is where they are.
func startHome(t *testing.T, c *router.Configuration, at clock.Clock) (*router.Router, chromedp.ExecAllocatorOption) {
	t.Helper()
	configuration := c.Export()
	end, inner := callHome(t, configuration)
	hotspot := written(t, configuration, hotspotAt)[0]
	r := router.New(c.Options(router.Options{Clock: at, Inside: end, Source: inner, HTTP: "127.0.0.1:0", PublicURL: "http://" + hotspot,
		CoA: netip.AddrPortFrom(inner, 3799).String(), API: netip.AddrPortFrom(inner, 8728).String()}))
	if err := r.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r, chromedp.Flag("host-resolver-rules", "MAP "+hotspot+" "+r.HTTPAddress())
}
