package radius

import (
	"slices"
	"time"

	"gorm.io/gorm/clause"

	"mtandao/internal/db"
)

// changes are sessions sorted by what must be written of them.
type changes struct {
	begun     []Online // new, or open again
	counted   []Online // nothing but its counters has grown
	updated   []Online
	ended     []Over
	corrected []Over
	left      []int64 // no longer among the open ones
	undone    []int64 // no longer in the history
}

// saveRows writes sessions where they now belong: among the open ones, or in the history.
func saveRows(tx *db.Tx, rows []*row, now time.Time) error {
	var c changes
	for _, r := range rows {
		if r.Epoch == 0 || r.Over == r.was {
			continue
		}
		if r.place == nowhere {
			r.ID = tx.ID()
		}
		c.take(r, now)
	}
	return c.write(tx)
}

func (c *changes) take(r *row, now time.Time) {
	online := Online{Session: r.Session, StopAt: &now, Told: r.told, Before: r.before} // the next sweep computes the real one
	isOpen := r.ClosedBy == ""
	switch {
	case r.place == inOpen && isOpen && r.onlyCounted():
		c.counted = append(c.counted, online)
	case r.place == inOpen && isOpen:
		c.updated = append(c.updated, online)
	case r.place == inClosed && !isOpen:
		c.corrected = append(c.corrected, r.Over)
	case isOpen:
		c.begun = append(c.begun, online)
	default:
		c.ended = append(c.ended, r.Over)
	}
	switch {
	case r.place == inOpen && !isOpen:
		c.left = append(c.left, r.ID)
	case r.place == inClosed && isOpen:
		c.undone = append(c.undone, r.ID)
	}
}

// onlyCounted says that a report told nothing new but counters: columns that are not named need no change of their indexes.
func (r *row) onlyCounted() bool {
	was := r.was.Session
	was.UpdatedAt, was.Seconds, was.BytesUp, was.BytesDown = r.UpdatedAt, r.Seconds, r.BytesUp, r.BytesDown
	return was == r.Session
}

func (c *changes) write(tx *db.Tx) error {
	if err := remove(tx, c.left, &Online{}); err != nil {
		return err
	}
	if err := remove(tx, c.undone, &Over{}); err != nil {
		return err
	}
	if err := insert(tx, c.begun); err != nil {
		return err
	}
	if err := insert(tx, c.ended); err != nil {
		return err
	}
	if err := replaceAll(tx, c.counted, countColumns); err != nil {
		return err
	}
	if err := replaceAll(tx, c.updated, onlineColumns); err != nil {
		return err
	}
	return replaceAll(tx, c.corrected, overColumns)
}

func remove(tx *db.Tx, ids []int64, model any) error {
	for some := range db.Pieces(ids) {
		if err := tx.Gorm().Where("id IN ?", some).Delete(model).Error; err != nil {
			return err
		}
	}
	return nil
}

func insert[T any](tx *db.Tx, rows []T) error {
	for some := range db.Pieces(rows) {
		if err := tx.Gorm().Create(&some).Error; err != nil {
			return err
		}
	}
	return nil
}

// replaceAll writes columns of rows that are there, and locked: many in one INSERT which each of them turns into an UPDATE.
func replaceAll[T any](tx *db.Tx, rows []T, columns []string) error {
	there := clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns(columns)}
	for some := range db.Pieces(rows) {
		if err := tx.Gorm().Clauses(there).Create(&some).Error; err != nil {
			return err
		}
	}
	return nil
}

// What reports change of a session: its counters alone, or all; onlineColumns also of its speed, overColumns also of its end.
var (
	countColumns   = slices.Concat([]string{"updated_at", "online_seconds", "bytes_up", "bytes_down"}, speedColumns)
	speedColumns   = []string{"before_seconds", "before_up", "before_down"}
	sessionColumns = []string{"grant_id", "login_id", "user_name", "mac", "ip", "started_at", "updated_at", "online_seconds",
		"bytes_up", "bytes_down", "wide"}
	onlineColumns = slices.Concat(speedColumns, sessionColumns)
	overColumns   = append([]string{"ended_at", "cause", "closed_by"}, sessionColumns...)
)

// lookAgain lets the next sweep compute anew when the sessions of some grants must stop. Nobody's have no such end, and there
// may be thousands of them: each that closed would write all the others.
func lookAgain(tx *db.Tx, grants []int64, now time.Time) error {
	for some := range db.Pieces(grants) {
		if err := tx.Gorm().Model(&Online{}).Where("grant_id IN ? AND grant_id <> 0", some).UpdateColumn("stop_at", now).Error; err != nil {
			return err
		}
	}
	return nil
}
