package access

import (
	"context"
	"database/sql/driver"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"mtandao/internal/db"
)

// changedTopic is of db.Watch: what a device may do has changed. Mere use is taken in by wereUsed.
const changedTopic = "grant changed"

// changedNow is the second of the database's clock in which a grant was last written: written as an expression, read as a
// number. Each write of a grant sets it and raises the version, and Touch tells this program.
type changedNow int64

// GormValue implements gorm.Valuer.
func (changedNow) GormValue(_ context.Context, g *gorm.DB) clause.Expr {
	if g.Name() == db.MySQL {
		return gorm.Expr("UNIX_TIMESTAMP()")
	}
	return gorm.Expr("unixepoch()")
}

// Value implements driver.Valuer: what was read may be compared with.
func (c changedNow) Value() (driver.Value, error) { return int64(c), nil }

// raiseVersion makes the feed carry a grant of which something else was changed.
func raiseVersion(tx *db.Tx, id int64) error {
	tx.Touch(changedTopic, id)
	return db.Fault(tx.Gorm().Exec("UPDATE grants SET version = version + 1, changed_s = ? WHERE id = ?", changedNow(0), id).Error)
}

// databaseNow is the second of the database's clock. It is the first thing asked at each poll: a database that hangs is found
// out soon.
func (s *Service) databaseNow(ctx context.Context) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, rereadLimit)
	defer cancel()
	read, second := s.db.Read(ctx), int64(0)
	err := read.Raw("SELECT ?", changedNow(0)).Scan(&second).Error
	return second, db.Fault(err)
}

// changeRow is one entry of the feed.
type changeRow struct {
	ID, Version, ChangedS int64
}

// changes lists a page of what was written since a second, after an entry of that page before.
func (s *Service) changes(ctx context.Context, after changeRow) ([]changeRow, error) {
	var rows []changeRow
	err := s.db.Read(ctx).Raw("SELECT id, version, changed_s FROM grants WHERE changed_s >= ? AND (changed_s > ? OR id > ?) ORDER BY changed_s, id LIMIT ?",
		after.ChangedS, after.ChangedS, after.ID, feedPage).Scan(&rows).Error
	return rows, db.Fault(err)
}

// living lists a page of the grants in a state, by id.
func (s *Service) living(ctx context.Context, state State, after int64) ([]changeRow, error) {
	var rows []changeRow
	err := s.db.Read(ctx).Raw("SELECT id, version, changed_s FROM grants WHERE state = ? AND id > ? ORDER BY id LIMIT ?", state, after, feedPage).Scan(&rows).Error
	return rows, db.Fault(err)
}

// fetched is a grant as the snapshot keeps it.
type fetched struct {
	row    grantRow
	slots  []slotRow
	logins []loginRow
}

// fetch reads grants whole. The grant comes first: what belongs to it may then be newer than its version, never older.
func (s *Service) fetch(ctx context.Context, ids []int64) ([]fetched, error) {
	ids = evenly(ids)
	var rows []grantRow
	if err := s.db.Read(ctx).Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	var slots []slotRow
	if err := s.db.Read(ctx).Where("grant_id IN ?", ids).Order("grant_id, n").Find(&slots).Error; err != nil {
		return nil, db.Fault(err)
	}
	var logins []loginRow
	if err := s.db.Read(ctx).Where("grant_id IN ? AND kind IN ?", ids, []string{codeLogin, nameLogin}).Order("id").Find(&logins).Error; err != nil {
		return nil, db.Fault(err)
	}
	all, at := make([]fetched, len(rows)), make(map[int64]int, len(rows))
	for i, r := range rows {
		all[i].row, at[r.ID] = r, i
	}
	for _, slot := range slots {
		if i, ok := at[slot.GrantID]; ok {
			all[i].slots = append(all[i].slots, slot)
		}
	}
	for _, login := range logins {
		if i, ok := at[login.GrantID]; ok {
			all[i].logins = append(all[i].logins, login)
		}
	}
	return all, nil
}

// evenly repeats the last id until there are 1, 10, 100 or a page of them: each number of them is a prepared statement.
func evenly(ids []int64) []int64 {
	for _, n := range []int{1, 10, 100, feedPage} {
		if len(ids) <= n {
			return slices.Concat(ids, slices.Repeat(ids[len(ids)-1:], n-len(ids)))
		}
	}
	return ids
}
