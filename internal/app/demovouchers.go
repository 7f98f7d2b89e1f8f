package app

import (
	"context"
	"slices"

	"mtandao/billing/plans"
	"mtandao/vouchers"
)

// demoBatches are what a kiosk's life looks like: one batch half sold, one in the drawer.
var demoBatches = []struct {
	plan, site, holder string
	size, out, sold    int
}{{"day", "kasarani", "Mama Njeri, Kasarani stage", 240, 96, 40}, {"three-hours", "ngong", "Ngong market kiosk", 100, 0, 0}}

// seedVouchers makes the demo's batches, once.
func (s *Stage) seedVouchers(ctx context.Context) error {
	m, by := s.Main, vouchers.By{Actor: "demo"}
	if there, err := m.Vouchers.Newest(ctx, 0, 1); err != nil || len(there) > 0 {
		return err
	}
	all, err := m.Plans.Packages(ctx)
	if err != nil {
		return err
	}
	for _, d := range demoBatches {
		plan := all[slices.IndexFunc(all, func(p plans.Plan) bool { return p.Key == d.plan })]
		b, err := m.Vouchers.Place(ctx, vouchers.Wish{PlanID: plan.ID, SiteID: s.seeded.sites[d.site].ID, Size: d.size}, by)
		if err == nil {
			b, err = m.Vouchers.Make(ctx, b.ID)
		}
		if err == nil && d.out > 0 {
			_, err = m.Vouchers.Do(ctx, vouchers.Deed{Kind: vouchers.DeedSignOut, BatchID: b.ID, First: 1, Last: d.out, Holder: d.holder}, by)
		}
		if err == nil && d.sold > 0 {
			_, err = m.Vouchers.Do(ctx, vouchers.Deed{Kind: vouchers.DeedSell, BatchID: b.ID, First: 1, Last: d.sold, Holder: d.holder}, by)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
