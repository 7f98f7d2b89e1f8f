package radius

import (
	"cmp"
	"context"
	"slices"
	"time"

	"mtandao/internal/db"
	"mtandao/radius/access"
)

// Overrun is how exactly one session was stopped that had to be: what it carried beyond what its router was told, and how long
// after the decision it ended. A session that was stopped exactly is a row of zeros.
type Overrun struct {
	ID         int64 `gorm:"primaryKey"`
	RouterID   int64
	GrantID    int64
	SessionRow int64
	EndedBy    string // ByRouter, or who else closed it
	OverBytes  int64
	LateMS     int64 `gorm:"column:late_ms"`
	At         time.Time
}

func (s *Service) measureAll(tx *db.Tx, rows []*row) error {
	for _, r := range rows {
		if err := s.measure(tx, r); err != nil {
			return err
		}
	}
	return nil
}

// measure notes how exactly a session was stopped that is closed now: by its router at its share, or by our order. Who left by
// himself was not stopped, nor who had to go for what is nobody's limit, unless the share was used up before.
func (s *Service) measure(tx *db.Tx, r *row) error {
	share := r.stoppedAt()
	if !r.closedNow() || share == 0 && r.endingID == 0 {
		return nil
	}
	o := Overrun{ID: tx.ID(), RouterID: r.RouterID, GrantID: r.GrantID, SessionRow: r.ID, EndedBy: r.ClosedBy, At: s.clock.Now()}
	if share != 0 {
		o.OverBytes = r.Bytes() - share
	}
	if r.endingID != 0 {
		e, err := enforcementIn(tx, r.endingID)
		if err != nil {
			return err
		}
		limit := !slices.Contains([]access.Cause{CauseStaff, CauseLoggedOut, CauseChanged, access.CauseRestored}, access.Cause(e.Cause))
		if !limit && share == 0 {
			return nil
		}
		if limit {
			o.LateMS = max(r.EndedAt.Sub(e.CreatedAt).Milliseconds(), 0)
		}
	}
	return insertOverrun(tx, o)
}

// RouterOverrun sums up how exactly a router's sessions were stopped.
type RouterOverrun struct {
	RouterID  int64
	Stops     int64
	MostBytes int64
	MostLate  time.Duration
	SumBytes  int64
	SumLate   time.Duration
}

// Overruns tells of the routers, the least exact first, how exactly their sessions were stopped since an instant.
func (s *Service) Overruns(ctx context.Context, since time.Time) ([]RouterOverrun, error) {
	var all []RouterOverrun
	for _, r := range s.routers.All() {
		o, err := overrunsOf(ctx, s.db, r.ID, since)
		if err != nil {
			return nil, err
		}
		if o.Stops > 0 {
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b RouterOverrun) int {
		return cmp.Or(cmp.Compare(b.MostLate, a.MostLate), cmp.Compare(b.MostBytes, a.MostBytes))
	})
	return all, nil
}
