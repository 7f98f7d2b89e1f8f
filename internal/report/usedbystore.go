package report

import (
	"context"

	"mtandao/internal/db"
)

// usedSumsSQL reads a range of the primary key.
func usedSumsSQL(by UsedBy, a Asked) (string, []any) {
	span := "day"
	if a.Months {
		span = "SUBSTR(day, 1, 7)"
	}
	query, args := "SELECT "+span+" AS span, "+string(by)+" AS name, SUM(online_seconds) AS online_seconds, SUM(bytes_up) AS bytes_up, SUM(bytes_down) AS bytes_down FROM usage_sums WHERE day >= ? AND day <= ?",
		[]any{a.First.String(), a.Last.String()}
	if a.Sites != nil {
		query, args = query+" AND site_id IN ?", append(args, append([]int64{-1}, a.Sites...)) // an empty list is no SQL
	}
	return query + " GROUP BY 1, 2 ORDER BY 1, 2", args
}

func (d *Desk) usedSums(ctx context.Context, by UsedBy, a Asked) (all []UsedSum, err error) {
	query, args := usedSumsSQL(by, a)
	return all, db.Fault(d.db.Sums(ctx).Raw(query, args...).Scan(&all).Error)
}
