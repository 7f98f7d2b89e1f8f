package billing

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

func (s *Service) rung(ctx context.Context, phoneHashes []string, since time.Time) ([]rung, error) {
	return rungIn(s.DB.Read(ctx), phoneHashes, since)
}

func (s *Service) rungTx(tx *db.Tx, phoneHashes []string, since time.Time) ([]rung, error) {
	return rungIn(tx.Gorm(), phoneHashes, since)
}

// rungIn lists what a phone was asked to pay by a prompt since a time, at any till, newest first.
func rungIn(from *gorm.DB, phoneHashes []string, since time.Time) ([]rung, error) {
	var rows []paymentRow
	err := from.Select("state", "reason", "pushed_at", "created_at").Where("phone_hash IN ? AND created_at >= ? AND rail = ?", phoneHashes, since, "stk").
		Order("created_at DESC").Limit(mostRung).Find(&rows).Error
	var all []rung
	for _, r := range rows {
		all = append(all, rung{state: PaymentState(r.State), reason: Reason(r.Reason), left: r.PushedAt != nil, at: r.CreatedAt})
	}
	return all, db.Fault(err)
}
