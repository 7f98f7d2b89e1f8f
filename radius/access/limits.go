package access

import "time"

// TimeKind says when Limits.Time runs.
type TimeKind string

// Calendar time runs on from the first use; online time counts only while connected. Empty means Calendar.
const (
	Calendar TimeKind = "calendar"
	Online   TimeKind = "online"
)

// Limits is what a plan buys. Zero means no limit of that kind, except Devices, where it means one.
type Limits struct {
	UpKbps, DownKbps int64
	Burst            Burst
	DataBytes        int64
	Time             time.Duration
	TimeKind         TimeKind
	Valid            time.Duration // after the first use
	ValidUntil       time.Time     // fixed end, whenever used
	Hours            Hours
	Devices          int
	Idle             time.Duration
	FairUse          FairUse
	Night            Night
	Address          Address
}

// Burst lets a device go faster than its limit while its average over Over stays below the thresholds.
type Burst struct {
	UpKbps, DownKbps                   int64
	UpThresholdKbps, DownThresholdKbps int64
	Over                               time.Duration
}

// DeviceCount is the number of slots: Devices, at least one.
func (l Limits) DeviceCount() int { return max(l.Devices, 1) }

// until is where a grant first used at that instant ends by the calendar; zero when nothing but use ends it.
func (l *Limits) until(firstUsed time.Time) time.Time {
	end := l.ValidUntil
	if l.Time > 0 && l.TimeKind != Online {
		end = earlier(end, firstUsed.Add(l.Time))
	}
	if l.Valid > 0 {
		end = earlier(end, firstUsed.Add(l.Valid))
	}
	return end
}

// plus adds the sums of another purchase of the same plan.
func (l Limits) plus(more Limits) Limits {
	l.Time += more.Time
	l.DataBytes += more.DataBytes
	l.Valid += more.Valid
	if more.ValidUntil.After(l.ValidUntil) {
		l.ValidUntil = more.ValidUntil
	}
	return l
}

// lasting is l without what the calendar ends: of a standing grant, whose end is set by hand.
func (l Limits) lasting() Limits {
	if l.TimeKind != Online {
		l.Time = 0
	}
	l.Valid, l.ValidUntil = 0, time.Time{}
	return l
}

// stacks says whether more may be added to l: the same in all but the sums, and limited in the same ways (no cap plus a
// cap would take something away).
func (l Limits) stacks(more Limits) bool {
	sameWays := (l.Time > 0) == (more.Time > 0) && (l.DataBytes > 0) == (more.DataBytes > 0) &&
		(l.Valid > 0) == (more.Valid > 0) && l.ValidUntil.IsZero() == more.ValidUntil.IsZero()
	return sameWays && string(l.shape()) == string(more.shape())
}

// shape is l without its sums.
func (l Limits) shape() []byte {
	l.Time, l.DataBytes, l.Valid, l.ValidUntil, l.Devices = 0, 0, 0, time.Time{}, l.DeviceCount()
	l.Address = Address{Pool: l.Address.Pool, IPv6Pool: l.Address.IPv6Pool, DelegatedPool: l.Address.DelegatedPool, List: l.Address.List}
	return EncodeLimits(l)
}

// earlier is the earlier of two instants; zero counts as never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
