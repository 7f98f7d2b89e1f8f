package subscriptions

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/settings"
)

// Renew spends a customer's credit on the lines that are paid beforehand: the one that ends first is renewed first, and each at most so far that
// a whole period lies ahead. Run again it changes nothing. Whoever calls it has the customer's credit locked.
func (s *Service) Renew(tx *db.Tx, customerID int64) error {
	lines, err := of(tx, customerID)
	if err != nil {
		return err
	}
	for _, line := range renewedFirst(lines) {
		sub, err := lock(tx, line.ID)
		if err != nil {
			return err
		}
		if _, err := s.renewOne(tx, sub, true, false); err != nil {
			return err
		}
	}
	return nil
}

// renewedFirst sorts lines in the order in which money renews them.
func renewedFirst(lines []Subscription) []Subscription {
	slices.SortStableFunc(lines, func(a, b Subscription) int {
		return cmp.Or(a.State.PaidTo.Compare(b.State.PaidTo), cmp.Compare(a.ID, b.ID))
	})
	return lines
}

// renewal is what a line buys next: how it stands, how it will stand then, and what that costs.
type renewal struct {
	state, then State
	interval    plans.Interval
	amount      money.Amount
	setup       money.Amount // of it
	buyer       buyer
	loc         *time.Location
}

// renewal tells what a line that is due buys next, or, when money came (early), one that has less than a period ahead; false when it buys nothing.
func (s *Service) renewal(tx *db.Tx, sub Subscription, now time.Time, early bool) (r renewal, buys bool, err error) {
	events, err := eventsIn(tx, sub.ID)
	if err != nil {
		return r, false, err
	}
	if r.state, err = Replay(events, now, s.zone); err != nil || r.state.Status != Active || !r.state.Prepaid() {
		return r, false, err
	}
	r.loc = s.zone(r.state.Place.SiteID)
	r.then = r.state
	if end := r.state.End(r.loc); end.After(now) { // what was decided for the end of this period holds for the next
		if r.then, err = Replay(events, end, s.zone); err != nil || r.then.Status != Active || !r.then.Prepaid() {
			return r, false, err
		}
	}
	r.interval = s.counted(r.then.Sold.Interval)
	if !r.state.mayRenew(now, r.interval, early, r.loc) {
		return r, false, nil
	}
	if r.buyer, err = s.buyer(tx, sub.CustomerID); err != nil {
		return r, false, err
	}
	r.amount, r.setup, err = s.costs(tx, r.buyer, r.then, r.loc)
	return r, err == nil, err
}

// renewOne renews a locked line that is due, or, when money came (early), one that has less than a period ahead; helped: out of another's credit, too, which is locked.
func (s *Service) renewOne(tx *db.Tx, sub Subscription, early, helped bool) (Subscription, error) {
	now := s.Clock.Now()
	r, buys, err := s.renewal(tx, sub, now, early)
	if err != nil || !buys {
		return sub, err
	}
	credit, err := s.Credit.Credit(tx, sub.CustomerID)
	if err == nil && helped {
		credit, err = s.helped(tx, sub, r.amount, credit)
	}
	if err != nil {
		return sub, err
	}
	paid := Paid{Interval: r.interval, Amount: r.amount, Setup: r.setup}
	if credit.Cents < r.amount.Cents {
		if paid = s.part(r.state, r.then, r.amount, credit, now, r.loc); paid.Amount.IsZero() {
			return sub, nil
		}
	}
	if paid, err = r.buyer.taxed(paid); err != nil {
		return sub, err
	}
	paid.PriceID, paid.Coming = r.then.Sold.PriceID, r.then.Sold.PriceID != r.state.Sold.PriceID
	if err := s.take(tx, sub, paid.Amount, "renewed", prepaid(sub, paid.Amount.Neg())); err != nil {
		return sub, err
	}
	sub, err = s.note(tx, sub, draft{Event: Event{Kind: Renewed, At: now, By: "renewal", Said: Said{Paid: &paid}}, moved: paid.Amount.Cents, tax: paid.Tax.Plus(paid.SetupTax)})
	if end := r.state.End(r.loc); err != nil || s.returned == nil || !early || end.IsZero() || end.After(now) { // who comes from another system is not told of their old credit
		return sub, err
	}
	return sub, s.returned(tx, sub.CustomerID, sub.State.End(r.loc))
}

// OnReturn has f told that money brought a line back which had run out, and to when; call it at wiring.
func (s *Service) OnReturn(f func(tx *db.Tx, customerID int64, until time.Time) error) {
	s.returned = f
}

// mayRenew says that a line is due, or that money may lengthen it: one that was paid for good is never renewed.
func (s State) mayRenew(now time.Time, i plans.Interval, early bool, loc *time.Location) bool {
	end := s.End(loc)
	switch {
	case end.IsZero():
		return true
	case i.Unit == plans.Once:
		return false
	case early:
		return s.PaidTo.Before(i.After(now, now.In(loc).Day(), loc))
	}
	return !now.Before(end.Add(-lead))
}

// counted is an interval as the provider counts months: of the calendar, or of 30 days.
func (s *Service) counted(i plans.Interval) plans.Interval {
	if i.Unit == plans.Month && s.Settings.String(settings.PrepaidMonth) == settings.ThirtyDays {
		return plans.Interval{Unit: plans.Day, Every: 30 * i.Every}
	}
	return i
}

// costs is what the next period comes to for a buyer, and what of it is for the set-up.
func (s *Service) costs(tx *db.Tx, b buyer, state State, loc *time.Location) (all, setup money.Amount, err error) {
	price, err := s.Plans.PriceIn(tx, state.Sold.PriceID)
	if err != nil {
		return all, setup, err
	}
	charges, err := b.charged(plans.Charges(price, state.Subject(), nil, loc))
	for _, c := range charges {
		if c.Kind == plans.ForSetup {
			setup = c.Amount
		}
	}
	return plans.Sum(charges), setup, err
}

// part is the days that credit buys which is too little for a period, when the provider sells days and the line has run out; else none.
func (s *Service) part(state, then State, amount, credit money.Amount, now time.Time, loc *time.Location) Paid {
	ranOut := state.End(loc).IsZero() || !state.End(loc).After(now)
	if !ranOut || !then.Setup || s.Settings.String(settings.PrepaidPart) != settings.BuysDays {
		return Paid{}
	}
	from, until, _ := state.next(now, s.counted(then.Sold.Interval), loc)
	whole := plans.Days(from, until, loc)
	days, cost := daysFor(credit, amount, whole)
	if days < 1 {
		return Paid{}
	}
	return Paid{Interval: plans.Interval{Unit: plans.Day, Every: int(days)}, Amount: cost, Part: true, Of: whole}
}

// Cost is what the next period of a line comes to for its customer, as it stands.
func (s *Service) Cost(ctx context.Context, sub Subscription) ([]plans.Charge, error) {
	price, err := s.Plans.Price(ctx, sub.State.Sold.PriceID)
	if err != nil {
		return nil, err
	}
	known, err := s.Customers.SomeNow(ctx, []int64{sub.CustomerID})
	if err != nil {
		return nil, err
	}
	b, err := s.buyerIs(ctx, known[sub.CustomerID])
	if err != nil {
		return nil, err
	}
	return b.charged(plans.Charges(price, sub.State.Subject(), nil, s.zone(sub.State.Place.SiteID)))
}

// Tick has happen what happens by itself: events that lay ahead, renewals, periods that are over. Call it every minute on one node. One line that
// cannot go on keeps no other from it.
func (s *Service) Tick(ctx context.Context) error {
	var failed error
	for {
		now := s.Clock.Now()
		ids, err := s.dueBy(ctx, now)
		if err != nil {
			return errors.Join(failed, err)
		}
		var stuck int
		for _, id := range ids {
			if err := s.tick(ctx, id); err != nil {
				failed, stuck = errors.Join(failed, err), stuck+1
			}
		}
		if len(ids) < page || stuck > 0 {
			return failed
		}
	}
}

func (s *Service) tick(ctx context.Context, id int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		helped, err := s.holdHelper(tx, id)
		if err != nil {
			return err
		}
		sub, err := s.lockWithCredit(tx, id)
		if err != nil {
			return err
		}
		events, err := eventsIn(tx, id)
		if err != nil {
			return err
		}
		if sub, err = s.settle(tx, sub, events, draft{}); err != nil {
			return err
		}
		_, err = s.renewOne(tx, sub, false, helped)
		return err
	})
}

// Extend gives a line a day more, which subscribers may have once in a month of the calendar. fault.Conflict "subscription.extended" or
// "subscription.no_extension".
func (s *Service) Extend(ctx context.Context, id int64, by By) (Subscription, error) {
	return s.event(ctx, id, by, Extended, Said{})
}
