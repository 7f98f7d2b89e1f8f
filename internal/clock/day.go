package clock

import "time"

// Day is a calendar day, counted from the first of January 1970. 0 is no day.
type Day int32

// DayOf is the day of an instant in Nairobi.
func DayOf(t time.Time) Day {
	y, m, d := t.In(Nairobi).Date()
	return Date(y, m, d)
}

// Date is a day of the calendar; the 32nd of a month is the first of the next, as in package time.
func Date(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

// ParseDay reads "2026-11-30"; false for anything else.
func ParseDay(s string) (Day, bool) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, false
	}
	return Date(t.Date()), true
}

// Date is the day's year, month and day of the month.
func (d Day) Date() (int, time.Month, int) { return time.Unix(int64(d)*24*60*60, 0).UTC().Date() }

// Start is the instant at which the day begins in Nairobi, in UTC.
func (d Day) Start() time.Time {
	y, m, day := d.Date()
	return time.Date(y, m, day, 0, 0, 0, 0, Nairobi).UTC()
}

// String is "2026-11-30"; nothing for no day.
func (d Day) String() string {
	if d == 0 {
		return ""
	}
	return time.Unix(int64(d)*24*60*60, 0).UTC().Format(time.DateOnly)
}
