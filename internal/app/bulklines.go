package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/bulk"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/portal/web"
)

// manyLines are subscriptions to which one thing is done.
type manyLines struct{ *Main }

// Find implements bulk.Things: those that the list of lines shows.
func (m manyLines) Find(ctx context.Context, f bulk.Filter, after string) (ids []int64, next string, err error) {
	w := subscriptions.Which{Status: subscriptions.Status(f.State), Sites: f.Sites}
	if f.Typed != "" {
		who, err := m.Customers.FindNow(ctx, f.Typed)
		if err == nil {
			return m.ofCustomer(ctx, who.ID, w)
		}
		if !web.ForPerson(err) {
			return nil, "", err
		}
		w.Login = strings.ToLower(f.Typed)
	}
	before, _ := strconv.ParseInt(after, 10, 64) // written by us; empty is the beginning
	all, err := m.Lines.List(ctx, w, before, bulkPage)
	for _, sub := range all {
		ids = append(ids, sub.ID)
	}
	if len(all) == bulkPage {
		next = strconv.FormatInt(all[bulkPage-1].ID, 10)
	}
	return ids, next, err
}

// ofCustomer are the lines of a customer that a filter finds.
func (m manyLines) ofCustomer(ctx context.Context, id int64, w subscriptions.Which) (ids []int64, next string, err error) {
	all, err := m.Lines.Of(ctx, id)
	for _, sub := range all {
		if (w.Status == "" || sub.State.Status == w.Status) && (w.Sites == nil || slices.Contains(w.Sites, sub.State.Place.SiteID)) {
			ids = append(ids, sub.ID)
		}
	}
	return ids, "", err
}

// Look implements bulk.Things.
func (m manyLines) Look(ctx context.Context, o bulk.Order, some []bulk.Item) ([]bulk.Item, error) {
	if o.Kind == bulk.Replan {
		return m.tries(ctx, o, some)
	}
	all, err := m.Lines.Some(ctx, idsOf(some))
	if err != nil {
		return nil, err
	}
	var priced []int64
	for _, sub := range all {
		priced = append(priced, sub.State.Sold.PriceID)
	}
	prices, err := m.Plans.Prices(ctx, priced)
	if err != nil {
		return nil, err
	}
	for n, one := range some {
		sub, there := all[one.ID]
		if some[n].Why = lineWhy(o, sub, there, one); some[n].Why == nil && o.Kind != bulk.Unplan {
			if some[n].Cents, err = m.perDay(sub, prices[sub.State.Sold.PriceID]); err != nil {
				return nil, err
			}
		}
	}
	return some, nil
}

// lineWhy says why a line would be left as it is.
func lineWhy(o bulk.Order, sub subscriptions.Subscription, there bool, one bulk.Item) error {
	status := sub.State.Status
	switch {
	case !there || o.Allows(sub.State.Place.SiteID) != nil:
		return bulk.NotTheirs()
	case status == subscriptions.Ended:
		return fault.New(fault.Conflict, "subscription.ended")
	case status == subscriptions.Pending && o.Kind != bulk.Replan && o.Kind != bulk.Unplan:
		return fault.New(fault.Conflict, "bulk.begins_later")
	case one.Seen != 0 && one.Seen != sub.Seq:
		return bulk.ChangedSince()
	case o.Kind == bulk.Pause && status == subscriptions.Paused:
		return fault.New(fault.Conflict, "bulk.rests")
	case o.Kind == bulk.Resume && status != subscriptions.Paused:
		return fault.New(fault.Conflict, "bulk.runs")
	}
	return nil
}

// perDay is what a day of a line that is paid by invoice costs by its plan's price; of one that is paid beforehand, whose time stands still, nothing.
func (m manyLines) perDay(sub subscriptions.Subscription, p plans.Price) (int64, error) {
	if sub.State.Prepaid() || p.ID == 0 {
		return 0, nil
	}
	now, zone := m.Plan.Now(), m.Sites.Location(sub.State.Place.SiteID)
	return perDay(p.AmountFor(sub.State.Segment, sub.State.Sold.Level).Cents, p.Terms.Interval, now, zone)
}

// perDay is a day's part of the price of an interval.
func perDay(cents int64, i plans.Interval, now time.Time, zone *time.Location) (int64, error) {
	end := i.After(now, now.In(zone).Day(), zone)
	days := plans.Days(now, end, zone)
	if end.IsZero() || days <= 0 {
		return 0, nil
	}
	return money.MulDiv(cents, 1, days, money.HalfUp)
}

// Do implements bulk.Things. Its mark is the line's last event.
func (m manyLines) Do(tx *db.Tx, o bulk.Order, one bulk.Item) (mark int64, err error) {
	if o.Kind == bulk.Replan {
		sub, _, err := m.replan(tx, o, one)
		return sub.Seq, sinceOf(err)
	}
	sub, err := m.Lines.GetTx(tx, one.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return 0, err
	}
	if why := lineWhy(o, sub, err == nil, one); why != nil {
		return 0, why
	}
	switch by := m.lineBy(o, one); o.Kind {
	case bulk.Pause:
		sub, err = m.Lines.PauseIn(tx, one.ID, o.Reason, by)
	case bulk.Resume:
		sub, err = m.Lines.ResumeIn(tx, one.ID, by)
	default:
		sub, err = m.Lines.WithdrawIn(tx, one.ID, by)
	}
	return sub.Seq, sinceOf(err)
}

func (m manyLines) lineBy(o bulk.Order, one bulk.Item) subscriptions.By {
	return subscriptions.By{Actor: o.By.Actor, From: o.By.From, Request: fmt.Sprintf("bulk:%d", o.RunID), Seen: one.Seen}
}

// sinceOf says that somebody was faster, where that is the cause.
func sinceOf(err error) error {
	if fault.KeyOf(err) == "conflict" {
		return bulk.ChangedSince()
	}
	return err
}
