package radius

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"mtandao/internal/clock"
)

// port is what a socket is for.
type port uint8

const (
	authPort port = iota
	acctPort
)

func (p port) String() string { return [...]string{"auth", "acct"}[p] }

const (
	readersPerSocket = 2
	workersPerSocket = 128  // they wait for the spool's fsync, rarely for a processor
	asideAtOnce      = 4096 // requests that wait for the database
	queueLength      = 4096
	socketBuffer     = 4 << 20 // the kernel's default overflows at some 250 requests in flight
	requestLimit     = 5 * time.Second
	delayedAtOnce    = 8192
)

type datagram struct {
	buffer *[maxDatagram]byte
	length int
	from   netip.AddrPort
	at     time.Duration // when it came, by the socket's stopwatch
	mark   uint64        // of all its octets and of who sent it
}

// socket is one UDP port: readers that never wait, a bounded queue, bounded workers.
type socket struct {
	port     port
	inside   bool // of the tunnel: who sends is known by the address inside
	conn     packetConn
	queue    chan datagram
	delayed  chan struct{} // a token for each reply that waits
	asides   chan struct{} // a token for each request that waits for the database
	stopping chan struct{}
	since    func() time.Duration
	queued   *marks
	repeated func() // told of each copy of a packet that waits already

	readers, workers, asking, waiting sync.WaitGroup
	buffers                           sync.Pool
}

func listen(p port, address string) (*socket, error) {
	local, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		return nil, fmt.Errorf("radius %s address %q: %w", p, address, err)
	}
	conn, err := net.ListenUDP("udp", local)
	if err != nil {
		return nil, fmt.Errorf("radius %s: %w", p, err)
	}
	_ = conn.SetReadBuffer(socketBuffer) // the kernel may grant less: then it is as large as the machine allows
	_ = conn.SetWriteBuffer(socketBuffer)
	return newSocket(p, conn), nil
}

// listenInside opens the same port inside the tunnel.
func listenInside(p port, t Tunnel) (*socket, error) {
	conn, err := openInside(t, insidePorts[p])
	if err != nil {
		return nil, fmt.Errorf("radius %s inside the tunnel: %w", p, err)
	}
	k := newSocket(p, conn)
	k.inside = true
	return k, nil
}

func newSocket(p port, conn packetConn) *socket {
	return &socket{
		port: p, conn: conn,
		queue: make(chan datagram, queueLength), delayed: make(chan struct{}, delayedAtOnce), asides: make(chan struct{}, asideAtOnce),
		stopping: make(chan struct{}),
		since:    clock.Stopwatch(), queued: newMarks(), repeated: func() {},
		buffers: sync.Pool{New: func() any { return new([maxDatagram]byte) }},
	}
}

func (k *socket) start(process func(*socket, datagram), overflow func(netip.AddrPort)) {
	for range readersPerSocket {
		k.readers.Go(func() { k.read(overflow) })
	}
	for range workersPerSocket {
		k.workers.Go(func() {
			for d := range k.queue {
				k.queued.drop(d.mark)
				if k.tooLate(d) {
					overflow(d.from)
				} else {
					process(k, d)
				}
				k.buffers.Put(d.buffer)
			}
		})
	}
}

// tooLate: the router has given up on it, and what it sent since waits behind. Accounting is worth storing at any time.
func (k *socket) tooLate(d datagram) bool { return k.port == authPort && k.since()-d.at > requestLimit }

func (k *socket) read(overflow func(netip.AddrPort)) {
	for {
		buffer := k.buffers.Get().(*[maxDatagram]byte)
		n, from, err := k.conn.ReadFromUDPAddrPort(buffer[:])
		if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(time.Millisecond) // a passing error of the network: do not spin on it
			continue
		}
		d := datagram{buffer: buffer, length: n, from: from, at: k.since(), mark: k.queued.of(buffer[:n], from)}
		if !k.queued.add(d.mark) {
			k.repeated()
			k.buffers.Put(buffer)
			continue
		}
		select {
		case k.queue <- d:
		default:
			k.queued.drop(d.mark)
			overflow(from)
			k.buffers.Put(buffer)
		}
	}
}

// sendLater sends after a while without holding a worker; at once when too many wait already or the socket stops.
func (k *socket) sendLater(after time.Duration, send func()) {
	select {
	case k.delayed <- struct{}{}:
	default:
		send()
		return
	}
	k.waiting.Go(func() {
		timer := time.NewTimer(after)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-k.stopping:
		}
		send()
		<-k.delayed
	})
}

// aside does what may wait for the database without holding a worker: those answer who is known. False when too many wait.
func (k *socket) aside(do func()) bool {
	select {
	case k.asides <- struct{}{}:
	default:
		return false
	}
	k.asking.Go(func() {
		defer func() { <-k.asides }()
		do()
	})
	return true
}

// stop drains: no more reading, every packet taken in is answered, then the socket is closed.
func (k *socket) stop() {
	_ = k.conn.SetReadDeadline(time.Unix(1, 0))
	k.readers.Wait()
	close(k.queue)
	k.workers.Wait()
	k.asking.Wait()
	close(k.stopping)
	k.waiting.Wait()
	_ = k.conn.Close()
}

func (k *socket) address() netip.AddrPort { return k.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

func (k *socket) send(to netip.AddrPort, wire []byte) error {
	_, err := k.conn.WriteToUDPAddrPort(wire, to)
	return err
}

// requestContext bounds one request; a stop of the program does not cut requests already taken in.
func requestContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), requestLimit)
}
