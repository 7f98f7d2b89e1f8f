package plans

import (
	"context"
	"slices"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// Service keeps the plans.
type Service struct {
	db    *db.DB
	clock clock.Clock
}

// New makes the service.
func New(d *db.DB, c clock.Clock) *Service { return &Service{db: d, clock: c} }

// Save stores a plan by its key, with its sites; faults of Plan.Validate.
func (s *Service) Save(tx *db.Tx, p Plan) (Plan, error) {
	if p.State == "" {
		p.State = Live
	}
	if p.Segment == "" {
		p.Segment = Hotspot
	}
	if err := p.Validate(); err != nil {
		return p, err
	}
	return s.store(tx, p)
}

// ForSite lists the live plans sold at a site, in the order of its price list; at most 100. One whose fixed end is past is
// not sold any more.
func (s *Service) ForSite(ctx context.Context, siteID int64) ([]Plan, error) {
	live, err := s.live(ctx, siteID)
	now := s.clock.Now()
	return slices.DeleteFunc(live, func(p Plan) bool { end := p.Limits.ValidUntil; return !end.IsZero() && !now.Before(end) }), err
}

// Get is one plan; fault.NotFound when there is none.
func (s *Service) Get(ctx context.Context, id int64) (Plan, error) { return s.one(ctx, id) }

// All lists every plan, retired ones too; at most 1,000.
func (s *Service) All(ctx context.Context) ([]Plan, error) { return s.all(ctx) }
