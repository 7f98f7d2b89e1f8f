package words

import (
	"testing"
	"time"

	"mtandao/internal/clock"
)

func TestADayAsALanguageWritesIt(t *testing.T) {
	for _, l := range []Lang{English, Swahili} {
		if got := DateOf(l, clock.Date(2026, 8, 2)); got != "02.08.2026" || DateOf(l, 0) != "" || Date(l, time.Date(2026, 8, 2, 23, 0, 0, 0, time.UTC)) != got {
			t.Error(l, got)
		}
	}
}
