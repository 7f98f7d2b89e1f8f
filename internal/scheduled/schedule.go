package scheduled

import (
	"slices"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

// Every is how often a report is sent.
type Every string

// The rhythms.
const (
	Daily   Every = "daily"
	Weekly  Every = "weekly"
	Monthly Every = "monthly"
)

// Rhythms are all of them, in the order in which they are shown.
var Rhythms = []Every{Daily, Weekly, Monthly}

// Format is what is attached.
type Format string

// The formats.
const (
	PDF  Format = "pdf"
	XLSX Format = "xlsx"
)

// Formats are all of them.
var Formats = []Format{PDF, XLSX}

// State of a schedule.
type State string

// The states.
const (
	On      State = "on"
	Paused  State = "paused"  // by somebody
	Stopped State = "stopped" // by itself: its member may not see the report any more
)

// Schedule is a report that is sent again and again.
type Schedule struct {
	ID       int64
	Report   string // its name
	MemberID int64  // whose it is
	Sites    []int64
	Every    Every
	Day      int // of the week, Monday 1, or of the month; what a month does not have is its last day
	Hour     int
	Span     Span
	Format   Format
	State    State
	NextAt   time.Time
	Version  int64 // of what was read; a save of an older one is refused
}

// Report is one that can be sent.
type Report struct {
	Name, Title string // Title: a key of internal/words
	May         staff.Permission
	Everywhere  bool // it is of all sites only
	Spans       []Span
}

// openTo says whether a member may see a report of those sites.
func (r Report) openTo(m staff.Member, sites []int64) bool {
	if len(sites) == 0 {
		return staff.May(m, r.May, 0)
	}
	return !r.Everywhere && !slices.ContainsFunc(sites, func(id int64) bool { return !staff.May(m, r.May, id) })
}

// check says what is wrong: fault.Invalid "scheduled.every", "scheduled.day", "scheduled.hour", "scheduled.span" or "scheduled.format".
func (s Schedule) check(r Report) error {
	most := map[Every]int{Daily: 0, Weekly: 7, Monthly: 31}
	last, known := most[s.Every]
	switch {
	case !known:
		return fault.New(fault.Invalid, "scheduled.every")
	case s.Day < min(1, last) || s.Day > last:
		return fault.New(fault.Invalid, "scheduled.day")
	case s.Hour < 0 || s.Hour > 23:
		return fault.New(fault.Invalid, "scheduled.hour")
	case !slices.Contains(r.Spans, s.Span):
		return fault.New(fault.Invalid, "scheduled.span")
	case !slices.Contains(Formats, s.Format):
		return fault.New(fault.Invalid, "scheduled.format")
	}
	return nil
}

// next is the first instant behind another at which it is sent.
func (s Schedule) next(after time.Time) time.Time {
	for day := clock.DayOf(after); ; day++ {
		if at := day.Start().Add(time.Duration(s.Hour) * time.Hour); s.isOn(day) && at.After(after) {
			return at
		}
	}
}

// isOn says whether it is sent on a day.
func (s Schedule) isOn(day clock.Day) bool {
	switch s.Every {
	case Weekly:
		return weekday(day) == s.Day
	case Monthly:
		_, _, date := day.Date()
		_, _, tomorrow := (day + 1).Date()
		return date == s.Day || date < s.Day && tomorrow == 1
	}
	return true
}

// weekday of a day: Monday is 1. The first of January 1970 was a Thursday.
func weekday(day clock.Day) int { return (int(day)+3)%7 + 1 }

// longestWait bounds how late a report is still sent: of days on which nothing ran, the last week's come.
const longestWait = 7 * 24 * time.Hour

// after is the instant that follows one that is sent now.
func (s Schedule) after(due, now time.Time) time.Time {
	return s.next(clock.Later(due, now.Add(-longestWait)))
}
