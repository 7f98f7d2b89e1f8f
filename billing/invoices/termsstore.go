package invoices

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/audit"
	"mtandao/internal/db"
)

type termsRow struct {
	CustomerID int64 `gorm:"primaryKey;autoIncrement:false"`
	Review     int64
	Vip        int64
	UpdatedAt  time.Time
}

func (termsRow) TableName() string { return "invoice_terms" }

func (s *Service) treat(tx *db.Tx, customerID int64, review, vip bool) error {
	return db.Fault(tx.Gorm().Save(&termsRow{CustomerID: customerID, Review: bit(review), Vip: bit(vip), UpdatedAt: s.now()}).Error)
}

// treated are the customers who are not treated as everybody.
func (s *Service) treated(tx *db.Tx, ids []int64) (map[int64]termsRow, error) {
	return treatedBy(tx.Gorm(), ids)
}

func (s *Service) treatedNow(ctx context.Context, ids []int64) (map[int64]termsRow, error) {
	return treatedBy(s.DB.Read(ctx), ids)
}

func treatedBy(g *gorm.DB, ids []int64) (map[int64]termsRow, error) {
	all := map[int64]termsRow{}
	for some := range db.Pieces(ids) {
		var rows []termsRow
		if err := g.Session(&gorm.Session{NewDB: true}).Where("customer_id IN ?", some).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			all[r.CustomerID] = r
		}
	}
	return all, nil
}

func (s *Service) recordOf(tx *db.Tx, by By, action string, customerID int64, said any) error {
	return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "customer", ObjectID: idText(customerID)}, nil, said)
}
