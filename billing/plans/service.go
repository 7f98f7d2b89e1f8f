package plans

import (
	"cmp"
	"context"
	"slices"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/access"
)

// Service keeps the plans.
type Service struct {
	db      *db.DB
	clock   clock.Clock
	routers Routers // nil: nobody is asked
	lists   *lists
}

// Able is a router of a site and what it can do.
type Able struct {
	Router    string
	Abilities access.Abilities
}

// Routers tells what the routers of sites can do; of all sites when none is named.
type Routers interface{ Able(sites []int64) []Able }

// AskRouters has plans refused that a router of their sites cannot serve; call it at wiring.
func (s *Service) AskRouters(r Routers) { s.routers = r }

// Unable is something of a plan that a router of its sites cannot do.
type Unable struct {
	Router string
	Lack   access.Lack
}

// Unable lists what the routers of a plan's sites cannot do for it: routers may have come after the plan.
func (s *Service) Unable(p Plan) []Unable {
	if s.routers == nil || p.State == Retired {
		return nil
	}
	var all []Unable
	for _, able := range s.routers.Able(p.Sites) {
		for _, lack := range able.Abilities.Lacks(p.Limits) {
			all = append(all, Unable{able.Router, lack})
		}
	}
	return all
}

// lacks are the sentences of what a router cannot do.
var lacks = map[access.Lack]string{access.LacksRate: "plan.unable_rate", access.LacksBurst: "plan.unable_burst", access.LacksVolume: "plan.unable_data",
	access.LacksIdle: "plan.unable_idle", access.LacksFairUse: "plan.unable_fair_use", access.LacksAddresses: "plan.unable_address",
	access.LacksRoutes: "plan.unable_route", access.LacksIPv6: "plan.unable_ipv6", access.LacksLists: "plan.unable_list"}

// Fault says it to a person.
func (u Unable) Fault() error { return fault.New(fault.Invalid, lacks[u.Lack], "Router", u.Router) }

// New makes the service.
func New(d *db.DB, c clock.Clock) *Service { return &Service{db: d, clock: c, lists: newLists()} }

// Save stores a plan by its key, with its sites. What is paid beforehand is paid as it is shown: its prices hold the taxes, whatever was said. Faults of Plan.Validate, and of the first Unable. A plan that was assigned
// before a router came that cannot serve it may still change its price.
func (s *Service) Save(tx *db.Tx, p Plan) (Plan, error) {
	if p.State == "" {
		p.State = Live
	}
	if p.Segment == "" {
		p.Segment = Hotspot
	}
	if p.Terms.Mode.Beforehand() {
		p.Terms.Inclusive = true
	}
	if err := p.Validate(); err != nil {
		return p, err
	}
	if unable := s.Unable(p); len(unable) > 0 {
		if assigned, err := assignedAlready(tx, p); err != nil || !assigned {
			return p, cmp.Or(err, unable[0].Fault())
		}
	}
	s.lists.forgetAfter(tx)
	return s.store(tx, p)
}

// ForSite lists the live packages sold at a site, in the order of its price list; at most 100. One whose fixed end is past is
// not sold any more.
func (s *Service) ForSite(ctx context.Context, siteID int64) ([]Plan, error) {
	live, err := s.live(ctx, siteID)
	return s.sold(live), err
}

// sold takes out of a list what is not sold any more.
func (s *Service) sold(live []Plan) []Plan {
	now := s.clock.Now()
	return slices.DeleteFunc(live, func(p Plan) bool { end := p.Limits.ValidUntil; return !end.IsZero() && !now.Before(end) })
}

// Get is one plan; fault.NotFound when there is none.
func (s *Service) Get(ctx context.Context, id int64) (Plan, error) { return s.one(ctx, "id = ?", id) }

// All lists every plan, retired ones too; at most 1,000.
func (s *Service) All(ctx context.Context) ([]Plan, error) { return s.all(ctx) }

// Packages lists every plan that is bought once, retired ones too; at most 1,000.
func (s *Service) Packages(ctx context.Context) ([]Plan, error) {
	all, err := s.all(ctx)
	return slices.DeleteFunc(all, Plan.Subscribed), err
}

// ByKey is the plan of a key; fault.NotFound when there is none.
func (s *Service) ByKey(ctx context.Context, key string) (Plan, error) {
	return s.one(ctx, "plan_key = ?", key)
}
