package app

import (
	"strings"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// parsePrice reads "10", "1,250" or "10.50" shillings.
func parsePrice(s string) (money.Amount, error) { return money.Parse(s, money.Shilling) }

func priceText(a money.Amount) text {
	return text(strings.ReplaceAll(strings.TrimPrefix(a.String(), money.Shilling+" "), ",", ""))
}

var eastAfrica = time.FixedZone("EAT", 3*60*60) // no daylight saving

// parseUntil reads a date, whose end it means, or "2026-12-31 18:00", in Nairobi's time, or a time with its zone;
// fault.Invalid "apply.until".
func parseUntil(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, s, eastAfrica); err == nil {
		return day.AddDate(0, 0, 1).UTC(), nil
	}
	if at, err := time.ParseInLocation("2006-01-02 15:04", s, eastAfrica); err == nil {
		return at.UTC(), nil
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return at, fault.New(fault.Invalid, "apply.until", "Value", s)
	}
	return at.UTC().Truncate(time.Millisecond), nil
}

func untilText(at time.Time) text {
	if at.IsZero() {
		return ""
	}
	return text(at.In(eastAfrica).Format(time.RFC3339Nano))
}
