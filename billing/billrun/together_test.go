package billrun

import (
	"context"
	"testing"
	"time"

	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
)

// TestTwoTracksOfALineThatAreCorrectedOnOneDay: what is credited is what was charged, once, also when the line's month and its quarter are corrected on the
// same day behind another line's.
func TestTwoTracksOfALineThatAreCorrectedOnOneDay(t *testing.T) {
	each(t, func(w *town) {
		w.sells("month", 3100, nil)
		w.sells("quarter", 9000, func(p *plans.Plan) { p.Terms.Interval.Every = 3 })
		before := w.line(w.customer(1).ID, "month", time.Time{}, nil)
		both := w.line(w.customer(1).ID, "quarter", time.Time{}, nil)
		w.until(clock.Date(2026, 3, 5))
		w.must(w.Lines.ChangePlan(context.Background(), both.ID, subChange("month", clock.Date(2026, 2, 10)), office))
		w.until(clock.Date(2026, 3, 20))
		w.away(before, clock.Date(2026, 3, 11), clock.Date(2026, 3, 15))
		w.away(both, clock.Date(2026, 3, 11), clock.Date(2026, 3, 15))
		w.until(clock.Date(2026, 4, 2))
		credited := 0
		for _, sub := range []subscriptions.Subscription{before, both} {
			for _, d := range w.documents(sub) {
				for _, l := range d.Lines {
					if l.Gross != l.Amount || l.Net != l.Amount {
						t.Errorf("%s: %s is %d and says %d", d.Cause, l.Says("en"), l.Amount, l.Gross)
					}
					if l.Why == "invoice.why.credited" {
						credited++
					}
				}
			}
		}
		if credited != 3 {
			t.Errorf("%d are credited: %q, %q", credited, w.says(before), w.says(both))
		}
		w.prove()
	})
}
