package radius

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

func (s *Service) pruneSessions(ctx context.Context, at *pruning) (int, error) {
	old := s.db.Read(ctx).Model(&Over{}).Where("id > ? AND id < ? AND ended_at < ?", at.after, db.IDAt(at.history), at.history)
	return s.prunePage(ctx, at, old, &Over{})
}

func (s *Service) pruneAside(ctx context.Context, at *pruning) (int, error) {
	old := s.db.Read(ctx).Model(&aside{}).Where("id > ? AND id < ? AND at < ?", at.after, db.IDAt(at.history), at.history)
	return s.prunePage(ctx, at, old, &aside{})
}

func (s *Service) pruneLate(ctx context.Context, at *pruning) (int, error) {
	old := s.db.Read(ctx).Model(&UsageLate{}).Where("id > ? AND id < ? AND told_at < ?", at.after, db.IDAt(at.usage), at.usage)
	return s.prunePage(ctx, at, old, &UsageLate{})
}

func (s *Service) prunePage(ctx context.Context, at *pruning, old *gorm.DB, model any) (int, error) {
	var ids []int64
	if err := old.Order("id").Limit(prunePage).Pluck("id", &ids).Error; err != nil || len(ids) == 0 {
		return 0, db.Fault(err)
	}
	at.after = ids[len(ids)-1]
	return len(ids), s.db.InTx(ctx, func(tx *db.Tx) error { return remove(tx, ids, model) })
}

func (s *Service) pruneHours(ctx context.Context, at *pruning) (int, error) {
	return pruneUsage(ctx, s.db, &UsageHour{}, "hour", hourOf(at.history))
}

func (s *Service) pruneDays(ctx context.Context, at *pruning) (int, error) {
	return pruneUsage(ctx, s.db, &UsageDay{}, "day", at.usage.Format(time.DateOnly))
}

// pruneUsage deletes some rows of the oldest hour or day that is before an instant. A full page is told while there may be more.
func pruneUsage[T any](ctx context.Context, d *db.DB, model any, column string, before T) (int, error) {
	var oldest []T
	err := d.Read(ctx).Model(model).Where(column+" < ?", before).Order(column).Limit(1).Pluck(column, &oldest).Error
	if err != nil || len(oldest) == 0 {
		return 0, db.Fault(err)
	}
	var grants []int64
	err = d.Read(ctx).Model(model).Where(column+" = ?", oldest[0]).Limit(prunePage).Pluck("grant_id", &grants).Error
	if err != nil {
		return 0, db.Fault(err)
	}
	return prunePage, d.InTx(ctx, func(tx *db.Tx) error {
		for some := range db.Pieces(grants) {
			if err := tx.Gorm().Where(column+" = ? AND grant_id IN ?", oldest[0], some).Delete(model).Error; err != nil {
				return err
			}
		}
		return nil
	})
}
