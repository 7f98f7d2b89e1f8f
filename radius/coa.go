package radius

import (
	"context"
	"crypto/md5"
	"net"
	"net/netip"
	"sync"
	"time"

	codec "layeh.com/radius"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

// Sender sends CoA- and Disconnect-Requests (RFC 5176). It implements routers.CoA. A copy of a request goes out with the
// same octets from the same socket; each socket has at most 256 in the air, and further sockets are opened as needed.
type Sender struct {
	clock   clock.Clock
	waits   []time.Duration
	tunnel  Tunnel // nil: none
	paused  func() bool
	outside coaPool
	inside  coaPool
}

// coaPool are the sockets towards one side.
type coaPool struct {
	open    func() (net.PacketConn, error)
	mu      sync.Mutex
	sockets []*coaSocket
	closed  bool
}

// mostSockets allows 4,096 requests at once; more than that wait.
const mostSockets = 16

var usualWaits = []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second}

// NewSender makes a sender; c is the clock that ends the life of an old secret.
func NewSender(c clock.Clock) *Sender {
	return &Sender{clock: c, waits: usualWaits, paused: func() bool { return false }, outside: coaPool{open: openCoA}}
}

// UseTunnel makes the sender prefer the tunnel for routers that are there; call it before the first Send.
func (s *Sender) UseTunnel(t Tunnel) {
	s.tunnel = t
	s.inside.open = func() (net.PacketConn, error) { return t.ListenPacket(0) }
}

// UsePause makes the sender refuse while a restored copy stands still: fault.Conflict "router.paused". Call it before the
// first Send.
func (s *Sender) UsePause(paused func() bool) { s.paused = paused }

// Close ends the sockets; requests in the air fail.
func (s *Sender) Close() {
	s.outside.close()
	s.inside.close()
}

func (p *coaPool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, k := range p.sockets {
		_ = k.conn.Close()
	}
}

// Send signs p with the router's secret and returns the answer, ACK or NAK. During a rotation the old secret is tried when
// the new one gets no answer. fault.Unavailable "router.unreachable" after the last copy; fault.Invalid "router.no_coa" for a
// router that takes none. Message-Authenticator goes along when the router is known to use it.
func (s *Sender) Send(ctx context.Context, r routers.Router, p *codec.Packet) (*codec.Packet, error) {
	if s.paused() {
		return nil, fault.New(fault.Conflict, "router.paused")
	}
	pool, to, err := s.wayTo(r)
	if err != nil {
		return nil, err
	}
	secrets := (&tray{}).secretsOf(&r, s.clock.Now())
	if len(secrets) == 0 {
		return nil, fault.New(fault.Invalid, "router.no_coa")
	}
	for _, secret := range secrets {
		var answer *codec.Packet
		answer, err = s.exchange(ctx, pool, to, withSecret(r, p, secret))
		if err == nil || !fault.Is(err, fault.Unavailable) {
			return answer, err
		}
	}
	return nil, err
}

// wayTo prefers the tunnel. A router that should be in there and is not is tried outside, if it has an address there.
func (s *Sender) wayTo(r routers.Router) (*coaPool, netip.AddrPort, error) {
	inner := r.CoAInside()
	if s.tunnel != nil && inner.IsValid() && s.tunnel.Reaches(inner.Addr()) {
		return &s.inside, inner, nil
	}
	if inner.IsValid() && r.CoAAddress == "" {
		return nil, netip.AddrPort{}, fault.New(fault.Unavailable, "router.unreachable")
	}
	to, err := resolve(r.CoAAddress)
	return &s.outside, to, err
}

func resolve(address string) (netip.AddrPort, error) {
	if address == "" {
		return netip.AddrPort{}, fault.New(fault.Invalid, "router.no_coa")
	}
	to, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		return netip.AddrPort{}, fault.Wrap(fault.Unavailable, "router.unreachable", err)
	}
	return netip.AddrPortFrom(to.AddrPort().Addr().Unmap(), to.AddrPort().Port()), nil
}

func withSecret(r routers.Router, p *codec.Packet, secret []byte) *codec.Packet {
	request := &codec.Packet{Code: p.Code, Secret: secret}
	if _, has := p.Lookup(messageAuthType); r.AuthSeen && !has {
		request.Add(messageAuthType, make([]byte, messageAuthValue)) // the sum comes with signRequest
	}
	request.Attributes = append(request.Attributes, p.Attributes...)
	return request
}

func (s *Sender) exchange(ctx context.Context, pool *coaPool, to netip.AddrPort, request *codec.Packet) (*codec.Packet, error) {
	k, slot, err := pool.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer k.release(slot)
	request.Identifier = slot.identifier
	wire, err := signRequest(request)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "internal", err)
	}
	k.expect(slot, expected{from: to, authenticator: [md5.Size]byte(wire[authenticatorAt:headerLength]), secret: request.Secret})
	for _, wait := range s.waits {
		if _, err := k.conn.WriteTo(wire, net.UDPAddrFromAddrPort(to)); err != nil {
			return nil, fault.Wrap(fault.Unavailable, "router.unreachable", err)
		}
		timer := time.NewTimer(wait)
		select {
		case answer := <-slot.answer:
			timer.Stop()
			return answer, nil
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, fault.Wrap(fault.Unavailable, "router.unreachable", ctx.Err())
		}
	}
	return nil, fault.New(fault.Unavailable, "router.unreachable")
}

// acquire finds a free identifier, opening another socket when the others are full.
func (p *coaPool) acquire(ctx context.Context) (*coaSocket, *slot, error) {
	for {
		k, slot, err := p.tryAcquire()
		if slot != nil || err != nil {
			return k, slot, err
		}
		select {
		case <-ctx.Done():
			return nil, nil, fault.Wrap(fault.Unavailable, "router.unreachable", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (p *coaPool) tryAcquire() (*coaSocket, *slot, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, nil, fault.Wrap(fault.Unavailable, "router.unreachable", net.ErrClosed)
	}
	for _, k := range p.sockets {
		if slot := k.take(); slot != nil {
			return k, slot, nil
		}
	}
	if len(p.sockets) == mostSockets {
		return nil, nil, nil
	}
	conn, err := p.open()
	if err != nil {
		return nil, nil, fault.Wrap(fault.Unavailable, "router.unreachable", err)
	}
	k := newCoASocket(conn)
	p.sockets = append(p.sockets, k)
	return k, k.take(), nil
}
