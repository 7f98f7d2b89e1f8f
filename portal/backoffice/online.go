package backoffice

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/portal/web"
	"mtandao/radius"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// Network tells who is online and what routers are told.
type Network interface {
	OpenSessions(ctx context.Context, w radius.Which) ([]radius.Online, error)
	OpenSession(ctx context.Context, id int64) (radius.Online, error)
	Enforcements(ctx context.Context, w radius.Which) ([]radius.Enforcement, error)
	Enforcement(ctx context.Context, id int64) (radius.Enforcement, error)
	AttemptsOf(ctx context.Context, enforcementID int64) ([]radius.Attempt, error)
	Overruns(ctx context.Context, since time.Time) ([]radius.RouterOverrun, error)
	AllRouters() []routers.Router
	Views(ctx context.Context, grantIDs []int64) (map[int64]access.Viewed, error)
	RoutersAt(ip netip.Addr) []routers.Router
	// WhoHeld, CutOff and TryAgain are recorded in the audit trail.
	WhoHeld(ctx context.Context, by staff.By, w radius.WhoHeld) ([]radius.Over, error)
	CutOff(ctx context.Context, by staff.By, o radius.Online) (enforcementID int64, err error)
	TryAgain(ctx context.Context, by staff.By, enforcementID int64) error
}

func (b *Backoffice) onlineRoutes() []route {
	return []route{
		{get, "/office/sessions", full, staff.AccessView, b.sessions},
		{get, "/office/sessions/:id/end", full, staff.AccessChange, b.askCutOff}, {post, "/office/sessions/:id/end", full, staff.AccessChange, b.cutOff},
		{get, "/office/overruns", full, staff.AccessView, b.overruns}, {get, "/office/refusals", full, staff.AccessView, b.refusals},
		{get, "/office/enforcements", full, staff.AccessView, b.enforcements}, {get, "/office/enforcements/:id", full, staff.AccessView, b.enforcement},
		{post, "/office/enforcements/:id/retry", full, staff.AccessChange, b.retryEnforcement},
	}
}

// which reads what a list of sessions or enforcements is asked for.
func (q *request) which() (radius.Which, error) {
	w := radius.Which{Sites: q.scope(), Before: q.before(), Limit: mostListed + 1}
	w.RouterID, _ = strconv.ParseInt(q.Query("router"), 10, 64)
	typed := cutTyped(q.Query("mac"))
	if typed == "" {
		return w, nil
	}
	var err error
	w.MAC, err = access.ParseMAC(typed)
	return w, err
}

func (b *Backoffice) sessions(q *request) error {
	w, typing := q.which()
	w.Ending, w.Plan, w.Sort = q.Query("show") == "ending", cutTyped(q.Query("plan")), q.Query("sort")
	p := q.listing("office.nav.sessions", "sessions")
	p.Acts = []act{{Name: p.T("office.refusals.title"), Icon: "ban", Address: "/office/refusals"}, {Name: p.T("office.enforcements.title"), Icon: "refresh-cw", Address: "/office/enforcements"}}
	if err := b.sessionFilters(q, p); err != nil {
		return err
	}
	p.Empty = blank{Icon: "wifi-off", Title: p.T("office.sessions.none"), Text: p.T("office.sessions.none_text")}
	if w.Ending {
		p.Empty = blank{Icon: "circle-check", Title: p.T("office.sessions.none_ending"), Text: p.T("office.sessions.none_ending_text")}
	}
	if typing != nil {
		return q.refuse(typing, "list", p, "mac")
	}
	open, err := b.Network.OpenSessions(q.ctx, w)
	if err != nil {
		return err
	}
	p.Live, p.Fresh = q.OriginalURL(), p.T("office.fresh", "When", b.Clock.Now().In(b.Zone).Format("15:04:05"))
	if err := b.fillSessions(q, p, open); err != nil {
		return err
	}
	return q.list(p)
}

const mostRouterChips = 12

// sessionFilters are chips, and fields for what may be many.
func (b *Backoffice) sessionFilters(q *request, p *listPage) error {
	p.Chips = [][]chip{q.chips("show", []choice{{Name: p.T("office.sessions.all")}, {Value: "ending", Name: p.T("office.sessions.ending")}}),
		q.chips("sort", []choice{{Name: p.T("office.sessions.sort_newest")}, {Value: radius.ByOldest, Name: p.T("office.sessions.sort_oldest")}})}
	p.Find = &find{Action: "/office/sessions", Fields: []formField{{Name: "mac", As: asSearch, Label: p.T("office.sessions.mac"), Value: cutTyped(q.Query("mac"))}}}
	kept := []string{"show", "sort"}
	routers := []choice{{Name: p.T("office.sessions.routers")}}
	for _, r := range b.Network.AllRouters() {
		if q.sees(r.SiteID) && (q.seen.site == 0 || q.seen.site == r.SiteID) {
			routers = append(routers, choice{Value: number(r.ID), Name: r.Name, Here: number(r.ID) == q.Query("router")})
		}
	}
	switch {
	case len(routers) > mostRouterChips:
		p.Find.Fields = append(p.Find.Fields, formField{Name: "router", As: asPick, Label: p.T("office.router"), Choices: routers})
	case len(routers) > 2:
		p.Chips = append(p.Chips, q.chips("router", routers))
		kept = append(kept, "router")
	}
	all, err := b.Plans.All(q.ctx)
	plans := []choice{{Name: p.T("office.sessions.plans")}}
	for _, plan := range all {
		plans = append(plans, choice{Value: plan.Key, Name: plan.Name(p.Lang), Here: plan.Key == q.Query("plan")})
	}
	if len(plans) > 2 {
		p.Find.Fields = append(p.Find.Fields, formField{Name: "plan", As: asPick, Label: p.T("office.plan"), Choices: plans})
	}
	p.Find.Keep = q.keep(kept...)
	return err
}

// fillSessions shows one page: who, where, how fast, and what is left.
func (b *Backoffice) fillSessions(q *request, p *listPage, open []radius.Online) error {
	p.Columns = []column{{p.T("office.sessions.who"), "code"}, {Name: p.T("office.state")}, {Name: p.T("office.router")}, {p.T("office.began"), "when"},
		{p.T("office.data"), "num"}, {p.T("office.sessions.left"), "num"}, {}}
	open, p.pager = newest(q, open, mostListed, func(o radius.Online) int64 { return o.ID })
	grants, lines, names, err := b.grantsOn(q, open)
	if err != nil {
		return err
	}
	for _, o := range open {
		router, _ := b.Routers.Get(o.RouterID)
		who := cell{Text: deviceName(o), More: o.IP, Address: storyAddress(o.GrantID)}
		if lines[o.GrantID] != 0 { // known by its login, as a guest is by the device
			who.Text, who.More = o.Shown(), strings.TrimSpace(o.MAC.Colons()+" "+o.IP)
		}
		last := cell{}
		if q.may(staff.AccessChange, o.SiteID) && o.EndingID == 0 {
			last.Acts = []act{{Name: p.T("office.sessions.end"), Address: "/office/sessions/" + number(o.ID) + "/end", Tone: "plain"}}
		} else if o.EndingID != 0 {
			last.Acts = []act{{Name: p.T("office.sessions.trace"), Address: "/office/enforcements/" + number(o.EndingID), Tone: "plain"}}
		}
		g := grants[o.GrantID].Grant
		p.add(who, stated(b.sessionState(&p.frame, o)), cell{Text: router.Name, More: b.siteName(o.SiteID)}, cell{Text: b.planWhen(&p.frame, o.StartedAt), More: p.T("office.sessions.heard", "Ago", ago(&p.frame, b.PlanClock.Now().Sub(o.UpdatedAt)))},
			cell{Text: plans.Bytes(o.Bytes()), More: speed(&p.frame, o)}, cell{Text: b.leftOn(&p.frame, g), More: cmp.Or(names[g.Plan], g.Plan)}, last)
	}
	return nil
}

// grantsOn are the grants of sessions and the lines that they are of, read together, and the names of plans.
func (b *Backoffice) grantsOn(q *request, open []radius.Online) (grants map[int64]access.Viewed, lines map[int64]int64, names map[string]string, err error) {
	var ids []int64
	for _, o := range open {
		if o.GrantID != 0 {
			ids = append(ids, o.GrantID)
		}
	}
	var e1, e2, e3 error
	grants, e1 = b.Network.Views(q.ctx, ids)
	lines, e2 = b.Lines.OfGrants(q.ctx, ids)
	names, e3 = b.planNames(q)
	return grants, lines, names, errors.Join(e1, e2, e3)
}

// leftOn is what a grant has left now, of time and of data.
func (b *Backoffice) leftOn(f *frame, g access.Grant) string {
	var left []string
	if g.ID != 0 {
		_, l := access.Decide(g, b.PlanClock.Now(), b.zoneAt(g.SiteID))
		if l.Timed {
			left = append(left, web.Span(f.Lang, l.Time))
		}
		if l.Capped {
			left = append(left, plans.Bytes(l.Bytes))
		}
	}
	return strings.Join(left, " · ")
}

func storyAddress(grantID int64) string {
	if grantID == 0 {
		return ""
	}
	return "/office/grants/" + number(grantID)
}

func (b *Backoffice) sessionState(p *frame, o radius.Online) stateView {
	if o.EndingID != 0 {
		return stateView{"warn", p.T("office.sessions.should_end")}
	}
	if o.Garden() {
		return stateView{"warn", p.T("office.session.garden")}
	}
	return stateView{"good", p.T("office.session.open")}
}

// speed says how fast a session was at its last report, both ways, or since its start while it has reported only once.
func speed(p *frame, o radius.Online) string {
	s, known := o.Speed()
	if !known {
		return ""
	}
	key := "office.sessions.rate_now"
	if s.SinceStart {
		key = "office.sessions.rate"
	}
	return p.T(key, "Rate", plans.Rate(s.Kbps))
}

// theSession is the open session of an address, if it is at a site of whoever asks. One that is over leads to the list.
func (b *Backoffice) theSession(q *request) (radius.Online, error) {
	id, err := q.idOf("id")
	if err != nil {
		return radius.Online{}, err
	}
	o, err := b.Network.OpenSession(q.ctx, id)
	if err != nil {
		return o, hidden(err)
	}
	if !q.may(staff.AccessChange, o.SiteID) {
		return o, notHere()
	}
	return o, nil
}

func (b *Backoffice) askCutOff(q *request) error {
	o, err := b.theSession(q)
	if err != nil {
		return err
	}
	router, _ := b.Routers.Get(o.RouterID)
	p := q.asking("office.session_end.", "sessions", "/office/sessions", "Device", deviceName(o), "Site", b.siteName(o.SiteID), "Router", router.Name)
	p.Crumbs = []crumb{{p.T("office.nav.sessions"), "/office/sessions"}}
	return q.showForm(p)
}

func deviceName(o radius.Online) string {
	if o.MAC != "" {
		return o.MAC.Colons()
	}
	return o.Shown()
}

func (b *Backoffice) cutOff(q *request) error {
	o, err := b.theSession(q)
	if err != nil {
		return err
	}
	id, err := b.Network.CutOff(q.ctx, q.in.By(q.visit()), o)
	if fault.Is(err, fault.NotFound) { // it ended by itself meanwhile, which is what was wanted
		q.tell("", "office.sessions.gone", "")
		return led("/office/sessions")
	}
	if err != nil {
		return err
	}
	q.tell("good", "office.sessions.ending_now", "", "Device", deviceName(o))
	return led("/office/enforcements/" + number(id))
}
