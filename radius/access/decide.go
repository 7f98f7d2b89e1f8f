package access

import "time"

// Decide says whether g may be used at that instant, in the local time of its site, and what would be left. It knows
// nothing of devices. A dormant grant is judged as if its first use were now.
func Decide(g Grant, at time.Time, loc *time.Location) (Cause, Left) { return g.decide(at, loc) }

// decide is Decide. A grant is large: what every log-in asks does not copy it.
func (g *Grant) decide(at time.Time, loc *time.Location) (Cause, Left) {
	left := remaining(g, at, loc)
	if g.State == Ended {
		return endCause(g), left
	}
	if cause := overAt(g, at); cause != CauseOK {
		return cause, left
	}
	if g.State == Suspended {
		return suspendCause(g), left
	}
	if g.arrearsAt(at) != "" {
		return CauseArrears, left
	}
	if cause := capReached(g); cause != CauseOK {
		return cause, left
	}
	if open, _ := g.Limits.Hours.Open(at, loc); !open {
		return CauseHours, left
	}
	return CauseOK, left
}

// endCause tells a guest why an ended grant ended, where that says more than "ended".
func endCause(g *Grant) Cause {
	if c := Cause(g.EndCause); c.Over() || c == CauseReversed {
		return c
	}
	return CauseEnded
}

// suspendCause tells why a grant is suspended.
func suspendCause(g *Grant) Cause {
	if g.EndCause != "" {
		return Cause(g.EndCause)
	}
	return CauseSuspended
}

// overAt is CauseOK, or the cause for which g is over at that instant whatever its books say. A standing grant never is.
func overAt(g *Grant, at time.Time) Cause {
	if g.Standing {
		return CauseOK
	}
	l, end := &g.Limits, g.until(at)
	cause := capReached(g)
	switch {
	case g.State == Dormant && !g.UnusedUntil.IsZero() && !at.Before(g.UnusedUntil):
		return CauseExpired
	case cause != CauseOK:
		return cause
	case end.IsZero() || at.Before(end):
		return CauseOK
	case l.TimeKind != Online && l.Time > 0 && !g.FirstUsedAt.IsZero() && !at.Before(g.FirstUsedAt.Add(l.Time)):
		return CauseTimeUsed
	}
	return CauseExpired
}

// capReached is OK, or the cause for which use alone ends g, or lets it rest when it is a standing one.
func capReached(g *Grant) Cause {
	l := &g.Limits
	switch {
	case l.TimeKind == Online && l.Time > 0 && g.UsedTime >= l.Time:
		return CauseTimeUsed
	case l.DataBytes > 0 && g.counted() >= l.DataBytes:
		return CauseDataUsed
	}
	return CauseOK
}

// until is where the calendar ends g; for one not yet used, if it were used at that instant.
func (g *Grant) until(at time.Time) time.Time {
	if g.FirstUsedAt.IsZero() {
		return g.Limits.until(at)
	}
	return g.Until
}

func remaining(g *Grant, at time.Time, loc *time.Location) Left {
	var left Left
	if end := g.until(at); !end.IsZero() {
		left.atMost(end.Sub(at))
	}
	if g.Limits.TimeKind == Online && g.Limits.Time > 0 {
		left.atMost(g.Limits.Time - g.UsedTime)
	}
	if open, changes := g.Limits.Hours.Open(at, loc); open && !changes.IsZero() {
		left.atMost(changes.Sub(at))
	}
	if g.Limits.DataBytes > 0 && !g.Terms(at, loc).Free {
		left.Capped, left.Bytes = true, max(g.Limits.DataBytes-g.counted(), 0)
	}
	return left
}

func (l *Left) atMost(d time.Duration) {
	d = max(d, 0)
	if !l.Timed || d < l.Time {
		l.Timed, l.Time = true, d
	}
}
