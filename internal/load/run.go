package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/ipv4"

	"mtandao/internal/clock"
)

const (
	perLane    = 16 // requests in flight on a socket
	resendIn   = time.Second
	mostCopies = 4
	largest    = 4096
	buffer     = 4 << 20
)

// Run asks until the time, the count or ctx is over, and then waits for what is in flight. An error says that nothing could be
// asked; what was answered wrongly is in the Result.
func Run(ctx context.Context, o Options) (Result, error) {
	o = o.withDefaults()
	if len(o.Logins) == 0 {
		return Result{}, errors.New("nobody to log in")
	}
	ctx, cancel := context.WithTimeout(ctx, o.For)
	defer cancel()
	var begun, next atomic.Int64
	lanes := make([]*lane, (o.InFlight+perLane-1)/perLane)
	for i := range lanes {
		l, err := openLane(o, i, min(perLane, o.InFlight-i*perLane))
		if err != nil {
			return Result{}, err
		}
		defer l.conn.Close()
		l.source = newSource(o, &next, int64(i), int64(len(lanes)))
		l.more = func() bool { return ctx.Err() == nil && (o.Count == 0 || begun.Add(1) <= o.Count) }
		lanes[i] = l
	}
	var group sync.WaitGroup
	took := clock.Stopwatch()
	for _, l := range lanes {
		group.Go(l.run)
	}
	group.Wait()
	result := Result{Took: took()}
	var all []Result
	for _, l := range lanes {
		all = append(all, l.result)
	}
	result.join(all)
	return result, nil
}

// lane is a socket with some requests in flight.
type lane struct {
	conn   *net.UDPConn
	batch  *ipv4.PacketConn
	source *source
	more   func() bool
	now    func() time.Duration
	free   []byte // identifiers
	asked  [256]asked
	out    []ipv4.Message
	flying int
	result Result
}

// asked is a request in flight, unless copies is 0.
type asked struct {
	request
	first, last time.Duration
	copies      int
}

func openLane(o Options, i, flying int) (*lane, error) {
	from := net.UDPAddrFromAddrPort(netip.AddrPortFrom(o.From[i%len(o.From)], 0))
	if !o.From[0].IsValid() {
		from = nil
	}
	conn, err := net.DialUDP("udp", from, net.UDPAddrFromAddrPort(o.To))
	if err != nil {
		return nil, fmt.Errorf("asking %s: %w", o.To, err)
	}
	_ = conn.SetReadBuffer(buffer)
	l := &lane{conn: conn, batch: ipv4.NewPacketConn(conn), now: clock.Stopwatch()}
	first := rand.IntN(256) // a server remembers what a port has asked lately
	for n := range flying {
		l.free = append(l.free, byte(first+n))
	}
	return l, nil
}

func (l *lane) run() {
	in := make([]ipv4.Message, perLane)
	for i := range in {
		in[i].Buffers = [][]byte{make([]byte, largest)}
	}
	for l.ask() {
		_ = l.conn.SetReadDeadline(deadline(resendIn))
		n, err := l.batch.ReadBatch(in, 0)
		if err != nil { // nothing came in time; or nobody listens, and then the requests are lost
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				time.Sleep(time.Millisecond)
			}
			l.resend()
			continue
		}
		for _, m := range in[:n] {
			l.take(m.Buffers[0][:m.N])
		}
	}
}

// ask sends new requests on the free identifiers; false when nothing is in flight and nothing more is to be asked.
func (l *lane) ask() bool {
	kept, now := l.free[:0], l.now()
	for _, identifier := range l.free {
		if !l.more() {
			kept = append(kept, identifier)
			continue
		}
		a := &l.asked[identifier]
		*a = asked{request: l.source.next(identifier, a.wire[:0]), first: now, last: now, copies: 1}
		l.flying++
		l.put(a.wire)
	}
	l.free = kept
	l.send()
	return l.flying > 0
}

// put leaves a datagram to the next send, in a message that was used before if there is one.
func (l *lane) put(wire []byte) {
	if n := len(l.out); n < cap(l.out) && l.out[:n+1][n].Buffers != nil {
		l.out = l.out[:n+1]
		l.out[n].Buffers[0] = wire
		return
	}
	l.out = append(l.out, ipv4.Message{Buffers: [][]byte{wire}})
}

func (l *lane) send() {
	for out := l.out; len(out) > 0; {
		n, err := l.batch.WriteBatch(out, 0)
		if err != nil || n <= 0 {
			n = 1
		}
		out = out[n:]
	}
	l.out = l.out[:0]
}

func (l *lane) take(reply []byte) {
	if len(reply) < headerBytes || l.asked[reply[1]].copies == 0 {
		return // a copy of an answer
	}
	a := &l.asked[reply[1]]
	if err := l.source.check(a.request, reply); err != nil {
		l.result.Wrong++
		if l.result.Fault == nil {
			l.result.Fault = err
		}
	}
	l.result.Replied++
	l.result.times = append(l.result.times, l.now()-a.first)
	l.settle(reply[1])
}

func (l *lane) settle(identifier byte) {
	l.asked[identifier].copies = 0
	l.flying--
	l.free = append(l.free, identifier)
}

// resend sends again what has waited long, the same octets.
func (l *lane) resend() {
	now := l.now()
	for identifier := range l.asked {
		a := &l.asked[identifier]
		switch {
		case a.copies == 0 || now-a.last < resendIn:
		case a.copies == mostCopies:
			l.result.Lost++
			l.settle(byte(identifier))
		default:
			a.copies, a.last = a.copies+1, now
			l.result.Resent++
			l.put(a.wire)
		}
	}
	l.send()
}

func deadline(d time.Duration) time.Time { return clock.System().Now().Add(d) }
