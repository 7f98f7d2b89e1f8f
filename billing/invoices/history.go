package invoices

import (
	"slices"

	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

// Period is some days: From and those after it, before Until.
type Period struct{ From, Until clock.Day }

// Days is how many.
func (p Period) Days() int64 { return max(0, int64(p.Until-p.From)) }

func (p Period) holds(d clock.Day) bool { return p.From <= d && d < p.Until }

// both are the days of two periods.
func (p Period) both(q Period) Period {
	return Period{From: max(p.From, q.From), Until: min(p.Until, q.Until)}
}

// forever is an end that is not known.
const forever = clock.Day(1 << 30)

// end reads an Until that is 0 for none.
func end(d clock.Day) clock.Day {
	if d == 0 {
		return forever
	}
	return d
}

// Price is one version of a price, frozen. Amounts are in cents, for a whole period and one of the item.
type Price struct {
	ID               int64
	Amount           int64
	Inclusive        bool // taxes are in it
	Arrears          bool // charged when its period is over
	Minimum, Maximum int64
	Meters           []Meter
}

// Meter prices what is measured. Quantities are whole numbers of what is counted (bytes, seconds); Unit is how many of them are priced as one.
type Meter struct {
	Key, Name  string
	Unit       int64
	WholeUnits bool // a begun unit is charged as a whole one
	Included   int64
	Volume     bool // all units cost what the tier costs that they reach; otherwise each costs what its own tier does
	Tiers      []Tier
}

// Tier prices the units up to UpTo, 0 for the rest: each costs Price, and reaching the tier costs Flat.
type Tier struct{ UpTo, Price, Flat int64 }

// Item is what runs over days: the plan (Key PlanItem) or an add-on.
type Item struct {
	Key, Name   string
	Supply      taxes.Supply
	PriceID     int64
	Quantity    int64
	From, Until clock.Day // 0: goes on
}

// PlanItem is the key of a subscription's plan.
const PlanItem = "plan"

// Pause is days that are not billed. Why is a key of internal/words.
type Pause struct {
	From, Until clock.Day // 0: goes on
}

// Discount is less for an item: first a Share in hundredths of a per cent, then an Amount in cents of a whole period. It holds for so many billing
// periods from that of its first day, 0 for all.
type Discount struct {
	Key, Name, Item string
	Share, Amount   int64
	From, Until     clock.Day
	Periods         int
}

// Once is charged one time, on a day; below zero it is given.
type Once struct {
	Key, Name string
	Supply    taxes.Supply
	Day       clock.Day
	Amount    int64
	Inclusive bool
}

// Extra is more that a meter includes: Quantity in each whole period while it is had or, Once, all of it in the period of the day From.
type Extra struct {
	Meter       string
	Quantity    int64
	From, Until clock.Day // 0: goes on
	Once        bool
}

// History is what a subscription had, day by day, as it is known now, and what of that is already invoiced.
type History struct {
	Cycle     Cycle
	Items     []Item
	Pauses    []Pause
	Discounts []Discount
	Once      []Once
	Extras    []Extra
	Billed    []Line    // of earlier documents, from the period of Since on
	Given     []Line    // what credit notes took of their lines, and what was written off
	Since     clock.Day // the earliest day about which something new is known since the last document; 0 for none
	Exempt    Period    // days on which no tax is paid; without days: none
	RoundTo   int64     // a document's total is rounded to so many cents; 0 for not at all
}

// Use is what a meter counted on a day. Late says that it was told of only after the day was billed.
type Use struct {
	Meter    string
	Day      clock.Day
	Quantity int64
	Late     bool
}

// mostItems bounds a history; a subscription with more was made by a fault.
const mostItems = 2_000

// check refuses a history from which nothing can be billed: fault.Invalid "invoice.history".
func (h History) check(prices map[int64]Price) error {
	wrong := func(what string) error { return fault.New(fault.Invalid, "invoice.history", "What", what) }
	if len(h.Items)+len(h.Pauses)+len(h.Discounts)+len(h.Once)+len(h.Extras) > mostItems {
		return wrong("items")
	}
	last := map[string]clock.Day{}
	items := slices.Clone(h.Items)
	slices.SortStableFunc(items, func(a, b Item) int { return int(a.From - b.From) })
	for _, i := range items {
		switch _, priced := prices[i.PriceID]; {
		case !priced:
			return wrong("price")
		case i.From <= 0 || i.Until != 0 && i.Until < i.From:
			return wrong("days of " + i.Key)
		case i.Quantity < 1 || i.Key == "" || i.Supply == "":
			return wrong(i.Key)
		case i.From < last[i.Key]:
			return wrong(i.Key + " twice")
		}
		if end(i.Until) > i.From {
			last[i.Key] = end(i.Until)
		}
	}
	for _, p := range prices {
		if slices.ContainsFunc(p.Meters, func(m Meter) bool { return m.Unit < 1 || m.Key == "" }) {
			return wrong("meter")
		}
	}
	for _, d := range h.Discounts {
		if d.Share < 0 || d.Share > hundred || d.Amount < 0 || d.From <= 0 || d.Periods < 0 || d.Item == "" {
			return wrong(d.Key)
		}
	}
	for _, o := range h.Once {
		if o.Key == "" || o.Day <= 0 || o.Supply == "" {
			return wrong(o.Key)
		}
	}
	for _, x := range h.Extras {
		if x.Meter == "" || x.From <= 0 || x.Quantity < 0 {
			return wrong("more of " + x.Meter)
		}
	}
	return h.Cycle.check()
}

// hundred is a whole in hundredths of a per cent.
const hundred = 10_000

// runs are the parts of some days that are billed: those without pauses.
func (h History) runs(p Period) (all []Period) {
	from := p.From
	cut := slices.Clone(h.Pauses)
	slices.SortFunc(cut, func(a, b Pause) int { return int(a.From - b.From) })
	for _, pause := range cut {
		if pause.From >= p.Until {
			break
		}
		if pause.From > from {
			all = append(all, Period{from, pause.From})
		}
		from = max(from, end(pause.Until))
	}
	if from < p.Until {
		all = append(all, Period{from, p.Until})
	}
	return all
}

// first is the day on which the subscription began to cost anything; 0 for never.
func (h History) first() (d clock.Day) {
	earlier := func(other clock.Day) {
		if d == 0 || other < d {
			d = other
		}
	}
	for _, i := range h.Items {
		earlier(i.From)
	}
	for _, o := range h.Once {
		earlier(o.Day)
	}
	return d
}
