package radius

import (
	"net"
	"net/netip"
	"sync"

	"golang.org/x/net/ipv4"
)

// postBatch is how many datagrams one system call takes in or sends.
const postBatch = 64

// post sends datagrams, many at once: whoever has some drops them, and flushes when there will be no more for the moment.
type post struct {
	conn packetConn

	mu      sync.Mutex
	waiting []ipv4.Message

	sending sync.Mutex
	spare   []ipv4.Message // the list that was sent last, to be filled again
	later   chan struct{}  // a token: somebody who must not wait dropped some
}

func newPost(conn packetConn) *post { return &post{conn: conn, later: make(chan struct{}, 1)} }

func (p *post) drop(to returnPath, wire []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.waiting); n < cap(p.waiting) { // its one buffer is there already
		p.waiting = p.waiting[:n+1]
		if p.waiting[n].Buffers != nil {
			p.waiting[n].Buffers[0], p.waiting[n].Addr, p.waiting[n].OOB = wire, to.to, to.from
			return
		}
		p.waiting = p.waiting[:n]
	}
	p.waiting = append(p.waiting, ipv4.Message{Buffers: [][]byte{wire}, Addr: to.to, OOB: to.from})
}

// flush sends all that was dropped before. A datagram that the network does not take is lost, as datagrams are.
func (p *post) flush() {
	p.sending.Lock()
	defer p.sending.Unlock()
	p.mu.Lock()
	all := p.waiting
	p.waiting = p.spare[:0]
	p.mu.Unlock()
	p.spare = all
	for len(all) > 0 {
		n, err := p.conn.WriteBatch(all[:min(len(all), postBatch)], 0)
		if err != nil || n <= 0 {
			n = 1 // it is the first that could not be sent
		}
		all = all[n:]
	}
}

// flushLater has the keeper flush.
func (p *post) flushLater() {
	select {
	case p.later <- struct{}{}:
	default:
	}
}

// keep flushes for those who must not wait, until stop.
func (p *post) keep(stop <-chan struct{}) {
	for {
		select {
		case <-p.later:
			p.flush()
		case <-stop:
			p.flush()
			return
		}
	}
}

func addressOf(a net.Addr) netip.AddrPort {
	if udp, ok := a.(*net.UDPAddr); ok {
		return udp.AddrPort()
	}
	return netip.AddrPort{}
}
