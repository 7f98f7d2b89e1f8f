package tunnel

import (
	"context"
	"io"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
	"mtandao/radius/routers"
)

func TestRouterCallsHome(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouseOn(t, d)
		m := h.member("cafe")
		h.mirror(1812)
		c := h.dial(m)
		if got, want := c.ask(1812, "hello", enough), m.address.String()+" hello"; got != want {
			t.Fatalf("the answer is %q, want %q", got, want)
		}
		if long := strings.Repeat("x", 3500); c.ask(1812, long, enough) != m.address.String()+" "+long {
			t.Error("a long datagram does not come through")
		}
		h.refresh()
		status, ok := h.tunnel.Status(m.id)
		if !ok || status.Handshake.IsZero() || status.Received == 0 || status.Sent == 0 || !strings.HasPrefix(status.Endpoint, "127.0.0.1:") || status.Generation != 1 {
			t.Errorf("the status is %+v, %v", status, ok)
		}
		seen, err := h.register.TunnelsSeen(t.Context())
		if err != nil || !seen[m.id].At.Equal(status.Handshake) || seen[m.id].Generation != 1 {
			t.Errorf("stored is %+v, %v, want %+v", seen, err, status)
		}
		if up, all := h.tunnel.Up(); up != 1 || all != 1 {
			t.Errorf("%d of %d are up", up, all)
		}
	})
}

func TestWeReachTheRouter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.member("cafe")
	h.mirror(1812)
	c := h.dial(m)
	listener, err := c.net.ListenTCPAddrPort(netip.AddrPortFrom(m.address, 8728))
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(in, in); _ = in.Close() }()
		}
	}()
	if c.ask(1812, "hello", enough) == "" {
		t.Fatal("the tunnel does not come up")
	}
	out, err := h.tunnel.DialContext(t.Context(), netip.AddrPortFrom(m.address, 8728))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	text := strings.Repeat("command ", 20000)
	go func() { _, _ = io.WriteString(out, text) }()
	got := make([]byte, len(text))
	if _, err := io.ReadFull(out, got); err != nil || string(got) != text {
		t.Errorf("%d octets came back, %v", len(got), err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), enough)
	defer cancel()
	if took, err := h.tunnel.Ping(ctx, m.address); err != nil || took <= 0 {
		t.Errorf("ping: %s, %v", took, err)
	}
}

func TestForgedInnerAddressIsDropped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	honest, victim := h.member("honest"), h.member("victim")
	h.mirror(1812)
	forger := h.dialAs(honest, victim.address) // its own key, somebody else's address
	if got := forger.ask(1812, "let me in", 3*time.Second); got != "" {
		t.Fatalf("a forged packet was answered: %q", got)
	}
	h.refresh()
	if status, _ := h.tunnel.Status(honest.id); status.Handshake.IsZero() || status.Received < 500 {
		t.Errorf("the forger's packets never came so far: %+v", status)
	}
	if h.tunnel.Reaches(victim.address) {
		t.Error("the victim's address leads to the forger")
	}
	if got := h.dial(victim).ask(1812, "hello", enough); got != victim.address.String()+" hello" {
		t.Errorf("the victim itself gets %q", got)
	}
}

func TestRoutersDoNotReachEachOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a, b := h.member("a"), h.member("b")
	h.mirror(1812)
	callers := map[*member]*caller{a: h.dial(a), b: h.dial(b)}
	for m, c := range callers {
		if c.ask(1812, "up", enough) == "" {
			t.Fatal(m.address, "does not come up")
		}
	}
	target, err := callers[b].net.ListenUDPAddrPort(netip.AddrPortFrom(b.address, 5000))
	if err != nil {
		t.Fatal(err)
	}
	// A router that routes the whole range into the tunnel.
	if err := callers[a].device.IpcSet("public_key=" + hexOf(h.tunnel.Key()) + "\nallowed_ip=" + routers.TunnelRange.String() + "\n"); err != nil {
		t.Fatal(err)
	}
	out, err := callers[a].net.DialUDPAddrPort(netip.AddrPort{}, netip.AddrPortFrom(b.address, 5000))
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		_, _ = out.Write([]byte("neighbour"))
	}
	if callers[a].ask(1812, "still up", enough) == "" || callers[b].ask(1812, "still up", enough) == "" {
		t.Fatal("the tunnels are gone")
	}
	_ = target.SetReadDeadline(time.Now().Add(time.Second))
	if n, err := target.Read(make([]byte, 100)); err == nil {
		t.Errorf("%d octets passed from router to router", n)
	}
}

func TestPeersFollowTheRouters(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	stays, leaves := h.member("stays"), h.member("leaves")
	h.mirror(1812)
	staying, leaving := h.dial(stays), h.dial(leaves)
	if staying.ask(1812, "1", enough) == "" || leaving.ask(1812, "1", enough) == "" {
		t.Fatal("not up")
	}
	h.refresh()
	before, _ := h.tunnel.Status(stays.id)

	h.tx(func(tx *db.Tx) error { return h.register.LeaveTunnel(tx, leaves.id) })
	comes := h.member("comes")
	coming := h.dial(comes)
	if got := coming.ask(1812, "1", enough); got != comes.address.String()+" 1" {
		t.Errorf("who came gets %q", got)
	}
	if got := leaving.ask(1812, "2", 2*time.Second); got != "" {
		t.Errorf("who left gets %q", got)
	}
	if got := staying.ask(1812, "2", enough); got != stays.address.String()+" 2" {
		t.Errorf("who stays gets %q", got)
	}
	h.refresh()
	if after, _ := h.tunnel.Status(stays.id); !after.Handshake.Equal(before.Handshake) || after.Received <= before.Received {
		t.Errorf("the one that stays was disturbed: %+v, then %+v", before, after)
	}

	h.tx(func(tx *db.Tx) error { // retired: out as well
		r, _ := h.register.Get(comes.id)
		r.State = routers.StateRetired
		_, err := h.register.Save(tx, r)
		return err
	})
	h.refresh()
	if got := coming.ask(1812, "2", 2*time.Second); got != "" || h.tunnel.Reaches(comes.address) {
		t.Errorf("a retired router gets %q", got)
	}
}

func TestChangedKeysOfARouter(t *testing.T) {
	t.Parallel()
	h, m, old := oneUp(t)
	was := m.address
	m.private = newPrivate()
	preshared := routers.TunnelKey(newPrivate())
	h.tx(func(tx *db.Tx) (err error) {
		m.address, err = h.register.JoinTunnel(tx, m.id, publicOf(m.private), preshared)
		return err
	})
	h.refresh()
	if m.address != was {
		t.Errorf("the address changed from %s to %s", was, m.address)
	}
	if got := old.ask(1812, "2", 2*time.Second); got != "" {
		t.Errorf("the old key still works: %q", got)
	}
	without := h.dial(m)
	if got := without.ask(1812, "3", 2*time.Second); got != "" {
		t.Errorf("without the preshared key it works: %q", got)
	}
	if err := without.device.IpcSet("public_key=" + hexOf(h.tunnel.Key()) + "\npreshared_key=" + hexOf(preshared) + "\n"); err != nil {
		t.Fatal(err)
	}
	if got := without.ask(1812, "4", enough); got != was.String()+" 4" {
		t.Errorf("the new keys get %q", got)
	}
}

func TestRoaming(t *testing.T) {
	t.Parallel()
	h, m, c := oneUp(t)
	h.refresh()
	before, _ := h.tunnel.Status(m.id)
	free, err := net.ListenUDP("udp", nil)
	if err != nil {
		t.Fatal(err)
	}
	port := free.LocalAddr().(*net.UDPAddr).Port
	_ = free.Close()
	if err := c.device.IpcSet("listen_port=" + itoa(port) + "\n"); err != nil { // as a NAT does that forgot its mapping
		t.Fatal(err)
	}
	if c.ask(1812, "2", enough) == "" {
		t.Fatal("silent from its new port")
	}
	h.refresh()
	after, _ := h.tunnel.Status(m.id)
	if after.Endpoint == before.Endpoint || !after.Handshake.Equal(before.Handshake) {
		t.Errorf("it was at %s, then at %s; handshakes %s, %s", before.Endpoint, after.Endpoint, before.Handshake, after.Handshake)
	}
}

func TestRestartOfOurSide(t *testing.T) {
	t.Parallel()
	h, m, c := oneUp(t)
	key, address := h.tunnel.Key(), h.endpoint()
	if err := h.tunnel.Close(); err != nil {
		t.Fatal(err)
	}
	h.tunnel = h.open(address)
	h.mirror(1812)
	if h.tunnel.Key() != key {
		t.Fatal("the restart made another key")
	}
	if got := c.ask(1812, "2", enough); got != m.address.String()+" 2" {
		t.Errorf("after the restart: %q", got)
	}
}

func TestTheDeadCostNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.member("never seen")
	if _, err := h.tunnel.DialContext(t.Context(), netip.AddrPortFrom(m.address, 8728)); !fault.Is(err, fault.Unavailable) {
		t.Errorf("dial: %v", err)
	}
	if _, err := h.tunnel.Ping(t.Context(), m.address); !fault.Is(err, fault.Unavailable) {
		t.Errorf("ping: %v", err)
	}
	socket, err := h.tunnel.ListenPacket(0)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	for range 1000 {
		_, _ = socket.WriteTo(make([]byte, 1000), net.UDPAddrFromAddrPort(netip.AddrPortFrom(m.address, 3799)))
	}
	h.eventually("all are dropped at once", func() bool { return h.tunnel.hub.dropped.Load() >= 1000 })
}

func TestCloseLeavesNothingBehind(t *testing.T) {
	h := newHouse(t)
	before := runtime.NumGoroutine()
	for range 5 {
		s := h.open("127.0.0.1:0")
		socket, err := s.ListenPacket(1812)
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error)
		go func() {
			_, _, err := socket.ReadFrom(make([]byte, 100))
			ended <- err
		}()
		_ = socket.Close()
		if err := <-ended; err != net.ErrClosed {
			t.Errorf("a closed socket says %v", err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("closing twice: %v", err)
		}
		if err := s.Refresh(t.Context()); err != nil {
			t.Errorf("a refresh after the end: %v", err)
		}
	}
	h.eventually("goroutines end", func() bool { return runtime.NumGoroutine() <= before })
}

func TestPortTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if s, err := Open(t.Context(), Options{DB: h.db, Keys: h.keys, Routers: h.register, Address: h.endpoint()}); err == nil {
		_ = s.Close()
		t.Error("two tunnels on one port")
	}
}
