package vouchers

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/witness"
)

// useRow says at which site a voucher for every site was first used: its id is the voucher's.
type useRow struct {
	ID     int64
	SiteID int64
	UsedAt time.Time
}

func (useRow) TableName() string { return "voucher_uses" }

// insertUse keeps where a voucher for every site is used for the first time.
func (s *Service) insertUse(tx *db.Tx, v full, siteID int64, now time.Time) error {
	if v.batch.SiteID != 0 || siteID == 0 {
		return nil
	}
	row := useRow{ID: v.ID, SiteID: siteID, UsedAt: now}
	if err := tx.Gorm().Create(&row).Error; err != nil {
		return db.Fault(err)
	}
	return s.seen.uses.Keep(tx, witness.Row{ID: row.ID, Columns: row})
}

// SalesAt is the price of vouchers that were first used at sites from one time until another, in cents: of those for these sites, and of those for every
// site that were brought there. Nothing of them is given back once used.
func (s *Service) SalesAt(ctx context.Context, sites []int64, from, to time.Time) (sold, back int64, err error) {
	var here, brought int64
	err = s.DB.Read(ctx).Raw("SELECT COALESCE(SUM(b.price_cents), 0) FROM vouchers v JOIN voucher_batches b ON b.id = v.batch_id WHERE v.used_at >= ? AND v.used_at < ? AND v.state = ? AND b.site_id IN ?",
		from, to, Used, sites).Scan(&here).Error
	if err != nil {
		return 0, 0, db.Fault(err)
	}
	err = s.DB.Read(ctx).Raw("SELECT COALESCE(SUM(b.price_cents), 0) FROM voucher_uses u JOIN vouchers v ON v.id = u.id JOIN voucher_batches b ON b.id = v.batch_id"+
		" WHERE u.site_id IN ? AND u.used_at >= ? AND u.used_at < ? AND v.state = ? AND b.site_id = 0", sites, from, to, Used).Scan(&brought).Error
	return here + brought, 0, db.Fault(err)
}

// wrongUses is a page of first uses after a voucher's id, and which of them are not as they were written.
func (s *Service) wrongUses(ctx context.Context, after int64) (last int64, wrong map[int64]string, err error) {
	var rows []useRow
	if err := s.DB.Read(ctx).Where("id > ?", after).Order("id").Limit(vouchersPage).Find(&rows).Error; err != nil {
		return 0, nil, db.Fault(err)
	}
	for _, r := range rows {
		last = r.ID
	}
	wrong, err = wrongOf(ctx, s, s.seen.uses, rows, func(r useRow) int64 { return r.ID })
	return last, wrong, err
}
