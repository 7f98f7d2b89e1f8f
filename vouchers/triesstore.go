package vouchers

import (
	"context"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"mtandao/internal/db"
)

// triesRow counts by the hour since the beginning of 1970.
type triesRow struct {
	SiteID int64 `gorm:"primaryKey;autoIncrement:false"`
	Hour   int64 `gorm:"primaryKey;autoIncrement:false"`
	Wrong  int64
}

func (triesRow) TableName() string { return "voucher_tries" }

const triesKept = 90 * 24 * time.Hour

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

func (s *Service) storeTries(ctx context.Context, tries map[int64]int64, alarms map[int64]bool) error {
	if len(tries)+len(alarms) == 0 {
		return nil
	}
	hour := hourOf(s.Clock.Now())
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		for _, site := range slices.Sorted(maps.Keys(tries)) {
			err := tx.Gorm().Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "site_id"}, {Name: "hour"}},
				DoUpdates: clause.Assignments(map[string]any{"wrong": gorm.Expr("voucher_tries.wrong + ?", tries[site])})}).
				Create(&triesRow{SiteID: site, Hour: hour, Wrong: tries[site]}).Error
			if err != nil {
				return db.Fault(err)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(alarms)) {
			won, err := db.Won(tx.Gorm().Exec("UPDATE vouchers SET alarmed_at = ? WHERE id = ? AND alarmed_at IS NULL", s.Plan.Now(), id))
			if err == nil && won {
				err = s.sealVouchers(tx, tx.Gorm().Where("id = ?", id))
			}
			if err != nil {
				return db.Fault(err)
			}
		}
		return nil
	})
}

// Wrong is how many wrong codes were tried at a site in an hour.
type Wrong struct {
	SiteID int64
	Tries  int64
}

// WrongTries counts by site what was tried in vain in this hour and the last.
func (s *Service) WrongTries(ctx context.Context) (all []Wrong, err error) {
	err = s.DB.Read(ctx).Raw("SELECT site_id, SUM(wrong) AS tries FROM voucher_tries WHERE hour >= ? GROUP BY site_id LIMIT 1000",
		hourOf(s.Clock.Now())-1).Scan(&all).Error
	return all, db.Fault(err)
}

// ForgetTries deletes counts older than 90 days.
func (s *Service) ForgetTries(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Where("hour < ?", hourOf(s.Clock.Now().Add(-triesKept))).Delete(&triesRow{}).Error)
	})
}

// Alarmed lists vouchers that were tried before they were signed out, since a time of the plan clock; at most 100, the newest first.
func (s *Service) Alarmed(ctx context.Context, since time.Time) ([]Voucher, error) {
	return vouchersOf(s.DB.Read(ctx).Where("alarmed_at >= ?", since).Order("alarmed_at DESC").Limit(100))
}
