package tunnel

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.zx2c4.com/wireguard/conn"
)

const (
	doorBuffer = 4 << 20
	largest    = 2048 // of a datagram: routers' packets are at most 1,500 octets long
	waiting    = 1024 // datagrams that a lane has not yet taken
	batch      = 16
)

// door is the one UDP port of all lanes. Every datagram goes to every lane: a handshake names the key that it is for, and
// a packet the session, so all but one lane drop it before they decrypt anything.
type door struct {
	conn    *net.UDPConn
	buffers sync.Pool
	readers sync.WaitGroup

	mu    sync.RWMutex
	seats map[*seat]bool
}

type letter struct {
	buffer *[largest]byte
	length int
	from   netip.AddrPort
}

func openDoor(address string) (*door, error) {
	local, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		return nil, err
	}
	socket, err := net.ListenUDP("udp", local)
	if err != nil {
		return nil, err
	}
	_ = socket.SetReadBuffer(doorBuffer) // the kernel may grant less: then it is as large as the machine allows
	_ = socket.SetWriteBuffer(doorBuffer)
	d := &door{conn: socket, seats: map[*seat]bool{}, buffers: sync.Pool{New: func() any { return new([largest]byte) }}}
	d.readers.Go(d.read)
	return d, nil
}

func (d *door) port() uint16 { return d.conn.LocalAddr().(*net.UDPAddr).AddrPort().Port() }

func (d *door) close() {
	_ = d.conn.Close()
	d.readers.Wait()
}

func (d *door) read() {
	for {
		buffer := d.buffers.Get().(*[largest]byte)
		n, from, err := d.conn.ReadFromUDPAddrPort(buffer[:])
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // a passing error, such as an ICMP answer to what was sent: do not spin on it
			d.buffers.Put(buffer)
			time.Sleep(time.Millisecond)
			continue
		}
		d.handOut(letter{buffer: buffer, length: n, from: from})
	}
}

func (d *door) handOut(l letter) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	for s := range d.seats {
		copied := l
		if len(d.seats) > 1 {
			copied.buffer = d.buffers.Get().(*[largest]byte)
			copy(copied.buffer[:l.length], l.buffer[:l.length])
		}
		select {
		case s.letters <- copied:
		default: // a flood; WireGuard's peers send again
			d.buffers.Put(copied.buffer)
		}
	}
	if len(d.seats) != 1 {
		d.buffers.Put(l.buffer)
	}
}

// seat is one lane's share of the door. It implements conn.Bind.
type seat struct {
	door    *door
	letters chan letter
	closed  chan struct{}
}

var _ conn.Bind = (*seat)(nil)

// Open begins to receive.
func (s *seat) Open(uint16) ([]conn.ReceiveFunc, uint16, error) {
	s.letters, s.closed = make(chan letter, waiting), make(chan struct{})
	s.door.mu.Lock()
	defer s.door.mu.Unlock()
	s.door.seats[s] = true
	return []conn.ReceiveFunc{s.receive(s.letters, s.closed)}, s.door.port(), nil
}

// Close stops receiving; the door stays open for the other lanes.
func (s *seat) Close() error {
	s.door.mu.Lock()
	defer s.door.mu.Unlock()
	if s.door.seats[s] {
		delete(s.door.seats, s)
		close(s.closed)
	}
	return nil
}

func (s *seat) receive(letters chan letter, closed chan struct{}) conn.ReceiveFunc {
	return func(packets [][]byte, sizes []int, endpoints []conn.Endpoint) (int, error) {
		n := 0
		take := func(l letter) {
			sizes[n] = copy(packets[n], l.buffer[:l.length])
			endpoints[n] = &endpoint{l.from}
			s.door.buffers.Put(l.buffer)
			n++
		}
		select {
		case <-closed:
			return 0, net.ErrClosed
		case l := <-letters:
			take(l)
		}
		for n < len(packets) {
			select {
			case l := <-letters:
				take(l)
			default:
				return n, nil
			}
		}
		return n, nil
	}
}

// SetMark does nothing: marks are for routing by interface, and there is none.
func (s *seat) SetMark(uint32) error { return nil }

// Send sends to wherever the router was last heard from.
func (s *seat) Send(packets [][]byte, to conn.Endpoint) error {
	e, ok := to.(*endpoint)
	if !ok {
		return conn.ErrWrongEndpointType
	}
	for _, p := range packets {
		if _, err := s.door.conn.WriteToUDPAddrPort(p, e.AddrPort); err != nil {
			return err
		}
	}
	return nil
}

// ParseEndpoint reads host:port.
func (s *seat) ParseEndpoint(text string) (conn.Endpoint, error) {
	address, err := netip.ParseAddrPort(text)
	return &endpoint{address}, err
}

// BatchSize is how many datagrams are taken at once.
func (s *seat) BatchSize() int { return batch }

// endpoint is where a router's packets come from. The kernel chooses our own address.
type endpoint struct{ netip.AddrPort }

// ClearSrc does nothing: no source is kept.
func (e *endpoint) ClearSrc() {}

// SrcToString is empty.
func (e *endpoint) SrcToString() string { return "" }

// DstToString is host:port.
func (e *endpoint) DstToString() string {
	return netip.AddrPortFrom(e.Addr().Unmap(), e.Port()).String()
}

// DstToBytes is what a cookie is bound to.
func (e *endpoint) DstToBytes() []byte {
	octets, _ := e.MarshalBinary()
	return octets
}

// DstIP is the router's address outside.
func (e *endpoint) DstIP() netip.Addr { return e.Addr().Unmap() }

// SrcIP is not known.
func (e *endpoint) SrcIP() netip.Addr { return netip.Addr{} }
