package backoffice

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/report"
	"mtandao/internal/seal"
	"mtandao/internal/staff"
	"mtandao/portal/web"
	"mtandao/radius/routers"
)

// Crowd counts who is online. *report.Desk satisfies it.
type Crowd interface {
	OnlineByRouter(ctx context.Context, scope report.Scope) (map[int64]int, error)
}

var routerSheets = []sheet{
	{specs: []spec{{name: "name", as: asText, must: true, most: 100}, {name: "site", as: asPick}, {name: "dialect", as: asPick, choices: []string{"mikrotik", "chilli"}, usual: "mikrotik"},
		{name: "addresses", as: asLines}, {name: "secret", as: asSecret}}},
	{title: "office.router.login", folded: true, specs: []spec{{name: "login_hosts", as: asLines}, {name: "mac_login", as: asTick}, {name: "chap", as: asTick},
		{name: "uam_secret", as: asSecret}}},
	{title: "office.router.commands", folded: true, specs: []spec{{name: "coa_address", as: asText, most: 200}, {name: "api_address", as: asText, most: 200},
		{name: "api_user", as: asText, most: 200}, {name: "api_password", as: asSecret}, {name: "api_tls", as: asTick}, {name: "api_certificate", as: asFile, accept: ".pem,.cer,.crt"}}},
	{title: "office.router.radius", folded: true, specs: []spec{{name: "auth", as: asPick, choices: []string{routers.AuthRequired, routers.AuthAuto, routers.AuthExcepted}, usual: routers.AuthRequired},
		{name: "identifier", as: asText, most: 200}, {name: "interim", as: asAmount, units: []string{"s", "m"}, usual: "5m"}, {name: "swap", as: asTick}}},
}

func (b *Backoffice) routerEditor() *editor {
	return &editor{kind: kindRouter, texts: "office.router.", list: "/office/routers", here: "network", may: staff.RoutersEdit, sheets: routerSheets, local: true, keyField: "name", reaches: b.reachesRouter}
}

// reachesRouter asks for the site where a router stands, and for the one where it is to stand.
func (b *Backoffice) reachesRouter(q *request, id int64, fields map[string]string) bool {
	if r, ok := b.Routers.Get(id); ok && !q.may(staff.RoutersEdit, r.SiteID) {
		return false
	}
	slug, said := fields["site"]
	for _, s := range b.Sites.Sites() {
		if s.Slug == slug {
			return q.may(staff.RoutersEdit, s.ID)
		}
	}
	return !said || slug == ""
}

func newSecret() string { return seal.RandomHex(16) }

// Ages of what was last heard of a router.
const (
	heardLately = 2 * time.Minute
	heardLong   = 15 * time.Minute
)

// heard says in a word and a span when a router last sent something genuine.
func (b *Backoffice) heard(f *frame, r routers.Router) (stateView, string) {
	at := b.Routers.LastHeard(r.ID)
	if r.State == routers.StateRetired {
		return stateView{"", f.T("office.router.retired")}, ""
	}
	if at.IsZero() {
		return stateView{"warn", f.T("office.router.never")}, ""
	}
	age := max(b.Clock.Now().Sub(at), 0)
	text := f.T("office.router.heard", "Time", ago(f, age))
	switch {
	case age < heardLately:
		return stateView{"good", f.T("office.router.here")}, text
	case age < heardLong:
		return stateView{"warn", f.T("office.router.quiet")}, text
	}
	return stateView{"bad", f.T("office.router.silent")}, text
}

// ago is a span that counts seconds while it is short.
func ago(f *frame, age time.Duration) string {
	if age < time.Minute {
		return f.T("office.seconds", "N", int(max(0, age)/time.Second))
	}
	return web.Span(f.Lang, age)
}

func (b *Backoffice) routerList(q *request) error {
	online, err := b.Crowd.OnlineByRouter(q.ctx, q.scope())
	if err != nil {
		return err
	}
	e := b.routerEditor()
	p := e.listing(q)
	p.Columns = []column{{p.T("office.column.name"), ""}, {p.T("office.column.site"), ""}, {p.T("office.column.heard"), ""}, {p.T("office.column.people"), "num"}, {p.T("office.column.warning"), ""}}
	p.Crumbs = nil
	state := q.Query("state")
	p.Chips = [][]chip{q.chips("state", []choice{{Name: p.T("office.router.active")}, {Name: p.T("office.router.retired"), Value: routers.StateRetired}})}
	all := slices.DeleteFunc(slices.Clone(b.Routers.All()), func(r routers.Router) bool {
		return (r.State == routers.StateRetired) != (state == routers.StateRetired) || !q.inView(r.SiteID)
	})
	all, p.Next = paged(q, all, func(r routers.Router) string { return r.Name })
	for _, r := range all {
		heard, when := b.heard(&p.frame, r)
		warning := cell{}
		if r.Auth == routers.AuthExcepted {
			warning.State = stateView{"bad", p.T("office.router.excepted")}
		}
		p.add(cell{Text: r.Name, Address: "/office/routers/" + number(r.ID)}, cell{Text: b.siteName(r.SiteID)},
			cell{State: heard, More: when}, cell{Text: number(int64(online[r.ID]))}, warning)
	}
	p.Live = q.OriginalURL()
	return q.list(p)
}

// inView says that a site is among those that somebody looks at.
func (q *request) inView(siteID int64) bool {
	if q.seen.site != 0 && q.sees(q.seen.site) {
		return q.seen.site == siteID
	}
	return q.may(staff.AccessView, siteID)
}

// routerPage is one router: whether it talks to us, how it is reached, what it can be told.
type routerPage struct {
	frame
	Acts      []act
	Warnings  []string
	Address   string
	State     stateView
	Said, At  string
	Live      []fact
	Facts     []wayFact
	Abilities []ability
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
	p := &routerPage{frame: q.page("office.router.list", "network"), Address: "/office/routers/" + number(r.ID), At: b.Clock.Now().In(b.Zone).Format("15:04:05")}
	p.Title, p.Crumbs = r.Name, []crumb{{p.T("office.router.list"), "/office/routers"}}
	if q.may(staff.RoutersEdit, r.SiteID) {
		p.Acts = routerActs(p, r)
	}
	if r.Auth == routers.AuthExcepted {
		p.Warnings = append(p.Warnings, p.T("office.router.excepted_text"))
	}
	var when string
	p.State, when = b.heard(&p.frame, r)
	p.Said = p.T("office.router.not_heard")
	if when != "" {
		p.Said = when
	}
	p.Live = []fact{{p.T("office.column.people"), number(int64(online[r.ID]))}, {p.T("office.site"), b.siteName(r.SiteID)}}
	p.Facts, p.Abilities, p.Portal = routerFacts(p, r), abilities(p, r), b.Setup.PortalPage(r.ID)
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

func routerFacts(p *routerPage, r routers.Router) []wayFact {
	var from []string
	for _, a := range r.Addresses {
		from = append(from, strings.TrimSuffix(a.String(), "/32"))
	}
	tunnel := p.T("office.router.no_tunnel")
	if r.Tunnel.Address.IsValid() {
		tunnel = r.Tunnel.Address.String()
	}
	old := ""
	if r.OldSecret != "" {
		old = p.T("office.router.old_secret")
	}
	return []wayFact{{p.T("office.field.router.dialect"), p.T("office.pick.dialect_" + r.Dialect), false}, {p.T("office.router.from"), strings.Join(from, ", "), true},
		{p.T("office.router.tunnel"), tunnel, true}, {p.T("office.field.router.secret"), strings.TrimSpace(p.T("office.router.secret_set") + " " + old), false},
		{p.T("office.field.router.auth"), p.T("office.pick.auth_" + r.Auth), false}, {p.T("office.field.router.login_hosts"), strings.Join(r.LoginHosts, ", "), true},
		{p.T("office.field.router.interim"), web.Span(p.Lang, r.Interim), false}}
}

// abilities are what a router can be told, and how.
func abilities(p *routerPage, r routers.Router) []ability {
	can := func(name string, able bool) ability {
		a := ability{Name: p.T("office.ability." + name), State: stateView{"warn", p.T("office.ability_no")}, Text: p.T("office.ability_missing." + name)}
		if able {
			a.State, a.Text = stateView{"good", p.T("office.ability_yes")}, ""
		}
		return a
	}
	tunnel := r.Tunnel.Address.IsValid()
	return []ability{can("disconnect", r.CoAAddress != "" || tunnel), can("log_in", r.APIAddress != "" || tunnel && r.APIUser != "" || r.Dialect == routers.Chilli && r.CoAAddress != ""),
		can("link", len(r.LoginHosts) > 0)}
}

// showSecret shows a secret that we have made, once.
func (q *request) showSecret(secret, back string) error {
	p := q.record("office.router.new_secret", "network")
	p.Acts = []act{{Name: p.T("office.router.rotated_done"), Address: back, Tone: "primary"}}
	p.add(card{Lead: p.T("office.router.rotated"), Once: secret, After: p.T("office.router.rotated_until")})
	return q.show(p)
}

func (b *Backoffice) rotateSecret(q *request) error {
	o, err := b.routerEditor().theirs(q)
	if err != nil {
		return err
	}
	secret, err := b.Setup.RotateSecret(q.ctx, q.author(), o.ID)
	if err != nil {
		return err
	}
	return q.showSecret(secret, "/office/routers/"+number(o.ID))
}
