package radius

import (
	"context"
	"strconv"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// insertLate writes down what came late.
func insertLate(tx *db.Tx, all []UsageLate) error {
	for n := range all {
		all[n].ID = tx.ID()
	}
	for some := range db.Pieces(all) {
		if err := tx.Gorm().Create(&some).Error; err != nil {
			return db.Fault(err)
		}
	}
	return nil
}

// mostLate is how much late use is read at once.
const mostLate = 500

// NewLate tells of some use that came late and that nobody has judged, the earliest told first: its id, its hour, and when it was told.
func (u Usage) NewLate(ctx context.Context, tell func(id, grantID int64, at, told time.Time)) error {
	all, err := u.lateAs(ctx, "")
	for _, l := range all {
		tell(l.ID, l.GrantID, l.At(), l.ToldAt)
	}
	return err
}

// LostLate is use that came too late to be billed, and that staff have not seen.
func (u Usage) LostLate(ctx context.Context) ([]UsageLate, error) {
	return u.lateAs(ctx, LateLost)
}

func (u Usage) lateAs(ctx context.Context, verdict string) (all []UsageLate, err error) {
	err = u.DB.Read(ctx).Where("verdict = ?", verdict).Order("id").Limit(mostLate).Find(&all).Error
	for n := range all {
		all[n].ToldAt = all[n].ToldAt.UTC()
	}
	return all, db.Fault(err)
}

// Judge says of late use whether it costs anything, and whether it came too late for that, once; false when somebody else did.
func (u Usage) Judge(tx *db.Tx, id int64, costs, lost bool) (bool, error) {
	verdict := LateFree
	switch {
	case costs && lost:
		verdict = LateLost
	case costs:
		verdict = LateBilled
	}
	won, err := db.Won(tx.Gorm().Exec("UPDATE usage_late SET verdict = ? WHERE id = ? AND verdict = ''", verdict, id))
	return won, db.Fault(err)
}

// SeeLate says that a member of staff has seen all that was lost of a grant.
func (u Usage) SeeLate(ctx context.Context, grantID int64, actor, from string) error {
	return u.DB.InTx(ctx, func(tx *db.Tx) error {
		done := tx.Gorm().Exec("UPDATE usage_late SET verdict = ?, seen_by = ? WHERE grant_id = ? AND verdict = ?", LateSeen, actor, grantID, LateLost)
		if done.Error != nil || done.RowsAffected == 0 {
			return db.Fault(done.Error)
		}
		return audit.Record(tx, u.Clock.Now(), audit.Event{Actor: actor, From: from, Action: "late use seen", Object: "grant", ObjectID: strconv.FormatInt(grantID, 10), After: strconv.FormatInt(done.RowsAffected, 10)})
	})
}

// EachLate tells of every report of grants that came late, about hours from one day of Nairobi up to before another; octets are of both ways.
func (u Usage) EachLate(ctx context.Context, grants []int64, from, until clock.Day, tell func(grantID int64, at, told time.Time, octets, seconds int64)) error {
	return eachRow(ctx, u.DB, "SELECT grant_id, hour, told_at, online_seconds, bytes_up, bytes_down FROM usage_late WHERE grant_id IN ? AND hour >= ? AND hour < ?", grants,
		hourOf(from.Start()), hourOf(until.Start()), func(r UsageLate) { tell(r.GrantID, r.At(), r.ToldAt.UTC(), r.BytesUp+r.BytesDown, r.Seconds) },
		func(r *UsageLate) []any {
			return []any{&r.GrantID, &r.Hour, &r.ToldAt, &r.Seconds, &r.BytesUp, &r.BytesDown}
		})
}
