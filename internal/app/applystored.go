package app

import (
	"context"

	"mtandao/billing"
	"mtandao/billing/plans"
	"mtandao/internal/site"
	"mtandao/radius/pools"
	"mtandao/radius/routers"
)

// stored is what the database holds before the run, by key.
type stored struct {
	brands  map[string]site.Brand
	sites   map[string]site.Site
	tills   map[string]billing.Till
	pools   map[string]pools.Pool
	plans   map[string]plans.Plan
	addons  map[string]plans.AddOn
	coupons map[string]plans.Coupon
	routers map[string]routers.Router
}

func (m *Main) readStored(ctx context.Context) (stored, error) {
	tills, err := m.Billing.Tills(ctx)
	if err != nil {
		return stored{}, err
	}
	leased, err := m.Pools.All(ctx)
	if err != nil {
		return stored{}, err
	}
	all, err := m.Plans.All(ctx)
	if err != nil {
		return stored{}, err
	}
	addons, err := m.Plans.AddOns(ctx)
	if err != nil {
		return stored{}, err
	}
	coupons, err := m.Plans.Coupons(ctx)
	return stored{
		addons:  byKey(addons, func(a plans.AddOn) string { return a.Key }),
		coupons: byKey(coupons, func(c plans.Coupon) string { return c.Code }),
		brands:  byKey(m.Sites.Brands(), func(b site.Brand) string { return b.Key }),
		sites:   byKey(m.Sites.Sites(), func(s site.Site) string { return s.Slug }),
		tills:   byKey(tills, func(t billing.Till) string { return t.Key }),
		pools:   byKey(leased, func(p pools.Pool) string { return p.Name }),
		plans:   byKey(all, func(p plans.Plan) string { return p.Key }),
		routers: byKey(m.Routers.All(), func(r routers.Router) string { return r.Name }),
	}, err
}

func byKey[T any](all []T, key func(T) string) map[string]T {
	named := map[string]T{}
	for _, one := range all {
		named[key(one)] = one
	}
	return named
}
