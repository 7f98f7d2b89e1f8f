package radius

import (
	"context"
	"time"
)

// The history is let go in pages that hold no lock for long, with pauses between them, at most so many a run: payments and
// accounting write at the same time. That is seven million rows a day.
const (
	pruneEvery = 10 * time.Minute
	prunePage  = 500
	prunePages = 100
	prunePause = 50 * time.Millisecond
)

// prune deletes the closed sessions, records set aside and hourly usage that are older than the history is kept, and the daily
// usage that is older than usage is. What it does not reach, the next run does; twice at once does no harm.
func (s *Service) prune(ctx context.Context) error {
	now := s.clock.Now()
	history, usage := s.keep()
	for _, page := range []func(context.Context, *pruning) (int, error){s.pruneSessions, s.pruneAside, s.pruneRefusals, s.pruneHours, s.pruneDays, s.pruneBoots, s.pruneLate} {
		at := pruning{history: now.AddDate(0, -history, 0), usage: now.AddDate(0, -usage, 0)}
		for range prunePages {
			n, err := page(ctx, &at)
			if err != nil {
				return err
			}
			if n < prunePage {
				break
			}
			pauseFor(ctx, prunePause)
		}
	}
	return nil
}

// pruning is how far a run has come in a table: rows that stay are passed once.
type pruning struct {
	history, usage time.Time
	after          int64
}

func pauseFor(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
