package tunnel

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.zx2c4.com/wireguard/device"
	"golang.zx2c4.com/wireguard/tun"

	"mtandao/radius/routers"
)

// mtu fits through any outer network, LTE and PPPoE included: 1,280 and WireGuard's 60 octets. Only control traffic passes.
const mtu = 1280

// lane is the WireGuard device of one of our keys.
type lane struct {
	key    key
	hub    *hub
	device *device.Device
	out    chan *[largest]byte // what the stack sends; the first two octets are the length
	events chan tun.Event
	closed chan struct{}
	once   sync.Once
	peers  map[routers.TunnelKey]routers.Tunnel // as the device has them; touched by follow alone
}

func (h *hub) openLane(k key, log *slog.Logger) (*lane, error) {
	l := &lane{key: k, hub: h, out: make(chan *[largest]byte, waiting), events: make(chan tun.Event), closed: make(chan struct{}),
		peers: map[routers.TunnelKey]routers.Tunnel{}}
	tell := func(format string, args ...any) { log.Debug("wireguard", "says", fmt.Sprintf(format, args...)) }
	l.device = device.NewDevice(l, &seat{door: h.door}, &device.Logger{Verbosef: device.DiscardLogf, Errorf: tell})
	err := l.device.IpcSet("private_key=" + hex.EncodeToString(k.private[:]) + "\n")
	if err == nil {
		err = l.device.Up()
	}
	if err != nil {
		l.device.Close()
		return nil, err
	}
	return l, nil
}

// follow makes the device's peers those wanted. Peers that stay as they are are not touched. One that changed is removed
// first, for a session under old keys must not live on; removals come before additions, for an address may change hands.
func (l *lane) follow(wanted map[routers.TunnelKey]routers.Tunnel) error {
	var remove, add strings.Builder
	for public, had := range l.peers {
		if wanted[public] != had {
			fmt.Fprintf(&remove, "public_key=%x\nremove=true\n", public[:])
		}
	}
	for public, t := range wanted {
		if l.peers[public] != t {
			fmt.Fprintf(&add, "public_key=%x\npreshared_key=%x\nreplace_allowed_ips=true\nallowed_ip=%s/32\n", public[:], t.Preshared[:], t.Address)
		}
	}
	if remove.Len()+add.Len() == 0 {
		return nil
	}
	if err := l.device.IpcSet(remove.String() + add.String()); err != nil {
		l.peers = map[routers.TunnelKey]routers.Tunnel{} // not known any more: begin anew the next time
		return fmt.Errorf("%w; begun anew: %v", err, l.device.IpcSet("replace_peers=true\n"))
	}
	l.peers = wanted
	return nil
}

// contact is what a device knows of a peer.
type contact struct {
	handshake time.Time // zero: never
	endpoint  string
	received  int64
	sent      int64
}

// contacts reads the device's peers. The answer also holds keys: nothing of it may be logged.
func (l *lane) contacts() (map[routers.TunnelKey]contact, error) {
	text, err := l.device.IpcGet()
	if err != nil {
		return nil, err
	}
	all := make(map[routers.TunnelKey]contact, len(l.peers))
	var public routers.TunnelKey
	var c contact
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), "=")
		if name == "public_key" {
			c = contact{}
			octets, err := hex.DecodeString(value)
			if err != nil || len(octets) != len(public) {
				continue
			}
			public = routers.TunnelKey(octets)
		}
		c.read(name, value)
		if !public.IsZero() {
			all[public] = c
		}
	}
	return all, nil
}

func (c *contact) read(name, value string) {
	switch n, _ := strconv.ParseInt(value, 10, 64); name {
	case "endpoint":
		c.endpoint = value
	case "last_handshake_time_sec":
		if n > 0 {
			c.handshake = time.Unix(n, 0).UTC()
		}
	case "last_handshake_time_nsec":
		c.handshake = c.handshake.Add(time.Duration(n)).Truncate(time.Millisecond)
	case "rx_bytes":
		c.received = n
	case "tx_bytes":
		c.sent = n
	}
}

// What follows is tun.Device: the lane looks to its WireGuard device like an interface.

var _ tun.Device = (*lane)(nil)

// Read waits for a packet of the stack.
func (l *lane) Read(packets [][]byte, sizes []int, offset int) (int, error) {
	select {
	case p := <-l.out:
		length := int(p[0])<<8 | int(p[1])
		sizes[0] = copy(packets[0][offset:], p[2:2+length])
		l.hub.packets.Put(p)
		return 1, nil
	case <-l.closed:
		return 0, os.ErrClosed
	}
}

// Write hands packets to the stack; WireGuard has checked that their source is the peer's.
func (l *lane) Write(packets [][]byte, offset int) (int, error) {
	for _, p := range packets {
		if packet := p[offset:]; len(packet) >= ipv4Header && packet[0]>>4 == 4 {
			from := netip.AddrFrom4([4]byte(packet[12:16]))
			l.hub.heard(from, l)
			l.hub.echoes.look(packet, from)
			l.hub.stack.put(packet)
		}
	}
	return len(packets), nil
}

// Close ends Read.
func (l *lane) Close() error {
	l.once.Do(func() {
		close(l.closed)
		close(l.events)
	})
	return nil
}

// MTU is the largest inner packet.
func (l *lane) MTU() (int, error) { return mtu, nil }

// Name has no meaning here.
func (l *lane) Name() (string, error) { return "tunnel", nil }

// File is nil: there is no interface.
func (l *lane) File() *os.File { return nil }

// Events stays silent until the end.
func (l *lane) Events() <-chan tun.Event { return l.events }

// BatchSize is how many packets Read gives at once.
func (l *lane) BatchSize() int { return 1 }
