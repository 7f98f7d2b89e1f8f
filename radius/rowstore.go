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
	online := Online{Session: r.Session, StopAt: &now, Told: r.told, TellingBytes: r.telling, Before: r.before} // the next sweep computes the real one
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
	if err := countAll(tx, c.counted); err != nil {
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

// What an ordinary report changes, which is nearly all that is ever written of sessions: so it is written without GORM, and names
// nothing else. Of the row that the INSERT would make, nothing is kept.
const (
	countInto  = "INSERT INTO sessions_open (id, updated_at, online_seconds, bytes_up, bytes_down, before_seconds, before_up, before_down, router_id, session_key, epoch, site_id, grant_id, login_id, session_id, user_name, mac, ip, started_at, wide, ending_id, told_up_kbps, told_down_kbps, told_bytes) VALUES "
	countRow   = "(?, ?, ?, ?, ?, ?, ?, ?, 0, '', 0, 0, 0, 0, '', '', '', '', '2000-01-01 00:00:00', 0, 0, 0, 0, 0)"
	countThere = " ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at, online_seconds = excluded.online_seconds, bytes_up = excluded.bytes_up, bytes_down = excluded.bytes_down, before_seconds = excluded.before_seconds, before_up = excluded.before_up, before_down = excluded.before_down"
	countAgain = " ON DUPLICATE KEY UPDATE updated_at = VALUES(updated_at), online_seconds = VALUES(online_seconds), bytes_up = VALUES(bytes_up), bytes_down = VALUES(bytes_down), before_seconds = VALUES(before_seconds), before_up = VALUES(before_up), before_down = VALUES(before_down)"
)

// countAll writes the counters of rows that are there, and locked.
func countAll(tx *db.Tx, rows []Online) error {
	for some := range db.Pieces(rows) {
		args := make([]any, 0, 8*len(some))
		for _, o := range some {
			args = append(args, o.ID, o.UpdatedAt, o.Seconds, o.BytesUp, o.BytesDown, o.BeforeSeconds, o.BeforeUp, o.BeforeDown)
		}
		if err := tx.Write(countInto, countRow, len(some), db.Upsert{SQLite: countThere, MySQL: countAgain}, args); err != nil {
			return err
		}
	}
	return nil
}

// What a report that tells more changes of a session; onlineColumns also of its speed, overColumns also of its end.
var (
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
