package app

import (
	"net/netip"
	"slices"

	"mtandao/internal/fault"
	"mtandao/radius/pools"
)

func (p poolPart) pool(r *reading) (pools.Pool, error) {
	pool := pools.Pool{Name: string(p.Name), Length: int(p.Length)}
	for _, value := range p.Prefixes {
		prefix, err := netip.ParsePrefix(value)
		if err != nil {
			r.fail("prefixes", fault.New(fault.Invalid, "pool.prefixes", "Value", value))
		}
		pool.Prefixes = append(pool.Prefixes, prefix)
	}
	if pool.Length == 0 && !slices.ContainsFunc(pool.Prefixes, func(p netip.Prefix) bool { return p.Addr().Is6() }) {
		pool.Length = 32
	}
	if r.err != nil {
		return pool, r.err
	}
	return pool, pool.Validate()
}

func poolPartOf(p pools.Pool) poolPart {
	part := poolPart{Name: text(p.Name), Length: whole(p.Length)}
	for _, prefix := range p.Prefixes {
		part.Prefixes = append(part.Prefixes, prefix.String())
	}
	return part
}

func (a *applying) pool(key string, p poolPart) error {
	wanted, err := p.pool(a.reading())
	if err != nil {
		return err
	}
	old, known := a.stored.pools[key]
	return a.settle(kindPool, key, onlyIf(known, poolPartOf(old)), poolPartOf(wanted), func() error {
		_, err := a.Pools.Save(a.tx, wanted)
		return err
	})
}
