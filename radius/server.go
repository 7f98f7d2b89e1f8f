package radius

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/ipv4"

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
	asideAtOnce   = 4096    // requests that wait for the database
	storingAtOnce = 16384   // records that wait for the disk
	socketBuffer  = 4 << 20 // the kernel's default overflows at some 250 requests in flight
	requestLimit  = 5 * time.Second
	delayedAtOnce = 8192
)

// datagram is valid until the next one is read.
type datagram struct {
	wire []byte
	tray *tray // of the reader
	to   returnPath
	from netip.AddrPort
	at   time.Duration // when it came, by the socket's stopwatch
}

// socket is one UDP port. Its readers answer what needs neither database nor disk themselves, a batch at a time; what waits does
// so beside them, bounded in number.
type socket struct {
	port     port
	inside   bool // of the tunnel: who sends is known by the address inside
	conn     packetConn
	post     *post
	delayed  chan struct{} // a token for each reply that waits
	asides   chan struct{} // a token for each request that waits for the database
	storing  atomic.Int64  // records that wait for the disk
	stopping chan struct{}
	since    func() time.Duration

	readers, asking, waiting, keeping sync.WaitGroup
}

// Open opens the sockets of authentication and accounting for Options.Sockets.
func Open(auth, acct string) (all []*net.UDPConn, err error) {
	for p, address := range []string{auth, acct} {
		conn, err := openUDP(port(p), address)
		if err != nil {
			for _, c := range all {
				_ = c.Close()
			}
			return nil, err
		}
		all = append(all, conn)
	}
	return all, nil
}

func openUDP(p port, address string) (*net.UDPConn, error) {
	local, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		return nil, fmt.Errorf("radius %s address %q: %w", p, address, err)
	}
	conn, err := net.ListenUDP("udp", local)
	if err != nil {
		return nil, fmt.Errorf("radius %s: %w", p, err)
	}
	return conn, nil
}

func listen(p port, address string) (*socket, error) {
	conn, err := openUDP(p, address)
	if err != nil {
		return nil, err
	}
	return listenOn(p, conn)
}

func listenOn(p port, conn *net.UDPConn) (*socket, error) {
	if err := tellAsked(conn); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("radius %s: %w", p, err)
	}
	_ = conn.SetReadBuffer(socketBuffer) // the kernel may grant less: then it is as large as the machine allows
	_ = conn.SetWriteBuffer(socketBuffer)
	return newSocket(p, ipv4.NewPacketConn(conn)), nil
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
		port: p, conn: conn, post: newPost(conn),
		delayed: make(chan struct{}, delayedAtOnce), asides: make(chan struct{}, asideAtOnce), stopping: make(chan struct{}),
		since: clock.Stopwatch(),
	}
}

func (k *socket) start(process func(*socket, datagram)) {
	for range max(2, runtime.GOMAXPROCS(0)) {
		k.readers.Go(func() { k.read(process) })
	}
	k.keeping.Go(func() { k.post.keep(k.stopping) })
}

func (k *socket) read(process func(*socket, datagram)) {
	batch, tray, asked := make([]ipv4.Message, postBatch), &tray{}, askedAt{}
	for i := range batch {
		batch[i].Buffers, batch[i].OOB = [][]byte{make([]byte, maxDatagram)}, make([]byte, fromLength)
	}
	for {
		n, err := k.conn.ReadBatch(batch, 0)
		if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(time.Millisecond) // a passing error of the network: do not spin on it
			continue
		}
		at := k.since()
		for _, m := range batch[:n] {
			tray = tray.orAnother()
			process(k, datagram{wire: m.Buffers[0][:m.N], tray: tray, to: returnPath{m.Addr, asked.from(m.OOB[:m.NN])}, from: addressOf(m.Addr), at: at})
			if !tray.left {
				tray.forget()
			}
		}
		k.post.flush()
	}
}

// sendLater sends after a while without holding anybody; at once when too many wait already or the socket stops.
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

// aside does what may wait for the database without holding a reader: those answer who is known. False when too many wait.
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
	k.asking.Wait()
	close(k.stopping)
	k.waiting.Wait()
	k.keeping.Wait()
	k.post.flush()
	_ = k.conn.Close()
}

func (k *socket) address() netip.AddrPort { return addressOf(k.conn.LocalAddr()) }

// requestContext bounds one request; a stop of the program does not cut requests already taken in.
func requestContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), requestLimit)
}
