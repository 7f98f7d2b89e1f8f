package api

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/apikeys"
	"mtandao/internal/fault"
	"mtandao/radius"
	"mtandao/radius/routers"
)

// Network reads who is online. *radius.Service satisfies it.
type Network interface {
	OpenSessions(ctx context.Context, w radius.Which) ([]radius.Online, error)
	OpenSession(ctx context.Context, id int64) (radius.Online, error)
}

// Routers are the routers. *routers.Service satisfies it.
type Routers interface {
	All() []routers.Router
	Get(id int64) (routers.Router, bool)
	LastHeard(id int64) time.Time
	Health(ctx context.Context, ids []int64) (map[int64]routers.Health, error)
}

type sessionView struct {
	ID             string `json:"id"`
	SiteID         string `json:"site_id"`
	RouterID       string `json:"router_id"`
	SubscriptionID string `json:"subscription_id" doc:"Empty: of a package or a voucher."`
	Login          string `json:"login" doc:"A voucher's code is not told: the device stands for it."`
	MAC            string `json:"mac"`
	IP             string `json:"ip"`
	StartedAt      string `json:"started_at" format:"date-time"`
	UpdatedAt      string `json:"updated_at" format:"date-time"`
	Seconds        int64  `json:"seconds"`
	BytesUp        int64  `json:"bytes_up"`
	BytesDown      int64  `json:"bytes_down"`
	Ending         bool   `json:"ending" doc:"Its router was told to end it."`
}

type routerView struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	SiteID    string `json:"site_id"`
	Dialect   string `json:"dialect"`
	State     string `json:"state" enum:"active retired"`
	Answers   string `json:"answers" enum:"yes no unknown" doc:"By the last look at it; unknown: there is no way to look, or none was made lately."`
	HeardAt   string `json:"heard_at" doc:"When it last sent something; empty: not since this program began."`
	LookedAt  string `json:"looked_at" doc:"Empty: it was not looked at."`
	DownSince string `json:"down_since" doc:"Empty: it answers, or nobody knows."`
}

func (a *API) networkReads() []operation {
	return []operation{
		{method: fiber.MethodGet, path: "/sessions", id: "listSessions", tag: "sessions", scope: apikeys.SessionsRead, answer: list[sessionView]{}, handle: a.listSessions, summary: "List who is online now, the latest first",
			params: with(param{Name: "site_id", Text: "Only sessions at this site.", Kind: "string"}, param{Name: "router_id", Text: "Only sessions on this router.", Kind: "string"})},
		{method: fiber.MethodGet, path: "/sessions/{id}", id: "getSession", tag: "sessions", scope: apikeys.SessionsRead, answer: sessionView{}, handle: a.getSession, summary: "Read a session that is open"},
		{method: fiber.MethodGet, path: "/routers", id: "listRouters", tag: "routers", scope: apikeys.RoutersRead, answer: list[routerView]{}, handle: a.listRouters, summary: "List routers, by id",
			params: with(param{Name: "state", Text: "Only routers of this state.", Kind: "string", Enum: named(routers.StateActive, routers.StateRetired)})},
		{method: fiber.MethodGet, path: "/routers/{id}", id: "getRouter", tag: "routers", scope: apikeys.RoutersRead, answer: routerView{}, handle: a.getRouter, summary: "Read a router, and when it was last heard"},
	}
}

// sessionViews tells sessions, each with its subscription.
func (a *API) sessionViews(q *call, all []radius.Online) (map[int64]sessionView, error) {
	var grants []int64
	for _, s := range all {
		if s.GrantID != 0 {
			grants = append(grants, s.GrantID)
		}
	}
	lines, err := a.Lines.OfGrants(q.ctx, grants)
	views := map[int64]sessionView{}
	for _, s := range all {
		views[s.ID] = sessionView{ID: text(s.ID), SiteID: text(s.SiteID), RouterID: text(s.RouterID), SubscriptionID: text(lines[s.GrantID]), Login: s.Shown(), MAC: s.MAC.Colons(), IP: s.IP, StartedAt: stamp(s.StartedAt),
			UpdatedAt: stamp(s.UpdatedAt), Seconds: s.Seconds, BytesUp: s.BytesUp, BytesDown: s.BytesDown, Ending: s.EndingID != 0}
	}
	return views, err
}

func (a *API) listSessions(q *call) (any, error) {
	before, limit, err := q.before()
	if err != nil {
		return nil, err
	}
	w := radius.Which{Before: before, Limit: limit + 1}
	if len(q.key.Sites) > 0 {
		w.Sites = q.key.Sites
	}
	siteID, err := q.idIn("site_id")
	if err != nil {
		return nil, err
	}
	if siteID != 0 {
		w.Sites = []int64{siteID}
	}
	if w.RouterID, err = q.idIn("router_id"); err != nil {
		return nil, err
	}
	if siteID != 0 && !q.key.Sees(siteID) {
		return list[sessionView]{Data: []sessionView{}}, nil
	}
	w.Limit = min(w.Limit, mostListed) // as many as there are on a page of theirs: the last page of 200 is found empty
	all, err := a.Network.OpenSessions(q.ctx, w)
	if err != nil {
		return nil, err
	}
	views, err := a.sessionViews(q, all)
	if err != nil {
		return nil, err
	}
	out := page(q, all, limit, func(s radius.Online) int64 { return s.ID }, func(s radius.Online) sessionView { return views[s.ID] })
	if len(all) == mostListed && limit == mostListed {
		out.Next = q.cursor(text(all[len(all)-1].ID))
	}
	return out, nil
}

// sessionOf is the open session of the address, which the key reaches.
func (q *call) sessionOf() (s radius.Online, err error) {
	id, err := q.idOf()
	if err == nil {
		s, err = q.api.Network.OpenSession(q.ctx, id)
	}
	if fault.Is(err, fault.NotFound) || err == nil && !q.key.Sees(s.SiteID) {
		err = gone()
	}
	return s, err
}

func (a *API) getSession(q *call) (any, error) {
	s, err := q.sessionOf()
	if err != nil {
		return nil, err
	}
	views, err := a.sessionViews(q, []radius.Online{s})
	return views[s.ID], err
}

func (a *API) viewRouter(r routers.Router, h routers.Health) routerView {
	v := routerView{ID: text(r.ID), Name: r.Name, SiteID: text(r.SiteID), Dialect: r.Dialect, State: r.State, Answers: "unknown", HeardAt: stampOr(a.Routers.LastHeard(r.ID)), LookedAt: stampOr(h.TakenAt),
		DownSince: stampOr(h.DownSince)}
	if h.Fresh(a.Clock.Now()) {
		if v.Answers = "yes"; !h.DownSince.IsZero() {
			v.Answers = "no"
		}
	}
	return v
}

func (a *API) listRouters(q *call) (any, error) {
	after, limit, err := q.before()
	if err != nil {
		return nil, err
	}
	state, err := q.oneOf("state")
	if err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(slices.Clone(a.Routers.All()), func(r routers.Router) bool {
		return r.ID <= after || !q.key.Sees(r.SiteID) || state != "" && r.State != state
	})
	slices.SortFunc(all, func(a, b routers.Router) int { return cmp.Compare(a.ID, b.ID) })
	all = all[:min(len(all), limit+1)]
	var ids []int64
	for _, r := range all {
		ids = append(ids, r.ID)
	}
	health, err := a.Routers.Health(q.ctx, ids)
	if err != nil {
		return nil, err
	}
	return page(q, all, limit, func(r routers.Router) int64 { return r.ID }, func(r routers.Router) routerView { return a.viewRouter(r, health[r.ID]) }), nil
}

func (a *API) getRouter(q *call) (any, error) {
	id, err := q.idOf()
	if err != nil {
		return nil, err
	}
	r, ok := a.Routers.Get(id)
	if !ok || !q.key.Sees(r.SiteID) {
		return nil, gone()
	}
	health, err := a.Routers.Health(q.ctx, []int64{id})
	return a.viewRouter(r, health[id]), err
}
