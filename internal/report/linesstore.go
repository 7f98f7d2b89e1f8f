package report

import (
	"context"
	"strings"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// lineEventsSQL counts a range of an index for each span between two bounds, and one for all before the first.
func (d *Desk) lineEventsSQL(kind string, bounds []clock.Day) (string, []any) {
	const count, where = " AS n, COUNT(*) AS times FROM subscription_events", " WHERE kind = ? AND effective_at < ?"
	index := d.db.ByIndex("subscription_events_kind")
	parts, args := []string{"SELECT 0" + count + index + where}, []any{kind, bounds[0].Start()}
	for n := range bounds[1:] {
		parts = append(parts, "SELECT ?"+count+index+where+" AND effective_at >= ?")
		args = append(args, n+1, kind, bounds[n+1].Start(), bounds[n].Start())
	}
	return strings.Join(parts, " UNION ALL "), args
}

func (d *Desk) lineEvents(ctx context.Context, kind string, bounds []clock.Day) ([]int64, error) {
	var rows []struct {
		N     int
		Times int64
	}
	query, args := d.lineEventsSQL(kind, bounds)
	err := d.db.Sums(ctx).Raw(query, args...).Scan(&rows).Error
	all := make([]int64, len(bounds))
	for _, r := range rows {
		all[r.N] = r.Times
	}
	return all, db.Fault(err)
}
