package billrun

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// TestCoupons: used once on a line, before their first and after their last day not at all, never more often than they say, by however many at once; on a line that
// has ended nothing is used up; one that was withdrawn goes on where it was used.
func TestCoupons(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3000, nil)
		keeps := func(c plans.Coupon) {
			t.Helper()
			c.Discount, c.State = plans.Discount{Percent: 1000, Periods: 2}, plans.Live
			if c.Most == 0 {
				c.Most = 10
			}
			w.in(func(tx *db.Tx) error { _, err := w.Plans.SaveCoupon(tx, c); return err })
		}
		january := func(d int) time.Time { return clock.Date(2026, 1, d).Start() }
		keeps(plans.Coupon{Code: "JAN", From: january(5), Until: january(10)})
		keeps(plans.Coupon{Code: "FEW", Most: 3})
		sub := w.line(w.customer(1).ID, "month", time.Time{}, nil)
		redeems := func(what, code, key string) {
			t.Helper()
			if _, err := w.Lines.Redeem(ctx, sub.ID, code, office); (err == nil) != (key == "") || err != nil && fault.KeyOf(err) != key {
				t.Errorf("%s: %v, want %q", what, err, key)
			}
		}
		w.clock.Set(january(5).Add(-time.Millisecond))
		redeems("before its day", "jan", "coupon.unknown")
		w.clock.Set(january(10))
		redeems("at its end", "JAN", "coupon.unknown")
		w.clock.Set(january(10).Add(-time.Millisecond))
		redeems("in small letters", " j an ", "")
		redeems("twice", "JAN", "subscription.coupon_had")
		redeems("negative", "JAN'--", "coupon.unknown")
		var lines []subscriptions.Subscription
		for range 8 {
			lines = append(lines, w.line(w.customer(1).ID, "month", time.Time{}, nil))
		}
		var all sync.WaitGroup
		var won atomic.Int64
		for _, one := range lines {
			for range 2 {
				all.Go(func() {
					_, err := w.Lines.Redeem(ctx, one.ID, "FEW", office)
					if err == nil {
						won.Add(1)
					} else if key := fault.KeyOf(err); key != "coupon.used_up" && key != "subscription.coupon_had" && key != "conflict" {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		ended := lines[0]
		w.must(w.Lines.End(ctx, ended.ID, subscriptions.Ending{Reason: "leaves"}, office))
		keeps(plans.Coupon{Code: "MORE"})
		if _, err := w.Lines.Redeem(ctx, ended.ID, "MORE", office); fault.KeyOf(err) != "subscription.ended" {
			t.Error(err)
		}
		coupons, err := w.Plans.Coupons(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range coupons {
			if want := map[string]int64{"JAN": 1, "FEW": 3, "MORE": 0}[c.Code]; c.Used != want || won.Load() != 3 {
				t.Errorf("%s was used %d times, want %d; %d won", c.Code, c.Used, want, won.Load())
			}
		}
		w.in(func(tx *db.Tx) error { // withdrawn
			_, err := w.Plans.SaveCoupon(tx, plans.Coupon{Code: "JAN", Most: 1, Discount: plans.Discount{Percent: 5000}, State: plans.Retired})
			return err
		})
		w.until(clock.Date(2026, 2, 2))
		w.want(sub, "2026-01-01 issued KES 2,777; month, The whole period, at KES 3,000: KES 3,000; JAN, 23 of 31 days, at KES 300 for all of them: -KES 222.58; Rounding, The total is rounded to KES 1: -KES 0.42",
			"2026-02-01 issued KES 2,700; month, The whole period, at KES 3,000: KES 3,000; JAN, The whole period, at KES 300: -KES 300")
		w.prove()
	})
}

// TestALineThatHasEndedIsOver: nothing revives it, nothing more is sold to it, and nothing is taken for what was refused.
func TestALineThatHasEndedIsOver(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3100, nil)
		w.sells("before", 3100, func(p *plans.Plan) { p.Terms.Mode = plans.Prepaid })
		w.addOn("pack", 100, true)
		for _, key := range []string{"month", "before"} {
			sub := w.bound(key, 0, 500)
			w.must(w.Lines.End(ctx, sub.ID, subscriptions.Ending{Reason: "leaves"}, office))
			before, err := w.accounts.Balances(ctx, []int64{sub.CustomerID})
			if err != nil {
				t.Fatal(err)
			}
			id := sub.ID
			for what, act := range map[string]func() (subscriptions.Subscription, error){
				"resume": func() (subscriptions.Subscription, error) { return w.Lines.Resume(ctx, id, time.Time{}, office) },
				"pause":  func() (subscriptions.Subscription, error) { return w.Lines.Pause(ctx, id, time.Time{}, "x", office) },
				"plan": func() (subscriptions.Subscription, error) {
					return w.Lines.ChangePlan(ctx, id, subscriptions.Change{PlanKey: map[string]string{"month": "before", "before": "month"}[key]}, office)
				},
				"add-on": func() (subscriptions.Subscription, error) { return w.Lines.AddOn(ctx, id, "pack", office) },
				"extend": func() (subscriptions.Subscription, error) { return w.Lines.Extend(ctx, id, office) },
				"deposit": func() (subscriptions.Subscription, error) {
					return w.Lines.TakeDeposit(ctx, id, money.Shillings(10), office)
				},
				"bind": func() (subscriptions.Subscription, error) {
					return w.Lines.Bind(ctx, id, subscriptions.Contract{Until: w.clock.Now().AddDate(1, 0, 0), Fee: money.Shillings(1)}, office)
				},
				"discount": func() (subscriptions.Subscription, error) {
					return w.Lines.Discount(ctx, id, plans.Discount{Percent: 100}, "x", office)
				},
				"end": func() (subscriptions.Subscription, error) {
					return w.Lines.End(ctx, id, subscriptions.Ending{Reason: "x", GiveBack: true}, office)
				},
			} {
				if _, err := act(); fault.KeyOf(err) != "subscription.ended" {
					t.Errorf("%s of a line %s that has ended: %v", what, key, err)
				}
			}
			w.pays(sub.CustomerID, 5000)
			w.in(func(tx *db.Tx) error { return w.Lines.Renew(tx, sub.CustomerID) })
			after, err := w.accounts.Balances(ctx, []int64{sub.CustomerID})
			if err != nil || after[sub.CustomerID].Cents != before[sub.CustomerID].Cents+500_000 {
				t.Errorf("%v, then %v, and 5,000 came: %v", before, after, err)
			}
			now, err := w.Lines.Get(ctx, sub.ID)
			if err != nil || now.State.Status != subscriptions.Ended || now.State.Deposit != money.Shillings(500) {
				t.Errorf("%+v %v", now.State, err)
			}
		}
		w.prove()
	})
}

// TestDatesThatAreSlipsOfTheHand: a line that begins years ago or ahead is refused; what is dated before its beginning is; amounts below nothing are.
func TestDatesThatAreSlipsOfTheHand(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3100, nil)
		w.sells("big", 6200, nil)
		c := w.customer(1)
		begins := func(at time.Time, key string) {
			t.Helper()
			w.n++
			_, err := w.Lines.Start(ctx, subscriptions.Opening{CustomerID: c.ID, PlanKey: "month", Place: subscriptions.Place{SiteID: w.site}, At: at, Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: fmt.Sprint("x", w.n)}, Secret: "s"}, office)
			if (err == nil) != (key == "") || err != nil && fault.KeyOf(err) != key {
				t.Errorf("at %v: %v, want %q", at, err, key)
			}
		}
		begins(clock.Date(2006, 1, 1).Start(), "subscription.begins")
		begins(clock.Date(2062, 1, 1).Start(), "subscription.begins")
		begins(clock.Date(2025, 2, 1).Start(), "")
		sub := w.line(c.ID, "month", time.Time{}, nil)
		early := clock.Date(2025, 12, 1).Start()
		for what, err := range map[string]error{
			"end":   second(w.Lines.End(ctx, sub.ID, subscriptions.Ending{At: early, Reason: "x"}, office)),
			"pause": second(w.Lines.Pause(ctx, sub.ID, early, "x", office)),
			"plan":  second(w.Lines.ChangePlan(ctx, sub.ID, subChange("big", clock.Date(2025, 12, 1)), office)),
		} {
			if fault.KeyOf(err) != "subscription.not_started" {
				t.Error(what, err)
			}
		}
		for what, err := range map[string]error{
			"discount": second(w.Lines.Discount(ctx, sub.ID, plans.Discount{Amount: money.KES(-100)}, "x", office)),
			"share":    second(w.Lines.Discount(ctx, sub.ID, plans.Discount{Percent: -100}, "x", office)),
			"both":     second(w.Lines.Discount(ctx, sub.ID, plans.Discount{Percent: -100, Amount: money.KES(100)}, "x", office)),
			"deposit":  second(w.Lines.TakeDeposit(ctx, sub.ID, money.KES(-100), office)),
			"back":     second(w.Lines.ReturnDeposit(ctx, sub.ID, money.KES(-100), false, "x", office)),
			"fee":      second(w.Lines.Bind(ctx, sub.ID, subscriptions.Contract{Until: w.clock.Now().AddDate(1, 0, 0), Fee: money.KES(-1)}, office)),
			"much":     second(w.Lines.Bind(ctx, sub.ID, subscriptions.Contract{Until: w.clock.Now().AddDate(1, 0, 0), Fee: money.KES(1 << 60)}, office)),
		} {
			if !fault.Is(err, fault.Invalid) {
				t.Error(what, err)
			}
		}
		w.prove()
	})
}

func second(_ subscriptions.Subscription, err error) error { return err }
