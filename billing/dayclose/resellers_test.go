package dayclose

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/internal/incoming"
	"mtandao/internal/testdb"
	"mtandao/vouchers/resellers"
)

// TestResellersHaveTheirOwnFigures: what raised their float is apart from what raised customers' accounts, and what they paid in, by tills and in cash, and sold is told of each.
func TestResellersHaveTheirOwnFigures(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.WatchPlans(t, d)
		o := open(t, d)
		noon := paidDay.Start().Add(12 * time.Hour)
		var float int
		for n, placed := range []string{billing.PlacedFloat, billing.PlacedAccount, billing.PlacedOrder} {
			receipt, order, at := fmt.Sprint("SKR000000", n), 0, noon.Add(time.Duration(n)*time.Minute)
			if placed == billing.PlacedOrder {
				order = o.bought(at, 1000)
			}
			o.told(incoming.LineIn, receipt, at, int64(1000*(n+1)), 0)
			if id := o.came(receipt, at, int64(1000*(n+1)), placed, order); placed == billing.PlacedFloat {
				float = id
			}
		}
		o.came("SKR0000009", noon, 70, billing.PlacedFloat, 0) // which raised nobody's
		o.told(incoming.LineIn, "SKR0000009", noon, 70, 0)

		o.told(incoming.LineIn, "SKZ0000000", (paidDay + 1).Start(), 1, 0)
		event := func(reseller int, day, kind string, delta, gross, count, other int) {
			o.add("reseller_events", map[string]any{"reseller_id": reseller, "seq": o.n, "request": fmt.Sprint("r", o.n), "kind": kind, "delta_cents": delta, "gross_cents": gross, "vouchers": count, "other_id": other, "day": day,
				"batch_id": 0, "first_serial": 0, "last_serial": 0, "earned_cents": 0, "above_cents": 0, "balance_cents": 0})
		}
		today := paidDay.String()
		event(21, (paidDay + 1).String(), resellers.PaidIn, 1000, 0, 0, float) // it was told of late
		event(21, today, resellers.PaidIn, 300, 0, 0, 0)
		event(21, today, resellers.PaidOut, -100, 0, 0, 0)
		event(21, today, resellers.Sold, -900, 1000, 9, 0)
		event(21, today, resellers.SoldOne, -90, 100, 1, 0)
		event(22, today, resellers.UsedFirst, 0, 50, 1, 0)
		event(22, today, resellers.Settled, 45, 0, 0, 0)
		event(23, today, resellers.SignedOut, 0, 9000, 90, 0) // given to sell, and not sold
		event(23, today, resellers.Got, 500, 0, 0, 4)         // from another reseller
		event(24, (paidDay - 1).String(), resellers.Sold, -900, 1000, 9, 0)
		found := o.finds("no_service SKR0000009")
		if sum := found.Total(); sum.Float != 1070 || sum.Raised != 2000 || sum.Served != 3000 || sum.Given() != sum.Books {
			t.Errorf("%+v", sum)
		}
		if want := []Reseller{{21, 1000, 200, 10, 1100}, {22, 0, 45, 1, 50}}; !slices.Equal(found.Resellers, want) {
			t.Errorf("%+v, want %+v", found.Resellers, want)
		}
	})
}
