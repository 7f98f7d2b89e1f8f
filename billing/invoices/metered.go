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

// metered is what was used in a period. What is included, and where tiers end, is by the days that the price ran; tiers count what is over.
func (c *computing) metered(p Period) (all []charge, err error) {
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
			charges, err := c.meter(p, one, m, used, late)
			if err != nil {
				return nil, err
			}
			all = append(all, charges...)
		}
	}
	return all, nil
}

func (c *computing) meter(p Period, one *pool, m Meter, used, late int64) ([]charge, error) {
	included, err := times(m.Included, one.item.Quantity)
	if err != nil {
		return nil, err
	}
	if included, err = one.share(included); err != nil {
		return nil, err
	}
	over := max(0, used-included)
	if m.WholeUnits && over%m.Unit != 0 {
		over += m.Unit - over%m.Unit
	}
	of := charge{priceID: one.item.PriceID, Line: Line{Key: one.item.Key + "." + m.Key, Name: m.Name, Supply: one.item.Supply, PeriodDay: p.From, Quantity: 1,
		Inclusive: c.prices[one.item.PriceID].Inclusive}}
	of.From, of.Until = one.span()
	say := []string{"Used", units(used, m.Unit), "Included", units(included, m.Unit)}
	if late > 0 {
		say = append(say, lateArg, units(late, m.Unit))
	}
	if over == 0 {
		of.Why, of.Args = "invoice.why.within", say
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
