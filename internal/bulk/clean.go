package bulk

import (
	"context"
	"errors"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/settings"
)

// keptUnstarted is how long a run is kept that nobody started, mostCleaned how many runs Clean removes, and cleanPiece how many objects in one transaction.
const (
	keptUnstarted = 48 * time.Hour
	mostCleaned   = 20
	cleanPiece    = 500
)

// KeptUntil is when a run that is at its end is forgotten, with what became of each object; from then on it cannot be taken back. The trail and the history of each object stay.
func (s *Service) KeptUntil(r Run) time.Time {
	return r.EndedAt.AddDate(0, s.Settings.Int(settings.BulkMonths), 0)
}

// Clean removes runs that were looked at and never started, and those that ended as long ago as they are kept; call it every hour.
func (s *Service) Clean(ctx context.Context) error {
	now := s.Clock.Now()
	unstarted, err := s.neverStarted(ctx, now.Add(-keptUnstarted))
	old, failed := s.endedBefore(ctx, now.AddDate(0, -s.Settings.Int(settings.BulkMonths), 0))
	err = errors.Join(err, failed)
	for _, id := range append(unstarted, old...) {
		err = errors.Join(err, s.drop(ctx, id))
	}
	return err
}

// drop removes a run, its objects first, piece by piece: one that is cut is begun again. Nobody starts it any more.
func (s *Service) drop(ctx context.Context, id int64) error {
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := s.end(tx, id, Stopped, Looked)
		return err
	})
	if err != nil {
		return err
	}
	for {
		more, err := s.dropItems(ctx, id)
		if err != nil {
			return err
		}
		if !more {
			return s.dropRun(ctx, id)
		}
	}
}
