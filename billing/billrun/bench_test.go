package billrun

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// stopping is a source whose run is killed after so many subscriptions.
type stopping struct {
	*Source
	left atomic.Int64
}

func (s *stopping) Done(tx *db.Tx, due []invoices.Due) error {
	if s.left.Add(-int64(len(due))) < 0 {
		return fault.New(fault.Unavailable, "db.unavailable")
	}
	return s.Source.Done(tx, due)
}

// copies has a row of a table so many times more, some columns of it another for each n.
func (w *town) copies(table, which string, n int, change map[string]string) {
	w.Helper()
	var columns, values []string
	for _, c := range testdb.Columns(w, w.DB, table) {
		value := "o." + c
		if other, changed := change[c]; changed {
			value = other
		}
		columns, values = append(columns, c), append(values, value)
	}
	for from := 0; from < n; from += 1000 {
		q := fmt.Sprintf("INSERT INTO %s (%s) WITH RECURSIVE k AS (SELECT %d AS n UNION ALL SELECT n + 1 FROM k WHERE n < %d) SELECT %s FROM k, (SELECT * FROM %s WHERE %s) o",
			table, strings.Join(columns, ", "), from+1, min(from+1000, n), strings.Join(values, ", "), table, which)
		if _, err := w.DB.SQL().Exec(q); err != nil {
			w.Fatal(err, q)
		}
	}
}

// again is a line with what it has, so many times.
func (w *town) again(sub subscriptions.Subscription, n, kind int) {
	w.Helper()
	id := fmt.Sprintf("1000000 + k.n * 10 + %d", kind)
	w.copies("customers", fmt.Sprintf("id = %d", sub.CustomerID), n, map[string]string{"id": "2" + id, "number": fmt.Sprintf("CONCAT('x', k.n * 10 + %d)", kind)})
	w.copies("subscriptions", fmt.Sprintf("id = %d", sub.ID), n, map[string]string{"id": id, "customer_id": "2" + id, "grant_id": "3" + id, "login_name": "CONCAT('copy', " + id + ")"})
	w.copies("subscription_events", fmt.Sprintf("subscription_id = %d", sub.ID), n, map[string]string{"id": "(" + id + ") * 100 + o.seq", "subscription_id": id})
	w.copies("billing_positions", fmt.Sprintf("subscription_id = %d", sub.ID), n, map[string]string{"subscription_id": id})
	w.copies("usage_days", fmt.Sprintf("grant_id = %d", sub.GrantID), n, map[string]string{"grant_id": "3" + id})
}

// hundredThousand is a town of so many lines of four kinds, all of which are due on the first of March.
func (w *town) hundredThousand(n int) {
	w.Helper()
	ctx := context.Background()
	for _, r := range []taxes.Rate{{Kind: taxes.VAT, Share: 1600, From: 1, On: taxes.Taxable, Note: "VAT Act"}, {Kind: taxes.Excise, Share: 1500, From: 1, On: []taxes.Supply{taxes.Internet}, Note: "Excise Act"}} {
		if _, err := w.taxes.Save(ctx, r, taxes.By{Actor: "clerk"}); err != nil {
			w.Fatal(err)
		}
	}
	w.sells("home", 2500, nil)
	w.sells("office", 4000, nil)
	w.sells("metered", 1500, func(p *plans.Plan) {
		p.Terms.Data = plans.Meter{Included: 50, Tiers: []plans.Tier{{UpTo: 50, Each: p.Price}, {Each: p.Price}}}
	})
	w.addOn("static", 500, false)
	kinds := []string{"home", "office", "home", "metered"}
	for kind, key := range kinds {
		sub := w.line(w.customer(1).ID, key, time.Time{}, nil)
		if kind == 1 {
			w.must(w.Lines.AddOn(ctx, sub.ID, "static", office))
		}
		if kind == 2 {
			w.must(w.Lines.Discount(ctx, sub.ID, plans.Discount{Percent: 1000}, "friend", office))
		}
		for d := clock.Date(2026, 1, 1); kind == 3 && d < clock.Date(2026, 3, 1); d++ {
			w.hears(sub.GrantID, d.Start().Add(12*time.Hour), 2*gigabyte, 0)
		}
		w.in(func(tx *db.Tx) error {
			kept, err := positionsIn(tx, sub.ID)
			if err != nil {
				return err
			}
			if kept[0].Since = 0; kind != 3 {
				kept[0].Next, kept[0].Due = clock.Date(2026, 3, 1), clock.Date(2026, 3, 1)
			}
			return update(tx, kept[0])
		})
		w.again(sub, n/len(kinds)-1, kind)
	}
	w.clock.Set(clock.Date(2026, 2, 27).Start())
	w.bills() // of what is measured, which is looked at again in March
}

// processor is how long this program has had a processor: what others of the machine do is not in it.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkBillRun bills a hundred thousand lines from their events, killed and begun again half-way, and numbers the bills.
// `go test -run '^$' -bench BillRun -benchtime 1x -timeout 30m ./billing/billrun`.
func BenchmarkBillRun(b *testing.B) {
	n := 100_000
	if testing.Short() {
		n = 4_000
	}
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		b.Run(dialect, func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				w := newTown(b, testdb.OpenURL(b, testdb.URL(b, dialect), db.Options{Hook: func(string) {}}))
				w.hundredThousand(n)
				first := clock.Date(2026, 3, 1)
				w.clock.Set(first.Start().Add(3 * time.Hour))
				whole, worked := clock.Stopwatch(), processor(b)
				b.StartTimer()
				stops := stopping{Source: w.Source}
				stops.left.Store(int64(n / 2))
				half, err := w.invoices.Run(context.Background(), first, &stops, invoices.RunOptions{Workers: 2})
				if err == nil {
					b.Fatal("it did not stop half-way")
				}
				rest, err := w.invoices.Run(context.Background(), first, w.Source, invoices.RunOptions{Workers: 2})
				if err != nil || half.Drafts+rest.Drafts != int64(n) {
					b.Fatal(half, rest, err)
				}
				drafted := whole()
				done, err := w.invoices.Issue(context.Background())
				if err != nil || done != (invoices.Outcome{Issued: int64(n)}) {
					b.Fatal(done, err)
				}
				b.StopTimer()
				b.ReportMetric((processor(b) - worked).Seconds(), "s-processor")
				b.ReportMetric(drafted.Seconds(), "s-drafts")
				b.ReportMetric((whole() - drafted).Seconds(), "s-numbers")
				again := clock.Stopwatch()
				if more := w.bills(); more != (invoices.Drafted{}) {
					b.Fatal("a second run did", more)
				}
				b.ReportMetric(float64(again().Milliseconds()), "ms-again")
			}
		})
	}
}
