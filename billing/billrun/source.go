package billrun

import (
	"context"
	"strconv"
	"sync"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
)

// Options are a Source's collaborators.
type Options struct {
	DB        *db.DB
	Lines     *subscriptions.Service
	Plans     *plans.Service
	Customers *customers.Service
	Usage     Usage
	Kept      func() (hours, days int) // months that use is kept by the hour and by the day
	Jobs      *jobs.Queue
	Void      Void
	Zone      subscriptions.Zones
	Site      func(id int64) string // its name; empty: there is none
}

// Source is the bill run's source: subscriptions that are paid by invoice. It is an invoices.Source and a subscriptions.Follower.
type Source struct {
	Options
	versions sync.Map // versions of plans' prices by id: they never change
}

// Void tells of which billed periods nothing is left to pay, for it was given, by subscriptions and tracks. Service.VoidBills of billing/invoices is one.
type Void func(ctx context.Context, subscriptionIDs []int64) (map[int64]map[string][]clock.Day, error)

// New makes the source, and has it follow the subscriptions.
func New(o Options) *Source {
	s := &Source{Options: o}
	o.Lines.FollowedBy(s)
	o.Customers.AskBillDay(s.moveDay)
	o.Jobs.On(FactDayMoved, "limits", func(ctx context.Context, j jobs.Job) error {
		id, err := strconv.ParseInt(j.Key, 10, 64)
		if err != nil {
			return err
		}
		return s.Lines.Fit(ctx, id)
	})
	o.Jobs.On(invoices.FactGiven, "look again", s.lookAgain)
	return s
}

// Due implements invoices.Source.
func (s *Source) Due(ctx context.Context, asOf clock.Day, after int64, limit int) ([]invoices.Due, error) {
	if after == 0 {
		if err := s.hear(ctx); err != nil {
			return nil, err
		}
	}
	page, err := s.due(ctx, asOf, after, limit)
	if err != nil {
		return nil, err
	}
	if found, err := s.find(ctx, page); err != nil || found {
		if err != nil {
			return nil, err
		}
		if page, err = s.due(ctx, asOf, after, limit); err != nil {
			return nil, err
		}
	}
	all := make([]invoices.Due, len(page))
	for n, p := range page {
		all[n] = p.due()
	}
	return all, nil
}

// due is the period of a position that is billed next.
func (p position) due() invoices.Due {
	c := p.cycle(p.Track)
	return invoices.Due{SubscriptionID: p.SubscriptionID, Track: p.Track, Seen: p.Version, Period: c.Period(p.Next), History: invoices.History{Cycle: c, Since: p.Since}}
}

// find makes positions of the lines of a page that were there before positions were kept.
func (s *Source) find(ctx context.Context, page []position) (found bool, err error) {
	for _, p := range page {
		if p.Track != "" {
			continue
		}
		found = true
		if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.adopt(tx, p.SubscriptionID) }); err != nil {
			return found, err
		}
	}
	return found, nil
}

// adopt makes the positions of one line, as if its events were told now.
func (s *Source) adopt(tx *db.Tx, id int64) error {
	if err := lock(tx, id); err != nil {
		return err
	}
	kept, err := positionsIn(tx, id)
	if err != nil || len(kept) == 0 || kept[0].Track != "" {
		return err
	}
	past, err := s.Lines.Pasts(tx.Context(), []int64{id})
	if err != nil {
		return err
	}
	if err := remove(tx, id, true); err != nil {
		return err
	}
	sub := subscriptions.Subscription{ID: id, CustomerID: past[id].CustomerID}
	for _, e := range past[id].Events {
		if err := s.Noted(tx, sub, e); err != nil {
			return err
		}
	}
	return nil
}

// counts says that an event of a kind may change a bill.
func counts(e subscriptions.Event) bool {
	switch e.Kind {
	case subscriptions.Started, subscriptions.Changed, subscriptions.Withdrawn, subscriptions.Repriced, subscriptions.AddOnTaken, subscriptions.AddOnLeft, subscriptions.Discounted, subscriptions.PausedIt,
		subscriptions.Resumed, subscriptions.Compensated, subscriptions.Uncompensate, subscriptions.Finished:
		return true
	}
	return paidElsewhere(e)
}

// paidElsewhere says that an event tells until when another system was paid.
func paidElsewhere(e subscriptions.Event) bool {
	return e.Kind == subscriptions.Renewed && !e.Said.Paid.To.IsZero()
}

// movesPaid says that an event moves until when a line was paid beforehand.
func movesPaid(e subscriptions.Event) bool {
	return e.Kind == subscriptions.Renewed || e.Kind == subscriptions.TakenBack
}

// Noted implements subscriptions.Follower: what an event changes is to be billed.
func (s *Source) Noted(tx *db.Tx, sub subscriptions.Subscription, e subscriptions.Event) error {
	if !counts(e) {
		return s.notedBehind(tx, sub, e)
	}
	if err := lock(tx, sub.ID); err != nil {
		return err
	}
	kept, err := positionsIn(tx, sub.ID)
	if err != nil {
		return err
	}
	onto, d := onto(sub.State, e), clock.DayOf(e.At)
	like, c, err := s.like(tx, sub, kept, d)
	if err != nil {
		return err
	}
	for _, p := range kept {
		if p.Track == "" { // adopt tells all events
			return nil
		}
		if p.Track == onto {
			p, onto = p.back(d, wantedOn(p.Track, c)), ""
		}
		if err := update(tx, p.noted(d)); err != nil {
			return err
		}
	}
	if onto == "" {
		return nil
	}
	return insert(tx, like.opened(onto, d, c))
}

// notedBehind has what was billed already looked at again when what was paid beforehand changes behind it: a line is renewed before a change to invoices of
// which the bill knew, or the money of a renewal goes back whose time ran on into the bill. A line that is never invoiced has no track, and nothing to look at.
func (s *Source) notedBehind(tx *db.Tx, sub subscriptions.Subscription, e subscriptions.Event) error {
	if !movesPaid(e) {
		return nil
	}
	kept, err := positionsIn(tx, sub.ID)
	if err != nil || len(kept) == 0 {
		return err
	}
	if err := lock(tx, sub.ID); err != nil {
		return err
	}
	if kept, err = positionsIn(tx, sub.ID); err != nil {
		return err
	}
	d := clock.DayOf(e.At)
	for _, p := range kept {
		if p.Track == "" || p.Next <= d { // what is billed yet sees it
			continue
		}
		if err := update(tx, p.noted(d)); err != nil {
			return err
		}
	}
	return nil
}

// onto is the track on which a line is from an event on; empty: that on which it was. The fee for leaving early is billed however the line was paid.
func onto(now subscriptions.State, e subscriptions.Event) string {
	sold, beforehand := e.Said.Sold, now.Sold.Mode == plans.Prepaid
	switch {
	case sold != nil && sold.Mode != plans.Prepaid:
		return trackOf(sold.Interval)
	case sold != nil && now.Status == subscriptions.Ended, e.Kind == subscriptions.Finished && e.Said.Amount != nil && (beforehand || e.At.After(e.Recorded)):
		return feeTrack
	}
	return ""
}

// like is what a subscription's tracks have in common: its first position's, or a new one's. The customer has the days for those to come.
func (s *Source) like(tx *db.Tx, sub subscriptions.Subscription, kept []position, d clock.Day) (position, customers.Customer, error) {
	known, err := s.Customers.Some(tx, []int64{sub.CustomerID})
	c := known[sub.CustomerID]
	if len(kept) > 0 {
		return kept[0], c, err
	}
	return position{SubscriptionID: sub.ID, Anchor: d, BillDay: c.BillDay}, c, err
}

// PeriodEnd implements subscriptions.Follower.
func (s *Source) PeriodEnd(tx *db.Tx, sub subscriptions.Subscription, at time.Time) (time.Time, error) {
	kept, err := positionsIn(tx, sub.ID)
	track, d := trackOf(sub.State.Sold.Interval), clock.DayOf(at)
	for _, p := range kept {
		if p.Track == track {
			return p.cycle(track).Period(d).Until.Start(), err
		}
	}
	return (d + 1).Start(), err
}

// MonthDay implements subscriptions.Follower.
func (s *Source) MonthDay(tx *db.Tx, sub subscriptions.Subscription) (int, error) {
	kept, err := positionsIn(tx, sub.ID)
	if err != nil {
		return 0, err
	}
	track := trackOf(sub.State.Sold.Interval)
	for _, p := range kept {
		if p.Track == track {
			return p.day(), nil
		}
	}
	like, c, err := s.like(tx, sub, kept, 0)
	return like.opened(track, clock.DayOf(sub.CreatedAt), c).BillDay, err
}

// Retracted implements subscriptions.Follower.
func (s *Source) Retracted(tx *db.Tx, id int64) error { return remove(tx, id, false) }

// move is what becomes of positions that stand alike.
type move struct {
	track       string
	from, until clock.Day
	version     int64
	closes      bool
	moves       string // of the cycle
	day         int    // by them, as position.day tells it
}

// Done implements invoices.Source.
func (s *Source) Done(tx *db.Tx, due []invoices.Due) error {
	read, all := map[move][]int64{}, map[move][]int64{}
	for _, d := range due {
		c := d.History.Cycle
		m := move{track: d.Track, from: d.Period.From, until: d.Period.Until, moves: movesText(c.Moves), day: position{Track: d.Track, Anchor: c.Anchor, BillDay: c.Day, Moves: c.Moves}.day()}
		all[m] = append(all[m], d.SubscriptionID)
		if m.version, m.closes = d.Seen, over(d); m.closes || d.History.Since != 0 {
			read[m] = append(read[m], d.SubscriptionID)
		}
	}
	for m, ids := range read {
		if err := advance(tx, m, ids); err != nil {
			return err
		}
	}
	for m, ids := range all {
		if err := pass(tx, m, ids); err != nil {
			return err
		}
	}
	return s.tellMoved(tx, due)
}

// After implements invoices.Source.
func (s *Source) After(d invoices.Due) (invoices.Due, bool) {
	cycle := d.History.Cycle
	return invoices.Due{SubscriptionID: d.SubscriptionID, Track: d.Track, Seen: d.Seen, Period: cycle.Period(d.Period.Until), History: invoices.History{Cycle: cycle}}, !over(d)
}

// FactDayMoved is told of a line, by its id, when the first period is billed that goes with another day of the month.
const FactDayMoved = "bill day moved"

func (s *Source) tellMoved(tx *db.Tx, due []invoices.Due) error {
	for _, d := range due {
		if moves := d.History.Cycle.Moves; len(moves) > 0 && moves[len(moves)-1].On >= d.Period.From {
			if err := s.Jobs.Emit(tx, FactDayMoved, strconv.FormatInt(d.SubscriptionID, 10), nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// over says that nothing of a track is left to bill after a period: nothing runs in it or later, and of what ran all is told.
func over(d invoices.Due) bool {
	last := clock.Day(0)
	for _, i := range d.History.Items {
		if i.Until == 0 {
			return false
		}
		last = max(last, i.Until)
	}
	for _, o := range d.History.Once {
		last = max(last, o.Day+1)
	}
	return last+lateUse <= d.Period.From
}

// gone is a line that is not there any more.
var gone = fault.New(fault.NotFound, "subscription.unknown")
