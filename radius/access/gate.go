package access

import (
	"context"
	"errors"
	"sync"
	"time"

	"mtandao/internal/fault"
)

const (
	gateWidth = 64          // log-ins that ask the database at once: it has 40 connections
	gateRest  = time.Second // while it is shut, between two that try
	gateFails = 3           // in a row, that shut it
)

// gate stands between log-ins and the database. After some that the database failed it is shut, and refuses at once; each
// second one is let through, and when that comes back well all are.
type gate struct {
	now  func() time.Duration
	turn chan struct{}

	mu     sync.Mutex
	failed int // in a row
	shut   bool
	next   time.Duration // when one may try, while it is shut
	turned int64         // how many it turned away
}

func newGate(now func() time.Duration) *gate {
	return &gate{now: now, turn: make(chan struct{}, gateWidth)}
}

// pass asks the database through the gate, for as long as the context says.
func (g *gate) pass(ctx context.Context, ask func(context.Context) Admission) Admission {
	if !g.open() {
		return unavailable(fault.New(fault.Unavailable, "db.unavailable"))
	}
	select {
	case g.turn <- struct{}{}:
	case <-ctx.Done():
		return unavailable(fault.Wrap(fault.Unavailable, "db.unavailable", ctx.Err()))
	}
	defer func() { <-g.turn }()
	answer := ask(ctx)
	if !errors.Is(answer.Err, context.Canceled) { // whoever asked went away: that tells nothing
		g.learn(fault.Is(answer.Err, fault.Unavailable))
	}
	return answer
}

func (g *gate) open() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.shut {
		return true
	}
	if now := g.now(); now >= g.next {
		g.next = now + gateRest
		return true
	}
	g.turned++
	return false
}

func (g *gate) learn(failed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !failed {
		g.failed, g.shut = 0, false
		return
	}
	g.failed++
	if g.failed >= gateFails {
		g.shut, g.next = true, g.now()+gateRest
	}
}

func (g *gate) state() (shut bool, turned int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.shut, g.turned
}
