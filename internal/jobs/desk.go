package jobs

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// States are those of a job's row, as a list shows them.
var States = []string{running, waiting, parked}

// Parked is the state of a job that no retry cures.
const Parked = parked

// Entry is a job in a list, without its payload.
type Entry struct {
	ID                           int64
	Fact, Subscriber, Key, State string
	RunAt                        time.Time
	Attempt, Failures            int
	LastError                    string
	CreatedAt, UpdatedAt         time.Time
}

const mostListed = 200

// List gives jobs of a state, or of all, the newest first, before an id.
func (q *Queue) List(ctx context.Context, state string, before int64, limit int) ([]Entry, error) {
	return q.list(ctx, state, before, max(1, min(limit, mostListed)))
}

// Get reads one job; fault.NotFound when it is done.
func (q *Queue) Get(ctx context.Context, id int64) (Entry, error) { return q.get(ctx, id) }

// Retry runs a waiting or parked job now, as if it had never failed; fault.Conflict "job.not_waiting" for any other.
func (q *Queue) Retry(tx *db.Tx, id int64) error {
	won, err := q.hurry(tx, "id = ?", id)
	if err == nil && !won {
		err = fault.New(fault.Conflict, "job.not_waiting")
	}
	return err
}

// Drop takes a waiting or parked job away for good; fault.Conflict "job.not_waiting" for any other.
func (q *Queue) Drop(tx *db.Tx, id int64) error {
	won, err := drop(tx, id)
	if err == nil && !won {
		err = fault.New(fault.Conflict, "job.not_waiting")
	}
	return err
}

// Hurry runs the waiting and parked jobs of a fact and key now; false when there are none.
func (q *Queue) Hurry(tx *db.Tx, fact, key string) (bool, error) {
	return q.hurry(tx, "fact = ? AND job_key = ?", fact, key)
}
