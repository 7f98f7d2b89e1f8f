package billrun

import (
	"context"
	"strings"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// TestPacksComeOffWhatIsUsed: what a pack gave, was given by staff or comes with an add-on is not billed as overage in the period of which it is, of lines that
// pay by use alone and of those that pay a period beforehand; in the next period only the add-on is left. The simulator says the same.
func TestPacksComeOffWhatIsUsed(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("metered", 1000, func(p *plans.Plan) {
			p.Terms.Data = plans.Meter{Included: 10, Tiers: []plans.Tier{{Each: money.Shillings(10)}}}
		})
		w.sells("hybrid", 900, func(p *plans.Plan) {
			p.Terms.Mode, p.Terms.Data = plans.Hybrid, plans.Meter{Included: 10, Tiers: []plans.Tier{{Each: money.Shillings(10)}}}
		})
		w.addOnOf("pack", 50, true, 5*gigabyte)
		w.addOnOf("more", 31, false, 31*gigabyte)
		c := w.customer(1)
		w.in(func(tx *db.Tx) error {
			_, err := w.accounts.Add(tx, c.ID, money.Shillings(2000), accounts.Cause{Kind: "counter", Request: "money"}, ledger.Posting{Account: ledger.Cash, Amount: money.Shillings(2000)})
			return err
		})
		one, two, three := w.line(c.ID, "metered", time.Time{}, nil), w.line(c.ID, "hybrid", time.Time{}, nil), w.line(c.ID, "metered", time.Time{}, nil)
		noon := clock.Date(2026, 1, 20).Start().Add(12 * time.Hour)
		w.until(clock.Date(2026, 1, 22))
		for _, sub := range []int64{one.ID, two.ID} {
			w.must(w.Lines.AddOn(ctx, sub, "pack", office))
		}
		w.must(w.Lines.AddOn(ctx, three.ID, "more", office)) // on 10 of 31 days
		w.in(func(tx *db.Tx) error {
			_, err := w.Lines.GiveData(tx, one.ID, 2*gigabyte, "a slow week", office)
			return err
		})
		w.hears(one.GrantID, noon, 20*gigabyte, 0)
		w.hears(two.GrantID, noon, 13*gigabyte, 0)
		w.hears(three.GrantID, noon, 23*gigabyte, 0)
		w.until(clock.Date(2026, 2, 2))
		for _, sub := range []int64{one.GrantID, two.GrantID, three.GrantID} {
			w.hears(sub, clock.Date(2026, 2, 3).Start(), 12*gigabyte, 0)
		}
		w.until(clock.Date(2026, 3, 1))
		w.want(one, "2026-01-01 issued KES 1,000; metered, The whole period, at KES 1,000: KES 1,000",
			"2026-02-01 issued KES 1,080; metered, The whole period, at KES 1,000: KES 1,000; Data in GB, 20 used, 10 included: 3 at KES 10 each. 7 of it came from packs: data that was bought or given besides: KES 30; pack, Once, on 22.01.2026: KES 50",
			"2026-03-01 issued KES 1,020; metered, The whole period, at KES 1,000: KES 1,000; Data in GB, 12 used, 10 included: 2 at KES 10 each: KES 20")
		w.want(two, "2026-03-01 issued KES 20; Data in GB, 12 used, 10 included: 2 at KES 10 each: KES 20")
		w.want(three, "2026-01-01 issued KES 1,000; metered, The whole period, at KES 1,000: KES 1,000",
			"2026-02-01 issued KES 1,071; metered, The whole period, at KES 1,000: KES 1,000; more, The whole period, at KES 31: KES 31; Data in GB, 23 used, 20 included: 3 at KES 10 each: KES 30; more, 10 of 31 days, at KES 31 for all of them: KES 10",
			"2026-03-01 issued KES 1,031; metered, The whole period, at KES 1,000: KES 1,000; more, The whole period, at KES 31: KES 31; Data in GB, 12 used, within the 41 that are included: KES 0")
		plan, err := w.Plans.ByKey(ctx, "metered")
		if err != nil {
			t.Fatal(err)
		}
		told := plans.Charges(plans.Price{ID: plan.PriceID, Amount: plan.Price, Terms: plan.Terms}, plans.Subject{AddOns: []plans.AddOn{{Key: "pack", Once: true, Bytes: 7 * gigabyte, Price: money.Shillings(50)}}},
			[]plans.Used{{At: noon, Octets: 20 * gigabyte}}, clock.Nairobi)
		var says []string
		for _, c := range told {
			says = append(says, c.Reason("en"))
		}
		if sum := plans.Sum(told); sum != money.Shillings(1080) || !strings.Contains(strings.Join(says, "; "), "7 GB by packs") {
			t.Errorf("the simulator says %s: %q", sum, says)
		}
		w.prove()
	})
}
