package access

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	feedPage     = 500
	feedReach    = 60 // seconds read again at each poll: a transaction ends within ten, and clocks of a cluster differ
	compareEvery = 10 * time.Minute
	rereadLimit  = 2 * time.Second
	endedKept    = time.Hour // in memory, to tell the cause
)

// feed follows what any node writes to grants. Changes become visible late and out of order, so each poll reads the last minute
// again and takes in what has a higher version than memory.
type feed struct {
	mu       sync.Mutex      // one reader at a time
	since    int64           // second of the database's clock up to which changes were read
	passed   map[int64]int64 // versions of what was read and is not for memory
	compared time.Time       // last compared with the database, on the real clock; zero: not yet since the start

	state       sync.Mutex
	asOf        time.Time // memory is as the database was then, on the real clock
	settled     int64     // the second of the database's clock at that time
	differences int64     // found by comparing: the feed had missed them
	unreadable  int64     // times that a grant could not be read
}

// Follow brings the snapshot up to the database: call it every second. Its first call reads all live grants, and every ten
// minutes it compares them.
func (s *Service) Follow(ctx context.Context) error {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	s.live.begin()
	now := s.real.Now()
	second, err := s.databaseNow(ctx)
	if err != nil {
		return err
	}
	if s.feed.since == 0 {
		s.feed.since = second
	}
	err = s.readChanges(ctx, second)
	if err == nil && (s.feed.compared.IsZero() || now.Sub(s.feed.compared) >= compareEvery) {
		if err = s.compare(ctx); err == nil {
			s.feed.compared = now
		}
	}
	if err == nil {
		err = s.reread(ctx, s.live.inDoubt())
	}
	if err == nil {
		s.feed.isAsOf(now, second)
	}
	return err
}

// readChanges takes in what was written up to a second of the database's clock.
func (s *Service) readChanges(ctx context.Context, until int64) error {
	passed := map[int64]int64{}
	for after := (changeRow{ChangedS: s.feed.since - feedReach}); ; {
		rows, err := s.changes(ctx, after)
		if err != nil {
			return err
		}
		var newer []int64
		for _, r := range rows {
			if r.Version > max(s.live.version(r.ID), s.feed.passed[r.ID]) {
				newer = append(newer, r.ID)
			}
			passed[r.ID] = r.Version
		}
		if err := s.reread(ctx, newer); err != nil {
			return err
		}
		if len(rows) < feedPage {
			break
		}
		after = rows[len(rows)-1]
		s.feed.since = min(after.ChangedS, until)
	}
	s.feed.since, s.feed.passed = until, passed
	return nil
}

// reread takes grants in as they are now. One that cannot be read is counted, and the database's to answer.
func (s *Service) reread(ctx context.Context, ids []int64) error {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	for part := range slices.Chunk(ids, feedPage) {
		all, err := s.fetch(ctx, part)
		if err != nil {
			return err
		}
		there := map[int64]bool{}
		for _, f := range all {
			there[f.row.ID] = true
			if s.live.put(f) != nil {
				s.feed.couldNotRead()
			}
		}
		for _, id := range part {
			if !there[id] {
				s.live.drop(id)
			}
		}
	}
	return nil
}

// wrote takes in at once what this program has written. What cannot be read then is in doubt, if that matters to who may come in.
func (s *Service) wrote(ids []int64, matters bool) {
	if len(ids) == 0 || !s.live.isOn() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), rereadLimit)
	defer cancel()
	if err := s.reread(ctx, ids); err != nil && matters {
		s.live.doubtful(ids)
	}
}

// compare looks at every live grant, in memory and in the database, and takes in what differs. What the feed should have
// brought is counted.
func (s *Service) compare(ctx context.Context) error {
	first, settled := s.feed.compared.IsZero(), s.feed.since-feedReach
	missed := int64(0)
	seen := map[int64]bool{}
	for _, state := range []State{Dormant, Active, Suspended} {
		for after := int64(0); ; {
			rows, err := s.living(ctx, state, after)
			if err != nil {
				return err
			}
			var newer []int64
			for _, r := range rows {
				seen[r.ID], after = true, r.ID
				if r.Version <= s.live.version(r.ID) {
					continue
				}
				if newer = append(newer, r.ID); r.ChangedS < settled {
					missed++
				}
			}
			if err := s.reread(ctx, newer); err != nil {
				return err
			}
			if len(rows) < feedPage {
				break
			}
		}
	}
	gone, err := s.compareRest(ctx, seen, settled)
	if err == nil && !first {
		s.feed.missed(missed + gone)
	}
	return err
}

// compareRest looks at what is in memory and was not among the living; what ended a while ago is let go.
func (s *Service) compareRest(ctx context.Context, seen map[int64]bool, settled int64) (missed int64, err error) {
	living, old := s.live.besides(seen, s.clock.Now().Add(-endedKept))
	for _, id := range old {
		s.live.drop(id)
	}
	for part := range slices.Chunk(living, feedPage) {
		before := map[int64]int64{}
		for _, id := range part {
			before[id] = s.live.version(id)
		}
		all, err := s.fetch(ctx, part)
		if err != nil {
			return missed, err
		}
		missed += int64(len(part) - len(all)) // rows are never deleted by this program
		for _, f := range all {
			if f.row.Version > before[f.row.ID] && int64(f.row.ChangedS) < settled {
				missed++
			}
		}
		if err := s.reread(ctx, part); err != nil {
			return missed, err
		}
	}
	return missed, nil
}

// besides lists the grants in memory that were not seen: those that live there, and those that ended before an instant.
func (p *snapshot) besides(seen map[int64]bool, before time.Time) (living, old []int64) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for id, c := range p.cards {
		if seen[id] {
			continue
		}
		u, err := c.unpack()
		switch {
		case err != nil || u.grant.State != Ended:
			living = append(living, id)
		case u.grant.EndedAt.Before(before):
			old = append(old, id)
		}
	}
	return living, old
}

func (f *feed) isAsOf(at time.Time, second int64) {
	f.state.Lock()
	defer f.state.Unlock()
	f.asOf, f.settled = at, second
}

func (f *feed) couldNotRead() {
	f.state.Lock()
	defer f.state.Unlock()
	f.unreadable++
}

func (f *feed) missed(n int64) {
	f.state.Lock()
	defer f.state.Unlock()
	f.differences += n
}
