package radius

import (
	"time"

	"mtandao/radius/access"
)

// Around is what routers and this program did about a grant around an instant, each in order of time.
type Around struct {
	Sessions []Over    // of which ClosedBy is empty while they are open
	Refused  []Refusal // of the grant, of its devices, and of the names that it was known by
	Enforced []Enforcement
}

// Whom asks what happened around an instant: a grant, the names that it is or was known by, and its devices. What is empty is not looked for; devices that
// the sessions found were of are.
type Whom struct {
	GrantID int64
	Names   []string
	MACs    []access.MAC
}

// Bounds of what is read around an instant.
const (
	AroundFor   = 24 * time.Hour // before and after
	mostBefore  = 12             // sessions that were over
	mostAfter   = 12             // sessions that ended later
	mostAround  = 40             // enforcements and refusals, of each kind of question
	mostDevices = 8
	mostNames   = 8
)
