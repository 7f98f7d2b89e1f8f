package access

import "time"

// Per is how long a fair-use allowance lasts.
type Per string

// Days begin at local midnight, months on their first day or on FairUse.Day.
const (
	PerDay   Per = "day"
	PerMonth Per = "month"
)

// FairUse makes a grant slower once it has used Bytes in a period; zero Bytes: never. RollOver keeps what was not used for
// the next period, one allowance at most.
type FairUse struct {
	Bytes            int64
	Per              Per
	UpKbps, DownKbps int64 // after it
	RollOver         bool
	Day              int // of the month on which a month begins, or its last in one that is too short; 0: the first
}

// Night is the hours in which a grant has a speed of its own (0: the usual one), and perhaps data that is not counted.
type Night struct {
	Hours            Hours
	UpKbps, DownKbps int64
	Free             bool
}

// Fair is what a grant used of its allowance in the period that began at Start, and what it may use beyond the usual.
type Fair struct {
	Start      time.Time // zero: nothing was used yet
	Used, More int64
}

// Period is a fair-use period as it stands at an instant.
type Period struct {
	Start, End    time.Time
	Used, Allowed int64
}

// Terms are what holds for a grant at an instant, beside its sums.
type Terms struct {
	UpKbps, DownKbps int64
	Burst            Burst
	Slow             bool      // fair use is exceeded
	Free             bool      // data is not counted
	Until            time.Time // when the clock changes them; zero: never
}

// Terms tells how fast a grant is at an instant, in the local time of its site. In the night hours their own speed holds,
// whatever was used by day; who is slowed for arrears is never faster than that.
func (g *Grant) Terms(at time.Time, loc *time.Location) Terms {
	t := g.plannedTerms(at, loc)
	if most := g.SlowedKbps; most > 0 {
		t.UpKbps, t.DownKbps, t.Burst = noFaster(t.UpKbps, most), noFaster(t.DownKbps, most), Burst{}
	}
	return t
}

// noFaster is a speed, of which 0 is none, below a bound.
func noFaster(kbps, most int64) int64 {
	if kbps == 0 {
		return most
	}
	return min(kbps, most)
}

func (g *Grant) plannedTerms(at time.Time, loc *time.Location) Terms {
	l := &g.Limits
	t := Terms{UpKbps: l.UpKbps, DownKbps: l.DownKbps, Burst: l.Burst}
	if p := g.Period(at, loc); l.FairUse.Bytes > 0 && p.Used >= p.Allowed {
		t = Terms{UpKbps: l.FairUse.UpKbps, DownKbps: l.FairUse.DownKbps, Slow: true, Until: p.End}
	}
	if len(l.Night.Hours) == 0 {
		return t
	}
	open, changes := l.Night.Hours.Open(at, loc)
	if open && (l.Night.UpKbps > 0 || l.Night.DownKbps > 0) {
		t.UpKbps, t.DownKbps, t.Burst, t.Slow = l.Night.UpKbps, l.Night.DownKbps, Burst{}, false
	}
	t.Free, t.Until = open && l.Night.Free, earlier(t.Until, changes)
	return t
}

// Under is the limits with the speed that the terms give.
func (l Limits) Under(t Terms) Limits {
	l.UpKbps, l.DownKbps, l.Burst = t.UpKbps, t.DownKbps, t.Burst
	return l
}

// Period tells where fair use stands; zero for a grant without it.
func (g *Grant) Period(at time.Time, loc *time.Location) Period {
	if g.Limits.FairUse.Bytes == 0 {
		return Period{}
	}
	f := g.Limits.FairUse
	now := f.roll(g.Fair, at, loc)
	return Period{Start: now.Start, End: f.next(now.Start, loc), Used: now.Used, Allowed: f.Bytes + now.More}
}

// roll brings the books of fair use to the period of an instant.
func (f FairUse) roll(was Fair, at time.Time, loc *time.Location) Fair {
	start := f.start(at, loc)
	if !was.Start.Before(start) {
		return was
	}
	now := Fair{Start: start}
	if !f.RollOver || was.Start.IsZero() {
		return now
	}
	now.More = f.Bytes // a whole period without use
	if f.next(was.Start, loc).Equal(start) {
		now.More = min(max(f.Bytes+was.More-was.Used, 0), f.Bytes)
	}
	return now
}

func (f FairUse) start(at time.Time, loc *time.Location) time.Time {
	year, month, day := at.In(loc).Date()
	if f.Per != PerMonth {
		return time.Date(year, month, day, 0, 0, 0, 0, loc).UTC()
	}
	if first := f.month(year, month, loc); !at.Before(first) {
		return first
	}
	return f.month(year, month-1, loc)
}

// month is when a month begins: on its day, or on its last when it has no such day.
func (f FairUse) month(year int, month time.Month, loc *time.Location) time.Time {
	last := time.Date(year, month+1, 0, 12, 0, 0, 0, loc).Day()
	return time.Date(year, month, min(max(f.Day, 1), last), 0, 0, 0, 0, loc).UTC()
}

// next is where a period ends. One whose month began on another day, which was moved meanwhile, ends on the new one.
func (f FairUse) next(start time.Time, loc *time.Location) time.Time {
	year, month, day := start.In(loc).Date()
	if f.Per != PerMonth {
		return time.Date(year, month, day+1, 0, 0, 0, 0, loc).UTC()
	}
	if first := f.month(year, month, loc); start.Before(first) {
		return first
	}
	return f.month(year, month+1, loc)
}
