package tunnel

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"

	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

// Reaches says whether the router with this inner address was heard in the last three minutes.
func (s *Service) Reaches(a netip.Addr) bool { return s.hub.laneOf(a) != nil }

// ListenPacket opens a UDP port inside the tunnel; port 0 takes a free one.
func (s *Service) ListenPacket(port uint16) (net.PacketConn, error) {
	inner, err := s.hub.stack.listenPacket(netip.AddrPortFrom(routers.TunnelServer, port))
	if err != nil {
		return nil, err
	}
	return packets{inner}, nil
}

// DialContext connects to a TCP port of a router inside the tunnel, given by its inner address; fault.Unavailable
// "router.unreachable" at once when it is not there.
func (s *Service) DialContext(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	if !s.Reaches(to.Addr()) {
		return nil, fault.New(fault.Unavailable, "router.unreachable")
	}
	inner, err := s.hub.stack.dial(ctx, to)
	if err != nil {
		return nil, err
	}
	return stream{inner}, nil
}

// packets makes the stack's errors those of package net.
type packets struct{ net.PacketConn }

// ReadFrom reads a datagram.
func (p packets) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := p.PacketConn.ReadFrom(b)
	return n, from, usual(err)
}

// usual knows that the stack calls a closed socket EOF, and has a time-out of its own.
func usual(err error) error {
	var timeout net.Error
	switch {
	case errors.Is(err, io.EOF):
		return net.ErrClosed
	case errors.As(err, &timeout) && timeout.Timeout():
		return os.ErrDeadlineExceeded
	}
	return err
}

// stream does the same for TCP, where EOF is what it should be.
type stream struct{ net.Conn }

// Read reads what came.
func (s stream) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	return n, usualTimeout(err)
}

// Write sends.
func (s stream) Write(b []byte) (int, error) {
	n, err := s.Conn.Write(b)
	return n, usualTimeout(err)
}

func usualTimeout(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return usual(err)
}
