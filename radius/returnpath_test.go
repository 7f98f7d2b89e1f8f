package radius

import (
	"net"
	"net/netip"
	"testing"
	"time"

	codec "layeh.com/radius"

	"mtandao/internal/testdb"
	"mtandao/radius/routers"
)

// TestAnswersComeFromWhereTheyWereAsked: of a machine with several addresses, on one socket of both families and on one of IPv4 alone; a
// client that is bound to the address it asked, as routers are, takes no other.
func TestAnswersComeFromWhereTheyWereAsked(t *testing.T) {
	for _, listening := range []string{":0", "0.0.0.0:0"} {
		b := newBench(t, testdb.SQLite(t))
		b.addresses = [2]string{listening, listening}
		b.routers.change(7, func(r *routers.Router) { r.Addresses = append(r.Addresses, netip.MustParsePrefix("::1/128")) })
		b.serve(t)
		auth, acct := b.Addresses()
		for _, asked := range []string{"127.0.0.1", "127.0.0.2", "127.9.8.7", "::1"} {
			if asked == "::1" && listening != ":0" {
				continue
			}
			for to, wire := range map[uint16][]byte{auth.Port(): mark(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret),
				acct.Port(): encoded(t, report{status: begin, id: asked}.packet(t, testSecret))} {
				if answer := askBound(t, netip.AddrPortFrom(netip.MustParseAddr(asked), to), wire); answer == 0 {
					t.Errorf("%s at %s: no answer from there", listening, asked)
				}
			}
		}
	}
}

// askBound asks over a connected socket; 0 when no answer comes from the address asked.
func askBound(t *testing.T, to netip.AddrPort, wire []byte) codec.Code {
	t.Helper()
	from := netip.MustParseAddr("127.0.0.1")
	if to.Addr().Is6() {
		from = netip.MustParseAddr("::1")
	}
	conn, err := net.DialUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(from, 0)), net.UDPAddrFromAddrPort(to))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write(wire); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(2 * time.Second))
	var buffer [4096]byte
	if n, err := conn.Read(buffer[:]); err != nil || n < headerLength {
		return 0
	}
	return codec.Code(buffer[0])
}

func TestAskedAtIsBounded(t *testing.T) {
	a := askedAt{}
	for i := range 3 * mostAsked {
		a.from([]byte{byte(i), byte(i >> 8), 1})
	}
	if len(a) > mostAsked || a.from(nil) != nil {
		t.Errorf("%d are remembered", len(a))
	}
}
