package offline

import (
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/money"
	"mtandao/radius"
	"mtandao/radius/access"
	"mtandao/radius/outages"
)

// Facts are what is known around an instant, each list in order of time.
type Facts struct {
	Now  time.Time
	Zone *time.Location
	Line *Line // nil: a guest's
	// Grant is as it is now. One that is gone has no ID.
	Grant   access.Grant
	Around  radius.Around
	Outages []outages.Outage // of the routers that they were or would have been on
	Money   []Money
	Dunning []invoices.Entry // of who pays
	Deeds   []Deed
}

// Line is a customer's line.
type Line struct {
	subscriptions.Subscription
	Events []subscriptions.Event // as they were recorded
	Owed   money.Amount          // what it waits for now: the next period, or what is open
	zones  subscriptions.Zones
}

// Money is money that came, went back, was asked for, or did not come.
type Money struct {
	At     time.Time
	What   string
	Amount money.Amount
	Reason string // why a prompt came to nothing
}

// What of money.
const (
	MoneyOrdered = "ordered"     // an order waits for it
	MoneyAsked   = "asked_money" // a prompt rang
	MoneyNotPaid = "not_paid"    // and nothing came of it
	MoneyPaid    = "paid"
	MoneyBack    = "went_back" // reversed, refunded, returned
)

// Deed is something that staff did, from the audit trail.
type Deed struct {
	At         time.Time
	Action, By string
}

// mostAtFirst bounds the events that a line begins with: that it does, and what was paid elsewhere.
const mostAtFirst = 2

// known are the events of a line that were written down by an instant. What it began with is known at any time: who came from another system, or was
// written down late, was there before.
func (l *Line) known(at time.Time) (all []subscriptions.Event) {
	for n, e := range l.Events {
		first := l.Events[0].Recorded.Add(time.Second)
		if !e.Recorded.After(at) || n < mostAtFirst && !e.Recorded.After(first) && !e.At.After(at) {
			all = append(all, e)
		}
	}
	return all
}

// then is what a line was at an instant, by what was known. One whose past cannot be told is taken as it is.
func (l *Line) then(at time.Time) subscriptions.State {
	events := l.known(at)
	if len(events) == 0 {
		return subscriptions.State{Status: subscriptions.Pending, StartedAt: l.State.StartedAt}
	}
	state, err := subscriptions.Replay(events, at, l.zones)
	if err != nil {
		return l.State
	}
	return state
}

// covering is the session that was open at an instant.
func (f *Facts) covering(at time.Time) (found radius.Over, ok bool) {
	for _, s := range f.Around.Sessions {
		if !s.StartedAt.After(at) && (s.ClosedBy == "" || s.EndedAt.After(at)) {
			found, ok = s, true
		}
	}
	return found, ok
}

// last is the session that ended last by an instant.
func (f *Facts) last(at time.Time) (found radius.Over, ok bool) {
	for _, s := range f.Around.Sessions {
		if s.ClosedBy != "" && !s.EndedAt.After(at) && s.EndedAt.After(found.EndedAt) {
			found, ok = s, true
		}
	}
	return found, ok
}

// next is the first session that began after an instant.
func (f *Facts) next(at time.Time) (found radius.Over, ok bool) {
	for _, s := range f.Around.Sessions {
		if s.StartedAt.After(at) && (!ok || s.StartedAt.Before(found.StartedAt)) {
			found, ok = s, true
		}
	}
	return found, ok
}

// routerAt is the router that they were on, or would have been.
func (f *Facts) routerAt(at time.Time) int64 {
	if s, ok := f.covering(at); ok {
		return s.RouterID
	}
	if f.Line != nil && f.Line.State.Place.RouterID != 0 {
		return f.Line.State.Place.RouterID
	}
	if s, ok := f.last(at); ok {
		return s.RouterID
	}
	if s, ok := f.next(at); ok {
		return s.RouterID
	}
	return f.Grant.Place.RouterID
}
