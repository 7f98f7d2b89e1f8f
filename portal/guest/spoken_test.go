package guest

import (
	"strings"
	"testing"
	"time"

	"mtandao/internal/words"
	"mtandao/portal/web"
)

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration][2]string{
		0:                                {"less than a minute", "chini ya dakika moja"},
		59 * time.Second:                 {"less than a minute", "chini ya dakika moja"},
		24*time.Minute + 59*time.Second:  {"24 min", "dk 24"},
		time.Hour:                        {"1 h", "saa 1"},
		84 * time.Minute:                 {"1 h 24 min", "saa 1 dk 24"},
		24 * time.Hour:                   {"1 d", "siku 1"},
		6*24*time.Hour + 150*time.Minute: {"6 d 2 h", "siku 6 saa 2"},
	} {
		if got := [2]string{web.Span(words.English, d), web.Span(words.Swahili, d)}; got != want {
			t.Errorf("span(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestVolumeNeverPromisesMore(t *testing.T) {
	for bytes, want := range map[int64]string{0: "0 MB", 999_999: "0 MB", 1_000_000: "1 MB", 1_999_999_999: "1.9 GB", 10e9: "10 GB"} {
		if got := volume(bytes); got != want {
			t.Errorf("volume(%d) = %q, want %q", bytes, got, want)
		}
	}
}

func TestInstantIsLocal(t *testing.T) {
	zone := time.FixedZone("Nairobi", 3*60*60)
	now := time.Date(2026, 11, 24, 20, 30, 0, 0, time.UTC) // 23:30 there
	for _, c := range []struct {
		in   time.Duration
		want [2]string
	}{
		{15 * time.Minute, [2]string{"today 23:45", "leo 23:45"}},
		{time.Hour, [2]string{"tomorrow 00:30", "kesho 00:30"}},
		{8 * 24 * time.Hour, [2]string{"2 Dec 23:30", "2 Des 23:30"}},
	} {
		at := now.Add(c.in)
		if got := [2]string{instant(words.English, at, now, zone), instant(words.Swahili, at, now, zone)}; got != c.want {
			t.Errorf("in %v: %q, want %q", c.in, got, c.want)
		}
	}
}

func TestGivesSaysNothingTwice(t *testing.T) {
	for _, c := range [][3]string{
		{"Saa 1", "saa 1 · simu 1 · 2 Mbit/s", "simu 1|2 Mbit/s"},
		{"GB 1", "1 GB · ndani ya wiki 1", "ndani ya wiki 1"},
		{"Night", "12 hours · 1 phone", "12 hours|1 phone"},
		{"1 hour", "1 hour", "1 hour"},
	} {
		if got := strings.Join(gives(c[0], c[1]), "|"); got != c[2] {
			t.Errorf("gives(%q, %q) = %q, want %q", c[0], c[1], got, c[2])
		}
	}
}
