package radius

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

// gate is a router's CoA port: it keeps what came and answers as told.
type gate struct {
	conn *net.UDPConn
	mu   sync.Mutex
	came [][]byte
	from []netip.AddrPort
}

// newGate answers each datagram with what reply makes of it; nothing for nil.
func newGate(t testing.TB, reply func(n int, wire []byte) []byte) *gate {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{conn: conn}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buffer)
			if err != nil {
				return
			}
			wire := append([]byte{}, buffer[:n]...)
			g.mu.Lock()
			g.came, g.from = append(g.came, wire), append(g.from, from)
			count := len(g.came)
			g.mu.Unlock()
			if answer := reply(count, wire); answer != nil {
				_, _ = conn.WriteToUDPAddrPort(answer, from)
			}
		}
	}()
	return g
}

func (g *gate) router() routers.Router {
	r := testRouter()
	r.CoAAddress = g.conn.LocalAddr().String()
	return r
}

func (g *gate) all() ([][]byte, []netip.AddrPort) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([][]byte{}, g.came...), append([]netip.AddrPort{}, g.from...)
}

// respond signs an answer with the codec's code, not ours.
func respond(t testing.TB, wire []byte, code codec.Code, secret string, edit func(*codec.Packet)) []byte {
	t.Helper()
	request, err := codec.Parse(wire, []byte(secret))
	if err != nil {
		t.Error(err)
		return nil
	}
	answer := request.Response(code)
	if edit != nil {
		edit(answer)
	}
	b, err := answer.Encode()
	if err != nil {
		t.Error(err)
	}
	return b
}

func newSender(t testing.TB) *Sender {
	t.Helper()
	s := NewSender(clock.NewManual(noon))
	s.waits = []time.Duration{40 * time.Millisecond, 60 * time.Millisecond, 100 * time.Millisecond}
	t.Cleanup(s.Close)
	return s
}

func disconnectRequest(t testing.TB) *codec.Packet {
	t.Helper()
	p := codec.New(codec.CodeDisconnectRequest, nil)
	if err := rfc2865.UserName_AddString(p, "asha"); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSenderRepeatsTheSameOctets(t *testing.T) {
	g := newGate(t, func(n int, wire []byte) []byte {
		if n < 3 {
			return nil
		}
		return respond(t, wire, codec.CodeDisconnectACK, testSecret, nil)
	})
	answer, err := newSender(t).Send(context.Background(), g.router(), disconnectRequest(t))
	if err != nil || answer.Code != codec.CodeDisconnectACK {
		t.Fatalf("%v, %v", answer, err)
	}
	came, from := g.all()
	if len(came) != 3 || !bytes.Equal(came[0], came[2]) || from[0] != from[2] {
		t.Errorf("sent %x from %v", came, from)
	}
	if !codec.IsAuthenticRequest(came[0], []byte(testSecret)) {
		t.Error("the request's authenticator is wrong")
	}
	if hasMessageAuthenticator(came[0]) {
		t.Error("Message-Authenticator for a router that never used it")
	}
}

func TestSenderAddsMessageAuthenticatorWhereKnown(t *testing.T) {
	g := newGate(t, func(_ int, wire []byte) []byte { return respond(t, wire, codec.CodeDisconnectNAK, testSecret, nil) })
	r := g.router()
	r.AuthSeen = true
	answer, err := newSender(t).Send(context.Background(), r, disconnectRequest(t))
	if err != nil || answer.Code != codec.CodeDisconnectNAK {
		t.Fatalf("%v, %v", answer, err)
	}
	came, _ := g.all()
	if came[0][20] != 80 || !messageSigned(came[0], zeroAuthenticator, []byte(testSecret)) || !codec.IsAuthenticRequest(came[0], []byte(testSecret)) {
		t.Errorf("request %x", came[0])
	}
}

func TestSenderBelievesOnlyTheAnswer(t *testing.T) {
	for name, forge := range map[string]func(t *testing.T, wire []byte) []byte{
		"wrong secret": func(t *testing.T, wire []byte) []byte {
			return respond(t, wire, codec.CodeDisconnectACK, "another", nil)
		},
		"another identifier": func(t *testing.T, wire []byte) []byte {
			w := append([]byte{}, wire...)
			w[1]++
			return respond(t, w, codec.CodeDisconnectACK, testSecret, nil)
		},
		"an answer to a log-in": func(t *testing.T, wire []byte) []byte {
			return respond(t, wire, codec.CodeAccessAccept, testSecret, nil)
		},
		"wrong Message-Authenticator": func(t *testing.T, wire []byte) []byte {
			return respond(t, wire, codec.CodeDisconnectACK, testSecret, func(p *codec.Packet) { p.Add(messageAuthType, make([]byte, messageAuthValue)) })
		},
		"rubbish": func(*testing.T, []byte) []byte { return []byte("rubbish") },
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate(t, func(_ int, wire []byte) []byte { return forge(t, wire) })
			answer, err := newSender(t).Send(context.Background(), g.router(), disconnectRequest(t))
			if !fault.Is(err, fault.Unavailable) {
				t.Errorf("%v, %v", answer, err)
			}
		})
	}
}

func TestSenderTriesTheOldSecret(t *testing.T) {
	g := newGate(t, func(_ int, wire []byte) []byte {
		if !codec.IsAuthenticRequest(wire, []byte("the old one")) {
			return nil
		}
		return respond(t, wire, codec.CodeDisconnectACK, "the old one", nil)
	})
	r := g.router()
	r.OldSecret, r.OldSecretUntil = "the old one", noon.Add(time.Hour)
	if _, err := newSender(t).Send(context.Background(), r, disconnectRequest(t)); err != nil {
		t.Error(err)
	}
	r.OldSecretUntil = noon
	if _, err := newSender(t).Send(context.Background(), r, disconnectRequest(t)); !fault.Is(err, fault.Unavailable) {
		t.Errorf("after the rotation: %v", err)
	}
}

func TestSenderTakesMoreSockets(t *testing.T) {
	const requests = 600
	var waiting sync.WaitGroup
	waiting.Add(requests)
	release := make(chan bool)
	go func() { waiting.Wait(); close(release) }()
	g := newGate(t, func(n int, wire []byte) []byte {
		if n <= requests {
			waiting.Done()
			return nil
		}
		return respond(t, wire, codec.CodeDisconnectACK, testSecret, nil)
	})
	_ = g.conn.SetReadBuffer(socketBuffer)
	s := NewSender(clock.NewManual(noon))
	s.waits = []time.Duration{time.Second, time.Second, time.Second}
	t.Cleanup(s.Close)
	var all sync.WaitGroup
	for range requests {
		all.Go(func() {
			if _, err := s.Send(context.Background(), g.router(), disconnectRequest(t)); err != nil {
				t.Error(err)
			}
		})
	}
	<-release
	all.Wait()
	if len(s.outside.sockets) != 3 {
		t.Errorf("%d sockets for %d requests at once", len(s.outside.sockets), requests)
	}
	_, from := g.all()
	ports := map[netip.AddrPort]int{}
	for _, address := range from[:requests] {
		ports[address]++
	}
	for address, n := range ports {
		if n > 256 {
			t.Errorf("%d requests in the air from %v", n, address)
		}
	}
}

func TestSenderWithoutAddressOrTime(t *testing.T) {
	s := newSender(t)
	r := testRouter()
	if _, err := s.Send(context.Background(), r, disconnectRequest(t)); !fault.Is(err, fault.Invalid) {
		t.Errorf("no address: %v", err)
	}
	g := newGate(t, func(int, []byte) []byte { return nil })
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if _, err := s.Send(ctx, g.router(), disconnectRequest(t)); !fault.Is(err, fault.Unavailable) {
		t.Errorf("cut short: %v", err)
	}
	s.Close()
	if _, err := s.Send(context.Background(), g.router(), disconnectRequest(t)); !fault.Is(err, fault.Unavailable) {
		t.Errorf("closed: %v", err)
	}
}
