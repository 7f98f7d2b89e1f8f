package subscriptions

import (
	"math/rand/v2"
	"testing"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/settings"
	"mtandao/internal/testdb"
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, clock.Nairobi)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func TestModels(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &row{}, &eventRow{}, &outageRow{}, &workRow{}, &pieceRow{}, &toldRow{}, &moveRow{})
	})
}

// TestAHomeThatPays goes through each sentence of how prepaid homes pay.
func TestAHomeThatPays(t *testing.T) {
	each(t, func(w *shop) {
		var back []time.Time
		w.OnReturn(func(_ *db.Tx, id int64, until time.Time) error {
			if back = append(back, until); id != anne {
				t.Errorf("%d is told of anne's line", id)
			}
			return nil
		})
		sub := w.line("home-10")
		w.ends(sub, "")
		if got := w.dial("lineb"); got.Cause != "arrears" || !got.Garden {
			w.Errorf("before the first payment: %+v", got)
		}
		w.pays(anne, 3000)
		w.ends(sub, "2027-02-13 12:00")
		if got := w.dial("lineb"); got.Cause != "ok" && got.Cause != "" {
			w.Errorf("paid: %+v", got)
		}
		w.clock.Set(at("2027-02-10 20:14")) // early adds to the end
		w.pays(anne, 3000)
		w.ends(sub, "2027-03-13 12:00")
		w.clock.Set(at("2027-03-20 20:14")) // late starts at payment, and ends at a noon
		w.tick()
		w.prove(sub)
		w.pays(anne, 2000) // a part waits
		w.ends(sub, "2027-03-13 12:00")
		w.holds(anne, 2000)
		w.pays(anne, 1000)
		w.ends(sub, "2027-04-21 12:00")
		w.holds(anne, 0)
		if len(back) != 1 || !back[0].Equal(at("2027-04-21 12:00")) { // only what had run out comes back
			t.Errorf("told that it is back: %v", back)
		}
		w.pays(anne, 9000) // a whole period lies ahead: the rest renews by itself
		w.ends(sub, "2027-04-21 12:00")
		w.holds(anne, 9000)
		for due := w.again(sub).DueAt; due.Before(at("2027-07-21 11:59")); due = w.again(sub).DueAt {
			w.clock.Set(due)
			w.tick()
			if got := w.dial("lineb"); got.Cause != "ok" && got.Cause != "" {
				w.Errorf("at %v: %s", due, got.Cause)
			}
		}
		w.ends(sub, "2027-07-21 12:00")
		w.holds(anne, 0)
		w.clock.Set(at("2027-07-21 14:00"))
		w.tick()
		w.prove(sub)
		if got := w.again(sub); got.HeldCents != 0 || !got.DueAt.IsZero() {
			w.Errorf("it ran out, and holds %d cents and is due %v", got.HeldCents, got.DueAt)
		}
		got, err := w.Extend(t.Context(), sub.ID, By{Actor: "anne"})
		w.wants("a day more", err, "")
		w.ends(got, "2027-07-23 12:00")
		_, err = w.Extend(t.Context(), sub.ID, By{Actor: "anne"})
		w.wants("another", err, "subscription.extended")
		w.pays(anne, 3000)
		w.ends(sub, "2027-08-22 12:00") // from the payment on
		w.prove(sub)
	})
}

func TestAPartPaymentBuysDays(t *testing.T) {
	each(t, func(w *shop) {
		w.tx(func(tx *db.Tx) error { return w.Settings.Set(tx, settings.PrepaidPart, settings.BuysDays) })
		w.tx(func(tx *db.Tx) error { return w.Settings.Set(tx, settings.PrepaidMonth, settings.ThirtyDays) })
		sub := w.line("home-10")
		w.pays(anne, 500) // the first period is whole, with its set-up
		w.ends(sub, "")
		w.pays(anne, 2500)
		w.ends(sub, "2027-02-12 12:00")
		w.pays(anne, 1050) // nothing while it runs
		w.holds(anne, 1050)
		w.clock.Set(at("2027-02-12 12:30"))
		w.tick()
		w.pays(anne, 0)
		w.ends(sub, "2027-02-23 12:00") // ten days of 100, from half past twelve
		w.holds(anne, 50)
		w.prove(sub)
	})
}

func TestAPauseStopsTheClock(t *testing.T) {
	each(t, func(w *shop) {
		sub := w.line("home-10")
		w.pays(anne, 3000)
		w.clock.Set(at("2027-01-23 09:00"))
		_, err := w.Pause(t.Context(), sub.ID, time.Time{}, "travels", office)
		w.wants("pause", err, "")
		w.prove(sub)
		w.clock.Set(at("2027-03-23 09:00"))
		w.tick()
		w.prove(sub)
		_, err = w.Pause(t.Context(), sub.ID, time.Time{}, "", office)
		w.wants("again", err, "subscription.paused")
		_, err = w.Resume(t.Context(), sub.ID, time.Time{}, office)
		w.wants("resume", err, "")
		w.ends(sub, "2027-04-13 12:00")
		w.prove(sub)
		w.clock.Set(at("2027-04-13 12:00"))
		w.tick()
		w.prove(sub)
		if got := w.again(sub); got.HeldCents != 0 {
			w.Errorf("%d cents are held", got.HeldCents)
		}
		_, err = w.Pause(t.Context(), sub.ID, at("2027-04-03 12:00"), "told late", office) // dated back into what was over
		w.wants("dated back", err, "")
		w.prove(sub)
		if got := w.again(sub); got.HeldCents == 0 {
			w.Error("what was paid for is not used up after all")
		}
	})
}

// TestNoonIsNeverNight: whatever is paid when, a line ends at noon, lasts as long as was paid for, and less than a day longer.
func TestNoonIsNeverNight(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 6))
	for range 20_000 {
		s := State{Status: Active, StartedAt: morning, Sold: Sold{Mode: plans.Prepaid}}
		now := time.UnixMilli(morning.UnixMilli() + r.Int64N(4*365*24*3600*1000)).UTC()
		interval := []plans.Interval{{Unit: plans.Month, Every: 1}, {Unit: plans.Month, Every: 3}, {Unit: plans.Week, Every: 1}, {Unit: plans.Day, Every: 30}}[r.IntN(4)]
		anchor, first, bought := now.In(clock.Nairobi).Day(), now, 0
		for range 1 + r.IntN(30) {
			e := Event{Kind: Renewed, At: now, Said: Said{Paid: &Paid{Interval: interval}}}
			if err := s.apply(e, func(int64) *time.Location { return clock.Nairobi }); err != nil {
				t.Fatal(err)
			}
			bought++
			end := s.End(clock.Nairobi)
			if clocked := end.In(clock.Nairobi); clocked.Hour() != 12 || clocked.Minute() != 0 || end.Before(s.PaidTo) || end.Sub(s.PaidTo) >= 24*time.Hour {
				t.Fatalf("paid to %v, ends %v", s.PaidTo, end)
			}
			want := first // an unbroken row of payments is as one interval of them all
			for range bought {
				want = interval.After(want, anchor, clock.Nairobi)
			}
			if !s.PaidTo.Equal(want) || s.Anchor != anchor {
				t.Fatalf("%d × %v from %v is %v, want %v", bought, interval, first, s.PaidTo, want)
			}
			now = now.Add(time.Duration(r.Int64N(int64(end.Sub(now)) + 1)))
		}
	}
}

func TestDaysForAPart(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 7))
	for range 20_000 {
		price, days := money.KES(1+r.Int64N(1_000_000)), 1+r.Int64N(90)
		credit := money.KES(r.Int64N(price.Cents))
		n, cost := daysFor(credit, price, days)
		if n < 0 || n >= days && days > 0 && n != 0 || cost.Cents > credit.Cents || cost != plans.Prorate(price, 0, n, days) {
			t.Fatal(credit, price, days, n, cost)
		}
		if n+1 < days && plans.Prorate(price, 0, n+1, days).Cents < credit.Cents-price.Cents/days-1 {
			t.Fatalf("%v of %v for %d days buys %d, and more would do", credit, price, days, n)
		}
	}
}

// TestWorthIsNeverMade: from plan to plan and back, time is lost to the millisecond at most and never won.
func TestWorthIsNeverMade(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 8))
	for range 20_000 {
		a, b := money.KES(10_000+r.Int64N(1_000_000)), money.KES(10_000+r.Int64N(1_000_000))
		d := time.Duration(r.Int64N(int64(60*24*time.Hour))) / time.Millisecond * time.Millisecond
		there := worth(a, b, 30, 30).of(d)
		back := worth(b, a, 30, 30).of(there)
		if back > d || d-back > time.Duration(1+b.Cents/a.Cents)*time.Millisecond {
			t.Fatalf("%v at %v is %v at %v, and back %v", d, a, there, b, back)
		}
	}
}
