package app

import (
	"context"
	"errors"
	"slices"

	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/bulk"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// errTried ends the transaction of a trial.
var errTried = errors.New("tried")

// tries says of each line what another plan would do to it, or why it would be left: it is done, and not kept. Lines that pay from one credit are tried each by itself.
func (m manyLines) tries(ctx context.Context, o bulk.Order, some []bulk.Item) ([]bulk.Item, error) {
	for n, one := range some {
		var sub subscriptions.Subscription
		var p subscriptions.Preview
		err := m.DB.InTx(ctx, func(tx *db.Tx) (err error) {
			if sub, p, err = m.replan(tx, o, one); err == nil {
				err = errTried
			}
			return err
		})
		switch kind := fault.KindOf(err); {
		case errors.Is(err, errTried):
			some[n].Seen, some[n].Price = sub.Seq-1, priceOf(p)
		case kind == fault.Denied || kind == fault.Conflict || kind == fault.Invalid || kind == fault.NotFound:
			some[n].Why = err
		default:
			return nil, err
		}
	}
	return some, nil
}

func priceOf(p subscriptions.Preview) *bulk.Price {
	return &bulk.Price{Was: p.Old.Cents, Is: p.New.Cents, Now: p.Due.Cents}
}

// replan puts a line on another plan, as its own page does: one that is sold at its site.
func (m manyLines) replan(tx *db.Tx, o bulk.Order, one bulk.Item) (sub subscriptions.Subscription, p subscriptions.Preview, err error) {
	sub, err = m.Lines.GetTx(tx, one.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return sub, p, err
	}
	if why := lineWhy(o, sub, err == nil, one); why != nil {
		return sub, p, why
	}
	w := bulk.ReadWish(o.Argument)
	plan, err := m.Plans.ByKey(tx.Context(), w.Plan)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Invalid, "subscription.plan")
	}
	if err != nil {
		return sub, p, err
	}
	if !soldAt(plan, sub.State.Place.SiteID) {
		return sub, p, fault.New(fault.Conflict, "bulk.not_sold_there")
	}
	sub, p, err = m.Lines.ChangePlanIn(tx, one.ID, subscriptions.Change{PlanKey: w.Plan, Level: w.Level, AtEnd: w.AtEnd, KeepDate: w.Keep}, m.lineBy(o, one))
	if err == nil && one.Price != nil && *one.Price != *priceOf(p) {
		err = bulk.CostsElse()
	}
	return sub, p, err
}

func soldAt(p plans.Plan, siteID int64) bool {
	return len(p.Sites) == 0 || slices.Contains(p.Sites, siteID)
}
