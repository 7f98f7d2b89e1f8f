package billing

import (
	"context"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
)

// SalesAt is the price of what was bought with orders at sites from one time until another, and what was given back or reversed of such in that time, in cents.
func (s *Service) SalesAt(ctx context.Context, sites []int64, from, to time.Time) (sold, back int64, err error) {
	err = s.DB.Read(ctx).Raw("SELECT COALESCE(SUM(price_cents), 0) FROM orders WHERE site_id IN ? AND paid_at >= ? AND paid_at < ? AND state = ?", sites, from, to, OrderPaid).Scan(&sold).Error
	if err != nil {
		return 0, 0, db.Fault(err)
	}
	err = s.DB.Read(ctx).Raw("SELECT COALESCE(SUM(f.amount_cents), 0) FROM refunds f JOIN orders o ON o.id = f.order_id WHERE f.decided_at >= ? AND f.decided_at < ? AND f.state IN ?"+
		" AND f.account NOT IN ? AND o.site_id IN ?", from, to, []RefundState{RefundApproved, RefundPaid}, []string{ledger.GuestCredit, ledger.Suspense}, sites).Scan(&back).Error
	if err != nil {
		return 0, 0, db.Fault(err)
	}
	var reversed int64
	err = s.DB.Read(ctx).Raw("SELECT COALESCE(SUM(v.service_cents), 0) FROM reversals v JOIN orders o ON o.id = v.order_id WHERE v.settled_at >= ? AND v.settled_at < ? AND v.state = ?"+
		" AND o.site_id IN ?", from, to, ReversalTaken, sites).Scan(&reversed).Error
	return sold, back + reversed, db.Fault(err)
}
