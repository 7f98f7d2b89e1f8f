package families

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"mtandao/internal/db"
	"mtandao/internal/money"
)

type agreedRow struct {
	PartID    int64 `gorm:"primaryKey;autoIncrement:false"`
	PayerID   int64
	MostCents int64
	DoneBy    string
	At        time.Time
}

func (agreedRow) TableName() string { return "family_agreements" }

// monthRow is what was paid for a part in a month.
type monthRow struct {
	PartID int64  `gorm:"primaryKey;autoIncrement:false"`
	Month  string `gorm:"primaryKey"`
	Cents  int64
}

func (monthRow) TableName() string { return "family_months" }

func (s *Service) keep(tx *db.Tx, a Agreed) error {
	return db.Fault(tx.Gorm().Save(&agreedRow{PartID: a.PartID, PayerID: a.PayerID, MostCents: a.Most.Cents, DoneBy: a.By, At: a.At}).Error)
}

// agreed is what was last said of a part; nil when nothing was.
func (s *Service) agreed(tx *db.Tx, partID int64) (*Agreed, error) {
	var rows []agreedRow
	if err := tx.Gorm().Where("part_id = ?", partID).Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, db.Fault(err)
	}
	r := rows[0]
	return &Agreed{PartID: r.PartID, PayerID: r.PayerID, Most: money.KES(r.MostCents), By: r.DoneBy, At: r.At.UTC()}, nil
}

// rehome has what an account agreed to hold for another.
func (s *Service) rehome(tx *db.Tx, from, to int64) error {
	return db.Fault(tx.Gorm().Exec("UPDATE family_agreements SET payer_id = ? WHERE payer_id = ?", to, from).Error)
}

// mostParts is for how many parts one account pays.
const mostParts = 2_000

func (s *Service) partsOf(ctx context.Context, payerID int64) (ids []int64, err error) {
	err = s.DB.Read(ctx).Model(&agreedRow{}).Where("payer_id = ? AND most_cents > 0", payerID).Order("part_id").Limit(mostParts).Pluck("part_id", &ids).Error
	return ids, db.Fault(err)
}

func (s *Service) used(tx *db.Tx, partID int64, month string) (money.Amount, error) {
	var cents []int64
	err := tx.Gorm().Model(&monthRow{}).Where("part_id = ? AND month = ?", partID, month).Pluck("cents", &cents).Error
	if len(cents) == 0 {
		cents = []int64{0}
	}
	return money.KES(cents[0]), db.Fault(err)
}

// use adds to what was paid for a part in a month; false, and nothing added, when that were more than agreed.
func (s *Service) use(tx *db.Tx, partID int64, month string, cents, most int64) (bool, error) {
	if err := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&monthRow{PartID: partID, Month: month}).Error; err != nil {
		return false, db.Fault(err)
	}
	won, err := db.Won(tx.Gorm().Exec("UPDATE family_months SET cents = cents + ? WHERE part_id = ? AND month = ? AND cents + ? <= ?", cents, partID, month, cents, most))
	return won, db.Fault(err)
}

func (s *Service) unuse(tx *db.Tx, partID int64, month string, cents int64) error {
	return db.Fault(tx.Gorm().Exec("UPDATE family_months SET cents = cents - ? WHERE part_id = ? AND month = ? AND cents >= ?", cents, partID, month, cents).Error)
}
