package support

import (
	"context"
	"time"

	"mtandao/internal/db"
)

type eventRow struct {
	ID        int64
	TicketID  int64
	Request   string
	Input     string
	Kind      string
	Was       string
	Became    string
	Channel   string
	MessageID int64
	DoneBy    string
	At        time.Time
}

func (eventRow) TableName() string { return "ticket_events" }

// textRow is what a person wrote in an event.
type textRow struct {
	EventID  int64 `gorm:"primaryKey;autoIncrement:false"`
	TicketID int64
	Body     string
	Mail     string // a Mail; empty for none
}

func (textRow) TableName() string { return "ticket_texts" }

// writeEvent adds to the history; an event without a request of its own is named after itself.
func (s *Service) writeEvent(tx *db.Tx, t Ticket, e Event, by By) error {
	e.ID = tx.ID()
	if e.request == "" {
		e.request = id(e.ID)
	} else {
		e.request = hashed(e.request) // it is what a browser sent
	}
	row := eventRow{ID: e.ID, TicketID: t.ID, Request: e.request, Input: e.input, Kind: string(e.Kind), Was: e.Was, Became: e.Became,
		Channel: e.Channel, MessageID: e.MessageID, DoneBy: by.Actor, At: s.Clock.Now()}
	if err := tx.Gorm().Create(&row).Error; err != nil {
		return db.Fault(err)
	}
	if e.Text == "" {
		return nil
	}
	mail, err := e.Mail.stored()
	if err != nil {
		return err
	}
	return db.Fault(tx.Gorm().Create(&textRow{EventID: e.ID, TicketID: t.ID, Body: e.Text, Mail: mail}).Error)
}

// inputOf is the hash of what a request said, if it was taken.
func (s *Service) inputOf(tx *db.Tx, a Act) (input string, found bool, err error) {
	if a.Request == "" {
		return "", false, nil
	}
	var rows []eventRow
	err = tx.Gorm().Where("ticket_id = ? AND request = ?", a.TicketID, hashed(a.Request)).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return "", false, db.Fault(err)
	}
	return rows[0].Input, true, nil
}

func (s *Service) lastActor(tx *db.Tx, ticketID int64) (string, error) {
	var who []string
	err := tx.Gorm().Model(&eventRow{}).Where("ticket_id = ?", ticketID).Order("id DESC").Limit(1).Pluck("done_by", &who).Error
	return append(who, "")[0], db.Fault(err)
}

// History lists what happened to a ticket, the newest first; before is the last ID of the page before, 0 for the first.
func (s *Service) History(ctx context.Context, ticketID, before int64, limit int) (all []Event, err error) {
	from := s.DB.Read(ctx).Where("ticket_id = ?", ticketID)
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	var rows []eventRow
	if err := from.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	ids := make([]int64, len(rows))
	for n, r := range rows {
		ids[n] = r.ID
	}
	var texts []textRow
	if err := s.DB.Read(ctx).Where("event_id IN ?", ids).Limit(limit).Find(&texts).Error; err != nil {
		return nil, db.Fault(err)
	}
	body := map[int64]textRow{}
	for _, r := range texts {
		body[r.EventID] = r
	}
	for _, r := range rows {
		all = append(all, Event{ID: r.ID, TicketID: r.TicketID, Kind: EventKind(r.Kind), Was: r.Was, Became: r.Became, Channel: r.Channel,
			MessageID: r.MessageID, Text: body[r.ID].Body, Mail: storedMail(body[r.ID].Mail), By: r.DoneBy, At: r.At.UTC()})
	}
	return all, nil
}

func (s *Service) dropTexts(tx *db.Tx, ticketID int64) error {
	return db.Fault(tx.Gorm().Where("ticket_id = ?", ticketID).Delete(&textRow{}).Error)
}

// lastMail is the newest e-mail that was heard of a ticket; nil for none.
func (s *Service) lastMail(tx *db.Tx, ticketID int64) (*Mail, error) {
	var rows []textRow
	err := tx.Gorm().Where("ticket_id = ? AND mail <> ''", ticketID).Order("event_id DESC").Limit(1).Find(&rows).Error
	return storedMail(append(rows, textRow{})[0].Mail), db.Fault(err)
}
