package access

import (
	"slices"
	"strings"

	"mtandao/internal/db"
)

// addUse counts on some grants in one statement, and reads those that have not ended.
func (s *Service) addUse(tx *db.Tx, some []Used) (map[int64]Grant, error) {
	arms := strings.Repeat(" WHEN ? THEN ?", len(some))
	var ids, times, octets []any
	for _, u := range some {
		ids = append(ids, u.GrantID)
		times = append(times, u.GrantID, seconds(u.Time))
		octets = append(octets, u.GrantID, u.Bytes)
	}
	these := "id IN (?" + strings.Repeat(", ?", len(some)-1) + ")"
	err := tx.Gorm().Exec("UPDATE grants SET used_seconds = used_seconds + CASE id"+arms+" END, used_bytes = used_bytes + CASE id"+arms+
		" END, version = version + 1, changed_s = ? WHERE "+these, slices.Concat(times, octets, []any{changedNow(0)}, ids)...).Error
	if err != nil {
		return nil, db.Fault(err)
	}
	var now []usedRow
	if err := tx.Gorm().Model(&grantRow{}).Where(these, ids...).Order("id").Limit(len(some)).Find(&now).Error; err != nil {
		return nil, db.Fault(err)
	}
	tx.AfterCommit(func() { s.wereUsed(now) })
	return s.livesOf(tx, now)
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
