package clock

import (
	"testing"
	"time"
)

func TestSystemIsUTCCutToMilliseconds(t *testing.T) {
	now := System().Now()
	if now.Location() != time.UTC || now.Nanosecond()%int(time.Millisecond) != 0 {
		t.Fatalf("now is %v", now)
	}
}

func TestManualMovesOnlyWhenTold(t *testing.T) {
	start := time.Date(2026, 11, 24, 8, 0, 0, 999, time.FixedZone("EAT", 3*3600))
	m := NewManual(start)
	if got := m.Now(); !got.Equal(start.Truncate(time.Millisecond)) {
		t.Fatalf("starts at %v", got)
	}
	m.Advance(90 * time.Second)
	if got := m.Now().Sub(start.Truncate(time.Millisecond)); got != 90*time.Second {
		t.Fatalf("moved by %v", got)
	}
}

func TestScaledRunsFaster(t *testing.T) {
	real := NewManual(time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC))
	from := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	plan := Scaled(real, from, 60)
	real.Advance(time.Minute)
	if got := plan.Now(); !got.Equal(from.Add(time.Hour)) {
		t.Fatalf("after a minute at 60 it is %v", got)
	}
}

func TestTwoInstants(t *testing.T) {
	first := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	then := first.Add(time.Millisecond)
	for _, two := range [][2]time.Time{{first, then}, {then, first}} {
		if Sooner(two[0], two[1]) != first || Later(two[0], two[1]) != then || !Later(time.Time{}, two[0]).Equal(two[0]) {
			t.Error(two)
		}
	}
}
