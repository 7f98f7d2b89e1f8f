package notify

import (
	"context"
	"errors"
	"strconv"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/settings"
)

// retryAfter are the pauses after tries that certainly did not leave; after the last the message has failed.
var retryAfter = []time.Duration{15 * time.Second, time.Minute, 5 * time.Minute, 20 * time.Minute, time.Hour}

// mailAgainAfter are those of e-mail: a server may want to see a stranger again before it takes anything, and be down for a day.
var mailAgainAfter = []time.Duration{15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour,
	8 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour}

// mostDoubted is how many calls for one e-mail may end without an answer: who gets it twice sees one, by its Message-ID.
const mostDoubted = 3

// pauseOf is how long a message rests after so many tries; false when it has had them all.
func pauseOf(c Channel, tries int) (time.Duration, bool) {
	all := retryAfter
	if c == Email {
		all = mailAgainAfter
	}
	return all[min(tries, len(all)-1)], tries < len(all)
}

// creditPause is how long a message waits for a top-up, and an offer for more than the alarm's balance.
const creditPause = 15 * time.Minute

// deliver handles "message queued": it commits "sending", then calls the carrier. A job found again after a crash sees
// "sending" and never calls again.
func (s *Service) deliver(ctx context.Context, j jobs.Job) error {
	var f queuedFact
	if err := j.Decode(&f); err != nil {
		return err
	}
	m, err := s.message(ctx, f.MessageID)
	if fault.Is(err, fault.NotFound) {
		return nil // erased
	}
	if err != nil || m.Round != f.Round {
		return err
	}
	switch m.State {
	case Queued:
		if s.paused() {
			return jobs.Again(pausedLook, errors.New("this copy is paused"))
		}
		return s.deliverQueued(ctx, m)
	case Sending:
		c := change{state: Unknown, reason: reasonInterrupted}
		if m.Channel == Email && m.Attempts < mostDoubted {
			pause, _ := pauseOf(Email, m.Attempts)
			c.state, c.at = Queued, s.Clock.Now().Add(pause)
		}
		return s.settle(ctx, m, Sending, c)
	case Sent:
		return s.applyReports(ctx, m.ProviderID)
	}
	return nil
}

func (s *Service) deliverQueued(ctx context.Context, m stored) error {
	carrier, c, err := s.ready(ctx, m)
	if err != nil {
		return err
	}
	if c.state != "" {
		return s.settle(ctx, m, Queued, c)
	}
	won, err := s.startSending(ctx, m)
	if err != nil || !won {
		return err
	}
	o := outcome{verdict: notLeft, reason: reasonNoPaper}
	l, err := s.letter(ctx, m, carrier)
	if fault.Is(err, fault.Denied) {
		o = outcome{verdict: refused, reason: reasonStopped}
	} else if err != nil {
		s.Log.Warn("paper of a message not made", "message", m.ID, "error", err)
	} else {
		o = s.driver(carrier).send(ctx, l)
	}
	if o.verdict != accepted {
		s.Log.Warn("message not accepted", "message", m.ID, "channel", m.Channel, "reason", o.reason)
	}
	return s.called(context.WithoutCancel(ctx), m, carrier, o)
}

// change is a move of a message's state, and what it writes besides.
type change struct {
	state    State
	reason   string
	at       time.Time // Queued: when to try
	provider string
	cost     Cost
	parts    int
	sent     bool
}

// ready looks once more before sending: hours have passed perhaps, and a person may have changed their mind. A change with
// a state says why the message does not leave now.
func (s *Service) ready(ctx context.Context, m stored) (Carrier, change, error) {
	now := s.Clock.Now()
	if !now.Before(m.Until) {
		return Carrier{}, change{state: Failed, reason: reasonExpired}, nil
	}
	allowed, err := s.mayStillReceive(ctx, m.Message)
	if err != nil {
		return Carrier{}, change{}, err
	}
	if !allowed {
		return Carrier{}, change{state: Failed, reason: reasonStopped}, nil
	}
	if at := s.leaves(m.Message, now); at.After(now) {
		return Carrier{}, change{state: Queued, reason: reasonQuiet, at: at}, nil
	}
	c, balance, err := s.carrier(ctx, m.Channel)
	switch {
	case fault.Is(err, fault.NotFound):
		return c, change{state: Failed, reason: reasonNoCarrier}, nil
	case err != nil:
		return c, change{}, err
	case c.Off:
		return c, change{state: Queued, reason: reasonNoCarrier, at: now.Add(creditPause)}, nil
	case m.Purpose == ForOffer && balance.known && balance.Whole() < int64(s.Settings.Int(settings.AlertBalance)):
		return c, change{state: Queued, reason: reasonNoCredit, at: now.Add(creditPause)}, nil
	}
	return c, change{}, nil
}

// called stores what came of the call. The run that made it may have been taken for dead: then the message is unknown
// already, and this still is the truth about it.
func (s *Service) called(ctx context.Context, m stored, c Carrier, o outcome) error {
	now := s.Clock.Now()
	next := change{reason: o.reason, cost: o.cost, parts: s.parts(m)}
	switch o.verdict {
	case accepted:
		next.state, next.sent = Sent, true
		if o.providerID != "" {
			next.provider = c.Driver + ":" + o.providerID
		}
		if err := s.move(ctx, m, []State{Sending, Unknown}, next); err != nil {
			return err
		}
		return s.applyReports(ctx, next.provider)
	case noCredit:
		next.state, next.at, next.reason = Queued, now.Add(creditPause), reasonNoCredit
		s.warn("storing a balance", s.setBalance(ctx, m.Channel, Cost{Currency: "KES"}))
	case notLeft:
		pause, more := pauseOf(m.Channel, m.Attempts)
		next.state, next.at = Queued, now.Add(pause)
		if !more {
			next.state = Failed
		}
	case blocked:
		next.state = Failed
		s.warn("storing a network's opt-out", s.stoppedAtNetwork(ctx, m))
	case refused:
		next.state = Failed
	default:
		next.state = Unknown
		if m.Channel == Email && m.Attempts+1 < mostDoubted {
			pause, _ := pauseOf(Email, m.Attempts+1)
			next.state, next.at = Queued, now.Add(pause)
		}
	}
	return s.settle(ctx, m, Sending, next)
}

func (s *Service) parts(m stored) int {
	if m.Channel != SMS {
		return 0
	}
	return Measure(m.content.Text).Parts
}

func (s *Service) warn(doing string, err error) {
	if err != nil {
		s.Log.Error(doing, "error", err)
	}
}

// settle moves a message; back to the queue with a job for its next round.
func (s *Service) settle(ctx context.Context, m stored, from State, c change) error {
	if c.state != Queued {
		return s.move(ctx, m, []State{from}, c)
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.requeue(tx, m, []State{from}, c)
		if err != nil || !won {
			return err
		}
		return s.emitRound(tx, m.ID, m.Round+1, c.at)
	})
}

func (s *Service) emitRound(tx *db.Tx, messageID int64, round int, at time.Time) error {
	return s.Jobs.EmitAt(tx, factQueued, strconv.FormatInt(messageID, 10), queuedFact{messageID, round}, at)
}

func (s *Service) move(ctx context.Context, m stored, from []State, c change) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.write(tx, m, from, c) })
}
