package backoffice

import (
	"testing"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/money"
)

// TestAMonthOfAnyInterval: a month of a plan that is paid by the week, the day or the quarter is what 30 days of its periods come to, each with what is
// included in it, and what is paid once is in it once.
func TestAMonthOfAnyInterval(t *testing.T) {
	for _, c := range []struct {
		unit          plans.Unit
		every         int
		first         bool
		period, month int64 // shillings: 700 a period with 10 GB, then 10 for each GB; a month uses 90 GB, evenly
	}{
		{plans.Month, 1, false, 700 + 800, 1500},
		{plans.Month, 1, true, 700 + 800 + 500, 2000},
		{plans.Month, 3, false, 700 + 2600, 1100},
		{plans.Month, 3, true, 700 + 2600 + 500, 1600},
		{plans.Week, 1, false, 700 + 110, 3471}, // 810 × 30 / 7
		{plans.Day, 1, false, 700, 21_000},
		{plans.Day, 10, false, 700 + 200, 2700},
		{plans.Once, 1, false, 700 + 800, 1500},
	} {
		p := plans.Price{Amount: money.Shillings(700), Terms: plans.Terms{Interval: plans.Interval{Unit: c.unit, Every: c.every}, Setup: money.Shillings(500),
			Data: plans.Meter{Included: 10, Tiers: []plans.Tier{{Each: money.Shillings(10)}}}}}
		s := supposed{gb: 90, hours: 60, night: 20, who: plans.Subject{First: c.first}}
		if got := plans.Sum(s.charges(p, time.UTC)); got != money.Shillings(c.period) {
			t.Errorf("%d %s: a period comes to %v, not %d", c.every, c.unit, got, c.period)
		}
		if got := s.month(p, time.UTC).Cents / 100; got != c.month {
			t.Errorf("%d %s: a month comes to %d, not %d", c.every, c.unit, got, c.month)
		}
	}
}
