package access

import (
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

// end is the one way a grant ends. only may narrow it to what the caller saw. False when it had ended, or had changed.
func (s *Service) end(tx *db.Tx, id int64, cause Cause, only *gorm.DB) (bool, error) {
	won, err := move(tx, id, only, map[string]any{"state": Ended, "end_cause": string(cause), "ended_at": s.clock.Now()})
	if err != nil || !won {
		return false, err
	}
	g, err := readGrant(tx.Gorm(), id)
	if err != nil {
		return false, err
	}
	if err := retireSlots(tx, id); err != nil {
		return false, err
	}
	if err := s.openNext(tx, g); err != nil {
		return false, err
	}
	return true, s.emit(tx, GrantEnded, g, cause)
}

func notEnded(tx *db.Tx) *gorm.DB { return inStates(tx, before(Ended)...) }

// past narrows to what is still over by the column: a purchase may have moved it since it was read.
func past(tx *db.Tx, state State, column string, now time.Time) *gorm.DB {
	return inStates(tx, state).Where(column+" <= ?", now)
}

// openNext lets those that waited for an ended grant have their turn; if it was itself waiting, they wait for its
// predecessor instead.
func (s *Service) openNext(tx *db.Tx, ended Grant) error {
	if ended.AfterGrantID != 0 {
		return requeue(tx, ended.ID, ended.AfterGrantID)
	}
	waiting, err := queuedBehind(tx, ended.ID)
	if err != nil {
		return err
	}
	for _, r := range waiting {
		if err := s.openQueued(tx, r, ended.ID); err != nil {
			return err
		}
	}
	return nil
}

// openFreed lets those that waited for a grant have their turn when their device has been taken off it.
func (s *Service) openFreed(tx *db.Tx, grantID int64, mac MAC) error {
	waiting, err := queuedBehind(tx, grantID)
	if err != nil {
		return err
	}
	for _, r := range waiting {
		if r.MAC != mac {
			continue
		}
		if err := s.openQueued(tx, r, grantID); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) openQueued(tx *db.Tx, r grantRow, behind int64) error {
	g, err := r.grant()
	if err != nil {
		return err
	}
	columns := map[string]any{"after_grant_id": 0}
	if g.State == Dormant {
		columns["unused_until"] = db.Nullable(s.lapses(g.Limits, duration(r.UnusedSeconds)))
	}
	won, err := move(tx, g.ID, tx.Gorm().Where("after_grant_id = ?", behind), columns)
	if err != nil || !won || g.State != Dormant {
		return err
	}
	return s.emit(tx, GrantOpened, g, "")
}
