package backoffice

import (
	"time"

	"mtandao/internal/clock"
	"mtandao/radius/mikrotik"
	"mtandao/radius/routers"
)

// quietRouters is a register in which no router was heard by itself.
type quietRouters struct{ Routers }

func (quietRouters) LastHeard(int64) time.Time { return time.Time{} }

// machines hangs a router's page as looks found it, and what may be done to it.
func (g *gallery) machines() error {
	now := time.Date(2026, 11, 25, 11, 2, 7, 0, time.UTC)
	b := &Backoffice{Options: Options{Clock: clock.NewManual(now), Zone: time.UTC, Routers: quietRouters{}}}
	r := routers.Router{ID: 1, Name: "mwiki-1", Dialect: routers.MikroTik, Auth: routers.AuthRequired, State: routers.StateActive, LoginHosts: []string{"10.5.50.1"}, Interim: 5 * time.Minute}
	for name, h := range map[string]routers.Health{"router-up": upHealth(now), "router-down": downHealth(now)} {
		page := &routerPage{frame: g.inside("office.router.list", "network"), Address: "/office/routers/1", At: "14:02:07", Portal: "https://wifi.example/h/mwiki?r=abcdefghijklmnopqrstuvwxyz"}
		page.Title = r.Name
		way := TunnelView{Open: true, Up: true, Handshake: now.Add(-70 * time.Second), Endpoint: "102.68.77.12:41641", Rotating: true, OldKey: h.DownSince.IsZero()}
		page.State, page.Said = b.heard(&page.frame, r, h)
		page.Facts = append(routerFacts(page, r), b.tunnelFacts(page, way)...)
		page.Acts = routerActs(page, r)
		page.setUpActs(r, way, true)
		page.Live = append([]fact{{g.text("office.site"), "Mwiki"}, {g.text("office.router.known"), "141"}}, b.liveFacts(page, r, h)...)
		page.tellLook(h.Look)
		page.Abilities = abilities(page, r, h)
		if err := g.hang(name, "router", page); err != nil {
			return err
		}
	}
	return g.commands(r)
}

func upHealth(now time.Time) routers.Health {
	return routers.Health{TakenAt: now.Add(-3 * time.Second), AnsweredAt: now.Add(-3 * time.Second), Look: routers.Look{Tried: true, Answered: true, Ping: 48200 * time.Microsecond,
		Board: "hAP ax2", Version: "7.19.4 (stable)", Uptime: 217 * time.Hour, CPU: 12, FreeMemory: 601e6, TotalMemory: 1024e6, WideAt: now.Add(-time.Minute), Users: 143, Known: 141,
		Ports:     []routers.Port{{Name: "ether1", InBps: 48_300_000, OutBps: 6_100_000}, {Name: "bridge", InBps: 6_000_000, OutBps: 47_900_000}},
		Strangers: []string{"02:A1:B2:C3:D4:F1", "02:A1:B2:C3:D4:F2"}, Missing: []string{"home-7"}}}
}

func downHealth(now time.Time) routers.Health {
	return routers.Health{TakenAt: now.Add(-4 * time.Second), AnsweredAt: now.Add(-23 * time.Minute), DownSince: now.Add(-22 * time.Minute), Look: routers.Look{Tried: true, Trouble: "router.unreachable", Board: "hAP ax2", Version: "7.19.4 (stable)"}}
}

func (g *gallery) commands(r routers.Router) error {
	q := &request{office: &Backoffice{Options: Options{Zone: time.UTC}}}
	dress := func(p *commandPage, title string) *commandPage {
		p.frame = g.inside(title, "network")
		p.Title = g.text(title, "Name", r.Name)
		return p
	}
	line := dress(&commandPage{}, "office.router_line.title")
	line.tellLine(SetupLine{Line: mikrotik.PasteLine("https://wifi.example/r/s/abcdefghijklmnopqrstuvwxyz", false), Undo: mikrotik.UndoLine("https://wifi.example/r/p/abcdefghijklmnopqrstuvwxyz/undo-7.rsc", false),
		Until: time.Date(2026, 11, 25, 14, 32, 0, 0, time.UTC)}, 7, q.office.Zone)
	holes, none := dress(&commandPage{}, "office.router_check.title"), dress(&commandPage{}, "office.router_check.title")
	holes.tellHoles([]mikrotik.Finding{{Hole: "hole.trial", Item: "name=hsprof1 login-by=http-pap,trial .id=*1", Command: `/ip hotspot profile set *1 login-by="http-pap"`},
		{Hole: "hole.outside", Item: "name=telnet .id=*6", Command: "/ip service disable *6"}})
	none.tellHoles(nil)
	differ, same := dress(&commandPage{}, "office.router_differ.title"), dress(&commandPage{}, "office.router_differ.title")
	found := Differences{Found: []mikrotik.Drift{{Part: "RADIUS server 1", Item: "timeout", Is: "300ms", Wanted: "3s"}, {Part: "portal", Item: "mtandao: portal 198.51.100.7 443", Wanted: "present"}}, Hosts: []string{"login.wifi"}}
	differ.tellDifferences(r, found)
	same.tellDifferences(r, Differences{})
	for name, p := range map[string]*commandPage{"router-line": line, "router-holes": holes, "router-no-holes": none, "router-differs": differ, "router-same": same} {
		if err := g.hang(name, "commands", p); err != nil {
			return err
		}
	}
	sure := &surePage{frame: g.inside("office.router_repair.title", "network"), Text: g.text("office.router_repair.text", "Name", r.Name), Button: g.text("office.router_repair.button"), Back: "/office/routers/1/differences", Was: "x"}
	sure.Title = g.text("office.router_repair.title", "Name", r.Name)
	sure.tellRepairs(found)
	if err := g.hang("router-repair", "sure", sure); err != nil {
		return err
	}
	page := &formPage{frame: g.inside("office.router_setup.title", "network"), Lead: g.text("office.router_setup.lead"), Button: g.text("office.router_setup.button")}
	page.Title = g.text("office.router_setup.title", "Name", r.Name)
	page.lay(form{kind: kindRouterSetup, fields: usual(routerSetupSheets).Fields}, routerSetupSheets, true)
	return g.hang("router-setup", "form", page)
}
