package audit

import (
	"context"

	"mtandao/internal/chain"
	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// Trail reads, chains and proves the events.
type Trail struct {
	db    *db.DB
	clock clock.Clock
	chain chain.Chain

	pieces int // that one job proves
}

// New makes the trail.
func New(d *db.DB, c clock.Clock) *Trail {
	t := &Trail{db: d, clock: c, pieces: piecesAtOnce}
	t.chain = chain.Chain{DB: d, Clock: c, Items: "audit_events", Links: "audit_links", Item: "event", Contents: t.contents}
	return t
}

// Chain links what was recorded since; one node runs it every few seconds under a lease.
func (t *Trail) Chain(ctx context.Context) error { return t.chain.Extend(ctx) }

// Verify proves that no event was changed, removed or left unchained for more than a minute.
func (t *Trail) Verify(ctx context.Context) (chain.Report, error) { return t.chain.Verify(ctx) }

// Head is the newest link: its number and hash, to be kept outside the database.
func (t *Trail) Head(ctx context.Context) (seq int64, hash string, err error) {
	return t.chain.Head(ctx)
}

// HashAt is the hash of a link; empty when there is no such link.
func (t *Trail) HashAt(ctx context.Context, seq int64) (string, error) {
	return t.chain.HashAt(ctx, seq)
}

// Filter chooses events; what is empty does not restrict.
type Filter struct {
	Actor            string
	Object, ObjectID string
	Day              string // 2026-11-24, in Nairobi
	Before           int64  // an event's id: the page after the one that it ended
	Limit            int
}

// mostListed bounds one page of the trail.
const mostListed = 200

// List gives the newest events first, a page at a time.
func (t *Trail) List(ctx context.Context, f Filter) ([]Event, error) {
	if f.Limit = min(f.Limit, mostListed); f.Limit <= 0 {
		f.Limit = mostListed
	}
	rows, err := t.list(ctx, f)
	events := make([]Event, len(rows))
	for i, r := range rows {
		events[i] = r.event()
	}
	return events, err
}

// Get reads one event; fault.NotFound.
func (t *Trail) Get(ctx context.Context, id int64) (Event, error) {
	r, err := t.get(ctx, id)
	return r.event(), err
}
