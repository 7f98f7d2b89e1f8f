package radius

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2869"
	vendor "layeh.com/radius/vendors/mikrotik"

	"mtandao/internal/db"
	"mtandao/internal/sim/router"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/pools"
)

// TestAPlanWithAnotherList: no order takes an address off a list, so the home comes back and stands on the new one.
func TestAPlanWithAnotherList(t *testing.T) {
	w := newStreet(t, testdb.SQLite(t))
	limits := homeLimits
	limits.Address.List = "homes"
	id := w.line(t, limits, access.Address{})
	home, err := w.sim.Connect(homeMAC, homeName, homeSecret)
	if err != nil {
		t.Fatal(err)
	}
	first := w.online(t, home, false)
	w.known(t, first.ID)
	limits.DownKbps = 9000
	w.tx(t, func(tx *db.Tx) error { return w.access.ChangePlan(tx, id, "home-9m", limits) })
	eventually(t, "a faster plan, live", func() bool { s, is := home.Session(); return is && s.ID == first.ID && s.DownBps == 9_000_000 })
	limits.Address.List = "business"
	w.tx(t, func(tx *db.Tx) error { return w.access.ChangePlan(tx, id, "business-9m", limits) })
	eventually(t, "on the other list", func() bool {
		s, is := home.Session()
		return is && s.ID != first.ID && slices.Equal(s.Lists, []string{"business"})
	})
}

// TestALeaseByMAC: a DHCP server of RouterOS asks for a subscriber by MAC, with no password, and says of the caller what the client said.
func TestALeaseByMAC(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		id := w.line(t, homeLimits, homeAddress)
		w.tx(t, func(tx *db.Tx) error { return w.access.BindDevice(tx, id, "00e10c38c8f8") })
		auth, acct := w.Addresses()
		lease := func(more ...string) string {
			return radclient(t, auth, "auth", testSecret, append([]string{withAuthenticator, `User-Name = "00:E1:0C:38:C8:F8"`, `User-Password = ""`, "NAS-Port-Type = Ethernet",
				`Calling-Station-Id = "1:0:e1:c:38:c8:f8"`, `Called-Station-Id = "server1"`}, more...)...)
		}
		out := lease()
		expectOutput(t, out, accepted, "Framed-IP-Address = 196.201.1.7", `Mikrotik-Rate-Limit = "2M/5M 4M/10M 1500k/4M 16/16"`)
		_, class, _ := strings.Cut(out, "Class = ")
		class, _, _ = strings.Cut("Class = "+class, "\n")
		radclient(t, acct, "acct", testSecret, withAuthenticator, `Acct-Session-Id = "d0000001"`, "Acct-Status-Type = Start", `User-Name = "00:E1:0C:38:C8:F8"`,
			`Calling-Station-Id = "1:0:e1:c:38:c8:f8"`, "Framed-IP-Address = 196.201.1.7", class)
		if o := (&street{town: w}).known(t, "d0000001"); o.GrantID != id || o.MAC != "00e10c38c8f8" {
			t.Errorf("%+v", o)
		}
		w.bar(t, id, access.Garden)
		expectOutput(t, lease(), accepted, `Mikrotik-Address-List = "mtandao-arrears"`)
		for what, more := range map[string][]string{"of a hotspot": {"Mikrotik-Host-IP = 10.0.0.9"}, "of PPP": {"Framed-Protocol = PPP"}} {
			if out := lease(more...); !strings.Contains(out, rejected) {
				t.Errorf("%s:\n%s", what, out)
			}
		}
		expectOutput(t, radclient(t, auth, "auth", testSecret, withAuthenticator, `User-Name = "00:E1:0C:38:C8:F8"`, `User-Password = "x"`, "NAS-Port-Type = Ethernet",
			`Calling-Station-Id = "1:0:e1:c:38:c8:f8"`), rejected)
	})
}

// TestAnEmptyPasswordIsALeases: hidden, of no length, or not there at all; whatever else proves something is no lease.
func TestAnEmptyPasswordIsALeases(t *testing.T) {
	r := testRouter()
	for name, c := range map[string]struct {
		password string
		spoil    func(p *codec.Packet)
		want     bool
	}{
		"hidden":          {"", nil, true},
		"of no length":    {"", func(p *codec.Packet) { p.Set(rfc2865.UserPassword_Type, nil) }, true},
		"not there":       {"", func(p *codec.Packet) { p.Del(rfc2865.UserPassword_Type) }, true},
		"a password":      {"x", nil, false},
		"CHAP beside it":  {"", func(p *codec.Packet) { p.Set(rfc2865.CHAPPassword_Type, make([]byte, 17)) }, false},
		"from the air":    {"", func(p *codec.Packet) { _ = rfc2865.NASPortType_Set(p, rfc2865.NASPortType_Value_Wireless80211) }, false},
		"EAP":             {"", func(p *codec.Packet) { p.Set(rfc2869.EAPMessage_Type, []byte{2, 1, 0, 4}) }, false},
		"before a portal": {"", func(p *codec.Packet) { _ = vendor.MikrotikHostIP_Set(p, net.IPv4(10, 0, 0, 9)) }, false},
	} {
		p := papRequest(t, "00:E1:0C:38:C8:F8", c.password, testSecret)
		_ = rfc2865.NASPortType_Set(p, rfc2865.NASPortType_Value_Ethernet)
		if c.spoil != nil {
			c.spoil(p)
		}
		if got := isLease(&r, p); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// TestAnOwnedAddressIsVacated: who has it from a pool when it becomes another's own comes back on another address, and the owner stands on it.
func TestAnOwnedAddressIsVacated(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newStreet(t, d)
		leases := pools.New(d, w.clock)
		w.tx(t, func(tx *db.Tx) error {
			_, err := leases.Save(tx, pools.Pool{Name: "homes", Length: 32, Prefixes: []netip.Prefix{netip.MustParsePrefix("100.64.0.0/29")}})
			return err
		})
		w.pools = leases
		limits := homeLimits
		limits.Address.Pool = "homes"
		tenant := w.line(t, limits, access.Address{})
		home, err := w.sim.Connect(homeMAC, homeName, homeSecret)
		if err != nil {
			t.Fatal(err)
		}
		first := w.online(t, home, false)
		w.known(t, first.ID)
		if !netip.MustParsePrefix("100.64.0.0/29").Contains(first.IP) {
			t.Fatalf("%+v", first)
		}
		var owner int64
		w.tx(t, func(tx *db.Tx) error {
			given, err := w.access.Give(tx, access.Offer{Source: access.Source{Kind: "subscription", Key: "2"}, SiteID: w.router.SiteID, Plan: "business", Standing: true,
				Limits: access.Limits{Address: access.Address{IPv4: first.IP}}})
			owner = given.GrantID
			if err != nil {
				return err
			}
			return w.access.NameLogin(tx, owner, "shop@mtaa", homeSecret)
		})
		var second router.Session
		eventually(t, "the home stands elsewhere", func() bool {
			s, is := home.Session()
			second = s
			return is && s.IP != first.IP
		})
		if !netip.MustParsePrefix("100.64.0.0/29").Contains(second.IP) || w.enforcements(t, tenant)[string(access.CauseAddress)].Wanted != WantDisconnect {
			t.Errorf("%+v, %+v", second, w.enforcements(t, tenant))
		}
		shop, err := w.sim.Connect("0A:00:27:00:00:07", "shop@mtaa", homeSecret)
		if err != nil {
			t.Fatal(err)
		}
		if s := w.online(t, shop, false); s.IP != first.IP {
			t.Errorf("the owner stands on %v", s.IP)
		}
	})
}

// TestALineInAnOutage: with the database gone, who had paid just before is served by the wire, and one whose end comes meanwhile is in the garden.
func TestALineInAnOutage(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		id := w.line(t, homeLimits, homeAddress)
		follow := func() {
			t.Helper()
			if err := w.access.Follow(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		follow()
		w.setUntil(t, id, noon)
		out, _ := w.dials(t, homeSecret) // its device is known now
		expectOutput(t, out, accepted, "mtandao-arrears")
		w.setUntil(t, id, noon.Add(time.Hour))
		_ = d.Close()
		out, keys := w.dials(t, homeSecret)
		expectOutput(t, out, append(keys, "Session-Timeout = 3600", "Framed-IP-Address = 196.201.1.7")...)
		expectNot(t, out, "mtandao-arrears")
		w.clock.Advance(time.Hour)
		out, keys = w.dials(t, homeSecret)
		expectOutput(t, out, append(keys, `Mikrotik-Address-List = "mtandao-arrears"`, "Session-Timeout = 600")...)
		expectNot(t, out, "IPv6")
	})
}

// TestWhateverHappensAtOnce: payments, arrears, pauses of them and the clock together; in the end the router has the home as the grant says.
func TestWhateverHappensAtOnce(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newStreet(t, d)
		id := w.line(t, homeLimits, homeAddress)
		home, err := w.sim.Connect(homeMAC, homeName, homeSecret)
		if err != nil {
			t.Fatal(err)
		}
		w.known(t, w.online(t, home, false).ID)
		for round := range 4 {
			now := w.clock.Now()
			changes := []func(tx *db.Tx) error{
				func(tx *db.Tx) error { return w.access.SetUntil(tx, id, now.Add(time.Hour)) },
				func(tx *db.Tx) error { return w.access.SetUntil(tx, id, now) },
				func(tx *db.Tx) error { _, err := w.access.Bar(tx, id, access.Garden); return err },
				func(tx *db.Tx) error { _, err := w.access.Bar(tx, id, access.Closed); return err },
				func(tx *db.Tx) error { _, err := w.access.Unbar(tx, id); return err },
				func(tx *db.Tx) error { return w.access.ChangePlan(tx, id, "home", homeLimits) },
			}
			var all sync.WaitGroup
			for i := range 4 * len(changes) {
				all.Go(func() {
					if err := w.db.InTx(context.Background(), changes[(i*5+round)%len(changes)]); err != nil {
						t.Error(err)
					}
				})
			}
			all.Go(func() { w.clock.Advance(time.Minute) })
			all.Wait()
			w.inTime(t, "the router has it as the grant says", func() bool {
				g, _, _, err := w.access.View(context.Background(), id)
				if err != nil {
					t.Fatal(err)
				}
				cause, _ := access.Decide(g, w.clock.Now(), time.UTC)
				is, garden := cause == access.CauseOK || g.Gardened(w.clock.Now()), g.Gardened(w.clock.Now())
				s, online := home.Session()
				return online == is && (!online || slices.Contains(s.Lists, "mtandao-arrears") == garden)
			})
			w.unbar(t, id)
			w.setUntil(t, id, time.Time{})
			w.inTime(t, "the home is online", func() bool {
				s, online := home.Session()
				return online && !slices.Contains(s.Lists, "mtandao-arrears")
			})
			w.known(t, w.online(t, home, false).ID)
		}
	})
}
