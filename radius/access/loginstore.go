package access

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Kinds of login: a code is its own secret, a name has one, a once login has one and works once.
const (
	codeLogin = "code"
	nameLogin = "name"
	onceLogin = "once"
)

// loginRow: Name and Secret are sealed ("login"), NameHash is the keyed look-up hash of the spelled name.
type loginRow struct {
	ID        int64
	GrantID   int64
	Kind      string
	NameHash  string
	Name      []byte
	Secret    []byte
	CreatedAt time.Time
	ExpiresAt *time.Time
	UsedAt    *time.Time
	UsedBy    string
}

func (loginRow) TableName() string { return "logins" }

// insertLogin is false when the name is taken.
func insertLogin(tx *db.Tx, r loginRow) (bool, error) {
	err := tx.Gorm().Create(&r).Error
	if db.IsDuplicate(err) {
		return false, nil
	}
	return err == nil, db.Fault(err)
}

// noExpiry: a code lives as long as its grant.
var noExpiry time.Time

func anyName(tx *db.Tx, hashes []string) (bool, error) {
	var found []int64
	err := tx.Gorm().Model(&loginRow{}).Where("name_hash IN ?", hashes).Limit(1).Pluck("id", &found).Error
	return len(found) > 0, db.Fault(err)
}

// foundRow is a login with its grant and what the device has of it.
type foundRow struct {
	LoginID int64
	Kind    string
	Secret  []byte
	SlotN   int64
	Free    int64
	Grant   grantRow `gorm:"embedded"`
}

const slotColumns = ", COALESCE(s.n, 0) AS slot_n, EXISTS (SELECT 1 FROM grant_slots f WHERE f.grant_id = g.id AND f.mac IS NULL) AS free, g.*"

func (s *Service) byNameHash(ctx context.Context, hash string, mac MAC) ([]foundRow, error) {
	var rows []foundRow
	err := s.db.Read(ctx).Raw("SELECT l.id AS login_id, l.kind AS kind, l.secret AS secret"+slotColumns+
		" FROM logins l JOIN grants g ON g.id = l.grant_id LEFT JOIN grant_slots s ON s.grant_id = g.id AND s.mac = ? WHERE l.name_hash = ?",
		mac, hash).Scan(&rows).Error
	return rows, db.Fault(err)
}

// consume uses a one-time login up for the winner. The same winner succeeds again for a while: its router may send the
// packet again after our answer was lost.
func consume(tx *db.Tx, id int64, winner string, now time.Time) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE logins SET used_at = ?, used_by = ? WHERE id = ? AND used_at IS NULL AND expires_at > ?",
		now, winner, id, now))
	if won || err != nil {
		return won, db.Fault(err)
	}
	var r loginRow
	err = current(tx).Where("id = ?", id).Limit(1).Find(&r).Error
	return r.UsedBy == winner && now.Sub(db.Instant(r.UsedAt)) < onceAgain, db.Fault(err)
}

func (s *Service) codeLoginOf(ctx context.Context, grantID int64) (loginRow, error) {
	var r loginRow
	err := s.db.Read(ctx).Where("grant_id = ? AND kind = ?", grantID, codeLogin).Order("id").Limit(1).Find(&r).Error
	if err == nil && r.ID == 0 {
		return r, fault.New(fault.NotFound, "grant.no_code")
	}
	return r, db.Fault(err)
}

// forgetOnce deletes a page of one-time logins that expired before; false when there were fewer.
func (s *Service) forgetOnce(ctx context.Context, before time.Time) (bool, error) {
	var ids []int64
	expired := func(from *gorm.DB) *gorm.DB { return from.Model(&loginRow{}).Where("expires_at < ?", before) }
	err := expired(s.db.Read(ctx)).Order("expires_at").Limit(sweepPage).Pluck("id", &ids).Error
	if err != nil || len(ids) == 0 {
		return false, db.Fault(err)
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		return expired(tx.Gorm()).Where("id IN (?)", ids).Delete(&loginRow{}).Error
	})
	return len(ids) == sweepPage, err
}

// grantsFound are the grants that a name leads to.
func grantsFound(rows []foundRow, err error) ([]Grant, error) {
	var grants []grantRow
	for _, r := range rows {
		grants = append(grants, r.Grant)
	}
	return grantsOf(grants, err)
}

func deleteName(tx *db.Tx, grantID int64, hashes []string) error {
	return db.Fault(tx.Gorm().Where("grant_id = ? AND kind = ? AND name_hash IN ?", grantID, nameLogin, hashes).Delete(&loginRow{}).Error)
}
