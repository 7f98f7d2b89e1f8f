package report

import (
	"context"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/radius"
	"mtandao/radius/access"
)

// used answers what was asked of the roll-ups.
type used struct {
	Radius
	days     []radius.UsageDay
	hours    []radius.UsageHour
	from, to string
	asked    [2]time.Time
}

func (u *used) DaysOf(_ context.Context, _ int64, from, to string) ([]radius.UsageDay, error) {
	u.from, u.to = from, to
	return u.days, nil
}

func (u *used) HoursOf(_ context.Context, _ int64, from, to time.Time) ([]radius.UsageHour, error) {
	u.asked = [2]time.Time{from, to}
	return u.hours, nil
}

// TestUsageHasEveryDayAndHour: sites are added up, what is empty is there, and what is over ends with its last session.
func TestUsageHasEveryDayAndHour(t *testing.T) {
	at := time.Date(2026, 11, 25, 22, 30, 0, 0, time.UTC) // 01:30 of the 26th in Nairobi
	kb := func(n int64) radius.Volume { return radius.Volume{Seconds: 60, BytesDown: n * 1000} }
	u := &used{days: []radius.UsageDay{{Day: "2026-11-25", SiteID: 1, Volume: kb(1)}, {Day: "2026-11-25", SiteID: 2, Volume: kb(2)}, {Day: "2026-11-26", SiteID: 1, Volume: kb(4)}},
		hours: []radius.UsageHour{{Hour: at.Unix() / 3600, SiteID: 1, Volume: kb(4)}, {Hour: at.Unix()/3600 - 23, SiteID: 1, Volume: kb(1)}}}
	s := &Stories{Radius: u, Plan: clock.NewManual(at), Zone: func(int64) *time.Location { return nairobi }}
	got, err := s.usage(t.Context(), Granted{})
	if err != nil || len(got.Days) != 30 || len(got.Hours) != 24 {
		t.Fatal(len(got.Days), len(got.Hours), err)
	}
	if u.from != "2026-10-28" || u.to != "2026-11-26" || u.asked[1].Sub(u.asked[0]) != 24*time.Hour || u.asked[1].Before(at) {
		t.Errorf("asked for %s to %s, %v", u.from, u.to, u.asked)
	}
	if got.Days[29].BytesDown != 4000 || got.Days[28].BytesDown != 3000 || got.Days[28].Seconds != 120 || got.Days[27].BytesDown != 0 {
		t.Errorf("days %+v", got.Days[27:])
	}
	if got.Hours[23].BytesDown != 4000 || got.Hours[0].BytesDown != 1000 || got.Hours[23].At.Format("15:04") != "01:00" {
		t.Errorf("hours %+v", got.Hours)
	}
	over := Granted{Grant: access.Grant{State: access.Ended}, Past: []radius.Over{{EndedAt: at.AddDate(0, -2, 0)}}}
	if _, err := s.usage(t.Context(), over); err != nil || u.to != "2026-09-26" {
		t.Errorf("of what is over until %s, %v", u.to, err)
	}
}
