package scheduled

import (
	"time"

	"mtandao/internal/clock"
)

// Span is the time that a report is of, seen from the day on which it is sent. All but Now are whole days that are over.
type Span string

// The spans.
const (
	Yesterday Span = "yesterday"
	LastWeek  Span = "last_week" // Monday to Sunday
	Month     Span = "month"     // of yesterday, until yesterday
	LastMonth Span = "last_month"
	Days7     Span = "days7"
	Days30    Span = "days30"
	Days90    Span = "days90"
	Months12  Span = "months12"
	Now       Span = "now" // as it is
)

// Days are the first and the last day of a span, both included.
func (s Span) Days(sent clock.Day) (first, last clock.Day) {
	yesterday := sent - 1
	switch s {
	case LastWeek:
		monday := sent - clock.Day(weekday(sent)-1)
		return monday - 7, monday - 1
	case Month:
		return monthOf(yesterday, 0), yesterday
	case LastMonth:
		return monthOf(sent, -1), monthOf(sent, 0) - 1
	case Days7:
		return sent - 7, yesterday
	case Days30:
		return sent - 30, yesterday
	case Days90:
		return sent - 90, yesterday
	case Months12:
		return monthOf(sent, -12), monthOf(sent, 0) - 1
	case Now:
		return sent, sent
	}
	return yesterday, yesterday
}

// monthOf is the first day of the month of a day, or of one before or after it.
func monthOf(day clock.Day, months int) clock.Day {
	year, month, _ := day.Date()
	return clock.Date(year, month+time.Month(months), 1)
}
