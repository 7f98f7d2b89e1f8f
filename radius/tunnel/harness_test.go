package tunnel

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.zx2c4.com/wireguard/conn"
	"golang.zx2c4.com/wireguard/device"
	"golang.zx2c4.com/wireguard/tun/netstack"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
	"mtandao/radius/routers"
)

// enough is how long anything may take that must happen; WireGuard's own pauses are up to 20 s.
const enough = 60 * time.Second

// house is our side: the register and the tunnel.
type house struct {
	testing.TB
	db       *db.DB
	keys     *seal.Keys
	register *routers.Service
	tunnel   *Service
}

func newHouse(t testing.TB) *house { return newHouseOn(t, testdb.SQLite(t)) }

func newHouseOn(t testing.TB, d *db.DB) *house {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{TB: t, db: d, keys: keys, register: routers.New(d, keys, clock.System())}
	h.tunnel = h.open("127.0.0.1:0")
	return h
}

func (h *house) open(address string) *Service {
	h.Helper()
	s, err := Open(h.Context(), Options{DB: h.db, Keys: h.keys, Clock: clock.System(), Routers: h.register, Log: slog.New(slog.DiscardHandler), Address: address})
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { _ = s.Close() })
	return s
}

func (h *house) tx(fn func(*db.Tx) error) {
	h.Helper()
	if err := h.db.InTx(h.Context(), fn); err != nil {
		h.Fatal(err)
	}
}

func (h *house) refresh() {
	h.Helper()
	if err := h.tunnel.Refresh(h.Context()); err != nil {
		h.Fatal(err)
	}
}

// router stores a router without a tunnel.
func (h *house) router(name string) routers.Router {
	h.Helper()
	var saved routers.Router
	h.tx(func(tx *db.Tx) (err error) {
		saved, err = h.register.Save(tx, routers.Router{SiteID: 1, Name: name, Dialect: routers.MikroTik, Secret: "0123456789abcdef"})
		return err
	})
	return saved
}

// member stores a router and lets it in.
func (h *house) member(name string) *member {
	h.Helper()
	m := &member{id: h.router(name).ID, private: newPrivate()}
	h.tx(func(tx *db.Tx) (err error) {
		m.address, err = h.register.JoinTunnel(tx, m.id, publicOf(m.private), routers.TunnelKey{})
		return err
	})
	h.refresh()
	return m
}

// member is what a router must know to call home.
type member struct {
	id      int64
	private []byte
	address netip.Addr
}

func newPrivate() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return b
}

func publicOf(private []byte) routers.TunnelKey {
	pair, err := ecdh.X25519().NewPrivateKey(private)
	if err != nil {
		panic(err)
	}
	return routers.TunnelKey(pair.PublicKey().Bytes())
}

// caller is the router's side: WireGuard and a network stack of its own.
type caller struct {
	device *device.Device
	net    *netstack.Net
}

// call brings up a router's tunnel to a server, with an inner address of its choice.
func call(private []byte, inner netip.Addr, server routers.TunnelKey, endpoint string) (*caller, error) {
	stack, network, err := netstack.CreateNetTUN([]netip.Addr{inner}, nil, 1420)
	if err != nil {
		return nil, err
	}
	d := device.NewDevice(stack, conn.NewDefaultBind(), device.NewLogger(device.LogLevelSilent, ""))
	err = d.IpcSet(fmt.Sprintf("private_key=%x\npublic_key=%x\nendpoint=%s\nallowed_ip=%s/32\npersistent_keepalive_interval=25\n",
		private, server[:], endpoint, routers.TunnelServer))
	if err == nil {
		err = d.Up()
	}
	return &caller{device: d, net: network}, err
}

// dial brings up a member's tunnel home and takes it down with the test.
func (h *house) dial(m *member) *caller { return h.dialAs(m, m.address) }

func (h *house) dialAs(m *member, inner netip.Addr) *caller {
	h.Helper()
	c, err := call(m.private, inner, h.tunnel.Key(), h.endpoint())
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(c.device.Close)
	return c
}

func (h *house) endpoint() string { return fmt.Sprintf("127.0.0.1:%d", h.tunnel.Port()) }

// mirror answers each datagram on a port inside the tunnel with who sent it.
func (h *house) mirror(port uint16) {
	h.Helper()
	socket, err := h.tunnel.ListenPacket(port)
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { _ = socket.Close() })
	go func() {
		b := make([]byte, 4096)
		for {
			n, from, err := socket.ReadFrom(b)
			if err != nil {
				return
			}
			_, _ = socket.WriteTo(append([]byte(from.(*net.UDPAddr).IP.String()+" "), b[:n]...), from)
		}
	}()
}

// ask sends a datagram home until it is answered, and returns the answer; "" when none came in time.
func (c *caller) ask(port uint16, text string, limit time.Duration) string {
	socket, err := c.net.DialUDPAddrPort(netip.AddrPort{}, netip.AddrPortFrom(routers.TunnelServer, port))
	if err != nil {
		return ""
	}
	defer socket.Close()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	b := make([]byte, 4096)
	for ctx.Err() == nil {
		_, _ = socket.Write([]byte(text))
		_ = socket.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
		if n, err := socket.Read(b); err == nil {
			return string(b[:n])
		}
	}
	return ""
}

// eventually waits for what must come true.
func (h *house) eventually(what string, is func() bool) {
	h.Helper()
	for deadline := time.Now().Add(enough); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if is() {
			return
		}
	}
	h.Fatalf("%s: not within %s", what, enough)
}

// oneUp is a house with one router, whose tunnel is up.
func oneUp(t *testing.T) (*house, *member, *caller) {
	t.Helper()
	h := newHouse(t)
	m := h.member("cafe")
	h.mirror(1812)
	c := h.dial(m)
	if c.ask(1812, "1", enough) == "" {
		t.Fatal("not up")
	}
	return h, m, c
}
