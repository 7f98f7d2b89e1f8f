package radius

import (
	"net"
	"net/netip"
	"time"
)

// Tunnel is what is asked of the tunnel that routers call home through. *tunnel.Service satisfies it.
type Tunnel interface {
	// ListenPacket opens a UDP port inside; 0 takes a free one.
	ListenPacket(port uint16) (net.PacketConn, error)
	// Reaches says whether the router with this inner address is there.
	Reaches(a netip.Addr) bool
}

// The ports inside the tunnel: the set-up script names them to the router, so they do not follow the outer ones.
var insidePorts = [...]uint16{authPort: 1812, acctPort: 1813}

// packetConn is a UDP socket, of the machine or inside the tunnel.
type packetConn interface {
	ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error)
	WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error)
	SetReadDeadline(t time.Time) error
	LocalAddr() net.Addr
	Close() error
}

// insideConn is a socket inside the tunnel.
type insideConn struct{ net.PacketConn }

func openInside(t Tunnel, port uint16) (packetConn, error) {
	conn, err := t.ListenPacket(port)
	if err != nil {
		return nil, err
	}
	return insideConn{conn}, nil
}

// ReadFromUDPAddrPort reads a datagram.
func (c insideConn) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	n, from, err := c.ReadFrom(b)
	if err != nil {
		return n, netip.AddrPort{}, err
	}
	return n, from.(*net.UDPAddr).AddrPort(), nil
}

// WriteToUDPAddrPort sends one.
func (c insideConn) WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error) {
	return c.WriteTo(b, net.UDPAddrFromAddrPort(to))
}
