package web

import (
	"strings"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/words"
)

// Span is a duration as people say it: "1 h 24 min".
func Span(l words.Lang, d time.Duration) string {
	minutes := int64(d / time.Minute)
	days, hours, rest := minutes/1440, minutes/60%24, minutes%60
	switch {
	case days > 0 && hours > 0:
		return words.Text(l, "guest.span.days", "D", days, "H", hours)
	case days > 0:
		return words.Text(l, "guest.span.day", "D", days)
	case hours > 0 && rest > 0:
		return words.Text(l, "guest.span.hours", "H", hours, "M", rest)
	case hours > 0:
		return words.Text(l, "guest.span.hour", "H", hours)
	case rest > 0:
		return words.Text(l, "guest.span.minutes", "M", rest)
	}
	return words.Text(l, "guest.span.moment")
}

// Day is the date of an instant, in the zone that it bears, as people say it: "2 Jan 2026".
func Day(l words.Lang, at time.Time) string {
	return at.Format("2 ") + strings.Fields(words.Text(l, "guest.months"))[at.Month()-1] + at.Format(" 2006")
}

// DayOf is a calendar day as people say it. Its first instant is still the day before in UTC, so it is said in Nairobi.
func DayOf(l words.Lang, d clock.Day) string { return Day(l, d.Start().In(clock.Nairobi)) }
