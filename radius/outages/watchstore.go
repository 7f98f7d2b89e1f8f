package outages

import (
	"context"
	"time"

	"mtandao/internal/db"
)

type watchRow struct {
	ID      int64
	Node    string
	FromAt  time.Time
	UntilAt time.Time
	WaitsAt *time.Time
}

func (watchRow) TableName() string { return "watches" }

// noteWatch goes on with a node's watch, or begins another when it was interrupted.
func (s *Service) noteWatch(ctx context.Context, w Watch) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		goesOn, err := db.Won(tx.Gorm().Model(&watchRow{}).Where("node = ? AND until_at >= ?", w.Node, w.Until.Add(-unmissed)).
			UpdateColumns(map[string]any{"until_at": w.Until, "waits_at": db.Nullable(w.Waits)}))
		if err != nil || goesOn {
			return db.Fault(err)
		}
		err = tx.Gorm().Create(&watchRow{ID: tx.ID(), Node: w.Node, FromAt: w.From, UntilAt: w.Until, WaitsAt: db.Nullable(w.Waits)}).Error
		if db.IsDuplicate(err) {
			return nil
		}
		return db.Fault(err)
	})
}

// watches are those that went on at some time since an instant.
func (s *Service) watches(ctx context.Context, since time.Time) ([]Watch, error) {
	var rows []watchRow
	err := s.DB.Read(ctx).Where("until_at >= ?", since).Order("until_at DESC").Limit(mostWatches).Find(&rows).Error
	all := make([]Watch, len(rows))
	for i, r := range rows {
		all[i] = Watch{Node: r.Node, From: r.FromAt.UTC(), Until: r.UntilAt.UTC(), Waits: db.Instant(r.WaitsAt)}
	}
	return all, db.Fault(err)
}

// Holes are the times within a gap in which we did not watch.
func (s *Service) Holes(ctx context.Context, from, until time.Time) ([]Span, error) {
	all, err := s.watches(ctx, from.Add(-lateFor))
	return holesIn(all, from, until), err
}

// Forget lets go of unproven silences and watches of long ago.
func (s *Service) Forget(ctx context.Context) error {
	old := s.Clock.Now().AddDate(0, -historyMonths, 0)
	var ids []int64
	if err := s.DB.Read(ctx).Model(&outageRow{}).Where("from_at < ? AND state = ?", old, Unproven).Order("from_at").Limit(mostForgotten).Pluck("id", &ids).Error; err != nil {
		return db.Fault(err)
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := forget(tx, ids, Unproven); err != nil {
			return err
		}
		return db.Fault(tx.Gorm().Where("until_at < ?", old).Delete(&watchRow{}).Error)
	})
}
