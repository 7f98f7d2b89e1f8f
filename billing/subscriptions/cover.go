package subscriptions

import (
	"slices"
	"time"

	"mtandao/internal/clock"
)

// Gap is time in which there was no internet, from one whole minute up to another.
type Gap struct{ From, Until time.Time }

// joined are gaps in order, none of which touches another.
func joined(gaps []Gap) (all []Gap) {
	gaps = slices.Clone(gaps)
	slices.SortFunc(gaps, func(a, b Gap) int { return a.From.Compare(b.From) })
	for _, g := range gaps {
		switch n := len(all); {
		case !g.Until.After(g.From):
		case n > 0 && !g.From.After(all[n-1].Until):
			if g.Until.After(all[n-1].Until) {
				all[n-1].Until = g.Until
			}
		default:
			all = append(all, g)
		}
	}
	return all
}

// without is what of some gaps others leave.
func without(gaps, others []Gap) (left []Gap) {
	others = joined(others)
	for _, g := range joined(gaps) {
		for _, o := range others {
			if !o.Until.After(g.From) || !o.From.Before(g.Until) {
				continue
			}
			if o.From.After(g.From) {
				left = append(left, Gap{g.From, o.From})
			}
			g.From = o.Until
		}
		if g.Until.After(g.From) {
			left = append(left, g)
		}
	}
	return left
}

// minutes is how long gaps are together.
func minutes(gaps []Gap) (sum int) {
	for _, g := range gaps {
		sum += int(g.Until.Sub(g.From) / time.Minute)
	}
	return sum
}

// gaps is what was given for an outage. Before gaps were told, days were those up to when they were given.
func (e Event) gaps() []Gap {
	if e.Said.Gaps == nil && e.Said.Days > 0 {
		return []Gap{{e.At.AddDate(0, 0, -e.Said.Days).Truncate(time.Minute), e.At.Truncate(time.Minute)}}
	}
	return e.Said.Gaps
}

// cover is what outages come to on one line.
type cover struct {
	whole map[int64][]Gap // by outage, that holds: what the line had none in
	order []int64
	given map[int64][]Gap // of it, what was given for that outage
	again map[int64]int   // how often more was given for it
}

// coverOf reads what a line was given for outages that hold.
func coverOf(events []Event) cover {
	c := cover{map[int64][]Gap{}, nil, map[int64][]Gap{}, map[int64]int{}}
	for _, e := range events {
		id := e.Said.OutageID
		switch e.Kind {
		case Compensated:
			whole, given := e.Said.Whole, e.gaps()
			if whole == nil {
				whole = given
			}
			if _, known := c.whole[id]; !known {
				c.order = append(c.order, id)
			}
			c.whole[id] = joined(append(c.whole[id], whole...))
			c.given[id] = joined(append(c.given[id], given...))
			c.again[id]++
		case Uncompensate:
			delete(c.whole, id)
			delete(c.given, id)
			c.order = slices.DeleteFunc(c.order, func(other int64) bool { return other == id })
		}
	}
	return c
}

// all is what was given for any outage.
func (c cover) all() (gaps []Gap) {
	for _, id := range c.order {
		gaps = append(gaps, c.given[id]...)
	}
	return joined(gaps)
}

// open are outages that hold and of which something was not given, because another covered it that does not hold any more.
func (c cover) open() (id int64, missing []Gap) {
	for _, id := range c.order {
		if missing = without(c.whole[id], c.all()); len(missing) > 0 {
			return id, missing
		}
	}
	return 0, nil
}

// Cut is an outage that was proven: of a router, or of the whole site when RouterID is 0.
type Cut struct {
	ID, SiteID, RouterID int64
	Gap
	Note string
}

// suffered is in which parts of a cut a line should have been on at its router: it ran, and was paid for or is by invoice.
func (c Cut) suffered(events []Event, stood bool, zone Zones) (gaps []Gap, err error) {
	var on time.Time // since when it is on
	off := func(at time.Time) {
		if !on.IsZero() {
			gaps = append(gaps, Gap{clock.Later(c.From, on), clock.Sooner(c.Until, at)})
		}
		on = time.Time{}
	}
	var last State
	lapse := func(by time.Time) { // it may have run out since
		if end := last.End(zone(last.Place.SiteID)); !on.IsZero() && last.Prepaid() && end.Before(by) {
			off(end)
		}
	}
	err = Steps(events, zone, func(e Event, s State) {
		lapse(e.At)
		runs := s.Status == Active && s.Place.SiteID == c.SiteID && (c.RouterID == 0 || s.Place.RouterID == c.RouterID || s.Place.RouterID == 0 && stood)
		if runs && s.Prepaid() {
			runs = s.End(zone(s.Place.SiteID)).After(e.At)
		}
		switch last = s; {
		case runs && on.IsZero():
			on = e.At
		case !runs:
			off(e.At)
		}
	})
	lapse(c.Until)
	off(c.Until)
	return whole(joined(gaps)), err
}

// whole are the whole minutes of gaps.
func whole(gaps []Gap) (all []Gap) {
	for _, g := range gaps {
		g.From, g.Until = g.From.Add(time.Minute-1).Truncate(time.Minute), g.Until.Truncate(time.Minute)
		if g.Until.After(g.From) {
			all = append(all, g)
		}
	}
	return all
}
