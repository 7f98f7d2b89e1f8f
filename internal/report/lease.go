package report

import (
	"context"
	"net/netip"
	"time"

	"mtandao/radius/access"
	"mtandao/radius/pools"
)

// PoolUse is how full a pool is. Held are with somebody: kept since a log-in, or under an open session.
type PoolUse struct{ Held, All int64 }

// Percent is the part that is held, rounded up: a full pool alone is 100 only when nothing is left.
func (u PoolUse) Percent() int64 {
	if u.All == 0 {
		return 0
	}
	if p := (100*u.Held + u.All - 1) / u.All; p < 100 || u.Held >= u.All {
		return p
	}
	return 99
}

// Lease is an address of a pool with whoever has it, or had it last.
type Lease struct {
	pools.Lease
	SessionID int64 // the open session that stands on it; 0: none
	SiteID    int64 // of that session
	UserName  string
}

// LeaseFilter says which leases of a pool are listed: all that somebody has or had, the latest log-in first, or those of one address,
// device or some grants.
type LeaseFilter struct {
	Pool   pools.Pool
	At     netip.Prefix // that one, whoever has it; invalid: any
	MAC    access.MAC
	Grants []int64 // nil: any
	After  LeaseKey
	Limit  int
}

// LeaseKey is a lease's place in the list; the zero one is before the first.
type LeaseKey struct {
	Until  time.Time
	Prefix string
}

// Leases lists leases of a pool with the sessions that stand on them.
func (d *Desk) Leases(ctx context.Context, f LeaseFilter) ([]Lease, error) {
	all, err := d.leases(ctx, f)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all, d.addSessions(ctx, all)
}
