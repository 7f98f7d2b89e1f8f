package radius

import (
	"time"

	"mtandao/internal/clock"
)

// UsageLate is use that was told of more than LateAfter after its hour. It is counted in its hour and day as any other; that it came late is for who
// has billed that day meanwhile. Verdict is what became of it there.
type UsageLate struct {
	ID, GrantID, SiteID int64
	Hour                int64
	ToldAt              time.Time
	Volume
	Verdict string
	SeenBy  string
}

// TableName is what came late.
func (UsageLate) TableName() string { return "usage_late" }

// LateAfter is when use comes late: by then the day on which it was is billed.
const LateAfter = 31 * 24 * time.Hour

// Verdicts of late use; empty: nobody has looked at it.
const (
	LateBilled = "billed" // on the next bill
	LateLost   = "lost"   // too late to be billed: for staff to see
	LateSeen   = "seen"   // and they have
	LateFree   = "free"   // it costs nothing
)

// At is when the hour began.
func (u UsageLate) At() time.Time { return time.Unix(u.Hour*3600, 0).UTC() }

// Day is that hour's day in Nairobi.
func (u UsageLate) Day() clock.Day { return clock.DayOf(u.At()) }

// noteLate keeps what came late of a session's growth.
func (w *work) noteLate(s Session, v Volume, at time.Time) {
	if s.GrantID != 0 && v != (Volume{}) && w.now.Sub(at) > LateAfter {
		w.late = append(w.late, UsageLate{GrantID: s.GrantID, SiteID: s.SiteID, Hour: hourOf(at), ToldAt: w.now, Volume: v})
	}
}
