package offline

import (
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/money"
	"mtandao/radius"
)

// Cause is why somebody was not online. Its sentences are words "why.is.", "why.tell." and "why.then." + Cause.
type Cause string

// The causes.
const (
	Online        Cause = "online" // they were
	Slowed        Cause = "slowed" // they were, slower than their plan
	NotBegun      Cause = "not_begun"
	LineEnded     Cause = "line_ended"
	PaidLate      Cause = "paid_late"
	EndedByTime   Cause = "ended_by_time"
	CapUsed       Cause = "cap_used"
	Hours         Cause = "hours"
	DeviceLimit   Cause = "device_limit"
	WrongPassword Cause = "wrong_password"
	UnknownLogin  Cause = "unknown_login"
	Dunned        Cause = "dunned"
	Paused        Cause = "paused"
	Suspended     Cause = "suspended"
	Reversed      Cause = "reversed"
	RouterDown    Cause = "router_down"
	PowerCut      Cause = "power_cut"
	RouterBooted  Cause = "router_booted"
	Disconnected  Cause = "disconnected" // by staff
	PoolEmpty     Cause = "pool_empty"
	PlanChanged   Cause = "plan_changed"
	OtherSite     Cause = "other_site"
	Unavailable   Cause = "unavailable" // we could not decide
	LineLost      Cause = "line_lost"
	Left          Cause = "left" // the device went itself
	NeverTried    Cause = "never_tried"
)

// Causes are all of them.
var Causes = []Cause{Online, Slowed, NotBegun, LineEnded, PaidLate, EndedByTime, CapUsed, Hours, DeviceLimit, WrongPassword, UnknownLogin, Dunned, Paused, Suspended, Reversed, RouterDown,
	PowerCut, RouterBooted, Disconnected, PoolEmpty, PlanChanged, OtherSite, Unavailable, LineLost, Left, NeverTried}

// Step is what staff do next. Its button is words "why.step." + Step.
type Step string

// The steps.
const (
	StepNone     Step = ""
	StepPrompt   Step = "prompt"   // ask for the money on the customer's phone
	StepUnpause  Step = "unpause"  // let the line go on
	StepResume   Step = "resume"   // lift the suspension of the grant
	StepPassword Step = "password" // see or change the line's login
	StepAddOn    Step = "addon"    // sell more data to a line
	StepPlan     Step = "plan"     // another plan for the line
	StepExtend   Step = "extend"   // give more to a grant
	StepMove     Step = "move"     // give the place of one device to another
	StepOnline   Step = "online"   // put the device online
	StepRouter   Step = "router"   // see the router
	StepPools    Step = "pools"    // make the pool larger
	StepLine     Step = "line"     // see the line
	StepGrant    Step = "grant"    // see the grant
)

// Values fill sentences in; what is not known is zero.
type Values struct {
	From, Until time.Time
	RouterID    int64
	Name        string // of a login as it may be shown, a plan, a cause
	Device      string
	Amount      money.Amount
	Times       int64
}

// Story is what is told of an instant.
type Story struct {
	At    time.Time
	Cause Cause
	Values
	Back  time.Time // when it was over; zero: it is not
	Step  Step
	Items []Item
}

// Kind says of what an item is.
type Kind string

// The kinds of items.
const (
	OfMoney   Kind = "money"
	OfAccess  Kind = "access"  // what somebody may do
	OfSession Kind = "session" // on and off
	OfRefusal Kind = "refusal"
	OfRouter  Kind = "router"
	OfCommand Kind = "command" // what a router was told
	OfStaff   Kind = "staff"
	Asked     Kind = "asked" // the instant itself
)

// What of sessions.
const (
	WentOn  = "on"
	WentOff = "off"
)

// Item is one thing that happened, in the words "why.item." + What; or, when one of the last fields is there, in those of what it points at.
type Item struct {
	At   time.Time
	Kind Kind
	What string
	Tone string // good, warn, bad or empty
	Values
	Event   *subscriptions.Event
	Dunning *invoices.Entry
	Command *radius.Enforcement
	Refusal *radius.Refusal
	Deed    *Deed
}
