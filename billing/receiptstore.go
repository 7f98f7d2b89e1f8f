package billing

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

type receiptRow struct {
	ID            int64
	TillID        int64
	Receipt       *string
	CameBy        string
	Amount        money.Amount `gorm:"embedded;embeddedPrefix:amount_"`
	PaymentID     int64
	OrderID       int64
	Placed        string
	HolderID      int64
	PayerHash     string
	Payer         []byte
	Reference     string
	MergedInto    int64
	ReversedCents int64
	ArrivedAt     time.Time
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

func (receiptRow) TableName() string { return "receipts" }

func (s *Service) insertReceipt(tx *db.Tx, r Receipt) error {
	payer, err := s.Keys.Seal(purposePhone, []byte(r.Payer))
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	row := receiptRow{ID: r.ID, TillID: r.TillID, CameBy: r.CameBy, Amount: r.Amount, PaymentID: r.PaymentID, OrderID: r.OrderID,
		Placed: r.Placed, HolderID: r.HolderID, PayerHash: r.payerHash, Payer: payer, Reference: cut(r.Reference), ArrivedAt: r.ArrivedAt, CreatedAt: now, UpdatedAt: now}
	if r.Number != "" {
		row.Receipt = &r.Number
	}
	if err := tx.Gorm().Create(&row).Error; err != nil || r.CameBy == byCredit {
		return db.Fault(err)
	}
	return s.Jobs.Emit(tx, FactReceived, id(r.ID), ReceiptFact{r.ID})
}

func (s *Service) toReceipt(r receiptRow) (Receipt, error) {
	payer, err := s.Keys.Open(purposePhone, r.Payer)
	out := Receipt{ID: r.ID, TillID: r.TillID, CameBy: r.CameBy, Amount: r.Amount, PaymentID: r.PaymentID, OrderID: r.OrderID,
		Placed: r.Placed, HolderID: r.HolderID, Reversed: money.Amount{Cents: r.ReversedCents, Currency: r.Amount.Currency}, Payer: string(payer), Reference: r.Reference, ArrivedAt: r.ArrivedAt, payerHash: r.PayerHash}
	if r.Receipt != nil {
		out.Number = *r.Receipt
	}
	return out, err
}

func (s *Service) toReceipts(rows []receiptRow, err error) ([]Receipt, error) {
	return each(rows, err, s.toReceipt)
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

// paymentsWithoutNumber lists the prompts of an amount at a till that a query said were paid, and whose receipt's number is not
// known.
func (s *Service) paymentsWithoutNumber(tx *db.Tx, tillID int64, a money.Amount, since time.Time) ([]Payment, error) {
	var ids []int64
	err := tx.Gorm().Model(&receiptRow{}).Where("till_id = ? AND receipt IS NULL AND amount_cents = ? AND amount_currency = ? AND created_at >= ? AND came_by = ? AND placed <> ?",
		tillID, a.Cents, a.Currency, since, ByQuery, placedMerged).Order("id DESC").Limit(100).Pluck("payment_id", &ids).Error
	if err != nil {
		return nil, db.Fault(err)
	}
	var all []Payment
	for _, id := range ids {
		p, err := s.paymentTx(tx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// ownReceipt is a prompt's own money.
func (s *Service) ownReceipt(tx *db.Tx, paymentID int64) (Receipt, error) {
	var r receiptRow
	err := tx.Gorm().Where("payment_id = ? AND came_by IN ? AND placed <> ?", paymentID, []string{ByPrompt, ByQuery}, placedMerged).Limit(1).Take(&r).Error
	if err != nil {
		return Receipt{}, db.Fault(err)
	}
	return s.toReceipt(r)
}

// receiptsAt lists the numbered receipts of an amount that arrived at a till within a time, oldest first.
func (s *Service) receiptsAt(tx *db.Tx, tillID int64, a money.Amount, from, to time.Time) ([]Receipt, error) {
	var rows []receiptRow
	err := tx.Gorm().Where("till_id = ? AND amount_cents = ? AND arrived_at BETWEEN ? AND ? AND amount_currency = ? AND receipt IS NOT NULL",
		tillID, a.Cents, from, to, a.Currency).Order("arrived_at").Limit(5000).Find(&rows).Error
	return s.toReceipts(rows, err)
}

// trace keeps whose prompt's own money a receipt is, or with payment 0 that it is none's, with what was learnt of its payer.
func (s *Service) trace(tx *db.Tx, r Receipt, paymentID int64, cameBy string) error {
	payer, err := s.Keys.Seal(purposePhone, []byte(r.Payer))
	if err != nil {
		return err
	}
	err = tx.Gorm().Model(&receiptRow{}).Where("id = ?", r.ID).Updates(map[string]any{"payment_id": paymentID, "came_by": cameBy,
		"payer": payer, "reference": cut(r.Reference), "updated_at": s.Clock.Now()}).Error
	if err != nil {
		return db.Fault(err)
	}
	return s.postNumbered(tx, entryTraced, r)
}

// renumber gives a receipt another number, or none.
func (s *Service) renumber(tx *db.Tx, r Receipt, number, cameBy string) error {
	set := map[string]any{"receipt": nil, "came_by": cameBy, "updated_at": s.Clock.Now()}
	if r.Number = number; number != "" {
		set["receipt"] = number
	}
	if err := tx.Gorm().Model(&receiptRow{}).Where("id = ?", r.ID).Updates(set).Error; err != nil {
		return db.Fault(err)
	}
	return s.postNumbered(tx, entryNumbered, r)
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
	set := map[string]any{"receipt": e.Receipt, "payer": sealed, "updated_at": s.Clock.Now()}
	if e.Kind == ByPrompt {
		set["came_by"] = ByPrompt
	}
	won, err := db.Won(tx.Gorm().Model(&receiptRow{}).Where("id = ? AND receipt IS NULL AND placed <> ?", pending.ID, placedMerged).Updates(set))
	if err != nil || !won {
		return false, db.Fault(err)
	}
	pending.Number = e.Receipt
	return true, s.postNumbered(tx, entryNumbered, pending)
}

// unplace takes a receipt out of the place it was read in; false when somebody moved it first.
func (s *Service) unplace(tx *db.Tx, r Receipt) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&receiptRow{}).Where("id = ? AND placed = ?", r.ID, r.Placed).
		Updates(map[string]any{"placed": PlacedMoving, "updated_at": s.Clock.Now()}))
	return won, db.Fault(err)
}

func (s *Service) moveReceipt(tx *db.Tx, r Receipt) error {
	return db.Fault(tx.Gorm().Model(&receiptRow{}).Where("id = ? AND placed = ?", r.ID, PlacedMoving).
		Updates(map[string]any{"placed": r.Placed, "payment_id": r.PaymentID, "came_by": r.CameBy, "order_id": r.OrderID, "holder_id": r.HolderID, "payer_hash": r.payerHash, "updated_at": s.Clock.Now()}).Error)
}

// mergeReceipts marks known as counted twice and gives its number to the other, which has none, or keeps its own. The number moves in two steps for its unique key.
func (s *Service) mergeReceipts(tx *db.Tx, known, other Receipt) error {
	now := s.Clock.Now()
	err := tx.Gorm().Model(&receiptRow{}).Where("id = ? AND placed = ?", known.ID, PlacedMoving).
		Updates(map[string]any{"placed": placedMerged, "merged_into": other.ID, "receipt": nil, "updated_at": now}).Error
	if err == nil && other.Number == "" {
		err = tx.Gorm().Model(&receiptRow{}).Where("id = ? AND receipt IS NULL", other.ID).
			Updates(map[string]any{"receipt": known.Number, "updated_at": now}).Error
	}
	return db.Fault(err)
}

// CameFor is what of the money of some orders, as a transaction sees it, is in the accounts that they raise, in cents by the orders' ids.
func (s *Service) CameFor(tx *db.Tx, orderIDs []int64) (map[int64]int64, error) {
	came := map[int64]int64{}
	for some := range db.Pieces(orderIDs) {
		var rows []struct{ OrderID, Cents int64 }
		err := tx.Gorm().Raw("SELECT order_id, SUM(amount_cents - reversed_cents) AS cents FROM receipts WHERE order_id IN ? AND placed IN ? GROUP BY order_id", some, []string{PlacedAccount, PlacedFloat}).Scan(&rows).Error
		if err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			came[r.OrderID] = r.Cents
		}
	}
	return came, nil
}
