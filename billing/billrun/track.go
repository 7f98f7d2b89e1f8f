package billrun

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"mtandao/billing/customers"
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
	Track          string          // "": it is not known yet what there is
	Anchor         clock.Day       // when it was first paid by invoice
	BillDay        int             // of the month
	Moves          []invoices.Move // of its cycle, as far as they are billed
	Wanted         int             // the day, as day tells it, to which staff move it next; 0: it stays
	Next           clock.Day       // the first of the next period to be billed
	Due            clock.Day       // when it is; 0: nothing is left
	Since          clock.Day       // the earliest day about which something new is known; 0: none
	Version        int64
}

const week = 7

// byMonth says that a track's periods are months; weekly, that they are whole weeks.
func byMonth(track string) bool { return track != "" && track[0] == 'm' }

func weekly(track string) bool {
	n := lengthOf(track)
	return n > 0 && !byMonth(track) && n%week == 0
}

// lengthOf is how many months or days a period of a track has; 0 of no track.
func lengthOf(track string) int {
	if track == "" {
		return 0
	}
	n, _ := strconv.Atoi(track[1:]) // written by trackOf
	return n
}

// weekday counts from Monday, 1, to Sunday, 7.
func weekday(d clock.Day) int { return int(d+week-4)%week + 1 } // day 0 was a Thursday

// cycle cuts time into the periods of a track.
func (p position) cycle(track string) invoices.Cycle {
	c := invoices.Cycle{Every: invoices.Days, N: lengthOf(track), Anchor: p.Anchor, Day: p.BillDay}
	if byMonth(track) {
		c.Every = invoices.Months
	}
	c.Moves = p.moves()
	return c
}

// moves are those that are billed, and the one that is wanted: it begins on the first such day after all that is billed, or with it.
func (p position) moves() []invoices.Move {
	if !p.leaves() {
		return p.Moves
	}
	return append(slices.Clip(p.Moves), invoices.Move{On: p.first(p.Wanted), Day: p.Wanted})
}

// leaves says that another day is wanted than there is.
func (p position) leaves() bool {
	return p.Wanted != 0 && p.Wanted != p.day() && (byMonth(p.Track) || weekly(p.Track))
}

// first is the first day from Next on that a day of the month, or of the week, names. Of a month that is too short that is its last day.
func (p position) first(day int) clock.Day {
	if !byMonth(p.Track) {
		return p.Next + clock.Day((day-weekday(p.Next)+week)%week)
	}
	year, month, _ := p.Next.Date()
	d := inMonth(year, month, day)
	if d < p.Next {
		d = inMonth(year, month+1, day)
	}
	return d
}

func inMonth(year int, month time.Month, day int) clock.Day {
	return min(clock.Date(year, month, day), clock.Date(year, month+1, 1)-1)
}

// day is that of the month on which periods begin by what is billed, of weeks that of the week.
func (p position) day() int {
	switch {
	case len(p.Moves) > 0:
		return p.Moves[len(p.Moves)-1].Day
	case weekly(p.Track):
		return weekday(p.Anchor)
	}
	return p.BillDay
}

// last is the last day up to d that the wanted day names.
func (p position) last(d clock.Day) clock.Day {
	if !byMonth(p.Track) {
		return d - clock.Day((weekday(d)-p.Wanted+week)%week)
	}
	year, month, _ := d.Date()
	if on := inMonth(year, month, p.Wanted); on <= d {
		return on
	}
	return inMonth(year, month-1, p.Wanted)
}

// back is a position whose line comes back on a day to a track with nothing left, after what was billed of it: between there was nothing. Its customer's day
// holds from then, and not before, for discounts are counted by the days that there were.
func (p position) back(d clock.Day, wanted int) position {
	if p.Due != 0 {
		return p
	}
	p.Wanted = wanted
	from := p.cycle(p.Track).Period(d).From
	if p.leaves() {
		from = p.last(d)
	}
	if from <= p.Next {
		return p
	}
	if p.leaves() {
		p.Moves = append(slices.Clip(p.Moves), invoices.Move{On: from, Day: p.Wanted})
	}
	p.Wanted, p.Next, p.Due = 0, from, d
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

// opened is the track's position when a line comes onto it on a day. Its months begin on its customer's day, and its weeks on one of the week, if they have one.
func (p position) opened(track string, d clock.Day, c customers.Customer) position {
	p.BillDay = c.BillDay
	if weekly(track) && c.BillWeekday != 0 {
		p.Anchor -= clock.Day((weekday(p.Anchor) - c.BillWeekday + week) % week)
	}
	p.Track, p.Since, p.Version, p.Moves, p.Wanted = track, 0, 0, nil, 0
	p.Next, p.Due = p.cycle(track).Period(d).From, d
	return p
}

// noted is a position after something was recorded that counts from a day on.
func (p position) noted(d clock.Day) position {
	p.Version++
	if p.Since == 0 || d < p.Since {
		p.Since = d
	}
	if p.Due == 0 {
		p.Due = p.Next
	}
	return p
}
