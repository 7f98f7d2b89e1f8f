package routers

import (
	"net/netip"
	"sync"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

func wgKey(n byte) TunnelKey { return TunnelKey{n, 1} }

func (b bench) join(t *testing.T, id int64, public, preshared TunnelKey) (a netip.Addr, err error) {
	t.Helper()
	err = b.db.InTx(t.Context(), func(tx *db.Tx) error {
		a, err = b.JoinTunnel(tx, id, public, preshared)
		return err
	})
	return a, err
}

func TestJoinTunnel(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		saved, err := b.save(t, named("cafe"))
		if err != nil {
			t.Fatal(err)
		}
		address, err := b.join(t, saved.ID, wgKey(1), wgKey(2))
		if err != nil || !TunnelRange.Contains(address) || address == TunnelServer {
			t.Fatalf("%s, %v", address, err)
		}
		want := Tunnel{Address: address, Public: wgKey(1), Preshared: wgKey(2)}
		for name, s := range map[string]*Service{"this node": b.Service, "another node": b.other(t)} {
			if r, ok := s.ByTunnel(address); !ok || r.ID != saved.ID || r.Tunnel != want {
				t.Errorf("%s has %+v, %v", name, r.Tunnel, ok)
			}
			if _, ok := s.ByAddress(address); ok {
				t.Errorf("%s knows the address outside the tunnel", name)
			}
			if len(s.Tunneled()) != 1 {
				t.Errorf("%s lists %d", name, len(s.Tunneled()))
			}
		}
		changed, _ := b.Get(saved.ID)
		changed.Name = "renamed"
		if r, err := b.save(t, changed); err != nil || r.Tunnel != want {
			t.Errorf("after a change: %+v, %v", r.Tunnel, err)
		}
		if again, err := b.join(t, saved.ID, wgKey(3), TunnelKey{}); err != nil || again != address {
			t.Errorf("with new keys: %s, %v, want %s", again, err, address)
		}
		if r, _ := b.Get(saved.ID); r.Tunnel != (Tunnel{Address: address, Public: wgKey(3)}) {
			t.Errorf("with new keys: %+v", r.Tunnel)
		}
		changed.State = StateRetired
		if r, err := b.save(t, changed); err != nil || r.Tunnel != (Tunnel{}) {
			t.Errorf("retired: %+v, %v", r.Tunnel, err)
		}
		if _, ok := b.other(t).ByTunnel(address); ok {
			t.Error("a retired router answers to its address")
		}
		if _, err := b.join(t, saved.ID, wgKey(4), TunnelKey{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a retired router joins: %v", err)
		}
	})
}

func TestTunnelKeyBelongsToOne(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		first, _ := b.save(t, named("first"))
		second, _ := b.save(t, named("second"))
		if _, err := b.join(t, first.ID, wgKey(1), TunnelKey{}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.join(t, second.ID, wgKey(1), TunnelKey{}); fault.KeyOf(err) != "router.tunnel_key_taken" {
			t.Errorf("new: %v", err)
		}
		if _, err := b.join(t, second.ID, wgKey(2), TunnelKey{}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.join(t, second.ID, wgKey(1), TunnelKey{}); fault.KeyOf(err) != "router.tunnel_key_taken" {
			t.Errorf("changed: %v", err)
		}
		if _, err := b.join(t, second.ID, TunnelKey{}, TunnelKey{}); fault.KeyOf(err) != "router.tunnel_key" {
			t.Errorf("no key: %v", err)
		}
		if _, err := b.join(t, 12345, wgKey(9), TunnelKey{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("no router: %v", err)
		}
		leave := func(tx *db.Tx) error { return b.LeaveTunnel(tx, first.ID) }
		for range 2 {
			if err := b.db.InTx(t.Context(), leave); err != nil {
				t.Errorf("leaving: %v", err)
			}
		}
		if _, err := b.join(t, second.ID, wgKey(1), TunnelKey{}); err != nil {
			t.Errorf("a key given up: %v", err)
		}
	})
}

// Routers that join at once each get an address of their own, or the error says that the database is busy.
func TestLeasesDoNotCollide(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		const joining = 24
		var ids []int64
		for n := range joining {
			r, err := b.save(t, named("router "+string(rune('a'+n))))
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, r.ID)
		}
		var mu sync.Mutex
		holder := map[netip.Addr]int64{}
		var all sync.WaitGroup
		for n, id := range ids {
			all.Go(func() {
				a, err := b.join(t, id, wgKey(byte(n+1)), TunnelKey{})
				mu.Lock()
				defer mu.Unlock()
				if err != nil || holder[a] != 0 {
					t.Errorf("%s for %d, which %d has: %v", a, id, holder[a], err)
				}
				holder[a] = id
			})
		}
		all.Wait()
		seen := map[int64]TunnelSeen{ids[0]: {At: time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC), Generation: 2}}
		older := map[int64]TunnelSeen{ids[0]: {At: seen[ids[0]].At.Add(-time.Minute), Generation: 1}}
		for _, s := range []map[int64]TunnelSeen{seen, older} {
			if err := b.SawTunnel(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		stored, err := b.TunnelsSeen(t.Context())
		if err != nil || len(stored) != joining || stored[ids[0]] != seen[ids[0]] || !stored[ids[1]].At.IsZero() {
			t.Errorf("seen: %v, %v", stored[ids[0]], err)
		}
	})
}

// TestWhoseTunnelItIs: the newest handshake says at which node a router is, for as long as a session may be used.
func TestWhoseTunnelItIs(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		r, err := b.save(t, named("cafe"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.join(t, r.ID, wgKey(1), TunnelKey{}); err != nil {
			t.Fatal(err)
		}
		now := time.Now().UTC().Truncate(time.Millisecond)
		for _, c := range []struct {
			node  string
			at    time.Time
			other bool // asked by node "b"
		}{{"", now.Add(-time.Hour), false}, {"a", now.Add(-4 * time.Minute), false}, {"a", now.Add(-time.Minute), true},
			{"b", now.Add(-2 * time.Minute), true}, {"b", now.Add(-time.Second), false}} {
			if err := b.SawTunnel(t.Context(), map[int64]TunnelSeen{r.ID: {At: c.at, Generation: 1, Node: c.node}}); err != nil {
				t.Fatal(err)
			}
			if other, err := b.CallsAnother(t.Context(), r.ID, "b"); err != nil || other != c.other {
				t.Errorf("seen by %q %s ago: another's %v, %v", c.node, now.Sub(c.at), other, err)
			}
		}
		if other, err := b.CallsAnother(t.Context(), 1, "b"); err != nil || other {
			t.Errorf("one that has no tunnel: %v, %v", other, err)
		}
	})
}

func TestInsideAddresses(t *testing.T) {
	r := valid()
	if r.CoAInside().IsValid() || r.APIInside().IsValid() {
		t.Error("a router that does not call home has an inner address")
	}
	r.Tunnel.Address = netip.MustParseAddr("10.254.3.4")
	for _, c := range []struct {
		coa, api         string
		tls              bool
		wantCoA, wantAPI string
	}{
		{"", "", false, "10.254.3.4:3799", "10.254.3.4:8728"},
		{"", "", true, "10.254.3.4:3799", "10.254.3.4:8729"},
		{"41.90.1.2:1700", "router.example:9999", true, "10.254.3.4:1700", "10.254.3.4:9999"},
	} {
		r.CoAAddress, r.APIAddress, r.APITLS = c.coa, c.api, c.tls
		if r.CoAInside().String() != c.wantCoA || r.APIInside().String() != c.wantAPI {
			t.Errorf("%+v: %s, %s", c, r.CoAInside(), r.APIInside())
		}
	}
}

func FuzzTunnelKey(f *testing.F) {
	f.Add(wgKey(7).String())
	f.Add("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ParseTunnelKey(text)
		if err == nil && (k.IsZero() || len(text) != 44) {
			t.Errorf("%q is read as %s", text, k)
		}
	})
}
