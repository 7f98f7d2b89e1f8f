package app

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/sim/router"
	"mtandao/internal/site"
	"mtandao/portal/backoffice"
	"mtandao/radius/access"
	"mtandao/radius/mikrotik"
	"mtandao/radius/routers"
)

// TestARouterInTheTunnelIsLookedAtGivenTheNewKeyAndTakenOut through a real WireGuard tunnel: ping and API reach it, its set-up shows
// no difference, our key is changed and it is told, and at the end it is out.
func TestARouterInTheTunnelIsLookedAtGivenTheNewKeyAndTakenOut(t *testing.T) {
	m := openBareWith(t, "127.0.0.1:0", Options{})
	ctx, desk := context.Background(), routerDesk{m}
	var r routers.Router
	err := m.DB.InTx(ctx, func(tx *db.Tx) error {
		brand, err := m.Sites.SaveBrand(tx, demoBrands[0])
		if err != nil {
			return err
		}
		hill, err := m.Sites.SaveSite(tx, site.Site{Slug: "hill", Name: "Hill", Language: "en", BrandID: brand.ID})
		if err != nil {
			return err
		}
		r, err = m.Routers.Save(tx, routers.Router{Name: "hill-1", SiteID: hill.ID, Dialect: routers.MikroTik, Secret: "until-the-script-has-run", Auth: routers.AuthRequired, Interim: 5 * time.Minute})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	line, err := desk.SetupLine(ctx, wanjiku, r.ID, mikrotik.Choices{Version: 7, Hotspot: &mikrotik.Hotspot{Interface: "bridge", Address: netip.MustParsePrefix("10.5.50.1/24")}})
	if err != nil {
		t.Fatal(err)
	}
	configuration := router.BareConfiguration("7.19.4")
	configuration.SetFetch(download)
	if said, err := configuration.Run(line.Line); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	startHome(t, configuration, m.Plan)
	s := &Stage{Main: m}
	until(t, 30*time.Second, "it calls home", func() bool {
		kept, _ := m.Routers.Get(r.ID)
		return desk.TunnelOf(kept).Up
	})
	s.lookNow(t, r.ID)
	until(t, 30*time.Second, "a ping through the tunnel, and an answer of the API", func() bool {
		all, err := m.Routers.Health(ctx, []int64{r.ID})
		h := all[r.ID]
		return err == nil && h.Look.Ping > 0 && h.Look.Version == "7.19.4" && h.DownSince.IsZero()
	})
	until(t, 10*time.Second, "the hosts of its log-in page", func() bool {
		kept, _ := m.Routers.Get(r.ID)
		return len(kept.LoginHosts) == 1 && kept.LoginHosts[0] == "192.168.88.1"
	})
	if f, err := desk.Differences(ctx, r.ID); err != nil || len(f.Found)+len(f.Hosts) > 0 {
		t.Errorf("just set up: %+v %v", f, err)
	}
	if holes, err := desk.Holes(ctx, r.ID); err != nil || len(holes) > 0 {
		t.Errorf("just set up: %+v %v", holes, err)
	}
	desk.tookLogins(t, r, configuration)
	desk.rotated(t, s, r, configuration)
	if err := desk.LeaveTunnel(ctx, wanjiku, r.ID); err != nil {
		t.Fatal(err)
	}
	if kept, _ := m.Routers.Get(r.ID); kept.Tunnel.Address.IsValid() || desk.TunnelOf(kept) != (backoffice.TunnelView{}) {
		t.Errorf("it is still in the tunnel: %+v", kept.Tunnel)
	}
	events, err := m.Audit.List(ctx, audit.Filter{Limit: 50})
	for _, action := range []string{"router set-up line made", "local secrets switched off", "router given back", "tunnel key rotated", "router left the tunnel"} {
		if err != nil || !inTrail(events, action) {
			t.Errorf("%q is not in the trail: %v", action, err)
		}
	}
}

// rotated changes our key; the router is told by the lookout, and comes back with it, which ends the rotation.
func (d routerDesk) rotated(t *testing.T, s *Stage, r routers.Router, configuration *router.Configuration) {
	t.Helper()
	old := d.Tunnel.Key().String()
	if err := d.RotateTunnel(t.Context(), wanjiku); err != nil {
		t.Fatal(err)
	}
	until(t, 10*time.Second, "two keys", func() bool { return len(d.Tunnel.Generations()) == 2 })
	s.lookNow(t, r.ID)
	until(t, 30*time.Second, "the router has the new key", func() bool {
		return d.Tunnel.Key().String() != old && strings.Contains(configuration.Export(), `public-key="`+d.Tunnel.Key().String()+`"`)
	})
	if kept, _ := d.Routers.Get(r.ID); !d.TunnelOf(kept).OldKey {
		t.Errorf("it has not shaken hands with the new key yet: %+v", d.TunnelOf(kept))
	}
	callHome(t, configuration.Export())
	until(t, 30*time.Second, "the rotation ends", func() bool { return len(d.Tunnel.Generations()) == 1 && d.Tunnel.Key().String() != old })
}

// tookLogins has the router, which only the tunnel reaches, ask us for whom it knew itself, and gives those back.
func (d routerDesk) tookLogins(t *testing.T, r routers.Router, c *router.Configuration) {
	t.Helper()
	if said, err := c.Run("/ppp secret add name=hill-home password=x\n/ppp secret add name=nobody password=x\n"); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	err := d.DB.InTx(t.Context(), func(tx *db.Tx) error {
		given, err := d.Access.Give(tx, access.Offer{Source: access.Source{Kind: "test", Key: "hill"}, SiteID: r.SiteID, Plan: "home", Limits: access.Limits{Valid: 24 * time.Hour}})
		if err == nil {
			err = d.Access.NameLogin(tx, given.GrantID, "hill-home", "x")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	says := func(when string, ours, unknown, switched int) {
		t.Helper()
		if l, err := d.OwnLogins(t.Context(), r.ID); err != nil || len(l.Ours) != ours || len(l.Unknown) != unknown || l.Switched != switched {
			t.Errorf("%s: %+v %v", when, l, err)
		}
	}
	says("before", 1, 1, 0)
	if n, err := d.TakeLogins(t.Context(), wanjiku, r.ID); n != 1 || err != nil {
		t.Errorf("%d taken: %v", n, err)
	}
	says("taken", 0, 1, 1)
	if n, err := d.GiveLogins(t.Context(), wanjiku, r.ID); n != 1 || err != nil {
		t.Errorf("%d given back: %v", n, err)
	}
	says("given back", 1, 1, 0)
	if _, err := d.GiveLogins(t.Context(), wanjiku, r.ID); fault.KeyOf(err) != "cutover.nothing_off" {
		t.Error(err)
	}
}
