package app

import (
	"strconv"
	"strings"

	"mtandao/internal/fault"
	"mtandao/radius/access"
)

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// parseHours reads windows like "22:00-06:00", "sat,sun 08:00-20:00", "mon-fri 06:00-24:00"; fault.Invalid "apply.hours".
func parseHours(windows []string) (access.Hours, error) {
	var hours access.Hours
	for _, s := range windows {
		w, ok := parseWindow(strings.Fields(strings.ToLower(s)))
		if !ok {
			return nil, fault.New(fault.Invalid, "apply.hours", "Value", s)
		}
		hours = append(hours, w)
	}
	return hours, nil
}

func parseWindow(fields []string) (w access.Window, ok bool) {
	days := "sun-sat"
	if len(fields) == 2 {
		days = fields[0]
	} else if len(fields) != 1 {
		return w, false
	}
	for span := range strings.SplitSeq(days, ",") {
		if !markDays(&w.Days, span) {
			return w, false
		}
	}
	from, to, _ := strings.Cut(fields[len(fields)-1], "-")
	var fromOK, toOK bool
	w.From, fromOK = parseClock(from)
	w.To, toOK = parseClock(to)
	return w, fromOK && toOK && w.From < 24*60
}

func markDays(days *[7]bool, span string) bool {
	first, last, ranged := strings.Cut(span, "-")
	if !ranged {
		last = first
	}
	from, to := dayNumber(first), dayNumber(last)
	if from < 0 || to < 0 {
		return false
	}
	for day := from; ; day = (day + 1) % 7 {
		days[day] = true
		if day == to {
			return true
		}
	}
}

func dayNumber(name string) int {
	for n, known := range dayNames {
		if name == known {
			return n
		}
	}
	return -1
}

// parseClock reads "06:30" and "24:00" into minutes of the day.
func parseClock(s string) (int, bool) {
	hours, minutes, _ := strings.Cut(s, ":")
	h, errH := strconv.ParseUint(hours, 10, 8)
	m, errM := strconv.ParseUint(minutes, 10, 8)
	at := int(h)*60 + int(m)
	return at, errH == nil && errM == nil && len(minutes) == 2 && m < 60 && at <= 24*60
}

func hoursText(hours access.Hours) textList {
	var all textList
	for _, w := range hours {
		var days []string
		for day, on := range w.Days {
			if on {
				days = append(days, dayNames[day])
			}
		}
		line := clockText(w.From) + "-" + clockText(w.To)
		if len(days) < 7 {
			line = strings.Join(days, ",") + " " + line
		}
		all = append(all, line)
	}
	return all
}

func clockText(minutes int) string {
	return strconv.Itoa(100 + minutes/60)[1:] + ":" + strconv.Itoa(100 + minutes%60)[1:]
}
