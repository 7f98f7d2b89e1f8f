package staff

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"gorm.io/gorm/clause"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type passkeyRow struct {
	ID             int64
	MemberID       int64
	Name           string
	CredentialHash string
	Credential     []byte // JSON: what is known of the key, nothing of it secret
	SignCount      int64
	MadeAt         time.Time
	UsedAt         *time.Time
}

func (passkeyRow) TableName() string { return "staff_passkeys" }

// challengeRow is what a sign-in, whose id it has, was asked last.
type challengeRow struct {
	ID        int64
	Challenge []byte // sealed
	Until     time.Time
}

func (challengeRow) TableName() string { return "staff_challenges" }

func hashOf(credentialID []byte) string {
	sum := sha256.Sum256(credentialID)
	return hex.EncodeToString(sum[:])
}

func (s *Service) passkeysOf(ctx context.Context, memberID int64) (rows []passkeyRow, err error) {
	err = s.DB.Read(ctx).Where("member_id = ?", memberID).Order("id").Limit(mostPasskeys).Find(&rows).Error
	return rows, db.Fault(err)
}

func (s *Service) challengeOf(ctx context.Context, signIn int64) (row challengeRow, err error) {
	err = s.DB.Read(ctx).Where("id = ?", signIn).Limit(1).Find(&row).Error
	return row, db.Fault(err)
}

func setChallenge(tx *db.Tx, signIn int64, sealed []byte, until time.Time) error {
	row := challengeRow{ID: signIn, Challenge: sealed, Until: until}
	return db.Fault(tx.Gorm().Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error)
}

// takeChallenge has what was asked answered once; fault.Denied "staff.passkey_again".
func (s *Service) takeChallenge(tx *db.Tx, signIn int64, sealed []byte) error {
	won, err := db.Won(tx.Gorm().Where("id = ? AND challenge = ?", signIn, sealed).Delete(&challengeRow{}))
	if err == nil && !won {
		err = fault.New(fault.Denied, "staff.passkey_again")
	}
	return db.Fault(err)
}

// insertPasskey adds one: fault.Conflict "staff.passkey_known" when somebody has it, "staff.passkeys_many".
func (s *Service) insertPasskey(tx *db.Tx, row passkeyRow) error {
	won, err := db.Won(tx.Gorm().Exec("UPDATE staff_members SET passkeys = passkeys + 1, version = ?, changed_at = ? WHERE id = ? AND passkeys < ?", tx.ID(), s.Clock.Now(), row.MemberID, mostPasskeys))
	if err == nil && !won {
		err = fault.New(fault.Conflict, "staff.passkeys_many")
	}
	if err != nil {
		return db.Fault(err)
	}
	if err := tx.Gorm().Create(&row).Error; db.IsDuplicate(err) {
		return fault.Wrap(fault.Conflict, "staff.passkey_known", err)
	} else if err != nil {
		return db.Fault(err)
	}
	return nil
}

// usePasskey notes that one was used, if nobody used it meanwhile.
func (s *Service) usePasskey(tx *db.Tx, r passkeyRow, count int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE staff_passkeys SET credential = ?, sign_count = ?, used_at = ? WHERE id = ? AND sign_count = ?", r.Credential, count, s.Clock.Now(), r.ID, r.SignCount))
	return won, db.Fault(err)
}

// deletePasskey takes one away and tells its name: fault.NotFound "staff.no_passkey", fault.Conflict "staff.last_factor".
func (s *Service) deletePasskey(tx *db.Tx, memberID, id int64) (name string, err error) {
	var row passkeyRow
	if err := tx.Gorm().Where("id = ? AND member_id = ?", id, memberID).Limit(1).Find(&row).Error; err != nil {
		return "", db.Fault(err)
	}
	if row.ID == 0 {
		return "", fault.New(fault.NotFound, "staff.no_passkey")
	}
	won, err := db.Won(tx.Gorm().Exec("UPDATE staff_members SET passkeys = passkeys - 1, version = ?, changed_at = ? WHERE id = ? AND (passkeys > 1 OR totp_seed <> ?)", tx.ID(), s.Clock.Now(), memberID, []byte{}))
	if err == nil && !won {
		err = fault.New(fault.Conflict, "staff.last_factor")
	}
	if err != nil {
		return "", db.Fault(err)
	}
	won, err = db.Won(tx.Gorm().Where("id = ? AND member_id = ?", id, memberID).Delete(&passkeyRow{}))
	if err == nil && !won { // somebody else has
		err = fault.New(fault.NotFound, "staff.no_passkey")
	}
	return row.Name, db.Fault(err)
}
