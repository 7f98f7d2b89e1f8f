package invoices

import (
	"context"
	"fmt"
	"testing"

	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// town is a source of n subscriptions that are all due, made as they are read: no table of theirs is measured. Some have an add-on, a discount,
// a change in the month, or usage. What is done is kept in memory.
type town struct {
	n      int64
	period Period
	done   map[int64]bool
	stop   int64 // fails after so many; 0: never
}

func (t *town) Due(_ context.Context, _ clock.Day, after int64, limit int) (all []Due, err error) {
	for id := after + 1; id <= t.n && len(all) < limit; id++ {
		if t.done[id] {
			continue
		}
		from := t.period.From - 400
		h := History{Cycle: Cycle{Every: Months, N: 1, Anchor: clock.Date(2024, 1, 1)}, Items: []Item{{Key: PlanItem, Name: "Home 10", Supply: taxes.Internet, PriceID: 1 + id%3, Quantity: 1, From: from}}}
		due := Due{SubscriptionID: id, CustomerID: 1_000_000 + id, Period: t.period}
		if id%4 == 0 {
			h.Items = append(h.Items, Item{Key: "static", Name: "Static address", Supply: taxes.Internet, PriceID: 4, Quantity: 1, From: from})
		}
		if id%5 == 0 {
			h.Discounts = []Discount{{Key: "welcome", Name: "Welcome", Item: PlanItem, Share: 1000, From: t.period.From, Periods: 3}}
		}
		if id%3 == 1 {
			for d := h.Cycle.before(t.period).From; d < t.period.From; d++ {
				due.Usage = append(due.Usage, Use{Meter: "data", Day: d, Quantity: id % 7 * gigabyte})
			}
		}
		due.History = h
		all = append(all, due)
	}
	return all, nil
}

func (t *town) Fill(context.Context, []Due) (map[int64]Price, error) {
	return map[int64]Price{1: {ID: 1, Amount: 250_000, Inclusive: true}, 3: {ID: 3, Amount: 400_000, Inclusive: true}, 4: {ID: 4, Amount: 50_000, Inclusive: true},
		2: {ID: 2, Amount: 150_000, Inclusive: true, Meters: []Meter{{Key: "data", Name: "Data", Unit: gigabyte, Included: 50 * gigabyte, Tiers: []Tier{{UpTo: 50, Price: 3_000}, {Price: 2_000}}}}}}, nil
}

func (t *town) After(d Due) (Due, bool) { return d, false }

func (t *town) Done(tx *db.Tx, due []Due) error {
	tx.AfterCommit(func() {
		for _, d := range due {
			t.done[d.SubscriptionID] = true
		}
	})
	if t.stop > 0 && int64(len(t.done)) >= t.stop {
		return testdb.ErrKilled
	}
	return nil
}

// BenchmarkRun bills a town of a hundred thousand, stopped and begun again half-way, and gives all their numbers; then a dry run of who is due again,
// and ageing. `go test -bench Run -benchtime 1x -timeout 30m ./billing/invoices`.
func BenchmarkRun(b *testing.B) {
	const n = 100_000
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		b.Run(dialect, func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				w := newDesk(b, testdb.OpenURL(b, testdb.URL(b, dialect), db.Options{Hook: func(string) {}}))
				w.kenya()
				ctx := context.Background()
				first := clock.Date(2026, 3, 1)
				s := &town{n: n, period: Period{first, clock.Date(2026, 4, 1)}, done: map[int64]bool{}, stop: n / 2}
				whole := clock.Stopwatch()
				b.StartTimer()
				half, err := w.Run(ctx, first, s, RunOptions{})
				if err == nil {
					b.Fatal("it did not stop half-way")
				}
				s.stop = 0
				rest, err := w.Run(ctx, first, s, RunOptions{})
				if err != nil || half.Drafts+rest.Drafts != n {
					b.Fatal(half, rest, err)
				}
				drafted := whole()
				done, err := w.Issue(ctx)
				if err != nil || done != (Outcome{Issued: n}) {
					b.Fatal(done, err)
				}
				b.StopTimer()
				b.ReportMetric(drafted.Seconds(), "s-drafts")
				b.ReportMetric((whole() - drafted).Seconds(), "s-numbers")
				ageing := clock.Stopwatch()
				sum, err := w.AgeingTotal(ctx, first+60)
				if err != nil || sum.Total() == 0 {
					b.Fatal(sum, err)
				}
				b.ReportMetric(float64(ageing().Milliseconds()), "ms-ageing")
				page := clock.Stopwatch()
				if all, err := w.Ageing(ctx, first+60, Overdue{}, 50); err != nil || len(all) != 50 {
					b.Fatal(len(all), err)
				}
				b.ReportMetric(float64(page().Microseconds())/1000, "ms-page")
				if last := fmt.Sprint(w.count("number IS NOT NULL")); last != fmt.Sprint(n) {
					b.Fatal(last)
				}
			}
		})
	}
}
