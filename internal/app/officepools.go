package app

import (
	"context"
	"net/netip"
	"strings"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/report"
	"mtandao/internal/staff"
	"mtandao/radius/access"
	"mtandao/radius/pools"
)

// poolDesk is the pools of addresses and who holds which, for the office.
type poolDesk struct {
	*Main
	desk *report.Desk
}

func (d poolDesk) All(ctx context.Context) ([]pools.Pool, error) { return d.Pools.All(ctx) }

func (d poolDesk) Use(ctx context.Context, p pools.Pool) (report.PoolUse, error) {
	return d.desk.PoolUse(ctx, p, d.Plan.Now())
}

// Leases lists those of a pool; typed is an address, a MAC address or a log-in, empty for all.
func (d poolDesk) Leases(ctx context.Context, p pools.Pool, typed string, after report.LeaseKey, limit int) ([]report.Lease, error) {
	f := report.LeaseFilter{Pool: p, After: after, Limit: limit}
	typed = strings.TrimSpace(typed)
	bare, _, _ := strings.Cut(typed, "/")
	if a, err := netip.ParseAddr(bare); err == nil { // first: an IPv6 address may be spelled of twelve digits too
		var has bool
		if f.At, has = p.At(a); !has {
			return nil, nil
		}
		return d.desk.Leases(ctx, f)
	}
	mac, err := access.ParseMAC(typed)
	if err == nil {
		f.MAC = mac
		return d.desk.Leases(ctx, f)
	}
	if typed == "" {
		return d.desk.Leases(ctx, f)
	}
	grants, err := d.Access.Find(ctx, typed)
	if err != nil || len(grants) == 0 {
		return nil, err
	}
	for _, g := range grants {
		f.Grants = append(f.Grants, g.ID)
	}
	return d.desk.Leases(ctx, f)
}

// Free takes an address from its holder; the trail keeps whose it was. fault.Conflict "pool.in_use" while a session stands on it.
func (d poolDesk) Free(ctx context.Context, by staff.By, p pools.Pool, l pools.Lease) error {
	stands, err := d.Radius.Stands(ctx, l)
	if err == nil && stands {
		err = fault.New(fault.Conflict, "pool.in_use", "Address", l.Prefix.Addr().String())
	}
	if err != nil {
		return err
	}
	before, err := audit.Text(map[string]any{"pool": p.Name, "address": l.Prefix.String(), "device": l.MAC.Colons(), "grant": idText(l.GrantID), "until": l.Until})
	if err != nil {
		return err
	}
	return d.recorded(ctx, by, audit.Event{Action: "lease freed", Object: kindPool, ObjectID: idText(p.ID), Before: before}, func(tx *db.Tx) error {
		return d.Pools.Free(tx, p.ID, l)
	})
}
