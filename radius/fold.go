package radius

import (
	"slices"
	"time"
)

// action is what an event did to a session.
type action string

const (
	opened    action = "opened"
	updated   action = "updated"
	unchanged action = "unchanged" // a copy, or older than what is known
	closed    action = "closed"
	corrected action = "corrected" // the router's own Stop replaces our inference
	reopened  action = "reopened"
	another   action = "another" // the id is in use again: fold the event into a session of the next epoch
	earlier   action = "earlier" // the event belongs to a session before this one: keep the record for review
	refused   action = "refused" // impossible counters: keep the old ones, keep the record for review
)

// delta is usage not counted before.
type delta struct {
	Time  time.Duration
	Bytes int64
}

const (
	reuseSlack   = 60 * time.Second
	usualInterim = 5 * time.Minute
	largestCount = int64(1) << 62
	longestAge   = int64(10 * 365 * 24 * 3600) // seconds
	fastestBytes = int64(2_500_000_000)        // a second, both directions: 10 Gbit/s each way
	wordSize     = int64(1) << 32
)

// fold applies an event to a session (reference/radius.md §5.1–5.3). The zero Over is no session yet; one without ClosedBy
// is open. Whatever the order, the copies and the losses, counters end at their largest value and the sum of the deltas is
// exactly that. With another, earlier or refused the session is returned as it was.
func fold(s Over, e event) (Over, delta, action) {
	if s.Epoch > 0 && provesReuse(s, e) {
		return s, delta{}, another
	}
	if s.Epoch > 1 && e.Seconds >= 0 && s.StartedAt.Sub(e.begun()) > e.interval()+reuseSlack {
		return s, delta{}, earlier
	}
	if !plausible(s.Session, e) {
		return s, delta{}, refused
	}
	before := s
	s.merge(e)
	act := s.proceed(e)
	switch {
	case before.Epoch == 0 && act == updated:
		act = opened
	case s == before:
		act = unchanged
	}
	return s, gained(before.Session, s.Session), act
}

// proceed moves a merged session between open and closed.
func (s *Over) proceed(e event) action {
	switch {
	case s.ClosedBy == "" && e.Kind == stop:
		s.close(e.At, e.Cause, ByRouter)
		return closed
	case s.ClosedBy == "":
		return updated
	case e.Kind == stop && s.ClosedBy != ByRouter:
		s.close(e.At, e.Cause, ByRouter)
		return corrected
	case e.Kind == interim && e.At.After(s.EndedAt) && slices.Contains(inferred, s.ClosedBy):
		s.EndedAt, s.Cause, s.ClosedBy = time.Time{}, "", ""
		return reopened
	}
	return updated
}

// inferred are the ends that the router's own word undoes. After a replacement on the same router there is no doubt: it has
// one session for a device.
var inferred = []string{ByBoot, BySilence, ByServer, ByMoved}

func (s *Over) close(at time.Time, cause, by string) {
	s.EndedAt, s.Cause, s.ClosedBy = at, cause, by
	if s.EndedAt.Before(s.StartedAt) {
		s.EndedAt = s.StartedAt
	}
}

// begun is when the session of an event began by the event's own account.
func (e event) begun() time.Time { return e.At.Add(-time.Duration(max(e.Seconds, 0)) * time.Second) }
