package audit

import (
	"context"
	"time"

	"mtandao/internal/db"
)

type row struct {
	ID       int64
	At       time.Time
	Day      string
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
	if e.At = at; e.ID == 0 {
		e.ID = tx.ID()
	}
	r := e.row()
	tx.Note(e.Object, e.ObjectID)
	return db.Fault(tx.Gorm().Create(&r).Error)
}

// Change is Record of an event with what was and what is now, of which either may be nil.
func Change(tx *db.Tx, at time.Time, e Event, before, after any) (err error) {
	if e.Before, err = Text(before); err == nil {
		e.After, err = Text(after)
	}
	if err != nil {
		return err
	}
	return Record(tx, at, e)
}

func (t *Trail) list(ctx context.Context, f Filter) (rows []row, err error) {
	q := t.db.Read(ctx)
	for _, one := range []struct{ where, value string }{{"actor = ?", f.Actor}, {"object = ?", f.Object}, {"object_id = ?", f.ObjectID}, {"day = ?", f.Day}} {
		if one.value != "" {
			q = q.Where(one.where, one.value)
		}
	}
	if f.Before != 0 {
		q = q.Where("id < ?", f.Before)
	}
	err = q.Order("id DESC").Limit(f.Limit).Find(&rows).Error
	return rows, db.Fault(err)
}

func (t *Trail) get(ctx context.Context, id int64) (r row, err error) {
	return r, db.Fault(t.db.Read(ctx).Where("id = ?", id).Take(&r).Error)
}

func (t *Trail) contents(ctx context.Context, ids []int64) (map[int64]string, error) {
	var rows []row
	err := t.db.Read(ctx).Where("id IN ?", ids).Find(&rows).Error
	contents := make(map[int64]string, len(rows))
	for _, r := range rows {
		contents[r.ID] = r.content()
	}
	return contents, db.Fault(err)
}
