package customers

import (
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// numberRow is a number that leads to a customer. NumberKey is unique; Loose is without the zeros before it.
type numberRow struct {
	ID         int64
	NumberKey  string
	Loose      string
	Shown      string // as it was written
	CustomerID int64
	Kind       string
	MadeAt     time.Time
}

func (numberRow) TableName() string { return "customer_numbers" }

const (
	numberOwn = "own"
	numberOld = "old"
)

// insertNumber is false when the number is somebody's.
func (s *Service) insertNumber(tx *db.Tx, r numberRow) (bool, error) {
	r.ID, r.MadeAt = tx.ID(), s.Clock.Now()
	err := tx.Gorm().Create(&r).Error
	if db.IsDuplicate(err) {
		return false, nil
	}
	return err == nil, db.Fault(err)
}

func (s *Service) anyNumber(tx *db.Tx, keys []string) (bool, error) {
	var ids []int64
	err := tx.Gorm().Raw("SELECT id FROM customer_numbers WHERE number_key IN ? LIMIT 1", keys).Scan(&ids).Error
	return len(ids) > 0, db.Fault(err)
}

func (s *Service) holderOf(tx *db.Tx, key string) (int64, error) {
	holders, err := holders(tx.Gorm().Where("number_key = ?", key))
	if err == nil && len(holders) == 0 {
		err = fault.New(fault.NotFound, "customer.unknown")
	}
	if err != nil {
		return 0, err
	}
	return holders[0], nil
}

const severalAreEnough = 8

func holders(from *gorm.DB) (ids []int64, err error) {
	err = from.Model(&numberRow{}).Distinct("customer_id").Limit(severalAreEnough).Pluck("customer_id", &ids).Error
	return ids, db.Fault(err)
}
