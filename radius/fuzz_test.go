package radius

import (
	"context"
	"testing"

	codec "layeh.com/radius"

	"mtandao/internal/testdb"
	"mtandao/radius/routers"
)

// FuzzRequest gives the server whatever attributes a router may send under the right secret, on both ports: no panic, at most
// one answer, and that one well formed.
func FuzzRequest(f *testing.F) {
	b := newBench(f, testdb.SQLite(f))
	b.auth.rejectDelay = 0
	b.routers.change(7, func(r *routers.Router) { r.Auth, r.MACLogin = routers.AuthExcepted, true })
	router, _ := b.routers.Get(7)
	for _, seed := range []string{nemoRequest, flopsyRequest} {
		f.Add(octetsOf(f, seed)[headerLength:])
	}
	for _, s := range corpus(f) {
		if s.to != toCoA && len(s.wire) >= headerLength {
			f.Add(s.wire[headerLength:])
		}
	}
	f.Add(encoded(f, papRequest(f, "asha", "siri", testSecret))[headerLength:])
	f.Add(encoded(f, report{status: end, id: "81a0", seconds: 600, in: 1 << 33}.packet(f, testSecret))[headerLength:])
	f.Add([]byte{26, 9, 0, 0, 1, 55, 25, 3, 0, 26, 8, 0, 0, 1, 55, 11, 2})
	f.Fuzz(func(t *testing.T, attributes []byte) {
		for _, p := range []port{authPort, acctPort} {
			wire, err := cut(header(min(headerLength+len(attributes), maxDatagram), attributes...))
			if err != nil {
				return
			}
			wire[0] = byte(served[p])
			sum := digest(wire, zeroAuthenticator[:], []byte(testSecret))
			copy(wire[authenticatorAt:], sum[:])
			r, cause := b.front.authentic(&socket{port: p}, &router, wire, &tray{})
			if cause != "" {
				continue
			}
			b.front.crossCheck(r)
			out := b.front.handle(r)
			if out.ask != nil {
				out = out.ask(context.Background())
			}
			answer := b.front.encode(r, out)
			if answer == nil {
				continue
			}
			if _, err := codec.Parse(answer, []byte(testSecret)); err != nil || !responseSigned(answer, r.packet.Authenticator, []byte(testSecret)) {
				t.Errorf("answered %x: %v", answer, err)
			}
		}
	})
}
