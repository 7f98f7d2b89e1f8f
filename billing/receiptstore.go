package billing

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

type receiptRow struct {
	ID         int64
	TillID     int64
	Receipt    *string
	CameBy     string
	Amount     money.Amount `gorm:"embedded;embeddedPrefix:amount_"`
	PaymentID  int64
	OrderID    int64
	Placed     string
	PayerHash  string
	Payer      []byte
	Reference  string
	MergedInto int64
	ArrivedAt  time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

func (receiptRow) TableName() string { return "receipts" }

func (s *Service) insertReceipt(tx *db.Tx, r Receipt) error {
	payer, err := s.Keys.Seal(purposePhone, []byte(r.Payer))
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	row := receiptRow{ID: r.ID, TillID: r.TillID, CameBy: r.CameBy, Amount: r.Amount, PaymentID: r.PaymentID, OrderID: r.OrderID,
		Placed: r.Placed, PayerHash: r.payerHash, Payer: payer, Reference: cut(r.Reference), ArrivedAt: r.ArrivedAt, CreatedAt: now, UpdatedAt: now}
	if r.Number != "" {
		row.Receipt = &r.Number
	}
	return db.Fault(tx.Gorm().Create(&row).Error)
}

func (s *Service) toReceipt(r receiptRow) (Receipt, error) {
	payer, err := s.Keys.Open(purposePhone, r.Payer)
	out := Receipt{ID: r.ID, TillID: r.TillID, CameBy: r.CameBy, Amount: r.Amount, PaymentID: r.PaymentID, OrderID: r.OrderID,
		Placed: r.Placed, Payer: string(payer), Reference: r.Reference, ArrivedAt: r.ArrivedAt, payerHash: r.PayerHash}
	if r.Receipt != nil {
		out.Number = *r.Receipt
	}
	return out, err
}

// receiptByNumber finds a receipt of a till; fault.NotFound also for an empty number.
func (s *Service) receiptByNumber(tx *db.Tx, tillID int64, number string) (Receipt, error) {
	if number == "" {
		return Receipt{}, fault.New(fault.NotFound, "receipt.unknown")
	}
	var r receiptRow
	if err := tx.Gorm().Where("till_id = ? AND receipt = ?", tillID, number).Take(&r).Error; err != nil {
		return Receipt{}, db.Fault(err)
	}
	return s.toReceipt(r)
}

func (s *Service) receiptAnywhere(ctx context.Context, number string) (Receipt, error) {
	var tills []int64
	if err := s.DB.Read(ctx).Model(&tillRow{}).Limit(500).Pluck("id", &tills).Error; err != nil {
		return Receipt{}, db.Fault(err)
	}
	var r receiptRow
	if err := s.DB.Read(ctx).Where("till_id IN ? AND receipt = ?", tills, number).Limit(1).Take(&r).Error; err != nil {
		return Receipt{}, db.Fault(err)
	}
	return s.toReceipt(r)
}

func (s *Service) pendingReceipt(tx *db.Tx, paymentID int64) (Receipt, error) {
	var r receiptRow
	if err := tx.Gorm().Where("payment_id = ? AND receipt IS NULL AND placed <> ?", paymentID, placedMerged).Take(&r).Error; err != nil {
		return Receipt{}, db.Fault(err)
	}
	return s.toReceipt(r)
}

func (s *Service) hasReceiptBy(tx *db.Tx, paymentID int64, cameBy string) (bool, error) {
	var ids []int64
	err := tx.Gorm().Model(&receiptRow{}).Where("payment_id = ? AND came_by = ?", paymentID, cameBy).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, db.Fault(err)
}

// numberPending gives the receipt that a query brought in its number; false when none of this amount waits for one: money
// of another amount is other money.
func (s *Service) numberPending(tx *db.Tx, paymentID int64, e Evidence) (bool, error) {
	sealed, err := s.Keys.Seal(purposePhone, []byte(e.Payer))
	if err != nil {
		return false, err
	}
	pending, err := s.pendingReceipt(tx, paymentID)
	if missing, err := notFoundIs(err); err != nil || missing || pending.Amount != e.Amount {
		return false, err
	}
	won, err := db.Won(tx.Gorm().Model(&receiptRow{}).Where("id = ? AND receipt IS NULL AND placed <> ?", pending.ID, placedMerged).
		Updates(map[string]any{"receipt": e.Receipt, "payer": sealed, "updated_at": s.Clock.Now()}))
	if err != nil || !won {
		return false, db.Fault(err)
	}
	pending.Number = e.Receipt
	return true, s.postNumbered(tx, pending)
}

// PlacedMoving is where a receipt is between unplace and moveReceipt, inside one transaction.
const PlacedMoving = "moving"

// unplace takes a receipt out of the place it was read in; false when somebody moved it first.
func (s *Service) unplace(tx *db.Tx, r Receipt) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&receiptRow{}).Where("id = ? AND placed = ?", r.ID, r.Placed).
		Updates(map[string]any{"placed": PlacedMoving, "updated_at": s.Clock.Now()}))
	return won, db.Fault(err)
}

func (s *Service) moveReceipt(tx *db.Tx, r Receipt) error {
	return db.Fault(tx.Gorm().Model(&receiptRow{}).Where("id = ? AND placed = ?", r.ID, PlacedMoving).
		Updates(map[string]any{"placed": r.Placed, "payment_id": r.PaymentID, "order_id": r.OrderID, "payer_hash": r.payerHash, "updated_at": s.Clock.Now()}).Error)
}

// mergeReceipts marks known as counted twice and gives its number to pending. The number moves in two steps for its unique key.
func (s *Service) mergeReceipts(tx *db.Tx, known, pending Receipt) error {
	now := s.Clock.Now()
	err := tx.Gorm().Model(&receiptRow{}).Where("id = ? AND placed = ?", known.ID, PlacedMoving).
		Updates(map[string]any{"placed": placedMerged, "merged_into": pending.ID, "receipt": nil, "updated_at": now}).Error
	if err == nil {
		err = tx.Gorm().Model(&receiptRow{}).Where("id = ? AND receipt IS NULL", pending.ID).
			Updates(map[string]any{"receipt": known.Number, "updated_at": now}).Error
	}
	return db.Fault(err)
}
