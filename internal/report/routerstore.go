package report

import (
	"context"

	"mtandao/internal/db"
)

// OnlineByRouter counts the open sessions of each router in a scope.
func (d *Desk) OnlineByRouter(ctx context.Context, scope Scope) (map[int64]int, error) {
	var rows []struct {
		RouterID int64
		N        int
	}
	q := d.db.Read(ctx).Table("sessions_open").Select("router_id, COUNT(*) AS n").Group("router_id").Limit(5000)
	if scope != nil {
		q = q.Where("site_id IN ?", sites(scope))
	}
	err := q.Scan(&rows).Error
	online := map[int64]int{}
	for _, r := range rows {
		online[r.RouterID] = r.N
	}
	return online, db.Fault(err)
}
