package subscriptions

import (
	"context"
	"fmt"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/billing/taxes"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/settings"
	"mtandao/internal/site"
	"mtandao/radius/access"
)

// Cause says why money moves. The same Request of a customer happens once.
type Cause struct{ Kind, Request, Note, By string }

// Credit is the money that is held for customers. Each of its methods keeps everybody else from that customer's money until the transaction ends.
type Credit interface {
	// Credit is what a customer has; below zero it is owed.
	Credit(tx *db.Tx, customerID int64) (money.Amount, error)
	// Take uses credit, booked to the postings, which sum to minus the amount; false, and nothing done, when there is less.
	Take(tx *db.Tx, customerID int64, amount money.Amount, c Cause, to ...ledger.Posting) (bool, error)
	// Give raises it, booked from the postings, which sum to the amount.
	Give(tx *db.Tx, customerID int64, amount money.Amount, c Cause, from ...ledger.Posting) error
}

// Customers are who subscribes.
type Customers interface {
	// Serve refuses who is not a customer now, and keeps them so until the transaction ends.
	Serve(tx *db.Tx, customerID int64) error
	// Some are those of these customers that are known.
	Some(tx *db.Tx, ids []int64) (map[int64]customers.Customer, error)
	// SomeNow is Some outside a transaction.
	SomeNow(ctx context.Context, ids []int64) (map[int64]customers.Customer, error)
}

// Options are a Service's collaborators. Clock is the plan clock.
type Options struct {
	DB        *db.DB
	Clock     clock.Clock
	Plans     *plans.Service
	Access    *access.Service
	Ledger    *ledger.Ledger
	Sites     *site.Service
	Settings  *settings.Store
	Customers Customers
	Credit    Credit
	// Taxes are the rates by which money that is taken beforehand is taxed. Nil: there are none.
	Taxes Taxes
	// StoodOn tells which of these grants were online at a router at an instant. Nil: nobody knows.
	StoodOn func(ctx context.Context, routerID int64, at time.Time, grants []int64) (map[int64]bool, error)
}

// Follower hears of what happens to subscriptions, in the transaction in which it does.
type Follower interface {
	// Noted is told of an event that was recorded, with what the subscription is by it.
	Noted(tx *db.Tx, sub Subscription, e Event) error
	// PeriodEnd is when the period ends that a subscription is billed for at an instant.
	PeriodEnd(tx *db.Tx, sub Subscription, at time.Time) (time.Time, error)
	// MonthDay is the day of the month on which the months begin by which a subscription is billed; 0 for the first.
	MonthDay(tx *db.Tx, sub Subscription) (int, error)
	// Retracted is told that a subscription is as if it had not been.
	Retracted(tx *db.Tx, id int64) error
}

// Service is what can be done with subscriptions.
type Service struct {
	Options
	arrears  func(tx *db.Tx, customerID int64) (Kept, error)
	returned func(tx *db.Tx, customerID int64, until time.Time) error
	follower Follower // nil: nobody
	helper   Helper   // nil: nobody
}

// New makes the service.
func New(o Options) *Service { return &Service{Options: o} }

// FollowedBy has somebody hear of each event; call it at wiring.
func (s *Service) FollowedBy(f Follower) { s.follower = f }

// By is who changes a subscription, and what they saw of it.
type By struct {
	Actor, From string
	Request     string // the same of a subscription happens once; empty: each is another
	Seen        int64  // its last event; 0: whatever it is
}

func (s *Service) zone(siteID int64) *time.Location { return s.Sites.Location(siteID) }

func grantParty(grantID int64) string { return fmt.Sprintf("grant:%d", grantID) }

func customerParty(id int64) string { return fmt.Sprintf("customer:%d", id) }

func (sub Subscription) request(seq int64) string {
	return fmt.Sprintf("subscription:%d:%d", sub.ID, seq)
}

// draft is an event that is to be recorded, and what comes with it.
type draft struct {
	Event
	secret string    // of a login
	moved  int64     // cents that came into PrepaidService by it
	tax    taxes.Tax // in them
	next   *draft    // recorded after it
}

// change locks a subscription, has an event of it made and records it. fault.Conflict "conflict" for whoever did not see its last event.
func (s *Service) change(ctx context.Context, id int64, by By, make func(tx *db.Tx, sub Subscription) (draft, error)) (sub Subscription, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		sub, err = s.changeIn(tx, id, by, make)
		return err
	})
	return sub, err
}

func (s *Service) changeIn(tx *db.Tx, id int64, by By, make func(tx *db.Tx, sub Subscription) (draft, error)) (sub Subscription, err error) {
	if sub, err = s.lockWithCredit(tx, id); err != nil {
		return sub, err
	}
	if by.Request != "" {
		if known, err := requested(tx, id, by.Request); err != nil || known {
			return sub, err
		}
	}
	if by.Seen != 0 && by.Seen != sub.Seq {
		return sub, fault.New(fault.Conflict, "conflict")
	}
	seen, err := s.now(tx, sub) // the row stays what the grant follows from
	if err != nil {
		return sub, err
	}
	d, err := make(tx, seen)
	if err != nil {
		return sub, err
	}
	d.Request, d.By = by.Request, by.Actor
	if sub, err = s.note(tx, sub, d); err != nil {
		return sub, err
	}
	if d.next != nil {
		d.next.By = by.Actor
		if sub, err = s.note(tx, sub, *d.next); err != nil {
			return sub, err
		}
	}
	return sub, s.trail(tx, by, sub, d.Event)
}

// now is a subscription as it is now: since its row was written an event that lay ahead may have come, or a period may be over.
func (s *Service) now(tx *db.Tx, sub Subscription) (Subscription, error) {
	events, err := eventsIn(tx, sub.ID)
	if err != nil {
		return sub, err
	}
	sub.State, err = Replay(events, s.Clock.Now(), s.zone)
	return sub, err
}

func (s *Service) lockWithCredit(tx *db.Tx, id int64) (Subscription, error) {
	sub, err := oneIn(tx, id)
	if err != nil {
		return sub, err
	}
	if _, err := s.Credit.Credit(tx, sub.CustomerID); err != nil {
		return sub, err
	}
	return lock(tx, id)
}

// note records an event of a locked subscription.
func (s *Service) note(tx *db.Tx, sub Subscription, d draft) (Subscription, error) {
	events, err := eventsIn(tx, sub.ID)
	if err != nil {
		return sub, err
	}
	now := s.Clock.Now()
	d.ID, d.SubscriptionID, d.Seq, d.Recorded = cmpID(d.ID, tx), sub.ID, sub.Seq+1, now
	if d.At.IsZero() {
		d.At = now
	}
	d.At = d.At.UTC().Truncate(time.Millisecond)
	if d.Request == "" {
		d.Request = fmt.Sprintf("event:%d", d.ID)
	}
	if err := insertEvent(tx, d.Event); err != nil {
		return sub, err
	}
	events = append(events, d.Event)
	if sub, err = s.settle(tx, sub, events, d); err != nil {
		return sub, err
	}
	if err := s.keepMoves(tx, sub.ID, d.Kind, events); err != nil || s.follower == nil {
		return sub, err
	}
	return sub, s.follower.Noted(tx, sub, d.Event)
}

func cmpID(id int64, tx *db.Tx) int64 {
	if id != 0 {
		return id
	}
	return tx.ID()
}

// settle brings the row, the grant and the books of a locked subscription to what its events come to now.
func (s *Service) settle(tx *db.Tx, sub Subscription, events []Event, d draft) (Subscription, error) {
	if _, err := Replay(events, forever, s.zone); err != nil {
		return sub, err
	}
	now := s.Clock.Now()
	after, err := Replay(events, now, s.zone)
	if err != nil {
		return sub, err
	}
	was := sub
	sub.State, sub.DueAt, sub.Seq = after, s.due(after, events, now), was.Seq+int64(min(d.Seq, 1))
	if sub.HeldCents, err = s.earn(tx, was, after, d); err != nil {
		return sub, err
	}
	if err := update(tx, was, sub); err != nil {
		return sub, err
	}
	return sub, s.follow(tx, was, sub, d)
}

// lead is how long before its end a line is renewed out of credit, so that nobody goes offline who has paid.
const lead = time.Hour

// due is when something happens by itself: an event that lies ahead, a renewal, a period that is over. Zero: never.
func (s *Service) due(state State, events []Event, now time.Time) (at time.Time) {
	sooner := func(t time.Time) {
		if t.After(now) && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	for _, e := range inOrder(events) {
		sooner(e.At)
	}
	if state.Status == Active && state.Prepaid() {
		if end := state.End(s.zone(state.Place.SiteID)); !end.IsZero() {
			sooner(end.Add(-lead))
			sooner(end)
		}
	}
	if state.Status == Active {
		for _, span := range state.Ahead { // also of a line that is paid by invoice from its end on
			sooner(span.Until)
		}
	}
	return at
}

// earn books what is used up of what was paid for: whatever is not held any more, and was not given back; and the taxes, which fell due with the money and
// are no income when it is earned.
func (s *Service) earn(tx *db.Tx, was Subscription, after State, d draft) (held int64, err error) {
	held = after.held()
	used, party := was.HeldCents+d.moved-held, grantParty(was.GrantID)
	usedTax := was.State.heldTax().Plus(d.tax).Plus(after.heldTax().Neg())
	e := ledger.Entry{Kind: "subscription used", Source: fmt.Sprintf("subscription:%d:%d", was.ID, tx.ID()), At: s.Clock.Now(), Memo: "used up"}
	if used != 0 {
		e.Postings = []ledger.Posting{{Account: ledger.PrepaidService, Party: party, Amount: money.KES(used)}, {Account: ledger.InternetSales, Amount: money.KES(-used)}}
	}
	e.Postings = append(e.Postings, ledger.TaxAhead(party, d.tax.Excise, d.tax.VAT)...)
	e.Postings = append(e.Postings, ledger.TaxUsed(party, ledger.InternetSales, usedTax.Excise, usedTax.VAT)...)
	if len(e.Postings) > 0 {
		_, err = s.Ledger.Post(tx, e)
	}
	return held, err
}

// trail writes down what a member of staff did.
func (s *Service) trail(tx *db.Tx, by By, sub Subscription, e Event) error {
	if by.From == "" { // the program itself: the history tells it
		return nil
	}
	if e.At.IsZero() {
		e.At = s.Clock.Now()
	}
	said := map[string]any{"plan": sub.State.Sold.PlanKey, "state": string(sub.State.Status), "from": e.At.UTC().Format(time.RFC3339), "customer": sub.CustomerID}
	e.Said.into(said)
	return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: "subscription " + string(e.Kind), Object: "subscription", ObjectID: fmt.Sprint(sub.ID)}, nil, said)
}
