package backup

import (
	"context"
	"sync"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// thePause is the id of the one row there may be.
const thePause = 1

type pause struct {
	ID    int64 `gorm:"primaryKey;autoIncrement:false"`
	Cause string
	Since time.Time
}

func (pause) TableName() string { return "pauses" }

// Pause says whether this copy stands still: while it does, no prompt, message or order to a router leaves it. It is kept
// in memory, and begins by nothing but a restore, before the program starts.
type Pause struct {
	db    *db.DB
	clock clock.Clock
	mu    sync.RWMutex
	row   *pause
}

// NewPause makes one; call Refresh before the first question, and every few seconds after.
func NewPause(d *db.DB, c clock.Clock) *Pause { return &Pause{db: d, clock: c} }

// Refresh reads the row.
func (p *Pause) Refresh(ctx context.Context) error {
	var rows []pause
	if err := p.db.Read(ctx).Where("id = ?", thePause).Limit(1).Find(&rows).Error; err != nil {
		return db.Fault(err)
	}
	var found *pause
	if len(rows) > 0 {
		found = &rows[0]
	}
	p.set(found)
	return nil
}

func (p *Pause) set(row *pause) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.row = row
}

// Paused says whether anything may leave.
func (p *Pause) Paused() bool { return p.Cause() != "" }

// Cause is why this copy stands still, in English; empty when it does not.
func (p *Pause) Cause() string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.row == nil {
		return ""
	}
	return p.row.Cause
}

// Begin pauses.
func (p *Pause) Begin(tx *db.Tx, cause string) error {
	row := pause{ID: thePause, Cause: cause, Since: p.clock.Now()}
	if err := tx.Gorm().Save(&row).Error; err != nil {
		return db.Fault(err)
	}
	tx.AfterCommit(func() { p.set(&row) })
	return nil
}

// End lets the copy live; false when it was not paused.
func (p *Pause) End(tx *db.Tx) (bool, error) {
	won, err := db.Won(tx.Gorm().Delete(&pause{}, thePause))
	if err != nil {
		return false, db.Fault(err)
	}
	tx.AfterCommit(func() { p.set(nil) })
	return won, nil
}
