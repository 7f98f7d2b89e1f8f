package router

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
)

const testSecret = "a-secret-of-the-test"

var testStart = time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC)

// fakeServer is a RADIUS server of a few lines: decide answers Access-Requests, accounting is kept and acknowledged.
type fakeServer struct {
	t          *testing.T
	auth, acct *net.UDPConn

	mu       sync.Mutex
	decide   func(p *packet) *packet // nil is silence
	bare     bool                    // replies without Message-Authenticator
	deaf     bool                    // accounting is heard and not answered
	raw      [][]byte                // Access-Requests
	rawAcct  [][]byte
	requests []*packet
	records  []*packet
}

func newFakeServer(t *testing.T) *fakeServer {
	f := &fakeServer{t: t, decide: func(*packet) *packet { return accept() }}
	f.auth, f.acct = f.listen(), f.listen()
	return f
}

func (f *fakeServer) listen() *net.UDPConn {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func (f *fakeServer) serve(conn *net.UDPConn, handle func(octets []byte) []byte) {
	buffer := make([]byte, maxPacket)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		if answer := handle(append([]byte(nil), buffer[:n]...)); answer != nil {
			_, _ = conn.WriteToUDPAddrPort(answer, from)
		}
	}
}

func (f *fakeServer) access(octets []byte) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := decode(octets)
	if err != nil {
		f.t.Errorf("access request: %v", err)
		return nil
	}
	f.raw = append(f.raw, octets)
	f.requests = append(f.requests, p)
	reply := f.decide(p)
	if reply == nil {
		return nil
	}
	reply.id = p.id
	if !f.bare {
		reply.attributes = append([]attribute{{attrMessageAuthenticator, make([]byte, 16)}}, reply.attributes...)
	}
	return sealReply(reply, p.authenticator[:], []byte(testSecret))
}

func (f *fakeServer) accounting(octets []byte) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := openRequest(octets, []byte(testSecret))
	if err != nil {
		f.t.Errorf("accounting request: %v", err)
		return nil
	}
	f.rawAcct = append(f.rawAcct, octets)
	f.records = append(f.records, p)
	if f.deaf {
		return nil
	}
	return sealReply(&packet{code: codeAccountingResponse, id: p.id}, p.authenticator[:], []byte(testSecret))
}

// set changes the behaviour safely.
func (f *fakeServer) set(change func(f *fakeServer)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// asked, octets and accounted are what was heard so far: Access-Requests decoded and raw, accounting raw.
func (f *fakeServer) asked() []*packet {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.requests)
}

func (f *fakeServer) octets() [][]byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.raw)
}

func (f *fakeServer) accounted() [][]byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.rawAcct)
}

// status lists the Acct-Status-Type of what was heard.
func (f *fakeServer) status(want uint32) (found []*packet) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.records {
		if n, _ := p.number(attrAcctStatusType); n == want {
			found = append(found, p)
		}
	}
	return found
}

func accept(add ...func(p *packet)) *packet {
	p := &packet{code: codeAccessAccept}
	for _, each := range add {
		each(p)
	}
	return p
}

func reject(text string) *packet {
	p := &packet{code: codeAccessReject}
	if text != "" {
		p.addText(attrReplyMessage, text)
	}
	return p
}

func number(kind byte, n uint32) func(*packet) { return func(p *packet) { p.addNumber(kind, n) } }

func vendorBytes(vendor uint32, kind byte, value string) func(*packet) {
	return func(p *packet) { p.addVendor(vendor, kind, []byte(value)) }
}

func vendorNumber(vendor uint32, kind byte, n uint32) func(*packet) {
	return vendorBytes(vendor, kind, string([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}))
}

// password recovers User-Password.
func password(p *packet) string {
	hidden, _ := p.get(attrUserPassword)
	clear := make([]byte, 0, len(hidden))
	previous := p.authenticator[:]
	for at := 0; at+16 <= len(hidden); at += 16 {
		mask := hidePassword("", previous, []byte(testSecret))
		for i := range 16 {
			clear = append(clear, hidden[at+i]^mask[i])
		}
		previous = hidden[at : at+16]
	}
	return strings.TrimRight(string(clear), "\x00")
}

// start switches on a router on a manual clock.
func start(t *testing.T, f *fakeServer, change func(o *Options)) (*Router, *clock.Manual) {
	t.Helper()
	go f.serve(f.auth, f.access)
	go f.serve(f.acct, f.accounting)
	plan := clock.NewManual(testStart)
	o := Options{Name: "kasarani-1", Clock: plan, AuthServer: f.auth.LocalAddr().String(), AcctServer: f.acct.LocalAddr().String(),
		Secret: testSecret, Timeout: 100 * time.Millisecond, HTTP: "127.0.0.1:0", CoA: "127.0.0.1:0", API: "127.0.0.1:0",
		APIUser: "mtandao", APIPassword: "pa=ss", PortalURL: "http://portal.test/h/site?r=TOKEN", UAMSecret: "uam"}
	if change != nil {
		change(&o)
	}
	r := New(o)
	if err := r.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r, plan
}

func must(prefix string) netip.Prefix { return netip.MustParsePrefix(prefix) }

func join(t *testing.T, r *Router, mac string) Device {
	t.Helper()
	d, err := r.Join(mac)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func logIn(t *testing.T, r *Router, d Device, name string) {
	t.Helper()
	if err := r.logIn(context.Background(), d.mac, credentials{user: name, password: "secret", by: "http-pap"}); err != nil {
		t.Fatalf("log-in of %s: %v", name, err)
	}
}

// until waits for something that happens on a socket.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 500 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never happened: %s", what)
}

func only(t *testing.T, r *Router) Session {
	t.Helper()
	all := r.Sessions()
	if len(all) != 1 {
		t.Fatalf("%d sessions", len(all))
	}
	return all[0]
}
