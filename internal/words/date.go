package words

import (
	"time"

	"mtandao/internal/clock"
)

// Date is the day of an instant as the language writes it in tables and on paper: "02.11.2026".
func Date(l Lang, at time.Time) string { return at.Format(Text(l, "date.day")) }

// DateOf is a day as the language writes it; nothing for none.
func DateOf(l Lang, d clock.Day) string {
	if d == 0 {
		return ""
	}
	return Date(l, d.Start().In(clock.Nairobi))
}
