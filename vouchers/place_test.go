package vouchers

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/site"
	"mtandao/radius/access"
)

// keyOf is empty for no error.
func keyOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.KeyOf(err)
}

// slowRouters can do nothing but let people on.
type slowRouters struct{}

func (slowRouters) Able([]int64) []plans.Able { return []plans.Able{{Router: "old-one"}} }

// TestABatchOfWhatIsNotSold: vouchers are made of what is sold where they are for, and what the routers there can do; those that are made one by one, too.
func TestABatchOfWhatIsNotSold(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		ctx, menu := context.Background(), k.Plans.(*plans.Service)
		save := func(p plans.Plan) plans.Plan {
			t.Helper()
			k.tx(func(tx *db.Tx) (err error) { p, err = menu.Save(tx, p); return err })
			return p
		}
		plan := plans.Plan{Key: "only", NameEN: "Only there", Price: money.KES(1000), Limits: access.Limits{Time: time.Hour}, Sites: []int64{k.there}}
		there := save(plan)
		home := there
		home.Segment = "home"
		if err := k.mayBeMade(home, k.there); fault.KeyOf(err) != "voucher.not_sold" {
			t.Errorf("a subscriber's plan: %v", err)
		}
		plan.Key, plan.Sites, plan.State = "gone", nil, plans.Retired
		gone := save(plan)
		plan.Key, plan.State, plan.Limits.ValidUntil = "past", plans.Live, noon.Add(time.Hour)
		past := save(plan)
		k.clock.Advance(2 * time.Hour)
		refused := func(what string, p plans.Plan, siteID int64, want string) {
			t.Helper()
			if _, err := k.Place(ctx, Wish{PlanID: p.ID, SiteID: siteID, Size: 1}, office); keyOf(err) != want {
				t.Errorf("%s: %v, want %q", what, err, want)
			}
			err := k.DB.InTx(ctx, func(tx *db.Tx) error { _, err := k.Shelf(tx, p, siteID, office); return err })
			if keyOf(err) != want {
				t.Errorf("%s, one by one: %v, want %q", what, err, want)
			}
		}
		refused("sold elsewhere", there, k.here, "voucher.not_sold")
		refused("sold somewhere", there, 0, "voucher.not_everywhere")
		refused("sold there", there, k.there, "")
		refused("retired", gone, k.here, "voucher.not_sold")
		refused("its end is past", past, 0, "voucher.not_sold")
		refused("of no site", k.hour, 99, "site.unknown")
		menu.AskRouters(slowRouters{})
		refused("no router can limit the speed", k.hour, k.here, "plan.unable_rate")
		refused("and nowhere", k.hour, 0, "plan.unable_rate")
		k.tx(func(tx *db.Tx) error {
			_, err := k.Sites.(*site.Service).SaveSite(tx, site.Site{ID: k.there, Slug: "there", Name: "There", State: site.Closed})
			return err
		})
		if _, err := k.Place(ctx, Wish{PlanID: there.ID, SiteID: k.there, Size: 1}, office); fault.KeyOf(err) != "site.is_closed" {
			t.Errorf("closed: %v", err)
		}
	})
}

// TestBatchesPlacedAtOnceKnowOfEachOther: each alone is hard enough to guess, and two would not be.
func TestBatchesPlacedAtOnceKnowOfEachOther(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		var placed, easy atomic.Int64
		var all sync.WaitGroup
		start := make(chan struct{})
		for n := range 12 {
			all.Go(func() {
				<-start
				w := Wish{PlanID: k.hour.ID, SiteID: k.here, Size: 600, Style: access.CodeStyle{Digits: true, Random: 10}}
				if n%3 == 0 {
					w.SiteID = 0
				}
				switch _, err := k.Place(context.Background(), w, office); keyOf(err) {
				case "":
					placed.Add(1)
				case "voucher.odds":
					easy.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		close(start)
		all.Wait()
		if placed.Load() != 1 || easy.Load() != 11 {
			t.Errorf("%d were placed, %d refused", placed.Load(), easy.Load())
		}
	})
}

// TestNumbersNobodyMeans: what a form or a command line may carry is refused in words, and makes nothing.
func TestNumbersNobodyMeans(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		for want, bad := range map[string][]Wish{
			"voucher.size":           {{}, {Size: -1}, {Size: largest + 1}, {Size: 1 << 62}},
			"voucher.price":          {{Size: 1, Price: money.KES(-1)}, {Size: 1, Price: money.KES(1 << 62)}, {Size: 1, Price: money.Amount{Cents: 100, Currency: "USD"}}},
			"voucher.expiry":         {{Size: 1, UnusedFor: -time.Hour}, {Size: 1, UnusedFor: 1<<63 - 1}, {Size: 1, UnusedFor: Days(-1 << 62)}, {Size: 1, UnusedFor: Days(1826)}, {Size: 1, UnusedFor: Days(213_504)}, {Size: 1, UnusedFor: Days(1 << 62)}, {Size: 1, UnsoldUntil: noon}, {Size: 1, UnsoldUntil: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}},
			"voucher.group":          {{Size: 1, Group: 1}, {Size: 1, Group: -3}, {Size: 1, Group: 21}},
			"voucher.style":          {{Size: 1, Style: access.CodeStyle{Random: -9}}, {Size: 1, Style: access.CodeStyle{Random: 9, Prefix: "Ж"}}, {Size: 1, Style: access.CodeStyle{Random: 9, Prefix: "a"}}},
			"voucher.no_plan_chosen": {{Size: 1, PlanID: -1}, {Size: 1, PlanID: 1 << 62}},
			"site.unknown":           {{Size: 1, SiteID: -1}},
		} {
			for _, w := range bad {
				if w.PlanID == 0 {
					w.PlanID = k.hour.ID
				}
				if _, err := k.Place(context.Background(), w, office); keyOf(err) != want {
					t.Errorf("%+v: %v, want %s", w, err, want)
				}
			}
		}
		if all, err := k.Newest(context.Background(), 0, 10); err != nil || len(all) != 0 {
			t.Errorf("%d batches were made, %v", len(all), err)
		}
	})
}
