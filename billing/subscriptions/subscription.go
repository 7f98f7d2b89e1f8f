package subscriptions

import (
	"slices"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

// Status is where a subscription is in its life.
type Status string

// The states.
const (
	Pending Status = "pending" // it begins later
	Active  Status = "active"
	Paused  Status = "paused"
	Ended   Status = "ended"
)

// Kinds of logins.
const (
	PPPoE  = "pppoe"
	Static = "static" // with an address of its own
	ByMAC  = "mac"
	OnSpot = "hotspot"
)

// Login is how a subscriber's equipment is known. Its secret is kept by access alone.
type Login struct {
	Kind, Name string
	Own        Own
}

// Own are addresses that nobody else has, as texts; empty: the plan's pools.
type Own struct {
	IPv4, IPv6, Delegated string
	Routes                []string
}

// Place is where the line is.
type Place struct {
	SiteID, RouterID int64
	Installed        string // address of the installation
}

// Sold is what is subscribed to.
type Sold struct {
	PlanKey  string
	PriceID  int64
	Level    string
	Mode     plans.Mode
	Interval plans.Interval
}

// Contract binds a customer until an instant; who leaves before owes Fee.
type Contract struct {
	Until time.Time
	Fee   money.Amount
}

// mostFee is of a contract: ten million shillings, as much as a plan may cost.
const mostFee = 1_000_000_000

func (c Contract) sound() bool {
	return !c.Until.IsZero() && c.Fee.Cents >= 0 && c.Fee.Cents <= mostFee && (c.Fee.Currency == money.Shilling || c.Fee.IsZero())
}

// Equipment is what was handed over with the line.
type Equipment struct {
	Name, Serial, MAC string
	Loaned            bool
	Back              bool // a loaned one was returned
}

// Given is a discount that somebody has.
type Given struct {
	Coupon, Reason string
	Discount       plans.Discount
	Left           int // periods; 0: always
}

// State is what the events of a subscription come to at an instant.
type State struct {
	Status     Status
	Segment    string
	Sold       Sold
	Place      Place
	Login      Login
	StartedAt  time.Time
	PausedAt   time.Time
	EndedAt    time.Time
	EndCause   string
	PaidTo     time.Time // zero: nothing was paid yet
	Anchor     int       // day of the month on which periods end, unless PaidTo was moved off it: see anchor
	Setup      bool      // the set-up fee was paid
	Turned     *Worth    // of the change by which the plan is what it is
	ExtendedTo time.Time
	ExtendedIn string // the month in which the subscriber did so
	AddOns     []plans.AddOn
	Given      []Given
	Contract   Contract
	Deposit    money.Amount
	Equipment  []Equipment
	Ahead      []Span
}

// Subscription is a customer's line as it was last written.
type Subscription struct {
	ID, CustomerID int64
	GrantID        int64
	Seq            int64     // of its last event
	DueAt          time.Time // when something happens by itself; zero: never
	HeldCents      int64     // paid for and not used up
	CreatedAt      time.Time
	State          State
}

// Prepaid says that each period is paid before it begins.
func (s State) Prepaid() bool { return s.Sold.Mode != plans.Postpaid }

// End is until when the line lasts as it is paid: a noon. Zero: nobody paid yet, or it is paid by invoice.
func (s State) End(loc *time.Location) time.Time {
	if !s.Prepaid() {
		return time.Time{}
	}
	end := s.PaidTo
	if s.ExtendedTo.After(end) {
		end = s.ExtendedTo
	}
	if end.IsZero() {
		return end
	}
	return Noon(end, loc)
}

// until is the end of the grant: what lapses it. A line that nobody paid for yet has lapsed when it began.
func (s State) until(loc *time.Location) time.Time {
	if end := s.End(loc); !end.IsZero() || !s.Prepaid() {
		return end
	}
	return s.StartedAt
}

// suspended says that the grant is to be barred whatever was paid.
func (s State) suspended() bool { return s.Status == Pending || s.Status == Paused }

// Subject is whom the next period is priced for.
func (s State) Subject() plans.Subject {
	who := plans.Subject{Segment: s.Segment, Level: s.Sold.Level, First: !s.Setup, AddOns: s.AddOns}
	for _, g := range s.Given {
		who.Discounts = append(who.Discounts, g.Discount)
	}
	return who
}

func (s State) has(addon string) bool {
	return slices.ContainsFunc(s.AddOns, func(a plans.AddOn) bool { return a.Key == addon })
}

// check says what is wrong with a login: fault.Invalid "subscription.login" or "subscription.address", or a fault of access.
func (l Login) check() error {
	if l.Kind != PPPoE && l.Kind != Static && l.Kind != ByMAC && l.Kind != OnSpot || l.Name == "" {
		return fault.New(fault.Invalid, "subscription.login")
	}
	if l.Kind == Static && l.Own.IPv4 == "" {
		return fault.New(fault.Invalid, "subscription.address")
	}
	if l.Kind == ByMAC {
		if _, err := access.ParseMAC(l.Name); err != nil {
			return err
		}
	}
	_, err := l.Own.address()
	return err
}

// spell makes the name of a login canonical: a MAC, or a chosen name.
func spell(l Login) string {
	if l.Kind == ByMAC {
		if mac, err := access.ParseMAC(l.Name); err == nil {
			return string(mac)
		}
		return l.Name
	}
	return access.SpellName(l.Name)
}
