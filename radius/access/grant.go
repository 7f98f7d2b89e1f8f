package access

import (
	"slices"
	"time"
)

// State is where a grant is in its life.
type State string

// The states. Dormant waits for its first log-in.
const (
	Dormant   State = "dormant"
	Active    State = "active"
	Suspended State = "suspended"
	Ended     State = "ended"
)

// next is the whole state machine of a grant.
var next = map[State][]State{
	Dormant:   {Active, Ended},
	Active:    {Suspended, Ended},
	Suspended: {Active, Ended},
	Ended:     {},
}

// before lists the states from which a grant may come to state: what the WHERE of its UPDATE names.
func before(state State) []State {
	var from []State
	for s, to := range next {
		if slices.Contains(to, state) {
			from = append(from, s)
		}
	}
	slices.Sort(from)
	return from
}

// Place is where a device stands: the router it was seen on, its MAC and its address there. Any part may be unknown.
type Place struct {
	RouterID int64
	MAC      MAC
	IP       string
}

// Grant is the right to be online. Limits are the totals of all its sources.
type Grant struct {
	ID, SiteID   int64 // SiteID 0: every site
	Plan         string
	Segment      string
	Owner        string // of Offer
	State        State
	Limits       Limits
	Place        Place // where it was bought
	FirstUsedAt  time.Time
	Until        time.Time // zero: the calendar does not end it; of a standing grant: where it lapses
	Standing     bool      // of Offer
	Lapsed       Barred    // how a standing grant is kept past its end
	Barred       Barred    // how it is kept for arrears, whatever its end is
	SlowedKbps   int64     // as fast as it may be for arrears, whatever its plan gives; 0: as the plan says
	UnusedUntil  time.Time // zero: waits without end
	UsedTime     time.Duration
	UsedBytes    int64 // all that was carried
	FreeBytes    int64 // of it, in free hours
	Fair         Fair
	AfterGrantID int64  // queued behind this grant, which lives; 0 otherwise
	EndCause     string // why it ended, or is suspended; empty for a suspension that needs no reason
	Version      int64
	CreatedAt    time.Time
	EndedAt      time.Time
}

// counted is what g used of its data.
func (g *Grant) counted() int64 { return g.UsedBytes - g.FreeBytes }

// Barred is how a standing grant is kept from the internet, which it may come back to; empty when it is not.
type Barred string

// The ways to be barred. A router that has no garden refuses.
const (
	Garden Barred = "garden" // let in, as far as the pages where it is paid
	Closed Barred = "closed" // refused
)

// Slot is one of the devices a grant allows; MAC is empty while it is free.
type Slot struct {
	N       int
	MAC     MAC
	BoundAt time.Time
}

// Source is what a grant was given for, such as {"order", "123"}. Each feeds one grant once.
type Source struct{ Kind, Key string }

// Offer asks for access.
type Offer struct {
	Source  Source
	SiteID  int64 // 0: every site
	Plan    string
	Segment string
	// Owner is who paid, as the giver names them: a device's address is anybody's claim, so only what one owner gets is
	// put together, and what somebody else pays for the device stays apart.
	Owner     string
	Limits    Limits
	Place     Place
	UnusedFor time.Duration // how long it waits for its first use; 0: 30 days
	// Standing is a grant for as long as its subscription lives: active at once, of no other purchase's concern, without a code
	// unless Code is given, and never ended by time or by being unused. Its end is SetUntil's alone: what the limits say of the
	// calendar does not hold. Past it the grant lapses.
	Standing bool
	Lapsed   Barred // how a standing grant is kept past its end; empty is Garden
	Code     Code   // reaches what is given; one is drawn for a new grant when it is empty
}

// How an offer was given.
const (
	GivenNew     = "new"
	GivenStacked = "stacked"
	GivenQueued  = "queued"
)

// Given is the answer to an Offer: the grant fed, and how (GivenNew, GivenStacked or GivenQueued).
type Given struct {
	GrantID int64
	How     string
}
