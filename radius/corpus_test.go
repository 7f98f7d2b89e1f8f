package radius

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"

	codec "layeh.com/radius"

	"mtandao/internal/testdb"
	"mtandao/radius/routers"
)

const corpusFile = "testdata/packets.txt"

// writeCorpus writes the corpus as the maker makes it: a packet a line.
func writeCorpus(all []sample) []byte {
	var b bytes.Buffer
	for _, s := range all {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\n", s.name, s.to, s.rule, s.want, base64.RawStdEncoding.EncodeToString(s.wire))
	}
	return b.Bytes()
}

// corpus reads the committed packets.
func corpus(t testing.TB) (all []sample) {
	t.Helper()
	text, err := os.ReadFile(corpusFile)
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		f := strings.Split(lines.Text(), "\t")
		if len(f) != 5 {
			t.Fatalf("%q is no packet", lines.Text())
		}
		wire, err := base64.RawStdEncoding.DecodeString(f[4])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, sample{name: f[0], to: f[1], rule: f[2], want: f[3], wire: wire})
	}
	return all
}

// TestCorpusIsAsMade: the committed packets are those of the maker, each with a name of its own. MTANDAO_CORPUS=write writes them.
func TestCorpusIsAsMade(t *testing.T) {
	made := makeCorpus()
	if os.Getenv("MTANDAO_CORPUS") == "write" {
		if err := os.WriteFile(corpusFile, writeCorpus(made), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(corpusFile)
	if err != nil || !bytes.Equal(text, writeCorpus(made)) {
		t.Fatalf("%s is not what the maker makes: run the test with MTANDAO_CORPUS=write (%v)", corpusFile, err)
	}
	names, wires := map[string]bool{}, map[string]bool{}
	for _, s := range made {
		if names[s.to+s.name] {
			t.Errorf("two packets are called %q", s.name)
		}
		names[s.to+s.name], wires[string(s.wire)] = true, true
	}
	if len(wires) < 500 {
		t.Errorf("%d different packets", len(wires))
	}
}

// offering is a server that packets are offered to one by one, without sockets.
func offering(t testing.TB) *bench {
	b := newBench(t, testdb.SQLite(t))
	b.auth.rejectDelay = 0
	b.routers.change(7, func(r *routers.Router) { r.MACLogin = true })
	return b
}

// offer says what comes of a packet: the kind of the answer, or why there is none. A right answer is well formed.
func (b *bench) offer(t testing.TB, s sample) string {
	t.Helper()
	router, _ := b.routers.Get(7)
	router.Auth = s.rule
	p := map[string]port{toAuth: authPort, toAcct: acctPort}[s.to]
	wire, err := cut(s.wire)
	if err != nil {
		return malformed
	}
	r, cause := b.front.authentic(&socket{port: p}, &router, wire, &tray{})
	if cause != "" {
		return cause
	}
	b.front.crossCheck(r)
	clear(b.front.guard.locked) // each stands for itself
	b.access.edit(func(f *fakeAccess) { f.attempts = nil })
	out := b.front.handle(r)
	if out.ask != nil {
		out = out.ask(context.Background())
	}
	answer := b.front.encode(r, out)
	if answer == nil {
		return "nothing"
	}
	if _, err := codec.Parse(answer, []byte(testSecret)); err != nil || !responseSigned(answer, r.packet.Authenticator, []byte(testSecret)) {
		t.Errorf("%s: answered %x: %v", s.name, answer, err)
	}
	if p == acctPort && out.keep != nil {
		stored, err := decodeRecord(out.keep)
		if err != nil {
			t.Errorf("%s: not stored: %v", s.name, err)
		}
		if e, err := readEvent(stored, false); err == nil {
			fold(Over{}, e)
		}
	}
	return out.kind
}

// offerOrder says whether an answer to an order of ours is believed.
func offerOrder(s sample) string {
	from := netip.MustParseAddrPort("127.0.0.1:3799")
	k := &coaSocket{}
	k.used[orderIdentifier] = &slot{identifier: orderIdentifier, answer: make(chan *codec.Packet, 1),
		expected: expected{from: from, authenticator: orderAuthenticator, secret: []byte(testSecret)}}
	wire, err := cut(s.wire)
	if err != nil {
		return "ignored"
	}
	k.deliver(netip.MustParseAddrPort("127.0.0.1:3798"), wire)
	if len(k.used[orderIdentifier].answer) > 0 {
		return "delivered to a stranger"
	}
	k.deliver(from, wire)
	if len(k.used[orderIdentifier].answer) == 0 {
		return "ignored"
	}
	return "delivered"
}

// mostOctets is what one packet may make the server allocate: the longest is 4,096 octets and has 200 attributes.
const mostOctets = 64 << 10

// TestCorpus offers every packet: each comes to what its name says, no panic, and none makes the server allocate much.
func TestCorpus(t *testing.T) {
	b := offering(t)
	come := func(s sample) string {
		if s.to == toCoA {
			return offerOrder(s)
		}
		return b.offer(t, s)
	}
	all := corpus(t)
	for _, s := range all {
		if got := come(s); got != s.want {
			t.Errorf("%s, %s (%s): %q, want %q", s.to, s.name, s.rule, got, s.want)
		}
	}
	for _, s := range all {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		come(s)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > mostOctets {
			t.Errorf("%s, %s: %d octets allocated", s.to, s.name, n)
		}
	}
}

// TestCorpusOverUDP sends every packet to real sockets as fast as it can: afterwards the server answers as ever.
func TestCorpusOverUDP(t *testing.T) {
	b := newServing(t)
	auth, acct := b.Addresses()
	a, c := newClient(t, auth), newClient(t, acct)
	for _, s := range corpus(t) {
		if s.to == toAcct {
			c.send(s.wire)
		} else {
			a.send(s.wire)
		}
	}
	for p, to := range map[string]netip.AddrPort{"auth": auth, "acct": acct} {
		eventually(t, p+" answers", func() bool {
			return newClient(t, to).ask(mark(encoded(t, codec.New(codec.CodeStatusServer, []byte(testSecret))), testSecret), testSecret) != nil
		})
	}
	if b.log.has("panic") {
		t.Error("it panicked")
	}
}

// FuzzPacket offers datagrams as they come from the network, on both ports, to a router that need not sign.
func FuzzPacket(f *testing.F) {
	b := offering(f)
	for _, s := range corpus(f) {
		f.Add(s.wire)
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		for _, to := range []string{toAuth, toAcct} {
			b.offer(t, sample{name: "fuzzed", to: to, rule: routers.AuthExcepted, wire: wire})
		}
		offerOrder(sample{wire: wire})
	})
}

// FuzzOrder gives answers to an order whatever attributes a router may send under the right secret.
func FuzzOrder(f *testing.F) {
	for _, s := range corpus(f) {
		if s.to == toCoA && len(s.wire) >= headerLength {
			f.Add(s.wire[0], s.wire[headerLength:])
		}
	}
	f.Fuzz(func(t *testing.T, code byte, attributes []byte) {
		wire, err := cut(header(min(headerLength+len(attributes), maxDatagram), attributes...))
		if err != nil {
			return
		}
		wire[0], wire[1] = code, orderIdentifier
		sum := digest(wire, orderAuthenticator[:], []byte(testSecret))
		copy(wire[authenticatorAt:], sum[:])
		want := "ignored"
		if answerCodes[codec.Code(code)] && !hasMessageAuthenticator(wire) {
			want = "delivered"
		}
		if got := offerOrder(sample{wire: wire}); got != want {
			t.Errorf("code %d is %s", code, got)
		}
	})
}
