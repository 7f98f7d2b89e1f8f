package plans

import (
	"strconv"
	"strings"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/words"
)

// Unit is of an interval.
type Unit string

// The units. Once is a plan that is paid a single time.
const (
	Month Unit = "month"
	Week  Unit = "week"
	Day   Unit = "day"
	Once  Unit = "once"
)

// Interval is how long what is paid for lasts.
type Interval struct {
	Unit  Unit
	Every int
}

// ParseInterval reads "month", "3 months", "week", "30 days" and "once"; fault.Invalid "plan.interval".
func ParseInterval(s string) (Interval, error) {
	wrong := fault.New(fault.Invalid, "plan.interval", "Value", s)
	fields := strings.Fields(strings.ToLower(s))
	i := Interval{Every: 1}
	switch len(fields) {
	case 1:
	case 2:
		n, err := strconv.Atoi(fields[0])
		if err != nil {
			return i, wrong
		}
		i.Every, fields = n, fields[1:]
	default:
		return i, wrong
	}
	i.Unit = Unit(strings.TrimSuffix(fields[0], "s"))
	if i.check() != nil {
		return i, wrong
	}
	return i, nil
}

func (i Interval) check() error {
	most := map[Unit]int{Month: 24, Week: 104, Day: 730, Once: 1}[i.Unit]
	if i.Every < 1 || i.Every > most {
		return fault.New(fault.Invalid, "plan.interval", "Value", i.String())
	}
	return nil
}

// String is what ParseInterval reads.
func (i Interval) String() string {
	if i.Every == 1 {
		return string(i.Unit)
	}
	return strconv.Itoa(i.Every) + " " + string(i.Unit) + "s"
}

// Words is the interval as people say it.
func (i Interval) Words(l words.Lang) string {
	return words.Text(l, "interval."+string(i.Unit), "Count", i.Every)
}

// After is where an interval ends that begins at an instant, at the same time of the local day. Months end on the anchor's day, or on
// their last when they have no such day: from 31 January to 28 February to 31 March. Once has no end: zero.
func (i Interval) After(from time.Time, anchor int, loc *time.Location) time.Time {
	local := from.In(loc)
	year, month, day := local.Date()
	switch i.Unit {
	case Month:
		month += time.Month(i.Every)
		last := time.Date(year, month+1, 0, 12, 0, 0, 0, loc).Day()
		day = min(anchor, last)
	case Week:
		day += 7 * i.Every
	case Day:
		day += i.Every
	default:
		return time.Time{}
	}
	hour, minute, second := local.Clock()
	return time.Date(year, month, day, hour, minute, second, local.Nanosecond(), loc).UTC()
}

// Days is how many local days lie between two instants, by their dates.
func Days(from, to time.Time, loc *time.Location) int64 {
	date := func(at time.Time) time.Time {
		year, month, day := at.In(loc).Date()
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	return int64(date(to).Sub(date(from)) / (24 * time.Hour))
}
