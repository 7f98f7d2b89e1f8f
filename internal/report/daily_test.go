package report

import (
	"context"
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// TestADayOfTheReportIsItsLines: each figure is the sum of the lines that the list behind it shows, and none of another day's.
func TestADayOfTheReportIsItsLines(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		r := &rows{T: t, d: d}
		brought(r)
		midnight := clock.DayOf(noon).Start().UTC()
		for n, at := range []time.Duration{-time.Millisecond, 0} { // the last millisecond of a day, and the first of the next
			r.add("receipts", map[string]any{"till_id": 2, "receipt": "SK" + string(rune('A'+n)), "came_by": "confirmation", "amount_cents": 70 + n, "amount_currency": "KES", "placed": "order", "holder_id": 0, "arrived_at": midnight.Add(at)})
		}
		r.add("receipts", map[string]any{"till_id": 2, "receipt": nil, "came_by": "query", "amount_cents": 9999, "amount_currency": "KES", "placed": countedTwice, "holder_id": 0, "arrived_at": noon})
		desk, today := NewDesk(d, clock.NewManual(noon)), clock.DayOf(noon)
		days, err := desk.MoneyByDay(context.Background(), today-6, today)
		if err != nil || len(days) != 7 {
			t.Fatal(len(days), err)
		}
		var times int64
		for _, got := range days {
			want := make([]int64, len(Rails))
			for n, rail := range Rails {
				for _, l := range walkMoney(t, desk, MoneyFilter{Day: got.Day, Rail: rail}) {
					want[n] += l.Amount.Cents
				}
				if got.Cents[n] != want[n] {
					t.Errorf("%s by %s is %d, its lines are %d", got.Day, rail, got.Cents[n], want[n])
				}
			}
			times += got.Times
		}
		if all := walkMoney(t, desk, MoneyFilter{}); times != int64(len(all)) || times != 62 {
			t.Errorf("%d of %d lines are in the report", times, len(all))
		}
		if _, err := desk.MoneyByDay(context.Background(), today-LongestDays, today); !fault.Is(err, fault.Invalid) {
			t.Error("a day too many was read:", err)
		}
		if _, err := desk.MoneyByDay(context.Background(), today, today-1); !fault.Is(err, fault.Invalid) {
			t.Error("no days were read:", err)
		}
	})
}

// TestTheReportOfMoneyReadsRangesOfIndexes asks the databases for their plans, of the longest report: it reads indexes alone, for a quarter of a year of a large
// provider has a quarter of a million rows, and to look up each took seconds.
func TestTheReportOfMoneyReadsRangesOfIndexes(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		brought(&rows{T: t, d: d})
		desk, today := NewDesk(d, clock.NewManual(noon)), clock.DayOf(noon)
		alone := map[string]string{db.SQLite: "covering index", db.MySQL: "using index"}[d.Dialect()]
		query, args := desk.receiptsByDaySQL(today-1, today)
		if plan := strings.ToLower(explain(t, d, query, args)); !strings.Contains(plan, "receipts_came") || !strings.Contains(plan, alone) {
			t.Error(plan)
		}
		query, args = desk.countersByDaySQL(today-LongestDays+1, today)
		if plan := strings.ToLower(explain(t, d, query, args)); !strings.Contains(plan, "customer_events_day") || !strings.Contains(plan, alone) {
			t.Error(plan)
		}
		if days, err := desk.MoneyByDay(context.Background(), today-LongestDays+1, today); err != nil || len(days) != LongestDays {
			t.Error(len(days), err)
		}
	})
}
