package vouchers

import (
	"context"
	"time"

	"mtandao/internal/db"
)

// SalesAt is the price of vouchers of sites that were first used from one time until another, in cents; nothing of them is given back once used.
// Those for every site are of none.
func (s *Service) SalesAt(ctx context.Context, sites []int64, from, to time.Time) (sold, back int64, err error) {
	err = s.DB.Read(ctx).Raw("SELECT COALESCE(SUM(b.price_cents), 0) FROM vouchers v JOIN voucher_batches b ON b.id = v.batch_id WHERE v.used_at >= ? AND v.used_at < ? AND v.state = ? AND b.site_id IN ?",
		from, to, Used, sites).Scan(&sold).Error
	return sold, 0, db.Fault(err)
}
