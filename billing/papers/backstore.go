package papers

import (
	"context"
	"time"

	"mtandao/internal/db"
)

// backRow is that a customer's service is back, of which they are not told yet.
type backRow struct {
	CustomerID int64 `gorm:"primaryKey;autoIncrement:false"`
	UntilAt    *time.Time
	At         time.Time
}

func (backRow) TableName() string { return "paper_returns" }

// keepBack notes it; of several lines the one that ends first counts.
func (s *Service) keepBack(tx *db.Tx, customerID int64, until time.Time) error {
	row := backRow{CustomerID: customerID, At: s.Clock.Now().UTC().Truncate(time.Millisecond)}
	if !until.IsZero() {
		until = until.UTC()
		row.UntilAt = &until
	}
	err := tx.Savepoint(func() error { return tx.Gorm().Create(&row).Error })
	if db.IsDuplicate(err) {
		err = tx.Gorm().Exec("UPDATE paper_returns SET until_at = ? WHERE customer_id = ? AND until_at IS NOT NULL AND until_at > ?", row.UntilAt, customerID, row.UntilAt).Error
	}
	return db.Fault(err)
}

// backOf is what a customer is to be told; nil for nothing.
func (s *Service) backOf(ctx context.Context, customerID int64) (back *backRow, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		var rows []backRow
		back = nil
		err := tx.Gorm().Where("customer_id = ?", customerID).Limit(1).Find(&rows).Error
		if len(rows) > 0 {
			back = &rows[0]
		}
		return db.Fault(err)
	})
	return back, err
}

// tookBack says whether who asks tells of it; nobody else will.
func (s *Service) tookBack(tx *db.Tx, b backRow) (bool, error) {
	won, err := db.Won(tx.Gorm().Where("customer_id = ? AND at = ?", b.CustomerID, b.At).Delete(&backRow{}))
	return won, db.Fault(err)
}
