package billing

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

// claim is a receipt number that a payer typed for an order.
type claim struct {
	ID, OrderID, TillID int64
	Receipt, State      string
	secret              string // of the addresses that the rail's answer comes to
}

type claimRow struct {
	ID             int64
	OrderID        int64
	TillID         int64
	Receipt        string
	State          string
	SecretHash     string
	Secret         []byte
	ConversationID string
	Reason         string
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

func (claimRow) TableName() string { return "receipt_claims" }

// keepClaim inserts a claim, or finds the one of the same order and receipt.
func (s *Service) keepClaim(tx *db.Tx, c claim) (claim, error) {
	sealed, err := s.Keys.Seal(purposeCallback, []byte(c.secret))
	if err != nil {
		return c, err
	}
	now := s.Clock.Now()
	err = tx.Savepoint(func() error {
		return tx.Gorm().Create(&claimRow{ID: c.ID, OrderID: c.OrderID, TillID: c.TillID, Receipt: c.Receipt, State: c.State,
			SecretHash: s.lookup(purposeCallback, c.secret), Secret: sealed, CreatedAt: now, UpdatedAt: now}).Error
	})
	if !db.IsDuplicate(err) {
		return c, db.Fault(err)
	}
	var r claimRow
	if err := tx.Gorm().Where("order_id = ? AND receipt = ?", c.OrderID, c.Receipt).Take(&r).Error; err != nil {
		return c, db.Fault(err)
	}
	if r.State == ClaimRefused { // typed again: each till is asked again
		r.TillID = c.TillID
		if err := tx.Gorm().Model(&claimRow{}).Where("id = ? AND state = ?", r.ID, ClaimRefused).Update("till_id", r.TillID).Error; err != nil {
			return claim{}, db.Fault(err)
		}
	}
	return s.toClaim(r)
}

// moveClaim has another till asked about a receipt, at an address of its own: what the first one says after all is not heard.
func (s *Service) moveClaim(ctx context.Context, c claim, tillID int64) error {
	secret := seal.RandomHex(16)
	sealed, err := s.Keys.Seal(purposeCallback, []byte(secret))
	if err != nil {
		return err
	}
	set := map[string]any{"till_id": tillID, "secret": sealed, "secret_hash": s.lookup(purposeCallback, secret), "state": ClaimWaiting, "updated_at": s.Clock.Now()}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := db.Won(tx.Gorm().Model(&claimRow{}).Where("id = ? AND till_id = ? AND state <> ?", c.ID, c.TillID, ClaimFound).Updates(set))
		if err != nil || !won {
			return db.Fault(err)
		}
		return s.Jobs.Emit(tx, factReceiptTyped, id(c.ID), claimFact{ClaimID: c.ID})
	})
}

func (s *Service) toClaim(r claimRow) (claim, error) {
	secret, err := s.Keys.Open(purposeCallback, r.Secret)
	return claim{ID: r.ID, OrderID: r.OrderID, TillID: r.TillID, Receipt: r.Receipt, State: r.State, secret: string(secret)}, err
}

func (s *Service) claim(ctx context.Context, id int64) (claim, error) {
	var r claimRow
	if err := s.DB.Read(ctx).Where("id = ?", id).Take(&r).Error; err != nil {
		return claim{}, db.Fault(err)
	}
	return s.toClaim(r)
}

func (s *Service) claimBySecret(ctx context.Context, secret string) (claim, error) {
	var r claimRow
	if err := s.DB.Read(ctx).Where("secret_hash IN ?", s.lookups(purposeCallback, secret)).Take(&r).Error; err != nil {
		return claim{}, byAddress(err)
	}
	return s.toClaim(r)
}

// askClaim wins the right to ask the rail: nobody has asked, or nobody was answered since before.
func (s *Service) askClaim(ctx context.Context, c claim, before time.Time) (won bool, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err = db.Won(tx.Gorm().Model(&claimRow{}).
			Where("id = ? AND (state IN ? OR (state = ? AND updated_at < ?))", c.ID, []string{ClaimWaiting, ClaimRefused}, ClaimAsked, before).
			Updates(map[string]any{"state": ClaimAsked, "updated_at": s.Clock.Now()}))
		return db.Fault(err)
	})
	return won, err
}

// setConversation keeps the rail's name of the question; the answer may have been faster.
func (s *Service) setConversation(ctx context.Context, id int64, conversation string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Model(&claimRow{}).Where("id = ?", id).Update("conversation_id", cut(conversation)).Error)
	})
}

// setClaim changes a claim that is not found yet.
func (s *Service) setClaim(ctx context.Context, id int64, state, reason string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.setClaimTx(tx, id, state, reason) })
}

func (s *Service) setClaimTx(tx *db.Tx, id int64, state, reason string) error {
	set := map[string]any{"state": state, "reason": reason, "updated_at": s.Clock.Now()}
	return db.Fault(tx.Gorm().Model(&claimRow{}).Where("id = ? AND state <> ?", id, ClaimFound).Updates(set).Error)
}

// foundClaim: who typed a receipt for an order has shown that they paid, and it has served.
func (s *Service) foundClaim(tx *db.Tx, orderID int64, number string) error {
	return db.Fault(tx.Gorm().Model(&claimRow{}).Where("order_id = ? AND receipt = ? AND state = ?", orderID, number, ClaimWhose).
		Updates(map[string]any{"state": ClaimFound, "reason": "", "updated_at": s.Clock.Now()}).Error)
}

// lastClaim is the receipt that was typed for an order, or heard of, last; the zero claim when there is none.
func (s *Service) lastClaim(ctx context.Context, orderID int64) (claim, error) {
	var r claimRow
	err := db.Fault(s.DB.Read(ctx).Where("order_id = ?", orderID).Order("updated_at DESC").Limit(1).Take(&r).Error)
	if fault.Is(err, fault.NotFound) {
		return claim{}, nil
	}
	return claim{ID: r.ID, OrderID: r.OrderID, TillID: r.TillID, Receipt: r.Receipt, State: r.State}, err
}
