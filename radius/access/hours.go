package access

import (
	"time"

	"mtandao/internal/fault"
)

const minutesOfDay = 24 * 60

// Hours are the windows of the week in which a grant may be used; none means always.
type Hours []Window

// Window opens at From on each of its days (Sunday first) and closes at To, in minutes of the local day. To <= From
// closes on the next day, so From == To is a whole day.
type Window struct {
	Days     [7]bool
	From, To int
}

// Open says whether at lies in a window of loc's local time, and when that changes next; zero when it never does. Ends of
// windows are wall-clock times, so a change of daylight saving makes a window longer or shorter, as people expect.
func (h Hours) Open(at time.Time, loc *time.Location) (open bool, changes time.Time) {
	if len(h) == 0 {
		return true, time.Time{}
	}
	open = h.covers(at, loc)
	for _, edge := range h.edges(at, loc) {
		if edge.After(at) && (changes.IsZero() || edge.Before(changes)) && h.covers(edge, loc) != open {
			changes = edge
		}
	}
	if changes.IsZero() {
		return open, changes
	}
	return open, changes.UTC()
}

func (h Hours) covers(at time.Time, loc *time.Location) bool {
	for _, w := range h {
		for back := range 2 { // a window that crosses midnight began yesterday
			from, to, ok := w.on(at, -back, loc)
			if ok && !at.Before(from) && at.Before(to) {
				return true
			}
		}
	}
	return false
}

// edges are the instants within eight days after at where a window begins or ends.
func (h Hours) edges(at time.Time, loc *time.Location) []time.Time {
	var edges []time.Time
	for _, w := range h {
		for day := -1; day <= 8; day++ {
			if from, to, ok := w.on(at, day, loc); ok {
				edges = append(edges, from, to)
			}
		}
	}
	return edges
}

// on is the window as it begins a number of days after at's local day.
func (w Window) on(at time.Time, days int, loc *time.Location) (from, to time.Time, ok bool) {
	year, month, day := at.In(loc).Date()
	noon := time.Date(year, month, day+days, 12, 0, 0, 0, loc)
	if !w.Days[noon.Weekday()] {
		return from, to, false
	}
	end := w.To
	if w.To <= w.From {
		end += minutesOfDay
	}
	return time.Date(year, month, day+days, 0, w.From, 0, 0, loc), time.Date(year, month, day+days, 0, end, 0, 0, loc), true
}

func (w Window) days() []int {
	var days []int
	for day, on := range w.Days {
		if on {
			days = append(days, day)
		}
	}
	return days
}

func (h Hours) check() error {
	if len(h) > maxWindows {
		return fault.New(fault.Invalid, "limits.hours")
	}
	for _, w := range h {
		if w.From < 0 || w.From >= minutesOfDay || w.To < 0 || w.To > minutesOfDay || w.Days == [7]bool{} {
			return fault.New(fault.Invalid, "limits.hours")
		}
	}
	return nil
}
