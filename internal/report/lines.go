package report

import (
	"context"
	"time"

	"mtandao/internal/clock"
)

// LineMonth is how many lines there were when a month began, and how many came and left in it.
type LineMonth struct{ Before, Came, Left int64 }

// LinesByMonth counts lines month by month, from the month that begins with a day: by when they began and ended, whenever that was written down.
func (d *Desk) LinesByMonth(ctx context.Context, first clock.Day, months int) ([]LineMonth, error) {
	bounds := []clock.Day{first}
	for n := range months {
		year, month, _ := first.Date()
		bounds = append(bounds, clock.Date(year, month+time.Month(n+1), 1))
	}
	came, err := d.lineEvents(ctx, "started", bounds)
	if err != nil {
		return nil, err
	}
	left, err := d.lineEvents(ctx, "ended", bounds)
	if err != nil {
		return nil, err
	}
	all := make([]LineMonth, months)
	for n, there := 0, came[0]-left[0]; n < months; n++ {
		all[n] = LineMonth{there, came[n+1], left[n+1]}
		there += came[n+1] - left[n+1]
	}
	return all, nil
}
