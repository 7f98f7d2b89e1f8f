package billing

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"mtandao/billing/customers"
	"mtandao/internal/db"
)

// codeRow is the one code that a phone was sent last: everybody who guesses counts on the same row.
type codeRow struct {
	PhoneHash string `gorm:"primaryKey"`
	CodeHash  string
	Tries     int64
	ExpiresAt time.Time
}

func (codeRow) TableName() string { return "phone_codes" }

const purposeCode = "billing.phone_code"

func (s *Service) saveCode(tx *db.Tx, phone customers.Phone, code string) error {
	r := codeRow{PhoneHash: s.lookup(purposePhone, string(phone)), CodeHash: s.lookup(purposeCode, string(phone)+" "+code), ExpiresAt: s.Clock.Now().Add(codeLife)}
	return db.Fault(tx.Gorm().Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "phone_hash"}}, UpdateAll: true}).Create(&r).Error)
}

// countTry is false when there is no code to try, or it was tried too often.
func (s *Service) countTry(ctx context.Context, phone customers.Phone) (counted bool, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		counted, err = db.Won(tx.Gorm().Exec("UPDATE phone_codes SET tries = tries + 1 WHERE phone_hash IN ? AND tries < ? AND expires_at > ?",
			s.lookups(purposePhone, string(phone)), codeTries, s.Clock.Now()))
		return err
	})
	return counted, err
}

// takeCode uses the code up, for one caller.
func (s *Service) takeCode(ctx context.Context, phone customers.Phone, code string) (won bool, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err = db.Won(tx.Gorm().Where("phone_hash IN ? AND code_hash IN ?", s.lookups(purposePhone, string(phone)),
			s.lookups(purposeCode, string(phone)+" "+code)).Delete(&codeRow{}))
		return err
	})
	return won, err
}

// ForgetCodes deletes codes that nobody can use any more, a thousand at a time; call it every minute on one node.
func (s *Service) ForgetCodes(ctx context.Context) error {
	var old []string
	err := s.DB.Read(ctx).Model(&codeRow{}).Where("expires_at < ?", s.Clock.Now().Add(-time.Hour)).Order("expires_at").Limit(1000).Pluck("phone_hash", &old).Error
	if err != nil || len(old) == 0 {
		return db.Fault(err)
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return tx.Gorm().Where("phone_hash IN ? AND expires_at < ?", old, s.Clock.Now().Add(-time.Hour)).Delete(&codeRow{}).Error
	})
}
