package radius

import (
	"context"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"layeh.com/radius/rfc2759"
	"layeh.com/radius/rfc3079"

	"mtandao/internal/db"
	"mtandao/internal/seal"
	"mtandao/internal/sim/router"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

const (
	homeMAC    = "0A:00:27:00:00:05"
	homeName   = "wanjiru@mtaa"
	homeSecret = "kahawa-7"
)

// street is a town whose one router is the simulated one, with homes behind it.
type street struct {
	*town
	sim *router.Router
}

func newStreet(t *testing.T, d *db.DB) *street {
	t.Helper()
	w := &street{town: newTown(t, d)}
	auth, acct := w.Addresses()
	w.sim = router.New(router.Options{Name: "gate", Clock: w.clock, AuthServer: auth.String(), AcctServer: acct.String(), Secret: testSecret,
		CoA: "127.0.0.1:0", API: "127.0.0.1:0", APIUser: "mtandao", APIPassword: "of the API"})
	if err := w.sim.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.sim.Close)
	w.edit(t, func(r *routers.Router) { r.CoAAddress = w.sim.CoAAddress() })
	return w
}

// edit stores the router as it is changed.
func (w *street) edit(t *testing.T, change func(r *routers.Router)) {
	t.Helper()
	register := w.routers.(*routers.Service)
	w.tx(t, func(tx *db.Tx) (err error) {
		r, _ := register.Get(w.router.ID)
		change(&r)
		w.router, err = register.Save(tx, r)
		return err
	})
	if err := register.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func (w *town) tx(t *testing.T, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := w.db.InTx(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

var homeLimits = access.Limits{UpKbps: 2000, DownKbps: 5000, Devices: 1,
	Burst: access.Burst{UpKbps: 4000, DownKbps: 10000, UpThresholdKbps: 1500, DownThresholdKbps: 4000, Over: 16 * time.Second}}

var homeAddress = access.Address{IPv4: netip.MustParseAddr("196.201.1.7"), Routes: []netip.Prefix{netip.MustParsePrefix("196.201.8.0/29")},
	IPv6: netip.MustParsePrefix("2001:db8:0:7::/64"), Delegated: netip.MustParsePrefix("2001:db8:700::/56")}

// line gives a home its line, and waits until all who hear of it have: a session that opens before them begins anew, for its address is news to them.
func (w *town) line(t *testing.T, limits access.Limits, own access.Address) (grantID int64) {
	t.Helper()
	w.tx(t, func(tx *db.Tx) error {
		given, err := w.access.Give(tx, access.Offer{Source: access.Source{Kind: "subscription", Key: "1"}, SiteID: w.router.SiteID, Plan: "home-5m", Segment: "home",
			Limits: limits, Standing: true})
		if err != nil {
			return err
		}
		grantID = given.GrantID
		if !own.IsZero() {
			err = w.access.SetAddress(tx, grantID, own)
		}
		if err != nil {
			return err
		}
		return w.access.NameLogin(tx, grantID, homeName, homeSecret)
	})
	if err := w.jobs.Idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	return grantID
}

func (w *town) setUntil(t *testing.T, id int64, until time.Time) {
	t.Helper()
	w.tx(t, func(tx *db.Tx) error { return w.access.SetUntil(tx, id, until) })
}

func (w *town) bar(t *testing.T, id int64, to access.Barred) {
	t.Helper()
	w.tx(t, func(tx *db.Tx) error { _, err := w.access.Bar(tx, id, to); return err })
}

func (w *town) unbar(t *testing.T, id int64) {
	t.Helper()
	w.tx(t, func(tx *db.Tx) error { _, err := w.access.Unbar(tx, id); return err })
}

// dials is a PPPoE log-in by MS-CHAPv2 that radclient makes, with what the router must get back: computed by another hand than the server's.
func (w *town) dials(t *testing.T, secret string) (out string, want []string) {
	t.Helper()
	auth, _ := w.Addresses()
	challenge, peer := seal.Random(16), seal.Random(16)
	nt, err := rfc2759.GenerateNTResponse(challenge, peer, []byte(homeName), []byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	response := append(append(append([]byte{9, 0}, peer...), make([]byte, 8)...), nt...)
	out = radclient(t, auth, "auth", testSecret, withAuthenticator, `User-Name = "`+homeName+`"`, "Service-Type = Framed-User", "Framed-Protocol = PPP",
		`Calling-Station-Id = "`+homeMAC+`"`, "NAS-Port-Type = Ethernet", `Called-Station-Id = "pppoe1"`,
		"MS-CHAP-Challenge = 0x"+hex.EncodeToString(challenge), "MS-CHAP2-Response = 0x"+hex.EncodeToString(response))
	success, _ := rfc2759.GenerateAuthenticatorResponse(challenge, peer, nt, []byte(homeName), []byte(secret))
	send, _ := rfc3079.MakeKey(nt, []byte(secret), true)
	receive, _ := rfc3079.MakeKey(nt, []byte(secret), false)
	return out, []string{accepted, "MS-CHAP2-Success = 0x09" + hex.EncodeToString([]byte(success)),
		"MS-MPPE-Send-Key = 0x" + hex.EncodeToString(send), "MS-MPPE-Recv-Key = 0x" + hex.EncodeToString(receive)}
}

func expectNot(t *testing.T, out string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(out, part) {
			t.Errorf("%q is in\n%s", part, out)
		}
	}
}

// TestAHomeAtTheWire: what a router is told of a home that has paid, of the same in arrears, closed, and restored.
func TestAHomeAtTheWire(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		id := w.line(t, homeLimits, homeAddress)
		whole := []string{"Framed-IP-Address = 196.201.1.7", `Framed-Route = "196.201.8.0/29 196.201.1.7 1"`, "Framed-IPv6-Prefix = 2001:db8:0:7::/64",
			"Delegated-IPv6-Prefix = 2001:db8:700::/56", `Mikrotik-Rate-Limit = "2M/5M 4M/10M 1500k/4M 16/16"`}
		out, keys := w.dials(t, homeSecret)
		expectOutput(t, out, append(keys, whole...)...)
		expectNot(t, out, "Session-Timeout", "Mikrotik-Address-List")
		out, _ = w.dials(t, "another")
		expectOutput(t, out, rejected, `MS-CHAP-Error = "\tE=691 R=0 C=`)

		w.setUntil(t, id, noon.Add(2*time.Hour))
		out, keys = w.dials(t, homeSecret)
		expectOutput(t, out, append(keys, append(whole, "Session-Timeout = 7200")...)...)

		w.clock.Advance(2 * time.Hour)
		garden := []string{`Mikrotik-Address-List = "mtandao-arrears"`, "Session-Timeout = 600", `Mikrotik-Rate-Limit = "256k/256k"`, "Framed-IP-Address = 196.201.1.7"}
		out, keys = w.dials(t, homeSecret)
		expectOutput(t, out, append(keys, garden...)...)
		expectNot(t, out, "IPv6", "Total-Limit")
		w.bar(t, id, access.Closed)
		out, _ = w.dials(t, homeSecret)
		expectOutput(t, out, rejected, "waits for a payment")
		w.unbar(t, id)
		w.setUntil(t, id, noon.Add(30*24*time.Hour))
		out, keys = w.dials(t, homeSecret)
		expectOutput(t, out, append(keys, append(whole, "Session-Timeout = 2584800")...)...)
		expectNot(t, out, "Mikrotik-Address-List")
	})
}

// online waits for the home's session in or out of the garden.
func (w *street) online(t *testing.T, h router.Home, garden bool) (s router.Session) {
	t.Helper()
	what := "the home is online"
	if garden {
		what = "the home is in the garden"
	}
	eventually(t, what, func() bool {
		var is bool
		s, is = h.Session()
		return is && slices.Contains(s.Lists, "mtandao-arrears") == garden
	})
	return s
}

// inTime is eventually while the clock goes on: a session that opens while its grant changes is looked at again stopGrace after. It stands still while
// something is done: a time that is told to a router is counted from the packet's leaving, and was another on its arrival.
func (w *street) inTime(t *testing.T, what string, ok func() bool) {
	t.Helper()
	next := time.Now().Add(200 * time.Millisecond)
	eventually(t, what, func() bool {
		if ok() {
			return true
		}
		if now := time.Now(); now.After(next) {
			next = now.Add(200 * time.Millisecond)
			if err := w.jobs.Idle(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.clock.Advance(time.Second)
		}
		return ok()
	})
}

// known waits until the open session is known here, and gives it.
func (w *street) known(t *testing.T, id string) (o Online) {
	t.Helper()
	eventually(t, "session "+id+" is known", func() bool {
		for _, open := range allOpen(t, w.db) {
			if open.SessionID == id {
				o = open
				return true
			}
		}
		return false
	})
	return o
}

func (w *street) enforcements(t *testing.T, id int64) map[string]Enforcement {
	t.Helper()
	all, err := w.EnforcementsOf(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]Enforcement{}
	for _, e := range all {
		found[e.Cause] = e
	}
	return found
}

// TestArrearsGardenRestored: the router sees it all: barred, in the garden, paid and back, within seconds each, by orders whose outcome is kept.
// What is carried in the garden counts on nothing.
func TestArrearsGardenRestored(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newStreet(t, d)
		limits := homeLimits
		limits.DataBytes, limits.Address.List = 1<<40, "homes"
		id := w.line(t, limits, homeAddress)
		home, err := w.sim.Connect(homeMAC, homeName, homeSecret)
		if err != nil {
			t.Fatal(err)
		}
		first := w.online(t, home, false)
		if first.IP != homeAddress.IPv4 || first.Keys != 2 || !slices.Equal(first.Routes, []string{"196.201.8.0/29 196.201.1.7 1"}) ||
			!slices.Equal(first.Prefixes, []string{"2001:db8:0:7::/64", "2001:db8:700::/56"}) || first.DownBps != 5_000_000 || first.Timed || !slices.Equal(first.Lists, []string{"homes"}) {
			t.Errorf("%+v", first)
		}
		w.known(t, first.ID)

		w.bar(t, id, access.Garden)
		began := time.Now()
		garden := w.online(t, home, true)
		t.Logf("in the garden %v after it was barred", time.Since(began))
		if garden.IP != homeAddress.IPv4 || garden.DownBps != gardenKbps*1000 || len(garden.Prefixes) != 0 || garden.Left != gardenSession || garden.Capped {
			t.Errorf("%+v", garden)
		}
		if o := w.known(t, garden.ID); !o.Garden() || o.GrantID != id {
			t.Errorf("%+v", o)
		}
		home.Use(1000)
		w.clock.Advance(8 * time.Minute)
		eventually(t, "an interim", func() bool { return len(allOpen(t, d)) == 1 && allOpen(t, d)[0].Bytes() > 0 })

		w.unbar(t, id)
		began = time.Now()
		back := w.online(t, home, false)
		took := time.Since(began)
		t.Logf("back %v after the payment", took)
		if took > 3*time.Second || back.DownBps != 5_000_000 || !slices.Equal(back.Lists, first.Lists) || len(back.Prefixes) != 2 {
			t.Errorf("after %v: %+v", took, back)
		}
		w.known(t, back.ID)
		eventually(t, "the garden's session is over", func() bool { return len(allOpen(t, d)) == 1 })
		if g, _, _, err := w.access.View(context.Background(), id); err != nil || g.UsedBytes != 0 || g.UsedTime != 0 {
			t.Errorf("used %d octets, %v, %v", g.UsedBytes, g.UsedTime, err)
		}
		for _, cause := range []access.Cause{access.CauseArrears, access.CauseRestored} {
			eventually(t, string(cause)+" is carried out, and says so", func() bool {
				e := w.enforcements(t, id)[string(cause)]
				return e.Wanted == WantDisconnect && e.State == Done && e.Method == byDisconnect && e.Outcome == gone
			})
		}
	})
}

// TestAPrepaidHome: early payment moves the stop by CoA and drops nothing, the router stops at the end by its own clock, the garden asks
// again every ten minutes, and a payment brings the home back.
func TestAPrepaidHome(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newStreet(t, d)
		id := w.line(t, homeLimits, homeAddress)
		w.setUntil(t, id, noon.Add(time.Hour))
		home, err := w.sim.Connect(homeMAC, homeName, homeSecret)
		if err != nil {
			t.Fatal(err)
		}
		first := w.online(t, home, false)
		w.known(t, first.ID)
		ends := func(session string, at time.Time) func() bool {
			return func() bool { s, is := home.Session(); return is && s.ID == session && s.Left == at.Sub(w.clock.Now()) }
		}
		w.setUntil(t, id, noon.Add(2*time.Hour))
		w.inTime(t, "the router knows the new end", ends(first.ID, noon.Add(2*time.Hour)))
		w.clock.Set(noon.Add(90 * time.Minute))
		w.setUntil(t, id, noon.Add(100*time.Minute))
		w.inTime(t, "the router knows the earlier end", ends(first.ID, noon.Add(100*time.Minute)))

		w.clock.Set(noon.Add(100 * time.Minute))
		garden := w.online(t, home, true)
		stopped := w.sim.Sessions()[0]
		if stopped.ID != first.ID || stopped.Cause != router.SessionTimeout || stopped.Time != 100*time.Minute {
			t.Errorf("stopped after %v: %s", stopped.Time, stopped.Cause)
		}
		w.clock.Advance(gardenSession)
		eventually(t, "the router asks again", func() bool { s, is := home.Session(); return is && s.ID != garden.ID && len(s.Lists) == 1 })
		end := noon.Add(30 * 24 * time.Hour)
		w.setUntil(t, id, end)
		w.inTime(t, "the home is online until its end", func() bool {
			s, is := home.Session()
			return is && !slices.Contains(s.Lists, "mtandao-arrears") && s.Left == end.Sub(w.clock.Now())
		})
	})
}

// TestALapseByOurClock: a router that does not keep its own time is told to stop, and a session in the garden is put out when a line is closed.
func TestALapseByOurClock(t *testing.T) {
	w := newStreet(t, testdb.SQLite(t))
	w.sim.SetFaults(router.Faults{NoLimits: true})
	id := w.line(t, homeLimits, access.Address{})
	w.setUntil(t, id, noon.Add(time.Hour))
	home, err := w.sim.Connect(homeMAC, homeName, homeSecret)
	if err != nil {
		t.Fatal(err)
	}
	first := w.online(t, home, false)
	w.known(t, first.ID)
	if err := w.jobs.Idle(t.Context()); err != nil { // whoever changes a grant has it looked at again, stopGrace later
		t.Fatal(err)
	}
	w.clock.Advance(time.Hour + stopGrace)
	garden := w.online(t, home, true)
	if stopped := w.sim.Sessions()[0]; stopped.Cause != router.AdminReset || stopped.Time > time.Hour+5*time.Second {
		t.Errorf("stopped after %v: %s", stopped.Time, stopped.Cause)
	}
	w.known(t, garden.ID)
	w.bar(t, id, access.Closed)
	eventually(t, "closed", func() bool {
		_, is := home.Session()
		return !is && strings.Contains(home.Refusal(), "waits for a payment")
	})
}

// TestAnotherBoxOfTheHome: the name comes from another MAC, which wins, in arrears too.
func TestAnotherBoxOfTheHome(t *testing.T) {
	w := newStreet(t, testdb.SQLite(t))
	id := w.line(t, homeLimits, homeAddress)
	old, err := w.sim.Connect(homeMAC, homeName, homeSecret)
	if err != nil {
		t.Fatal(err)
	}
	w.known(t, w.online(t, old, false).ID)
	w.bar(t, id, access.Garden)
	w.known(t, w.online(t, old, true).ID)
	old.Leave()
	fresh, err := w.sim.Connect("0A:00:27:00:00:06", homeName, homeSecret)
	if err != nil {
		t.Fatal(err)
	}
	w.known(t, w.online(t, fresh, true).ID)
	w.unbar(t, id)
	w.online(t, fresh, false)
	if flaps, err := w.access.Flapping(context.Background()); err != nil || len(flaps) != 1 || flaps[0].GrantID != id {
		t.Errorf("%+v, %v", flaps, err)
	}
}
