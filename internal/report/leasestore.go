package report

import (
	"context"
	"net/netip"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/radius/access"
	"mtandao/radius/pools"
)

// stood is whether an open session stands on a lease l (radius.Stands, said in SQL).
const (
	stoodAddress = "EXISTS (SELECT 1 FROM sessions_open s WHERE s.ip = REPLACE(l.prefix, '/32', ''))"
	stoodPrefix  = "EXISTS (SELECT 1 FROM sessions_open s WHERE s.grant_id = l.grant_id AND s.mac = l.mac)"
)

// PoolUse counts how full a pool is at an instant of the plan clock. What was freed at that instant is nobody's already.
func (d *Desk) PoolUse(ctx context.Context, p pools.Pool, now time.Time) (u PoolUse, err error) {
	stood := stoodPrefix
	if p.Length == 32 {
		stood = stoodAddress
	}
	err = d.db.Read(ctx).Raw("SELECT COUNT(*) AS `all`, COALESCE(SUM(CASE WHEN l.grant_id <> 0 AND (l.until >= ? OR "+stood+") THEN 1 ELSE 0 END), 0) AS held "+
		"FROM address_leases l WHERE l.pool_id = ?", now, p.ID).Scan(&u).Error
	return u, db.Fault(err)
}

func (d *Desk) leases(ctx context.Context, f LeaseFilter) ([]Lease, error) {
	var rows []struct {
		Prefix  string
		GrantID int64
		MAC     access.MAC `gorm:"column:mac"`
		Until   time.Time
	}
	q := f.narrow(d.db.Read(ctx).Table("address_leases").Where("pool_id = ?", f.Pool.ID))
	err := q.Order("until DESC, prefix DESC").Limit(f.Limit).Scan(&rows).Error
	var all []Lease
	for _, r := range rows {
		prefix, bad := netip.ParsePrefix(r.Prefix)
		if err == nil {
			err = bad
		}
		all = append(all, Lease{Lease: pools.Lease{Prefix: prefix, GrantID: r.GrantID, MAC: r.MAC, Until: r.Until}})
	}
	return all, db.Fault(err)
}

func (f LeaseFilter) narrow(q *gorm.DB) *gorm.DB {
	if f.At.IsValid() {
		return q.Where("prefix = ?", f.At.String())
	}
	q = q.Where("grant_id <> 0")
	if f.MAC != "" {
		q = q.Where("mac = ?", f.MAC)
	}
	if f.Grants != nil {
		q = q.Where("grant_id IN ?", f.Grants)
	}
	if f.After.Prefix != "" {
		q = q.Where("until <= ? AND (until < ? OR prefix < ?)", f.After.Until, f.After.Until, f.After.Prefix)
	}
	return q
}

// addSessions finds the open sessions that stand on leases: by the address, of a prefix by its device.
func (d *Desk) addSessions(ctx context.Context, all []Lease) error {
	type holder struct {
		GrantID int64
		MAC     access.MAC `gorm:"column:mac"`
	}
	var rows []struct {
		ID, SiteID   int64
		IP, UserName string
		holder
	}
	var addresses []string
	var grants []int64
	for _, l := range all {
		if l.Prefix.Addr().Is4() {
			addresses = append(addresses, l.Prefix.Addr().String())
		} else if l.GrantID != 0 {
			grants = append(grants, l.GrantID)
		}
	}
	err := d.db.Read(ctx).Table("sessions_open").Select("id, site_id, ip, user_name, grant_id, mac").
		Where("ip IN ? OR grant_id IN ?", addresses, grants).Order("id").Limit(mostOfLeases).Scan(&rows).Error
	for _, s := range rows {
		for i := range all {
			l := &all[i]
			stands := l.Prefix.Addr().Is4() && l.Prefix.Addr().String() == s.IP
			stands = stands || l.Prefix.Addr().Is6() && holder{l.GrantID, l.MAC} == s.holder
			if stands {
				l.SessionID, l.SiteID, l.UserName = s.ID, s.SiteID, s.UserName
			}
		}
	}
	return db.Fault(err)
}

// mostOfLeases bounds the sessions of one page of leases: a grant has few devices.
const mostOfLeases = 1000
