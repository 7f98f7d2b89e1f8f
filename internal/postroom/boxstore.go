package postroom

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

const (
	boxName        = "tickets"
	purposeAccount = "mailbox.account"
)

type boxRow struct {
	Name          string `gorm:"primaryKey"`
	Configuration []byte
	Box           string
	Validity      int64
	LowUID        int64 `gorm:"column:low_uid"`
	SavedAt       time.Time
	ReadAt        *time.Time
	FailingSince  *time.Time
	Reason        string
}

func (boxRow) TableName() string { return "mailboxes" }

// box is the account and how far it was read: e-mails with a smaller number than low are done, or were there before.
type box struct {
	account         Account
	validity, low   uint32
	saved           time.Time
	readAt, failing time.Time
	reason          string
}

func (s *Service) load(from *gorm.DB) (b box, err error) {
	var rows []boxRow
	if err := from.Where("name = ?", boxName).Limit(1).Find(&rows).Error; err != nil {
		return b, db.Fault(err)
	}
	if len(rows) == 0 {
		return b, fault.New(fault.NotFound, "mailbox.none")
	}
	r := rows[0]
	plain, err := s.Keys.Open(purposeAccount, r.Configuration)
	if err != nil {
		return b, err
	}
	if json.Unmarshal(plain, &b.account) != nil { // the decoder's error may quote a secret
		return b, fault.New(fault.Internal, "internal")
	}
	b.validity, b.low, b.saved, b.readAt, b.failing, b.reason = uint32(r.Validity), uint32(r.LowUID), r.SavedAt.UTC(), db.Instant(r.ReadAt), db.Instant(r.FailingSince), r.Reason
	return b, nil
}

func (s *Service) loadNow(ctx context.Context) (box, error) { return s.load(s.DB.Read(ctx)) }

func (s *Service) loadTx(tx *db.Tx) (box, error) { return s.load(tx.Gorm()) }

// save keeps an account; of another folder than before nothing is known yet.
func (s *Service) save(tx *db.Tx, a Account) error {
	plain, err := json.Marshal(a)
	if err != nil {
		return fault.New(fault.Internal, "internal")
	}
	sealed, err := s.Keys.Seal(purposeAccount, plain)
	if err != nil {
		return err
	}
	r := boxRow{Name: boxName, Configuration: sealed, Box: a.box(), SavedAt: s.Clock.Now()}
	if err := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&r).Error; err != nil {
		return db.Fault(err)
	}
	anew := map[string]any{"box": r.Box, "validity": 0, "low_uid": 0, "saved_at": r.SavedAt, "read_at": nil}
	if err := tx.Gorm().Model(&boxRow{}).Where("name = ? AND box <> ?", boxName, r.Box).Updates(anew).Error; err != nil {
		return db.Fault(err)
	}
	return db.Fault(tx.Gorm().Model(&boxRow{}).Where("name = ?", boxName).Updates(map[string]any{"configuration": sealed, "failing_since": nil, "reason": ""}).Error)
}

// begin keeps from which number on e-mails are new; false when another mailbox was set up meanwhile.
func (s *Service) begin(tx *db.Tx, b box, validity, low uint32) error {
	return db.Fault(tx.Gorm().Model(&boxRow{}).Where("name = ? AND box = ?", boxName, b.account.box()).Updates(map[string]any{"validity": validity, "low_uid": low}).Error)
}

// went keeps how a reading went.
func (s *Service) went(tx *db.Tx, b box, low uint32, reason string) error {
	at := s.Clock.Now()
	is := map[string]any{"reason": reason}
	switch {
	case reason == "":
		is["read_at"], is["failing_since"], is["low_uid"] = at, nil, low
	case b.failing.IsZero():
		is["failing_since"] = at
	}
	return db.Fault(tx.Gorm().Model(&boxRow{}).Where("name = ? AND box = ?", boxName, b.account.box()).Updates(is).Error)
}
