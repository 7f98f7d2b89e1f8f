package plans

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
)

func TestEachChangeOfAPriceIsAVersion(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &priceRow{})
		ctx, s := context.Background(), New(d, clock.NewManual(noon))
		save := func(p Plan) (saved Plan) {
			if err := d.InTx(ctx, func(tx *db.Tx) (err error) { saved, err = s.Save(tx, p); return err }); err != nil {
				t.Fatal(err)
			}
			return saved
		}
		first := save(hybrid())
		renamed := hybrid()
		renamed.NameEN = "Home ten"
		if again := save(renamed); again.PriceID != first.PriceID {
			t.Error("a name is no price")
		}
		dearer := renamed
		dearer.Price = money.Shillings(2700)
		second := save(dearer)
		faster := dearer
		faster.Limits.DownKbps = 12_000
		third := save(faster)
		all, err := s.Versions(ctx, first.ID)
		if err != nil || len(all) != 3 || all[0].ID != third.PriceID || all[1].ID != second.PriceID || all[2].Amount != money.Shillings(2500) || all[2].Seq != 1 {
			t.Fatalf("%+v %v", all, err)
		}
		got, err := s.ByKey(ctx, "home-10")
		if err != nil || got.PriceID != third.PriceID || got.Terms.Data.Windows[0].Each != money.Shillings(5) || got.NameEN != "Home ten" {
			t.Fatalf("%+v %v", got, err)
		}
		old, err := s.Price(ctx, first.PriceID)
		if err != nil || old.Limits.DownKbps != 10_000 || len(old.Levels()) != 1 || old.Terms.Rates[1].Amount != money.Shillings(3500) {
			t.Errorf("%+v %v", old, err)
		}
		if _, err := s.Price(ctx, 1); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		save(hour())
		sold, err := s.ForSite(ctx, 7)
		packages, err2 := s.Packages(ctx)
		if err != nil || err2 != nil || len(sold) != 1 || len(packages) != 1 || packages[0].Key != "hour" {
			t.Errorf("guests are sold %+v, and packages are %+v", sold, packages)
		}
		if text := Sentence(words.English, got); text != "for a month · 12 Mbit/s" {
			t.Error(text)
		}
	})
}

func TestAddOnsAreSavedByKey(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &addonRow{}, &couponRow{})
		ctx, s := context.Background(), New(d, clock.System())
		for _, price := range []int64{500, 600} {
			if err := d.InTx(ctx, func(tx *db.Tx) error {
				_, err := s.SaveAddOn(tx, AddOn{Key: "speed", NameEN: "Speed", Price: money.Shillings(price), DownKbps: 5, UpKbps: 5, Plans: []string{"home-10"}, State: Live})
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		all, err := s.AddOns(ctx)
		if err != nil || len(all) != 1 || all[0].Price != money.Shillings(600) || all[0].DownKbps != 5 || all[0].Plans[0] != "home-10" {
			t.Fatalf("%+v %v", all, err)
		}
		for key, a := range map[string]AddOn{"addon.key": {}, "addon.name": {Key: "a"}, "addon.price": {Key: "a", NameEN: "A", Price: money.KES(-1)}, "addon.state": {Key: "a", NameEN: "A"},
			"addon.speed": {Key: "a", NameEN: "A", State: Live, DownKbps: 1}, "limits.data": {Key: "a", NameEN: "A", State: Live, Bytes: -1}} {
			if got := fault.KeyOf(a.Validate()); got != key {
				t.Errorf("%s, want %s", got, key)
			}
		}
	})
}

// TestTheLastUseOfACoupon: twenty want it, three may.
func TestTheLastUseOfACoupon(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(noon)
		ctx, s := context.Background(), New(d, c)
		save := func(one Coupon) {
			if err := d.InTx(ctx, func(tx *db.Tx) error { _, err := s.SaveCoupon(tx, one); return err }); err != nil {
				t.Fatal(err)
			}
		}
		use := func(code string) (got Coupon, err error) {
			err = d.InTx(ctx, func(tx *db.Tx) (err error) { got, err = s.UseCoupon(tx, code); return err })
			return got, err
		}
		coupon := Coupon{Code: "KARIBU", Discount: Discount{Percent: 2500, Periods: 3}, Most: 3, From: noon, Until: noon.AddDate(0, 1, 0), State: Live}
		save(coupon)
		var all sync.WaitGroup
		var won, late atomic.Int64
		for range 20 {
			all.Go(func() {
				got, err := use(" karibu ")
				switch {
				case err == nil && got.Discount.Percent == 2500:
					won.Add(1)
				case fault.KeyOf(err) == "coupon.used_up":
					late.Add(1)
				default:
					t.Error(got, err)
				}
			})
		}
		all.Wait()
		if won.Load() != 3 || late.Load() != 17 {
			t.Errorf("%d had it, %d came too late", won.Load(), late.Load())
		}
		coupon.Most = 5
		save(coupon)
		if listed, err := s.Coupons(ctx); err != nil || len(listed) != 1 || listed[0].Used != 3 || listed[0].Most != 5 {
			t.Errorf("%+v %v", listed, err)
		}
		if _, err := use("NOBODY"); fault.KeyOf(err) != "coupon.unknown" {
			t.Error(err)
		}
		c.Advance(32 * 24 * time.Hour)
		if _, err := use("KARIBU"); fault.KeyOf(err) != "coupon.unknown" {
			t.Error("it is past", err)
		}
		for key, bad := range map[string]Coupon{"coupon.code": {Code: "a b"}, "coupon.most": {Code: "ABC"}, "coupon.dates": {Code: "ABC", Most: 1, From: noon, Until: noon}, "coupon.state": {Code: "ABC", Most: 1},
			"discount.invalid": {Code: "ABC", Most: 1, State: Live}} {
			if got := fault.KeyOf(bad.Validate()); got != key {
				t.Errorf("%s, want %s", got, key)
			}
		}
	})
}
