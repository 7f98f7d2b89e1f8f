package billrun

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

// hears has a router tell of use within an hour.
func (w *town) hears(grantID int64, at time.Time, octets, seconds int64) {
	w.Helper()
	for _, q := range []string{"INSERT INTO usage_hours (grant_id, hour, site_id, online_seconds, bytes_up, bytes_down) VALUES (?, ?, ?, ?, ?, ?)",
		"INSERT INTO usage_days (grant_id, day, site_id, online_seconds, bytes_up, bytes_down) VALUES (?, ?, ?, ?, ?, ?)"} {
		var when any = at.Unix() / 3600
		if q[12:22] == "usage_days" {
			when = clock.DayOf(at).String()
		}
		if _, err := w.DB.SQL().Exec(q, grantID, when, w.DB.ID(), seconds, octets/4, octets-octets/4); err != nil {
			w.Fatal(err)
		}
	}
}

// TestUseIsBilled: beyond what is included, by tiers, by hours with a price of their own and by time online; of a hybrid plan alone; of days in Nairobi;
// and what routers tell of late is on the next bill.
func TestUseIsBilled(t *testing.T) {
	each(t, func(w *town) {
		gb := plans.Tier{Each: money.Shillings(10)}
		w.sells("metered", 1000, func(p *plans.Plan) {
			p.Terms.Data = plans.Meter{Included: 10, Tiers: []plans.Tier{{UpTo: 5, Each: money.Shillings(20)}, gb}}
			p.Terms.Time = plans.Meter{Tiers: []plans.Tier{{Each: money.Shillings(3)}}}
		})
		w.sells("night", 1000, func(p *plans.Plan) {
			p.Terms.Data = plans.Meter{Tiers: []plans.Tier{gb}, Windows: []plans.Window{{Hours: access.Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: 0, To: 6 * 60}}, Each: money.Shillings(1)}}}
		})
		w.sells("hybrid", 1000, func(p *plans.Plan) {
			p.Terms.Mode, p.Terms.Data = plans.Hybrid, plans.Meter{Included: 10, Tiers: []plans.Tier{gb}}
		})
		c := w.customer(1)
		one, two, three := w.line(c.ID, "metered", time.Time{}, nil), w.line(c.ID, "night", time.Time{}, nil), w.line(c.ID, "hybrid", time.Time{}, nil)
		noon := clock.Date(2026, 1, 20).Start().Add(12 * time.Hour)
		w.hears(one.GrantID, noon, 17*gigabyte, 2*hour)
		w.hears(one.GrantID, clock.Date(2026, 1, 31).Start().Add(23*time.Hour+30*time.Minute), 1*gigabyte, 0)
		w.hears(one.GrantID, clock.Date(2026, 2, 1).Start().Add(30*time.Minute), 3*gigabyte, 0)
		w.hears(two.GrantID, noon, 2*gigabyte, 0)
		w.hears(two.GrantID, noon.Add(14*time.Hour), 50*gigabyte, 0)
		w.hears(three.GrantID, noon, 12*gigabyte, 0)
		w.until(clock.Date(2026, 2, 10))
		w.hears(one.GrantID, noon.Add(time.Hour), 4*gigabyte, 0)
		w.until(clock.Date(2026, 3, 1))
		w.want(one, "2026-01-01 issued KES 1,000; metered, The whole period, at KES 1,000: KES 1,000",
			"2026-02-01 issued KES 1,136; metered, The whole period, at KES 1,000: KES 1,000; Data in GB, 18 used, 10 included: 5 at KES 20 each: KES 100; Data in GB, 18 used, 10 included: 3 at KES 10 each: KES 30; Hours online, 2 used, 0 included: 2 at KES 3 each: KES 6",
			"2026-03-01 issued KES 1,040; metered, The whole period, at KES 1,000: KES 1,000; Data in GB, 3 used, within the 10 that are included: KES 0; Data in GB, Credited: what was charged for 01.01.2026 to 31.01.2026 has changed: -KES 30; Data in GB, 22 used, 10 included: 7 at KES 10 each: KES 70")
		w.want(two, "2026-01-01 issued KES 1,000; night, The whole period, at KES 1,000: KES 1,000",
			"2026-02-01 issued KES 1,070; night, The whole period, at KES 1,000: KES 1,000; Data in GB at its own hours, 50 used, 0 included: 50 at KES 1 each: KES 50; Data in GB, 2 used, 0 included: 2 at KES 10 each: KES 20",
			"2026-03-01 issued KES 1,000; night, The whole period, at KES 1,000: KES 1,000")
		w.want(three, "2026-02-01 issued KES 20; Data in GB, 12 used, 10 included: 2 at KES 10 each: KES 20")
		w.hears(three.GrantID, clock.Date(2026, 3, 9).Start(), 9*gigabyte, 0)
		w.until(clock.Date(2026, 4, 1))
		if all := w.documents(three); len(all) != 1 {
			w.Errorf("%d bills of a hybrid line whose use was within what is included", len(all))
		}
		w.prove()
	})
}

// TestAnInvoiceHasALeastAndAMost: what is used brings a period up to no more than the most, too little use down to no less than the least, of a part of a period
// to their part; what is charged once is beside both, and use that is told of late takes the least back.
func TestAnInvoiceHasALeastAndAMost(t *testing.T) {
	each(t, func(w *town) {
		w.sells("bounded", 1000, func(p *plans.Plan) {
			p.Terms.Setup, p.Terms.Minimum, p.Terms.Maximum = money.Shillings(500), money.Shillings(1240), money.Shillings(1550)
			p.Terms.Data = plans.Meter{Tiers: []plans.Tier{{Each: money.Shillings(10)}}}
		})
		c := w.customer(1)
		little, much := w.line(c.ID, "bounded", time.Time{}, nil), w.line(c.ID, "bounded", clock.Date(2026, 1, 17).Start(), nil)
		noon := clock.Date(2026, 1, 20).Start().Add(12 * time.Hour)
		w.hears(little.GrantID, noon, 4*gigabyte, 0)
		w.hears(much.GrantID, noon, 400*gigabyte, 0)
		w.until(clock.Date(2026, 2, 10))
		w.hears(little.GrantID, noon, 26*gigabyte, 0)
		w.until(clock.Date(2026, 3, 1))
		w.want(little, "2026-01-01 issued KES 1,500; bounded, The whole period, at KES 1,000: KES 1,000; Installation, Once, on 01.01.2026: KES 500",
			"2026-02-01 issued KES 1,240; bounded, The whole period, at KES 1,000: KES 1,000; Data in GB, 4 used, 0 included: 4 at KES 10 each: KES 40; Least charge, Came to KES 1,040: brought up to the least, KES 1,240: KES 200",
			"2026-03-01 issued KES 1,300; bounded, The whole period, at KES 1,000: KES 1,000; Least charge, Came to KES 1,000: brought up to the least, KES 1,240: KES 240; Data in GB, Credited: what was charged for 01.01.2026 to 31.01.2026 has changed: -KES 40; Least charge, Credited: what was charged for 01.01.2026 to 31.01.2026 has changed: -KES 200; Data in GB, 30 used, 0 included: 30 at KES 10 each: KES 300")
		w.want(much, "2026-01-01 issued KES 984; bounded, 15 of 31 days, at KES 1,000 for all of them: KES 483.87; Installation, Once, on 17.01.2026: KES 500; Rounding, The total is rounded to KES 1: KES 0.13",
			"2026-02-01 issued KES 1,266; bounded, The whole period, at KES 1,000: KES 1,000; Data in GB, 400 used, 0 included: 400 at KES 10 each: KES 4,000; Most that is charged, Came to KES 4,483.87: brought down to the most, KES 750: -KES 3,733.87; Rounding, The total is rounded to KES 1: -KES 0.13",
			"2026-03-01 issued KES 1,240; bounded, The whole period, at KES 1,000: KES 1,000; Least charge, Came to KES 1,000: brought up to the least, KES 1,240: KES 240")
		w.prove()
	})
}

// TestADryRunTellsAllBills of a line that is five months behind, with use, a pause, a discount and a change of plan: those that the run then makes.
func TestADryRunTellsAllBills(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.clock.Set(clock.Date(2026, 6, 10).Start().Add(9 * time.Hour))
		w.sells("metered", 1000, func(p *plans.Plan) { p.Terms.Data = plans.Meter{Tiers: []plans.Tier{{Each: money.Shillings(10)}}} })
		w.sells("big", 3100, nil)
		sub := w.line(w.customer(1).ID, "metered", clock.Date(2026, 1, 11).Start(), nil)
		gone := w.line(w.customer(7).ID, "big", clock.Date(2026, 2, 1).Start(), nil)
		for month := time.January; month < 6; month++ {
			w.hears(sub.GrantID, clock.Date(2026, month, 20).Start(), int64(month)*gigabyte, 0)
		}
		w.must(w.Lines.Discount(ctx, sub.ID, plans.Discount{Percent: 1000, Periods: 3}, "kind", office))
		w.must(w.Lines.Pause(ctx, sub.ID, clock.Date(2026, 3, 5).Start(), "away", office))
		w.must(w.Lines.Resume(ctx, sub.ID, clock.Date(2026, 4, 20).Start(), office))
		w.must(w.Lines.ChangePlan(ctx, sub.ID, subChange("big", clock.Date(2026, 5, 11)), office))
		w.must(w.Lines.End(ctx, gone.ID, subscriptions.Ending{At: clock.Date(2026, 3, 3).Start(), Reason: "left"}, office))
		told := map[int64][]string{}
		_, err := w.invoices.Run(ctx, clock.Date(2026, 6, 10), w.Source, invoices.RunOptions{Workers: 2, Tell: func(d invoices.Due, b invoices.Bill, err error) {
			if err != nil {
				t.Error(err)
			}
			told[d.SubscriptionID] = append(told[d.SubscriptionID], fmt.Sprint(d.Period.From, " ", b.Gross, " ", len(b.Lines)))
		}})
		if err != nil {
			t.Fatal(err)
		}
		byPage, last := map[int64][]string{}, int64(0)
		for again := true; again; again = last != 0 {
			if last, err = w.invoices.TryPage(ctx, clock.Date(2026, 6, 10), w.Source, last, func(d invoices.Due, b invoices.Bill, err error) {
				byPage[d.SubscriptionID] = append(byPage[d.SubscriptionID], fmt.Sprint(d.Period.From, " ", b.Gross, " ", len(b.Lines)))
			}); err != nil {
				t.Fatal(err)
			}
		}
		if !maps.EqualFunc(told, byPage, slices.Equal) {
			t.Errorf("a dry run tells %v, and page by page %v", told, byPage)
		}
		w.bills()
		for _, one := range []subscriptions.Subscription{sub, gone} {
			var made []string
			for _, d := range w.documents(one) {
				if d.State != invoices.Nothing {
					made = append(made, fmt.Sprint(d.Period.From, " ", d.Gross, " ", len(d.Lines)))
				}
			}
			foretold := slices.DeleteFunc(told[one.ID], func(s string) bool { return strings.HasSuffix(s, " 0 0") })
			slices.Sort(foretold)
			if len(made) < 2 || !slices.Equal(foretold, made) {
				t.Errorf("line %d: foretold %q, and made are %q", one.ID, foretold, made)
			}
		}
		w.prove()
	})
}
