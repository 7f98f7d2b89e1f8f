package router

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// transmissions of one request; of accounting, MikroTik makes as many in each of its rounds.
const transmissions = 3

// exchange is one request on its way: the same octets go out until an answer comes or the last transmission timed out.
type exchange struct {
	octets []byte
	sent   int
	due    time.Duration // on the link's stopwatch
	done   func(reply *packet)
}

// link is one UDP socket to a RADIUS port with up to 256 requests in flight.
type link struct {
	conn     net.Conn
	secret   []byte
	timeout  time.Duration
	most     int  // transmissions
	strict   bool // replies need a Message-Authenticator
	elapsed  func() time.Duration
	transmit func(octets []byte)

	mu      sync.Mutex
	pending map[byte]*exchange
	next    byte
}

// send starts an exchange; done is called once, with nil when nobody answered. False when 256 are in flight.
func (l *link) send(build func(id byte) []byte, done func(*packet)) bool {
	l.mu.Lock()
	if len(l.pending) == 256 {
		l.mu.Unlock()
		return false
	}
	for l.pending[l.next] != nil {
		l.next++
	}
	e := &exchange{octets: build(l.next), sent: 1, due: l.elapsed() + l.timeout, done: done}
	l.pending[l.next] = e
	l.next++
	l.mu.Unlock()
	l.transmit(e.octets)
	return true
}

func (l *link) write(octets []byte) { _, _ = l.conn.Write(octets) }

// read handles answers until the socket is closed. Other errors are refusals by a dead port: the time-out tells them.
func (l *link) read() {
	buffer := make([]byte, maxPacket)
	for {
		n, err := l.conn.Read(buffer)
		if errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) {
			return
		}
		if err == nil && n >= 20 {
			l.receive(buffer[:n])
		}
	}
}

// receive drops what does not verify: the exchange then times out like a lost packet.
func (l *link) receive(octets []byte) {
	l.mu.Lock()
	e := l.pending[octets[1]]
	if e == nil {
		l.mu.Unlock()
		return
	}
	reply, err := openReply(octets, e.octets[4:20], l.secret, l.strict)
	if err == nil {
		delete(l.pending, octets[1])
	}
	l.mu.Unlock()
	if err == nil {
		e.done(reply)
	}
}

// tick retransmits what is due and gives up on what was sent often enough.
func (l *link) tick() {
	var again [][]byte
	var over []*exchange
	now := l.elapsed()
	l.mu.Lock()
	for id, e := range l.pending {
		switch {
		case e.due > now:
		case e.sent < l.most:
			e.sent++
			e.due = now + l.timeout
			again = append(again, e.octets)
		default:
			delete(l.pending, id)
			over = append(over, e)
		}
	}
	l.mu.Unlock()
	for _, octets := range again {
		l.transmit(octets)
	}
	finish(over)
}

// forget drops every exchange, as a power cut does.
func (l *link) forget() {
	var over []*exchange
	l.mu.Lock()
	for id, e := range l.pending {
		delete(l.pending, id)
		over = append(over, e)
	}
	l.mu.Unlock()
	finish(over)
}

func finish(over []*exchange) {
	for _, e := range over {
		e.done(nil)
	}
}
