package access

import (
	"slices"
	"strings"

	"mtandao/internal/db"
)

// addUse counts on some grants in one statement, and reads those that have not ended.
func addUse(tx *db.Tx, some []Used) (map[int64]Grant, error) {
	arms := strings.Repeat(" WHEN ? THEN ?", len(some))
	var ids, times, octets []any
	for _, u := range some {
		ids = append(ids, u.GrantID)
		times = append(times, u.GrantID, seconds(u.Time))
		octets = append(octets, u.GrantID, u.Bytes)
		tx.Touch(usedTopic, u.GrantID)
	}
	these := "id IN (?" + strings.Repeat(", ?", len(some)-1) + ")"
	err := tx.Gorm().Exec("UPDATE grants SET used_seconds = used_seconds + CASE id"+arms+" END, used_bytes = used_bytes + CASE id"+arms+
		" END, version = version + 1, changed_s = ? WHERE "+these, slices.Concat(times, octets, []any{changedNow(0)}, ids)...).Error
	if err != nil {
		return nil, db.Fault(err)
	}
	var rows []grantRow
	err = tx.Gorm().Where(these+" AND state <> ?", append(ids, Ended)...).Order("id").Limit(len(some)).Find(&rows).Error
	grants, err := grantsOf(rows, err)
	lives := map[int64]Grant{}
	for _, g := range grants {
		lives[g.ID] = g
	}
	return lives, err
}
