package radius

import (
	"context"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

func (u Usage) days(ctx context.Context, grants []int64, from, until clock.Day, tell func(UsageDay)) error {
	for some := range db.Pieces(grants) {
		var rows []UsageDay
		err := u.DB.Read(ctx).Select("grant_id, day, SUM(online_seconds) AS online_seconds, SUM(bytes_up) AS bytes_up, SUM(bytes_down) AS bytes_down").
			Where("grant_id IN ? AND day >= ? AND day < ?", some, from.String(), until.String()).Group("grant_id, day").Find(&rows).Error
		if err != nil {
			return db.Fault(err)
		}
		for _, r := range rows {
			tell(r)
		}
	}
	return nil
}

func (u Usage) hours(ctx context.Context, grants []int64, from, until time.Time, tell func(UsageHour)) error {
	for some := range db.Pieces(grants) {
		var rows []UsageHour
		err := u.DB.Read(ctx).Select("grant_id, hour, SUM(online_seconds) AS online_seconds, SUM(bytes_up) AS bytes_up, SUM(bytes_down) AS bytes_down").
			Where("grant_id IN ? AND hour >= ? AND hour < ?", some, hourOf(from), hourOf(until)).Group("grant_id, hour").Find(&rows).Error
		if err != nil {
			return db.Fault(err)
		}
		for _, r := range rows {
			tell(r)
		}
	}
	return nil
}
