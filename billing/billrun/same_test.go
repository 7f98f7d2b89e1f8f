package billrun

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

// TestTheSimulatorIsTheBill: for a whole period, what plans.Charges foretells of any plan, add-ons, discounts and use is what the bill comes to.
func TestTheSimulatorIsTheBill(t *testing.T) {
	some := 3_000
	if testing.Short() {
		some = 300
	}
	for seed := range some {
		r := rand.New(rand.NewPCG(uint64(seed), 61))
		first := clock.Date(2026, time.Month(1+r.IntN(12)), 1)
		p := invoices.Period{From: first, Until: first + 40}
		p.Until = invoices.Cycle{Every: invoices.Months, N: 1, Anchor: first}.Period(first).Until
		price := plans.Price{ID: 7, Amount: money.KES(1 + r.Int64N(900_000)), Terms: plans.Terms{Mode: plans.Postpaid, Interval: plans.Interval{Unit: plans.Month, Every: 1}, Arrears: r.IntN(2) == 0,
			Inclusive: r.IntN(2) == 0, Setup: money.KES(r.Int64N(2) * r.Int64N(90_000)), Data: randomMeter(r), Time: randomMeter(r)}}
		if r.IntN(2) == 0 {
			price.Terms.Minimum = money.KES(r.Int64N(price.Amount.Cents * 2))
		}
		if r.IntN(2) == 0 {
			price.Terms.Maximum = money.KES(max(price.Amount.Cents, price.Terms.Minimum.Cents) + r.Int64N(200_000))
		}
		who := plans.Subject{Segment: plans.Home, First: true}
		sold := subscriptions.Sold{PlanKey: "any", PriceID: 7, Mode: plans.Postpaid, Interval: price.Terms.Interval}
		events := []subscriptions.Event{{Seq: 1, Kind: subscriptions.Started, At: first.Start(), Said: subscriptions.Said{Segment: plans.Home, Sold: &sold, Place: &subscriptions.Place{}, Login: &subscriptions.Login{}}}}
		for n := range r.IntN(4) {
			a := plans.AddOn{Key: fmt.Sprint("addon", n), Price: money.KES(1 + r.Int64N(200_000)), Once: r.IntN(3) == 0, Bytes: r.Int64N(2) * r.Int64N(40*gigabyte)}
			if who.AddOns = append(who.AddOns, a); r.IntN(4) == 0 {
				price.Terms.Includes = append(price.Terms.Includes, a.Key)
			}
			events = append(events, subscriptions.Event{Seq: int64(len(events) + 1), Kind: subscriptions.AddOnTaken, At: first.Start(), Said: subscriptions.Said{AddOn: &a}})
		}
		for range r.IntN(3) {
			d := plans.Discount{Percent: r.Int64N(10_000)}
			if d.Percent%2 == 0 {
				d = plans.Discount{Amount: money.KES(1 + r.Int64N(900_000))}
			}
			who.Discounts = append(who.Discounts, d)
			events = append(events, subscriptions.Event{Seq: int64(len(events) + 1), Kind: subscriptions.Discounted, At: first.Start(), Said: subscriptions.Said{Given: &subscriptions.Given{Discount: d}}})
		}
		var used []plans.Used
		for range r.IntN(200) {
			at := p.From.Start().Add(time.Duration(r.Int64N(p.Days()*24)) * time.Hour)
			used = append(used, plans.Used{At: at, Octets: r.Int64N(3 * gigabyte), Time: time.Duration(r.IntN(3600)) * time.Second})
		}
		want := plans.Sum(plans.Charges(price, who, used, clock.Nairobi)).Cents
		if got := billOf(t, price, events, used, p); got != want {
			t.Fatalf("seed %d: the bill comes to %d, and the simulator says %d", seed, got, want)
		}
	}
}

func randomMeter(r *rand.Rand) (m plans.Meter) {
	for range r.IntN(3) {
		from := r.IntN(24 * 60)
		m.Windows = append(m.Windows, plans.Window{Hours: access.Hours{{Days: [7]bool{true, true, r.IntN(2) == 0, true, true, false, true}, From: from, To: (from + 1 + r.IntN(600)) % 1440}}, Each: money.KES(r.Int64N(5_000))})
	}
	if r.IntN(3) == 0 {
		return m
	}
	m.Included, m.Volume = r.Int64N(60), r.IntN(2) == 0
	upTo := int64(0)
	for range r.IntN(3) {
		upTo += 1 + r.Int64N(40)
		m.Tiers = append(m.Tiers, plans.Tier{UpTo: upTo, Each: money.KES(r.Int64N(9_000))})
	}
	m.Tiers = append(m.Tiers, plans.Tier{Each: money.KES(r.Int64N(9_000))})
	return m
}

// billOf is what the bills of a whole period come to, before rounding: that with which it begins, and what is charged in arrears with the next.
func billOf(t *testing.T, price plans.Price, events []subscriptions.Event, used []plans.Used, p invoices.Period) (sum int64) {
	t.Helper()
	l, err := lifeOf(events, func(int64) *time.Location { return clock.Nairobi }, cycles{"m1": position{Anchor: p.From}.cycle("m1")})
	if err != nil {
		t.Fatal(err)
	}
	cycle := position{Anchor: p.From}.cycle("m1")
	due := invoices.Due{Period: cycle.Period(p.Until), History: invoices.History{Cycle: cycle}}
	prices, tab := map[int64]plans.Price{price.ID: price}, newTable()
	r := reading{life: l, track: "m1", lang: words.English, prices: prices, table: tab, out: &due.History}
	r.read()
	m := metered{due: &due, life: l, prices: prices, from: p.From}
	for _, u := range used {
		m.use(clock.DayOf(u.At), u.At, u.Octets, int64(u.Time/time.Second), false)
	}
	due.History.Since = p.From // nothing is billed yet
	b, err := invoices.Compute(due.History, due.Usage, tab.prices, nil, due.Period)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range b.Lines {
		if line.PeriodDay == p.From {
			sum += line.Amount
		}
	}
	return sum
}
