package access

import (
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type sourceRow struct {
	Kind              string
	SourceKey         string
	GrantID           int64
	How               string
	InputHash         string
	AddedSeconds      int64
	AddedBytes        int64
	AddedValidSeconds int64
	CreatedAt         time.Time
}

func (sourceRow) TableName() string { return "grant_sources" }

// firstAnswer looks without a lock: on a source not there yet, MariaDB would lock the gap that all new ones go into.
func firstAnswer(tx *db.Tx, o Offer) (Given, bool, error) { return givenBefore(tx.Gorm(), o) }

// otherAnswer finds what a faster caller has just committed.
func otherAnswer(tx *db.Tx, o Offer) (Given, error) {
	given, _, err := givenBefore(current(tx), o)
	return given, err
}

// insertSource is false when the source has fed a grant already.
func insertSource(tx *db.Tx, o Offer, given Given, at time.Time) (bool, error) {
	err := tx.Gorm().Create(&sourceRow{
		Kind: o.Source.Kind, SourceKey: o.Source.Key, GrantID: given.GrantID, How: given.How, InputHash: o.hash(),
		AddedSeconds: seconds(o.Limits.Time), AddedBytes: o.Limits.DataBytes, AddedValidSeconds: seconds(o.Limits.Valid), CreatedAt: at,
	}).Error
	if db.IsDuplicate(err) {
		return false, nil
	}
	return err == nil, db.Fault(err)
}

// givenBefore finds the first answer to the same offer; fault.Conflict "grant.source_used" when the source was used for
// another offer.
func givenBefore(from *gorm.DB, o Offer) (Given, bool, error) {
	var r sourceRow
	err := from.Where("kind = ? AND source_key = ?", o.Source.Kind, o.Source.Key).Limit(1).Find(&r).Error
	if err != nil || r.GrantID == 0 {
		return Given{}, false, db.Fault(err)
	}
	if r.InputHash != o.hash() {
		return Given{}, false, fault.New(fault.Conflict, "grant.source_used", "Kind", o.Source.Kind, "Key", o.Source.Key)
	}
	return Given{GrantID: r.GrantID, How: r.How}, true, nil
}
