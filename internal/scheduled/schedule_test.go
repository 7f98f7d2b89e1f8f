package scheduled

import (
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

func nairobi(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, clock.Nairobi)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestTheNextInstant: at an hour of Nairobi, on the day that was chosen, and on the last day of a month that has not that day.
func TestTheNextInstant(t *testing.T) {
	for _, c := range []struct {
		s           Schedule
		after, want string
	}{
		{Schedule{Every: Daily, Hour: 7}, "2026-11-27 06:59", "2026-11-27 07:00"},
		{Schedule{Every: Daily, Hour: 7}, "2026-11-27 07:00", "2026-11-28 07:00"},
		{Schedule{Every: Daily, Hour: 0}, "2026-12-31 23:59", "2027-01-01 00:00"},
		{Schedule{Every: Weekly, Day: 1, Hour: 7}, "2026-11-27 12:00", "2026-11-30 07:00"}, // a Friday
		{Schedule{Every: Weekly, Day: 7, Hour: 7}, "2026-11-27 12:00", "2026-11-29 07:00"},
		{Schedule{Every: Weekly, Day: 5, Hour: 7}, "2026-11-27 07:00", "2026-12-04 07:00"},
		{Schedule{Every: Monthly, Day: 1, Hour: 6}, "2026-11-27 12:00", "2026-12-01 06:00"},
		{Schedule{Every: Monthly, Day: 31, Hour: 6}, "2026-11-27 12:00", "2026-11-30 06:00"},
		{Schedule{Every: Monthly, Day: 31, Hour: 6}, "2027-01-31 06:00", "2027-02-28 06:00"},
		{Schedule{Every: Monthly, Day: 29, Hour: 6}, "2028-02-01 00:00", "2028-02-29 06:00"}, // a leap year
	} {
		if got := c.s.next(nairobi(t, c.after)); !got.Equal(nairobi(t, c.want)) {
			t.Errorf("%s %d at %d after %s is %s", c.s.Every, c.s.Day, c.s.Hour, c.after, got.In(clock.Nairobi))
		}
	}
}

// TestNothingRanForLong: a report of each day comes that nobody was there to send, but for those of more than a week ago.
func TestNothingRanForLong(t *testing.T) {
	s := Schedule{Every: Daily, Hour: 7}
	if got := s.after(nairobi(t, "2026-11-24 07:00"), nairobi(t, "2026-11-27 12:00")); !got.Equal(nairobi(t, "2026-11-25 07:00")) {
		t.Error("three days later the next is", got)
	}
	if got := s.after(nairobi(t, "2026-10-01 07:00"), nairobi(t, "2026-11-27 12:00")); !got.Equal(nairobi(t, "2026-11-21 07:00")) {
		t.Error("two months later the next is", got)
	}
}

// TestTheDaysOfATime: whole days that are over on the day on which it is sent.
func TestTheDaysOfATime(t *testing.T) {
	for _, c := range []struct {
		span       Span
		sent       clock.Day
		first, end string
	}{
		{Yesterday, clock.Date(2027, 1, 1), "2026-12-31", "2026-12-31"},
		{LastWeek, clock.Date(2026, 11, 27), "2026-11-16", "2026-11-22"},
		{LastWeek, clock.Date(2026, 11, 23), "2026-11-16", "2026-11-22"}, // a Monday
		{LastWeek, clock.Date(2026, 11, 29), "2026-11-16", "2026-11-22"}, // a Sunday
		{Month, clock.Date(2026, 11, 27), "2026-11-01", "2026-11-26"},
		{Month, clock.Date(2026, 12, 1), "2026-11-01", "2026-11-30"},
		{LastMonth, clock.Date(2027, 1, 15), "2026-12-01", "2026-12-31"},
		{Days7, clock.Date(2026, 11, 27), "2026-11-20", "2026-11-26"},
		{Days30, clock.Date(2026, 11, 27), "2026-10-28", "2026-11-26"},
		{Days90, clock.Date(2026, 11, 27), "2026-08-29", "2026-11-26"},
		{Months12, clock.Date(2026, 11, 27), "2025-11-01", "2026-10-31"},
		{Now, clock.Date(2026, 11, 27), "2026-11-27", "2026-11-27"},
	} {
		if first, last := c.span.Days(c.sent); first.String() != c.first || last.String() != c.end {
			t.Errorf("%s on %s is %s to %s", c.span, c.sent, first, last)
		}
	}
}

func TestAScheduleThatIsRefused(t *testing.T) {
	r := Report{Spans: []Span{LastMonth}}
	good := Schedule{Every: Monthly, Day: 1, Hour: 7, Span: LastMonth, Format: PDF}
	if err := good.check(r); err != nil {
		t.Fatal(err)
	}
	for key, changes := range map[string][]func(*Schedule){
		"scheduled.every":  {func(s *Schedule) { s.Every = "hourly" }},
		"scheduled.day":    {func(s *Schedule) { s.Day = 0 }, func(s *Schedule) { s.Day = 32 }, func(s *Schedule) { s.Every, s.Day = Weekly, 8 }, func(s *Schedule) { s.Every = Daily }},
		"scheduled.hour":   {func(s *Schedule) { s.Hour = -1 }, func(s *Schedule) { s.Hour = 24 }},
		"scheduled.span":   {func(s *Schedule) { s.Span = Yesterday }},
		"scheduled.format": {func(s *Schedule) { s.Format = "exe" }},
	} {
		for _, change := range changes {
			s := good
			change(&s)
			if err := s.check(r); fault.KeyOf(err) != key {
				t.Errorf("%+v: %v, not %s", s, err, key)
			}
		}
	}
}
