package radius

import (
	"context"
	"net/netip"
	"strconv"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc4372"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
	"mtandao/radius/access"
	"mtandao/radius/pools"
	"mtandao/radius/routers"
)

// Pools leases the provider's own addresses. *pools.Service satisfies it.
type Pools interface {
	Lease(ctx context.Context, name string, grantID int64, mac access.MAC, stands pools.Stands) (netip.Prefix, error)
	Own(tx *db.Tx, grantID int64, own []netip.Prefix) (lost []pools.Lease, err error)
}

// addressOf is where a session of a grant stands that begins now: what is the subscriber's own, else an address of the pools
// that its plan names. A name that is no pool of ours is one of the router's own. While the database does not answer nobody is
// kept off for an address: the router gives one of its own. A full pool had none left.
func (s *Service) addressOf(ctx context.Context, g *access.Grant, mac access.MAC) (at access.Address, full bool) {
	at = g.Limits.Address
	if s.pools == nil || !leases(&at) {
		return at, false
	}
	leased := func(pool *string, own bool) (p netip.Prefix) {
		if *pool == "" || own {
			*pool = ""
			return p
		}
		p, err := s.pools.Lease(ctx, *pool, g.ID, mac, s.Stands)
		if fault.Is(err, fault.NotFound) {
			return netip.Prefix{}
		}
		full = full || fault.KeyOf(err) == "pool.empty"
		if err != nil {
			s.metrics.unleased.WithLabelValues(*pool).Inc()
			s.log.Error("no address can be leased: the router gives one of its own", "pool", *pool, "grant", g.ID, "error", err)
		}
		*pool = ""
		return p
	}
	if p := leased(&at.Pool, at.IPv4.IsValid()); p.IsValid() {
		at.IPv4 = p.Addr()
	}
	if p := leased(&at.IPv6Pool, at.IPv6.IsValid()); p.IsValid() {
		at.IPv6 = p
	}
	if p := leased(&at.DelegatedPool, at.Delegated.IsValid()); p.IsValid() {
		at.Delegated = p
	}
	return at, full
}

// Stands says whether an open session stands on what was leased: it reports that address. Of prefixes routers report none, so
// that one stays with its holder while the device that got it is online. It is a pools.Stands.
func (s *Service) Stands(ctx context.Context, l pools.Lease) (bool, error) {
	if l.Prefix.Addr().Is4() {
		return openAt(ctx, s.db, l.Prefix.Addr())
	}
	return openOn(ctx, s.db, l.GrantID, l.MAC)
}

// ownNow brings the pools up to what is a grant's own now, nothing when it has ended. Whoever stands on what was leased to them before
// has to stand elsewhere.
func (s *Service) ownNow(ctx context.Context, j jobs.Job, grantID int64) error {
	if s.pools == nil {
		return nil
	}
	var own []netip.Prefix
	if j.Fact != access.GrantEnded {
		g, _, _, err := s.access.View(ctx, grantID)
		if err != nil {
			return err
		}
		if g.State != access.Ended {
			own = g.Limits.Address.Own()
		}
	}
	return s.db.InTx(ctx, func(tx *db.Tx) error {
		lost, err := s.pools.Own(tx, grantID, own)
		if err != nil {
			return err
		}
		for _, l := range lost {
			if l.GrantID == grantID { // it comes back for its own address anyway
				continue
			}
			if err := s.endOpen(tx, l.GrantID, l.MAC, access.CauseAddress, func(session int64) string { return sourceOf(j, session) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// leases says that an address is looked up at each log-in.
func leases(at *access.Address) bool {
	return at.Pool != "" || at.IPv6Pool != "" || at.DelegatedPool != ""
}

const cuiPurpose = "radius.cui"

// addIdentity answers a router that asks who is charged (RFC 4372 §2.2) with a name that says nothing and stays the same.
func addIdentity(keys *seal.Keys, request *codec.Packet, accepted *routers.Attributes, grantID int64) {
	if _, asked := request.Lookup(rfc4372.ChargeableUserIdentity_Type); asked {
		accepted.AddText(rfc4372.ChargeableUserIdentity_Type, keys.Lookup(cuiPurpose, strconv.FormatInt(grantID, 10))[:32])
	}
}
