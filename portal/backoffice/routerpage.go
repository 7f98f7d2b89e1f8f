package backoffice

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/plans"
	"mtandao/internal/report"
	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/radius/routers"
)

// routerPage is one router: whether it talks to us, how it is reached, what it can be told, and how it is set up.
type routerPage struct {
	frame
	Acts      []act
	Warnings  []string
	Address   string
	ID        int64
	State     stateView
	Said, At  string
	Live      []fact
	Ports     []portView
	Apart     []apartView
	Facts     []wayFact
	Tunnel    []act
	Abilities []ability
	Refused   table // today
	SetUp     []act // empty: not for this make, or this person
	Portal    string
}

type wayFact struct {
	Name, Value string
	Code        bool
}

type ability struct {
	Name, Text string
	State      stateView
}

// portView is an interface and what passes it.
type portView struct{ Name, In, Out string }

// apartView are people who are online on one side only.
type apartView struct{ Text, Names string }

// mostApart are named; there may be more.
const mostApart = 8

// seenRouter finds the router of the address, if somebody may see it.
func (b *Backoffice) seenRouter(q *request) (routers.Router, error) {
	id, err := q.idOf("id")
	if err != nil {
		return routers.Router{}, err
	}
	r, ok := b.Routers.Get(id)
	if !ok || !q.may(staff.AccessView, r.SiteID) {
		return r, notHere()
	}
	return r, nil
}

func (b *Backoffice) router(q *request) error {
	r, err := b.seenRouter(q)
	if err != nil {
		return err
	}
	online, err := b.Crowd.OnlineByRouter(q.ctx, report.Scope{r.SiteID})
	if err != nil {
		return err
	}
	health, err := b.Machines.Health(q.ctx, []int64{r.ID})
	if err != nil {
		return err
	}
	h := health[r.ID]
	p := &routerPage{frame: q.page("office.router.list", "network"), ID: r.ID, Address: "/office/routers/" + number(r.ID), At: b.Clock.Now().In(b.Zone).Format("15:04:05")}
	p.Title, p.Crumbs = r.Name, []crumb{{p.T("office.router.list"), "/office/routers"}}
	if r.Auth == routers.AuthExcepted {
		p.Warnings = append(p.Warnings, p.T("office.router.excepted_text"))
	}
	var when string
	p.State, when = b.heard(&p.frame, r, h)
	p.Said = p.T("office.router.not_heard")
	if when != "" {
		p.Said = when
	}
	way := b.Machines.TunnelOf(r)
	if p.Facts = append(routerFacts(p, r, b.oldSecretUntil(&p.frame, r)), b.tunnelFacts(p, way)...); q.may(staff.RoutersEdit, r.SiteID) {
		p.Acts = routerActs(p, r)
		p.setUpActs(r, way, q.may(staff.RoutersEdit, 0))
	}
	p.Live = append([]fact{{p.T("office.site"), b.siteName(r.SiteID)}, {p.T("office.router.known"), number(int64(online[r.ID]))}}, b.liveFacts(p, r, h)...)
	p.tellLook(h.Look)
	if err := b.tellRefusals(q, p, r); err != nil {
		return err
	}
	p.Abilities, p.Portal = abilities(p, r, h), b.Setup.PortalPage(r.ID)
	return q.send(fiber.StatusOK, "router", p)
}

func routerActs(p *routerPage, r routers.Router) []act {
	acts := []act{{Name: p.T("office.router.edit"), Address: p.Address + "/edit", Icon: "settings"}}
	if r.State == routers.StateRetired {
		return append(acts, act{Name: p.T("office.router.revive"), Address: p.Address + "/revive", Icon: "undo-2"})
	}
	return append(acts, act{Name: p.T("office.router.rotate"), Address: p.Address + "/secret", Icon: "key-round"},
		act{Name: p.T("office.router.retire"), Address: p.Address + "/retire", Icon: "ban", Tone: "danger"})
}

// setUpActs are what may be done to a router in use whose make we speak. Our key of the tunnel is for who works everywhere.
func (p *routerPage) setUpActs(r routers.Router, way TunnelView, everywhere bool) {
	if r.State != routers.StateActive {
		return
	}
	if r.Dialect == routers.MikroTik {
		p.SetUp = []act{{Name: p.T("office.router.set_up"), Address: p.Address + "/setup", Icon: "settings"},
			{Name: p.T("office.router.check"), Address: p.Address + "/check", Icon: "search"},
			{Name: p.T("office.router.differ"), Address: p.Address + "/differences", Icon: "refresh-cw"},
			{Name: p.T("office.router.logins"), Address: p.Address + "/logins", Icon: "users"}}
	}
	if way.Open && everywhere {
		p.Tunnel = append(p.Tunnel, act{Name: p.T("office.tunnel.rotate"), Address: p.Address + "/tunnel/rotate", Icon: "key-round"})
	}
	if r.Tunnel.Address.IsValid() {
		p.Tunnel = append(p.Tunnel, act{Name: p.T("office.tunnel.leave"), Address: p.Address + "/tunnel/leave", Icon: "ban", Tone: "danger"})
	}
}

// oldSecretUntil is when the secret before the last change stops to work; empty when it does not work now.
func (b *Backoffice) oldSecretUntil(f *frame, r routers.Router) string {
	if r.OldSecret == "" || !b.PlanClock.Now().Before(r.OldSecretUntil) {
		return ""
	}
	return b.planWhen(f, r.OldSecretUntil)
}

func routerFacts(p *routerPage, r routers.Router, until string) []wayFact {
	var from []string
	for _, a := range r.Addresses {
		from = append(from, strings.TrimSuffix(a.String(), "/32"))
	}
	tunnel := p.T("office.router.no_tunnel")
	if r.Tunnel.Address.IsValid() {
		tunnel = r.Tunnel.Address.String()
	}
	old := ""
	if until != "" {
		old = p.T("office.router.old_secret", "Time", until)
	}
	return []wayFact{{p.T("office.field.router.dialect"), p.T("office.pick.dialect_" + r.Dialect), false}, {p.T("office.router.from"), strings.Join(from, ", "), true},
		{p.T("office.field.router.secret"), strings.TrimSpace(p.T("office.router.secret_set") + " " + old), false},
		{p.T("office.field.router.auth"), p.T("office.pick.auth_" + r.Auth), false}, {p.T("office.field.router.login_hosts"), strings.Join(r.LoginHosts, ", "), true},
		{p.T("office.field.router.interim"), web.Span(p.Lang, r.Interim), false}, {p.T("office.router.tunnel"), tunnel, true}}
}

func (b *Backoffice) tunnelFacts(p *routerPage, way TunnelView) []wayFact {
	if !way.Open {
		return nil
	}
	shaken := p.T("office.tunnel.never")
	if !way.Handshake.IsZero() {
		shaken = p.T("office.tunnel.ago", "Time", ago(&p.frame, max(b.Clock.Now().Sub(way.Handshake), 0)))
	}
	key := ""
	switch {
	case way.OldKey:
		key = p.T("office.tunnel.old_key")
	case way.Rotating:
		key = p.T("office.tunnel.new_key")
	}
	return []wayFact{{p.T("office.tunnel.handshake"), shaken, false}, {p.T("office.tunnel.endpoint"), way.Endpoint, true}, {p.T("office.tunnel.key"), key, false}}
}

// abilities are what a router can be told, and how. What it refused at the last look it cannot.
func abilities(p *routerPage, r routers.Router, h routers.Health) []ability {
	can := func(name string, able bool) ability {
		a := ability{Name: p.T("office.ability." + name), State: stateView{"warn", p.T("office.ability_no")}, Text: p.T("office.ability_missing." + name)}
		if able {
			a.State, a.Text = stateView{"good", p.T("office.ability_yes")}, ""
		}
		return a
	}
	tunnel := r.Tunnel.Address.IsValid()
	all := []ability{can("disconnect", r.CoAAddress != "" || tunnel), can("log_in", r.APIAddress != "" || tunnel && r.APIUser != "" || r.Dialect == routers.Chilli && r.CoAAddress != ""),
		can("link", len(r.LoginHosts) > 0)}
	if t := h.Look.Trouble; t != "" && r.Dialect == routers.MikroTik {
		all[1].State, all[1].Text = stateView{"bad", p.T("office.ability_refused")}, words.Text(p.Lang, t)
	}
	return all
}

// liveFacts are what the last look read.
func (b *Backoffice) liveFacts(p *routerPage, r routers.Router, h routers.Health) []fact {
	l := h.Look
	if h.TakenAt.IsZero() {
		return nil
	}
	ping, memory, users, up := "", "", "", ""
	if l.Ping > 0 {
		ping = p.T("office.router.ms", "N", strconv.FormatFloat(float64(l.Ping.Microseconds())/1000, 'f', 1, 64))
	}
	if l.TotalMemory > 0 {
		memory = p.T("office.router.of", "Part", plans.Bytes(l.FreeMemory), "Whole", plans.Bytes(l.TotalMemory))
		up = web.Span(p.Lang, l.Uptime)
	}
	if !l.WideAt.IsZero() {
		users = p.T("office.router.users_then", "N", l.Users, "Time", ago(&p.frame, max(b.Clock.Now().Sub(l.WideAt), 0)))
	}
	all := []fact{{p.T("office.router.users"), users}}
	if at := b.Routers.LastHeard(r.ID); !at.IsZero() {
		all = append(all, fact{p.T("office.router.radius_heard"), p.T("office.router.heard", "Time", ago(&p.frame, max(b.Clock.Now().Sub(at), 0)))})
	}
	all = append(all, fact{p.T("office.router.ping"), ping}, fact{p.T("office.router.uptime"), up}, fact{p.T("office.router.version"), l.Version}, fact{p.T("office.router.board"), l.Board})
	if l.Version != "" {
		all = append(all, fact{p.T("office.router.cpu"), strconv.Itoa(l.CPU) + " %"})
	}
	return append(all, fact{p.T("office.router.memory"), memory})
}

// tellLook tells of traffic, and of who is online on one side only.
func (p *routerPage) tellLook(l routers.Look) {
	for _, port := range l.Ports {
		p.Ports = append(p.Ports, portView{port.Name, plans.Rate(port.InBps / 1000), plans.Rate(port.OutBps / 1000)})
	}
	for _, side := range []struct {
		key   string
		names []string
	}{{"office.router.strangers", l.Strangers}, {"office.router.missing", l.Missing}} {
		if len(side.names) > 0 {
			names := strings.Join(side.names[:min(len(side.names), mostApart)], ", ")
			if len(side.names) > mostApart {
				names += " …"
			}
			p.Apart = append(p.Apart, apartView{p.T(side.key, "N", len(side.names)), names})
		}
	}
}
