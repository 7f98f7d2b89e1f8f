package webhooks

import (
	"context"
	"encoding/json"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
)

// How far a delivery is: waiting → taken or failed; a person may send either again.
const (
	Waiting = "waiting"
	Taken   = "taken"
	Failed  = "failed"
)

// Outcomes are the states of deliveries, in the order in which they are shown.
var Outcomes = []string{Waiting, Taken, Failed}

// Delivery is one event for one endpoint.
type Delivery struct {
	ID         int64
	EndpointID int64
	EventID    int64
	Kind       Kind
	ObjectID   int64 // what it is about; of the kind's object
	State      string
	Tries      int // in this round: since it came to be, or was sent again by hand
	Attempts   int // in all
	Status     int // of the last answer; 0: there was none
	Reason     string
	Took       time.Duration
	HappenedAt time.Time
	NextAt     time.Time // of one that waits
	TriedAt    time.Time // zero: never

	body []byte // sealed
	run  string
}

// Event is its event's id as receivers know it.
func (d Delivery) Event() string { return eventText(d.EventID) }

func eventText(id int64) string { return "evt_" + idText(id) }

// Attempt is one call of a delivery.
type Attempt struct {
	ID     int64
	Number int // from 1
	At     time.Time
	Status int
	Reason string // empty: it was taken
	Took   time.Duration
	Answer string // the beginning of it
}

// About says which object the payload of a fact is about; ok is false for one that no kind tells of.
type About func(ctx context.Context, j jobs.Job) (objectID int64, ok bool, err error)

// Tell makes events of a kind out of a fact; call it at wiring, before Run of the jobs.
func (s *Service) Tell(fact string, k Kind, about About) {
	s.Jobs.OnWish(fact, "webhooks", func(tx *db.Tx) (bool, error) { return wanted(tx, k) }, func(ctx context.Context, j jobs.Job) error {
		id, ok, err := about(ctx, j)
		if err != nil || !ok {
			return err
		}
		return s.take(ctx, k, j, id)
	})
}

// event is the body of a call.
type event struct {
	ID         string          `json:"id"`
	Type       Kind            `json:"type"`
	Created    string          `json:"created"`
	APIVersion string          `json:"api_version"`
	Data       json.RawMessage `json:"data"`
}

// Version is that of the API whose answers events hold.
const Version = "v1"

func bodyOf(id int64, k Kind, at time.Time, data json.RawMessage) ([]byte, error) {
	return json.Marshal(event{ID: eventText(id), Type: k, Created: at.UTC().Format(time.RFC3339), APIVersion: Version, Data: data})
}

// take makes the deliveries of a fact; again makes none.
func (s *Service) take(ctx context.Context, k Kind, j jobs.Job, objectID int64) error {
	siteID, data, err := s.show.Resource(ctx, k, objectID)
	if fault.Is(err, fault.NotFound) { // there is nothing to tell of any more
		return nil
	}
	if err != nil {
		return err
	}
	body, err := bodyOf(j.ID, k, j.CreatedAt, data)
	if err != nil {
		return err
	}
	sealed, err := s.Keys.Seal(purposeBody, body)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		all, err := s.all(tx)
		if err != nil {
			return err
		}
		for _, e := range all {
			if !e.Wants(k, siteID) {
				continue
			}
			if err := s.insertDelivery(tx, Delivery{EndpointID: e.ID, EventID: j.ID, Kind: k, ObjectID: objectID, HappenedAt: j.CreatedAt, body: sealed}); err != nil {
				return err
			}
		}
		return nil
	})
}

// SendTest sends an endpoint an event that is about nothing. fault.Conflict "webhook.not_active".
func (s *Service) SendTest(ctx context.Context, id int64, by By) (deliveryID int64, err error) {
	err = s.change(ctx, id, func(tx *db.Tx, is Endpoint) (string, error) {
		if is.State != Active {
			return "", fault.New(fault.Conflict, "webhook.not_active")
		}
		event, now := tx.ID(), s.Clock.Now()
		data, err := json.Marshal(map[string]string{"endpoint": is.Name})
		if err != nil {
			return "", err
		}
		body, err := bodyOf(event, Test, now, data)
		if err != nil {
			return "", err
		}
		d := Delivery{EndpointID: id, EventID: event, Kind: Test, HappenedAt: now}
		if d.body, err = s.Keys.Seal(purposeBody, body); err != nil {
			return "", err
		}
		if err := s.insertDelivery(tx, d); err != nil {
			return "", err
		}
		deliveryID, err = deliveryOf(tx, event, id)
		return "webhook tested", err
	}, by)
	return deliveryID, err
}

// Replay sends a delivery again, from the first attempt on. One that waits is tried now. fault.NotFound "webhook.unknown".
func (s *Service) Replay(ctx context.Context, deliveryID int64, by By) error {
	d, err := s.delivery(ctx, deliveryID)
	if err != nil {
		return err
	}
	return s.change(ctx, d.EndpointID, func(tx *db.Tx, _ Endpoint) (string, error) {
		won, err := replay(tx, d.EndpointID, []int64{deliveryID}, Outcomes, s.Clock.Now())
		if err == nil && won == 0 {
			err = fault.New(fault.NotFound, "webhook.unknown")
		}
		return "webhook delivery sent again", err
	}, by)
}

// replayAtOnce is how many deliveries one transaction sends again.
const replayAtOnce = 500

// ReplayFailed sends all again that failed and whose event is of a time.
func (s *Service) ReplayFailed(ctx context.Context, endpointID int64, from, to time.Time, by By) (n int, err error) {
	for first, after := true, db.IDAt(from); ; first = false {
		var ids []int64
		err = s.change(ctx, endpointID, func(tx *db.Tx, _ Endpoint) (action string, err error) {
			if ids, err = failedAfter(tx, endpointID, after, db.IDAt(to), replayAtOnce); err != nil || len(ids) == 0 {
				return "", err
			}
			won, err := replay(tx, endpointID, ids, []string{Failed}, s.Clock.Now())
			n += won
			if first {
				action = "webhook deliveries sent again"
			}
			return action, err
		}, by)
		if err != nil || len(ids) < replayAtOnce {
			return n, err
		}
		after = ids[len(ids)-1]
	}
}

// Forget drops what is older than the log is kept, and what was of endpoints that are deleted.
func (s *Service) Forget(ctx context.Context) error {
	old := db.IDAt(s.Clock.Now().Add(-Kept))
	for {
		n, err := s.forget(ctx, func(tx *db.Tx) ([]int64, error) { return deliveriesBefore(tx, old) })
		if err != nil {
			return err
		}
		if n < forgetAtOnce {
			break
		}
	}
	var gone []int64
	err := s.DB.InTx(ctx, func(tx *db.Tx) (err error) { gone, err = deletedOnes(tx); return err })
	for _, id := range gone {
		for n := forgetAtOnce; err == nil && n == forgetAtOnce; {
			n, err = s.forget(ctx, func(tx *db.Tx) ([]int64, error) { return deliveriesOf(tx, id) })
		}
		if err == nil {
			err = s.DB.InTx(ctx, func(tx *db.Tx) error { return forgetEndpoint(tx, id) })
		}
	}
	return err
}

func (s *Service) forget(ctx context.Context, which func(*db.Tx) ([]int64, error)) (n int, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		ids, err := which(tx)
		n = len(ids)
		if err != nil || n == 0 {
			return err
		}
		return forgetDeliveries(tx, ids)
	})
	return n, err
}
