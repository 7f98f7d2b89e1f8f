package access

// Cause is why a log-in was accepted or refused, or a grant ended. Its sentence for the guest is words "cause." + Cause.
type Cause string

// The causes of Admit and Decide; End takes the same and any other word its caller explains.
const (
	CauseOK          Cause = "ok"
	CauseUnknown     Cause = "unknown"
	CauseWrongSecret Cause = "wrong_secret"
	CauseSuspended   Cause = "suspended"
	CauseEnded       Cause = "ended"
	CauseTimeUsed    Cause = "time_used"
	CauseDataUsed    Cause = "data_used"
	CauseExpired     Cause = "expired"
	CauseHours       Cause = "hours"
	CauseDevicesFull Cause = "devices_full"
	CauseOtherSite   Cause = "other_site"
	CauseUnavailable Cause = "unavailable"
	CauseArrears     Cause = "arrears"  // a standing grant waits for money
	CauseReversed    Cause = "reversed" // the rail took the money back that paid for it
)

// CauseRestored is the cause in the fact "grant changed" when a standing grant is barred or lapsed no more.
const CauseRestored Cause = "restored"

// CauseSlotFreed is the cause in the fact "grant changed" when a device was taken off a grant: its MAC must go offline.
const CauseSlotFreed Cause = "slot_freed"

// CauseFairUse is the cause in the fact "grant changed" when a grant has used its fair share and becomes slower.
const CauseFairUse Cause = "fair_use"

// Over says that waiting does not cure the cause: the grant is finished.
func (c Cause) Over() bool {
	return c == CauseTimeUsed || c == CauseDataUsed || c == CauseExpired || c == CauseEnded
}
