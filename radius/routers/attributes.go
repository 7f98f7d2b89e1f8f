package routers

import (
	"math"
	"time"

	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2869"

	"mtandao/internal/fault"
)

// AddCommon adds the attributes that every dialect shares: Session-Timeout, Idle-Timeout (RFC 2865 §5.27, §5.28),
// Acct-Interim-Interval (RFC 2869 §5.16) and Class. What has nothing left is refused: a limit of zero reads as "none".
func (a *Answer) AddCommon(to *Attributes) error {
	if a.Left.Capped && a.Left.Bytes <= 0 || a.Left.Timed && a.Left.Time <= 0 || a.SessionTimeout < 0 {
		return fault.New(fault.Internal, "router.nothing_left")
	}
	timeout := a.SessionTimeout
	if a.Left.Timed && (timeout == 0 || a.Left.Time < timeout) {
		timeout = a.Left.Time
	}
	if timeout > 0 {
		to.AddNumber(rfc2865.SessionTimeout_Type, Seconds(timeout))
	}
	if a.Limits.Idle > 0 {
		to.AddNumber(rfc2865.IdleTimeout_Type, Seconds(a.Limits.Idle))
	}
	if a.Interim > 0 {
		to.AddNumber(rfc2869.AcctInterimInterval_Type, Seconds(max(a.Interim, leastInterim)))
	}
	if len(a.Class) > 0 {
		to.Add(rfc2865.Class_Type, a.Class)
	}
	return nil
}

// Seconds is d rounded up to whole seconds, cut to 32 bits.
func Seconds(d time.Duration) uint32 { return Clamp(int64((d + time.Second - 1) / time.Second)) }

// Clamp cuts n to what an integer attribute holds.
func Clamp(n int64) uint32 { return uint32(min(max(n, 0), math.MaxUint32)) }

// Gigawords splits a number of bytes into the octets attribute and its gigawords half (2^32 each).
func Gigawords(bytes int64) (octets, gigawords uint32) {
	return uint32(bytes & math.MaxUint32), Clamp(bytes >> 32)
}
