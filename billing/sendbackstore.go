package billing

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

type sendBackRow struct {
	ID           int64
	OwedKind     string
	OwedID       int64
	TillID       int64
	Way          string
	State        string
	SecretHash   string
	Secret       []byte
	Originator   string
	Conversation string
	Code         string
	Says         string
	Reference    string
	Asks         int
	SentBy       int64
	CreatedAt    time.Time
	SentAt       *time.Time
	DoneAt       *time.Time
}

func (sendBackRow) TableName() string { return "send_backs" }

func (s *Service) toSendBack(r sendBackRow) (SendBack, error) {
	secret, err := s.Keys.Open(purposeCallback, r.Secret)
	b := SendBack{ID: r.ID, Of: Of{r.OwedKind, r.OwedID}, TillID: r.TillID, Way: SendBackWay(r.Way), State: SendBackState(r.State), Originator: r.Originator,
		Conversation: r.Conversation, Code: r.Code, Says: r.Says, Reference: r.Reference, Asks: r.Asks, By: r.SentBy, CreatedAt: r.CreatedAt.UTC(), secret: string(secret)}
	if r.SentAt != nil {
		b.SentAt = r.SentAt.UTC()
	}
	if r.DoneAt != nil {
		b.DoneAt = r.DoneAt.UTC()
	}
	return b, err
}

func (s *Service) toSendBacks(rows []sendBackRow, err error) ([]SendBack, error) {
	all := make([]SendBack, 0, len(rows))
	for _, r := range rows {
		var b SendBack
		if err == nil {
			b, err = s.toSendBack(r)
		}
		all = append(all, b)
	}
	return all, db.Fault(err)
}

func (s *Service) insertSendBack(tx *db.Tx, b SendBack) error {
	sealed, err := s.Keys.Seal(purposeCallback, []byte(b.secret))
	if err != nil {
		return err
	}
	return db.Fault(tx.Gorm().Create(&sendBackRow{ID: b.ID, OwedKind: b.Of.Kind, OwedID: b.Of.ID, TillID: b.TillID, Way: string(b.Way), State: string(b.State),
		SecretHash: s.lookup(purposeCallback, b.secret), Secret: sealed, Originator: b.Originator, SentBy: b.By, CreatedAt: b.CreatedAt}).Error)
}

// refundSends names the try that is under way of a refund that is owed, in place of another; 0 for none.
func (s *Service) refundSends(tx *db.Tx, refundID, instead, sendBackID int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&refundRow{}).Where("id = ? AND state = ? AND sending = ?", refundID, RefundApproved, instead).Update("sending", sendBackID))
	return won, db.Fault(err)
}

// beginSendBack moves a try planned → sending.
func (s *Service) beginSendBack(tx *db.Tx, sendBackID int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&sendBackRow{}).Where("id = ? AND state = ?", sendBackID, SendBackPlanned).
		Updates(map[string]any{"state": SendBackSending, "sent_at": s.Clock.Now()}))
	return won, db.Fault(err)
}

// holdRefund writes a refund's row, so that nobody else moves it before this transaction ends.
func (s *Service) holdRefund(tx *db.Tx, refundID int64) error {
	return db.Fault(tx.Gorm().Model(&refundRow{}).Where("id = ?", refundID).Update("sending", gorm.Expr("sending")).Error)
}

// holdSendBack holds what a try is for, so that nobody else moves either before this transaction ends, and reads the try as it is then.
func (s *Service) holdSendBack(tx *db.Tx, sendBackID int64) (SendBack, error) {
	b, err := s.sendBackTx(tx, sendBackID)
	if err != nil {
		return b, err
	}
	owes, err := s.owesOf(b.Of)
	if err != nil {
		return b, err
	}
	if err := owes.HoldOwed(tx, b.Of.ID); err != nil {
		return b, err
	}
	return s.sendBackTx(tx, sendBackID)
}

func (s *Service) writeSendBack(tx *db.Tx, b SendBack) error {
	set := map[string]any{"state": b.State, "originator": b.Originator, "conversation": b.Conversation, "code": b.Code, "says": b.Says, "reference": b.Reference, "asks": b.Asks}
	if !b.DoneAt.IsZero() {
		set["done_at"] = b.DoneAt
	}
	return db.Fault(tx.Gorm().Model(&sendBackRow{}).Where("id = ?", b.ID).Updates(set).Error)
}

func (s *Service) sendBackTx(tx *db.Tx, sendBackID int64) (SendBack, error) {
	var r sendBackRow
	if err := tx.Gorm().Where("id = ?", sendBackID).Take(&r).Error; err != nil {
		return SendBack{}, db.Fault(err)
	}
	return s.toSendBack(r)
}

func (s *Service) sendBackByID(ctx context.Context, sendBackID int64) (SendBack, error) {
	var r sendBackRow
	if err := s.DB.Read(ctx).Where("id = ?", sendBackID).Take(&r).Error; err != nil {
		return SendBack{}, db.Fault(err)
	}
	return s.toSendBack(r)
}

// sendBackBySecret is the try that an address belongs to; fault.NotFound addressUnknown.
func (s *Service) sendBackBySecret(ctx context.Context, secret string) (SendBack, error) {
	var r sendBackRow
	if err := s.DB.Read(ctx).Where("secret_hash IN ?", s.lookups(purposeCallback, secret)).Take(&r).Error; err != nil {
		return SendBack{}, byAddress(err)
	}
	return s.toSendBack(r)
}

func (s *Service) sendBacksTx(tx *db.Tx, of Of) ([]SendBack, error) {
	var rows []sendBackRow
	err := tx.Gorm().Where("owed_kind = ? AND owed_id = ?", of.Kind, of.ID).Order("id").Limit(100).Find(&rows).Error
	return s.toSendBacks(rows, err)
}

// LastSendBack is the newest try of a till by one way that is over; false for none.
func (s *Service) LastSendBack(ctx context.Context, tillID int64, way SendBackWay) (SendBack, bool, error) {
	var rows []sendBackRow
	err := s.DB.Read(ctx).Where("till_id = ? AND way = ? AND state IN ?", tillID, way, []SendBackState{SendBackDone, SendBackRefused}).Order("id DESC").Limit(1).Find(&rows).Error
	all, err := s.toSendBacks(rows, err)
	if err != nil || len(all) == 0 {
		return SendBack{}, false, err
	}
	return all[0], true, nil
}

// SendBacks lists the tries to bring money that is owed, the oldest first.
func (s *Service) SendBacks(ctx context.Context, of Of) ([]SendBack, error) {
	var rows []sendBackRow
	err := s.DB.Read(ctx).Where("owed_kind = ? AND owed_id = ?", of.Kind, of.ID).Order("id").Limit(100).Find(&rows).Error
	return s.toSendBacks(rows, err)
}
