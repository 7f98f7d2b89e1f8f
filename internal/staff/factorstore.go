package staff

import (
	"fmt"

	"mtandao/internal/db"
)

type recoveryRow struct {
	ID       int64
	MemberID int64
	CodeHash string
	UsedBy   int64 // the sign-in; 0 while unused
}

func (recoveryRow) TableName() string { return "staff_recovery_codes" }

func ofMember(memberID int64, code string) string { return fmt.Sprintf("%d:%s", memberID, code) }

// setPending keeps a seed that was shown, until a code proves that an app has it; false when another was shown meanwhile.
func setPending(tx *db.Tx, memberID int64, old, sealed []byte) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE staff_members SET totp_pending = ? WHERE id = ? AND (totp_pending = ? OR totp_pending = ?)", sealed, memberID, append([]byte{}, old...), sealed)) // never NULL, which equals nothing
	return won, db.Fault(err)
}

// enrol makes the pending seed the member's, if it is still the one that was proved.
func (s *Service) enrol(tx *db.Tx, memberID int64, pending []byte, p proved) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE staff_members SET totp_seed = ?, totp_pending = ?, totp_step = ?, version = ?, changed_at = ? WHERE id = ? AND totp_pending = ?",
		p.sealed, []byte{}, p.step, tx.ID(), s.Clock.Now(), memberID, pending))
	return won, db.Fault(err)
}

// takeStep accepts a code's step once.
func takeStep(tx *db.Tx, memberID int64, sealed []byte, step int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE staff_members SET totp_step = ? WHERE id = ? AND totp_seed = ? AND totp_step < ?", step, memberID, sealed, step))
	return won, db.Fault(err)
}

// takeRecovery accepts a recovery code once.
func (s *Service) takeRecovery(tx *db.Tx, memberID int64, code string, signIn int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE staff_recovery_codes SET used_by = ? WHERE member_id = ? AND code_hash IN ? AND used_by = 0",
		signIn, memberID, s.Keys.Lookups(purposeRecovery, ofMember(memberID, code))))
	return won, db.Fault(err)
}

// replaceRecovery stores new recovery codes in place of all old ones.
func (s *Service) replaceRecovery(tx *db.Tx, memberID int64, codes []string) error {
	if err := tx.Gorm().Where("member_id = ?", memberID).Delete(&recoveryRow{}).Error; err != nil || len(codes) == 0 {
		return db.Fault(err)
	}
	rows := make([]recoveryRow, len(codes))
	for i, shown := range codes {
		code, _ := spellCode(shown)
		rows[i] = recoveryRow{ID: tx.ID(), MemberID: memberID, CodeHash: s.Keys.Lookup(purposeRecovery, ofMember(memberID, code))}
	}
	return db.Fault(tx.Gorm().Create(&rows).Error)
}

// removeFactor takes a member's second factor away: app, passkeys and recovery codes.
func (s *Service) removeFactor(tx *db.Tx, memberID int64) error {
	err := tx.Gorm().Exec("UPDATE staff_members SET totp_seed = ?, totp_pending = ?, passkeys = 0, version = ?, changed_at = ? WHERE id = ?",
		[]byte{}, []byte{}, tx.ID(), s.Clock.Now(), memberID).Error
	if err == nil {
		err = tx.Gorm().Where("member_id = ?", memberID).Delete(&passkeyRow{}).Error
	}
	if err != nil {
		return db.Fault(err)
	}
	return s.replaceRecovery(tx, memberID, nil)
}
