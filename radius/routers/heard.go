package routers

import (
	"context"
	"sync"
	"time"
)

// news is what packets told of routers and Flush has not yet written down.
type news struct {
	mu    sync.Mutex
	heard map[int64]time.Time // the newest of all, written or not
	fresh map[int64]time.Time // not yet written
	seen  map[int64]bool      // Message-Authenticator seen, not yet written
}

// Heard notes that a genuine packet came from the router. It costs no database access.
func (s *Service) Heard(id int64, at time.Time) {
	s.news.mu.Lock()
	defer s.news.mu.Unlock()
	if !at.After(s.news.heard[id]) {
		return
	}
	s.news.heard[id], s.news.fresh[id] = at, at
}

func newNews() *news {
	return &news{heard: map[int64]time.Time{}, fresh: map[int64]time.Time{}, seen: map[int64]bool{}}
}

func (n *news) heardElsewhere(id int64, at *time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if at != nil && at.After(n.heard[id]) {
		n.heard[id] = at.UTC()
	}
}

// LastHeard is when the router last sent something genuine, to any node; zero for never.
func (s *Service) LastHeard(id int64) time.Time {
	s.news.mu.Lock()
	defer s.news.mu.Unlock()
	return s.news.heard[id]
}

// SawAuthenticator notes that the router signs its requests. This node holds it to that from now on, the others once
// Flush has written it.
func (s *Service) SawAuthenticator(id int64) {
	r, ok := s.Get(id)
	if !ok || r.AuthSeen {
		return
	}
	s.news.mu.Lock()
	s.news.seen[id] = true
	s.news.mu.Unlock()
	s.signs.Store(id, &signing{})
}

// Flush writes down what was heard and seen since the last one; what cannot be written is kept for the next.
func (s *Service) Flush(ctx context.Context) error {
	s.news.mu.Lock()
	heard, seen := s.news.fresh, s.news.seen
	s.news.fresh, s.news.seen = map[int64]time.Time{}, map[int64]bool{}
	s.news.mu.Unlock()
	if len(heard) == 0 && len(seen) == 0 {
		return nil
	}
	err := s.storeNews(ctx, heard, seen)
	if err != nil {
		s.news.keep(heard, seen)
	}
	return err
}

func (n *news) keep(heard map[int64]time.Time, seen map[int64]bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for id, at := range heard {
		if at.After(n.fresh[id]) {
			n.fresh[id] = at
		}
	}
	for id := range seen {
		n.seen[id] = true
	}
}
