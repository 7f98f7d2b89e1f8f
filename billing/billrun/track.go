package billrun

import (
	"strconv"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
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

// position is up to where a track of a subscription is billed.
type position struct {
	SubscriptionID int64
	Track          string    // "": it is not known yet what there is
	Anchor         clock.Day // when it was first paid by invoice
	BillDay        int       // of the month
	Next           clock.Day // the first of the next period to be billed
	Due            clock.Day // when it is; 0: nothing is left
	Since          clock.Day // the earliest day about which something new is known; 0: none
	Version        int64
}

// cycle cuts time into the periods of a track.
func (p position) cycle(track string) invoices.Cycle {
	n, _ := strconv.Atoi(track[1:]) // written by trackOf
	c := invoices.Cycle{Every: invoices.Days, N: n, Anchor: p.Anchor, Day: p.BillDay}
	if track[0] == 'm' {
		c.Every = invoices.Months
	}
	return c
}

// opened is the track's position when a line comes onto it on a day.
func (p position) opened(track string, d clock.Day) position {
	p.Track, p.Since, p.Version = track, 0, 0
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
	if p.Due = p.Next; on && p.cycle(p.Track).Period(d).From > p.Next { // it comes back: between there was nothing
		p.Next, p.Due = p.cycle(p.Track).Period(d).From, d
	}
	return p
}
