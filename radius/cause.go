package radius

import "mtandao/radius/access"

// Why routers are told something and log-ins are refused, beside the causes of access, which are about grants.
const (
	CauseStaff     access.Cause = "staff"          // somebody who works here cut it off
	CauseLoggedOut access.Cause = "logged_out"     // they logged out, or somebody logged them out
	CausePutOnline access.Cause = "put_online"     // somebody who works here put it online
	CauseTerms     access.Cause = "terms"          // nothing was bought: the hour, fair use, or the other devices' shares
	CauseChanged   access.Cause = "changed"        // the router cannot change a session's limits, so it begins anew
	CauseShareUsed access.Cause = "share_used"     // the router stopped it at its share, and the grant has more
	CauseShared    access.Cause = "shared"         // the plan's other devices hold all that is left
	CauseTries     access.Cause = "too_many_tries" // it guessed too often
)
