package billrun

import (
	"maps"
	"math/big"
	"slices"
	"strings"
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
	octets map[clock.Day]int64
	anchor clock.Day
	bills  map[string]int         // days of the month, by track
	void   map[string][]clock.Day // periods of which all was given
	moves  map[string][]clock.Day // from each of which on periods begin on its day of the month
	states map[clock.Day]subscriptions.State
}

// period cuts time itself, without invoices.Cycle.
func (o *oracle) period(track string, d clock.Day) invoices.Period {
	p := o.whole(track, d)
	for _, moved := range o.moves[track] {
		if p.From < moved && moved < p.Until {
			p.Until = moved
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
	anchor, day := o.anchor, o.bills[o.known(track)]
	for _, moved := range o.moves[track] {
		if moved <= d {
			anchor = moved
			_, _, day = moved.Date()
		}
	}
	begin := func(k int) clock.Day {
		if track[0] == 'd' {
			return o.anchor + clock.Day(k*n)
		}
		year, month, _ := anchor.Date()
		return clock.Date(year, month+time.Month(k*n), day)
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

// sold is what is billed on a day: a newer price of the same plan waits for the next period.
func (o *oracle) sold(d clock.Day) (now subscriptions.Sold) {
	var next subscriptions.Sold
	var from clock.Day
	for _, e := range o.events {
		if e.At.After(end(d)) || e.Said.Sold == nil {
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
	days, octets := map[int64]int64{}, map[int64]int64{}
	least, most, capped := int64(0), int64(0), true
	whole := o.whole(track, p.From)
	for d := p.From; d < p.Until; d++ {
		s, sold := o.state(d), o.sold(d)
		if s.Status != subscriptions.Active || sold.Mode == plans.Prepaid || trackOf(sold.Interval) != track {
			continue
		}
		if sold.Mode == plans.Postpaid && s.PaidTo.After(d.Start()) { // paid beforehand, for some of the day at least
			continue
		}
		price := o.prices[sold.PriceID]
		days[price.ID]++
		octets[price.ID] += o.octets[d]
		least, most = least+day(price.Terms.Minimum.Cents, whole, d), most+day(price.Terms.Maximum.Cents, whole, d)
		capped = capped && !price.Terms.Maximum.IsZero()
		if sold.Mode == plans.Hybrid {
			continue
		}
		cost := o.net(price.Amount.Cents, whole, d, true)
		for _, a := range s.AddOns {
			cost += o.net(a.Price.Cents, whole, d, false)
		}
		if price.Terms.Arrears {
			late += cost
		} else {
			early += cost
		}
	}
	for id, n := range days {
		late += overage(o.prices[id].Terms.Data, octets[id], n, int64(whole.Until-whole.From))
	}
	if late += max(0, least-early-late); capped && len(days) > 0 { // never less than nothing, though discounts of all of it are rounded each
		late -= max(0, early+late-most)
	}
	return early + o.once(track, p), late
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
		case e.Kind == subscriptions.Finished && e.Said.Amount != nil:
			sum += e.Said.Amount.Cents
		}
	}
	return sum + o.outages(track, p)
}

// outages is what is given in a period for outages, below zero, and what of that is taken back in it.
func (o *oracle) outages(track string, p invoices.Period) (sum int64) {
	given := map[int64]int64{}
	for _, e := range o.events {
		d := clock.DayOf(e.At)
		switch s := o.stateBy(e); {
		case e.Kind == subscriptions.Uncompensate:
			if d >= p.From && d < p.Until {
				sum += given[e.Said.OutageID]
			}
			delete(given, e.Said.OutageID)
		case e.Kind == subscriptions.Compensated && s.Status == subscriptions.Active && s.Sold.Mode == plans.Postpaid && trackOf(s.Sold.Interval) == track:
			of := o.whole(track, d)
			whole := o.less(o.prices[s.Sold.PriceID].Amount.Cents, d, true)
			for _, a := range s.AddOns {
				whole += o.less(a.Price.Cents, d, false)
			}
			less := nearest(big.NewRat(whole*(int64(e.Said.Days)*1440+int64(e.Said.Minutes)), int64(of.Until-of.From)*1440))
			if given[e.Said.OutageID] += less; d >= p.From && d < p.Until {
				sum -= less
			}
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

// overage is what use costs beyond what is included, of a period in which a price ran on so many of its days.
func overage(m plans.Meter, octets, days, of int64) (sum int64) {
	share := func(units int64) int64 {
		exact := new(big.Int).Mul(big.NewInt(units*gigabyte), big.NewInt(days))
		return exact.Quo(exact, big.NewInt(of)).Int64()
	}
	over, from := octets-share(m.Included), int64(0)
	for _, t := range m.Tiers {
		to := over
		if t.UpTo != 0 {
			to = min(over, share(t.UpTo))
		}
		if to > from {
			sum += nearest(new(big.Rat).Mul(new(big.Rat).SetInt64(to-from), big.NewRat(t.Each.Cents, gigabyte)))
			from = to
		}
	}
	return sum
}

// billed sums what documents say of the periods of each track, as it is priced.
func billed(docs []invoices.Document) map[string]map[clock.Day]int64 {
	all := map[string]map[clock.Day]int64{}
	for _, d := range docs {
		track := d.Cause[strings.LastIndex(d.Cause, ":")+1:]
		if all[track] == nil {
			all[track] = map[clock.Day]int64{}
		}
		for _, l := range d.Lines {
			if l.Key != invoices.RoundingLine {
				all[track][l.PeriodDay] += l.Amount
			}
		}
	}
	return all
}

// ordered are events in the order in which they count, without those that lay ahead when an earlier end was recorded.
func ordered(events []subscriptions.Event) (all []subscriptions.Event) {
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b subscriptions.Event) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return int(a.Seq - b.Seq)
	})
	var end subscriptions.Event
	for _, e := range events {
		if end.Seq != 0 && e.Seq < end.Seq && e.At.After(end.Recorded) {
			continue
		}
		if end.Seq == 0 && e.Kind == subscriptions.Finished {
			end = e
		}
		all = append(all, e)
	}
	return all
}
