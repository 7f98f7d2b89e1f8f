package outages

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
	"mtandao/radius/routers"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// world is routers with sessions, and nodes of ours that watch them.
type world struct {
	*testing.T
	*Service
	clock    *clock.Manual
	mu       sync.Mutex
	routers  map[int64]routers.Router
	heard    map[int64]time.Time
	answered map[int64]time.Time
	sessions map[int64][]Counter // open, by router
	over     map[int64]Counter
	boots    map[int64][]Boot
	waits    time.Time
	given    []Outage
}

func each(t *testing.T, f func(w *world)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d *db.DB) { f(newWorld(t, d)) })
}

func newWorld(t *testing.T, d *db.DB) *world {
	w := &world{T: t, clock: clock.NewManual(noon), routers: map[int64]routers.Router{}, heard: map[int64]time.Time{}, answered: map[int64]time.Time{}, sessions: map[int64][]Counter{},
		over: map[int64]Counter{}, boots: map[int64][]Boot{}}
	w.Service = w.node(d, "one")
	for id := int64(1); id <= 3; id++ {
		w.routers[id] = routers.Router{ID: id, SiteID: 7, Name: "gate", State: routers.StateActive, Interim: 5 * time.Minute}
	}
	return w
}

// node is another program on the same database.
func (w *world) node(d *db.DB, name string) *Service {
	return New(Options{DB: d, Clock: w.clock, Routers: w, Sessions: w, Node: name, Waits: func() time.Time { return w.waits }, Give: func(_ *db.Tx, o Outage) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.given = append(w.given, o)
		return nil
	}})
}

func (w *world) All() (all []routers.Router) {
	for _, r := range w.routers {
		all = append(all, r)
	}
	return all
}

func (w *world) LastHeard(id int64) time.Time { return w.heard[id] }

func (w *world) Health(_ context.Context, ids []int64) (map[int64]routers.Health, error) {
	all := map[int64]routers.Health{}
	for _, id := range ids {
		all[id] = routers.Health{RouterID: id, AnsweredAt: w.answered[id]}
	}
	return all, nil
}

func (w *world) Counters(_ context.Context, routerID int64, most int) ([]Counter, error) {
	all := slices.Clone(w.sessions[routerID])
	return all[:min(most, len(all))], nil
}

func (w *world) CountersOf(_ context.Context, ids []int64) (all []Counter, err error) {
	for _, open := range w.sessions {
		for _, c := range open {
			if slices.Contains(ids, c.SessionID) {
				all = append(all, c)
			}
		}
	}
	for _, id := range ids {
		if c, there := w.over[id]; there {
			all = append(all, c)
		}
	}
	return all, nil
}

func (w *world) SpokeIn(_ context.Context, routerID int64, from, until time.Time, _ int) (all []Counter, err error) {
	for _, c := range w.sessions[routerID] {
		if c.At.After(from) && c.At.Before(until) {
			all = append(all, c)
		}
	}
	return all, nil
}

func (w *world) BootsIn(_ context.Context, routerID int64, from, until time.Time) (all []Boot, err error) {
	for _, b := range w.boots[routerID] {
		if b.At.After(from) && !b.At.After(until) {
			all = append(all, b)
		}
	}
	return all, nil
}

// speak has a router's sessions report what they carried since: octets each.
func (w *world) speak(id, octets int64) {
	now := w.clock.Now()
	w.heard[id] = now
	for i := range w.sessions[id] {
		c := &w.sessions[id][i]
		if seconds := int64(now.Sub(c.At) / time.Second); seconds > 0 {
			c.Pace = octets / seconds
		}
		c.At, c.Octets = now, c.Octets+octets
	}
}

// open gives a router sessions.
func (w *world) open(id int64, n int) {
	for i := range n {
		w.sessions[id] = append(w.sessions[id], Counter{SessionID: id*1000 + int64(len(w.over)+len(w.sessions[id])+i*10), StartedAt: w.clock.Now(), At: w.clock.Now()})
	}
}

// live lets time pass, in which the node watches and the routers that are named report once a minute.
func (w *world) live(d time.Duration, octets int64, talking ...int64) {
	w.Helper()
	for end := w.clock.Now().Add(d); w.clock.Now().Before(end); {
		w.clock.Advance(time.Minute)
		for _, id := range talking {
			w.speak(id, octets)
		}
		w.tick()
	}
}

func (w *world) tick() {
	w.Helper()
	if err := w.Watching(context.Background()); err != nil {
		w.Fatal(err)
	}
	if err := w.Tick(context.Background()); err != nil {
		w.Fatal(err)
	}
}

// the is the only outage that there is.
func (w *world) the() Outage {
	w.Helper()
	all, err := w.List(context.Background(), 0, 10)
	if err != nil || len(all) != 1 {
		w.Fatalf("%d outages: %+v %v", len(all), all, err)
	}
	return all[0]
}

func (w *world) none() {
	w.Helper()
	if all, err := w.List(context.Background(), 0, 10); err != nil || len(all) != 0 {
		w.Fatalf("%d outages: %+v %v", len(all), all, err)
	}
}
