package access

import (
	"context"
	"slices"
	"strconv"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
	"mtandao/internal/site"
)

// Service gives grants, admits devices to them and ends them.
type Service struct {
	db    *db.DB
	queue *jobs.Queue
	keys  *seal.Keys
	clock clock.Clock // of plans
	real  clock.Clock // of one-time logins
	sites *site.Service
	live  *snapshot
	feed  feed
	gate  *gate

	vouchers Vouchers // nil: there are none
}

// New makes the service. c is the plan clock, which a demo runs faster.
func New(d *db.DB, q *jobs.Queue, keys *seal.Keys, c clock.Clock, sites *site.Service) *Service {
	s := newService(d, q, keys, c, sites)
	d.Watch(changedTopic, func(ids []int64) { s.wrote(ids, true) })
	return s
}

func newService(d *db.DB, q *jobs.Queue, keys *seal.Keys, c clock.Clock, sites *site.Service) *Service {
	return &Service{db: d, queue: q, keys: keys, clock: c, real: clock.System(), sites: sites,
		live: newSnapshot(clock.Stopwatch()), gate: newGate(clock.Stopwatch())}
}

// View reads a grant, its slots and what is left of it.
func (s *Service) View(ctx context.Context, grantID int64) (Grant, []Slot, Left, error) {
	g, slots, err := s.grantAndSlots(ctx, grantID)
	if err != nil {
		return Grant{}, nil, Left{}, err
	}
	_, left := Decide(g, s.clock.Now(), s.location(g.SiteID))
	return g, slots, left, nil
}

// LiveFor lists at most ten grants that the device has at the site and that are not over: active ones first, then dormant,
// then suspended, each newest first.
func (s *Service) LiveFor(ctx context.Context, siteID int64, mac MAC) ([]Grant, error) {
	grants, err := s.liveOf(ctx, mac)
	now := s.clock.Now()
	grants = slices.DeleteFunc(grants, func(g Grant) bool { return !g.servesSite(siteID) || overAt(&g, now) != CauseOK })
	slices.SortStableFunc(grants, func(a, b Grant) int { return rank(a) - rank(b) })
	return grants[:min(len(grants), 10)], err
}

// startsLate is how much later than a router's first record, which tells whole seconds, a grant may have been used first.
const startsLate = 2 * time.Second

// ActiveAt lists the grants that a device used at a site at an instant of the past, also those that ended since.
func (s *Service) ActiveAt(ctx context.Context, siteID int64, mac MAC, at time.Time) ([]Grant, error) {
	grants, err := s.everOf(ctx, mac)
	return slices.DeleteFunc(grants, func(g Grant) bool { return !g.servesSite(siteID) || !g.activeAt(at) }), err
}

// activeAt does not know when a grant was suspended: one that is counts as not active.
func (g *Grant) activeAt(at time.Time) bool {
	begun := g.FirstUsedAt
	if begun.IsZero() && g.Standing { // it is active from the beginning
		begun = g.CreatedAt
	}
	ended := g.State == Ended && !begun.IsZero() && at.Before(g.EndedAt) // which no grant did that ended unused
	return (g.State == Active || ended) && !at.Add(startsLate).Before(begun)
}

func (g *Grant) servesSite(siteID int64) bool { return g.SiteID == 0 || g.SiteID == siteID }

// rank orders grants by how near they are to use.
func rank(g Grant) int {
	return slices.Index([]State{Active, Dormant, Suspended, Ended}, g.State)
}

// location is the local time of a site; Nairobi's for no site or one not known.
func (s *Service) location(siteID int64) *time.Location { return s.sites.Location(siteID) }

func (s *Service) emit(tx *db.Tx, fact string, g Grant, cause Cause) error {
	return s.queue.Emit(tx, fact, strconv.FormatInt(g.ID, 10), Fact{
		GrantID: g.ID, RouterID: g.Place.RouterID, MAC: string(g.Place.MAC), IP: g.Place.IP, Cause: string(cause),
	})
}

// BindDevice gives a device a slot of a grant that has not ended; again is no change. fault.Conflict "grant.devices_full" or
// "grant.ended".
func (s *Service) BindDevice(tx *db.Tx, grantID int64, mac MAC) error {
	if mac == "" {
		return invalidMAC()
	}
	if _, err := lockLive(tx, grantID); err != nil {
		return err
	}
	bound, err := takeSlot(tx, grantID, mac, s.clock.Now())
	if err == nil && !bound {
		return fault.New(fault.Conflict, "grant.devices_full")
	}
	return err
}

// FreeSlot takes the device off slot n; a free slot is no change. What was bought for it waits for this grant no longer. The fact GrantChanged then names the device, which has to
// go offline. fault.Conflict "grant.ended", fault.NotFound "grant.no_slot".
func (s *Service) FreeSlot(tx *db.Tx, grantID int64, n int) error {
	g, slots, i, err := lockSlot(tx, grantID, n)
	if err != nil {
		return err
	}
	won, err := fillSlot(tx, grantID, slots[i], "", time.Time{})
	if err != nil || !won || slots[i].MAC == "" {
		return err
	}
	return s.putOff(tx, g, slots[i].MAC)
}

// lockSlot locks a live grant and finds its slot n among its slots: fault.NotFound "grant.no_slot".
func lockSlot(tx *db.Tx, grantID int64, n int) (g Grant, slots []Slot, at int, err error) {
	if g, err = lockLive(tx, grantID); err != nil {
		return g, nil, 0, err
	}
	if slots, err = slotsOf(current(tx), grantID); err != nil {
		return g, nil, 0, err
	}
	if at = slices.IndexFunc(slots, func(slot Slot) bool { return slot.N == n }); at < 0 {
		err = fault.New(fault.NotFound, "grant.no_slot")
	}
	return g, slots, at, err
}

func lockLive(tx *db.Tx, grantID int64) (Grant, error) {
	g, live, err := lock(tx, grantID, Dormant, Active, Suspended)
	if err == nil && !live {
		return g, fault.New(fault.Conflict, "grant.ended")
	}
	return g, err
}
