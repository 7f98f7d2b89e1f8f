package postroom

import (
	"context"
	"encoding/json"
	"time"

	"mtandao/internal/db"
)

const (
	purposeMessage = "mails.message"
	purposeSender  = "mails.sender"
	purposeDetails = "mails.details"
)

// mailRow: Details is sealed, and empty of an e-mail that became part of a ticket.
type mailRow struct {
	ID           int64
	Box          string
	Validity     int64
	UID          int64 `gorm:"column:uid"`
	Digest       string
	MessageHash  string
	SenderHash   string
	Outcome      string
	Reason       string
	TicketID     int64
	Acknowledged int
	PutAway      int
	Details      []byte
	At           time.Time
}

func (mailRow) TableName() string { return "mails" }

// details are what is shown of an e-mail that made no ticket.
type details struct{ From, Subject string }

// claim writes an e-mail down, as one that was taken before under another number when it was; false when its number is there already.
func (s *Service) claim(tx *db.Tx, r *mailRow) (first bool, err error) {
	r.ID, r.Details = tx.ID(), []byte{}
	insert := func() error { return tx.Savepoint(func() error { return tx.Gorm().Create(r).Error }) }
	err = insert()
	if !db.IsDuplicate(err) {
		return true, db.Fault(err)
	}
	var known []mailRow
	if err := tx.Gorm().Where("box = ? AND validity = ? AND uid = ?", r.Box, r.Validity, r.UID).Limit(1).Find(&known).Error; err != nil || len(known) > 0 {
		return false, db.Fault(err)
	}
	if err := tx.Gorm().Where("digest = ?", r.Digest).Limit(1).Find(&known).Error; err != nil || len(known) == 0 {
		return false, db.Fault(err)
	}
	r.Outcome, r.TicketID, r.Digest = string(Double), known[0].TicketID, ownDigest(*r)
	return false, db.Fault(insert())
}

// settle keeps what became of an e-mail.
func (s *Service) settle(tx *db.Tx, r mailRow, d details) error {
	if r.Outcome == string(Aside) {
		plain, err := json.Marshal(d)
		if err != nil {
			return err
		}
		if r.Details, err = s.Keys.Seal(purposeDetails, plain); err != nil {
			return err
		}
	}
	return db.Fault(tx.Gorm().Model(&mailRow{}).Where("id = ?", r.ID).Updates(map[string]any{"outcome": r.Outcome, "reason": r.Reason, "ticket_id": r.TicketID, "acknowledged": r.Acknowledged, "put_away": r.PutAway, "details": r.Details}).Error)
}

// known are the numbers from one on that were taken.
func (s *Service) known(ctx context.Context, b box, low uint32) (map[uint32]bool, error) {
	var uids []uint32
	err := s.DB.Read(ctx).Model(&mailRow{}).Where("box = ? AND validity = ? AND uid >= ?", b.account.box(), b.validity, low).Pluck("uid", &uids).Error
	all := map[uint32]bool{}
	for _, n := range uids {
		all[n] = true
	}
	return all, db.Fault(err)
}

// recent counts what a sender wrote since an instant, and how often we answered by ourselves.
func (s *Service) recent(tx *db.Tx, sender string, since time.Time) (written, acknowledged int64, err error) {
	from := func() any { return s.Keys.Lookups(purposeSender, sender) }
	if err := tx.Gorm().Model(&mailRow{}).Where("sender_hash IN ? AND at > ?", from(), since).Count(&written).Error; err != nil {
		return 0, 0, db.Fault(err)
	}
	day := s.Clock.Now().AddDate(0, 0, -1)
	err = tx.Gorm().Model(&mailRow{}).Where("sender_hash IN ? AND at > ? AND acknowledged = 1", from(), day).Count(&acknowledged).Error
	return written, acknowledged, db.Fault(err)
}

// ticketOf is the ticket that an earlier e-mail became part of, by its Message-ID; 0 for none.
func (s *Service) ticketOf(tx *db.Tx, messageID string) (int64, error) {
	var ids []int64
	err := tx.Gorm().Model(&mailRow{}).Where("message_hash IN ? AND ticket_id <> 0", s.Keys.Lookups(purposeMessage, messageID)).Order("id DESC").Limit(1).Pluck("ticket_id", &ids).Error
	return append(ids, 0)[0], db.Fault(err)
}

// waiting are the numbers of taken e-mails that the server was not told of yet.
func (s *Service) waiting(ctx context.Context, b box, most int) (uids []uint32, err error) {
	err = s.DB.Read(ctx).Model(&mailRow{}).Where("put_away = 0 AND box = ? AND validity = ?", b.account.box(), b.validity).Order("uid").Limit(most).Pluck("uid", &uids).Error
	return uids, db.Fault(err)
}

func (s *Service) told(tx *db.Tx, b box, uids []uint32) error {
	return db.Fault(tx.Gorm().Model(&mailRow{}).Where("box = ? AND validity = ? AND uid IN ?", b.account.box(), b.validity, uids).Update("put_away", 1).Error)
}

// asides are the newest e-mails that made no ticket.
func (s *Service) asides(ctx context.Context, most int) (all []Left, err error) {
	var rows []mailRow
	if err := s.DB.Read(ctx).Where("outcome = ?", string(Aside)).Order("id DESC").Limit(most).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, r := range rows {
		plain, err := s.Keys.Open(purposeDetails, r.Details)
		if err != nil {
			return nil, err
		}
		var d details
		if err := json.Unmarshal(plain, &d); err != nil {
			return nil, err
		}
		all = append(all, Left{At: r.At.UTC(), From: d.From, Subject: d.Subject, Reason: Reason(r.Reason)})
	}
	return all, nil
}

func (s *Service) forget(tx *db.Tx, before time.Time) error {
	return db.Fault(tx.Gorm().Where("at < ?", before).Delete(&mailRow{}).Error)
}
