package tunnel

import (
	"context"
	"encoding/binary"
	"net/netip"
	"sync"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

const (
	icmp        = 1
	echoRequest = 8
	echoReply   = 0
	echoHeader  = 8
	echoAgain   = time.Second
)

// mark is what an echo request carries, and its answer by it: 128 random bits.
type mark [16]byte

// echoes are the pings that wait for their answers.
type echoes struct {
	mu      sync.RWMutex
	waiting map[mark]echo
}

type echo struct {
	of       netip.Addr
	since    func() time.Duration
	answered chan time.Duration // room for one
}

// Ping sends an echo request inside the tunnel, again each second until ctx ends, and returns how long the first answer
// took. fault.Unavailable "router.unreachable" when there is none, at once when the router is not there.
//
// The stack sends; the answer is taken on its way into the stack.
func (s *Service) Ping(ctx context.Context, a netip.Addr) (time.Duration, error) {
	if !s.Reaches(a) {
		return 0, fault.New(fault.Unavailable, "router.unreachable")
	}
	socket, err := s.hub.stack.echo(a)
	if err != nil {
		return 0, fault.Wrap(fault.Unavailable, "router.unreachable", err)
	}
	defer socket.endpoint.Close()
	own := mark(seal.Random(len(mark{})))
	e := echo{of: a, since: clock.Stopwatch(), answered: make(chan time.Duration, 1)}
	s.hub.echoes.add(own, e)
	defer s.hub.echoes.remove(own)
	again := time.NewTicker(echoAgain)
	defer again.Stop()
	for {
		if err := socket.send(echoMessage(own, e.since())); err != nil {
			return 0, fault.Wrap(fault.Unavailable, "router.unreachable", err)
		}
		select {
		case took := <-e.answered:
			return took, nil
		case <-again.C:
		case <-ctx.Done():
			return 0, fault.Wrap(fault.Unavailable, "router.unreachable", ctx.Err())
		}
	}
}

// echoMessage is a request that carries the mark and when it was sent; the stack fills in identifier and checksum.
func echoMessage(m mark, at time.Duration) []byte {
	message := append(make([]byte, echoHeader), m[:]...)
	message[0] = echoRequest
	return binary.BigEndian.AppendUint64(message, uint64(at))
}

func (w *echoes) add(m mark, e echo) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting == nil {
		w.waiting = map[mark]echo{}
	}
	w.waiting[m] = e
}

func (w *echoes) remove(m mark) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.waiting, m)
}

// look takes an answer that somebody waits for out of an IPv4 packet from a.
func (w *echoes) look(packet []byte, a netip.Addr) {
	if packet[9] != icmp {
		return
	}
	header := int(packet[0]&0x0f) * 4
	if header < ipv4Header || len(packet) != header+echoHeader+len(mark{})+8 || packet[header] != echoReply {
		return
	}
	body := packet[header+echoHeader:]
	w.mu.RLock()
	e, ok := w.waiting[mark(body)]
	w.mu.RUnlock()
	if !ok || e.of != a {
		return
	}
	select {
	case e.answered <- e.since() - time.Duration(binary.BigEndian.Uint64(body[len(mark{}):])):
	default: // the answer to a copy
	}
}
