package invoices

import (
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
)

type termsRow struct {
	CustomerID int64 `gorm:"primaryKey;autoIncrement:false"`
	Exempt     int64
	ExemptNote string
	DueDays    int64
	PoNumber   string
	Review     int64
	Vip        int64
	UpdatedAt  time.Time
}

func (termsRow) TableName() string { return "invoice_terms" }

func (s *Service) saveTerms(tx *db.Tx, t Terms) error {
	return db.Fault(tx.Gorm().Save(&termsRow{CustomerID: t.CustomerID, Exempt: bit(t.Exempt), ExemptNote: t.ExemptNote, DueDays: int64(t.DueDays), PoNumber: t.PONumber, Review: bit(t.Review),
		Vip: bit(t.VIP), UpdatedAt: s.now()}).Error)
}

// termsOf reads the terms of customers; who has none of their own has everybody's.
func (s *Service) termsOf(tx *db.Tx, ids []int64) (map[int64]Terms, error) {
	all := make(map[int64]Terms, len(ids))
	for _, id := range ids {
		all[id] = Terms{CustomerID: id, DueDays: -1}
	}
	for some := range db.Pieces(ids) {
		var rows []termsRow
		if err := tx.Gorm().Where("customer_id IN ?", some).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			all[r.CustomerID] = Terms{CustomerID: r.CustomerID, Exempt: r.Exempt != 0, ExemptNote: r.ExemptNote, DueDays: int(r.DueDays), PONumber: r.PoNumber, Review: r.Review != 0, VIP: r.Vip != 0}
		}
	}
	return all, nil
}

func (s *Service) recordOf(tx *db.Tx, by By, action string, customerID int64, said any) error {
	text, err := audit.Text(said)
	if err != nil {
		return err
	}
	return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "customer", ObjectID: idText(customerID), After: text})
}
