package radius

import (
	"context"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// Usage tells what many grants used, for who has a database and no service: commands do not listen.
type Usage struct {
	DB    *db.DB
	Clock clock.Clock // for the trail
}

// EachDay tells of every day of grants on which something was used, from one up to before another, of each site by itself; octets are of both ways.
func (u Usage) EachDay(ctx context.Context, grants []int64, from, until clock.Day, tell func(grantID int64, d clock.Day, octets, seconds int64)) error {
	return u.days(ctx, grants, from, until, func(r UsageDay) {
		if d, ok := clock.ParseDay(r.Day); ok {
			tell(r.GrantID, d, r.BytesUp+r.BytesDown, r.Seconds)
		}
	})
}

// EachHour tells the same of hours, by when they begin.
func (u Usage) EachHour(ctx context.Context, grants []int64, from, until time.Time, tell func(grantID int64, at time.Time, octets, seconds int64)) error {
	return u.hours(ctx, grants, from, until, func(r UsageHour) {
		tell(r.GrantID, time.Unix(r.Hour*3600, 0).UTC(), r.BytesUp+r.BytesDown, r.Seconds)
	})
}
