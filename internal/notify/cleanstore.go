package notify

import (
	"context"
	"time"

	"mtandao/internal/db"
)

// eraseMessages keeps those that still wait.
func (s *Service) eraseMessages(ctx context.Context, before time.Time) (int64, error) {
	var old []int64
	err := s.DB.Read(ctx).Model(&messageRow{}).Where("created_at < ? AND state IN ?", before, []State{Sent, Delivered, Failed, Unknown}).
		Order("created_at, id").Limit(cleanBatch).Pluck("id", &old).Error
	return s.erase(ctx, &messageRow{}, old, err)
}

func (s *Service) eraseReports(ctx context.Context, before time.Time) (int64, error) {
	var old []int64
	err := s.DB.Read(ctx).Model(&reportRow{}).Where("at < ?", before).Order("at, id").Limit(cleanBatch).Pluck("id", &old).Error
	return s.erase(ctx, &reportRow{}, old, err)
}

func (s *Service) erase(ctx context.Context, of any, old []int64, err error) (int64, error) {
	if err != nil || len(old) == 0 {
		return 0, db.Fault(err)
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error { return tx.Gorm().Where("id IN ?", old).Delete(of).Error })
	return int64(len(old)), err
}

func (s *Service) eraseSlots(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return tx.Gorm().Where("until < ?", s.Clock.Now().Add(-time.Hour)).Delete(&slotRow{}).Error
	})
}
