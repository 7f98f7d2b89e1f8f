package backoffice

import (
	"context"
	"slices"
	"time"

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
	return &editor{kind: kindRouter, texts: "office.router.", list: "/office/routers", here: "network", may: staff.RoutersEdit, sheets: routerSheets, local: true, keyField: "name", reaches: b.reachesRouter,
		proof: true}
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

// heard says in a word and a span whether a router is there: by the last look at it, and by what it sent itself.
func (b *Backoffice) heard(f *frame, r routers.Router, h routers.Health) (stateView, string) {
	now := b.Clock.Now()
	since := func(key string, at time.Time) string { return f.T(key, "Time", ago(f, max(now.Sub(at), 0))) }
	at := b.Routers.LastHeard(r.ID)
	age := max(now.Sub(at), 0)
	switch looked := h.Fresh(now); {
	case r.State == routers.StateRetired:
		return stateView{"", f.T("office.router.retired")}, ""
	case looked && h.DownSince.IsZero():
		return stateView{"good", f.T("office.router.here")}, since("office.router.looked", h.TakenAt)
	case looked && age < heardLately:
		return stateView{"warn", f.T("office.router.half")}, since("office.router.heard", at)
	case looked && !h.AnsweredAt.IsZero():
		return stateView{"bad", f.T("office.router.silent")}, since("office.router.silent_for", h.AnsweredAt)
	case at.IsZero():
		return stateView{"warn", f.T("office.router.never")}, ""
	case age < heardLately:
		return stateView{"good", f.T("office.router.here")}, since("office.router.heard", at)
	case age < heardLong:
		return stateView{"warn", f.T("office.router.quiet")}, since("office.router.heard", at)
	}
	return stateView{"bad", f.T("office.router.silent")}, since("office.router.heard", at)
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
	if at := q.reachable("/office/pools"); at != "" {
		p.Acts = append([]act{{Name: p.T("office.pool.list"), Address: at, Icon: "list"}}, p.Acts...)
	}
	state := q.Query("state")
	p.Chips = [][]chip{q.chips("state", []choice{{Name: p.T("office.router.active")}, {Name: p.T("office.router.retired"), Value: routers.StateRetired}})}
	all := slices.DeleteFunc(slices.Clone(b.Routers.All()), func(r routers.Router) bool {
		return (r.State == routers.StateRetired) != (state == routers.StateRetired) || !q.inView(r.SiteID)
	})
	all, p.Next = paged(q, all, func(r routers.Router) string { return r.Name })
	ids := make([]int64, len(all))
	for i, r := range all {
		ids[i] = r.ID
	}
	health, err := b.Machines.Health(q.ctx, ids)
	if err != nil {
		return err
	}
	for _, r := range all {
		heard, when := b.heard(&p.frame, r, health[r.ID])
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

// showSecret shows a secret that we have made, once.
func (q *request) showSecret(secret, back string) error {
	p := q.record("office.router.new_secret", "network")
	p.Acts = []act{{Name: p.T("office.router.rotated_done"), Address: back, Tone: "primary"}}
	p.add(card{Lead: p.T("office.router.rotated"), Once: secret, After: p.T("office.router.rotated_until")})
	return q.show(p)
}

func (b *Backoffice) rotateSecret(q *request) error {
	o, err := b.routerEditor().theirs(q)
	if err == nil {
		err = q.proven() // the secret is shown
	}
	if err != nil {
		return err
	}
	secret, err := b.Setup.RotateSecret(q.ctx, q.author(), o.ID)
	if err != nil {
		return err
	}
	return q.showSecret(secret, "/office/routers/"+number(o.ID))
}
