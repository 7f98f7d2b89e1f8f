package backoffice

import (
	"context"
	"strconv"
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
	// CutOff and TryAgain are recorded in the audit trail.
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
	w.Ending = q.Query("show") == "ending"
	p := q.listing("office.nav.sessions", "sessions")
	p.Chips = [][]chip{q.chips("show", []choice{{Name: p.T("office.sessions.all")}, {Value: "ending", Name: p.T("office.sessions.ending")}}), b.routerChips(q, p)}
	p.Acts = []act{{Name: p.T("office.refusals.title"), Icon: "ban", Address: "/office/refusals"}, {Name: p.T("office.enforcements.title"), Icon: "refresh-cw", Address: "/office/enforcements"}}
	p.Find = &find{Action: "/office/sessions", Fields: []formField{{Name: "mac", As: asSearch, Label: p.T("office.sessions.mac"), Value: cutTyped(q.Query("mac"))}},
		Keep: q.keep("show", "router")}
	p.Empty = blank{Icon: "wifi-off", Title: p.T("office.sessions.none"), Text: p.T("office.sessions.none_text")}
	if q.Query("show") == "ending" {
		p.Empty = blank{Icon: "circle-check", Title: p.T("office.sessions.none_ending"), Text: p.T("office.sessions.none_ending_text")}
	}
	if typing != nil {
		return q.refuse(typing, "list", p, "mac")
	}
	open, err := b.Network.OpenSessions(q.ctx, w)
	if err != nil {
		return err
	}
	b.fillSessions(q, p, open)
	return q.list(p)
}

const mostRouterChips = 12

// routerChips are offered while they are few, for a chosen site or all.
func (b *Backoffice) routerChips(q *request, p *listPage) []chip {
	all := []choice{{Name: p.T("office.sessions.routers")}}
	for _, r := range b.Network.AllRouters() {
		if q.sees(r.SiteID) && (q.seen.site == 0 || q.seen.site == r.SiteID) {
			all = append(all, choice{Value: number(r.ID), Name: r.Name})
		}
	}
	if len(all) < 3 || len(all) > mostRouterChips {
		return nil
	}
	return q.chips("router", all)
}

func (b *Backoffice) fillSessions(q *request, p *listPage, open []radius.Online) {
	p.Columns = []column{{p.T("office.device"), "code"}, {Name: p.T("office.state")}, {Name: p.T("office.router")}, {p.T("office.began"), "when"}, {p.T("office.time"), "num"},
		{p.T("office.data"), "num"}, {}}
	open, p.pager = newest(q, open, mostListed, func(o radius.Online) int64 { return o.ID })
	for _, o := range open {
		router, _ := b.Routers.Get(o.RouterID)
		device := cell{Text: o.MAC.Colons(), More: o.IP, Address: storyAddress(o.GrantID)}
		if device.Text == "" {
			device.Text = o.Shown()
		}
		last := cell{}
		if q.may(staff.AccessChange, o.SiteID) && o.EndingID == 0 {
			last.Acts = []act{{Name: p.T("office.sessions.end"), Address: "/office/sessions/" + number(o.ID) + "/end", Tone: "plain"}}
		} else if o.EndingID != 0 {
			last.Acts = []act{{Name: p.T("office.sessions.trace"), Address: "/office/enforcements/" + number(o.EndingID), Tone: "plain"}}
		}
		p.add(device, stated(b.sessionState(&p.frame, o)), cell{Text: router.Name, More: b.siteName(o.SiteID)}, cell{Text: b.planWhen(&p.frame, o.StartedAt), More: p.T("office.sessions.heard", "Ago", ago(&p.frame, b.PlanClock.Now().Sub(o.UpdatedAt)))},
			cell{Text: web.Span(p.Lang, secondsOf(o.Seconds))}, cell{Text: plans.Bytes(o.Bytes()), More: speed(&p.frame, o)}, last)
	}
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
