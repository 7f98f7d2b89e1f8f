package radius

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/radius/outages"
)

type bootRow struct {
	ID       int64
	RouterID int64
	At       time.Time
	ToldBy   string
}

// TableName is router_boots.
func (bootRow) TableName() string { return "router_boots" }

// insertBoot goes by the minute, so that no router fills the table.
func insertBoot(tx *db.Tx, routerID int64, at time.Time, by string) error {
	return tx.Write("INSERT INTO router_boots (id, router_id, at, told_by) VALUES ", "(?, ?, ?, ?)", 1,
		db.Upsert{SQLite: " ON CONFLICT (router_id, at, told_by) DO NOTHING", MySQL: " ON DUPLICATE KEY UPDATE told_by = VALUES(told_by)"}, []any{tx.ID(), routerID, at.UTC().Truncate(time.Minute), by})
}

const mostBoots = 100

func bootsIn(ctx context.Context, d *db.DB, routerID int64, from, until time.Time) (all []outages.Boot, err error) {
	var rows []bootRow
	err = d.Read(ctx).Where("router_id = ? AND at > ? AND at <= ?", routerID, from, until).Order("at").Limit(mostBoots).Find(&rows).Error
	for _, r := range rows {
		all = append(all, outages.Boot{At: r.At.UTC(), By: r.ToldBy})
	}
	return all, db.Fault(err)
}

func latestOpen(ctx context.Context, d *db.DB, routerID int64, most int) (open []Online, err error) {
	err = d.Read(ctx).Where("router_id = ?", routerID).Order("updated_at DESC").Limit(most).Find(&open).Error
	return open, db.Fault(err)
}

func sessionsByID(ctx context.Context, d *db.DB, ids []int64) (all []Session, err error) {
	for some := range db.Pieces(ids) {
		for _, table := range []string{Online{}.TableName(), Over{}.TableName()} {
			var found []Session
			if err := d.Read(ctx).Table(table).Where("id IN ?", some).Limit(len(some)).Find(&found).Error; err != nil {
				return nil, db.Fault(err)
			}
			all = append(all, found...)
		}
	}
	return all, nil
}

// spokeIn goes by when a closed one ended, which is no earlier than its latest word: by that there is an index.
func spokeIn(ctx context.Context, d *db.DB, routerID int64, from, until time.Time, most int) (all []Session, err error) {
	err = d.Read(ctx).Table(Online{}.TableName()).Where("router_id = ? AND updated_at > ? AND updated_at < ?", routerID, from, until).Order("updated_at").Limit(most).Find(&all).Error
	if err != nil {
		return nil, db.Fault(err)
	}
	var over []Session
	err = d.Read(ctx).Table(Over{}.TableName()).Where("router_id = ? AND ended_at > ? AND ended_at < ? AND updated_at > ? AND updated_at < ?", routerID, from, until.Add(bootSlack), from, until).
		Order("ended_at").Limit(most).Find(&over).Error
	return append(all, over...), db.Fault(err)
}

// stoodOn reads of each grant whether a session of it was there.
func stoodOn(ctx context.Context, d *db.DB, routerID int64, at time.Time, grants []int64) (map[int64]bool, error) {
	stood := map[int64]bool{}
	for some := range db.Pieces(grants) {
		var ids []int64
		err := d.Read(ctx).Table(Online{}.TableName()).Where("grant_id IN ? AND router_id = ? AND started_at <= ?", some, routerID, at).Limit(mostSessions*len(some)).Pluck("grant_id", &ids).Error
		if err != nil {
			return nil, db.Fault(err)
		}
		var over []int64
		err = d.Read(ctx).Table(Over{}.TableName()).Where("grant_id IN ? AND ended_at >= ? AND router_id = ? AND started_at <= ?", some, at, routerID, at).Limit(mostSessions*len(some)).Pluck("grant_id", &over).Error
		if err != nil {
			return nil, db.Fault(err)
		}
		for _, id := range append(ids, over...) {
			stood[id] = true
		}
	}
	return stood, nil
}

func (s *Service) pruneBoots(ctx context.Context, at *pruning) (int, error) {
	var old []bootRow
	err := s.db.Read(ctx).Where("router_id > ? AND at < ?", 0, at.history).Order("router_id, at").Limit(prunePage).Find(&old).Error
	if err != nil || len(old) == 0 {
		return 0, db.Fault(err)
	}
	return len(old), s.db.InTx(ctx, func(tx *db.Tx) error {
		for _, r := range old {
			if err := tx.Gorm().Delete(&r).Error; err != nil {
				return db.Fault(err)
			}
		}
		return nil
	})
}
