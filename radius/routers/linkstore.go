package routers

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// linkRow keeps of a link's secret only its keyed hash.
type linkRow struct {
	TokenHash string `gorm:"primaryKey"`
	RouterID  int64
	Choices   string
	ExpiresAt time.Time
	UsedAt    *time.Time
	UsedBy    string // the winner: who finds its own name here had won before its commit was lost
	CreatedAt time.Time
}

func (linkRow) TableName() string { return "router_links" }

// storeLink voids the links that wait. Those who make one at once wait for each other at the router's row: what the other is about
// to insert nobody could delete.
func (s *Service) storeLink(tx *db.Tx, w linkRow) error {
	if err := tx.Gorm().Exec("UPDATE routers SET created_at = created_at WHERE id = ?", w.RouterID).Error; err != nil {
		return db.Fault(err)
	}
	if err := tx.Gorm().Where("router_id = ? AND used_at IS NULL", w.RouterID).Delete(&linkRow{}).Error; err != nil {
		return db.Fault(err)
	}
	return db.Fault(tx.Gorm().Create(&w).Error)
}

// spendLink is won by one caller; again says that this caller had won it before.
func (s *Service) spendLink(tx *db.Tx, token, holder string) (w linkRow, again bool, err error) {
	now := s.clock.Now()
	hashes := s.keys.Lookups(linkPurpose, token)
	won, err := db.Won(tx.Gorm().Model(&linkRow{}).Where("token_hash IN ? AND used_at IS NULL AND expires_at > ?", hashes, now).
		UpdateColumns(map[string]any{"used_at": now, "used_by": holder}))
	if err != nil {
		return w, false, db.Fault(err)
	}
	found := tx.Gorm().Where("token_hash IN ? AND used_by = ?", hashes, holder).Limit(1).Find(&w)
	if found.Error == nil && found.RowsAffected == 0 {
		return w, false, fault.New(fault.NotFound, "setup.link")
	}
	return w, !won, db.Fault(found.Error)
}

// loadActive reads a router as the database has it; a retired one is unknown.
func (s *Service) loadActive(tx *db.Tx, id int64) (Router, error) {
	loaded, err := s.loadChunk(tx.Gorm(), []int64{id})
	if err != nil {
		return Router{}, db.Fault(err)
	}
	if len(loaded) != 1 || loaded[0].State != StateActive {
		return Router{}, unknown()
	}
	return loaded[0], nil
}

// Choices are those of the last link that the router redeemed: what it is set up for. fault.NotFound "router.unknown" when
// no script of ours was ever fetched.
func (s *Service) Choices(ctx context.Context, routerID int64) (string, error) {
	var w linkRow
	found := s.db.Read(ctx).Where("router_id = ? AND used_at IS NOT NULL", routerID).Order("used_at DESC").Limit(1).Find(&w)
	if found.Error != nil {
		return "", db.Fault(found.Error)
	}
	if found.RowsAffected == 0 {
		return "", unknown()
	}
	return w.Choices, nil
}
