package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

type periodic struct {
	name  string
	every time.Duration
	run   func(context.Context) error
}

// Every repeats run, on one node at a time: whoever holds the lease named name. Call it at wiring, before Run. run must
// be safe to run twice at once all the same: a lease can run out under a stalled holder.
func (q *Queue) Every(name string, every time.Duration, run func(context.Context) error) {
	q.periodic = append(q.periodic, periodic{name: leaseName(name), every: every, run: run})
}

const longestLease = 64 // what a row holds, in ASCII

// leaseName is a name as its row can hold it: work of a node has the node's folder in its name, which may be long or written in any letters.
func leaseName(name string) string {
	plain := len(name) <= longestLease
	for _, b := range []byte(name) {
		plain = plain && b < 0x7f
	}
	if plain {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])
}

func (q *Queue) repeat(ctx context.Context, p periodic) {
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	length := max(3*p.every, 15*time.Second)
	var held time.Time
	for {
		select {
		case <-ctx.Done():
			q.warn("giving back a lease", q.giveBack(context.WithoutCancel(ctx), p.name))
			return
		case <-tick.C:
		}
		now := q.clock.Now()
		if held.Sub(now) < length/2 {
			ok, err := q.takeLease(ctx, p.name, now.Add(length))
			if q.warn("taking a lease", err); !ok {
				continue
			}
			held = now.Add(length)
		}
		if err := q.runPeriodic(ctx, p); err != nil && ctx.Err() == nil && q.complaints.may(p.name+": "+err.Error()) {
			q.log.Warn("periodic work failed", "name", p.name, "error", err)
		}
	}
}

func (q *Queue) runPeriodic(ctx context.Context, p periodic) error {
	ctx, cancel := context.WithTimeout(ctx, handlerLimit)
	defer cancel()
	return p.run(ctx)
}
