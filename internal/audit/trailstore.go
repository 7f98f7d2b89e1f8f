package audit

import (
	"context"
	"strings"
	"time"

	"mtandao/internal/db"
)

// Event is one change by a person or a command.
type Event struct {
	Actor  string // "command apply", a member's name
	Action string // "site saved"
	Object, ObjectID,
	Before, After string // JSON without secrets; Before is empty for something new
	From string // address, or the machine's name for a command
}

type row struct {
	ID       int64
	At       time.Time
	Actor    string
	Action   string
	Object   string
	ObjectID string
	OldValue string
	NewValue string
	CameFrom string
}

func (row) TableName() string { return "audit_events" }

// Record adds the event to the trail inside the transaction of the change.
func Record(tx *db.Tx, at time.Time, e Event) error {
	return db.Fault(tx.Gorm().Create(&row{ID: tx.ID(), At: at, Actor: cut(e.Actor, 100), Action: cut(e.Action, 64),
		Object: cut(e.Object, 64), ObjectID: cut(e.ObjectID, 64), OldValue: e.Before, NewValue: e.After, CameFrom: cut(e.From, 100)}).Error)
}

// cut keeps whole letters: MariaDB refuses half of one.
func cut(s string, most int) string {
	if len(s) > most {
		s = s[:most]
	}
	return strings.ToValidUTF8(s, "")
}

// Of lists the newest events of an object, at most limit.
func Of(ctx context.Context, d *db.DB, object, id string, limit int) ([]Event, error) {
	var rows []row
	err := d.Read(ctx).Where("object = ? AND object_id = ?", object, id).Order("id DESC").Limit(limit).Find(&rows).Error
	var events []Event
	for _, r := range rows {
		events = append(events, Event{Actor: r.Actor, Action: r.Action, Object: r.Object, ObjectID: r.ObjectID, Before: r.OldValue, After: r.NewValue, From: r.CameFrom})
	}
	return events, db.Fault(err)
}
