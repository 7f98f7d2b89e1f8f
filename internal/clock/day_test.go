package clock

import (
	"testing"
	"time"
)

func TestDays(t *testing.T) {
	for text, want := range map[string]Day{"1970-01-02": 1, "2024-02-29": Date(2024, 2, 29), "2026-11-30": Date(2026, 11, 30), "2027-01-01": Date(2026, 12, 32)} {
		got, ok := ParseDay(text)
		if !ok || got != want || got.String() != text {
			t.Errorf("%q is %d, %q, and should be %d", text, got, got, want)
		}
		if DayOf(got.Start()) != got || DayOf(got.Start().Add(-time.Millisecond)) != got-1 || DayOf((got+1).Start().Add(-time.Millisecond)) != got {
			t.Errorf("%q does not begin at midnight in Nairobi: %v", text, got.Start())
		}
	}
	for _, wrong := range []string{"", "2026-02-29", "30.11.2026", "2026-11-31"} {
		if d, ok := ParseDay(wrong); ok {
			t.Errorf("%q is read as %v", wrong, d)
		}
	}
	if Day(0).String() != "" {
		t.Error("no day has a text")
	}
	if y, m, d := Date(2026, time.November, 30).Date(); y != 2026 || m != time.November || d != 30 {
		t.Error(y, m, d)
	}
}
