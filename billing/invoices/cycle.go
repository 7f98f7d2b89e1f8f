package invoices

import (
	"slices"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

// Every is a unit of billing.
type Every string

// The units. With Days and N 7 it is a week.
const (
	Months Every = "months"
	Days   Every = "days"
)

// Cycle cuts time into billing periods: of N months that begin on a day of the month, or of N days counted from Anchor. In a month that is too
// short the period begins on its last day.
type Cycle struct {
	Every  Every
	N      int
	Anchor clock.Day // some day on which a period begins; of months its day of the month counts, unless Day does
	Day    int       // of the month, 1 to 31; 0: that of Anchor
	// Moves, the earliest first: from each on, periods begin on its day. What runs until then is cut short, and costs its part of what it would have been.
	Moves []Move
}

// Move is that periods begin on another day from On on: of months on a Day of the month, of days so many of them after On.
type Move struct {
	On  clock.Day
	Day int
}

func (m Move) before(n Move) int { return int(m.On - n.On) }

const mostOfCycle = 800 // more than two years of days

func (c Cycle) check() error {
	if c.Every != Months && c.Every != Days || c.N < 1 || c.N > mostOfCycle || c.Anchor <= 0 || c.Day < 0 || c.Day > 31 || !slices.IsSortedFunc(c.Moves, Move.before) {
		return fault.New(fault.Invalid, "invoice.cycle")
	}
	return nil
}

// at is the cycle as it was moved last by a day, and the day on which it is moved next.
func (c Cycle) at(d clock.Day) (one Cycle, until clock.Day) {
	one, until = c, forever
	for _, moved := range c.Moves {
		if d < moved.On {
			return one, moved.On
		}
		one.Anchor, one.Day = moved.On, moved.Day
	}
	return one, until
}

// begin is the day on which the nth period from that of the anchor begins.
func (c Cycle) begin(n int) clock.Day {
	if c.Every == Days {
		return c.Anchor + clock.Day(n*c.N)
	}
	year, month, day := c.Anchor.Date()
	if c.Day != 0 {
		day = c.Day
	}
	month += time.Month(n * c.N)
	return min(clock.Date(year, month, day), clock.Date(year, month+1, 1)-1)
}

// index is which period holds the day, counted from the anchor's.
func (c Cycle) index(d clock.Day) int {
	n := 0
	if c.Every == Days {
		n = int(d-c.Anchor) / c.N
	} else {
		year, month, _ := d.Date()
		from, first, _ := c.Anchor.Date()
		n = ((year-from)*12 + int(month-first)) / c.N
	}
	for c.begin(n) > d {
		n--
	}
	for c.begin(n+1) <= d {
		n++
	}
	return n
}

// Period is the one that holds the day.
func (c Cycle) Period(d clock.Day) Period {
	_, moved := c.at(d)
	p := c.Whole(d)
	p.Until = min(p.Until, moved)
	return p
}

// Whole is the period that holds the day as if nothing cut it short: prices are for all of it.
func (c Cycle) Whole(d clock.Day) Period {
	one, _ := c.at(d)
	n := one.index(d)
	return Period{one.begin(n), one.begin(n + 1)}
}

func (c Cycle) before(p Period) Period { return c.Period(p.From - 1) }

func (c Cycle) after(p Period) Period { return c.Period(p.Until) }
