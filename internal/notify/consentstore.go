package notify

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/words"
)

type consentRow struct {
	ID          int64
	AddressHash string
	Class       string
	Given       int
	Wording     string
	CameFrom    string
	Actor       string
	At          time.Time
}

func (consentRow) TableName() string { return "message_consents" }

func (s *Service) insertConsent(tx *db.Tx, hash string, c Consent) error {
	r := consentRow{ID: tx.ID(), AddressHash: hash, Class: string(c.Class), Wording: words.Cut(c.Wording, 200), CameFrom: c.From, Actor: words.Cut(c.Actor, 100), At: s.Clock.Now()}
	if c.Given {
		r.Given = 1
	}
	return db.Fault(tx.Gorm().Create(&r).Error)
}

func (s *Service) consentTx(tx *db.Tx, hashes []string, class Class) ([]consentRow, error) {
	return latestConsent(tx.Gorm(), hashes, class)
}

func (s *Service) consent(ctx context.Context, hashes []string, class Class) ([]consentRow, error) {
	return latestConsent(s.DB.Read(ctx), hashes, class)
}

func latestConsent(from *gorm.DB, hashes []string, class Class) (latest []consentRow, err error) {
	if class == "" {
		return nil, nil
	}
	err = from.Where("address_hash IN ? AND class = ?", hashes, class).Order("id DESC").Limit(1).Find(&latest).Error
	return latest, db.Fault(err)
}

func (s *Service) said(ctx context.Context, hashes []string) (rows []consentRow, err error) {
	err = s.DB.Read(ctx).Where("address_hash IN ?", hashes).Order("id DESC").Limit(mostSaid).Find(&rows).Error
	return rows, db.Fault(err)
}
