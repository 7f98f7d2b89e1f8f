package access

import (
	"time"

	"mtandao/internal/fault"
)

// Bounds of what can be sold: wide enough for any plan, narrow enough that sums never overflow.
const (
	maxKbps    = 100_000_000
	maxBytes   = 1 << 50
	maxTime    = 10 * 365 * 24 * time.Hour
	maxDevices = 1000
	maxWindows = 50
)

// Check says what is wrong with l: fault.Invalid "limits.rate", "limits.data", "limits.time", "limits.devices",
// "limits.hours", "limits.fair_use", "limits.night" or "limits.address".
func (l Limits) Check() error {
	for _, kbps := range []int64{l.UpKbps, l.DownKbps, l.Burst.UpKbps, l.Burst.DownKbps, l.Burst.UpThresholdKbps, l.Burst.DownThresholdKbps} {
		if kbps < 0 || kbps > maxKbps {
			return fault.New(fault.Invalid, "limits.rate")
		}
	}
	for _, d := range []time.Duration{l.Time, l.Valid, l.Idle, l.Burst.Over} {
		if d < 0 || d > maxTime {
			return fault.New(fault.Invalid, "limits.time")
		}
	}
	switch {
	case l.TimeKind != "" && l.TimeKind != Calendar && l.TimeKind != Online:
		return fault.New(fault.Invalid, "limits.time")
	case l.DataBytes < 0 || l.DataBytes > maxBytes:
		return fault.New(fault.Invalid, "limits.data")
	case l.Devices < 0 || l.Devices > maxDevices:
		return fault.New(fault.Invalid, "limits.devices")
	}
	if err := l.checkTerms(); err != nil {
		return err
	}
	return l.Hours.check()
}

// checkTerms: a speed that changes needs both speeds in both directions, for a router that is told none keeps the old one.
func (l Limits) checkTerms() error {
	f, n := l.FairUse, l.Night
	for _, kbps := range []int64{f.UpKbps, f.DownKbps, n.UpKbps, n.DownKbps} {
		if kbps < 0 || kbps > maxKbps {
			return fault.New(fault.Invalid, "limits.rate")
		}
	}
	sped := l.UpKbps > 0 && l.DownKbps > 0
	fast := n.UpKbps > 0 || n.DownKbps > 0
	switch {
	case f.Bytes == 0 && f != (FairUse{}), f.Bytes < 0 || f.Bytes > maxBytes, f.Day < 0 || f.Day > 31 || f.Day > 0 && f.Per != PerMonth,
		f.Bytes > 0 && (f.Per != PerDay && f.Per != PerMonth || f.UpKbps == 0 || f.DownKbps == 0 || !sped):
		return fault.New(fault.Invalid, "limits.fair_use")
	case len(n.Hours) == 0 && (fast || n.Free), len(n.Hours) > 0 && !fast && !n.Free,
		fast && (n.UpKbps == 0 || n.DownKbps == 0 || !sped):
		return fault.New(fault.Invalid, "limits.night")
	}
	if err := n.Hours.check(); err != nil {
		return err
	}
	return l.Address.check()
}
