package notify

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/words"
)

// AlertState is where an alert stands.
type AlertState string

// The states of an alert.
const (
	Raised       AlertState = "raised"
	Acknowledged AlertState = "acknowledged"
	Cleared      AlertState = "cleared"
)

// Alert is something that went wrong and that the owner should know.
type Alert struct {
	ID             int64
	Rule, Subject  string
	State          AlertState
	Value          int64 // when it was raised
	RaisedAt       time.Time
	AcknowledgedBy string
	AcknowledgedAt time.Time
	ClearedAt      time.Time
	told           int // steps that were told: 1 when raised, 2 when nobody had acknowledged it
	goodSince      time.Time
}

func (a Alert) open() bool { return a.State != Cleared }

// Evaluate reads every source, raises and clears, and tells what is to be told. One node does it, every ten seconds;
// twice at once does no harm.
func (s *Service) Evaluate(ctx context.Context) error {
	unsettled, err := s.unsettled(ctx)
	if err != nil {
		return err
	}
	for _, r := range Rules {
		if source := s.sources[r.Name]; source != nil {
			s.warn("alerts: "+r.Name, s.judge(ctx, r, source, unsettled[r.Name]))
		}
	}
	return s.tellAll(ctx)
}

// judge compares a rule's readings with its open alerts. A source that fails changes nothing.
func (s *Service) judge(ctx context.Context, r Rule, source Source, known []Alert) error {
	readings, err := s.read(ctx, r, source)
	if err != nil {
		return err
	}
	steps := s.steps(r, readings, openBySubject(known))
	if len(steps) == 0 {
		return nil
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		for _, step := range steps {
			if err := step(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

func openBySubject(known []Alert) map[string]Alert {
	open := map[string]Alert{}
	for _, a := range known {
		if a.open() {
			open[a.Subject] = a
		}
	}
	return open
}

// steps are the writes that a rule's readings ask for.
func (s *Service) steps(r Rule, readings []Reading, open map[string]Alert) (steps []write) {
	limit := int64(s.Settings.Int(r.Limit))
	add := func(w write) {
		if w != nil {
			steps = append(steps, w)
		}
	}
	for _, reading := range readings {
		a, isOpen := open[reading.Subject]
		delete(open, reading.Subject)
		add(s.step(r, limit, reading, a, isOpen))
	}
	for _, a := range open {
		if r.Many || limit == 0 { // its subject is gone; no news of the one thing of a rule is no good news
			add(s.better(a))
		}
	}
	return steps
}

// mostSubjects bounds what one look may raise.
const mostSubjects = 10_000

func (s *Service) read(ctx context.Context, r Rule, source Source) ([]Reading, error) {
	ctx, cancel := context.WithTimeout(ctx, sourceTimeout)
	defer cancel()
	readings, err := source(ctx)
	if err == nil && len(readings) > mostSubjects {
		readings = readings[:mostSubjects]
	}
	for i := range readings {
		readings[i].Subject = words.Cut(readings[i].Subject, 100)
	}
	return readings, err
}

// write is one change of an alert; nil for none.
type write func(tx *db.Tx) error

// step is the state machine of one alert, fed with one reading.
func (s *Service) step(r Rule, limit int64, reading Reading, a Alert, isOpen bool) write {
	off := limit == 0
	switch {
	case !isOpen && !off && r.bad(reading.Value, limit):
		return func(tx *db.Tx) error { return s.raise(tx, r, reading) }
	case !isOpen:
		return nil
	case off || r.good(reading.Value, limit):
		return s.better(a)
	case !a.goodSince.IsZero():
		return func(tx *db.Tx) error { return s.setGoodSince(tx, a, nil) }
	}
	return nil
}

// better notes that a reading is good, and clears the alert once it has been for long enough.
func (s *Service) better(a Alert) write {
	now := s.Clock.Now()
	switch {
	case a.goodSince.IsZero():
		return func(tx *db.Tx) error { return s.setGoodSince(tx, a, &now) }
	case now.Sub(a.goodSince) >= goodFor:
		return func(tx *db.Tx) error { return s.clear(tx, a) }
	}
	return nil
}

// alertDocument is an alert in the trail.
func alertDocument(a Alert) string {
	body, err := json.Marshal(map[string]any{"rule": a.Rule, "subject": a.Subject, "value": a.Value})
	if err != nil {
		return ""
	}
	return string(body)
}

// Acknowledge says that a person knows, with its trace in the trail: the alert is not told again until it is over. fault.NotFound, or
// fault.Conflict "alert.not_raised" when it is acknowledged or over already.
func (s *Service) Acknowledge(ctx context.Context, id int64, by, from string) error {
	if by == "" {
		return fault.New(fault.Denied, "denied")
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.acknowledge(tx, id, by)
		if err != nil {
			return err
		}
		a, err := s.alert(tx, id)
		switch {
		case err != nil:
			return err
		case won:
			return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by, Action: "alert acknowledged", Object: "alert", ObjectID: strconv.FormatInt(id, 10),
				After: alertDocument(a), From: from})
		case a.AcknowledgedBy == by:
			return nil
		}
		return fault.New(fault.Conflict, "alert.not_raised")
	})
}
