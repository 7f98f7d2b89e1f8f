package radius

import (
	"context"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

func paged(d *db.DB, ctx context.Context, w Which) *gorm.DB {
	q := d.Read(ctx).Order("id DESC").Limit(w.limit())
	if w.Before != 0 {
		q = q.Where("id < ?", w.Before)
	}
	if w.RouterID != 0 {
		q = q.Where("router_id = ?", w.RouterID)
	}
	if w.MAC != "" {
		q = q.Where("mac = ?", w.MAC)
	}
	return q
}

// someSites never is empty, which no SQL likes.
func someSites(sites []int64) []int64 {
	if len(sites) == 0 {
		return []int64{-1}
	}
	return sites
}

// openSessions asks each of several sites by itself, and for a plan grant by grant, so that no page sorts all that are open.
func openSessions(ctx context.Context, d *db.DB, w Which) (open []Online, err error) {
	first, after := db.NewestAt, "id < ?"
	if w.Sort == ByOldest {
		first, after = db.OldestAt, "id > ?"
	}
	var sites []int64
	if w.Sites != nil {
		sites = someSites(w.Sites)
	}
	q, err := first(func() *gorm.DB {
		q := d.Read(ctx).Model(&Online{})
		if w.Plan != "" {
			q = q.Where("(SELECT plan FROM grants WHERE grants.id = sessions_open.grant_id) = ?", w.Plan)
		}
		for column, value := range map[string]any{"router_id": w.RouterID, "mac": w.MAC} {
			if value != int64(0) && value != access.MAC("") {
				q = q.Where(column+" = ?", value)
			}
		}
		if w.Ending {
			q = q.Where("ending_id > 0")
		}
		if w.Before != 0 { // the one that the page before ended with
			q = q.Where(after, w.Before)
		}
		return q
	}, sites, w.limit())
	if err != nil {
		return nil, err
	}
	return open, db.Fault(q.Find(&open).Error)
}

func usersOn(ctx context.Context, d *db.DB, routerID int64) (all []routers.User, err error) {
	var rows []struct {
		MAC      access.MAC
		UserName string
	}
	err = d.Read(ctx).Table("sessions_open").Select("mac, user_name").Where("router_id = ?", routerID).Limit(mostUsers).Scan(&rows).Error
	for _, w := range rows {
		all = append(all, routers.User{MAC: w.MAC, Name: w.UserName})
	}
	return all, db.Fault(err)
}

func enforcements(ctx context.Context, d *db.DB, w Which) (all []Enforcement, err error) {
	q := paged(d, ctx, w)
	if w.Sites != nil {
		q = q.Where("router_id IN (SELECT id FROM routers WHERE site_id IN ?)", someSites(w.Sites))
	}
	if w.State != "" {
		q = q.Where("state = ?", w.State)
	}
	return all, db.Fault(q.Find(&all).Error)
}

// reopenEnforcement makes what was given up outstanding again; false when it is done. The time of its last attempt stays: by
// it the next one tells whether the session went on after the router agreed.
func reopenEnforcement(tx *db.Tx, id int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE enforcements SET state = ? WHERE id = ? AND state IN ?", Outstanding, id, []string{Outstanding, GivenUp}))
	return won, db.Fault(err)
}
