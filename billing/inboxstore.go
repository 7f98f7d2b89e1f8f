package billing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type inboxRow struct {
	ID          int64
	ContentHash string
	Kind        string
	Body        []byte
	CameFrom    string
	State       string
	Note        string
	ReceivedAt  time.Time
	AppliedAt   time.Time
}

func (inboxRow) TableName() string { return "rail_inbox" }

func (m Incoming) contentHash() string {
	h := sha256.New()
	h.Write([]byte(m.Kind + "\x00" + m.Secret + "\x00"))
	h.Write(m.Body)
	return hex.EncodeToString(h.Sum(nil))
}

// keepIncoming stores a message raw and sealed; done says that the same message was applied before.
func (s *Service) keepIncoming(ctx context.Context, m Incoming) (rowID int64, done bool, err error) {
	whole, err := json.Marshal(m)
	if err != nil {
		return 0, false, err
	}
	body, err := s.Keys.Seal(purposeInbox, whole)
	if err != nil {
		return 0, false, err
	}
	r := inboxRow{ID: s.DB.ID(), ContentHash: m.contentHash(), Kind: m.Kind, Body: body, CameFrom: cut(m.From), State: inboxNew, ReceivedAt: m.At, AppliedAt: m.At}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error { return tx.Gorm().Create(&r).Error })
	if !db.IsDuplicate(err) {
		return r.ID, false, err
	}
	var first inboxRow
	if err := s.DB.Read(ctx).Where("content_hash = ?", r.ContentHash).Take(&first).Error; err != nil {
		return 0, false, db.Fault(err)
	}
	return first.ID, first.State != inboxNew, nil
}

// incoming reads back a message that is kept; done as in keepIncoming.
func (s *Service) incoming(ctx context.Context, rowID int64) (m Incoming, done bool, err error) {
	var r inboxRow
	if err := s.DB.Read(ctx).Where("id = ?", rowID).Take(&r).Error; err != nil {
		return m, false, db.Fault(err)
	}
	whole, err := s.Keys.Open(purposeInbox, r.Body)
	if err != nil {
		return m, false, err
	}
	return m, r.State != inboxNew && r.State != inboxFailed, json.Unmarshal(whole, &m)
}

// Heard finds a message that came to a secret address of ours since a time, whatever became of it; fault.NotFound.
func (s *Service) Heard(ctx context.Context, secret string, since time.Time) (Incoming, error) {
	var rows []inboxRow
	if err := s.DB.Read(ctx).Where("received_at >= ?", since).Order("received_at DESC").Limit(1000).Find(&rows).Error; err != nil {
		return Incoming{}, db.Fault(err)
	}
	for _, r := range rows {
		var m Incoming
		whole, err := s.Keys.Open(purposeInbox, r.Body)
		if err == nil && json.Unmarshal(whole, &m) == nil && m.Secret == secret {
			return m, nil
		}
	}
	return Incoming{}, fault.New(fault.NotFound, "callback.none")
}

// failIncoming sets a message aside that could not be applied, with a job to try again.
func (s *Service) failIncoming(ctx context.Context, rowID int64, why error) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := db.Won(tx.Gorm().Model(&inboxRow{}).Where("id = ? AND state = ?", rowID, inboxNew).
			Updates(map[string]any{"state": inboxFailed, "note": cut(why.Error()), "applied_at": s.Clock.Now()}))
		if err != nil || !won {
			return db.Fault(err)
		}
		return s.Jobs.Emit(tx, factMessageFailed, id(rowID), messageFact{MessageID: rowID})
	})
}

func (s *Service) doneIncoming(ctx context.Context, rowID int64, state, note string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Model(&inboxRow{}).Where("id = ?", rowID).
			Updates(map[string]any{"state": state, "note": cut(note), "applied_at": s.Clock.Now()}).Error)
	})
}
