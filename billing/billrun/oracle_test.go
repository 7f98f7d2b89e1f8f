package billrun

import (
	"maps"
	"math/big"
	"slices"
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
)

// oracle says what a line costs, a day at a time: what Replay says the line was at the end of each day, in exact fractions.
type oracle struct {
	events []subscriptions.Event
	prices map[int64]plans.Price
	firm   bool  // its segment is plans.Business
	out    int64 // of the period that was worked out last: what is priced without taxes
	octets map[clock.Day]int64
	anchor map[string]clock.Day       // by track
	bills  map[string]int             // days of the month, by track
	void   map[string][]clock.Day     // periods of which all was given
	moves  map[string][]invoices.Move // from each of which on periods begin on another day
	states map[clock.Day]subscriptions.State
}

// period cuts time itself, without invoices.Cycle.
func (o *oracle) period(track string, d clock.Day) invoices.Period {
	p := o.whole(track, d)
	for _, moved := range o.moves[track] {
		if p.From < moved.On && moved.On < p.Until {
			p.Until = moved.On
		}
	}
	return p
}

// known is a track whose day of the month is that of another, which the line was never on.
func (o *oracle) known(track string) string {
	if _, is := o.bills[track]; is || len(o.bills) == 0 {
		return track
	}
	return slices.Min(slices.Collect(maps.Keys(o.bills)))
}

// whole is the period of a day as if no move cut it short.
func (o *oracle) whole(track string, d clock.Day) invoices.Period {
	n := map[string]int{"m1": 1, "m3": 3, "d7": 7}[track]
	anchor, day := o.anchor[o.known(track)], o.bills[o.known(track)]
	for _, moved := range o.moves[track] {
		if moved.On <= d {
			anchor, day = moved.On, moved.Day
		}
	}
	begin := func(k int) clock.Day {
		if track[0] == 'd' {
			return anchor + clock.Day(k*n)
		}
		year, month, _ := anchor.Date()
		month += time.Month(k * n)
		last := clock.Date(year, month+1, 1) - 1
		_, _, days := last.Date()
		return last - clock.Day(days-min(day, days))
	}
	k := -60
	for begin(k+1) <= d {
		k++
	}
	return invoices.Period{From: begin(k), Until: begin(k + 1)}
}

func end(d clock.Day) time.Time { return (d + 1).Start().Add(-time.Millisecond) }

func (o *oracle) state(d clock.Day) subscriptions.State {
	if s, known := o.states[d]; known {
		return s
	}
	s, err := subscriptions.Replay(o.events, end(d), func(int64) *time.Location { return clock.Nairobi })
	if err != nil {
		panic(err)
	}
	o.states[d] = s
	return s
}

// outdone says that a newer price was told before a change of plan that came to stand before it.
func (o *oracle) outdone(price subscriptions.Event) bool {
	return slices.ContainsFunc(o.events, func(e subscriptions.Event) bool {
		return e.Kind == subscriptions.Changed && e.Seq > price.Seq && !e.At.After(price.At)
	})
}

// sold is what is billed on a day: a newer price of the same plan waits for the next period.
func (o *oracle) sold(d clock.Day) (now subscriptions.Sold) {
	var next subscriptions.Sold
	var from clock.Day
	for _, e := range o.events {
		if e.At.After(end(d)) || e.Said.Sold == nil || e.Kind == subscriptions.Repriced && o.outdone(e) {
			continue
		}
		on := clock.DayOf(e.At)
		if from != 0 && from <= on {
			now, from = next, 0
		}
		if e.Kind == subscriptions.Repriced && now.Mode != plans.Prepaid {
			next, from = *e.Said.Sold, o.period(trackOf(now.Interval), on).Until
			continue
		}
		now, from = *e.Said.Sold, 0
	}
	if from != 0 && from <= d {
		now = next
	}
	return now
}

func nearest(exact *big.Rat) int64 {
	twice := new(big.Int).Mul(exact.Num(), big.NewInt(2))
	twice.Add(twice, exact.Denom())
	return twice.Quo(twice, new(big.Int).Mul(exact.Denom(), big.NewInt(2))).Int64()
}

// day is what a day of a whole period costs at a price for all of it.
func day(price int64, p invoices.Period, d clock.Day) int64 {
	upTo := func(n clock.Day) int64 {
		return nearest(new(big.Rat).Mul(new(big.Rat).SetInt64(price), big.NewRat(int64(n), int64(p.Until-p.From))))
	}
	return upTo(d-p.From+1) - upTo(d-p.From)
}

// amount is what a period costs by the line's segment: firms have prices of their own of some plans.
func (o *oracle) amount(p plans.Price) int64 {
	if o.firm && len(p.Terms.Rates) > 0 {
		return p.Terms.Rates[0].Amount.Cents
	}
	return p.Amount.Cents
}

// net is what a day of a period costs at a price after the discounts of the day, each rounded; those of an amount are off the plan alone.
func (o *oracle) net(price int64, p invoices.Period, d clock.Day, plan bool) int64 {
	cost := day(price, p, d)
	for _, e := range o.events {
		if e.Kind != subscriptions.Discounted || clock.DayOf(e.At) > d {
			continue
		}
		given := e.Said.Given.Discount
		sold := o.stateBy(e).Sold.Interval
		if given.Periods > 0 && d >= o.lasts(clock.DayOf(e.At), sold, given.Periods) {
			continue
		}
		less := nearest(new(big.Rat).SetFrac64(price*given.Percent, 10_000))
		if plan {
			less += given.Amount.Cents
		}
		less = min(price, less)
		cost -= day(less, p, d)
		price -= less
	}
	return cost
}

// stateBy is what a line was by an event.
func (o *oracle) stateBy(e subscriptions.Event) subscriptions.State {
	upTo := slices.DeleteFunc(slices.Clone(o.events), func(other subscriptions.Event) bool {
		return other.At.After(e.At) || other.At.Equal(e.At) && other.Seq > e.Seq
	})
	s, err := subscriptions.Replay(upTo, e.At, func(int64) *time.Location { return clock.Nairobi })
	if err != nil {
		panic(err)
	}
	return s
}

// lasts is the day on which a discount ends: a period in which the line was paused on each day, or of which all was given, is had after it.
func (o *oracle) lasts(d clock.Day, i plans.Interval, n int) clock.Day {
	track, until, days := trackOf(i), o.after(d, i, n), clock.Day(0)
	for p := o.period(track, d); p.From < until && p.From < clock.Date(2032, 1, 1); p = o.period(track, p.Until) {
		had := !slices.Contains(o.void[track], p.From)
		for x := max(p.From, d); had && x < p.Until && o.state(x).Status == subscriptions.Paused; x++ {
			had = x+1 < p.Until
		}
		switch {
		case had:
		case p.From < d:
			days = p.Until - d
		default:
			n++
		}
		until = o.after(d, i, n) + days
	}
	return until
}

func (o *oracle) after(d clock.Day, i plans.Interval, n int) clock.Day {
	if i.Unit == plans.Week {
		return d + clock.Day(7*i.Every*n)
	}
	year, month, on := d.Date()
	month += time.Month(i.Every * n)
	return min(clock.Date(year, month, on), clock.Date(year, month+1, 1)-1)
}

// costs is what a period of a track costs in advance and in arrears.
func (o *oracle) costs(track string, p invoices.Period) (early, late int64) {
	days, octets, more := map[int64]int64{}, map[int64]int64{}, map[int64]int64{}
	var order []int64 // of prices, as they ran
	least, most, capped := int64(0), int64(0), true
	whole, first := o.whole(track, p.From), int64(0)
	o.out = 0
	for d := p.From; d < p.Until; d++ {
		s, sold := o.state(d), o.sold(d)
		if s.Status != subscriptions.Active || sold.Mode == plans.Prepaid || trackOf(sold.Interval) != track {
			continue
		}
		if sold.Mode == plans.Postpaid && s.PaidTo.After(d.Start()) { // paid beforehand, for some of the day at least
			continue
		}
		if first == 0 {
			first = sold.PriceID
		}
		price := o.prices[sold.PriceID]
		if days[price.ID]++; days[price.ID] == 1 {
			order = append(order, price.ID)
		}
		for _, a := range s.AddOns {
			more[price.ID] += a.Bytes
		}
		octets[price.ID] += o.octets[d]
		least, most = least+day(price.Terms.Minimum.Cents, whole, d), most+day(price.Terms.Maximum.Cents, whole, d)
		capped = capped && !price.Terms.Maximum.IsZero()
		if sold.Mode == plans.Hybrid {
			continue
		}
		cost := o.net(o.amount(price), whole, d, true)
		for _, a := range s.AddOns {
			cost += o.net(a.Price.Cents, whole, d, false)
		}
		o.outside(sold.PriceID, cost)
		if price.Terms.Arrears {
			late += cost
		} else {
			early += cost
		}
	}
	packs := o.packs(track, p)
	for _, id := range order {
		cost, taken := overage(o.prices[id].Terms.Data, octets[id], days[id], int64(whole.Until-whole.From), more[id], packs)
		late, packs = late+cost, packs-taken
	}
	bound := max(0, least-early-late)
	if capped && len(days) > 0 { // never less than nothing, though discounts of all of it are rounded each
		bound -= max(0, early+late+bound-most)
	}
	late += bound
	o.outside(first, bound)
	return early + o.once(track, p), late
}

// outside adds what is charged beside a plan whose price has no taxes in it.
func (o *oracle) outside(priceID, cents int64) {
	if !o.prices[priceID].Terms.Inclusive {
		o.out += cents
	}
}

// once is what is charged one time in a period: packs, and the fee for leaving.
func (o *oracle) once(track string, p invoices.Period) (sum int64) {
	for _, e := range o.events {
		d := clock.DayOf(e.At)
		if d < p.From || d >= p.Until {
			continue
		}
		sold := o.stateBy(e).Sold
		on := trackOf(sold.Interval)
		if sold.Mode == plans.Prepaid { // the fee for leaving early is all that is invoiced of it
			on = "m1"
		}
		if on != track {
			continue
		}
		switch {
		case e.Kind == subscriptions.AddOnTaken && e.Said.AddOn.Once && sold.Mode == plans.Postpaid:
			sum += e.Said.AddOn.Price.Cents
			o.outside(sold.PriceID, e.Said.AddOn.Price.Cents)
		case e.Kind == subscriptions.Finished && e.Said.Amount != nil:
			sum += e.Said.Amount.Cents
		}
	}
	return sum + o.outages(track, p)
}

// outages is what is given in a period for outages, below zero, and what of that is taken back in it.
func (o *oracle) outages(track string, p invoices.Period) (sum int64) {
	given, planned := map[int64]int64{}, map[int64]int64{}
	for _, e := range o.events {
		d := clock.DayOf(e.At)
		switch s := o.stateBy(e); {
		case e.Kind == subscriptions.Uncompensate:
			if d >= p.From && d < p.Until {
				sum += given[e.Said.OutageID]
				o.outside(planned[e.Said.OutageID], given[e.Said.OutageID])
			}
			delete(given, e.Said.OutageID)
		case e.Kind == subscriptions.Compensated && s.Status == subscriptions.Active && s.Sold.Mode == plans.Postpaid && trackOf(s.Sold.Interval) == track:
			of := o.whole(track, d)
			whole := o.less(o.amount(o.prices[s.Sold.PriceID]), d, true)
			for _, a := range s.AddOns {
				whole += o.less(a.Price.Cents, d, false)
			}
			less := nearest(big.NewRat(whole*(int64(e.Said.Days)*1440+int64(e.Said.Minutes)), int64(of.Until-of.From)*1440))
			if given[e.Said.OutageID] += less; d >= p.From && d < p.Until {
				sum -= less
				o.outside(s.Sold.PriceID, -less)
			}
			planned[e.Said.OutageID] = s.Sold.PriceID
		}
	}
	return sum
}

// less is a price after the discounts of a day, each rounded.
func (o *oracle) less(price int64, d clock.Day, plan bool) int64 {
	for _, e := range o.events {
		if e.Kind != subscriptions.Discounted || clock.DayOf(e.At) > d {
			continue
		}
		given := e.Said.Given.Discount
		if given.Periods > 0 && d >= o.lasts(clock.DayOf(e.At), o.stateBy(e).Sold.Interval, given.Periods) {
			continue
		}
		less := nearest(new(big.Rat).SetFrac64(price*given.Percent, 10_000))
		if plan {
			less += given.Amount.Cents
		}
		price -= min(price, less)
	}
	return price
}

// packs are what packs gave in a period to what is paid by use on a track.
func (o *oracle) packs(track string, p invoices.Period) (octets int64) {
	for _, e := range o.events {
		if d := clock.DayOf(e.At); e.Kind != subscriptions.AddOnTaken || !e.Said.AddOn.Once || d < p.From || d >= p.Until {
			continue
		}
		if sold := o.stateBy(e).Sold; sold.Mode != plans.Prepaid && trackOf(sold.Interval) == track {
			octets += e.Said.AddOn.Bytes
		}
	}
	return octets
}
