package pools

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/access"
)

// leaseFor is how long an address is kept for a device after it logged in: by then its session stands on it, or it never came.
const leaseFor = time.Hour

const (
	candidates = 16 // are read at a time
	rounds     = 8
)

// Lease is an address or prefix of a pool, and who has it or had it last; GrantID 0 is nobody.
type Lease struct {
	Prefix  netip.Prefix
	GrantID int64
	MAC     access.MAC
	Until   time.Time // kept until then, and longer while a session stands on it
}

// Stands says whether a session still stands on what was leased.
type Stands func(ctx context.Context, l Lease) (bool, error)

// Service keeps pools and leases.
type Service struct {
	db    *db.DB
	clock clock.Clock // of plans
}

// New makes the service.
func New(d *db.DB, c clock.Clock) *Service { return &Service{db: d, clock: c} }

// Save stores a pool by its name. Addresses that it no longer has are taken out; who stands on one keeps it until the session
// ends. Faults of Pool.Validate, and fault.Conflict "pool.overlaps" when another pool has some of its addresses.
func (s *Service) Save(tx *db.Tx, p Pool) (Pool, error) {
	if err := p.Validate(); err != nil {
		return p, err
	}
	others, err := lockAll(tx)
	if err != nil {
		return p, err
	}
	for _, other := range others {
		if at, both := p.overlaps(other); both && other.Name != p.Name {
			return p, fault.New(fault.Conflict, "pool.overlaps", "Value", at.String(), "Name", other.Name)
		}
	}
	return s.store(tx, p)
}

// Free takes an address from whoever has it, as it was read: it is given to somebody else as if its holder had left now. The
// caller has seen that no session stands on it. fault.Conflict "conflict" when it was leased again meanwhile,
// "pool.owned" when it is a grant's own.
func (s *Service) Free(tx *db.Tx, poolID int64, l Lease) error {
	if l.Owned() {
		return fault.New(fault.Conflict, "pool.owned", "Value", l.Prefix.Addr().String())
	}
	row := leaseRow{PoolID: poolID, Prefix: l.Prefix.String(), GrantID: l.GrantID, MAC: l.MAC, Until: l.Until}
	won, err := row.become(tx, 0, "", s.clock.Now())
	if err == nil && !won {
		err = fault.New(fault.Conflict, "conflict")
	}
	return err
}

// All lists the pools by name; at most 1,000.
func (s *Service) All(ctx context.Context) ([]Pool, error) { return s.all(ctx) }

// Lease gives a device of a grant an address of the pool with that name: the one that it had last, else the one that was free
// longest. fault.NotFound "pool.unknown" when the name is no pool
// of ours, fault.Unavailable "pool.empty" when all are taken.
func (s *Service) Lease(ctx context.Context, name string, grantID int64, mac access.MAC, stands Stands) (netip.Prefix, error) {
	pool, err := s.byName(ctx, name)
	if err != nil {
		return netip.Prefix{}, err
	}
	mine, err := s.heldBy(ctx, pool, grantID, mac)
	if err != nil {
		return netip.Prefix{}, err
	}
	for _, row := range mine {
		if won, err := s.take(ctx, row, grantID, mac); won || err != nil {
			return row.prefix(), err
		}
	}
	for range rounds {
		free, err := s.free(ctx, pool)
		if err != nil || len(free) == 0 {
			return netip.Prefix{}, orEmpty(err)
		}
		rand.Shuffle(len(free), func(i, j int) { free[i], free[j] = free[j], free[i] }) // so that contenders do not all want the first
		if got, err := s.takeOne(ctx, free, grantID, mac, stands); got.IsValid() || err != nil {
			return got, err
		}
	}
	return netip.Prefix{}, orEmpty(nil)
}

func orEmpty(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Unavailable, "pool.empty")
}

func (s *Service) takeOne(ctx context.Context, free []leaseRow, grantID int64, mac access.MAC, stands Stands) (netip.Prefix, error) {
	for _, row := range free {
		busy, err := stands(ctx, row.lease())
		if err != nil {
			return netip.Prefix{}, err
		}
		holder, device := grantID, mac
		if busy {
			holder, device = row.GrantID, row.MAC // longer with whoever stands on it
		}
		won, err := s.take(ctx, row, holder, device)
		if err != nil || won && !busy {
			return row.prefix(), err
		}
	}
	return netip.Prefix{}, nil
}
