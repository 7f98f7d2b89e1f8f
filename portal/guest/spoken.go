package guest

import (
	"strconv"
	"strings"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/words"
)

// volume is an amount of data as people say it: "3.2 GB". Cut, not rounded up: nobody is promised more than is left.
func volume(bytes int64) string {
	if bytes < 1_000_000 {
		return "0 MB"
	}
	return plans.Bytes(bytes)
}

// instant is a time of day as people say it: "today 14:02".
func instant(l words.Lang, at, now time.Time, loc *time.Location) string {
	at, now = at.In(loc), now.In(loc)
	clock := at.Format("15:04")
	switch daysBetween(now, at) {
	case 0:
		return words.Text(l, "guest.when.today", "Time", clock)
	case 1:
		return words.Text(l, "guest.when.tomorrow", "Time", clock)
	}
	months := strings.Fields(words.Text(l, "guest.months"))
	return words.Text(l, "guest.when.day", "Day", strconv.Itoa(at.Day()), "Month", months[at.Month()-1], "Time", clock)
}

func daysBetween(from, to time.Time) int {
	midnight := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(midnight(to).Sub(midnight(from)) / (24 * time.Hour))
}
