package app

import (
	"slices"
	"testing"
	"time"

	"mtandao/internal/fault"
	"mtandao/radius/access"
)

const day = 24 * time.Hour

func TestTimesAreReadAndWrittenBack(t *testing.T) {
	for _, c := range []struct {
		in   string
		want time.Duration
		out  text
	}{
		{"", 0, ""}, {"30m", 30 * time.Minute, "30m"}, {"1h", time.Hour, "1h"}, {"90m", 90 * time.Minute, "1h30m"}, {"7d", 7 * day, "7d"},
		{"1w", 7 * day, "7d"}, {"90d12h", 90*day + 12*time.Hour, "90d12h"}, {"1d 2h", 26 * time.Hour, "1d2h"}, {"45s", 45 * time.Second, "45s"},
	} {
		if got, err := parseTime(c.in); err != nil || got != c.want || timeText(got) != c.out {
			t.Errorf("%q: %v (%q), %v", c.in, got, timeText(got), err)
		}
	}
	for _, bad := range []string{"1", "h", "1x", "-1h", "1.5h", "1h30", "99999999999w", "2147483647w", "1m1", "ten"} {
		if got, err := parseTime(bad); fault.KeyOf(err) != "apply.time" {
			t.Errorf("%q: %v, %v", bad, got, err)
		}
	}
}

func TestDataAndRatesAreExact(t *testing.T) {
	for _, c := range []struct {
		in    string
		units string
		want  int64
		out   text
	}{
		{"500MB", "data", 500e6, "500MB"}, {"1.5GB", "data", 1.5e9, "1.5GB"}, {"1.5 GB", "data", 1.5e9, "1.5GB"}, {"1GiB", "data", 1 << 30, "1073741.824kB"},
		{"2TB", "data", 2e12, "2TB"}, {"0.001GB", "data", 1e6, "1MB"}, {"7B", "data", 7, "7B"}, {"", "data", 0, ""}, {"1234567B", "data", 1234567, "1234.567kB"},
		{"512kbit", "rate", 512, "512kbit"}, {"2Mbit", "rate", 2000, "2Mbit"}, {"1.5 Mbit/s", "rate", 1500, "1.5Mbit"}, {"1Gbit", "rate", 1e6, "1Gbit"},
		{"2.048Mbit", "rate", 2048, "2.048Mbit"},
	} {
		read, units := parseData, dataUnits
		if c.units == "rate" {
			read, units = parseRate, rateUnits
		}
		got, err := read(c.in)
		if err != nil || got != c.want || unitText(got, units) != c.out {
			t.Errorf("%q: %d (%q), %v", c.in, got, unitText(got, units), err)
		}
	}
	for _, bad := range []string{"5", "GB", "-1GB", "1.GB", "1,5GB", "1.5B", "1e3MB", "99999999999TB", "1.0000000001GB", "1_0GB", "0.5GiB", "NaNGB"} {
		if got, err := parseData(bad); fault.KeyOf(err) != "apply.data" {
			t.Errorf("%q: %d, %v", bad, got, err)
		}
	}
	for _, bad := range []string{"2", "2MB", "0.5kbit", "+2Mbit"} {
		if got, err := parseRate(bad); fault.KeyOf(err) != "apply.rate" {
			t.Errorf("%q: %d, %v", bad, got, err)
		}
	}
}

func TestHours(t *testing.T) {
	weekend := [7]bool{true, false, false, false, false, false, true}
	work := [7]bool{false, true, true, true, true, true, false}
	all := [7]bool{true, true, true, true, true, true, true}
	hours, err := parseHours([]string{"22:00-06:00", "sat,sun 08:00-20:00", "Mon-Fri 06:30-24:00", "sat-sun 0:00-0:00"})
	want := access.Hours{{Days: all, From: 1320, To: 360}, {Days: weekend, From: 480, To: 1200}, {Days: work, From: 390, To: 1440}, {Days: weekend}}
	if err != nil || !slices.Equal(hours, want) {
		t.Fatalf("%+v, %v", hours, err)
	}
	if back, err := parseHours(hoursText(hours)); err != nil || !slices.Equal(back, want) {
		t.Errorf("%v is not what was read: %+v, %v", hoursText(hours), back, err)
	}
	for _, bad := range []string{"", "22:00", "22:00-25:00", "24:00-06:00", "22:0-06:00", "day 08:00-09:00", "sat, 08:00-09:00", "sat 08:00 09:00", "08:60-09:00"} {
		if got, err := parseHours([]string{bad}); fault.KeyOf(err) != "apply.hours" {
			t.Errorf("%q: %+v, %v", bad, got, err)
		}
	}
}

func TestUntilIsNairobisTime(t *testing.T) {
	for in, want := range map[string]string{"2026-12-31": "2026-12-31T21:00:00Z", "2026-12-31 18:00": "2026-12-31T15:00:00Z", "2026-12-31T18:00:00Z": "2026-12-31T18:00:00Z"} {
		got, err := parseUntil(in)
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%q: %v, %v", in, got, err)
		}
		if back, err := parseUntil(string(untilText(got))); err != nil || !back.Equal(got) {
			t.Errorf("%q: %q is read back as %v, %v", in, untilText(got), back, err)
		}
	}
	if _, err := parseUntil("31.12.2026"); fault.KeyOf(err) != "apply.until" {
		t.Error(err)
	}
}

func TestPricesHaveNoCommasInFiles(t *testing.T) {
	for in, want := range map[string]text{"10": "10", "1,250": "1250", "10.50": "10.50"} {
		if got, err := parsePrice(in); err != nil || priceText(got) != want {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
}

func FuzzUnits(f *testing.F) {
	for _, s := range []string{"1.5GB", "90d12h", "2Mbit", "mon-fri 08:00-20:00", "2026-12-31", "1GiB", "9223372036854775807B"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := parseTime(s); err == nil {
			if back, err := parseTime(string(timeText(d))); err != nil || back != d || d < 0 {
				t.Errorf("time %q: %v, back %v, %v", s, d, back, err)
			}
		}
		if n, err := parseData(s); err == nil {
			if back, err := parseData(string(unitText(n, dataUnits))); err != nil || back != n || n < 0 {
				t.Errorf("data %q: %d, back %d, %v", s, n, back, err)
			}
		}
		if h, err := parseHours([]string{s}); err == nil {
			if back, err := parseHours(hoursText(h)); err != nil || !slices.Equal(back, h) {
				t.Errorf("hours %q: %v, back %v, %v", s, h, back, err)
			}
		}
	})
}
