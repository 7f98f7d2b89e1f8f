package billing

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

type refundRow struct {
	ID          int64
	ReceiptID   int64
	OpenReceipt *int64 // the receipt while it is not decided: one at a time
	OrderID     int64
	GrantID     int64
	Account     string
	Amount      money.Amount `gorm:"embedded;embeddedPrefix:amount_"`
	Reason      string
	State       string
	AskedBy     int64
	DecidedBy   int64
	PaidBy      int64
	Alone       bool
	How         string
	Reference   string
	Typed       string
	Codes       int64
	CodeBy      int64
	CodeAt      *time.Time
	Sending     int64
	AskedAt     time.Time
	DecidedAt   *time.Time
	PaidAt      *time.Time
}

func (refundRow) TableName() string { return "refunds" }

func (r refundRow) refund() Refund {
	f := Refund{ID: r.ID, ReceiptID: r.ReceiptID, OrderID: r.OrderID, GrantID: r.GrantID, Account: r.Account, Amount: r.Amount, Reason: r.Reason,
		State: RefundState(r.State), AskedBy: r.AskedBy, DecidedBy: r.DecidedBy, PaidBy: r.PaidBy, Alone: r.Alone, How: r.How, Reference: r.Reference, Typed: r.Typed, Codes: r.Codes, CodeBy: r.CodeBy, CodeAt: db.Instant(r.CodeAt), Sending: r.Sending, AskedAt: r.AskedAt.UTC()}
	if r.DecidedAt != nil {
		f.DecidedAt = r.DecidedAt.UTC()
	}
	if r.PaidAt != nil {
		f.PaidAt = r.PaidAt.UTC()
	}
	return f
}

func (s *Service) insertRefund(tx *db.Tx, f Refund) error {
	return tx.Gorm().Create(&refundRow{ID: f.ID, ReceiptID: f.ReceiptID, OpenReceipt: &f.ReceiptID, OrderID: f.OrderID, Amount: f.Amount, Reason: f.Reason,
		State: string(f.State), AskedBy: f.AskedBy, AskedAt: f.AskedAt}).Error
}

func (s *Service) refundTx(tx *db.Tx, refundID int64) (Refund, error) {
	var r refundRow
	err := db.Fault(tx.Gorm().Where("id = ?", refundID).Take(&r).Error)
	return r.refund(), err
}

// decideRefund moves a refund asked → approved or refused, by another than who asked, or alone.
func (s *Service) decideRefund(tx *db.Tx, refundID, member int64, to RefundState, alone bool) (Refund, error) {
	won, err := db.Won(tx.Gorm().Model(&refundRow{}).Where("id = ? AND state = ? AND (asked_by <> ? OR ?)", refundID, RefundAsked, member, alone).
		Updates(map[string]any{"state": to, "decided_by": member, "decided_at": s.Clock.Now(), "alone": alone, "open_receipt": nil}))
	if err == nil && !won {
		err = fault.New(fault.Conflict, "refund.decided")
	}
	if err != nil {
		return Refund{}, db.Fault(err)
	}
	return s.refundTx(tx, refundID)
}

// cancelRefund moves a refund asked → cancelled, by who asked. DecidedBy stays empty: nobody has decided.
func (s *Service) cancelRefund(tx *db.Tx, refundID, member int64) (Refund, error) {
	won, err := db.Won(tx.Gorm().Model(&refundRow{}).Where("id = ? AND state = ? AND asked_by = ?", refundID, RefundAsked, member).
		Updates(map[string]any{"state": RefundCancelled, "decided_at": s.Clock.Now(), "open_receipt": nil}))
	if err != nil {
		return Refund{}, db.Fault(err)
	}
	f, err := s.refundTx(tx, refundID)
	switch {
	case err != nil || won:
		return f, err
	case f.AskedBy != member:
		return f, fault.New(fault.Denied, "refund.not_yours")
	}
	return f, fault.New(fault.Conflict, "refund.decided")
}

// keepRefund writes where an approved refund's money came from.
func (s *Service) keepRefund(tx *db.Tx, f Refund) error {
	return db.Fault(tx.Gorm().Model(&refundRow{}).Where("id = ?", f.ID).
		Updates(map[string]any{"account": f.Account, "order_id": f.OrderID, "grant_id": f.GrantID}).Error)
}

// payRefund moves a refund approved → paid, when the try that f names is the one under way.
func (s *Service) payRefund(tx *db.Tx, f Refund) (Refund, error) {
	won, err := db.Won(tx.Gorm().Model(&refundRow{}).Where("id = ? AND state = ? AND sending = ?", f.ID, RefundApproved, f.Sending).
		Updates(map[string]any{"state": RefundPaid, "paid_by": f.PaidBy, "paid_at": s.Clock.Now(), "how": f.How, "reference": f.Reference, "typed": f.Typed, "sending": 0}))
	if err != nil {
		return Refund{}, db.Fault(err)
	}
	now, err := s.refundTx(tx, f.ID)
	switch {
	case err != nil || won:
		return now, err
	case now.State == RefundApproved:
		return now, fault.New(fault.Conflict, "refund.sending")
	}
	return now, fault.New(fault.Conflict, "refund.not_owed")
}

// correctCode writes another code into a refund that is paid by a code which a member wrote down, and into the try of the rail which they said so of.
func (s *Service) correctCode(tx *db.Tx, refundID, member int64, reference string) (Refund, error) {
	won, err := db.Won(tx.Gorm().Model(&refundRow{}).Where("id = ? AND state = ? AND typed <> '' AND reference <> ?", refundID, RefundPaid, reference).
		Updates(map[string]any{"reference": reference, "codes": gorm.Expr("codes + 1"), "code_by": member, "code_at": s.Clock.Now()}))
	if err != nil {
		return Refund{}, db.Fault(err)
	}
	f, err := s.refundTx(tx, refundID)
	switch {
	case err != nil:
		return f, err
	case !won && f.Typed != "" && f.Reference == reference:
		return f, fault.New(fault.Conflict, "refund.code_same")
	case !won:
		return f, fault.New(fault.Conflict, "refund.code_told")
	}
	return f, db.Fault(tx.Gorm().Model(&sendBackRow{}).Where("owed_kind = ? AND owed_id = ? AND state = ? AND code = ?", OfRefund, refundID, SendBackDone, codeTold).Update("reference", reference).Error)
}

// holdReceipt writes a receipt's row, so that nobody moves it before this transaction ends; false when somebody did.
func (s *Service) holdReceipt(tx *db.Tx, r Receipt) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&receiptRow{}).Where("id = ? AND placed = ?", r.ID, r.Placed).Update("updated_at", s.Clock.Now()))
	return won, db.Fault(err)
}

// refundedOf sums what is or was approved to be paid back of a receipt.
func (s *Service) refundedOf(tx *db.Tx, receiptID int64) (money.Amount, error) {
	var rows []refundRow
	err := tx.Gorm().Where("receipt_id = ? AND state IN ?", receiptID, []RefundState{RefundApproved, RefundPaid}).Limit(1000).Find(&rows).Error
	return sumOf(rows, err)
}

func sumOf(rows []refundRow, err error) (money.Amount, error) {
	sum := money.KES(0)
	for _, r := range rows {
		if err == nil {
			sum, err = sum.Add(r.Amount)
		}
	}
	return sum, db.Fault(err)
}

// refundedFromGrant sums what was taken out of the money held for a grant.
func (s *Service) refundedFromGrant(tx *db.Tx, grantID int64) (money.Amount, error) {
	var rows []refundRow
	err := tx.Gorm().Where("grant_id = ? AND account = ?", grantID, ledger.PrepaidService).Limit(1000).Find(&rows).Error
	return sumOf(rows, err)
}

// RefundIn is one refund as it is in a transaction; fault.NotFound.
func (s *Service) RefundIn(tx *db.Tx, refundID int64) (Refund, error) {
	return s.refundTx(tx, refundID)
}

// RefundByID is one refund; fault.NotFound.
func (s *Service) RefundByID(ctx context.Context, refundID int64) (Refund, error) {
	var r refundRow
	err := db.Fault(s.DB.Read(ctx).Where("id = ?", refundID).Take(&r).Error)
	return r.refund(), err
}

// RefundsOf lists the refunds of a receipt, newest first.
func (s *Service) RefundsOf(ctx context.Context, receiptID int64) ([]Refund, error) {
	var rows []refundRow
	err := s.DB.Read(ctx).Where("receipt_id = ?", receiptID).Order("id DESC").Limit(mostFound).Find(&rows).Error
	return refundsOf(rows), db.Fault(err)
}

// OpenRefunds lists the refunds at some sites that wait for somebody in a state, the oldest first; no sites: of all. Money of no order is of the sites of its
// till.
func (s *Service) OpenRefunds(ctx context.Context, state RefundState, sites []int64) ([]Refund, error) {
	g := s.DB.Read(ctx).Where("state = ?", state).Order("id").Limit(100)
	if sites != nil {
		g = g.Where("EXISTS (SELECT 1 FROM orders o WHERE o.id = refunds.order_id AND o.site_id IN ?) OR refunds.order_id = 0 AND EXISTS"+
			" (SELECT 1 FROM receipts r JOIN till_sites t ON t.till_id = r.till_id WHERE r.id = refunds.receipt_id AND t.site_id IN ?)", sites, sites)
	}
	var rows []refundRow
	err := g.Find(&rows).Error
	return refundsOf(rows), db.Fault(err)
}

func refundsOf(rows []refundRow) (all []Refund) {
	for _, r := range rows {
		all = append(all, r.refund())
	}
	return all
}

// RefundsAfter lists refunds in the order of their ids, a page at a time.
func (s *Service) RefundsAfter(ctx context.Context, after int64, limit int) ([]Refund, error) {
	var rows []refundRow
	err := s.DB.Read(ctx).Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error
	return refundsOf(rows), db.Fault(err)
}
