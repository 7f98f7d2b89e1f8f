package radius

import (
	"bytes"
	"net/netip"
	"testing"
	"time"
)

func TestReplyCache(t *testing.T) {
	now := time.Duration(0)
	c := newReplyCache(func() time.Duration { return now })
	e := exchange{from: netip.MustParseAddrPort("10.0.0.1:1645"), socket: authPort, identifier: 9}
	first, second := [16]byte{1}, [16]byte{2}
	expect := func(step string, e exchange, authenticator [16]byte, want verdict, reply []byte) {
		t.Helper()
		got, octets := c.begin(e, authenticator)
		if got != want || !bytes.Equal(octets, reply) {
			t.Errorf("%s: %d %q, want %d %q", step, got, octets, want, reply)
		}
	}
	expect("first", e, first, fresh, nil)
	expect("copy while in work", e, first, inWork, nil)
	c.finish(e, first, []byte("answer"))
	expect("copy after the answer", e, first, known, []byte("answer"))
	expect("identifier used again", e, second, fresh, nil)
	c.finish(e, first, []byte("answer"))
	expect("a late answer to the first does not answer the second", e, second, inWork, nil)
	c.forget(e, second)
	expect("tried again after no answer", e, second, fresh, nil)

	other := e
	other.socket = acctPort
	expect("the other socket", other, second, fresh, nil)
	other = e
	other.from = netip.MustParseAddrPort("10.0.0.1:1646")
	expect("another source port", other, second, fresh, nil)

	c.finish(e, second, []byte("answer"))
	now += cacheGeneration
	expect("after 15 s", e, second, known, []byte("answer"))
	now += cacheLife
	expect("after 45 s", e, second, fresh, nil)
}

func TestReplyCacheIsBounded(t *testing.T) {
	c := newReplyCache(func() time.Duration { return 0 })
	e := exchange{from: netip.MustParseAddrPort("10.0.0.1:1645")}
	for i := range 10 * cachePerShard {
		e.from = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 1645)
		c.begin(e, [16]byte{})
	}
	s := c.shard(e)
	if kept := len(s.young) + len(s.old); kept > cachePerShard {
		t.Errorf("%d conversations are kept, most is %d", kept, cachePerShard)
	}
}

func BenchmarkReplyCache(b *testing.B) {
	c := newReplyCache(func() time.Duration { return 0 })
	b.RunParallel(func(pb *testing.PB) {
		e := exchange{from: netip.MustParseAddrPort("10.0.0.1:1645")}
		for pb.Next() {
			e.identifier++
			c.begin(e, [16]byte{e.identifier})
			c.finish(e, [16]byte{e.identifier}, nil)
		}
	})
}
