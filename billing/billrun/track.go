package billrun

import (
	"maps"
	"slices"
	"strconv"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
)

// trackOf is where what an interval costs is billed: "m3" for three months, "d7" for a week. Who pays once is billed month by month what comes beside.
func trackOf(i plans.Interval) string {
	switch i.Unit {
	case plans.Month:
		return "m" + strconv.Itoa(i.Every)
	case plans.Week:
		return "d" + strconv.Itoa(7*i.Every)
	case plans.Day:
		return "d" + strconv.Itoa(i.Every)
	}
	return "m1"
}

// feeTrack is where the fee is billed for leaving a line early that was paid beforehand.
const feeTrack = "m1"

// billedOn is the track on which something is charged once that happens to what is sold.
func billedOn(sold subscriptions.Sold) string {
	if sold.Mode == plans.Prepaid {
		return feeTrack
	}
	return trackOf(sold.Interval)
}

// position is up to where a track of a subscription is billed.
type position struct {
	SubscriptionID int64
	Track          string      // "": it is not known yet what there is
	Anchor         clock.Day   // when it was first paid by invoice
	BillDay        int         // of the month
	Moves          []clock.Day // of its cycle, as far as they are billed
	Wanted         int         // the day of the month to which staff move it next; 0: it stays
	Next           clock.Day   // the first of the next period to be billed
	Due            clock.Day   // when it is; 0: nothing is left
	Since          clock.Day   // the earliest day about which something new is known; 0: none
	Version        int64
}

// cycle cuts time into the periods of a track.
func (p position) cycle(track string) invoices.Cycle {
	n, _ := strconv.Atoi(track[1:]) // written by trackOf
	c := invoices.Cycle{Every: invoices.Days, N: n, Anchor: p.Anchor, Day: p.BillDay}
	if track[0] == 'm' {
		c.Every, c.Moves = invoices.Months, p.moves()
	}
	return c
}

// moves are those that are billed, and the one that is wanted: it begins on the first such day after all that is billed, or with it.
func (p position) moves() []clock.Day {
	if p.Wanted == 0 || p.Wanted == p.day() {
		return p.Moves
	}
	year, month, _ := p.Next.Date()
	moved := clock.Date(year, month, p.Wanted)
	if moved < p.Next {
		moved = clock.Date(year, month+1, p.Wanted)
	}
	return append(slices.Clip(p.Moves), moved)
}

// day is that of the month on which periods begin by what is billed.
func (p position) day() int {
	if len(p.Moves) == 0 {
		return p.BillDay
	}
	_, _, day := p.Moves[len(p.Moves)-1].Date()
	return day
}

// settled is a position whose wanted day holds.
func (p position) settled() position {
	p.Moves, p.Wanted = p.moves(), 0
	return p
}

// cycles are those of a subscription's tracks.
type cycles map[string]invoices.Cycle

// of is the cycle of a track. One that it was never on has the days of another.
func (all cycles) of(track string) invoices.Cycle {
	if c, known := all[track]; known {
		return c
	}
	if len(all) == 0 {
		return invoices.Cycle{}
	}
	like := all[slices.Min(slices.Collect(maps.Keys(all)))]
	return position{Anchor: like.Anchor, BillDay: like.Day}.cycle(track)
}

// opened is the track's position when a line comes onto it on a day.
func (p position) opened(track string, d clock.Day) position {
	if p.BillDay = p.day(); p.Wanted != 0 {
		p.BillDay = p.Wanted
	}
	p.Track, p.Since, p.Version, p.Moves, p.Wanted = track, 0, 0, nil, 0
	p.Next, p.Due = p.cycle(track).Period(d).From, d
	return p
}

// noted is a position after something was recorded that counts from a day on; on says that the line is on the track from then.
func (p position) noted(d clock.Day, on bool) position {
	p.Version++
	if p.Since == 0 || d < p.Since {
		p.Since = d
	}
	if p.Due != 0 {
		return p
	}
	if from := p.cycle(p.Track).Period(d).From; on && from > p.Next { // it comes back: between there was nothing
		p = p.settled()
		p.Next, p.Due = from, d
		return p
	}
	p.Due = p.Next
	return p
}
