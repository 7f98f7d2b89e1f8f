package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"mtandao/internal/fault"
)

// States of a job's row. A done job has no row.
const (
	waiting = "waiting"
	running = "running"
	parked  = "parked"
)

// Limits of running: a handler is cut after handlerLimit; a job whose runner has not told for rescueAfter that it is alive, as it does each beatEvery, is
// taken up again; a job that failed parkAfter times in a row is parked (about a day of trying).
const (
	handlerLimit = 2 * time.Minute
	beatEvery    = 10 * time.Second
	rescueAfter  = 3 * beatEvery
	parkAfter    = 24
	longestPause = time.Hour
)

// Job is one subscriber's share of a fact.
type Job struct {
	ID                    int64
	Fact, Subscriber, Key string
	Payload               []byte
	Attempt               int // from 1; counts every run
	CreatedAt             time.Time
}

// Decode reads the payload into v.
func (j Job) Decode(v any) error {
	if err := json.Unmarshal(j.Payload, v); err != nil {
		return Park(fault.Wrap(fault.Invalid, "job.payload", err, "Fact", j.Fact))
	}
	return nil
}

// Handler does a job; it is called again until it returns nil or Park.
type Handler func(ctx context.Context, j Job) error

type again struct {
	in  time.Duration
	why error
}

func (a again) Error() string { return "again in " + a.in.String() }
func (a again) Unwrap() error { return a.why }

// Again makes a handler's result that means: no failure, look again later.
func Again(in time.Duration, why error) error { return again{in: in, why: why} }

type park struct{ why error }

func (p park) Error() string { return p.why.Error() }
func (p park) Unwrap() error { return p.why }

// Park makes a handler's result that means: no retry cures this, a person must look.
func Park(why error) error { return park{why: why} }

// pause grows from a second to an hour with the number of failures in a row.
func pause(failures int) time.Duration {
	return min(longestPause, time.Second<<min(failures-1, 20))
}

// after says what becomes of a job whose handler returned err.
func after(j row, err error, now time.Time) row {
	var a again
	var p park
	switch {
	case errors.As(err, &p):
		j.State = parked
	case errors.As(err, &a):
		j.State, j.RunAt, j.Failures = waiting, now.Add(a.in), 0
	default:
		j.State, j.Failures = waiting, j.Failures+1
		if j.RunAt = now.Add(pause(j.Failures)); j.Failures >= parkAfter {
			j.State = parked
		}
	}
	j.LastError, j.Holder = text(err), ""
	return j
}

func text(err error) string {
	const most = 1000
	if s := err.Error(); len(s) > most {
		return s[:most]
	} else {
		return s
	}
}
