package billrun

import (
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
)

// stretch is days through which a subscription was the same.
type stretch struct {
	from, until clock.Day // 0: goes on
	status      subscriptions.Status
	segment     string
	sold        subscriptions.Sold // as it is billed
	addOns      []plans.AddOn
	paid        clock.Day // it was paid beforehand up to here; 0: it was not
}

// billed says that the days are paid by invoice, all of them or their use.
func (s stretch) billed() bool {
	return s.sold.Mode != plans.Prepaid && (s.status == subscriptions.Active || s.status == subscriptions.Paused)
}

// moment is an event with what the subscription was by it.
type moment struct {
	subscriptions.Event
	day   clock.Day
	state subscriptions.State
}

// life is a subscription as days.
type life struct {
	stretches []stretch
	moments   []moment // what is billed by itself, or changes what is
	last      subscriptions.State
}

// lifeOf reads events as days: a day is what they come to at its end.
func lifeOf(events []subscriptions.Event, zone subscriptions.Zones, tracks cycles) (l life, err error) {
	err = subscriptions.Steps(events, zone, func(e subscriptions.Event, state subscriptions.State) {
		l.last = state
		if !counts(e) && (!movesPaid(e) || state.Sold.Mode != plans.Postpaid) { // what was renewed before a change was dated back is paid, until its money goes back
			return
		}
		m := moment{e, clock.DayOf(e.At), state}
		l.moments = append(l.moments, m)
		l.reach(m, tracks)
	})
	return l, err
}

// reach has a stretch begin with a moment.
func (l *life) reach(m moment, tracks cycles) {
	next := stretch{from: m.day, status: m.state.Status, segment: m.state.Segment, sold: m.state.Sold, addOns: m.state.AddOns}
	if m.state.Sold.Mode == plans.Postpaid && !m.state.PaidTo.IsZero() {
		next.paid = clock.DayOf(m.state.PaidTo.Add(-time.Millisecond)) + 1
	}
	if len(l.stretches) == 0 {
		l.stretches = append(l.stretches, next)
		return
	}
	last := &l.stretches[len(l.stretches)-1]
	var later *stretch // a newer price that begins with the next period
	if last.from > m.day {
		was := *last
		later, l.stretches = &was, l.stretches[:len(l.stretches)-1]
		last = &l.stretches[len(l.stretches)-1]
	}
	switch {
	case m.Kind == subscriptions.Repriced && last.billed():
		newer := next
		next.sold = last.sold
		track := trackOf(next.sold.Interval)
		newer.from = tracks.of(track).Period(m.day).Until
		later = &newer
	case m.Kind == subscriptions.Changed:
		later = nil
	case later != nil:
		next.sold, later.status, later.addOns, later.paid = last.sold, next.status, next.addOns, next.paid
	}
	l.end(next)
	if later != nil {
		l.end(*later)
	}
}

// end has the last stretch be followed by another.
func (l *life) end(next stretch) {
	last := &l.stretches[len(l.stretches)-1]
	if last.until = next.from; last.from == next.from {
		*last = next
		return
	}
	l.stretches = append(l.stretches, next)
}

// sold is all that it ever was subscribed to.
func (l life) sold() (all []subscriptions.Sold) {
	for _, s := range l.stretches {
		all = append(all, s.sold)
	}
	for _, m := range l.moments {
		all = append(all, m.state.Sold)
	}
	return all
}

// pauses are the days that are not billed.
func (l life) pauses() (all []invoices.Pause) {
	add := func(from, until clock.Day) {
		if n := len(all); n > 0 && all[n-1].Until == from {
			all[n-1].Until = until
			return
		}
		all = append(all, invoices.Pause{From: from, Until: until})
	}
	for _, s := range l.stretches {
		if s.status == subscriptions.Paused {
			add(s.from, s.until)
		}
	}
	return all
}
