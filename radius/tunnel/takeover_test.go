package tunnel

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/sim/router"
	"mtandao/internal/testdb"
	"mtandao/radius/mikrotik"
	"mtandao/radius/routers"
)

// comesBack is how soon after the change of DNS a router is home again, as README.md says.
const comesBack = 5 * time.Minute

// field is the world around a simulated router: its names, its clock, and its WireGuard, which is a real one.
type field struct {
	testing.TB
	*caller
	member *member
	home   netip.Addr // where our name leads; nowhere: DNS does not answer
	now    time.Time
	shook  string // the device's own word of the last handshake
	at     time.Time
	dialed []netip.AddrPort
}

func (f *field) Resolve(name string) (netip.Addr, error) {
	if name != "home.example" || !f.home.IsValid() {
		return netip.Addr{}, errors.New("no such name")
	}
	return f.home, nil
}

// Dial makes the peer anew, as enabling it does; one that is off is gone.
func (f *field) Dial(peer string, to netip.AddrPort) {
	key, err := routers.ParseTunnelKey(peer)
	if err != nil {
		f.Fatal(err)
	}
	f.shook = ""
	if f.caller == nil {
		if f.caller, err = call(f.member.private, f.member.address, key, to.String()); err != nil {
			f.Fatal(err)
		}
		f.Cleanup(f.device.Close)
	} else {
		text := fmt.Sprintf("public_key=%x\nremove=true\n", key[:])
		if to.IsValid() {
			text += fmt.Sprintf("public_key=%x\nendpoint=%s\nallowed_ip=%s/32\npersistent_keepalive_interval=25\n", key[:], to, routers.TunnelServer)
		}
		if err := f.device.IpcSet(text); err != nil {
			f.Fatal(err)
		}
	}
	if to.IsValid() {
		f.dialed = append(f.dialed, to)
	}
}

// Handshake is when the device's last one was on the clock of the test.
func (f *field) Handshake(string) time.Time {
	if f.caller == nil {
		return time.Time{}
	}
	said, err := f.device.IpcGet()
	if err != nil {
		f.Fatal(err)
	}
	_, after, _ := strings.Cut(said, "last_handshake_time_sec=")
	shook, _, _ := strings.Cut(after, "tx_bytes")
	if strings.HasPrefix(shook, "0\n") || shook == "" {
		return time.Time{}
	}
	if shook != f.shook {
		f.shook, f.at = shook, f.now
	}
	return f.at
}

// pass lets a minute go by for the router.
func (f *field) pass(c *router.Configuration) {
	f.now = f.now.Add(time.Minute)
	c.Pass(f.now)
}

// setUp is a simulated router that our script set up to call our name.
func (h *house) setUp(m *member) (*field, *router.Configuration) {
	h.Helper()
	f := &field{TB: h.TB, member: m, home: netip.MustParseAddr("127.0.0.1"), now: time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)}
	c := router.BareConfiguration("7.19.4")
	c.SetOutside(f)
	c.Pass(f.now)
	pages := mikrotik.Setup{Portal: "https://portal.example/h/x?r=t"}.Pages()
	c.SetFetch(func(address string) ([]byte, error) {
		return []byte(pages[address[strings.LastIndexByte(address, '/')+1:]]), nil
	})
	script, err := mikrotik.Setup{Version: 7, Portal: "https://portal.example/h/x?r=t", PagesURL: "https://portal.example/r/p/t",
		Servers: []mikrotik.Server{{Address: routers.TunnelServer}}, Secret: "0123456789abcdef",
		Hotspot: &mikrotik.Hotspot{Interface: "ether4", Address: netip.MustParsePrefix("10.20.0.1/20")},
		API:     mikrotik.API{User: "mtandao", Password: "0123456789abcdef", From: netip.PrefixFrom(routers.TunnelServer, 32)},
		Tunnel: &mikrotik.WayHome{PrivateKey: base64.StdEncoding.EncodeToString(m.private), PeerKey: h.tunnel.Key().String(), Host: "home.example",
			Port: int(h.tunnel.Port()), Address: m.address, Far: netip.PrefixFrom(routers.TunnelServer, 32)}}.Script()
	if err != nil {
		h.Fatal(err)
	}
	if said, err := c.Run(script); err != nil {
		h.Fatal(err, said)
	}
	return f, c
}

// TestAnotherMachineTakesTheTunnelOver: a second machine with the same records answers under the same key, and a router that
// was set up by our script comes to it by itself once the name leads there. The first one, lost, closed nothing in order.
func TestAnotherMachineTakesTheTunnelOver(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouseOn(t, d)
		m := h.member("kasarani-1")
		h.mirror(1812)
		f, c := h.setUp(m)
		if f.ask(1812, "1", enough) == "" {
			t.Fatal("never home")
		}
		f.Handshake("")
		for range 3 {
			f.pass(c)
		}
		if len(f.dialed) != 1 {
			t.Fatalf("a tunnel that is up was disturbed: %v", f.dialed)
		}
		h.refresh()
		first, second := h.tunnel, h.second()
		if second.Key() != first.Key() {
			t.Fatal("the second machine has another key: every router would have to be told")
		}
		if second.Reaches(m.address) || !first.Reaches(m.address) {
			t.Error("the router is where it does not call")
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		h.tunnel = second
		h.mirror(1812)
		f.home = netip.Addr{} // nor does DNS answer for a while
		for range 4 {
			f.pass(c)
		}
		f.home = netip.MustParseAddr("127.0.0.2")
		began := f.now
		for f.now.Sub(began) < comesBack && f.dialed[len(f.dialed)-1].Addr() != f.home {
			f.pass(c)
		}
		if got := f.ask(1812, "2", enough); got != m.address.String()+" 2" {
			t.Errorf("by the second machine: %q; it called %v", got, f.dialed)
		}
		h.refresh()
		if _, ok := second.Status(m.id); !ok || !second.Reaches(m.address) {
			t.Error("the second machine does not reach the router")
		}
		calls := len(f.dialed)
		f.Handshake("")
		f.pass(c)
		if len(f.dialed) != calls {
			t.Errorf("home again, and disturbed: %v", f.dialed)
		}
	})
}

// second is another machine: the same records, the same port, another address.
func (h *house) second() *Service {
	h.Helper()
	h.register = routers.New(h.db, h.keys, clock.System())
	if err := h.register.Refresh(h.Context()); err != nil {
		h.Fatal(err)
	}
	s, err := Open(h.Context(), Options{DB: h.db, Keys: h.keys, Clock: clock.System(), Routers: h.register, Log: slog.New(slog.DiscardHandler),
		Address: fmt.Sprintf("127.0.0.2:%d", h.tunnel.Port())})
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { _ = s.Close() })
	return s
}
