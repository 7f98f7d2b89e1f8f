package radius

import (
	"cmp"
	"time"
)

// provesReuse says that the event belongs to a later session which bears the same id. Lateness alone never proves it: a
// late event still tells when its session began.
func provesReuse(s Over, e event) bool {
	if e.Seconds < 0 || e.sameAs(s.Session) {
		return false
	}
	if s.ClosedBy != "" {
		end := s.EndedAt
		if e.Kind == start {
			end = end.Add(reuseSlack)
		}
		return e.begun().After(end)
	}
	younger := e.Kind == start || e.Seconds < s.Seconds
	return younger && e.begun().Sub(s.StartedAt) > e.interval()+reuseSlack
}

func (e event) interval() time.Duration { return intervalOf(e.Interim) }

// intervalOf is how often a router reports that was told an interval, or none.
func intervalOf(told time.Duration) time.Duration {
	if told > 0 {
		return told
	}
	return usualInterim
}

func (e event) sameAs(s Session) bool {
	return e.Kind != start && e.Seconds == s.Seconds && e.Up == s.BytesUp && e.Down == s.BytesDown
}

// plausible refuses what no line can carry, such as the gigawords of a confused router.
func plausible(s Session, e event) bool {
	if e.Up < 0 || e.Down < 0 || e.Up >= largestCount || e.Down >= largestCount || e.Seconds > longestAge {
		return false
	}
	gain := max(e.Up-s.BytesUp, 0) + max(e.Down-s.BytesDown, 0)
	seconds := e.Seconds - s.Seconds
	if e.Seconds < 0 { // not told: no more than our own clock allows
		seconds = int64(e.At.Sub(cmp.Or(s.StartedAt, e.At)) / time.Second)
	}
	return gain <= (max(seconds, 0)+int64(reuseSlack/time.Second))*fastestBytes
}

// merge takes over what the event knows more of.
func (s *Over) merge(e event) {
	if s.Epoch == 0 {
		s.Epoch, s.RouterID, s.SiteID, s.SessionKey, s.SessionID = 1, e.RouterID, e.SiteID, e.Key, e.SessionID
		s.StartedAt, s.UpdatedAt = e.begun(), e.At
	}
	if s.GrantID == 0 {
		s.GrantID, s.LoginID = e.Who.GrantID, e.Who.LoginID
	}
	if s.UserName == "" {
		s.UserName = e.UserName
	}
	if s.MAC == "" {
		s.MAC = e.MAC
	}
	if e.IP != "" && (s.IP == "" || e.At.After(s.UpdatedAt)) {
		s.IP = e.IP
	}
	if begun := e.begun(); e.Seconds >= 0 && begun.Before(s.StartedAt) {
		s.StartedAt = begun
	}
	s.count(e)
	if e.At.After(s.UpdatedAt) {
		s.UpdatedAt = e.At
	}
}

func (s *Over) count(e event) {
	up, down := e.Up, e.Down
	if !e.Wide && !s.Wide {
		up = unwrap(s.BytesUp, up, e.Seconds > s.Seconds)
		down = unwrap(s.BytesDown, down, e.Seconds > s.Seconds)
	}
	s.Wide = s.Wide || e.Wide
	s.Seconds = max(s.Seconds, e.Seconds)
	s.BytesUp, s.BytesDown = max(s.BytesUp, up), max(s.BytesDown, down)
}

// unwrap puts a 32-bit counter of a router without gigawords on the turn it must be on: a later report that is lower by
// more than half a word has gone round once. An earlier report tells nothing of turns.
func unwrap(stored, seen int64, later bool) int64 {
	if !later {
		return seen
	}
	value := stored/wordSize*wordSize + seen
	if stored-value > wordSize/2 {
		value += wordSize
	}
	return value
}

// gained is the growth as a grant counts it.
func gained(before, after Session) delta {
	v := grown(before, after)
	return delta{Time: time.Duration(v.Seconds) * time.Second, Bytes: v.BytesUp + v.BytesDown}
}
