package access

import (
	"testing"
	"time"
	_ "time/tzdata"
)

var everyDay = [7]bool{true, true, true, true, true, true, true}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// at reads a local time of November 2026, whose 1st is a Sunday.
func at(t *testing.T, loc *time.Location, local string) time.Time {
	t.Helper()
	instant, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-"+local, loc)
	if err != nil {
		t.Fatal(err)
	}
	return instant
}

func TestHoursOpen(t *testing.T) {
	nairobi := zone(t, "Africa/Nairobi")
	night := Hours{{Days: everyDay, From: 22 * 60, To: 6 * 60}}
	weekend := Hours{{Days: [7]bool{0: true, 6: true}, From: 0, To: 0}}
	fridayNight := Hours{{Days: [7]bool{5: true}, From: 20 * 60, To: 4 * 60}}
	office := Hours{{Days: [7]bool{1: true}, From: 8 * 60, To: 12 * 60}, {Days: [7]bool{1: true}, From: 12 * 60, To: 17 * 60}}
	always := Hours{{Days: everyDay, From: 0, To: 0}}
	tests := []struct {
		name    string
		hours   Hours
		at      string
		open    bool
		changes string // "" never
	}{
		{"no windows", nil, "03 10:00", true, ""},
		{"whole week", always, "03 10:00", true, ""},
		{"night, before", night, "03 21:59", false, "03 22:00"},
		{"night, first minute", night, "03 22:00", true, "04 06:00"},
		{"night, after midnight", night, "04 03:00", true, "04 06:00"},
		{"night, last minute is out", night, "04 06:00", false, "04 22:00"},
		{"weekend, Saturday begins", weekend, "07 00:00", true, "09 00:00"},
		{"weekend, Sunday evening", weekend, "08 23:59", true, "09 00:00"},
		{"weekend, Monday", weekend, "09 00:00", false, "14 00:00"},
		{"Friday's night is Saturday's morning", fridayNight, "07 03:59", true, "07 04:00"},
		{"Saturday's night is not", fridayNight, "08 03:00", false, "13 20:00"},
		{"one window a week, a week away", fridayNight, "07 04:00", false, "13 20:00"},
		{"windows that touch are one", office, "02 09:00", true, "02 17:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			open, changes := tt.hours.Open(at(t, nairobi, tt.at), nairobi)
			var want time.Time
			if tt.changes != "" {
				want = at(t, nairobi, tt.changes)
			}
			if open != tt.open || !changes.Equal(want) {
				t.Errorf("open %v, changes %v; want %v, %v", open, changes.In(nairobi), tt.open, want)
			}
		})
	}
}

func TestHoursAreLocal(t *testing.T) {
	night := Hours{{Days: everyDay, From: 22 * 60, To: 6 * 60}}
	instant := time.Date(2026, 11, 3, 19, 30, 0, 0, time.UTC) // 22:30 in Nairobi
	if open, _ := night.Open(instant, zone(t, "Africa/Nairobi")); !open {
		t.Error("closed at 22:30 in Nairobi")
	}
	if open, _ := night.Open(instant, time.UTC); open {
		t.Error("open at 19:30 UTC")
	}
}

func TestHoursFollowDaylightSaving(t *testing.T) {
	london := zone(t, "Europe/London") // clocks go back on 25 October 2026 at 02:00
	night := Hours{{Days: everyDay, From: 0, To: 6 * 60}}
	from := time.Date(2026, 10, 25, 0, 0, 0, 0, london)
	if open, changes := night.Open(from, london); !open || changes.Sub(from) != 7*time.Hour {
		t.Errorf("open %v for %v, want 7h by the wall clock", open, changes.Sub(from))
	}
}
