package routers

import (
	"context"
	"slices"
	"time"

	"mtandao/internal/db"
)

// storeNews writes in transactions of a chunk of routers each.
func (s *Service) storeNews(ctx context.Context, heard map[int64]time.Time, seen map[int64]bool) error {
	var ids []int64
	for id := range heard {
		ids = append(ids, id)
	}
	slices.Sort(ids) // every node locks in the same order
	for part := range slices.Chunk(ids, chunk) {
		if err := s.db.InTx(ctx, func(tx *db.Tx) error { return storeHeard(tx, part, heard) }); err != nil {
			return err
		}
	}
	for id := range seen {
		err := s.db.InTx(ctx, func(tx *db.Tx) error {
			return tx.Gorm().Exec("UPDATE routers SET auth_seen = ?, version = version + 1 WHERE id = ? AND auth_seen = ?", true, id, false).Error
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func storeHeard(tx *db.Tx, ids []int64, heard map[int64]time.Time) error {
	for _, id := range ids {
		err := tx.Gorm().Exec("UPDATE routers SET last_heard_at = ? WHERE id = ? AND (last_heard_at IS NULL OR last_heard_at < ?)",
			heard[id], id, heard[id]).Error
		if err != nil {
			return err
		}
	}
	return nil
}
