package outages

import (
	"context"
	"errors"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

// Routers is what is asked of the routers. *routers.Service satisfies it.
type Routers interface {
	All() []routers.Router
	LastHeard(id int64) time.Time
	Health(ctx context.Context, ids []int64) (map[int64]routers.Health, error)
}

// Sessions is what is asked of sessions. *radius.Service satisfies it.
type Sessions interface {
	// Counters are open sessions of a router, those of the latest words first.
	Counters(ctx context.Context, routerID int64, most int) ([]Counter, error)
	// CountersOf are sessions by their ids, open or over.
	CountersOf(ctx context.Context, ids []int64) ([]Counter, error)
	// SpokeIn are sessions of a router whose latest word is of between two instants.
	SpokeIn(ctx context.Context, routerID int64, from, until time.Time, most int) ([]Counter, error)
	// BootsIn are when a router came up between two instants.
	BootsIn(ctx context.Context, routerID int64, from, until time.Time) ([]Boot, error)
}

// Giver makes up for an outage in the transaction in which it becomes Given; called again for the same one it does nothing.
type Giver func(tx *db.Tx, o Outage) error

// Options are a Service's collaborators. Clock is the plan clock.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Routers  Routers
	Sessions Sessions
	Give     Giver
	Node     string           // the same after a restart
	Waits    func() time.Time // since when accounting waits at this node; zero: none
	Paused   func() bool      // a restored copy gives nothing
}

// Service finds outages and proves them.
type Service struct{ Options }

// New makes the service. Call Watching on each node every WatchEvery, and Tick on one.
func New(o Options) *Service { return &Service{Options: o} }

// Timing.
const (
	quiet         = 10 * time.Minute   // without a word: a silence
	draftFor      = 30 * time.Minute   // in which staff may drop it
	lateEvery     = 10 * time.Minute   // between looks for late words
	lateFor       = 7 * 24 * time.Hour // as late as a router's word may be
	usual         = 5 * time.Minute    // between a router's updates, when it was told none
	historyMonths = 13                 // of silences that were not proven, and of watches
)

// Bounds.
const (
	mostWitnesses = 512 // of one silence
	mostSteps     = 500 // outages that one tick goes on with
	mostSpoken    = 256 // sessions that told something within a gap
	mostForgotten = 500 // silences, each time
	mostWatches   = 1_000
	mostSince     = 20_000 // silences of three months
)

// Tick goes on with every silence: new ones, and those for which it is time.
func (s *Service) Tick(ctx context.Context) error {
	if s.Paused != nil && s.Paused() {
		return nil
	}
	now := s.Clock.Now()
	watches, err := s.watches(ctx, now.Add(-lateFor))
	if err != nil {
		return err
	}
	words, err := s.lastWords(ctx)
	if err != nil {
		return err
	}
	failed := s.find(ctx, now, watches, words)
	due, err := s.due(ctx, now)
	if err != nil {
		return errors.Join(failed, err)
	}
	for _, o := range due {
		if err := s.step(ctx, o, now, watches, words); err != nil { // one that cannot be judged does not keep the others from it
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// word is the latest that is known of a router.
type word struct {
	router routers.Router
	at     time.Time // zero: never
	looked bool      // looks at it are made now
}

func (s *Service) lastWords(ctx context.Context) (map[int64]word, error) {
	all := s.Routers.All()
	ids := make([]int64, len(all))
	for i, r := range all {
		ids[i] = r.ID
	}
	health, err := s.Routers.Health(ctx, ids)
	if err != nil {
		return nil, err
	}
	words := map[int64]word{}
	for _, r := range all {
		h := health[r.ID]
		words[r.ID] = word{r, clock.Later(s.Routers.LastHeard(r.ID), h.AnsweredAt), h.Fresh(s.Clock.Now())}
	}
	return words, nil
}

// find begins an outage for each router that has been silent for a while, while we were there to hear it. One that owes us nothing, without looks and
// without sessions, is not silent.
func (s *Service) find(ctx context.Context, now time.Time, watches []Watch, words map[int64]word) (failed error) {
	since, _ := sinceOf(watches, now, now)
	if since.IsZero() || now.Sub(since) < quiet {
		return nil
	}
	silent, err := s.silent(ctx)
	if err != nil {
		return err
	}
	for id, w := range words {
		if w.at.IsZero() || now.Sub(w.at) < quiet || w.router.State != routers.StateActive || silent[id] {
			continue
		}
		open, err := s.Sessions.Counters(ctx, id, mostWitnesses)
		if err == nil && (len(open) > 0 || w.looked) {
			err = s.begin(ctx, w, now, open)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

func (s *Service) begin(ctx context.Context, w word, now time.Time, open []Counter) error {
	o := Outage{RouterID: w.router.ID, SiteID: w.router.SiteID, State: Silent, From: w.at, FoundAt: now, due: now, Proof: Proof{Heard: w.at, Open: len(open)}}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		o.ID = tx.ID()
		first, err := insert(tx, o)
		if err != nil || !first {
			return err
		}
		return insertWitnesses(tx, o.ID, open)
	})
}

// Drop decides that nothing is given for a draft. fault.Conflict "outage.no_draft".
func (s *Service) Drop(ctx context.Context, id int64, by, from string) error {
	return s.decide(ctx, id, Dropped, by, from, "outage dropped")
}

// GiveNow gives for a draft before its time. fault.Conflict "outage.no_draft".
func (s *Service) GiveNow(ctx context.Context, id int64, by, from string) error {
	return s.decide(ctx, id, Given, by, from, "outage given")
}

func (s *Service) decide(ctx context.Context, id int64, to State, by, from, action string) error {
	o, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		after := o
		after.State, after.By, after.due, after.told = to, by, now, now
		won := false
		if o.State == Proven {
			if won, err = s.turn(tx, o, after); err != nil {
				return err
			}
		}
		if !won {
			return fault.New(fault.Conflict, "outage.no_draft")
		}
		return audit.Record(tx, now, audit.Event{Actor: by, From: from, Action: action, Object: "outage", ObjectID: idText(id)})
	})
}
