package access

import "time"

// Attempt is one log-in as a router tells it.
type Attempt struct {
	Name             string
	RouterID, SiteID int64
	MAC              MAC
	MACLogin         bool // the router vouches for the MAC and there is no other proof
	// Verify says whether the log-in was made with this secret (PAP, CHAP, MS-CHAPv2). Not asked for a MAC log-in.
	Verify func(secret string) bool
	Garden bool // its router can let somebody in who gets no further than the walled garden
}

// Admission is the answer. Garden says that the device is let in for all its Cause, as far as the walled garden. Grant, Left, LoginID and Secret (the one that verified) are set as far as they are known.
type Admission struct {
	Cause   Cause
	Grant   Grant
	LoginID int64 // 0 for a MAC log-in
	Secret  string
	Left    Left
	Garden  bool
	Err     error // for the log, when the cause is CauseUnavailable
}

// letsIn says that the device comes in, if only to the garden.
func (a *Admission) letsIn() bool { return a.Cause == CauseOK || a.Garden }

// Left is what remains: Time means something only when Timed (the least of every clock, opening hours too), Bytes only
// when Capped.
type Left struct {
	Time          time.Duration
	Bytes         int64
	Timed, Capped bool
}
