package radius

import (
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2866"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
	"mtandao/radius/routers"
)

// fakeTunnel has its ports on the loopback, where the router's inner address is 127.0.0.1.
type fakeTunnel struct {
	t     *testing.T
	ports [2]netip.AddrPort // by port
	there atomic.Bool
}

func (f *fakeTunnel) ListenPacket(port uint16) (net.PacketConn, error) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	for p, number := range insidePorts {
		if err == nil && number == port {
			f.ports[p] = conn.LocalAddr().(*net.UDPAddr).AddrPort()
		}
	}
	return conn, err
}

func (f *fakeTunnel) Reaches(a netip.Addr) bool { return f.there.Load() }

func newInside(t *testing.T) (*bench, *fakeTunnel) {
	t.Helper()
	together(t)
	f := &fakeTunnel{t: t}
	f.there.Store(true)
	b := newBench(t, testdb.SQLite(t))
	b.routers.change(7, func(r *routers.Router) {
		r.Addresses, r.Tunnel.Address = nil, netip.MustParseAddr("127.0.0.1")
	})
	b.tunnel = f
	b.serve(t)
	return b, f
}

func TestInsideItIsRequiredOnceSeen(t *testing.T) {
	b, f := newInside(t)
	c := newClient(t, f.ports[authPort])
	if c.ask(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret) == nil {
		t.Error("a request without Message-Authenticator gets no answer inside the tunnel")
	}
	if !b.log.has("accepted without Message-Authenticator") {
		t.Error("no warning")
	}
	if c.ask(mark(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret), testSecret) == nil {
		t.Error("a signed one gets no answer")
	}
	b.routers.change(7, func(r *routers.Router) { r.AuthSeen = true })
	c.send(encoded(t, papRequest(t, "asha", "siri", testSecret)))
	if c.receive(quiet) != nil {
		t.Error("bare again, and answered")
	}
}

func TestAccountingInside(t *testing.T) {
	b, f := newInside(t)
	c := newClient(t, f.ports[acctPort])
	wire := encoded(t, report{status: rfc2866.AcctStatusType_Value_Start, id: "81"}.packet(t, testSecret))
	if answer := c.ask(wire, testSecret); answer == nil || answer.Code != codec.CodeAccountingResponse || b.spool.length() != 1 {
		t.Errorf("%v, %d records", answer, b.spool.length())
	}
}

func TestInnerAddressMeansNothingOutside(t *testing.T) {
	b, _ := newInside(t)
	auth, _ := b.Addresses()
	c := newClient(t, auth)
	c.send(mark(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret))
	if c.receive(quiet) != nil {
		t.Error("the inner address was answered outside")
	}
}

func TestCoAPrefersTheTunnel(t *testing.T) {
	together(t)
	yes := func(_ int, wire []byte) []byte { return respond(t, wire, codec.CodeDisconnectACK, testSecret, nil) }
	inside, outside := newGate(t, yes), newGate(t, yes)
	f := &fakeTunnel{t: t}
	s := NewSender(clock.System())
	t.Cleanup(s.Close)
	s.UseTunnel(f)
	r := outside.router()
	r.Tunnel.Address = netip.MustParseAddr("127.0.0.1")
	send := func() error {
		_, err := s.Send(context.Background(), r, disconnectRequest(t))
		return err
	}
	heard := func(g *gate) int { seen, _ := g.all(); return len(seen) }
	if err := send(); err != nil || heard(outside) != 1 { // not in the tunnel now
		t.Errorf("outside: %v, %d", err, heard(outside))
	}
	f.there.Store(true)
	r.CoAAddress = netip.AddrPortFrom(netip.MustParseAddr("192.0.2.9"), uint16(inside.conn.LocalAddr().(*net.UDPAddr).Port)).String()
	if err := send(); err != nil || heard(inside) != 1 {
		t.Errorf("inside: %v, %d", err, heard(inside))
	}
	f.there.Store(false)
	r.CoAAddress = ""
	if err := send(); !fault.Is(err, fault.Unavailable) {
		t.Errorf("nowhere: %v", err)
	}
}
