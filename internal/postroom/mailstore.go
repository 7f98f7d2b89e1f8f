package postroom

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
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
	if was := known[0]; was.Outcome == string(Aside) {
		if was.Box != r.Box || was.Validity != r.Validity { // numbered anew: it is found by its number when somebody makes a ticket of it
			return false, db.Fault(tx.Gorm().Model(&mailRow{}).Where("id = ? AND outcome = ?", was.ID, string(Aside)).Updates(map[string]any{"box": r.Box, "validity": r.Validity, "uid": r.UID}).Error)
		}
		r.PutAway = 1 // neither is read
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

// atMost counts rows up to a number.
func atMost(from *gorm.DB, most int) (int, error) {
	var ids []int64
	err := from.Model(&mailRow{}).Limit(most).Pluck("id", &ids).Error
	return len(ids), db.Fault(err)
}

// written counts what a sender wrote since an instant, up to a number.
func (s *Service) written(ctx context.Context, sender string, since time.Time, most int) (int, error) {
	return atMost(s.DB.Read(ctx).Where("sender_hash IN ? AND at > ?", s.Keys.Lookups(purposeSender, sender), since), most)
}

// counted counts the e-mails of an outcome since an instant, up to a number.
func (s *Service) counted(ctx context.Context, o Outcome, since time.Time, most int) (int, error) {
	return atMost(s.DB.Read(ctx).Where("outcome = ? AND at > ?", string(o), since), most)
}

// flooded counts the e-mails since an instant that were put aside because there were too many.
func (s *Service) flooded(ctx context.Context, since time.Time, most int) (int, error) {
	return atMost(s.DB.Read(ctx).Where("outcome = ? AND at > ? AND reason IN ?", string(Aside), since, []string{string(Flood), string(Crowd)}), most)
}

// acknowledged counts how often within a day we answered a sender by ourselves.
func (s *Service) acknowledged(tx *db.Tx, sender string) (int, error) {
	day := s.Clock.Now().AddDate(0, 0, -1)
	return atMost(tx.Gorm().Where("sender_hash IN ? AND at > ? AND acknowledged = 1", s.Keys.Lookups(purposeSender, sender), day), mostAcknowledged)
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

// Left lists the newest e-mails that made no ticket; before is the last ID of the page before, 0 for the first.
func (s *Service) Left(ctx context.Context, before int64, limit int) (all []Left, err error) {
	from := s.DB.Read(ctx).Where("outcome = ?", string(Aside))
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	var rows []mailRow
	if err := from.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, r := range rows {
		l, err := s.left(r)
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}

func (s *Service) left(r mailRow) (l Left, err error) {
	plain, err := s.Keys.Open(purposeDetails, r.Details)
	if err != nil {
		return l, err
	}
	var d details
	err = json.Unmarshal(plain, &d)
	return Left{ID: r.ID, At: r.At.UTC(), From: d.From, Subject: d.Subject, Reason: Reason(r.Reason)}, err
}

// asideRow is an e-mail that was put aside once; fault.NotFound "mail.unknown".
func (s *Service) asideRow(ctx context.Context, mailID int64) (mailRow, error) {
	var rows []mailRow
	err := s.DB.Read(ctx).Where("id = ? AND reason <> ''", mailID).Limit(1).Find(&rows).Error
	if err == nil && len(rows) == 0 {
		return mailRow{}, fault.New(fault.NotFound, "mail.unknown")
	}
	return append(rows, mailRow{})[0], db.Fault(err)
}

// claimAside takes an e-mail that was put aside for a ticket; false when somebody has. What it says is kept in the ticket alone from then on, and the
// server is told.
func (s *Service) claimAside(tx *db.Tx, mailID int64) (bool, error) {
	is := map[string]any{"outcome": string(NewTicket), "put_away": 0, "details": []byte{}}
	return db.Won(tx.Gorm().Model(&mailRow{}).Where("id = ? AND outcome = ?", mailID, string(Aside)).Updates(is))
}

func (s *Service) tookUp(tx *db.Tx, mailID, ticketID int64) error {
	return db.Fault(tx.Gorm().Model(&mailRow{}).Where("id = ?", mailID).Update("ticket_id", ticketID).Error)
}

func (s *Service) forget(tx *db.Tx, before time.Time) error {
	return db.Fault(tx.Gorm().Where("at < ?", before).Delete(&mailRow{}).Error)
}
