package outages

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

func idText(id int64) string { return strconv.FormatInt(id, 10) }

// step takes an outage as far as it goes now.
func (s *Service) step(ctx context.Context, o Outage, now time.Time, watches []Watch, words map[int64]word) error {
	switch o.State {
	case Silent:
		return s.listen(ctx, o, now, words[o.RouterID])
	case Back:
		return s.ask(ctx, o, now, watches, words[o.RouterID])
	case Proven, Given:
		return s.reconsider(ctx, o, now)
	}
	return s.move(ctx, o, func(after *Outage) { after.due = time.Time{} })
}

// listen waits for the next word of a router. A short silence is forgotten.
func (s *Service) listen(ctx context.Context, o Outage, now time.Time, w word) error {
	switch {
	case w.router.State != routers.StateActive:
		return s.move(ctx, o, func(after *Outage) {
			after.State, after.Until, after.JudgedAt, after.due, after.Proof.Why = Unproven, now, now, time.Time{}, WhyRetired
		})
	case !w.at.After(o.From):
		return nil
	case w.at.Sub(o.From) < least:
		return s.DB.InTx(ctx, func(tx *db.Tx) error { return forget(tx, []int64{o.ID}, Silent) })
	}
	err := s.move(ctx, o, func(after *Outage) { after.State, after.Until, after.Proof.Again = Back, w.at, w.at })
	if err == nil {
		o.Until = w.at
		err = s.hear(ctx, o) // at once: the sooner after the gap, the more a word tells
	}
	return err
}

// waitsFor is how long a router's sessions are waited for: by then each has told of itself, and its uptime was asked.
func waitsFor(r routers.Router) time.Duration {
	interim := r.Interim
	if interim <= 0 {
		interim = usual
	}
	return 2*interim + 2*time.Minute
}

// ask writes down what sessions say first after a silence, and judges when all had time to.
func (s *Service) ask(ctx context.Context, o Outage, now time.Time, watches []Watch, w word) error {
	if err := s.hear(ctx, o); err != nil {
		return err
	}
	by := o.Until.Add(waitsFor(w.router))
	if _, late := sinceOf(watches, now, by); late || now.Before(by) {
		return nil
	}
	f, err := s.facts(ctx, o, watches)
	if err != nil {
		return err
	}
	judged := o
	judged.State, judged.From, judged.Until, judged.Proof = judge(f)
	if judged.Proof.Late, err = s.late(ctx, judged); err != nil {
		return err
	}
	if !judged.Proof.Late.At.IsZero() {
		judged.State, judged.Proof.Why = Unproven, WhyFlowed
	}
	if judged.JudgedAt, judged.due = now, (time.Time{}); judged.State == Proven {
		judged.due, judged.told = now.Add(draftFor), now
	}
	return s.move(ctx, o, func(after *Outage) { *after = judged })
}

// hear notes the first words of witnesses that have not spoken yet.
func (s *Service) hear(ctx context.Context, o Outage) error {
	all, err := s.witnesses(ctx, o.ID)
	if err != nil {
		return err
	}
	var ids []int64
	was := map[int64]Witness{}
	for _, w := range all {
		if w.Then.IsZero() {
			ids, was[w.SessionID] = append(ids, w.SessionID), w
		}
	}
	counters, err := s.Sessions.CountersOf(ctx, ids)
	if err != nil {
		return err
	}
	var spoke []Counter
	for _, c := range counters {
		if c.At.After(was[c.SessionID].Was) && !c.At.Before(o.Until.Add(-time.Minute)) {
			spoke = append(spoke, c)
		}
	}
	if len(spoke) == 0 {
		return nil
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return noteThen(tx, o.ID, spoke) })
}

func (s *Service) facts(ctx context.Context, o Outage, watches []Watch) (f facts, err error) {
	f = facts{heard: o.From, again: o.Until, holes: holesIn(watches, o.From, o.Until)}
	if f.witnesses, err = s.witnesses(ctx, o.ID); err != nil {
		return f, err
	}
	if f.boots, err = s.Sessions.BootsIn(ctx, o.RouterID, o.From, o.Until.Add(slackOf)); err != nil {
		return f, err
	}
	f.around, f.booted, err = s.around(ctx, o)
	return f, err
}

// around counts the other routers that fell silent with one and are back, and those of them that came up anew.
func (s *Service) around(ctx context.Context, o Outage) (back, booted int, err error) {
	others, err := s.near(ctx, o)
	if err != nil {
		return 0, 0, err
	}
	for _, other := range others {
		again := other.Proof.Again
		if other.RouterID == o.RouterID || again.IsZero() || other.Proof.Why == WhyFlat { // there it was not only we who heard nothing
			continue
		}
		boots, err := s.Sessions.BootsIn(ctx, other.RouterID, other.Proof.Heard, again.Add(slackOf))
		if err != nil {
			return 0, 0, err
		}
		if back++; len(boots) > 0 {
			booted++
		}
	}
	return back, booted, nil
}

// reconsider looks for late words, and gives for a draft whose time has come.
func (s *Service) reconsider(ctx context.Context, o Outage, now time.Time) error {
	late, err := s.late(ctx, o)
	if err != nil {
		return err
	}
	draft := o.State == Proven
	return s.move(ctx, o, func(after *Outage) {
		switch {
		case !late.At.IsZero() && draft:
			after.State, after.due, after.told, after.Proof.Late, after.Proof.Why = Withdrawn, time.Time{}, now, late, WhyFlowed
		case !late.At.IsZero():
			after.State, after.due, after.told, after.Proof.Late = Doubted, time.Time{}, now, late
		case draft && !now.Before(o.JudgedAt.Add(draftFor)):
			after.State, after.due, after.told = Given, now.Add(lateEvery), now
		case draft:
			after.due = clock.Sooner(now.Add(lateEvery), o.JudgedAt.Add(draftFor))
		case now.Sub(o.Until) > lateFor:
			after.due = time.Time{}
		default:
			after.due = now.Add(lateEvery)
		}
	})
}

// late is a word of within the gap after which more had been carried than next to nothing.
func (s *Service) late(ctx context.Context, o Outage) (Late, error) {
	spoken, err := s.Sessions.SpokeIn(ctx, o.RouterID, o.From.Add(time.Minute), o.Until.Add(-time.Minute), mostSpoken)
	if err != nil || len(spoken) == 0 {
		return Late{}, err
	}
	witnesses, err := s.witnesses(ctx, o.ID)
	if err != nil {
		return Late{}, err
	}
	was := map[int64]int64{}
	for _, w := range witnesses {
		was[w.SessionID] = w.Octets
	}
	for _, c := range spoken {
		by, known := was[c.SessionID]
		if !known && c.StartedAt.Before(o.From) {
			continue // nobody knows what it had carried before
		}
		if more := c.Octets - by; more > idle*int64(c.At.Sub(o.From)/time.Second) {
			return Late{At: c.At, Octets: more}, nil
		}
	}
	return Late{}, nil
}

// move writes what becomes of an outage. Who comes second does nothing.
func (s *Service) move(ctx context.Context, o Outage, change func(after *Outage)) error {
	after := o
	change(&after)
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := s.turn(tx, o, after)
		return err
	})
}

// turn changes the state, and gives when it has come to that.
func (s *Service) turn(tx *db.Tx, o, after Outage) (won bool, err error) {
	if o.State != after.State && !slices.Contains(before[after.State], o.State) {
		return false, fault.Wrap(fault.Internal, "internal", fmt.Errorf("an outage does not become %s out of %s", after.State, o.State))
	}
	if won, err = update(tx, o, after); err != nil || !won || after.State != Given || o.State == Given {
		return won, err
	}
	return won, s.Give(tx, after)
}
