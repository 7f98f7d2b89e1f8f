package subscriptions

import (
	"context"
	"fmt"
	"net/netip"
	"reflect"

	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/access"
)

// Kinds of a grant's sources: the subscription that it is of, and packs that were bought for it.
const (
	SourceKind = "subscription"
	SourcePack = "pack"
)

// address reads the texts; fault.Invalid "limits.address".
func (o Own) address() (a access.Address, err error) {
	wrong := func(value string) error { return fault.New(fault.Invalid, "limits.address", "Value", value) }
	if o.IPv4 != "" {
		if a.IPv4, err = netip.ParseAddr(o.IPv4); err != nil {
			return a, wrong(o.IPv4)
		}
	}
	for _, p := range []struct {
		text string
		into *netip.Prefix
	}{{o.IPv6, &a.IPv6}, {o.Delegated, &a.Delegated}} {
		if p.text != "" {
			if *p.into, err = netip.ParsePrefix(p.text); err != nil {
				return a, wrong(p.text)
			}
		}
	}
	for _, text := range o.Routes {
		route, err := netip.ParsePrefix(text)
		if err != nil {
			return a, wrong(text)
		}
		a.Routes = append(a.Routes, route)
	}
	return a, nil
}

// open gives the grant of a new subscription.
func (s *Service) open(tx *db.Tx, sub Subscription, state State) (int64, error) {
	limits, err := s.limits(tx, sub, state)
	if err != nil {
		return 0, err
	}
	given, err := s.Access.Give(tx, access.Offer{Source: access.Source{Kind: SourceKind, Key: fmt.Sprint(sub.ID)}, SiteID: state.Place.SiteID, Plan: state.Sold.PlanKey,
		Segment: state.Segment, Owner: customerParty(sub.CustomerID), Limits: limits, Place: access.Place{RouterID: state.Place.RouterID}, Standing: true})
	return given.GrantID, err
}

// follow brings the grant from what a subscription was to what it is. A new one has no login yet.
func (s *Service) follow(tx *db.Tx, was, is Subscription, d draft) error {
	before, after, id := was.State, is.State, is.GrantID
	if before.Status == Ended {
		return nil
	}
	if err := s.sameLogin(tx, id, before.Login, after.Login, d.secret); err != nil {
		return err
	}
	steps := []func() error{
		func() error { return s.Access.Relocate(tx, id, after.Place.SiteID) },
		func() error { return s.samePlan(tx, is, before) },
		func() error { return s.Access.SetUntil(tx, id, after.until(s.zone(after.Place.SiteID))) },
		func() error { return s.sameBar(tx, id, before, after) },
		func() error { return s.sameArrears(tx, is, before) },
		func() error { return s.pack(tx, is, d) },
	}
	if after.Status == Ended {
		steps = []func() error{func() error { _, err := s.Access.End(tx, id, access.CauseEnded); return err }}
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) samePlan(tx *db.Tx, is Subscription, before State) error {
	after := is.State
	if before.Sold.PriceID == 0 || before.Sold.PriceID == after.Sold.PriceID && reflect.DeepEqual(before.AddOns, after.AddOns) {
		return nil
	}
	return s.fit(tx, is)
}

// fit gives the grant the limits that the line has.
func (s *Service) fit(tx *db.Tx, sub Subscription) error {
	limits, err := s.limits(tx, sub, sub.State)
	if err != nil {
		return err
	}
	return s.Access.ChangePlan(tx, sub.GrantID, sub.State.Sold.PlanKey, limits)
}

// limits are what a line has by its plan and add-ons. What is allowed in a month goes with the months by which the line is billed.
func (s *Service) limits(tx *db.Tx, sub Subscription, state State) (access.Limits, error) {
	price, err := s.Plans.PriceIn(tx, state.Sold.PriceID)
	if err != nil {
		return access.Limits{}, err
	}
	l := price.With(state.AddOns)
	if s.follower == nil || !state.Invoiced() || state.Sold.Interval.Unit != plans.Month || l.FairUse.Per != access.PerMonth {
		return l, nil
	}
	day, err := s.follower.MonthDay(tx, sub)
	if day > 1 {
		l.FairUse.Day = day
	}
	return l, err
}

// Fit gives the grant of a line the limits that it has now, when the months were moved by which it is billed.
func (s *Service) Fit(ctx context.Context, id int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		sub, err := s.lockWithCredit(tx, id)
		if err != nil || sub.State.Status == Ended {
			return err
		}
		return s.fit(tx, sub)
	})
}

func (s *Service) sameBar(tx *db.Tx, grantID int64, before, after State) (err error) {
	switch {
	case before.suspended() == after.suspended():
	case after.suspended():
		_, err = s.Access.Suspend(tx, grantID)
	default:
		_, err = s.Access.Resume(tx, grantID)
	}
	return err
}

func (s *Service) sameLogin(tx *db.Tx, grantID int64, before, after Login, secret string) error {
	if before.Name != after.Name || before.Kind != after.Kind || secret != "" {
		if err := s.rename(tx, grantID, before, after, secret); err != nil {
			return err
		}
	}
	if reflect.DeepEqual(before.Own, after.Own) {
		return nil
	}
	own, err := after.Own.address()
	if err != nil {
		return err
	}
	return s.Access.SetAddress(tx, grantID, own)
}

// rename has equipment known by another name, MAC or secret. One that is known by its MAC needs no secret.
func (s *Service) rename(tx *db.Tx, grantID int64, before, after Login, secret string) error {
	if before.Name != "" && before.Kind != ByMAC {
		if err := s.Access.DropName(tx, grantID, before.Name); err != nil {
			return err
		}
	}
	if before.Name != "" && (before.Kind == ByMAC || after.Kind == ByMAC) {
		if err := s.Access.FreeDevices(tx, grantID); err != nil {
			return err
		}
	}
	if after.Kind == ByMAC {
		mac, err := access.ParseMAC(after.Name)
		if err != nil {
			return err
		}
		return s.Access.BindDevice(tx, grantID, mac)
	}
	return s.Access.NameLogin(tx, grantID, after.Name, secret)
}

// pack gives the data of a pack that was just bought. Where data is never slower, and costs by use, it comes off the bill alone.
func (s *Service) pack(tx *db.Tx, sub Subscription, d draft) error {
	if d.Kind != AddOnTaken || !d.Said.AddOn.Once || d.Said.AddOn.Bytes == 0 {
		return nil
	}
	price, err := s.Plans.PriceIn(tx, sub.State.Sold.PriceID)
	if err != nil || price.Limits.FairUse.Bytes == 0 && len(price.Terms.Data.Tiers) > 0 {
		return err
	}
	_, err = s.Access.Extend(tx, sub.GrantID, access.Source{Kind: SourcePack, Key: fmt.Sprint(d.ID)}, access.Gift{Bytes: d.Said.AddOn.Bytes})
	return err
}
