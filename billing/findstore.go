package billing

import (
	"context"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

func (s *Service) ordersWhere(ctx context.Context, where string, value any) ([]Order, error) {
	var rows []orderRow
	err := s.DB.Read(ctx).Where(where, value).Order("id DESC").Limit(mostFound).Find(&rows).Error
	return s.toOrders(rows, err)
}

// WhichOrders narrows a list of orders; empty fields do not.
type WhichOrders struct {
	Sites []int64
	State OrderState
}

// Orders lists orders before an id, the newest first.
func (s *Service) Orders(ctx context.Context, w WhichOrders, before int64, limit int) ([]Order, error) {
	from, err := db.NewestAt(func() *gorm.DB {
		from := s.DB.Read(ctx).Model(&orderRow{})
		if before != 0 {
			from = from.Where("id < ?", before)
		}
		if w.State != "" {
			from = from.Where("state = ?", w.State)
		}
		return from
	}, w.Sites, limit)
	if err != nil {
		return nil, err
	}
	var rows []orderRow
	err = from.Find(&rows).Error
	return s.toOrders(rows, err)
}

func (s *Service) receiptsWhere(ctx context.Context, where string, value any) ([]Receipt, error) {
	var rows []receiptRow
	err := s.DB.Read(ctx).Where(where, value).Order("id DESC").Limit(mostFound).Find(&rows).Error
	return s.toReceipts(rows, err)
}

func (s *Service) paymentsWhere(ctx context.Context, where string, value any) ([]Payment, error) {
	var rows []paymentRow
	err := s.DB.Read(ctx).Where(where, value).Order("id DESC").Limit(mostFound).Find(&rows).Error
	return each(rows, err, s.toPayment)
}

func (s *Service) claimsOf(ctx context.Context, orderID int64) ([]Typed, error) {
	var rows []claimRow
	err := s.DB.Read(ctx).Where("order_id = ?", orderID).Order("id DESC").Limit(mostFound).Find(&rows).Error
	var all []Typed
	for _, r := range rows {
		all = append(all, Typed{Receipt: r.Receipt, State: r.State, Reason: r.Reason})
	}
	return all, db.Fault(err)
}

// ordersThatClaim lists the orders for which a receipt number was typed that nobody has told us of.
func (s *Service) ordersThatClaim(ctx context.Context, number string) ([]Order, error) {
	var ids []int64 // asked by themselves: MariaDB knows no LIMIT within IN
	if err := s.DB.Read(ctx).Model(&claimRow{}).Where("receipt = ?", number).Limit(mostFound).Pluck("order_id", &ids).Error; err != nil || len(ids) == 0 {
		return nil, db.Fault(err)
	}
	var rows []orderRow
	err := s.DB.Read(ctx).Where("id IN ?", ids).Order("id DESC").Limit(mostFound).Find(&rows).Error
	return s.toOrders(rows, err)
}

func (s *Service) receiptsOfHolder(ctx context.Context, placed string, holder, before int64, limit int) ([]Receipt, error) {
	from := s.DB.Read(ctx).Where("holder_id = ? AND placed = ?", holder, placed).Order("id DESC").Limit(limit)
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	var rows []receiptRow
	err := from.Find(&rows).Error
	return s.toReceipts(rows, err)
}
