package offline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/prompts"
	"mtandao/billing/subscriptions"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/radius"
	"mtandao/radius/access"
	"mtandao/radius/outages"
)

// Lines are the customers' lines. *subscriptions.Service satisfies it.
type Lines interface {
	Events(ctx context.Context, id int64) ([]subscriptions.Event, error)
	Cost(ctx context.Context, sub subscriptions.Subscription) ([]plans.Charge, error)
}

// Access tells of grants. *access.Service satisfies it.
type Access interface {
	View(ctx context.Context, grantID int64) (access.Grant, []access.Slot, access.Left, error)
}

// Radius tells what routers said and were told. *radius.Service satisfies it.
type Radius interface {
	Around(ctx context.Context, w radius.Whom, at time.Time) (radius.Around, error)
}

// Outages tells when routers were silent. *outages.Service satisfies it.
type Outages interface {
	Of(ctx context.Context, routerID int64, from, until time.Time) ([]outages.Outage, error)
}

// Invoices tells what dunning did. *invoices.Service satisfies it.
type Invoices interface {
	Log(ctx context.Context, customerID, invoiceID int64, limit int) ([]invoices.Entry, error)
}

// Trail is the audit trail. *audit.Trail satisfies it.
type Trail interface {
	List(ctx context.Context, f audit.Filter) ([]audit.Event, error)
}

// Teller finds the facts around an instant and has them explained. Clock is the plan clock.
type Teller struct {
	DB       *db.DB
	Clock    clock.Clock
	Lines    Lines
	Access   Access
	Radius   Radius
	Outages  Outages
	Invoices Invoices
	Trail    Trail
	Zone     func(siteID int64) *time.Location
}

// Bounds of what is read.
const (
	mostEntries = 200 // of dunning and of the trail, of one customer or grant
	mostMoney   = 40
)

// OfLine tells of a customer's line.
func (t *Teller) OfLine(ctx context.Context, sub subscriptions.Subscription, who customers.Customer, at time.Time) (Story, error) {
	f := Facts{Now: t.Clock.Now(), Zone: t.Zone(sub.State.Place.SiteID), Line: &Line{Subscription: sub, zones: t.Zone}}
	payer := sub.CustomerID
	if who.ParentPays {
		payer = who.ParentID
	}
	whom := radius.Whom{GrantID: sub.GrantID}
	err := together(
		func() (err error) { f.Line.Owed, err = t.owed(ctx, sub, payer); return err },
		func() (err error) { f.Money, err = t.customerMoney(ctx, sub.CustomerID, at); return err },
		func() (err error) { f.Dunning, err = t.dunning(ctx, sub, payer); return err },
		func() (err error) { f.Line.Events, err = t.Lines.Events(ctx, sub.ID); return err },
		func() (err error) { f.Deeds, err = t.deeds(ctx, sub.GrantID); return err },
		func() error { return t.grant(ctx, &f, &whom) })
	if err != nil {
		return Story{}, err
	}
	whom.Names = f.Line.names()
	if mac, err := access.ParseMAC(sub.State.Login.Name); err == nil {
		whom.MACs = append(whom.MACs, mac)
	}
	return t.finish(ctx, f, whom, at)
}

// OfGrant tells of a guest's grant. fault.NotFound when there is none.
func (t *Teller) OfGrant(ctx context.Context, grantID int64, at time.Time) (s Story, err error) {
	f := Facts{Now: t.Clock.Now()}
	whom := radius.Whom{GrantID: grantID}
	err = together(
		func() (err error) { f.Money, err = t.grantMoney(ctx, grantID); return err },
		func() (err error) { f.Deeds, err = t.deeds(ctx, grantID); return err },
		func() error { return t.grant(ctx, &f, &whom) })
	if err != nil {
		return s, err
	}
	f.Zone = t.Zone(f.Grant.SiteID)
	return t.finish(ctx, f, whom, at)
}

// grant reads what somebody was online with, and the devices that it was for. A line may have none any more.
func (t *Teller) grant(ctx context.Context, f *Facts, whom *radius.Whom) error {
	g, slots, _, err := t.Access.View(ctx, whom.GrantID)
	if err != nil && !(f.Line != nil && fault.Is(err, fault.NotFound)) {
		return err
	}
	f.Grant = g
	for _, slot := range slots {
		whom.MACs = append(whom.MACs, slot.MAC)
	}
	whom.MACs = append(whom.MACs, g.Place.MAC)
	return nil
}

// finish reads what a line and a guest have in common, which what was read before leads to.
func (t *Teller) finish(ctx context.Context, f Facts, whom radius.Whom, at time.Time) (s Story, err error) {
	if f.Around, err = t.Radius.Around(ctx, whom, at); err != nil {
		return s, err
	}
	if f.Outages, err = t.outages(ctx, &f, at); err != nil {
		return s, err
	}
	return Explain(f, at.UTC()), nil
}

// together does things that do not wait for each other, and waits for all of them: each is a way to the database and back, and one after the other they took as long as all together. One that
// breaks is an error of who asked, as it would be without the others.
func together(all ...func() error) error {
	var each sync.WaitGroup
	failed := make([]error, len(all))
	for i, do := range all {
		each.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					failed[i] = fault.Wrap(fault.Internal, "internal", fmt.Errorf("%v", p))
				}
			}()
			failed[i] = do()
		})
	}
	each.Wait()
	return errors.Join(failed...)
}

// outages are the silences of the router that they were on or would have been.
func (t *Teller) outages(ctx context.Context, f *Facts, at time.Time) ([]outages.Outage, error) {
	router := f.routerAt(at)
	if router == 0 {
		return nil, nil
	}
	return t.Outages.Of(ctx, router, at.Add(-radius.AroundFor).UTC(), at.Add(radius.AroundFor).UTC())
}

// owed is what a line waits for: what is open of bills, or the next period, without the credit there is.
func (t *Teller) owed(ctx context.Context, sub subscriptions.Subscription, payer int64) (money.Amount, error) {
	open, credit, err := t.openOf(ctx, payer)
	if err != nil || !sub.State.Prepaid() {
		return money.KES(open), err
	}
	charges, err := t.Lines.Cost(ctx, sub)
	if fault.Is(err, fault.NotFound) {
		return money.KES(open), nil
	}
	if err != nil {
		return money.Amount{}, err
	}
	return prompts.Whole(money.KES(max(0, open+plans.Sum(charges).Cents-credit))), nil
}

// dunning is what was done about bills of who pays for a line that is billed.
func (t *Teller) dunning(ctx context.Context, sub subscriptions.Subscription, payer int64) ([]invoices.Entry, error) {
	if !sub.State.Invoiced() {
		return nil, nil
	}
	all, err := t.Invoices.Log(ctx, payer, 0, mostEntries)
	slices.Reverse(all)
	return all, err
}

// deeds are what staff did to a grant.
func (t *Teller) deeds(ctx context.Context, grantID int64) (all []Deed, err error) {
	if grantID == 0 {
		return nil, nil
	}
	events, err := t.Trail.List(ctx, audit.Filter{Object: "grant", ObjectID: strconv.FormatInt(grantID, 10), Limit: mostEntries})
	for _, e := range events {
		all = append(all, Deed{At: e.At, Action: e.Action, By: e.Actor})
	}
	slices.SortStableFunc(all, func(a, b Deed) int { return cmp.Compare(a.At.UnixMilli(), b.At.UnixMilli()) })
	return all, err
}

// names are those that a line is or was known by.
func (l *Line) names() (all []string) {
	for _, e := range l.Events {
		if e.Said.Login != nil {
			all = append(all, e.Said.Login.Name)
		}
	}
	all = append(all, l.State.Login.Name)
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(name string) bool { return name == "" })
}
