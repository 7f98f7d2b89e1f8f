package billrun

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

// Keys of lines, as invoices.line names them.
const (
	setupLine   = "setup"
	leavingLine = "leaving"
	packLine    = "pack"
	lessLine    = "discount"
)

// reading makes the history of one track of one subscription.
type reading struct {
	life
	track  string
	lang   words.Lang
	prices map[int64]plans.Price // versions
	names  map[string]plans.Plan
	void   map[string][]clock.Day // periods of which all was given, by track
	cycles cycles
	table  *table
	out    *invoices.History

	credited map[int64][]invoices.Once // for outages, by their ids
}

// mine says that days are billed on this track.
func (r *reading) mine(s stretch) bool { return s.billed() && trackOf(s.sold.Interval) == r.track }

// read fills the history.
func (r *reading) read() {
	for n, s := range r.stretches {
		if !r.mine(s) {
			continue
		}
		price, from := r.prices[s.sold.PriceID], max(s.from, s.paid)
		if s.until != 0 && from >= s.until {
			continue
		}
		r.item(invoices.Item{Key: invoices.PlanItem, Name: r.called(s.sold), PriceID: r.table.plan(price, s.segment, s.sold.Level, s.sold.Mode == plans.Hybrid, r.lang), From: from, Until: s.until})
		for _, a := range s.addOns {
			r.more(invoices.Extra{Quantity: a.Bytes, From: from, Until: s.until})
		}
		if s.sold.Mode == plans.Hybrid {
			continue
		}
		for _, a := range s.addOns {
			if !price.Holds(a.Key) {
				r.item(invoices.Item{Key: addOnItem(a.Key), Name: a.Name(r.lang), PriceID: r.table.addOn(a, price.Terms), From: from, Until: s.until})
			}
		}
		r.begins(n, s)
	}
	r.out.Pauses = r.pauses()
	for _, m := range r.moments {
		r.once(m)
	}
}

// more is data that is had beside what the price includes.
func (r *reading) more(x invoices.Extra) {
	if x.Meter = dataMeter; x.Quantity > 0 {
		r.out.Extras = append(r.out.Extras, x)
	}
}

func addOnItem(key string) string { return "addon." + key }

func (r *reading) called(sold subscriptions.Sold) string { return r.names[sold.PlanKey].Name(r.lang) }

// item adds what runs over days, to what it goes on from when that is the same.
func (r *reading) item(i invoices.Item) {
	i.Supply, i.Quantity = taxes.Internet, 1
	for n := len(r.out.Items) - 1; n >= 0; n-- {
		if was := &r.out.Items[n]; was.Key == i.Key {
			if was.Until == i.From && was.PriceID == i.PriceID && was.Name == i.Name {
				was.Until = i.Until
				return
			}
			break
		}
	}
	r.out.Items = append(r.out.Items, i)
}

// begins charges what is paid once when a line or a plan begins.
func (r *reading) begins(n int, s stretch) {
	terms := r.prices[s.sold.PriceID].Terms
	if first := slices.IndexFunc(r.stretches, func(s stretch) bool { return s.billed() && s.sold.Mode == plans.Postpaid }); first == n && !r.setUp(s.from) {
		r.charge(invoices.Once{Key: setupLine, Supply: taxes.Labour, Day: s.from, Amount: terms.Setup.Cents, Inclusive: terms.Inclusive})
	}
	if s.sold.Interval.Unit == plans.Once && (n == 0 || !r.stretches[n-1].billed() || r.stretches[n-1].sold != s.sold) {
		amount := r.prices[s.sold.PriceID].AmountFor(s.segment, s.sold.Level)
		r.charge(invoices.Once{Key: "once." + strconv.Itoa(n+1), Name: r.called(s.sold), Supply: taxes.Internet, Day: s.from, Amount: amount.Cents, Inclusive: terms.Inclusive})
	}
}

// setUp says that the set-up was paid before a day, when the line was paid beforehand.
func (r *reading) setUp(d clock.Day) bool {
	return slices.ContainsFunc(r.moments, func(m moment) bool { return m.day <= d && m.state.Setup })
}

func (r *reading) charge(o invoices.Once) {
	if o.Amount != 0 {
		r.out.Once = append(r.out.Once, o)
	}
}

// once adds what a moment charges by itself, or takes off.
func (r *reading) once(m moment) {
	sold := m.state.Sold
	switch m.Kind {
	case subscriptions.Discounted:
		r.discount(m)
	case subscriptions.Uncompensate:
		r.takesBack(m)
	}
	if billedOn(sold) != r.track {
		return
	}
	terms := r.prices[sold.PriceID].Terms
	if pack := m.Said.AddOn; m.Kind == subscriptions.AddOnTaken && pack.Once && sold.Mode != plans.Prepaid {
		r.more(invoices.Extra{Quantity: pack.Bytes, From: m.day, Once: true})
	}
	switch {
	case m.Kind == subscriptions.Finished && m.Said.Amount != nil: // also of a line that was paid beforehand
		r.charge(invoices.Once{Key: leavingLine, Supply: taxes.Levy, Day: m.day, Amount: m.Said.Amount.Cents, Inclusive: true})
	case sold.Mode != plans.Postpaid:
	case m.Kind == subscriptions.Compensated && m.state.Status == subscriptions.Active:
		r.credits(m)
	case m.Kind == subscriptions.AddOnTaken && m.Said.AddOn.Once && !r.prices[sold.PriceID].Holds(m.Said.AddOn.Key):
		r.charge(invoices.Once{Key: packLine + "." + strconv.FormatInt(m.Seq, 10), Name: m.Said.AddOn.Name(r.lang), Supply: taxes.Internet, Day: m.day, Amount: m.Said.AddOn.Price.Cents, Inclusive: terms.Inclusive})
	}
}

// discount is off the plan, and its share off the add-ons too.
func (r *reading) discount(m moment) {
	given := m.Said.Given
	d := invoices.Discount{Key: lessLine + "." + strconv.FormatInt(m.Seq, 10), Name: given.Coupon, Item: invoices.PlanItem, Share: given.Discount.Percent, Amount: given.Discount.Amount.Cents, From: m.day}
	if d.Name == "" {
		d.Name = given.Reason
	}
	if given.Discount.Periods > 0 {
		d.Until = r.lasts(m.state.Sold.Interval, m.day, given.Discount.Periods)
	}
	r.out.Discounts = append(r.out.Discounts, d)
	if d.Amount = 0; d.Share == 0 {
		return
	}
	keys := map[string]bool{invoices.PlanItem: true}
	for _, i := range r.out.Items {
		if !keys[i.Key] {
			keys[i.Key], d.Item = true, i.Key
			d.Key = lessLine + "." + strconv.FormatInt(m.Seq, 10) + "." + i.Key
			r.out.Discounts = append(r.out.Discounts, d)
		}
	}
}

// after is the day that so many intervals after a day is.
func after(i plans.Interval, d clock.Day, n int) clock.Day {
	if i.Unit == plans.Once {
		i = plans.Interval{Unit: plans.Month, Every: 1}
	}
	i.Every *= n
	_, _, of := d.Date()
	return clock.DayOf(i.After(d.Start().Add(12*time.Hour), of, clock.Nairobi))
}

// credits takes time off for an outage: so many of the minutes of the period, at what the line costs then without its use.
func (r *reading) credits(m moment) {
	p := r.out.Cycle.Whole(m.day)
	price := r.prices[m.state.Sold.PriceID]
	whole := int64(0)
	if m.state.Sold.Interval.Unit != plans.Once {
		whole = r.net(invoices.PlanItem, price.AmountFor(m.state.Segment, m.state.Sold.Level).Cents, m.day)
	}
	for _, a := range m.state.AddOns {
		if !price.Holds(a.Key) {
			whole += r.net(addOnItem(a.Key), a.Price.Cents, m.day)
		}
	}
	o := invoices.Once{Key: "outage." + strconv.FormatInt(m.Seq, 10), Name: r.outage("bill.outage", m), Supply: taxes.Internet, Day: m.day, Inclusive: price.Terms.Inclusive,
		Amount: -plans.Prorate(money.KES(whole), 0, minutesOf(m.Said), p.Days()*minutesADay).Cents}
	if r.credited == nil {
		r.credited = map[int64][]invoices.Once{}
	}
	r.credited[m.Said.OutageID] = append(r.credited[m.Said.OutageID], o)
	r.charge(o)
}

const minutesADay = 24 * 60

func minutesOf(said subscriptions.Said) int64 {
	return int64(said.Days)*minutesADay + int64(said.Minutes)
}

func (r *reading) outage(key string, m moment) string {
	return words.Text(r.lang, key, "Days", spell(r.lang, minutesOf(m.Said)), "Note", m.Said.Reason)
}

// spell writes a time as days, or as hours and minutes.
func spell(l words.Lang, minutes int64) string {
	if minutes%minutesADay == 0 {
		return words.Text(l, "unit.day", "Count", int(minutes/minutesADay))
	}
	var parts []string
	for _, p := range []struct {
		unit string
		n    int64
	}{{"unit.day", minutes / minutesADay}, {"unit.hour", minutes % minutesADay / 60}, {"unit.minute", minutes % 60}} {
		if p.n > 0 {
			parts = append(parts, words.Text(l, p.unit, "Count", int(p.n)))
		}
	}
	return strings.Join(parts, " ")
}

// takesBack charges again what was taken off for an outage.
func (r *reading) takesBack(m moment) {
	for _, o := range r.credited[m.Said.OutageID] {
		o.Key, o.Name, o.Day, o.Amount = o.Key+".back", r.outage("bill.outage_undone", m), m.day, -o.Amount
		r.charge(o)
	}
	delete(r.credited, m.Said.OutageID)
}

// net is what of the price of an item its discounts leave on a day.
func (r *reading) net(item string, price int64, d clock.Day) int64 {
	for _, less := range r.out.Discounts {
		if less.Item == item && less.From <= d && (less.Until == 0 || d < less.Until) {
			price -= min(price, plans.Discount{Percent: less.Share}.Of(money.KES(price)).Cents+less.Amount)
		}
	}
	return price
}
