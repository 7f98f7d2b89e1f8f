package backoffice

import (
	"slices"
	"testing"
	"time"

	"mtandao/billing/daybook"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

func daysOf(a daybook.Asked) string { return a.First.String() + " " + a.Last.String() }

// TestATimeIsComparedWithAsMuchOfTheOneBefore: a week and a month that go on with as many days of the last one, and never with a day twice.
func TestATimeIsComparedWithAsMuchOfTheOneBefore(t *testing.T) {
	for _, c := range []struct {
		today             clock.Day
		name, now, before string
	}{
		{clock.Date(2026, 11, 27), "today", "2026-11-27 2026-11-27", "2026-11-26 2026-11-26"},
		{clock.Date(2026, 11, 27), "week", "2026-11-23 2026-11-27", "2026-11-16 2026-11-20"}, // a Friday
		{clock.Date(2026, 11, 23), "week", "2026-11-23 2026-11-23", "2026-11-16 2026-11-16"}, // a Monday
		{clock.Date(2026, 11, 29), "week", "2026-11-23 2026-11-29", "2026-11-16 2026-11-22"}, // a Sunday
		{clock.Date(2026, 11, 27), "month", "2026-11-01 2026-11-27", "2026-10-01 2026-10-27"},
		{clock.Date(2026, 3, 31), "month", "2026-03-01 2026-03-31", "2026-02-01 2026-02-28"}, // the month before is shorter
		{clock.Date(2027, 1, 1), "month", "2027-01-01 2027-01-01", "2026-12-01 2026-12-01"},
		{clock.Date(2026, 3, 31), "last_month", "2026-02-01 2026-02-28", "2026-01-01 2026-01-31"},
		{clock.Date(2026, 11, 27), "quarter", "2026-10-01 2026-12-31", "2026-07-01 2026-09-30"},
		{clock.Date(2027, 3, 31), "last_quarter", "2026-10-01 2026-12-31", "2026-07-01 2026-09-30"},
		{clock.Date(2027, 1, 1), "quarter", "2027-01-01 2027-03-31", "2026-10-01 2026-12-31"},
		{clock.Date(2027, 1, 15), "last_month", "2026-12-01 2026-12-31", "2026-11-01 2026-11-30"},
	} {
		for _, s := range slices.Concat(spells, quarters) {
			if s.name != c.name {
				continue
			}
			if now, before := s.days(c.today); daysOf(now) != c.now || daysOf(before) != c.before {
				t.Errorf("%s on %s is %s, compared with %s", c.name, c.today, daysOf(now), daysOf(before))
			}
		}
	}
}

// TestFreeDaysAreToldByMonthsWhenTheyAreMany: what a page cannot show by days it shows by whole months, and no more than three years.
func TestFreeDaysAreToldByMonthsWhenTheyAreMany(t *testing.T) {
	last := clock.Date(2026, 11, 27)
	for _, c := range []struct {
		first       clock.Day
		now, before string
		months      bool
	}{
		{last, "2026-11-27 2026-11-27", "2026-11-26 2026-11-26", false},
		{last - 91, "2026-08-28 2026-11-27", "2026-05-28 2026-08-27", false},
		{last - 92, "2026-08-01 2026-11-30", "2026-04-01 2026-07-31", true},
		{clock.Date(2023, time.December, 31), "2023-12-01 2026-11-30", "2020-12-01 2023-11-30", true},
	} {
		now, before, err := free(c.first, last, false)
		if err != nil || daysOf(now) != c.now || daysOf(before) != c.before || now.Months != c.months {
			t.Errorf("from %s: %s by months %v, compared with %s (%v)", c.first, daysOf(now), now.Months, daysOf(before), err)
		}
	}
	if _, _, err := free(clock.Date(2023, time.November, 30), last, false); fault.KeyOf(err) != "report.months" {
		t.Error("more than three years:", err)
	}
	if _, _, err := free(last+1, last, false); fault.KeyOf(err) != "report.days" {
		t.Error("an end before the beginning:", err)
	}
	if _, _, err := free(last-92, last, true); fault.KeyOf(err) != "report.days" {
		t.Error("a report that knows no months:", err)
	}
}

// TestAChangeIsToldTowardsNothing: in whole percent, never larger than it is, and not at all where there was nothing.
func TestAChangeIsToldTowardsNothing(t *testing.T) {
	for _, c := range []struct {
		now, before int64
		want        string
	}{{150, 100, "+50 %"}, {199, 100, "+99 %"}, {100, 100, "+0 %"}, {50, 100, "-50 %"}, {1, 100, "-99 %"}, {0, 100, "-100 %"}, {100, 0, ""}, {100, -5, ""}} {
		if got := changeOf(c.now, c.before); got != c.want {
			t.Errorf("%d after %d is %q", c.now, c.before, got)
		}
	}
}

// TestSharesAreTheNearest: 50,400 and 3,000 of 53,400 are 94 and 6 %, which sum to all of it.
func TestSharesAreTheNearest(t *testing.T) {
	for _, c := range []struct {
		part, whole int64
		want        string
	}{{50_400, 53_400, "94 %"}, {3_000, 53_400, "6 %"}, {53_400, 53_400, "100 %"}, {1, 200, "1 %"}, {0, 5, "0 %"}, {1, 0, ""}, {-1, 5, ""}} {
		if got := percentOf(c.part, c.whole); got != c.want {
			t.Errorf("%d of %d: %q, not %q", c.part, c.whole, got, c.want)
		}
	}
}
