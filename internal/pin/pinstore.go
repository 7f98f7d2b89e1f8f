package pin

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// accountRow: PhoneHash and CodeHash are keyed look-up hashes, PinHash is argon2id or empty while no PIN is set. Of a code by which one enters CodeHash is the seed.
type accountRow struct {
	ID        int64
	Kind      string
	OwnerID   int64
	PhoneHash string
	PinHash   string
	CodeHash  string
	CodeUntil time.Time
	UpdatedAt time.Time
}

func (accountRow) TableName() string { return "pin_accounts" }

type signInRow struct {
	ID        int64
	AccountID int64
	TokenHash string
	Address   string
	StartedAt time.Time
	SeenAt    time.Time
	ProvenAt  time.Time
	Until     time.Time
}

func (signInRow) TableName() string { return "pin_sign_ins" }

// setPhone tells whether the owner had another phone before.
func (s *Service) setPhone(tx *db.Tx, o Owner, phone string) (moved bool, err error) {
	now, hash := s.Clock.Now(), s.Keys.Lookup(purposePhone, phone)
	moved, err = db.Won(tx.Gorm().Exec("UPDATE pin_accounts SET phone_hash = ?, updated_at = ? WHERE kind = ? AND owner_id = ? AND phone_hash NOT IN ?",
		hash, now, o.Kind, o.ID, s.Keys.Lookups(purposePhone, phone)))
	if err != nil || moved {
		return moved, err
	}
	won, err := db.Won(tx.Gorm().Exec("UPDATE pin_accounts SET phone_hash = ?, updated_at = ? WHERE kind = ? AND owner_id = ?", hash, now, o.Kind, o.ID))
	if err != nil || won {
		return false, err
	}
	return false, tx.Gorm().Create(&accountRow{ID: tx.ID(), Kind: o.Kind, OwnerID: o.ID, PhoneHash: hash, CodeUntil: now, UpdatedAt: now}).Error
}

func (s *Service) setCode(tx *db.Tx, o Owner, hash string, until time.Time) error {
	won, err := db.Won(tx.Gorm().Exec("UPDATE pin_accounts SET code_hash = ?, code_until = ? WHERE kind = ? AND owner_id = ?", hash, until, o.Kind, o.ID))
	if err == nil && !won {
		err = fault.New(fault.NotFound, "pin.no_account")
	}
	return db.Fault(err)
}

// keepCode has a code that still lives hold until then, and tells it; none is empty.
func (s *Service) keepCode(tx *db.Tx, o Owner, until time.Time) (hash string, err error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE pin_accounts SET code_until = ? WHERE kind = ? AND owner_id = ? AND code_hash <> '' AND code_until > ?", until, o.Kind, o.ID, s.Clock.Now()))
	if err != nil || !won {
		return "", db.Fault(err)
	}
	err = tx.Gorm().Model(&accountRow{}).Select("code_hash").Where("kind = ? AND owner_id = ?", o.Kind, o.ID).Take(&hash).Error
	return hash, db.Fault(err)
}

// prolong has a code that was not used yet, and lived within the hour in which messages are counted, hold until then.
func (s *Service) prolong(tx *db.Tx, o Owner, until time.Time) error {
	return db.Fault(tx.Gorm().Exec("UPDATE pin_accounts SET code_until = ? WHERE kind = ? AND owner_id = ? AND code_hash <> '' AND code_until > ?", until, o.Kind, o.ID, s.Clock.Now().Add(-time.Hour)).Error)
}

// takeCode is the one use of a code.
func (s *Service) takeCode(tx *db.Tx, id int64, hashes []string, pin string) (bool, error) {
	now := s.Clock.Now()
	won, err := db.Won(tx.Gorm().Exec("UPDATE pin_accounts SET code_hash = '', pin_hash = ?, updated_at = ? WHERE id = ? AND code_hash IN ? AND code_until > ?", pin, now, id, hashes, now))
	return won, db.Fault(err)
}

// enterBy is the one use of a code by which somebody enters, or proves who they are.
func (s *Service) enterBy(tx *db.Tx, id int64, seed string) (bool, error) {
	now := s.Clock.Now()
	won, err := db.Won(tx.Gorm().Exec("UPDATE pin_accounts SET code_hash = '', updated_at = ? WHERE id = ? AND code_hash = ? AND code_until > ?", now, id, seed, now))
	return won, db.Fault(err)
}

// prove has a sign-in count as proven from now on.
func (s *Service) prove(tx *db.Tx, id int64) error {
	return db.Fault(tx.Gorm().Exec("UPDATE pin_sign_ins SET proven_at = ? WHERE id = ?", s.Clock.Now(), id).Error)
}

// holdPIN keeps an account from getting another PIN until the transaction ends; false when it has another by now.
func (s *Service) holdPIN(tx *db.Tx, a accountRow) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE pin_accounts SET pin_hash = pin_hash WHERE id = ? AND pin_hash = ?", a.ID, a.PinHash))
	return won, db.Fault(err)
}

func (s *Service) setPIN(tx *db.Tx, a accountRow, pin string) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE pin_accounts SET pin_hash = ?, updated_at = ? WHERE id = ? AND pin_hash = ?", pin, s.Clock.Now(), a.ID, a.PinHash))
	return won, db.Fault(err)
}

// forget has neither code nor PIN open an account any more.
func (s *Service) forget(tx *db.Tx, o Owner) error {
	return db.Fault(tx.Gorm().Exec("UPDATE pin_accounts SET pin_hash = '', code_hash = '', updated_at = ? WHERE kind = ? AND owner_id = ?", s.Clock.Now(), o.Kind, o.ID).Error)
}

// account is that of a phone; none has no id.
func (s *Service) account(ctx context.Context, kind, phone string) (a accountRow, err error) {
	err = s.DB.Read(ctx).Where("kind = ? AND phone_hash IN ?", kind, s.Keys.Lookups(purposePhone, phone)).Limit(1).Find(&a).Error
	return a, db.Fault(err)
}

func (s *Service) accountOf(ctx context.Context, o Owner) (a accountRow, err error) {
	if err := s.DB.Read(ctx).Where("kind = ? AND owner_id = ?", o.Kind, o.ID).Limit(1).Find(&a).Error; err != nil {
		return a, db.Fault(err)
	}
	if a.ID == 0 {
		err = fault.New(fault.NotFound, "pin.no_account")
	}
	return a, err
}

func (s *Service) byToken(ctx context.Context, token string) (row signInRow, a accountRow, err error) {
	if err := s.DB.Read(ctx).Where("token_hash IN ?", s.Keys.Lookups(purposeToken, token)).Limit(1).Find(&row).Error; err != nil || row.ID == 0 {
		return row, a, db.Fault(err)
	}
	err = s.DB.Read(ctx).Where("id = ?", row.AccountID).Limit(1).Find(&a).Error
	return row, a, db.Fault(err)
}

func (s *Service) insertSignIn(tx *db.Tx, row signInRow) error {
	return db.Fault(tx.Gorm().Create(&row).Error)
}

func (s *Service) see(ctx context.Context, id int64, now time.Time) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Exec("UPDATE pin_sign_ins SET seen_at = ? WHERE id = ? AND seen_at <= ?", now, id, now.Add(-seenEvery)).Error)
	})
}

// end tells whether there still was such a sign-in.
func (s *Service) end(tx *db.Tx, id int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Where("id = ?", id).Delete(&signInRow{}))
	return won, db.Fault(err)
}

func (s *Service) endAll(tx *db.Tx, accountID int64) error {
	return db.Fault(tx.Gorm().Where("account_id = ?", accountID).Delete(&signInRow{}).Error)
}

// endOf ends all sign-ins of an owner.
func (s *Service) endOf(tx *db.Tx, o Owner) error {
	return db.Fault(tx.Gorm().Exec("DELETE FROM pin_sign_ins WHERE account_id IN (SELECT id FROM pin_accounts WHERE kind = ? AND owner_id = ?)", o.Kind, o.ID).Error)
}

// Clean deletes sign-ins that are over.
func (s *Service) Clean(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Where("until <= ?", s.Clock.Now()).Delete(&signInRow{}).Error)
	})
}
