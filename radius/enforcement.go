package radius

import (
	"time"

	"mtandao/radius/access"
)

// What an enforcement wants of a router.
const (
	WantLogIn      = "log_in"
	WantDisconnect = "disconnect"
	WantChange     = "change"
)

// States of an enforcement: not yet carried out, carried out (or no longer needed), given up.
const (
	Outstanding = "outstanding"
	Done        = "done"
	GivenUp     = "given_up"
)

// Ways to carry it out, in the order of the fallback.
const (
	byCoA        = "coa"
	byDisconnect = "disconnect"
	byAPI        = "api"
	byInterim    = "interim" // nothing reaches the router: wait for its next word and begin again
)

// Outcomes of an attempt.
const (
	acknowledged  = "acknowledged"
	gone          = "gone" // the router knows no such session
	routerRefused = "refused"
	noAnswer      = "no_answer"
	busy          = "busy"   // it answered: not now
	noWay         = "no_way" // this router cannot be told so
	notThere      = "not_there"
	stillOnline   = "still_online" // acknowledged, and yet it goes on
	waiting       = "waiting"
	notNeeded     = "not_needed"
)

// Enforcement is a decision to be carried out on a router, with what became of it. Every attempt is a row of its own.
type Enforcement struct {
	ID         int64  `gorm:"primaryKey"`
	Source     string // what asked for it; the same source asks once
	Wanted     string
	SessionRow int64 // the open session it is about; 0 for a log-in
	RouterID   int64
	GrantID    int64
	MAC        access.MAC `gorm:"column:mac"`
	IP         string     `gorm:"column:ip"`
	Cause      string
	State      string
	Method     string // of the last attempt
	Outcome    string // of the last attempt
	Attempts   int64
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
	At         time.Time // of the last attempt
}

// Attempt is one try of an enforcement.
type Attempt struct {
	ID            int64 `gorm:"primaryKey"`
	EnforcementID int64
	Attempt       int64
	Method        string
	Outcome       string
	Detail        string
	At            time.Time
}

// TableName is enforcement_attempts.
func (Attempt) TableName() string { return "enforcement_attempts" }
