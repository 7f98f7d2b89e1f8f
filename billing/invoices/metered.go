package invoices

import (
	"mtandao/internal/clock"
	"mtandao/internal/money"
)

// pool is what was used in a period at one version of an item's price: the days on which it ran, and what its meters are measured against.
type pool struct {
	item      Item
	runs      []Period
	days, all int64
}

func (p *pool) span() (from, until clock.Day) { return p.runs[0].From, p.runs[len(p.runs)-1].Until }

func (p *pool) holds(d clock.Day) bool {
	for _, run := range p.runs {
		if run.holds(d) {
			return true
		}
	}
	return false
}

// share is the part of a period's quantity that falls to the pool's days, rounded down.
func (p *pool) share(quantity int64) (int64, error) {
	return money.MulDiv(quantity, p.days, p.all, money.Down)
}

// extra is what is had of a meter beside what the price includes, by the days that it was.
func (c *computing) extra(one *pool, meter string) (int64, error) {
	var sum int64
	for _, x := range c.Extras {
		if x.Once || x.Meter != meter {
			continue
		}
		days := int64(0)
		for _, run := range one.runs {
			days += run.both(Period{x.From, end(x.Until)}).Days()
		}
		part, err := times(x.Quantity, days)
		if err != nil {
			return 0, err
		}
		sum += part
	}
	return money.MulDiv(sum, 1, one.all, money.Down)
}

// packs are what was bought or given once of each meter in a period.
func (c *computing) packs(p Period) map[string]int64 {
	all := map[string]int64{}
	for _, x := range c.Extras {
		if x.Once && p.holds(x.From) {
			all[x.Meter] += x.Quantity
		}
	}
	return all
}

func (c *computing) pools(p Period) (all []*pool) {
	for _, i := range c.Items {
		if len(c.prices[i.PriceID].Meters) == 0 {
			continue
		}
		runs := c.runs(p.both(Period{i.From, end(i.Until)}))
		if len(runs) == 0 {
			continue
		}
		var one *pool
		for _, other := range all {
			if other.item.Key == i.Key && other.item.PriceID == i.PriceID && other.item.Quantity == i.Quantity {
				one = other
			}
		}
		if one == nil {
			one = &pool{item: i, all: c.Cycle.Whole(p.From).Days()}
			all = append(all, one)
		}
		for _, run := range runs {
			one.runs, one.days = append(one.runs, run), one.days+run.Days()
		}
	}
	return all
}

// metered is what was used in a period. What is included, and where tiers end, is by the days that the price ran; tiers count what is over. Packs come off
// what is over before it costs anything, of the price that ran first before the next one's.
func (c *computing) metered(p Period) (all []charge, err error) {
	packs := c.packs(p)
	for _, one := range c.pools(p) {
		for _, m := range c.prices[one.item.PriceID].Meters {
			var used, late int64
			for _, u := range c.usage {
				if u.Meter != m.Key || !one.holds(u.Day) {
					continue
				}
				if used += u.Quantity; u.Late {
					late += u.Quantity
				}
			}
			charges, err := c.meter(p, one, m, measured{used, late}, packs)
			if err != nil {
				return nil, err
			}
			all = append(all, charges...)
		}
	}
	return all, nil
}

// measured is what a meter counted, and what of it was told of late.
type measured struct{ used, late int64 }

// included is what of a meter costs nothing by the price and by what is had beside it.
func (c *computing) included(one *pool, m Meter) (int64, error) {
	included, err := times(m.Included, one.item.Quantity)
	if err != nil {
		return 0, err
	}
	if included, err = one.share(included); err != nil {
		return 0, err
	}
	more, err := c.extra(one, m.Key)
	return included + more, err
}

func (c *computing) meter(p Period, one *pool, m Meter, told measured, packs map[string]int64) ([]charge, error) {
	used, late := told.used, told.late
	included, err := c.included(one, m)
	if err != nil {
		return nil, err
	}
	over := max(0, used-included)
	packed := min(over, packs[m.Key])
	packs[m.Key], over = packs[m.Key]-packed, over-packed
	if m.WholeUnits && over%m.Unit != 0 {
		over += m.Unit - over%m.Unit
	}
	of := charge{priceID: one.item.PriceID, Line: Line{Key: one.item.Key + "." + m.Key, Name: m.Name, Supply: one.item.Supply, PeriodDay: p.From, Quantity: 1,
		Inclusive: c.prices[one.item.PriceID].Inclusive}}
	of.From, of.Until = one.span()
	say := []string{"Used", units(used, m.Unit), "Included", units(included, m.Unit)}
	if packed > 0 {
		say = append(say, packsArg, units(packed, m.Unit))
	}
	if late > 0 {
		say = append(say, lateArg, units(late, m.Unit))
	}
	if over == 0 {
		of.Why, of.Args = "invoice.why.within", say
		if packed > 0 {
			of.Why = "invoice.why.packed"
		}
		if used == 0 {
			return nil, nil
		}
		return []charge{of}, nil
	}
	return tiered(one, m, over, of, say)
}

// tiered prices what is over: by the tier that it reaches, or each part by its own.
func tiered(one *pool, m Meter, over int64, of charge, say []string) (all []charge, err error) {
	var below int64
	for n, t := range m.Tiers {
		bound := over
		if n < len(m.Tiers)-1 && t.UpTo != 0 {
			whole, err := times(t.UpTo, m.Unit)
			if err != nil {
				return nil, err
			}
			if bound, err = one.share(whole); err != nil {
				return nil, err
			}
		}
		if m.Volume && over > bound {
			continue
		}
		here := min(over, bound) - below
		if m.Volume {
			here = over
		}
		if here <= 0 {
			continue
		}
		tier := of
		if tier.Amount, err = money.MulDiv(here, t.Price, m.Unit, money.HalfUp); err != nil {
			return nil, err
		}
		tier.Amount += t.Flat
		tier.Key = of.Key + "." + cents(int64(n+1))
		tier.Why, tier.Args = "invoice.why.used", append(append([]string(nil), say...), "Units", units(here, m.Unit), "Each", cents(t.Price))
		if t.Flat != 0 {
			tier.Why, tier.Args = "invoice.why.used_flat", append(tier.Args, "Flat", cents(t.Flat))
		}
		if tier.Amount != 0 {
			all = append(all, tier)
		}
		if below += here; m.Volume || below >= over {
			break
		}
	}
	return all, nil
}
