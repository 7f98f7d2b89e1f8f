package app

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/sim/router"
	"mtandao/radius"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// pair is two nodes on one database, each with a router at Kasarani, on a plan clock that the test owns.
type pair struct {
	*Stage
	second *Main
	at     [2]*router.Router // kasarani-1 asks the first node, kasarani-2 the second
	plan   *clock.Manual
}

func openPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{plan: clock.NewManual(clock.System().Now())}
	p.Stage = stageBy(t, db.MySQL, DemoOptions{plan: p.plan})
	c := p.config()
	c.Data, c.HTTP, c.RadiusAuth, c.RadiusAcct, c.KeyFile = t.TempDir(), "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0", p.Main.Config.KeyFile
	var err error
	if p.second, err = New(t.Context(), c, Options{Log: p.options.Log, Plan: p.plan}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { _ = p.second.Run(ctx) })
	t.Cleanup(func() { stop(); ended.Wait(); _ = p.second.Close() })
	p.at = [2]*router.Router{p.Routers["kasarani-1"], p.startSecond(t)}
	return p
}

// startSecond adds a router that knows the second node alone.
func (p *pair) startSecond(t *testing.T) *router.Router {
	t.Helper()
	kept, err := p.register(t.Context(), routers.Router{Name: "kasarani-2", SiteID: p.seeded.sites["kasarani"].ID, Dialect: routers.MikroTik,
		Addresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.4/32")}, Secret: "a-secret-of-kasarani-2", Identifier: "kasarani-2", Auth: "required",
		Interim: 5 * time.Minute, MACLogin: true})
	if err != nil {
		t.Fatal(err)
	}
	auth, acct := p.second.RadiusAddresses()
	r := router.New(router.Options{Dialect: router.MikroTik, Name: "kasarani-2", Clock: p.plan, AuthServer: reachable(auth.String()), AcctServer: reachable(acct.String()),
		Secret: kept.Secret, Source: netip.MustParseAddr("127.0.0.4"), MACLogin: true, HTTP: "127.0.0.1:0", CoA: "127.0.0.1:0", API: "127.0.0.1:0",
		APIUser: "mtandao", APIPassword: "demo-api-password"})
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	kept.CoAAddress, kept.APIAddress, kept.APIUser, kept.APIPassword = r.CoAAddress(), r.APIAddress(), "mtandao", "demo-api-password"
	if _, err := p.register(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	for _, m := range []*Main{p.Main, p.second} {
		if err := m.Routers.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// give gives a grant with a code, as a voucher would.
func (p *pair) give(t *testing.T, key string, l access.Limits) (grantID int64, code string) {
	t.Helper()
	err := p.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
		given, err := p.Main.Access.Give(tx, access.Offer{Source: access.Source{Kind: "test", Key: key}, Plan: "test", Limits: l})
		grantID = given.GrantID
		return err
	})
	if err == nil {
		code, err = p.Main.Access.CodeOf(t.Context(), grantID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return grantID, code
}

func (p *pair) join(t *testing.T, node int, mac string, kbps int64) router.Device {
	t.Helper()
	d, err := p.at[node].Join(mac)
	if err != nil {
		t.Fatal(err)
	}
	d.Use(kbps)
	return d
}

func logInBy(r *router.Router, d router.Device, code string) {
	_, _, _ = fetch(r.URL() + "/d/" + d.MAC() + "/login?" + url.Values{"username": {code}, "password": {code}}.Encode())
}

func (p *pair) grant(t *testing.T, id int64) access.Grant {
	t.Helper()
	g, _, _, err := p.Main.Access.View(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestTwoPeopleTwoNodesOneSlot: the code of a plan for one device is used on both nodes at the same instant, five times.
func TestTwoPeopleTwoNodesOneSlot(t *testing.T) {
	p := openPair(t)
	for n := range 5 {
		_, code := p.give(t, fmt.Sprint(n), access.Limits{Valid: time.Hour, Devices: 1})
		var devices [2]router.Device
		for node := range devices {
			devices[node] = p.join(t, node, fmt.Sprintf("02b%d000000%02d", node, n), 0)
		}
		var all sync.WaitGroup
		for node, d := range devices {
			all.Go(func() { logInBy(p.at[node], d, code) })
		}
		all.Wait()
		if devices[0].Online() == devices[1].Online() {
			t.Errorf("%d: one is let on, and one is not: %v %v", n, devices[0].Online(), devices[1].Online())
		}
	}
	ended, err := p.Main.Radius.OpenSessions(t.Context(), radius.Which{Ending: true, Limit: 10})
	if err != nil || len(ended) != 0 {
		t.Errorf("should be offline and are not: %+v %v", ended, err)
	}
}

// TestThreeDevicesTwoRoutersOneCap: what three devices carry on two routers of two nodes is exactly the cap, or a hundredth more.
func TestThreeDevicesTwoRoutersOneCap(t *testing.T) {
	const size = int64(900_000_000)
	p := openPair(t)
	id, code := p.give(t, "shared", access.Limits{DataBytes: size, Valid: 30 * 24 * time.Hour, Devices: 3})
	nodes, rates := []int{0, 0, 1}, []int64{fastKbps, fastKbps / 4, fastKbps / 2}
	var devices []router.Device
	for i, node := range nodes {
		d := p.join(t, node, fmt.Sprintf("02c0000000%02d", i), 0)
		logInBy(p.at[node], d, code)
		devices = append(devices, d)
	}
	for i, d := range devices {
		if !d.Online() {
			t.Fatalf("device %d is not online", i)
		}
		d.Use(rates[i])
	}
	until(t, 90*time.Second, "the cap", func() bool {
		p.plan.Advance(500 * time.Millisecond) // faster it would measure how far the machine lags behind the clock
		return p.grant(t, id).State == access.Ended
	})
	until(t, 30*time.Second, "all offline", func() bool {
		return !devices[0].Online() && !devices[1].Online() && !devices[2].Online()
	})
	sum := int64(0)
	for _, r := range p.at {
		for _, s := range r.Sessions() {
			sum += s.Up + s.Down
		}
	}
	if sum < size || sum > size+size/100 {
		t.Errorf("%d bytes were carried of %d", sum, size)
	}
	until(t, 30*time.Second, "each byte is counted", func() bool { return p.grant(t, id).UsedBytes == sum })
	p.tellOutcomes(t, id)
	var over []radius.RouterOverrun
	until(t, 30*time.Second, "measured on both routers", func() bool { // a Stop may come after the last octets
		var err error
		over, err = p.Main.Radius.Overruns(t.Context(), p.plan.Now().Add(-30*24*time.Hour))
		return err == nil && len(over) == 2
	})
	for _, o := range over {
		t.Logf("router %d: %d stops, at most %d bytes over and %v late", o.RouterID, o.Stops, o.MostBytes, o.MostLate)
	}
}

// tellOutcomes logs what became of each order, and wants none outstanding.
func (p *pair) tellOutcomes(t *testing.T, id int64) {
	t.Helper()
	until(t, 30*time.Second, "nothing is outstanding", func() bool {
		all, err := p.Main.Radius.EnforcementsOf(t.Context(), id)
		for _, e := range all {
			if e.State == radius.Outstanding && e.Wanted != radius.WantLogIn { // a device may still be called back that has left
				return false
			}
		}
		return err == nil
	})
	all, err := p.Main.Radius.EnforcementsOf(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, e := range all {
		counts[e.Wanted+" for "+e.Cause+": "+e.Method+" "+e.Outcome]++
	}
	t.Logf("orders: %v", counts)
}
