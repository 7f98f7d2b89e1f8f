package outages

import (
	"context"
	"time"

	"mtandao/internal/clock"
)

// Watch is time in which a node of ours stood, reached the database and could hear routers.
type Watch struct {
	Node        string
	From, Until time.Time
	Waits       time.Time // since when accounting waits on its disk; zero: none does
}

// WatchEvery is how often a node says that it is there, and silences are looked at.
const WatchEvery = 20 * time.Second

// Watching notes that this node is there, and since when accounting waits at it. A pause of two minutes and more is one in which it was not.
func (s *Service) Watching(ctx context.Context) error {
	now := s.Clock.Now()
	waits := time.Time{}
	if s.Waits != nil {
		waits = s.Waits()
	}
	return s.noteWatch(ctx, Watch{Node: s.Node, From: now, Until: now, Waits: waits})
}

// sinceOf is when the nodes that are there now have all been there, and whether one of them has accounting that came before an instant and is not counted.
func sinceOf(watches []Watch, now, by time.Time) (since time.Time, late bool) {
	for _, w := range watches {
		if now.Sub(w.Until) > unmissed {
			continue
		}
		since = clock.Later(since, w.From)
		late = late || !w.Waits.IsZero() && w.Waits.Before(by)
	}
	return since, late
}
