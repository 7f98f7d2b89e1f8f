package radius

import (
	"net"
	"net/netip"
	"time"

	"golang.org/x/net/ipv4"
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

// packetConn is a UDP socket, of the machine or inside the tunnel. Batches are as of ipv4.PacketConn, which serves both families.
type packetConn interface {
	ReadBatch(ms []ipv4.Message, flags int) (int, error)
	WriteBatch(ms []ipv4.Message, flags int) (int, error)
	SetReadDeadline(t time.Time) error
	LocalAddr() net.Addr
	Close() error
}

// insideConn is a socket inside the tunnel, where a batch is one datagram.
type insideConn struct{ net.PacketConn }

func openInside(t Tunnel, port uint16) (packetConn, error) {
	conn, err := t.ListenPacket(port)
	if err != nil {
		return nil, err
	}
	return insideConn{conn}, nil
}

// ReadBatch reads a datagram.
func (c insideConn) ReadBatch(ms []ipv4.Message, _ int) (n int, err error) {
	ms[0].NN = 0
	ms[0].N, ms[0].Addr, err = c.ReadFrom(ms[0].Buffers[0])
	if err != nil {
		return 0, err
	}
	return 1, nil
}

// WriteBatch sends one.
func (c insideConn) WriteBatch(ms []ipv4.Message, _ int) (int, error) {
	if _, err := c.WriteTo(ms[0].Buffers[0], ms[0].Addr); err != nil {
		return 0, err
	}
	return 1, nil
}
