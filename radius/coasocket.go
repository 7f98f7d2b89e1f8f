package radius

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	codec "layeh.com/radius"
)

// coaSocket is one source port and its 256 identifiers.
type coaSocket struct {
	conn net.PacketConn
	mu   sync.Mutex
	next byte
	used [256]*slot
}

// slot is one identifier in use.
type slot struct {
	identifier byte
	expected   expected
	answer     chan *codec.Packet
}

// expected is what an answer must come from and be signed over.
type expected struct {
	from          netip.AddrPort
	authenticator [16]byte
	secret        []byte
}

func openCoA() (net.PacketConn, error) {
	conn, err := net.ListenUDP("udp", nil)
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(socketBuffer)
	return conn, nil
}

func newCoASocket(conn net.PacketConn) *coaSocket {
	k := &coaSocket{conn: conn}
	go k.read()
	return k
}

// take reserves an identifier, going round so that one just freed is used last; nil when all are in the air.
func (k *coaSocket) take() *slot {
	k.mu.Lock()
	defer k.mu.Unlock()
	for range len(k.used) {
		k.next++
		if k.used[k.next] == nil {
			k.used[k.next] = &slot{identifier: k.next, answer: make(chan *codec.Packet, 1)}
			return k.used[k.next]
		}
	}
	return nil
}

func (k *coaSocket) expect(s *slot, e expected) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s.expected = e
}

func (k *coaSocket) release(s *slot) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.used[s.identifier] = nil
}

func (k *coaSocket) read() {
	var buffer [maxDatagram]byte
	for {
		n, sender, err := k.conn.ReadFrom(buffer[:])
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(time.Millisecond)
			continue
		}
		from := addressOf(sender)
		if wire, err := cut(buffer[:n]); err == nil {
			k.deliver(netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), wire)
		}
	}
}

var answerCodes = map[codec.Code]bool{
	codec.CodeDisconnectACK: true, codec.CodeDisconnectNAK: true, codec.CodeCoAACK: true, codec.CodeCoANAK: true,
}

// deliver hands an answer to who waits for it, if it is from whom it must be and signed over the very request.
func (k *coaSocket) deliver(from netip.AddrPort, wire []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.used[wire[1]]
	if s == nil || s.expected.from != from || !answerCodes[codec.Code(wire[0])] {
		return
	}
	e := s.expected
	if !responseSigned(wire, e.authenticator, e.secret) {
		return
	}
	if hasMessageAuthenticator(wire) && !messageSigned(wire, e.authenticator, e.secret) {
		return
	}
	answer, err := codec.Parse(wire, e.secret)
	if err != nil {
		return
	}
	select {
	case s.answer <- answer:
	default: // a copy of the answer
	}
}
