package access

import (
	"fmt"
	"slices"
	"strings"

	"mtandao/internal/db"
)

// addUse counts on some grants in one statement, and reads those that have not ended.
func (s *Service) addUse(tx *db.Tx, some []Used) (map[int64]Grant, error) {
	var ids []any
	for _, u := range some {
		ids = append(ids, u.GrantID)
	}
	add := addInMySQL
	if s.db.Dialect() == db.SQLite {
		add = addInSQLite
	}
	if err := add(tx, some, ids); err != nil {
		return nil, db.Fault(err)
	}
	these := "id IN (?" + strings.Repeat(", ?", len(ids)-1) + ")"
	var now []usedRow
	if err := tx.Gorm().Model(&grantRow{}).Where(these, ids...).Order("id").Limit(len(some)).Find(&now).Error; err != nil {
		return nil, db.Fault(err)
	}
	tx.AfterCommit(func() { s.wereUsed(now) })
	return s.livesOf(tx, now)
}

const use = "UPDATE grants SET used_seconds = used_seconds + %s, used_bytes = used_bytes + %s, version = version + 1, changed_s = ?"

// addInSQLite finds the row of each; a CASE would look through all of them for each.
func addInSQLite(tx *db.Tx, some []Used, _ []any) error {
	args := []any{changedNow(0)}
	for _, u := range some {
		args = append(args, u.GrantID, seconds(u.Time), u.Bytes)
	}
	text := fmt.Sprintf(use, "v.column2", "v.column3") + " FROM (VALUES (?, ?, ?)" + strings.Repeat(", (?, ?, ?)", len(some)-1) + ") AS v WHERE grants.id = v.column1"
	return tx.Gorm().Exec(text, args...).Error
}

// addInMySQL: MariaDB takes numbers of a list for texts.
func addInMySQL(tx *db.Tx, some []Used, ids []any) error {
	var times, octets []any
	for _, u := range some {
		times = append(times, u.GrantID, seconds(u.Time))
		octets = append(octets, u.GrantID, u.Bytes)
	}
	found := "CASE id" + strings.Repeat(" WHEN ? THEN ?", len(some)) + " END"
	text := fmt.Sprintf(use, found, found) + " WHERE id IN (?" + strings.Repeat(", ?", len(some)-1) + ")"
	return tx.Gorm().Exec(text, slices.Concat(times, octets, []any{changedNow(0)}, ids)...).Error
}

// usedRow is what adding use changes of a grant.
type usedRow struct {
	ID, Version, UsedSeconds, UsedBytes int64
}

// livesOf reads the grants that have not ended. One that memory has as it was just before is not read again, but taken from there.
func (s *Service) livesOf(tx *db.Tx, now []usedRow) (map[int64]Grant, error) {
	lives := map[int64]Grant{}
	var others []int64
	for _, r := range now {
		g, known := s.live.before(r)
		switch {
		case !known:
			others = append(others, r.ID)
		case g.State != Ended:
			lives[r.ID] = g
		}
	}
	for some := range db.Pieces(others) {
		var rows []grantRow
		err := tx.Gorm().Where("id IN ? AND state <> ?", some, Ended).Order("id").Limit(len(some)).Find(&rows).Error
		grants, err := grantsOf(rows, err)
		if err != nil {
			return nil, err
		}
		for _, g := range grants {
			lives[g.ID] = g
		}
	}
	return lives, nil
}

// endedFor are those of some grants that have ended for a cause.
func endedFor(tx *db.Tx, ids []int64, cause Cause) (all []Grant, err error) {
	for some := range db.Pieces(ids) {
		var rows []grantRow
		err := tx.Gorm().Where("id IN ? AND state = ? AND end_cause = ?", some, Ended, cause).Order("id").Limit(len(some)).Find(&rows).Error
		grants, err := grantsOf(rows, err)
		if err != nil {
			return nil, err
		}
		all = append(all, grants...)
	}
	return all, nil
}

// wereUsed brings memory up to what was committed, without reading it again where memory had the state before.
func (s *Service) wereUsed(now []usedRow) {
	if !s.live.isOn() {
		return
	}
	var others []int64
	for _, r := range now {
		if !s.live.used(r) {
			others = append(others, r.ID)
		}
	}
	s.wrote(others, false)
}

// PlansOf tells the plans of grants, by the grants.
func (s *Service) PlansOf(tx *db.Tx, ids []int64) (map[int64]string, error) {
	plans := make(map[int64]string, len(ids))
	for some := range db.Pieces(ids) {
		var rows []grantRow
		if err := tx.Gorm().Model(&grantRow{}).Select("id, plan").Where("id IN ?", some).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			plans[r.ID] = r.Plan
		}
	}
	return plans, nil
}
