package routers

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// Prober looks at routers.
type Prober interface {
	// Near says whether this node is where a router can be looked at from: the one that its tunnel ends at.
	Near(r Router) bool
	// Look looks at a router until ctx ends; wide asks for ports and users too.
	Look(ctx context.Context, r Router, wide bool) Look
}

// Timing of the looks. A router that stops answering is noticed by the second look, well within the two minutes in which it
// must be told.
const (
	lookEvery  = 20 * time.Second
	lookWithin = 8 * time.Second
	wideEvery  = 2 * time.Minute
	othersTurn = 10 * time.Second // so long a router is left to the node that is nearer
	tickEvery  = time.Second
	mostLooks  = 32 // at once
)

// Lookout looks at every router in turn, many at once and each for a short while, so that none holds up the others. Of several
// nodes one looks at a router at a time.
type Lookout struct {
	routers *Service
	prober  Prober
	paused  func() bool
	log     *slog.Logger

	looking sync.WaitGroup
	mu      sync.Mutex
	free    int
	found   []seen
	apart   map[int64]apart
}

// seen is a look that is over and not yet stored.
type seen struct {
	health Health
	due    time.Time // names the turn that it was
}

// NewLookout makes one; while paused says so, no router is looked at.
func NewLookout(s *Service, p Prober, paused func() bool, log *slog.Logger) *Lookout {
	return &Lookout{routers: s, prober: p, paused: paused, log: log, free: mostLooks, apart: map[int64]apart{}}
}

// Run looks until ctx ends, and then waits for the looks that are under way.
func (l *Lookout) Run(ctx context.Context) {
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	defer l.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := l.Turn(ctx); err != nil && ctx.Err() == nil {
				l.log.Warn("looking at the routers", "error", err)
			}
		}
	}
}

// Wait waits for the looks that are under way.
func (l *Lookout) Wait() { l.looking.Wait() }

// Turn stores what was found and begins what is due.
func (l *Lookout) Turn(ctx context.Context) error {
	if err := l.store(ctx); err != nil {
		return err
	}
	l.mu.Lock()
	free := l.free
	l.mu.Unlock()
	if l.paused() || free == 0 {
		return nil
	}
	now := l.routers.clock.Now()
	due, err := l.routers.dueHealth(ctx, now, free)
	if err != nil || len(due) == 0 {
		return err
	}
	mine := due[:0]
	for _, w := range due {
		r, known := l.routers.Get(w.RouterID)
		if !known || !r.Tunnel.Address.IsValid() || l.prober.Near(r) || now.Sub(w.DueAt) > othersTurn {
			mine = append(mine, w)
		}
	}
	won, err := l.routers.claimHealth(ctx, mine, func() time.Time { return now.Add(lookEvery + rand.N(lookEvery/4)).Truncate(time.Millisecond) })
	if err != nil {
		return err
	}
	for _, w := range won {
		l.begin(ctx, w, now)
	}
	return nil
}

// begin looks at one router beside the others.
func (l *Lookout) begin(ctx context.Context, w healthRow, now time.Time) {
	r, known := l.routers.Get(w.RouterID)
	h, err := w.health()
	if err != nil {
		h = Health{RouterID: w.RouterID} // it cannot be read; the next one replaces it
	}
	if !known || r.State != StateActive {
		return
	}
	l.mu.Lock()
	l.free--
	was := l.apart[r.ID]
	l.mu.Unlock()
	l.looking.Go(func() {
		looking, cancel := context.WithTimeout(ctx, lookWithin)
		defer cancel()
		wide := now.Sub(h.Look.WideAt) >= wideEvery
		look := l.prober.Look(looking, r, wide)
		stopping := ctx.Err() != nil // a look that we cut short tells nothing
		l.mu.Lock()
		defer l.mu.Unlock()
		l.free++
		if stopping || !look.Tried {
			return
		}
		if !look.WideAt.IsZero() {
			l.apart[r.ID] = look.apart
		}
		l.found = append(l.found, seen{h.with(look.after(h.Look, was), l.routers.clock.Now()), w.DueAt})
	})
}

// with is the health after one more look.
func (h Health) with(l Look, at time.Time) Health {
	h.TakenAt, h.Look = at, l
	switch {
	case l.Answered:
		h.AnsweredAt, h.DownSince = at, time.Time{}
	case h.DownSince.IsZero():
		h.DownSince = at
	}
	return h
}

func (l *Lookout) store(ctx context.Context) error {
	l.mu.Lock()
	found := l.found
	l.found = nil
	l.mu.Unlock()
	if len(found) == 0 {
		return nil
	}
	return l.routers.storeHealth(ctx, found)
}
