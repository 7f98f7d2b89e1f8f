package staff

import (
	"context"
	"time"

	"mtandao/internal/db"
)

// setupRow is the one row about the first run. Every new member closes it, so that two contenders write the same row.
type setupRow struct {
	ID         int64
	State      string
	SecretHash string
	ClosedBy   int64 // the member
	ChangedAt  time.Time
}

func (setupRow) TableName() string { return "staff_setup" }

// States of the first run.
const (
	setupOpen   = "open"
	setupClosed = "closed"
)

// offerSetup stores a new secret's hash while the first run is open, and says whether it is.
func (s *Service) offerSetup(tx *db.Tx, hash string) (bool, error) {
	g, now := tx.Gorm(), s.Clock.Now()
	row := setupRow{ID: 1, State: setupOpen, SecretHash: hash, ChangedAt: now}
	err := tx.Savepoint(func() error { return g.Create(&row).Error })
	if !db.IsDuplicate(err) {
		return err == nil, db.Fault(err)
	}
	won, err := db.Won(g.Exec("UPDATE staff_setup SET secret_hash = ?, changed_at = ? WHERE id = 1 AND state = ?", hash, now, setupOpen))
	return won, db.Fault(err)
}

// takeSetup closes the first run for a member; false when the secret is wrong or somebody else was first.
func (s *Service) takeSetup(tx *db.Tx, hashes []string, memberID int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE staff_setup SET state = ?, closed_by = ?, changed_at = ? WHERE id = 1 AND state = ? AND secret_hash IN ?",
		setupClosed, memberID, s.Clock.Now(), setupOpen, hashes))
	return won, db.Fault(err)
}

func setupTx(tx *db.Tx) (row setupRow, err error) {
	err = tx.Gorm().Where("id = 1").Take(&row).Error
	return row, db.Fault(err)
}

// FirstRun says whether nobody works here yet.
func (s *Service) FirstRun(ctx context.Context) (bool, error) {
	var n int64
	err := s.DB.Read(ctx).Model(&setupRow{}).Where("id = 1 AND state = ?", setupOpen).Count(&n).Error
	return n > 0, db.Fault(err)
}
