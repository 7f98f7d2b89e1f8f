package invoices

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"mtandao/internal/db"
	"mtandao/internal/money"
)

// pledgeRow is one promise; dunning_promises keeps until when the last one holds.
type pledgeRow struct {
	ID         int64
	CustomerID int64
	UntilDay   string
	Cents      int64
	Who        string
	Note       string
	DoneBy     string
	At         time.Time
	Request    *string // of the form that told it
}

func (pledgeRow) TableName() string { return "payment_promises" }

func (s *Service) promise(tx *db.Tx, p Promised) error {
	err := tx.Gorm().Clauses(clause.OnConflict{UpdateAll: true}).Create(&promiseRow{CustomerID: p.CustomerID, UntilDay: p.Until.String(), Note: p.Note, DoneBy: p.By, At: p.At}).Error
	if err == nil {
		row := pledgeRow{ID: tx.ID(), CustomerID: p.CustomerID, UntilDay: p.Until.String(), Cents: p.Amount.Cents, Who: p.Who, Note: p.Note, DoneBy: p.By, At: p.At}
		if p.Request != "" {
			row.Request = &p.Request
		}
		err = tx.Gorm().Create(&row).Error
	}
	return db.Fault(err)
}

// promisedBefore says that the same form told it before.
func promisedBefore(tx *db.Tx, request string) (bool, error) {
	var ids []int64
	err := tx.Gorm().Model(&pledgeRow{}).Where("request = ?", request).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, db.Fault(err)
}

// Promises are what a customer promised, the last first.
func (s *Service) Promises(ctx context.Context, customerID int64, limit int) ([]Promised, error) {
	var rows []pledgeRow
	err := s.DB.Read(ctx).Where("customer_id = ?", customerID).Order("id DESC").Limit(limit).Find(&rows).Error
	all := make([]Promised, len(rows))
	for n, r := range rows {
		all[n] = Promised{CustomerID: r.CustomerID, Until: dayIn(r.UntilDay), Amount: money.KES(r.Cents), Who: r.Who, Note: r.Note, By: r.DoneBy, At: r.At.UTC()}
	}
	return all, db.Fault(err)
}
