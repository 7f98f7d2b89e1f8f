package billrun

import (
	"context"
	"errors"
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// Usage tells what grants used, octets of both ways and seconds online, from one instant up to another; of a day or an hour perhaps in parts.
type Usage interface {
	EachDay(ctx context.Context, grants []int64, from, until clock.Day, tell func(grantID int64, d clock.Day, octets, seconds int64)) error
	EachHour(ctx context.Context, grants []int64, from, until time.Time, tell func(grantID int64, at time.Time, octets, seconds int64)) error
	// EachLate tells of that which came late, a report each: it is among days and hours too.
	EachLate(ctx context.Context, grants []int64, from, until clock.Day, tell func(grantID int64, at, told time.Time, octets, seconds int64)) error
	// NewLate tells of some that came late and was not judged. Judge says whether it costs anything, and whether it came too late for that, once.
	NewLate(ctx context.Context, tell func(id, grantID int64, at, told time.Time)) error
	Judge(tx *db.Tx, id int64, costs, lost bool) (bool, error)
}

// lateUse is how many days after a period its use may still be told of as a matter of course: so far back a bill looks again, and so long a line stays that
// has ended. What comes later is judged report by report.
const lateUse = 31

// metered is a due period of a line whose use costs something.
type metered struct {
	due     *invoices.Due
	life    life
	prices  map[int64]plans.Price
	from    clock.Day // its use is read from here on
	windows bool      // hours have prices of their own
}

// meteredOf says whether use costs something, and looks again at what late reports may have changed since: as far back as it is kept.
func (s *Source) meteredOf(r reading, due *invoices.Due) (metered, bool) {
	m, is := metered{due: due, life: r.life, prices: r.prices}, false
	for _, one := range r.stretches {
		terms := r.prices[one.sold.PriceID].Terms
		is = is || r.mine(one) && (terms.Data.Counts() || terms.Time.Counts())
		m.windows = m.windows || r.mine(one) && len(terms.Data.Windows)+len(terms.Time.Windows) > 0
	}
	if !is {
		return m, false
	}
	h := &due.History
	before := h.Cycle.Period(due.Period.From - 1)
	since := h.Cycle.Period(before.From - lateUse).From
	if h.Since != 0 {
		since = min(since, h.Since)
	}
	months, days := s.Kept()
	if !m.windows {
		months = days
	}
	year, month, day := due.Period.From.Date()
	if kept := clock.Date(year, month-time.Month(months), day) + 1; h.Cycle.Period(since).From < kept {
		since = min(h.Cycle.Period(kept).Until, before.From)
	}
	h.Since, m.from = since, h.Cycle.Period(since).From
	return m, true
}

// measure adds to due periods what was used.
func (s *Source) measure(ctx context.Context, all []metered, grants map[int64]int64) error {
	byDay, byHour := batch{of: map[int64][]*metered{}}, batch{of: map[int64][]*metered{}}
	for n := range all {
		b := &byDay
		if all[n].windows {
			b = &byHour
		}
		b.add(grants[all[n].due.SubscriptionID], &all[n])
	}
	err := s.Usage.EachDay(ctx, byDay.grants, byDay.from, byDay.until, func(grantID int64, d clock.Day, octets, seconds int64) {
		for _, m := range byDay.of[grantID] {
			m.use(d, d.Start(), octets, seconds, false)
		}
	})
	if err != nil {
		return err
	}
	err = s.Usage.EachHour(ctx, byHour.grants, byHour.from.Start(), byHour.until.Start(), func(grantID int64, at time.Time, octets, seconds int64) {
		for _, m := range byHour.of[grantID] {
			m.use(clock.DayOf(at), at, octets, seconds, false)
		}
	})
	if err != nil {
		return err
	}
	return errors.Join(s.measureLate(ctx, byDay), s.measureLate(ctx, byHour))
}

// batch is lines whose use is read together.
type batch struct {
	grants      []int64
	of          map[int64][]*metered
	from, until clock.Day
}

func (b *batch) add(grantID int64, m *metered) {
	if len(b.of[grantID]) == 0 {
		b.grants = append(b.grants, grantID)
	}
	b.of[grantID] = append(b.of[grantID], m)
	if b.from == 0 || m.from < b.from {
		b.from = m.from
	}
	b.until = max(b.until, m.due.Period.From)
}

// use adds what was used at an instant of a day.
func (m *metered) use(d clock.Day, at time.Time, octets, seconds int64, late bool) {
	if d < m.from || d >= m.due.Period.From {
		return
	}
	for _, s := range m.life.stretches {
		if d < s.from || s.until != 0 && d >= s.until || !s.billed() {
			continue
		}
		terms := m.prices[s.sold.PriceID].Terms
		m.count(dataMeter, terms.Data, d, at, octets, late)
		m.count(timeMeter, terms.Time, d, at, seconds, late)
	}
}

func (m *metered) count(key string, meter plans.Meter, d clock.Day, at time.Time, quantity int64, late bool) {
	if quantity == 0 || !meter.Counts() {
		return
	}
	for n, w := range meter.Windows {
		if open, _ := w.Hours.Open(at, clock.Nairobi); open {
			key = windowOf(key, n)
			break
		}
	}
	if n := len(m.due.Usage); n > 0 && m.due.Usage[n-1].Meter == key && m.due.Usage[n-1].Day == d && m.due.Usage[n-1].Late == late {
		m.due.Usage[n-1].Quantity += quantity
		return
	}
	m.due.Usage = append(m.due.Usage, invoices.Use{Meter: key, Day: d, Quantity: quantity, Late: late})
}
