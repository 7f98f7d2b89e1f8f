package billing

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

// provenReceipt is a receipt with its order and payment, nil when they are gone.
type provenReceipt struct {
	receiptRow
	order   *orderRow
	payment *paymentRow
}

const provePage = 500

func (s *Service) receiptsToProve(ctx context.Context, after int64) ([]provenReceipt, error) {
	var rows []receiptRow
	if err := s.DB.Read(ctx).Where("id > ?", after).Order("id").Limit(provePage).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	return withRows(s.DB.Read(ctx), rows)
}

func (s *Service) receiptToProve(ctx context.Context, id int64) (provenReceipt, error) {
	return provenIn(s.DB.Read(ctx), id)
}

func (s *Service) proven(tx *db.Tx, receiptID int64) (provenReceipt, error) {
	return provenIn(tx.Gorm(), receiptID)
}

func provenIn(g *gorm.DB, receiptID int64) (provenReceipt, error) {
	var r receiptRow
	if err := g.Where("id = ?", receiptID).Take(&r).Error; err != nil {
		return provenReceipt{}, db.Fault(err)
	}
	all, err := withRows(g, []receiptRow{r})
	if err != nil {
		return provenReceipt{}, err
	}
	return all[0], nil
}

func withRows(g *gorm.DB, receipts []receiptRow) ([]provenReceipt, error) {
	all := make([]provenReceipt, len(receipts))
	var orderIDs, paymentIDs []int64
	for i, r := range receipts {
		all[i].receiptRow = r
		orderIDs, paymentIDs = append(orderIDs, r.OrderID), append(paymentIDs, r.PaymentID)
	}
	var orders []orderRow
	var payments []paymentRow
	if err := g.Session(&gorm.Session{NewDB: true}).Where("id IN ?", orderIDs).Find(&orders).Error; err != nil {
		return nil, db.Fault(err)
	}
	if err := g.Session(&gorm.Session{NewDB: true}).Where("id IN ?", paymentIDs).Find(&payments).Error; err != nil {
		return nil, db.Fault(err)
	}
	for i := range all {
		if n := slices.IndexFunc(orders, func(o orderRow) bool { return o.ID == all[i].OrderID }); n >= 0 {
			all[i].order = &orders[n]
		}
		if n := slices.IndexFunc(payments, func(p paymentRow) bool { return p.ID == all[i].PaymentID }); n >= 0 {
			all[i].payment = &payments[n]
		}
	}
	return all, nil
}
