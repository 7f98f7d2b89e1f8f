package billrun

import (
	"strconv"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/internal/words"
)

// Meters of a plan, and what they count in a unit. A window of a plan's hours is a meter of its own: "data.2".
const (
	dataMeter = "data"
	timeMeter = "time"
	gigabyte  = 1_000_000_000
	hour      = 3600
)

// meterNames are what meters and their windows are called.
var meterNames = map[string]struct{ whole, window string }{dataMeter: {"bill.meter.data", "bill.meter.data_window"}, timeMeter: {"bill.meter.time", "bill.meter.time_window"}}

func windowOf(meter string, n int) string { return meter + "." + strconv.Itoa(n+1) }

// priced is what a price on bills is made of.
type priced struct {
	versionID      int64 // of a plan's price; 0: of an add-on, which has Cents
	segment, level string
	hybrid         bool // paid beforehand, but for use
	lang           words.Lang
	cents          int64
	inclusive      bool
	arrears        bool
}

// table gives the prices of a page numbers: two that are made of the same have one.
type table struct {
	numbers map[priced]int64
	prices  map[int64]invoices.Price
}

func newTable() *table { return &table{map[priced]int64{}, map[int64]invoices.Price{}} }

// number is that of a price; made makes it when it is new.
func (t *table) number(of priced, made func() invoices.Price) int64 {
	id, known := t.numbers[of]
	if !known {
		id = int64(len(t.numbers) + 1)
		p := made()
		p.ID = id
		t.numbers[of], t.prices[id] = id, p
	}
	return id
}

// plan is the price of a plan for somebody.
func (t *table) plan(p plans.Price, segment, level string, hybrid bool, lang words.Lang) int64 {
	return t.number(priced{versionID: p.ID, segment: segment, level: level, hybrid: hybrid, lang: lang}, func() invoices.Price {
		made := invoices.Price{Amount: p.AmountFor(segment, level).Cents, Inclusive: p.Terms.Inclusive, Arrears: p.Terms.Arrears,
			Minimum: p.Terms.Minimum.Cents, Maximum: p.Terms.Maximum.Cents}
		if hybrid || p.Terms.Interval.Unit == plans.Once {
			made.Amount = 0
		}
		made.Meters = append(meters(dataMeter, gigabyte, p.Terms.Data, lang), meters(timeMeter, hour, p.Terms.Time, lang)...)
		return made
	})
}

// addOn is the price of an add-on beside a plan's.
func (t *table) addOn(a plans.AddOn, beside plans.Terms) int64 {
	of := priced{cents: a.Price.Cents, inclusive: beside.Inclusive, arrears: beside.Arrears}
	return t.number(of, func() invoices.Price {
		return invoices.Price{Amount: of.cents, Inclusive: of.inclusive, Arrears: of.arrears}
	})
}

func meters(key string, unit int64, m plans.Meter, lang words.Lang) (all []invoices.Meter) {
	for n, w := range m.Windows {
		all = append(all, invoices.Meter{Key: windowOf(key, n), Name: words.Text(lang, meterNames[key].window), Unit: unit, Tiers: []invoices.Tier{{Price: w.Each.Cents}}})
	}
	if len(m.Tiers) == 0 {
		return all
	}
	main := invoices.Meter{Key: key, Name: words.Text(lang, meterNames[key].whole), Unit: unit, Included: m.Included * unit, Volume: m.Volume}
	for _, tier := range m.Tiers {
		main.Tiers = append(main.Tiers, invoices.Tier{UpTo: tier.UpTo, Price: tier.Each.Cents})
	}
	return append(all, main)
}
