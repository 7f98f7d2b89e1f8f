package mikrotik

import (
	"context"
	"net"
	"net/netip"

	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// Tunnel is what is asked of the tunnel that routers call home through. *tunnel.Service satisfies it.
type Tunnel interface {
	Reaches(a netip.Addr) bool
	DialContext(ctx context.Context, to netip.AddrPort) (net.Conn, error)
}

// arrearsList is the list of the firewall that a router keeps those on who are let in no further than the walled garden.
const arrearsList = "mtandao-arrears"

// Dialect is RouterOS's: its hotspot, PPP, and the leases of its DHCP server.
type Dialect struct{ pool pool }

var _ routers.Dialect = (*Dialect)(nil)

// New makes the dialect; its API connections are opened when first needed and kept.
func New() *Dialect {
	return &Dialect{pool: pool{seat: map[int64]*seat{}, paused: func() bool { return false }}}
}

// UseTunnel makes the API be reached through the tunnel where a router is there; call it before the first command.
func (d *Dialect) UseTunnel(t Tunnel) { d.pool.tunnel = t }

// UsePause makes commands that change something be refused while a restored copy stands still: fault.Conflict
// "router.paused". Call it before the first command.
func (d *Dialect) UsePause(paused func() bool) { d.pool.paused = paused }

// Abilities are RouterOS's (reference/mikrotik.md §4.2). What it does by itself it is told in the Accept.
func Abilities(r routers.Router) access.Abilities {
	live := r.CoAAddress != "" || r.CoAInside().IsValid()
	return access.Abilities{Rate: true, Burst: true, Volume: true, Idle: true, Live: live, Ends: live || r.APIAddress != "",
		Addresses: true, Routes: true, IPv6: true, Lists: true}
}

// Name is routers.MikroTik.
func (*Dialect) Name() string { return routers.MikroTik }

// Close ends the API connections.
func (d *Dialect) Close() error {
	d.pool.close()
	return nil
}
