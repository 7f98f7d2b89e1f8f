package plans

import (
	"context"
	"slices"
	"sync"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// listedFor is how long a price list is shown that another program has changed meanwhile.
const listedFor = time.Second

// lists are the price lists that were shown a moment ago. They are all forgotten when this program changes a plan.
type lists struct {
	now func() time.Duration

	mu     sync.Mutex
	edits  int
	bySite map[int64]list
}

type list struct {
	plans []Plan
	until time.Duration
}

func newLists() *lists { return &lists{now: clock.Stopwatch(), bySite: map[int64]list{}} }

// Listed is ForSite for a page that everybody's phone asks for: from memory, where it was read within the last second. An order is
// placed by ForSite. What it gives is shared and must not be changed.
func (s *Service) Listed(ctx context.Context, siteID int64) ([]Plan, error) {
	kept, edits := s.lists.get(siteID)
	if kept == nil {
		var err error
		if kept, err = s.live(ctx, siteID); err != nil {
			return nil, err
		}
		s.lists.keep(siteID, kept, edits)
	}
	return s.sold(slices.Clone(kept)), nil
}

// get is the list of a site, or nil, and how many changes there have been so far.
func (l *lists) get(siteID int64) ([]Plan, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if kept := l.bySite[siteID]; l.now() < kept.until {
		return kept.plans, l.edits
	}
	return nil, l.edits
}

// keep does not keep what was read before a change.
func (l *lists) keep(siteID int64, plans []Plan, edits int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if edits == l.edits {
		l.bySite[siteID] = list{plans, l.now() + listedFor}
	}
}

func (l *lists) forgetAfter(tx *db.Tx) {
	tx.AfterCommit(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.edits++
		clear(l.bySite)
	})
}
