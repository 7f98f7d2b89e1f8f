package webhooks

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

// One round of deliveries takes on no more after roundLimit; an endpoint gets atOnce calls at a time; what a run claimed and did not settle is due again
// after claimed.
const (
	Every      = time.Second // a round begins, on one node, and one that goes on looks for more
	roundLimit = 30 * time.Second
	atOnce     = 4
	claimed    = time.Minute
)

// laneEnd is that a lane has nothing to do, or failed.
type laneEnd struct {
	endpointID int64
	err        error
}

// Deliver sends what is due: each endpoint in a lane of its own, so that a slow one holds up nobody else, not even one that has nothing to take until later.
// It ends when no lane has anything to do.
func (s *Service) Deliver(ctx context.Context) error {
	if s.Pause != nil && s.Pause.Paused() {
		return nil
	}
	round, cancel := context.WithTimeout(ctx, roundLimit)
	defer cancel()
	again := time.NewTicker(Every)
	defer again.Stop()
	ended := make(chan laneEnd)
	begun, busy := map[int64]bool{}, 0
	var failed []error
	for look := true; look || busy > 0; {
		if look {
			lanes, err := s.due(ctx)
			failed = append(failed, err)
			for _, e := range lanes {
				if begun[e.ID] {
					continue
				}
				begun[e.ID], busy = true, busy+1
				go func() { ended <- laneEnd{e.ID, s.lane(round, e.ID)} }()
			}
			look = false
			continue
		}
		select {
		case one := <-ended:
			busy--
			failed = append(failed, one.err)
			begun[one.endpointID] = one.err != nil // one that failed waits for the next round
		case <-again.C:
			look = round.Err() == nil
		}
	}
	return errors.Join(failed...)
}

// lane sends one endpoint what is due.
func (s *Service) lane(ctx context.Context, endpointID int64) error {
	for ctx.Err() == nil {
		if n, err := s.some(ctx, endpointID); err != nil || n == 0 {
			return err
		}
	}
	return nil
}

// some sends a few of an endpoint's deliveries at once; n is how many.
func (s *Service) some(ctx context.Context, endpointID int64) (n int, err error) {
	var e Endpoint
	var mine []Delivery
	run := seal.RandomHex(16)
	err = s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		now := s.Clock.Now()
		if e, err = s.get(tx, endpointID); err != nil || e.State != Active {
			mine = nil
			return err
		}
		mine, err = claim(tx, endpointID, run, now, now.Add(claimed), atOnce)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	secrets, err := s.secrets(e)
	if err != nil {
		return 0, err
	}
	var all sync.WaitGroup
	failed := make([]error, len(mine))
	for i, d := range mine {
		all.Go(func() { failed[i] = s.send(ctx, e, d, secrets) })
	}
	all.Wait()
	return len(mine), errors.Join(failed...)
}

// send makes one attempt, and writes what became of it.
func (s *Service) send(ctx context.Context, e Endpoint, d Delivery, secrets []string) error {
	body, err := s.Keys.Open(purposeBody, d.body)
	if err != nil {
		return err
	}
	at := s.Clock.Now()
	got := s.post(ctx, e.URL, d.Event(), signature(at, body, secrets...), body)
	d = after(d, got, at, s.Clock.Now())
	a := Attempt{Number: d.Attempts, At: at, Status: got.Status, Reason: got.Reason, Took: got.Took, Answer: strings.ToValidUTF8(string(got.Said), "\uFFFD")}
	return s.DB.InTx(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		if err := s.insertAttempt(tx, d.ID, a); err != nil {
			return err
		}
		if err := settle(tx, d); err != nil {
			return err
		}
		if got.Reason == "" {
			return takesAgain(tx, e.ID)
		}
		return s.failing(tx, e, at)
	})
}

// after says what becomes of a delivery by an attempt.
func after(d Delivery, got answer, at, now time.Time) Delivery {
	d.Tries, d.Attempts, d.Status, d.Reason, d.Took, d.TriedAt = d.Tries+1, d.Attempts+1, got.Status, got.Reason, got.Took, at
	switch {
	case got.Reason == "":
		d.State = Taken
	case d.Tries > len(pauses):
		d.State = Failed
	default:
		d.State, d.NextAt = Waiting, now.Add(pauses[d.Tries-1])
	}
	return d
}

// failing notes that an endpoint took nothing; one that has taken nothing for days is paused.
func (s *Service) failing(tx *db.Tx, e Endpoint, at time.Time) error {
	if err := beginsToFail(tx, e.ID, at); err != nil {
		return err
	}
	stopped, err := giveUp(tx, e.ID, at.Add(-pauseAfter))
	if err != nil || !stopped {
		return err
	}
	s.Log.Warn("a webhook took nothing for days and is paused", "webhook", e.ID, "host", e.Host())
	now, err := s.get(tx, e.ID)
	if err != nil {
		return err
	}
	return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: "command serve", Action: "webhook stopped", Object: "webhook", ObjectID: idText(e.ID)}, nil, told(now))
}
