package invoices

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"mtandao/billing/taxes"
	"mtandao/internal/clock"
)

// world is a subscription as a table of days, and what the oracle says of it: brute force, a day at a time, in exact fractions.
type world struct {
	t         *testing.T
	r         *rand.Rand
	start     clock.Day
	plan      []int64 // the price of each day, 0 for none
	addon     []int64 // how many of the add-on
	paused    []bool
	gb        []int64
	discounts []Discount
	once      []Once
	prices    map[int64]Price
	cycle     Cycle
	rates     taxes.Rates
	exempt    bool
	roundTo   int64
	since     clock.Day
	billed    []Line
}

const (
	addonPrice = 900
	gigabyte   = 1_000_000_000
)

func newWorld(t *testing.T, seed uint64) *world {
	r := rand.New(rand.NewPCG(seed, 6))
	w := &world{t: t, r: r, start: clock.Date(2023, 1, 1) + clock.Day(r.IntN(700)), prices: map[int64]Price{}, exempt: r.IntN(12) == 0, roundTo: []int64{0, 0, 1, 100}[r.IntN(4)]}
	const days = 600
	w.plan, w.addon, w.paused, w.gb = make([]int64, days), make([]int64, days), make([]bool, days), make([]int64, days)
	w.cycle = Cycle{Every: Months, N: []int{1, 1, 1, 2, 3}[r.IntN(5)], Anchor: w.start, Day: r.IntN(32)}
	if r.IntN(4) == 0 {
		w.cycle = Cycle{Every: Days, N: []int{1, 7, 10, 30}[r.IntN(4)], Anchor: w.start + clock.Day(r.IntN(90)-45)}
	}
	inclusive := r.IntN(2) == 0
	for id := int64(1); id <= 4; id++ {
		w.prices[id] = w.price(id, inclusive)
	}
	w.prices[addonPrice] = Price{ID: addonPrice, Amount: r.Int64N(100_000), Inclusive: inclusive, Arrears: r.IntN(3) == 0}
	if r.IntN(4) > 0 {
		turn := w.start + clock.Day(r.IntN(300))
		w.rates = taxes.Rates{{Kind: taxes.VAT, Share: 1600, From: 1, On: taxes.Taxable}, {Kind: taxes.Excise, Share: 2000, From: 1, Until: turn, On: []taxes.Supply{taxes.Internet}},
			{Kind: taxes.Excise, Share: 1500, From: turn, On: []taxes.Supply{taxes.Internet}}}
	}
	first := int64(1 + r.IntN(4))
	for d := range days {
		w.plan[d] = first
		w.gb[d] = r.Int64N(4 * gigabyte)
	}
	return w
}

func (w *world) price(id int64, inclusive bool) Price {
	p := Price{ID: id, Amount: w.r.Int64N(1_000_000), Inclusive: inclusive, Arrears: w.r.IntN(4) == 0}
	if w.r.IntN(3) == 0 {
		p.Minimum = w.r.Int64N(800_000)
	}
	if w.r.IntN(3) == 0 {
		p.Maximum = p.Minimum + 1 + w.r.Int64N(900_000)
	}
	if w.r.IntN(2) == 0 {
		m := Meter{Key: "data", Name: "Data", Unit: gigabyte, WholeUnits: w.r.IntN(2) == 0, Volume: w.r.IntN(2) == 0, Included: w.r.Int64N(50) * gigabyte}
		upTo := int64(0)
		for range w.r.IntN(3) {
			upTo += 1 + w.r.Int64N(20)
			m.Tiers = append(m.Tiers, Tier{UpTo: upTo, Price: w.r.Int64N(20_000), Flat: w.r.Int64N(2) * w.r.Int64N(9_000)})
		}
		m.Tiers = append(m.Tiers, Tier{Price: w.r.Int64N(10_000)})
		p.Meters = []Meter{m}
	}
	return p
}

// happen changes something from a day on, which may be long past.
func (w *world) happen(today clock.Day) {
	from := today + clock.Day(w.r.IntN(60)-50)
	from = max(from, w.start)
	for_ := clock.Day(1 + w.r.IntN(80))
	n, upTo := int(from-w.start), min(int(from-w.start+for_), len(w.plan))
	switch w.r.IntN(7) {
	case 0, 1:
		fill(w.plan[n:], int64(1+w.r.IntN(4)))
	case 2:
		fill(w.paused[n:upTo], true)
	case 3:
		fill(w.addon[n:], w.r.Int64N(3))
	case 4:
		if w.r.IntN(3) == 0 {
			fill(w.plan[n:], 0) // the end
		} else {
			fill(w.paused[n:upTo], false)
		}
	case 5:
		d := Discount{Key: fmt.Sprint("discount", len(w.discounts)), Item: PlanItem, From: from, Share: w.r.Int64N(4) * 2500, Amount: w.r.Int64N(2) * w.r.Int64N(100_000), Periods: w.r.IntN(4)}
		if w.r.IntN(2) == 0 {
			d.Until = from + for_
		}
		w.discounts = append(w.discounts, d)
	case 6:
		w.once = append(w.once, Once{Key: fmt.Sprint("once", len(w.once)), Supply: []taxes.Supply{taxes.Labour, taxes.Equipment, taxes.Levy}[w.r.IntN(3)], Day: from, Amount: w.r.Int64N(500_000) - 100_000, Inclusive: w.r.IntN(2) == 0})
	}
	if w.since == 0 || from < w.since {
		w.since = from
	}
}

func fill[T any](all []T, with T) {
	for n := range all {
		all[n] = with
	}
}

// history writes the table of days as intervals, some of them cut in two for nothing.
func (w *world) history() History {
	h := History{Cycle: w.cycle, Discounts: w.discounts, Once: w.once, Exempt: exemptIf(w.exempt), RoundTo: w.roundTo, Since: w.since}
	spans(w, w.plan, func(id int64, from, until clock.Day) {
		if id != 0 {
			h.Items = append(h.Items, Item{Key: PlanItem, Name: fmt.Sprint("Plan ", id), Supply: taxes.Internet, PriceID: id, Quantity: 1, From: from, Until: until})
		}
	})
	spans(w, w.addon, func(n int64, from, until clock.Day) {
		if n != 0 {
			h.Items = append(h.Items, Item{Key: "addon", Name: "Static address", Supply: taxes.Internet, PriceID: addonPrice, Quantity: n, From: from, Until: until})
		}
	})
	spans(w, w.paused, func(is bool, from, until clock.Day) {
		if is {
			h.Pauses = append(h.Pauses, Pause{From: from, Until: until})
		}
	})
	w.r.Shuffle(len(h.Items), func(a, b int) { h.Items[a], h.Items[b] = h.Items[b], h.Items[a] })
	from := w.cycle.Period(max(w.since, 1)).From
	for _, l := range w.billed {
		if w.since != 0 && l.PeriodDay >= from {
			h.Billed = append(h.Billed, l)
		}
	}
	return h
}

func spans[T comparable](w *world, all []T, tell func(value T, from, until clock.Day)) {
	begin := 0
	for n := 1; n <= len(all); n++ {
		if n == len(all) || all[n] != all[begin] || w.r.IntN(40) == 0 {
			until := w.start + clock.Day(n)
			if n == len(all) {
				until = 0
			}
			tell(all[begin], w.start+clock.Day(begin), until)
			begin = n
		}
	}
}

func (w *world) uses() (all []Use) {
	for n, q := range w.gb {
		all = append(all, Use{Meter: "data", Day: w.start + clock.Day(n), Quantity: q})
	}
	return all
}

// nearest is an exact number to the nearest whole one, a half away from nothing.
func nearest(exact *big.Rat) int64 {
	if exact.Sign() < 0 {
		return -nearest(new(big.Rat).Neg(exact))
	}
	twice := new(big.Int).Mul(exact.Num(), big.NewInt(2))
	twice.Add(twice, exact.Denom())
	return twice.Quo(twice, new(big.Int).Mul(exact.Denom(), big.NewInt(2))).Int64()
}

// day is what one day of a period costs at a price for all of it.
func day(price int64, p Period, d clock.Day) int64 {
	upTo := func(days clock.Day) int64 {
		return nearest(new(big.Rat).Mul(new(big.Rat).SetInt64(price), big.NewRat(int64(days), int64(p.Until-p.From))))
	}
	return upTo(d-p.From+1) - upTo(d-p.From)
}

// costs is what a period costs by key, of what is charged in advance and what is charged in arrears.
func (w *world) costs(p Period) (early, late map[string]int64) {
	early, late = map[string]int64{}, map[string]int64{}
	var least, most int64
	capped, any := true, false
	days, used := map[int64]int64{}, map[int64]int64{}
	for d := max(p.From, w.start); d < p.Until; d++ {
		n := int(d - w.start)
		if w.paused[n] {
			continue
		}
		if a := w.prices[addonPrice]; w.addon[n] > 0 {
			in(early, late, a.Arrears)["addon"] += day(a.Amount*w.addon[n], p, d)
		}
		id := w.plan[n]
		if id == 0 {
			continue
		}
		price := w.prices[id]
		to := in(early, late, price.Arrears)
		to[PlanItem] += day(price.Amount, p, d)
		left := price.Amount
		for _, one := range w.discounts {
			if !w.discounted(one, d) {
				continue
			}
			less := min(left, nearest(new(big.Rat).SetFrac64(left*one.Share, 10_000))+one.Amount)
			to[one.Key] -= day(less, p, d)
			left -= less
		}
		least, most = least+day(price.Minimum, p, d), most+day(price.Maximum, p, d)
		capped, any = capped && price.Maximum > 0, true
		days[id]++
		used[id] += w.gb[n]
	}
	for id, n := range days {
		for _, m := range w.prices[id].Meters {
			late["usage"] += overage(m, used[id], n, int64(p.Until-p.From))
		}
	}
	if sum := total(early) + total(late); any && sum < least {
		late["bound"] += least - sum
	} else if any && capped && sum > most {
		late["bound"] += most - sum
	}
	for _, o := range w.once {
		if o.Day >= p.From && o.Day < p.Until {
			early[o.Key] += o.Amount
		}
	}
	return early, late
}

func in(early, late map[string]int64, arrears bool) map[string]int64 {
	if arrears {
		return late
	}
	return early
}

func total(of map[string]int64) (sum int64) {
	for _, n := range of {
		sum += n
	}
	return sum
}

// discounted walks the periods of a discount one by one.
func (w *world) discounted(one Discount, d clock.Day) bool {
	if d < one.From || one.Until != 0 && d >= one.Until {
		return false
	}
	p := w.cycle.Period(one.From)
	for n := 1; one.Periods > 0; n++ {
		if d < p.Until {
			return true
		}
		if n == one.Periods {
			return false
		}
		p = w.cycle.Period(p.Until)
	}
	return true
}

// overage measures out what was used unit by unit of the smallest kind that matters: the bounds of the tiers.
func overage(m Meter, used, days, of int64) (sum int64) {
	cut := func(n int64) int64 {
		exact := new(big.Rat).Mul(new(big.Rat).SetInt64(n), big.NewRat(days, of))
		return new(big.Int).Quo(exact.Num(), exact.Denom()).Int64()
	}
	over := used - cut(m.Included)
	if over <= 0 {
		return 0
	}
	if m.WholeUnits {
		over = (over + m.Unit - 1) / m.Unit * m.Unit
	}
	from := int64(0)
	for n, t := range m.Tiers {
		to := cut(t.UpTo * m.Unit)
		if n == len(m.Tiers)-1 {
			to = over
		}
		switch {
		case m.Volume && over <= to:
			return nearest(new(big.Rat).Mul(new(big.Rat).SetInt64(over), big.NewRat(t.Price, m.Unit))) + t.Flat
		case !m.Volume && over > from && to > from:
			sum += nearest(new(big.Rat).Mul(new(big.Rat).SetInt64(min(over, to)-from), big.NewRat(t.Price, m.Unit))) + t.Flat
		}
		from = max(from, to)
	}
	return sum
}

// exemptIf is for ever, or never.
func exemptIf(all bool) Period {
	if all {
		return Period{Until: forever}
	}
	return Period{}
}
