package invoices

import (
	"slices"
	"strconv"

	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Compute is the document that is due when a period begins: what is charged in advance for it, what is charged in arrears and was used in the one
// before, and what the history says differently now, from its Since on, than earlier documents did. fault.Invalid "invoice.history", "invoice.cycle",
// "invoice.period" or "money.overflow".
func Compute(h History, usage []Use, prices map[int64]Price, rates taxes.Rates, p Period) (Bill, error) {
	if err := h.check(prices); err != nil {
		return Bill{}, err
	}
	if h.Cycle.Period(p.From) != p {
		return Bill{}, fault.New(fault.Invalid, "invoice.period")
	}
	c := computing{History: h, usage: usage, prices: prices, rates: rates}
	c.Items = merged(h.Items)
	now, err := c.advance(p)
	if err != nil {
		return Bill{}, err
	}
	late, err := c.arrears(c.Cycle.before(p))
	if err != nil {
		return Bill{}, err
	}
	var b Bill
	for _, one := range slices.Concat(now, late) {
		if err := c.put(&b, one); err != nil {
			return b, err
		}
	}
	if err := c.correct(&b, p); err != nil {
		return b, err
	}
	return b, c.round(&b, p)
}

type computing struct {
	History
	usage  []Use
	prices map[int64]Price
	rates  taxes.Rates
}

func (c *computing) put(b *Bill, one charge) error {
	one.name()
	lines, err := one.taxed(c.rates, c.Exempt)
	for _, l := range lines {
		b.add(l)
	}
	return err
}

// merged joins what follows on itself unchanged, so that a cut in the history that changes nothing changes no line.
func merged(items []Item) (all []Item) {
	sorted := slices.Clone(items)
	slices.SortStableFunc(sorted, func(a, b Item) int { return int(a.From - b.From) })
	for _, i := range sorted {
		if end(i.Until) <= i.From {
			continue
		}
		last := slices.IndexFunc(all, func(was Item) bool {
			return end(was.Until) == i.From && was.Key == i.Key && was.Name == i.Name && was.Supply == i.Supply && was.PriceID == i.PriceID && was.Quantity == i.Quantity
		})
		if last >= 0 {
			all[last].Until = i.Until
		} else {
			all = append(all, i)
		}
	}
	slices.SortStableFunc(all, func(a, b Item) int { return beside(a) - beside(b) }) // what is beside the plan is told after it
	return all
}

func beside(i Item) int {
	if i.Key == PlanItem {
		return 0
	}
	return 1
}

// advance is what a period costs that is charged when it begins, and what is charged once in it.
func (c *computing) advance(p Period) (all []charge, err error) {
	if all, err = c.recurring(p, false); err != nil {
		return nil, err
	}
	for _, o := range c.Once {
		if p.holds(o.Day) && o.Amount != 0 {
			all = append(all, charge{Line: Line{Key: o.Key, Name: o.Name, Why: "invoice.why.once", Args: []string{"Day", o.Day.String()}, Supply: o.Supply,
				PeriodDay: p.From, From: o.Day, Until: o.Day + 1, Quantity: 1, Amount: o.Amount, Inclusive: o.Inclusive}})
		}
	}
	return all, nil
}

// arrears is what is charged of a period when it is over.
func (c *computing) arrears(p Period) ([]charge, error) {
	all, err := c.recurring(p, true)
	if err != nil {
		return nil, err
	}
	used, err := c.metered(p)
	if err != nil {
		return nil, err
	}
	all = append(all, used...)
	bound, err := c.bounds(p, all)
	return append(all, bound...), err
}

// recurring are the items of a period and their discounts.
func (c *computing) recurring(p Period, arrears bool) (all []charge, err error) {
	for _, i := range c.Items {
		price := c.prices[i.PriceID]
		if price.Arrears != arrears {
			continue
		}
		whole, err := times(price.Amount, i.Quantity)
		if err != nil {
			return nil, err
		}
		for _, run := range c.runs(p.both(Period{i.From, end(i.Until)})) {
			one := charge{priceID: i.PriceID, Line: Line{Key: i.Key, Name: i.Name, Supply: i.Supply, PeriodDay: p.From, From: run.From, Until: run.Until, Quantity: i.Quantity, Inclusive: price.Inclusive}}
			one.Why, one.Args = c.because(run, p, whole)
			if one.Amount, err = part(whole, c.Cycle.Whole(p.From), run.From, run.Until); err != nil {
				return nil, err
			}
			less, err := c.discounts(p, i, run, one, whole)
			if err != nil {
				return nil, err
			}
			if one.Amount != 0 {
				all = append(append(all, one), less...)
			}
		}
	}
	return all, nil
}

// because says why a run of days of a period costs what it does.
func (c *computing) because(run, p Period, price int64) (string, []string) {
	whole := c.Cycle.Whole(p.From)
	if run == whole {
		return "invoice.why.whole", []string{"Price", cents(price)}
	}
	args := []string{"Days", strconv.FormatInt(run.Days(), 10), "Of", strconv.FormatInt(whole.Days(), 10), "Price", cents(price)}
	if p.Until < whole.Until && run.Until == p.Until {
		return "invoice.why.moved", append(args, "Day", p.Until.String())
	}
	return "invoice.why.part", args
}

func cents(n int64) string { return strconv.FormatInt(n, 10) }

// days on which a discount holds.
func (c *computing) holds(d Discount) Period {
	until := end(d.Until)
	if d.Periods > 0 {
		last := c.Cycle.Period(d.From)
		for range d.Periods - 1 {
			last = c.Cycle.after(last)
		}
		until = min(until, last.Until)
	}
	return Period{d.From, until}
}

// discounts are what a run of an item costs less, cut where a discount begins or ends; each takes from what those before it left.
func (c *computing) discounts(p Period, i Item, run Period, of charge, whole int64) (all []charge, err error) {
	cuts := []clock.Day{run.From, run.Until}
	for _, d := range c.Discounts {
		for _, day := range []clock.Day{c.holds(d).From, c.holds(d).Until} {
			if d.Item == i.Key && run.holds(day) {
				cuts = append(cuts, day)
			}
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	for n := range len(cuts) - 1 {
		left := whole
		for _, d := range c.Discounts {
			if d.Item != i.Key || !c.holds(d).holds(cuts[n]) {
				continue
			}
			share, err := money.MulDiv(left, d.Share, hundred, money.HalfUp)
			if err != nil {
				return nil, err
			}
			less := min(left, share+d.Amount)
			left -= less
			one := of
			one.Key, one.Name, one.From, one.Until = d.Key, d.Name, cuts[n], cuts[n+1]
			one.Why, one.Args = c.because(Period{one.From, one.Until}, p, less)
			if one.Amount, err = part(less, c.Cycle.Whole(p.From), one.From, one.Until); err != nil {
				return nil, err
			}
			if one.Amount = -one.Amount; one.Amount != 0 {
				all = append(all, one)
			}
		}
	}
	return all, nil
}

// bounds are the lines that bring a period to its plan's minimum or maximum: what recurs and what was used, as it is priced, is compared.
func (c *computing) bounds(p Period, late []charge) ([]charge, error) {
	var least, most int64
	whole, capped := c.Cycle.Whole(p.From), true
	var of *charge
	for _, i := range c.Items {
		if i.Key != PlanItem {
			continue
		}
		price := c.prices[i.PriceID]
		for _, run := range c.runs(p.both(Period{i.From, end(i.Until)})) {
			low, err := part(price.Minimum, whole, run.From, run.Until)
			if err != nil {
				return nil, err
			}
			high, err := part(price.Maximum, whole, run.From, run.Until)
			if err != nil {
				return nil, err
			}
			least, most, capped = least+low, most+high, capped && price.Maximum > 0
			if of == nil {
				of = &charge{Line: Line{Supply: i.Supply, PeriodDay: p.From, From: run.From, Quantity: 1, Inclusive: price.Inclusive}}
			}
			of.Until, of.Name = run.Until, i.Name
		}
	}
	if of == nil {
		return nil, nil
	}
	early, err := c.recurring(p, false)
	if err != nil {
		return nil, err
	}
	var sum int64
	for _, one := range slices.Concat(early, late) {
		sum += one.Amount
	}
	switch {
	case sum < least:
		of.Key, of.Why, of.Amount, of.Args = MinimumLine, "invoice.why.minimum", least-sum, []string{"Sum", cents(sum), "Least", cents(least)}
	case capped && sum > most:
		of.Key, of.Why, of.Amount, of.Args = MaximumLine, "invoice.why.maximum", most-sum, []string{"Sum", cents(sum), "Most", cents(most)}
	default:
		return nil, nil
	}
	return []charge{*of}, nil
}

// round brings the total to what can be paid.
func (c *computing) round(b *Bill, p Period) error {
	if c.RoundTo < 2 || len(b.Lines) == 0 {
		return nil
	}
	steps, err := money.MulDiv(b.Gross, 1, c.RoundTo, money.HalfUp)
	if err != nil || steps*c.RoundTo == b.Gross {
		return err
	}
	l := Line{Key: RoundingLine, Why: "invoice.why.rounding", Args: []string{"To", cents(c.RoundTo)}, Supply: taxes.Levy, PeriodDay: p.From, From: p.From, Until: p.From + 1, Quantity: 1,
		Amount: steps*c.RoundTo - b.Gross, Inclusive: true}
	return c.put(b, charge{Line: l})
}
