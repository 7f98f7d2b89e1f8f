package billing

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

type reversalRow struct {
	ID           int64
	TillID       int64
	Code         string
	Receipt      string
	Amount       money.Amount `gorm:"embedded;embeddedPrefix:amount_"`
	At           time.Time
	CameBy       string
	State        string
	ReceiptID    int64
	Placed       string
	RefundID     int64
	OrderID      int64
	GrantID      int64
	HolderID     int64
	Account      string
	ServiceCents int64
	LostCents    int64
	DoneBy       string
	CameFrom     string
	Member       int64
	CreatedAt    time.Time
	SettledAt    *time.Time
}

func (reversalRow) TableName() string { return "reversals" }

func (r reversalRow) reversal() Reversal {
	v := Reversal{ID: r.ID, TillID: r.TillID, Code: r.Code, Receipt: r.Receipt, Amount: r.Amount, At: r.At.UTC(), CameBy: r.CameBy, State: ReversalState(r.State), ReceiptID: r.ReceiptID, Placed: r.Placed,
		RefundID: r.RefundID, OrderID: r.OrderID, GrantID: r.GrantID, HolderID: r.HolderID, Account: r.Account, By: r.DoneBy, From: r.CameFrom, Member: r.Member, CreatedAt: r.CreatedAt.UTC(),
		SettledAt: db.Instant(r.SettledAt)}
	v.Service, v.Lost = v.share(r.ServiceCents), v.share(r.LostCents)
	return v
}

func (s *Service) insertReversal(tx *db.Tx, v Reversal) error {
	return tx.Gorm().Create(&reversalRow{ID: v.ID, TillID: v.TillID, Code: v.Code, Receipt: v.Receipt, Amount: v.Amount, At: v.At, CameBy: v.CameBy, State: string(v.State), DoneBy: v.By,
		CameFrom: v.From, Member: v.Member, CreatedAt: v.CreatedAt}).Error
}

func oneReversal(from *gorm.DB) (Reversal, error) {
	var r reversalRow
	err := db.Fault(from.Take(&r).Error)
	return r.reversal(), err
}

func (s *Service) reversalTx(tx *db.Tx, reversalID int64) (Reversal, error) {
	return oneReversal(tx.Gorm().Where("id = ?", reversalID))
}

func (s *Service) reversalByCode(tx *db.Tx, tillID int64, code string) (Reversal, error) {
	return oneReversal(tx.Gorm().Where("till_id = ? AND code = ?", tillID, code))
}

// claimReversal takes a reversal that was found for the receipt that it is of; false when somebody was faster.
func (s *Service) claimReversal(tx *db.Tx, reversalID, receiptID int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&reversalRow{}).Where("id = ? AND state = ? AND receipt_id = 0", reversalID, ReversalFound).Update("receipt_id", receiptID))
	return won, db.Fault(err)
}

// keepReversal writes what became of a reversal that was claimed.
func (s *Service) keepReversal(tx *db.Tx, v Reversal) error {
	won, err := db.Won(tx.Gorm().Model(&reversalRow{}).Where("id = ? AND state = ?", v.ID, ReversalFound).
		Updates(map[string]any{"state": v.State, "amount_cents": v.Amount.Cents, "placed": v.Placed, "refund_id": v.RefundID, "order_id": v.OrderID, "grant_id": v.GrantID, "holder_id": v.HolderID, "account": v.Account,
			"service_cents": v.Service.Cents, "lost_cents": v.Lost.Cents, "settled_at": v.SettledAt}))
	if err == nil && !won {
		err = errRaced
	}
	return db.Fault(err)
}

// reverseReceipt marks so much of a receipt as reversed; false when it is not as it was read.
func (s *Service) reverseReceipt(tx *db.Tx, r Receipt, a money.Amount) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&receiptRow{}).Where("id = ? AND reversed_cents = ?", r.ID, r.Reversed.Cents).
		Updates(map[string]any{"reversed_cents": r.Reversed.Cents + a.Cents, "placed": r.Placed, "updated_at": s.Clock.Now()}))
	return won, db.Fault(err)
}

const mostWaiting = 500

// reversalsWaiting are reversals of money that is here now.
func (s *Service) reversalsWaiting(ctx context.Context) (ids []int64, err error) {
	err = s.DB.Read(ctx).Model(&reversalRow{}).Joins("JOIN receipts ON receipts.till_id = reversals.till_id AND receipts.receipt = reversals.receipt").
		Where("reversals.state = ?", ReversalFound).Order("reversals.id").Limit(mostWaiting).Pluck("reversals.id", &ids).Error
	return ids, db.Fault(err)
}

func (s *Service) reversalsOfNumber(tx *db.Tx, tillID int64, number string) (ids []int64, err error) {
	err = tx.Gorm().Model(&reversalRow{}).Where("till_id = ? AND receipt = ? AND state = ?", tillID, number, ReversalFound).Limit(mostFound).Pluck("id", &ids).Error
	return ids, db.Fault(err)
}

// servicesReversed sums what reversals of a receipt took from what its order bought.
func (s *Service) servicesReversed(tx *db.Tx, receiptID int64) (cents int64, err error) {
	err = tx.Gorm().Model(&reversalRow{}).Where("receipt_id = ? AND state = ?", receiptID, ReversalTaken).Select("COALESCE(SUM(service_cents), 0)").Scan(&cents).Error
	return cents, db.Fault(err)
}

// reversedFromGrant sums what reversals took out of the money held for a grant.
func (s *Service) reversedFromGrant(tx *db.Tx, grantID int64) (money.Amount, error) {
	var cents int64
	err := tx.Gorm().Model(&reversalRow{}).Where("grant_id = ? AND account = ?", grantID, ledger.PrepaidService).Select("COALESCE(SUM(service_cents), 0)").Scan(&cents).Error
	return money.KES(cents), db.Fault(err)
}

// refundsMatching are a receipt's refunds that are owed, or were paid by the rail.
func (s *Service) refundsMatching(tx *db.Tx, receiptID int64) (all []Refund, err error) {
	var rows []refundRow
	err = tx.Gorm().Where("receipt_id = ? AND (state = ? OR state = ? AND how = ?)", receiptID, RefundApproved, RefundPaid, RefundByMPesa).Order("id").Limit(mostFound).Find(&rows).Error
	return refundsOf(rows), db.Fault(err)
}

// refundReversed says that a reversal was recognised as a refund before.
func (s *Service) refundReversed(tx *db.Tx, refundID int64) (bool, error) {
	var ids []int64
	err := tx.Gorm().Model(&reversalRow{}).Where("refund_id = ?", refundID).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, db.Fault(err)
}

// boughtByCredit are the orders that a payer's credit paid since an instant, the newest first.
func (s *Service) boughtByCredit(tx *db.Tx, payerHash string, since time.Time) (orders []int64, err error) {
	err = tx.Gorm().Model(&receiptRow{}).Where("payer_hash = ? AND created_at >= ? AND came_by = ?", payerHash, since.Add(-skew), byCredit).Order("created_at DESC").Limit(mostSeized).
		Pluck("order_id", &orders).Error
	return orders, db.Fault(err)
}

// takeCreditUpTo takes so much of a guest's credit as is there.
func (s *Service) takeCreditUpTo(tx *db.Tx, phoneHash string, most money.Amount) (money.Amount, error) {
	var rows []creditRow
	held := money.Amount{Currency: most.Currency}
	if _, err := db.Won(tx.Gorm().Exec("UPDATE credits SET updated_at = ? WHERE phone_hash = ? AND currency = ?", s.Clock.Now(), phoneHash, most.Currency)); err != nil {
		return held, db.Fault(err)
	}
	if err := tx.Gorm().Where("phone_hash = ? AND currency = ?", phoneHash, most.Currency).Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return held, db.Fault(err)
	}
	held.Cents = min(most.Cents, rows[0].BalanceCents)
	if !held.IsPositive() {
		return money.Amount{Currency: most.Currency}, nil
	}
	won, err := s.takeCredit(tx, phoneHash, held)
	if err == nil && !won {
		err = errRaced
	}
	return held, err
}

// ReversalsOf lists the reversals of a receipt, the newest first.
func (s *Service) ReversalsOf(ctx context.Context, receiptID int64) ([]Reversal, error) {
	return reversals(s.DB.Read(ctx).Where("receipt_id = ?", receiptID).Order("id DESC").Limit(mostFound))
}

// ReversalByID is one reversal; fault.NotFound.
func (s *Service) ReversalByID(ctx context.Context, reversalID int64) (Reversal, error) {
	return oneReversal(s.DB.Read(ctx).Where("id = ?", reversalID))
}

// Reversals lists the newest reversals before an id (0: from the last), of a state when it is given.
func (s *Service) Reversals(ctx context.Context, state ReversalState, before int64, limit int) ([]Reversal, error) {
	from := s.DB.Read(ctx).Order("id DESC").Limit(limit)
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	if state != "" {
		from = from.Where("state = ?", state)
	}
	return reversals(from)
}

// ReversalsAfter lists reversals in the order of their ids, a page at a time.
func (s *Service) ReversalsAfter(ctx context.Context, after int64, limit int) ([]Reversal, error) {
	return reversals(s.DB.Read(ctx).Where("id > ?", after).Order("id").Limit(limit))
}

// ReversalsByCode are those with these codes at a till.
func (s *Service) ReversalsByCode(ctx context.Context, tillID int64, codes []string) (map[string]Reversal, error) {
	all := map[string]Reversal{}
	for some := range db.Pieces(codes) {
		found, err := reversals(s.DB.Read(ctx).Where("till_id = ? AND code IN ?", tillID, some).Limit(len(some)))
		if err != nil {
			return nil, err
		}
		for _, v := range found {
			all[v.Code] = v
		}
	}
	return all, nil
}

func reversals(from *gorm.DB) ([]Reversal, error) {
	var rows []reversalRow
	err := from.Find(&rows).Error
	all := make([]Reversal, len(rows))
	for n, r := range rows {
		all[n] = r.reversal()
	}
	return all, db.Fault(err)
}
