package billrun

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

var nights = access.Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: 0, To: 6 * 60}}

// hearsLate has use of an hour be told of now.
func (w *town) hearsLate(grantID int64, at time.Time, octets int64) {
	w.Helper()
	w.hears(grantID, at, octets, 0)
	if _, err := w.DB.SQL().Exec("INSERT INTO usage_late (id, grant_id, site_id, hour, told_at, online_seconds, bytes_up, bytes_down, verdict, seen_by) VALUES (?, ?, 1, ?, ?, 0, 0, ?, '', '')",
		w.DB.ID(), grantID, at.Unix()/3600, w.clock.Now().UTC(), octets); err != nil {
		w.Fatal(err)
	}
}

func (w *town) verdicts() (all map[string]int) {
	w.Helper()
	rows, err := w.DB.SQL().Query("SELECT verdict, COUNT(*) FROM usage_late GROUP BY verdict")
	if err != nil {
		w.Fatal(err)
	}
	defer rows.Close()
	all = map[string]int{}
	for rows.Next() {
		var verdict string
		var n int
		if err := rows.Scan(&verdict, &n); err != nil {
			w.Fatal(err)
		}
		all[verdict] = n
	}
	if err := rows.Err(); err != nil {
		w.Fatal(err)
	}
	return all
}

// TestUseThatComesLate: within ninety-two days after its period it is on the next bill, which says so, also when the line has ended long ago; later it is
// not, whatever is looked at again, and staff are shown it. Who pays no use is billed none. Three runs at once bill it once.
func TestUseThatComesLate(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("metered", 1000, func(p *plans.Plan) {
			p.Terms.Data = plans.Meter{Included: 10, Tiers: []plans.Tier{{Each: money.Shillings(10)}}}
		})
		w.sells("night", 1000, func(p *plans.Plan) {
			p.Terms.Data = plans.Meter{Tiers: []plans.Tier{{Each: money.Shillings(10)}}, Windows: []plans.Window{{Hours: nights, Each: money.Shillings(1)}}}
		})
		w.sells("flat", 1000, nil)
		w.sells("big", 1500, func(p *plans.Plan) {
			p.Terms.Data = plans.Meter{Included: 10, Tiers: []plans.Tier{{Each: money.Shillings(10)}}}
		})
		one, two, flat, over := w.line(w.customer(1).ID, "metered", time.Time{}, nil), w.line(w.customer(1).ID, "night", time.Time{}, nil), w.line(w.customer(1).ID, "flat", time.Time{}, nil), w.line(w.customer(1).ID, "metered", time.Time{}, nil)
		january, february := clock.Date(2026, 1, 20).Start().Add(12*time.Hour), clock.Date(2026, 2, 10).Start().Add(26*time.Hour)
		w.hears(one.GrantID, january, 12*gigabyte, 0)
		w.until(clock.Date(2026, 2, 1))
		w.must(w.Lines.End(ctx, over.ID, subscriptions.Ending{At: clock.Date(2026, 1, 31).Start(), Reason: "leaves"}, office))
		w.until(clock.Date(2026, 4, 20))
		for _, sub := range []subscriptions.Subscription{one, two, flat, over} {
			w.hearsLate(sub.GrantID, january.Add(time.Hour), 15*gigabyte)
		}
		w.hearsLate(two.GrantID, february, 4*gigabyte)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if err := w.hear(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.until(clock.Date(2026, 5, 10)) // ninety-nine days after January
		w.hearsLate(one.GrantID, january.Add(2*time.Hour), 100*gigabyte)
		w.until(clock.Date(2026, 5, 20))
		w.must(w.Lines.ChangePlan(ctx, one.ID, subChange("big", clock.Date(2026, 1, 15)), office)) // January is looked at again
		w.until(clock.Date(2026, 6, 1))
		if got := w.verdicts(); got["billed"] != 4 || got["lost"] != 1 || got["free"] != 1 || got[""] != 0 {
			t.Errorf("%v", got)
		}
		late := func(sub subscriptions.Subscription, day, want string) {
			t.Helper()
			for _, text := range w.says(sub) {
				if strings.HasPrefix(text, day) {
					if !strings.Contains(text, want) {
						t.Errorf("%q\nsays not %q", text, want)
					}
					return
				}
			}
			t.Errorf("nothing on %s: %q", day, w.says(sub))
		}
		late(one, "2026-05-01", "Data in GB, 27 used, 10 included: 17 at KES 10 each. 15 of it was reported late, after its period was billed: KES 170")
		late(two, "2026-05-01", "Data in GB, 15 used, 0 included: 15 at KES 10 each. 15 of it was reported late, after its period was billed: KES 150")
		late(two, "2026-05-01", "4 used, 0 included: 4 at KES 1 each. 4 of it was reported late, after its period was billed: KES 4")
		late(over, "2026-05-01", "Data in GB, 15 used, 9.677 included: 5.322 at KES 10 each. 15 of it was reported late, after its period was billed: KES 53.23")
		for _, text := range w.says(flat) {
			if strings.Contains(text, "late") || strings.Contains(text, "Data") {
				t.Error(text)
			}
		}
		sum := int64(0)
		for _, d := range w.documents(one) {
			for _, l := range d.Lines {
				if strings.Contains(l.Key, dataMeter) && l.PeriodDay == clock.Date(2026, 1, 1) {
					sum += l.Gross
				}
			}
		}
		if sum != 215_16 { // of 27 on the plan that ran on 17 of 31 days and includes so much of ten; not of the hundred more
			t.Errorf("January's use costs %d", sum)
		}
		if n := w.bills().Drafts; n != 0 {
			t.Error("again", n)
		}
		w.prove()
	})
}
