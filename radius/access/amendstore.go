package access

import (
	"fmt"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// lockSource reads a source and locks the grant that it feeds, which has not ended.
func lockSource(tx *db.Tx, src Source) (sourceRow, Grant, error) {
	var r sourceRow
	err := tx.Gorm().Where("kind = ? AND source_key = ?", src.Kind, src.Key).Limit(1).Find(&r).Error
	if err == nil && r.GrantID == 0 {
		return r, Grant{}, fault.New(fault.NotFound, "grant.unknown")
	}
	if err != nil {
		return r, Grant{}, db.Fault(err)
	}
	g, err := lockLive(tx, r.GrantID)
	return r, g, err
}

// lockAny locks a grant whatever its state is.
func lockAny(tx *db.Tx, grantID int64) (Grant, error) {
	g, found, err := lock(tx, grantID, Dormant, Active, Suspended, Ended)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "grant.unknown")
	}
	return g, err
}

// onlySource says that nothing else feeds the grant, which this transaction has locked.
func onlySource(tx *db.Tx, r sourceRow) (bool, error) {
	var others []string
	err := current(tx).Model(&sourceRow{}).Where("grant_id = ? AND kind NOT IN ? AND NOT (kind = ? AND source_key = ?)",
		r.GrantID, []string{SourceWithdrawn, SourceRefund, SourceCharge}, r.Kind, r.SourceKey).Limit(1).Pluck("source_key", &others).Error
	return len(others) == 0, db.Fault(err)
}

// retireSource gives a source another name, so that its own may feed a grant again, and leaves it nothing that it added.
func retireSource(tx *db.Tx, r sourceRow) error {
	won, err := db.Won(tx.Gorm().Model(&sourceRow{}).Where("kind = ? AND source_key = ?", r.Kind, r.SourceKey).
		Updates(map[string]any{"kind": SourceWithdrawn, "source_key": fmt.Sprintf("%s:%s:%d", r.Kind, r.SourceKey, tx.ID()),
			"added_seconds": 0, "added_bytes": 0, "added_valid_seconds": 0}))
	if err == nil && !won {
		return fault.New(fault.Conflict, "grant.fed_again")
	}
	return db.Fault(err)
}

// takenBefore is what a source has taken away; its grant is locked.
func takenBefore(tx *db.Tx, by Source) (r sourceRow, found bool, err error) {
	err = current(tx).Where("kind = ? AND source_key = ?", by.Kind, by.Key).Limit(1).Find(&r).Error
	r.AddedSeconds, r.AddedBytes, r.AddedValidSeconds = -r.AddedSeconds, -r.AddedBytes, -r.AddedValidSeconds
	return r, r.GrantID != 0, db.Fault(err)
}

// takeMore adds to what a source has taken away.
func takeMore(tx *db.Tx, by Source, r sourceRow) error {
	return db.Fault(tx.Gorm().Exec("UPDATE grant_sources SET added_seconds = added_seconds - ?, added_bytes = added_bytes - ?, added_valid_seconds = added_valid_seconds - ?"+
		" WHERE kind = ? AND source_key = ?", r.AddedSeconds, r.AddedBytes, r.AddedValidSeconds, by.Kind, by.Key).Error)
}

// insertTaken records what a refund took away.
func insertTaken(tx *db.Tx, by Source, r sourceRow, at time.Time) error {
	return db.Fault(tx.Gorm().Create(&sourceRow{Kind: by.Kind, SourceKey: by.Key, GrantID: r.GrantID, How: GivenShortened, InputHash: r.InputHash,
		AddedSeconds: -r.AddedSeconds, AddedBytes: -r.AddedBytes, AddedValidSeconds: -r.AddedValidSeconds, CreatedAt: at}).Error)
}
