package scheduled

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// recipientRow: Address is sealed, and of a member's none; AddressHash is a keyed look-up hash.
type recipientRow struct {
	ID          int64
	ScheduleID  int64
	MemberID    int64
	Address     []byte
	AddressHash string
	State       string
	SaidBy      string
	ChangedAt   time.Time
}

func (recipientRow) TableName() string { return "report_recipients" }

func (s *Service) recipients(ctx context.Context, scheduleID int64) ([]Recipient, error) {
	return s.recipientsOf(s.DB.Read(ctx), scheduleID)
}

func (s *Service) recipientsTx(tx *db.Tx, scheduleID int64) ([]Recipient, error) {
	return s.recipientsOf(tx.Gorm(), scheduleID)
}

func (s *Service) recipientsOf(from *gorm.DB, scheduleID int64) (all []Recipient, err error) {
	var rows []recipientRow
	if err := from.Where("schedule_id = ?", scheduleID).Order("id").Limit(10 * mostRecipients).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, r := range rows {
		one := Recipient{ID: r.ID, MemberID: r.MemberID, State: RecipientState(r.State), SaidBy: r.SaidBy}
		if r.MemberID == 0 {
			address, err := s.Keys.Open(purposeAddress, r.Address)
			if err != nil {
				return nil, err
			}
			one.Address = string(address)
		}
		all = append(all, one)
	}
	return all, nil
}

func (s *Service) addRecipient(tx *db.Tx, scheduleID int64, r Recipient) (err error) {
	row := recipientRow{ID: r.ID, ScheduleID: scheduleID, MemberID: r.MemberID, Address: []byte{}, AddressHash: s.Keys.Lookup(purposeAddress, r.key()), State: string(r.State), SaidBy: r.SaidBy, ChangedAt: s.Clock.Now()}
	if r.MemberID == 0 {
		if row.Address, err = s.Keys.Seal(purposeAddress, []byte(r.Address)); err != nil {
			return err
		}
	}
	return db.Fault(tx.Gorm().Create(&row).Error)
}

func (s *Service) dropRecipient(tx *db.Tx, id int64) error {
	return db.Fault(tx.Gorm().Where("id = ?", id).Delete(&recipientRow{}).Error)
}

// turn says whether a recipient was in a state, and is in another now.
func (s *Service) turn(tx *db.Tx, id int64, from, to RecipientState, saidBy string) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE report_recipients SET state = ?, said_by = ?, changed_at = ? WHERE id = ? AND state = ?", to, saidBy, s.Clock.Now(), id, from))
	return won, db.Fault(err)
}

// sendingRow: Link is a keyed look-up hash; days are of Nairobi.
type sendingRow struct {
	ID          int64
	ScheduleID  int64
	RecipientID int64
	DueAt       time.Time
	FirstDay    string
	LastDay     string
	Span        string
	Format      string
	MessageID   int64
	Why         string
	Link        string
}

func (sendingRow) TableName() string { return "report_sendings" }

func (s *Service) insertSending(tx *db.Tx, o Sending, link string) error {
	row := sendingRow{ID: o.ID, ScheduleID: o.ScheduleID, RecipientID: o.RecipientID, DueAt: o.Due, FirstDay: o.First.String(), LastDay: o.Last.String(), Span: string(o.Span), Format: string(o.Format),
		MessageID: o.MessageID, Why: o.Why, Link: link}
	return db.Fault(tx.Gorm().Create(&row).Error)
}

func (s *Service) sendingBy(ctx context.Context, where string, arg any) (Sending, error) {
	var rows []sendingRow
	if err := s.DB.Read(ctx).Where(where, arg).Limit(1).Find(&rows).Error; err != nil {
		return Sending{}, db.Fault(err)
	}
	if len(rows) == 0 {
		return Sending{}, fault.New(fault.NotFound, "scheduled.unknown")
	}
	return rows[0].sending(), nil
}

// mostShown is how many sendings a page tells.
const mostShown = 50

func (s *Service) lastSendings(ctx context.Context, scheduleID int64) (all []Sending, err error) {
	var rows []sendingRow
	err = s.DB.Read(ctx).Where("schedule_id = ?", scheduleID).Order("due_at DESC, recipient_id").Limit(mostShown).Find(&rows).Error
	for _, r := range rows {
		all = append(all, r.sending())
	}
	return all, db.Fault(err)
}

func (s *Service) dropSendings(ctx context.Context, before time.Time) error {
	for {
		var ids []int64
		if err := s.DB.Read(ctx).Model(&sendingRow{}).Where("due_at < ?", before).Order("due_at").Limit(500).Pluck("id", &ids).Error; err != nil || len(ids) == 0 {
			return db.Fault(err)
		}
		for some := range db.Pieces(ids) {
			if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return db.Fault(tx.Gorm().Where("id IN ?", some).Delete(&sendingRow{}).Error) }); err != nil {
				return err
			}
		}
	}
}

func (r sendingRow) sending() Sending {
	first, _ := clock.ParseDay(r.FirstDay)
	last, _ := clock.ParseDay(r.LastDay)
	return Sending{ID: r.ID, ScheduleID: r.ScheduleID, RecipientID: r.RecipientID, Due: r.DueAt.UTC(), First: first, Last: last, Span: Span(r.Span), Format: Format(r.Format), MessageID: r.MessageID, Why: r.Why}
}
