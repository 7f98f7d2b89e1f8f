package access

// The facts this package emits as jobs, keyed by grant id, with a Fact as payload.
const (
	GrantOpened    = "grant opened"    // a new grant may be used, or a queued one's turn has come
	GrantChanged   = "grant changed"   // more of the same was added, a slot was freed (Cause CauseSlotFreed, MAC the device), or a standing grant is barred or back
	GrantEnded     = "grant ended"     // Cause says why
	GrantUsedLate  = "grant used late" // one that ended because it was paid for was used more than was known then
	GrantSuspended = "grant suspended"
	GrantResumed   = "grant resumed"
)

// Fact is the payload of every fact of this package.
type Fact struct {
	GrantID, RouterID int64
	MAC, IP, Cause    string
}
