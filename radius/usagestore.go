package radius

import (
	"context"
	"time"

	"mtandao/internal/db"
)

// add writes the growth onto the rows of its hours and days.
func (u rollUp) add(tx *db.Tx) error {
	hours, days := u.rows()
	for some := range db.Pieces(hours) {
		args := make([]any, 0, 6*len(some))
		for _, h := range some {
			args = append(args, h.GrantID, h.Hour, h.SiteID, h.Seconds, h.BytesUp, h.BytesDown)
		}
		if err := tx.Write(intoHours, usageRow, len(some), addedTo("hour"), args); err != nil {
			return err
		}
	}
	for some := range db.Pieces(days) {
		args := make([]any, 0, 6*len(some))
		for _, d := range some {
			args = append(args, d.GrantID, d.Day, d.SiteID, d.Seconds, d.BytesUp, d.BytesDown)
		}
		if err := tx.Write(intoDays, usageRow, len(some), addedTo("day"), args); err != nil {
			return err
		}
	}
	return nil
}

const (
	intoHours = "INSERT INTO usage_hours (grant_id, hour, site_id, online_seconds, bytes_up, bytes_down) VALUES "
	intoDays  = "INSERT INTO usage_days (grant_id, day, site_id, online_seconds, bytes_up, bytes_down) VALUES "
	usageRow  = "(?, ?, ?, ?, ?, ?)"
)

// addedTo turns an INSERT into an addition to the row that the grant has for the same hour or day at the same site.
func addedTo(period string) db.Upsert { return added("grant_id, " + period + ", site_id") }

// added turns an INSERT into an addition to the row of the same key.
func added(key string) db.Upsert {
	return db.Upsert{
		SQLite: " ON CONFLICT (" + key + ") DO UPDATE SET online_seconds = online_seconds + excluded.online_seconds, bytes_up = bytes_up + excluded.bytes_up, bytes_down = bytes_down + excluded.bytes_down",
		MySQL:  " ON DUPLICATE KEY UPDATE online_seconds = online_seconds + VALUES(online_seconds), bytes_up = bytes_up + VALUES(bytes_up), bytes_down = bytes_down + VALUES(bytes_down)",
	}
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
