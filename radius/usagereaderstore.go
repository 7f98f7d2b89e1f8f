package radius

import (
	"context"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

func (u Usage) days(ctx context.Context, grants []int64, from, until clock.Day, tell func(UsageDay)) error {
	return eachRow(ctx, u.DB, "SELECT grant_id, day, online_seconds, bytes_up, bytes_down FROM usage_days WHERE grant_id IN ? AND day >= ? AND day < ?", grants, from.String(), until.String(), tell,
		func(r *UsageDay) []any { return []any{&r.GrantID, &r.Day, &r.Seconds, &r.BytesUp, &r.BytesDown} })
}

func (u Usage) hours(ctx context.Context, grants []int64, from, until time.Time, tell func(UsageHour)) error {
	return eachRow(ctx, u.DB, "SELECT grant_id, hour, online_seconds, bytes_up, bytes_down FROM usage_hours WHERE grant_id IN ? AND hour >= ? AND hour < ?", grants, hourOf(from), hourOf(until), tell,
		func(r *UsageHour) []any { return []any{&r.GrantID, &r.Hour, &r.Seconds, &r.BytesUp, &r.BytesDown} })
}

// eachRow reads rows one by one, without the work that GORM has with each: a bill run reads millions.
func eachRow[Row any](ctx context.Context, d *db.DB, query string, grants []int64, from, until any, tell func(Row), columns func(*Row) []any) error {
	for some := range db.Pieces(grants) {
		rows, err := d.Read(ctx).Raw(query, some, from, until).Rows()
		if err != nil {
			return db.Fault(err)
		}
		var r Row
		into := columns(&r)
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				_ = rows.Close()
				return db.Fault(err)
			}
			tell(r)
		}
		if err := rows.Close(); err != nil {
			return db.Fault(err)
		}
		if err := rows.Err(); err != nil {
			return db.Fault(err)
		}
	}
	return nil
}
