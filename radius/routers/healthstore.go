package routers

import (
	"context"
	"encoding/json"
	"time"

	"mtandao/internal/db"
)

type healthRow struct {
	RouterID   int64 `gorm:"primaryKey"`
	DueAt      time.Time
	TakenAt    *time.Time
	AnsweredAt *time.Time
	DownSince  *time.Time
	Look       string
}

func (healthRow) TableName() string { return "router_health" }

func (w healthRow) health() (Health, error) {
	h := Health{RouterID: w.RouterID, TakenAt: db.Instant(w.TakenAt), AnsweredAt: db.Instant(w.AnsweredAt), DownSince: db.Instant(w.DownSince)}
	if w.Look == "" {
		return h, nil
	}
	return h, json.Unmarshal([]byte(w.Look), &h.Look)
}

// Health reads how these routers are, by router.
func (s *Service) Health(ctx context.Context, ids []int64) (map[int64]Health, error) {
	all := map[int64]Health{}
	for len(ids) > 0 {
		part := ids[:min(len(ids), chunk)]
		ids = ids[len(part):]
		var rows []healthRow
		if err := s.db.Read(ctx).Where("router_id IN ?", part).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, w := range rows {
			h, err := w.health()
			if err != nil {
				return nil, err
			}
			all[w.RouterID] = h
		}
	}
	return all, nil
}

// dueHealth are those that are to be looked at, the longest overdue first.
func (s *Service) dueHealth(ctx context.Context, now time.Time, most int) (rows []healthRow, err error) {
	return rows, db.Fault(s.db.Read(ctx).Where("due_at <= ?", now).Order("due_at").Limit(most).Find(&rows).Error)
}

// claimHealth gives each row to the one node that moves it on, and returns what this one won, as it is moved.
func (s *Service) claimHealth(ctx context.Context, rows []healthRow, next func() time.Time) (won []healthRow, err error) {
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		won = nil
		for _, w := range rows {
			due := next()
			mine, err := db.Won(tx.Gorm().Model(&healthRow{}).Where("router_id = ? AND due_at = ?", w.RouterID, w.DueAt).UpdateColumn("due_at", due))
			if err != nil {
				return err
			}
			if mine {
				w.DueAt = due
				won = append(won, w)
			}
		}
		return nil
	})
	return won, err
}

// storeHealth writes what looks found; one that took so long that another look began is dropped.
func (s *Service) storeHealth(ctx context.Context, found []seen) error {
	return s.db.InTx(ctx, func(tx *db.Tx) error {
		for _, f := range found {
			text, err := json.Marshal(f.health.Look)
			if err != nil {
				return err
			}
			err = tx.Gorm().Model(&healthRow{}).Where("router_id = ? AND due_at = ?", f.health.RouterID, f.due).UpdateColumns(map[string]any{
				"taken_at": db.Nullable(f.health.TakenAt), "answered_at": db.Nullable(f.health.AnsweredAt), "down_since": db.Nullable(f.health.DownSince), "look": string(text)}).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
}
