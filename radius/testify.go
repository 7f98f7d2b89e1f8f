package radius

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/radius/outages"
)

// Counters are open sessions of a router, those of the latest words first. With the three below it is an outages.Sessions.
func (s *Service) Counters(ctx context.Context, routerID int64, most int) ([]outages.Counter, error) {
	open, err := latestOpen(ctx, s.db, routerID, most)
	all := make([]outages.Counter, len(open))
	for i, o := range open {
		all[i] = o.counter()
		all[i].Pace = o.pace()
	}
	return all, err
}

// pace is how many octets a second the session carried between its last two words.
func (o Online) pace() int64 {
	if seconds := o.Seconds - o.BeforeSeconds; seconds > 0 {
		return (o.Bytes() - o.BeforeUp - o.BeforeDown) / seconds
	}
	return 0
}

func (s Session) counter() outages.Counter {
	return outages.Counter{SessionID: s.ID, StartedAt: s.StartedAt.UTC(), At: s.UpdatedAt.UTC(), Octets: s.Bytes()}
}

// CountersOf are sessions by their ids, open or over.
func (s *Service) CountersOf(ctx context.Context, ids []int64) ([]outages.Counter, error) {
	return counters(sessionsByID(ctx, s.db, ids))
}

// SpokeIn are sessions of a router whose latest word is of between two instants, open or over.
func (s *Service) SpokeIn(ctx context.Context, routerID int64, from, until time.Time, most int) ([]outages.Counter, error) {
	return counters(spokeIn(ctx, s.db, routerID, from, until, most))
}

func counters(sessions []Session, err error) ([]outages.Counter, error) {
	all := make([]outages.Counter, len(sessions))
	for i, s := range sessions {
		all[i] = s.counter()
	}
	return all, err
}

// BootsIn are when a router came up between two instants, in order.
func (s *Service) BootsIn(ctx context.Context, routerID int64, from, until time.Time) ([]outages.Boot, error) {
	return bootsIn(ctx, s.db, routerID, from, until)
}

// StoodOn tells which of these grants were online at a router at an instant.
func (s *Service) StoodOn(ctx context.Context, routerID int64, at time.Time, grants []int64) (map[int64]bool, error) {
	return stoodOn(ctx, s.db, routerID, at, grants)
}

// noteBoot writes down that a router came up.
func (s *Service) noteBoot(ctx context.Context, routerID int64, at time.Time, by string) error {
	return s.db.InTx(ctx, func(tx *db.Tx) error { return insertBoot(tx, routerID, at, by) })
}
