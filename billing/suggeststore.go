package billing

import (
	"context"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
)

// mostGuessed is how many orders of a time are compared with a receipt.
const mostGuessed = 500

func (s *Service) ordersByCodes(ctx context.Context, codes []string) ([]Order, error) {
	if len(codes) == 0 {
		return nil, nil
	}
	var rows []orderRow
	err := s.DB.Read(ctx).Where("code IN ?", codes).Order("id DESC").Limit(mostFound).Find(&rows).Error
	return s.toOrders(rows, err)
}

func (s *Service) newestOfPhone(ctx context.Context, hashes []string) ([]Order, error) {
	var rows []orderRow
	err := s.DB.Read(ctx).Where("phone_hash IN ?", hashes).Order("created_at DESC").Limit(mostSuggestions).Find(&rows).Error
	return s.toOrders(rows, err)
}

// unpaidAround lists the unpaid orders of a time that asked for just this amount at the receipt's till, the newest first.
func (s *Service) unpaidAround(ctx context.Context, r Receipt, from, to time.Time) ([]Order, error) {
	unpaid := []PaymentState{PaymentCreated, PaymentSending, PaymentSent, PaymentUnknown, PaymentFailed, PaymentExpired}
	var rows []orderRow
	err := s.DB.Read(ctx).Joins("JOIN payments ON payments.order_id = orders.id").
		Where("payments.state IN ? AND payments.created_at >= ? AND payments.created_at < ? AND payments.till_id = ? AND payments.amount_cents = ? AND payments.amount_currency = ?",
			unpaid, from, to, r.TillID, r.Amount.Cents, r.Amount.Currency).
		Where("orders.state = ?", OrderPlaced).Order("payments.created_at DESC").Limit(mostGuessed).Find(&rows).Error
	return s.toOrders(rows, err)
}

// knownPayer is the phone of a payer: their own, or the one that their money was given to before.
func (s *Service) knownPayer(ctx context.Context, payer string) (phone customers.Phone, hashes []string, own bool, err error) {
	if phone, hashes, err = s.ownPhone(s.DB.Read(ctx), payer); err != nil || phone != "" {
		return phone, hashes, true, err
	}
	phone, hashes, err = s.matchedPayer(s.DB.Read(ctx), payer)
	return phone, hashes, false, err
}

// Suspense lists a page of the money that nobody has claimed, newest first, before a receipt (0: from the newest). Tills
// narrows it; nil is all of them.
func (s *Service) Suspense(ctx context.Context, tills []int64, before int64, limit int) ([]Receipt, error) {
	q := s.DB.Read(ctx).Where("placed = ?", PlacedSuspense)
	if tills != nil {
		q = q.Where("till_id IN ?", append([]int64{-1}, tills...))
	}
	if before != 0 {
		var at []time.Time
		if err := s.DB.Read(ctx).Model(&receiptRow{}).Where("id = ?", before).Limit(1).Pluck("created_at", &at).Error; err != nil {
			return nil, db.Fault(err)
		}
		if len(at) == 0 {
			return nil, nil
		}
		q = q.Where("created_at <= ? AND (created_at < ? OR id < ?)", at[0], at[0], before)
	}
	var rows []receiptRow
	err := q.Order("created_at DESC, id DESC").Limit(limit).Find(&rows).Error
	return s.toReceipts(rows, err)
}

// suspenseSince lists the money that nobody has claimed of a time, the newest first.
func (s *Service) suspenseSince(ctx context.Context, from, to time.Time) ([]Receipt, error) {
	var rows []receiptRow
	err := s.DB.Read(ctx).Where("placed = ? AND created_at >= ? AND created_at < ?", PlacedSuspense, from, to).Order("created_at DESC").Limit(mostFound).Find(&rows).Error
	return s.toReceipts(rows, err)
}

// orderOnceTx finds the order that a form of ours has placed.
func (s *Service) orderOnceTx(tx *db.Tx, once string) (Order, bool, error) {
	var r orderRow
	err := db.Fault(tx.Gorm().Where("once_hash IN ?", s.lookups(purposeOnce, once)).Take(&r).Error)
	if missing, err := notFoundIs(err); err != nil || missing {
		return Order{}, false, err
	}
	o, err := s.toOrder(r)
	return o, true, err
}
