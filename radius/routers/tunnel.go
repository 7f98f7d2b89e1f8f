package routers

import (
	"encoding/base64"
	"net"
	"net/netip"
	"strconv"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// The addresses inside the tunnel: a corner of 10/8 that neither RouterOS nor the usual home routers use for a LAN. A
// router routes only TunnelServer into the tunnel, so what else it numbers like this does not matter.
var (
	TunnelRange  = netip.MustParsePrefix("10.254.0.0/16")
	TunnelServer = netip.MustParseAddr("10.254.0.1")
)

// Ports that routers listen on inside the tunnel when no address names another one.
const (
	usualCoAPort    = 3799
	usualAPIPort    = 8728
	usualAPITLSPort = 8729
)

// TunnelKey is a Curve25519 public key or a preshared key of WireGuard.
type TunnelKey [32]byte

// ParseTunnelKey reads a key as WireGuard writes it: 44 characters of base64. fault.Invalid "router.tunnel_key".
func ParseTunnelKey(text string) (TunnelKey, error) {
	octets, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(octets) != len(TunnelKey{}) || TunnelKey(octets).IsZero() {
		return TunnelKey{}, fault.New(fault.Invalid, "router.tunnel_key")
	}
	return TunnelKey(octets), nil
}

func (k TunnelKey) String() string { return base64.StdEncoding.EncodeToString(k[:]) }

// IsZero says that there is no key.
func (k TunnelKey) IsZero() bool { return k == TunnelKey{} }

// Tunnel is how a router calls home; the zero value: it does not.
type Tunnel struct {
	Address   netip.Addr // its address inside the tunnel, leased for as long as it is in there
	Public    TunnelKey
	Preshared TunnelKey // zero: none
}

// CoAInside is where CoA goes inside the tunnel; not valid when the router does not call home.
func (r Router) CoAInside() netip.AddrPort { return r.inside(r.CoAAddress, usualCoAPort) }

// APIInside is where the RouterOS API is inside the tunnel; not valid when the router does not call home.
func (r Router) APIInside() netip.AddrPort {
	if r.APITLS {
		return r.inside(r.APIAddress, usualAPITLSPort)
	}
	return r.inside(r.APIAddress, usualAPIPort)
}

// inside keeps the port of the address that is used outside.
func (r Router) inside(outside string, port uint16) netip.AddrPort {
	if !r.Tunnel.Address.IsValid() {
		return netip.AddrPort{}
	}
	if _, text, err := net.SplitHostPort(outside); err == nil {
		if n, err := strconv.ParseUint(text, 10, 16); err == nil {
			port = uint16(n)
		}
	}
	return netip.AddrPortFrom(r.Tunnel.Address, port)
}

// TunnelSeen is the newest handshake of a router, which of our keys it was made with, and at which node.
type TunnelSeen struct {
	At         time.Time // zero: never
	Generation int64
	Node       string // the program that the router called; empty: unknown
}

// tunnelFresh is how long a router is where it was seen: as long as a session of WireGuard may be used.
const tunnelFresh = 180 * time.Second

// ByTunnel finds the active router that has this address inside the tunnel, as ByAddress does. Outside, the address means nothing.
func (s *Service) ByTunnel(a netip.Addr) (*Router, bool) {
	x := s.index.Load()
	r, ok := x.byID[x.byTunnel[a.Unmap()]]
	return s.asSeen(r, ok)
}

// Tunneled lists the active routers that call home, in no order.
func (s *Service) Tunneled() []Router {
	x := s.index.Load()
	all := make([]Router, 0, len(x.byTunnel))
	for _, id := range x.byTunnel {
		all = append(all, *x.byID[id])
	}
	return all
}

// JoinTunnel lets an active router call home with this key, and returns its address inside the tunnel. Called again it
// changes the keys and keeps the address. fault.Conflict "router.tunnel_key_taken": another router has that key.
func (s *Service) JoinTunnel(tx *db.Tx, id int64, public, preshared TunnelKey) (netip.Addr, error) {
	if public.IsZero() {
		return netip.Addr{}, fault.New(fault.Invalid, "router.tunnel_key")
	}
	address, err := s.storeTunnel(tx, id, public, preshared)
	if err != nil {
		return netip.Addr{}, err
	}
	s.refreshAfter(tx)
	return address, nil
}

// LeaveTunnel takes a router's keys and address away; one that does not call home is left alone.
func (s *Service) LeaveTunnel(tx *db.Tx, id int64) error {
	if err := raiseVersion(tx, id); err != nil {
		return err
	}
	if err := dropTunnel(tx, id); err != nil {
		return err
	}
	s.refreshAfter(tx)
	return nil
}
