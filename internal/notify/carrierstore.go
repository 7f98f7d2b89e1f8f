package notify

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm/clause"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type carrierRow struct {
	Channel         string `gorm:"primaryKey"`
	Configuration   []byte
	BalanceE4       int64 `gorm:"column:balance_e4"`
	BalanceCurrency string
	BalanceAt       *time.Time
	UpdatedAt       time.Time
}

func (carrierRow) TableName() string { return "message_carriers" }

// credit is a balance as last read.
type credit struct {
	Cost
	at    time.Time
	known bool
}

// SaveCarrier checks and stores a channel's carrier, sealed.
func (s *Service) SaveCarrier(tx *db.Tx, c Carrier) error {
	if err := c.Check(); err != nil {
		return err
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return fault.New(fault.Invalid, "carrier.driver")
	}
	sealed, err := s.Keys.Seal(purposeCarrier, plain)
	if err != nil {
		return err
	}
	r := carrierRow{Channel: string(c.Channel), Configuration: sealed, UpdatedAt: s.Clock.Now()}
	return db.Fault(tx.Gorm().Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "channel"}},
		DoUpdates: clause.AssignmentColumns([]string{"configuration", "updated_at"})}).Create(&r).Error)
}

// Carrier is a channel's carrier with its secrets; fault.NotFound when there is none.
func (s *Service) Carrier(ctx context.Context, channel Channel) (Carrier, error) {
	c, _, err := s.carrier(ctx, channel)
	return c, err
}

func (s *Service) carrier(ctx context.Context, channel Channel) (Carrier, credit, error) {
	var r carrierRow
	var c Carrier
	if err := s.DB.Read(ctx).Where("channel = ?", channel).Take(&r).Error; err != nil {
		return c, credit{}, db.Fault(err)
	}
	plain, err := s.Keys.Open(purposeCarrier, r.Configuration)
	if err != nil {
		return c, credit{}, err
	}
	if json.Unmarshal(plain, &c) != nil { // the decoder's error may quote a secret
		return c, credit{}, fault.New(fault.Internal, "internal")
	}
	left := credit{Cost: Cost{TenThousandths: r.BalanceE4, Currency: r.BalanceCurrency}}
	if r.BalanceAt != nil {
		left.at, left.known = *r.BalanceAt, true
	}
	return c, left, nil
}

func (s *Service) setBalance(ctx context.Context, channel Channel, c Cost) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Model(&carrierRow{}).Where("channel = ?", channel).
			Updates(map[string]any{"balance_e4": c.TenThousandths, "balance_currency": c.Currency, "balance_at": s.Clock.Now()}).Error)
	})
}
