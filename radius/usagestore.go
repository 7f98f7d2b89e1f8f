package radius

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"mtandao/internal/db"
)

// add writes the growth onto the rows of its hours and days.
func (u rollUp) add(tx *db.Tx, dialect string) error {
	hours, days := u.rows()
	for some := range db.Pieces(hours) {
		if err := tx.Gorm().Clauses(added(dialect, "grant_id", "hour", "site_id")).Create(&some).Error; err != nil {
			return err
		}
	}
	for some := range db.Pieces(days) {
		if err := tx.Gorm().Clauses(added(dialect, "grant_id", "day", "site_id")).Create(&some).Error; err != nil {
			return err
		}
	}
	return nil
}

// added is an INSERT that adds to the row which has the key already.
func added(dialect string, key ...string) clause.OnConflict {
	var on clause.OnConflict
	for _, name := range key {
		on.Columns = append(on.Columns, clause.Column{Name: name})
	}
	for _, name := range []string{"online_seconds", "bytes_up", "bytes_down"} {
		sum := clause.Expr{SQL: name + " + excluded." + name}
		if dialect == db.MySQL {
			sum.SQL = name + " + VALUES(" + name + ")"
		}
		on.DoUpdates = append(on.DoUpdates, clause.Assignment{Column: clause.Column{Name: name}, Value: sum})
	}
	return on
}

// HoursOf lists what a grant used from the hour of one instant to before that of another, the earliest first, at most 1,000.
func (s *Service) HoursOf(ctx context.Context, grantID int64, from, to time.Time) ([]UsageHour, error) {
	var all []UsageHour
	err := s.db.Read(ctx).Where("grant_id = ? AND hour >= ? AND hour < ?", grantID, hourOf(from), hourOf(to)).Order("hour, site_id").Limit(mostUsage).Find(&all).Error
	return all, db.Fault(err)
}

// DaysOf lists what a grant used from a day (2026-11-01) up to another, that one included, the earliest first, at most 1,000.
func (s *Service) DaysOf(ctx context.Context, grantID int64, from, to string) ([]UsageDay, error) {
	var all []UsageDay
	err := s.db.Read(ctx).Where("grant_id = ? AND day >= ? AND day <= ?", grantID, from, to).Order("day, site_id").Limit(mostUsage).Find(&all).Error
	return all, db.Fault(err)
}

const mostUsage = 1000
