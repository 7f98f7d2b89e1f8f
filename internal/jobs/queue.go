package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

const (
	batch     = 20
	workers   = 16
	pollEvery = 500 * time.Millisecond
)

// Queue holds the subscribers and runs their jobs.
type Queue struct {
	db     *db.DB
	clock  clock.Clock
	log    *slog.Logger
	holder string

	handlers    map[string]Handler  // "fact/subscriber"
	subscribers map[string][]string // fact -> subscribers
	spreads     map[string]*spread  // "fact/subscriber"
	wishes      map[string]wish     // "fact/subscriber"
	periodic    []periodic
	wake        chan struct{}
	slots       chan struct{}
	inFlight    sync.WaitGroup
	mine        sync.Map // id -> holder of the jobs that run here
	complaints  complaints
}

// New makes a queue; c is the machine's clock, never the plan clock of a demo.
func New(d *db.DB, c clock.Clock, log *slog.Logger) *Queue {
	return &Queue{
		db: d, clock: c, log: log, holder: db.NewHolder(),
		handlers: map[string]Handler{}, subscribers: map[string][]string{}, spreads: map[string]*spread{}, wishes: map[string]wish{},
		wake: make(chan struct{}, 1), slots: make(chan struct{}, workers),
	}
}

// On subscribes to a fact; call it at wiring, before Run. One subscriber may be named once per fact.
func (q *Queue) On(fact, subscriber string, h Handler) {
	name := fact + "/" + subscriber
	if q.handlers[name] != nil {
		panic("jobs: " + name + " subscribed twice")
	}
	q.handlers[name] = h
	q.subscribers[fact] = append(q.subscribers[fact], subscriber)
}

// Emit writes one job per subscriber of the fact into the transaction; they run at once after the commit.
func (q *Queue) Emit(tx *db.Tx, fact, key string, payload any) error {
	return q.EmitAt(tx, fact, key, payload, q.clock.Now())
}

// EmitAt is Emit for later.
func (q *Queue) EmitAt(tx *db.Tx, fact, key string, payload any, at time.Time) error {
	body, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("fact %q: %w", fact, err)
	}
	for _, subscriber := range q.subscribers[fact] {
		at := at
		if wished, err := q.wished(tx, fact, subscriber); err != nil || !wished {
			if err != nil {
				return err
			}
			continue
		}
		if s := q.spreads[fact+"/"+subscriber]; s != nil {
			at = s.next(at)
		}
		if err := q.insert(tx, fact, subscriber, key, body, at); err != nil {
			return err
		}
	}
	tx.AfterCommit(q.poke)
	return nil
}

func (q *Queue) poke() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx is done, then waits for the handlers that are running.
func (q *Queue) Run(ctx context.Context) error {
	var loops sync.WaitGroup
	for _, p := range q.periodic {
		loops.Go(func() { q.repeat(ctx, p) })
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	q.warn("rescuing jobs", q.rescue(ctx)) // a restart is when there are most
	q.runDue(ctx)
	for {
		select {
		case <-ctx.Done():
			q.inFlight.Wait()
			loops.Wait()
			return nil
		case <-tick.C:
			q.runDue(ctx)
		case <-q.wake:
			q.runDue(ctx)
		case <-beat.C:
			q.warn("keeping jobs", q.beat(ctx)) // before it takes what nobody keeps
			q.warn("rescuing jobs", q.rescue(ctx))
		}
	}
}

// runDue starts what is due while there are free workers; a worker that finds more due wakes the loop again.
func (q *Queue) runDue(ctx context.Context) {
	for ctx.Err() == nil {
		free := cap(q.slots) - len(q.slots)
		if free == 0 {
			return
		}
		due, err := q.claim(ctx, min(free, batch))
		if err != nil {
			q.warn("claiming jobs", err)
			return
		}
		for _, j := range due {
			q.slots <- struct{}{}
			q.mine.Store(j.ID, j.Holder)
			q.inFlight.Go(func() {
				defer func() { q.mine.Delete(j.ID); <-q.slots; q.poke() }()
				q.do(ctx, j)
			})
		}
		if len(due) == 0 {
			return
		}
	}
}

// do runs one claimed job and stores what became of it. A stop of the program does not cut a running handler: it has its
// own limit.
func (q *Queue) do(ctx context.Context, j row) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handlerLimit)
	defer cancel()
	err := q.call(ctx, j)
	if err == nil {
		q.warn("finishing a job", insist(func() error { return q.finish(context.WithoutCancel(ctx), j) }))
		return
	}
	j = after(j, err, q.clock.Now())
	if j.Failures > 0 || j.State == parked {
		q.log.Warn("job failed", "fact", j.Fact, "subscriber", j.Subscriber, "key", j.JobKey, "failures", j.Failures, "state", j.State, "error", err)
	}
	q.warn("storing a job's failure", insist(func() error { return q.release(context.WithoutCancel(ctx), j) }))
}

// insist stores what became of a job a few times over while the database does not take it: what is not stored rests until it is rescued, and is done again.
func insist(store func() error) error {
	for pause := 50 * time.Millisecond; ; pause *= 4 {
		err := store()
		if !fault.Is(err, fault.Unavailable) || pause > time.Second {
			return err
		}
		time.Sleep(pause)
	}
}

func (q *Queue) call(ctx context.Context, j row) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	handler := q.handlers[j.Fact+"/"+j.Subscriber]
	if handler == nil {
		return Park(fmt.Errorf("nobody handles %s/%s in this program", j.Fact, j.Subscriber))
	}
	return handler(ctx, j.job())
}

func (q *Queue) warn(doing string, err error) {
	if err != nil && q.complaints.may(doing+": "+err.Error()) {
		q.log.Error(doing, "error", err)
	}
}

// Idle waits until no job is due or running; for tests and demos that want to see the end of a story.
func (q *Queue) Idle(ctx context.Context) error {
	for {
		n, err := q.active(ctx)
		if err != nil || n == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}
