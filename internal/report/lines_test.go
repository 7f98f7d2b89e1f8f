package report

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// TestLinesAreCountedByTheMonthsOfNairobi: a line counts from when it began until when it ended, and a month begins at midnight in Nairobi.
func TestLinesAreCountedByTheMonthsOfNairobi(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		r, first := &rows{T: t, d: d}, clock.Date(2026, 10, 1)
		event := func(line int64, seq int, kind string, at time.Time) {
			r.add("subscription_events", map[string]any{"subscription_id": line, "seq": seq, "kind": kind, "request": fmt.Sprint(line, kind), "effective_at": at.UTC(), "content": "{}"})
		}
		october, november := first.Start(), clock.Date(2026, 11, 1).Start()
		event(1, 1, "started", october.Add(-time.Hour)) // before the first month
		event(2, 1, "started", october.Add(-time.Millisecond))
		event(2, 2, "ended", october) // in its first millisecond
		event(3, 1, "started", october)
		event(3, 2, "renewed", october.Add(time.Hour))
		event(3, 3, "ended", november.Add(-time.Millisecond))
		event(4, 1, "started", november)
		event(5, 1, "started", clock.Date(2026, 12, 1).Start()) // lies ahead
		event(6, 1, "started", october.AddDate(-1, 0, 0))
		event(6, 2, "ended", october.AddDate(0, -3, 0))
		got, err := NewDesk(d, clock.NewManual(noon)).LinesByMonth(context.Background(), first, 2)
		if err != nil || fmt.Sprint(got) != "[{2 1 2} {1 1 0}]" {
			t.Error(got, err)
		}
	})
}

// TestLinesAreCountedByAnIndexAlone asks the databases for their plan.
func TestLinesAreCountedByAnIndexAlone(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		first := clock.Date(2026, 1, 1)
		query, args := NewDesk(d, clock.NewManual(noon)).lineEventsSQL("started", []clock.Day{first, first + 31, first + 59})
		if plan := strings.ToLower(explain(t, d, query, args)); !strings.Contains(plan, "subscription_events_kind") || !strings.Contains(plan, "covering index") && !strings.Contains(plan, "using index") {
			t.Error(plan)
		}
	})
}
