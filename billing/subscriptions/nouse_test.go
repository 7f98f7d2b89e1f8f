package subscriptions

import (
	"testing"

	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

// TestAPackThatWouldGiveNothingIsNotOffered: where data has no end and costs by hours of their own alone, or not at all, a pack of data is not among what a line may take, and whoever asks
// for its price is told why before anything is bought; what gives something else is offered, and a pack is where data is slower one day or costs by tiers.
func TestAPackThatWouldGiveNothingIsNotOffered(t *testing.T) {
	each(t, func(w *shop) {
		night := plans.Meter{Windows: []plans.Window{{Hours: access.Hours{{Days: [7]bool{true}, From: 60, To: 120}}, Each: money.Shillings(5)}}}
		tiers := plans.Meter{Tiers: []plans.Tier{{Each: money.Shillings(10)}}, Windows: night.Windows}
		for key, data := range map[string]plans.Meter{"windows": night, "tiers": tiers, "endless": {}} {
			w.save(plans.Plan{Key: key, NameEN: key, Segment: plans.Home, Price: money.Shillings(1000), Limits: access.Limits{DownKbps: 10_000, UpKbps: 10_000},
				Terms: plans.Terms{Mode: plans.Postpaid, Interval: plans.Interval{Unit: plans.Month, Every: 1}, Data: data}})
		}
		w.tx(func(tx *db.Tx) error {
			for _, a := range []plans.AddOn{{Key: "pack", NameEN: "Five", Price: money.Shillings(200), Once: true, Bytes: 5e9, State: plans.Live}, {Key: "visit", NameEN: "Visit", Price: money.Shillings(500), Once: true, State: plans.Live}} {
				if _, err := w.Plans.SaveAddOn(tx, a); err != nil {
					return err
				}
			}
			return nil
		})
		for plan, use := range map[string]bool{"windows": false, "tiers": true, "endless": false, "office": true} {
			sub := w.line(plan)
			may, err := w.AddOns(t.Context(), sub)
			if err != nil || len(may) != map[bool]int{true: 2, false: 1}[use] {
				t.Errorf("%s: %v %v", plan, may, err)
			}
			want := map[bool]string{false: "addon.no_use"}[use]
			_, _, err = w.PreviewAddOn(t.Context(), sub.ID, "pack")
			w.wants(plan+": its price", err, want)
			_, err = w.AddOn(t.Context(), sub.ID, "pack", office)
			w.wants(plan+": a pack", err, want)
			_, err = w.AddOn(t.Context(), sub.ID, "visit", office)
			w.wants(plan+": a visit", err, "")
		}
	})
}
