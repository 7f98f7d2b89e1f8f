package app

import (
	"context"
	"fmt"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
	"mtandao/internal/fieldwork"
	"mtandao/internal/money"
	"mtandao/internal/sim/router"
	"mtandao/radius/access"
)

// demoLines are homes and businesses: with which plan since how many days, paid until in how many (0: by invoice, or never), and what they paid in since.
var demoLines = []struct {
	name, phone, plan, login string
	kind                     customers.Kind
	since, until, paid       int
}{
	{"Wanjiku Kamau", "0711 200 001", "home-10", "wanjiku", customers.Person, 63, 12, 0},
	{"Otieno Odhiambo", "0711 200 002", "home-10", "otieno", customers.Person, 40, 2, 1000},
	{"Amina Hassan", "0711 200 003", "home-30", "amina", customers.Person, 25, 5, 4500},
	{"Kiptoo Cheruiyot", "0711 200 004", "home-10", "kiptoo", customers.Person, 33, -3, 0},
	{"Njeri Mwangi", "0711 200 005", "home-30", "njeri", customers.Person, 90, 20, 0},
	{"Kasarani Pharmacy", "0711 200 006", "office-50", "pharmacy", customers.Business, 120, 0, 0},
	{"Baobab School", "0711 200 007", "office-50", "baobab", customers.Business, 15, 0, 0},
}

func demoSubscribed() []plans.Plan {
	month := plans.Interval{Unit: plans.Month, Every: 1}
	plan := func(sort int, key, en, sw, segment string, bob, kbps int64, t plans.Terms) plans.Plan {
		t.Interval = month
		return plans.Plan{Key: key, NameEN: en, NameSW: sw, Segment: segment, Price: money.Shillings(bob), Sort: sort, State: plans.Live, Terms: t,
			Limits: access.Limits{UpKbps: kbps, DownKbps: kbps, FairUse: access.FairUse{Bytes: 500e9, Per: access.PerMonth, UpKbps: 2000, DownKbps: 2000}}}
	}
	return []plans.Plan{
		plan(10, "home-10", "Home 10", "Nyumbani 10", plans.Home, 2500, 10_000, plans.Terms{Mode: plans.Prepaid}),
		plan(11, "home-30", "Home 30", "Nyumbani 30", plans.Home, 4500, 30_000, plans.Terms{Mode: plans.Prepaid, Setup: money.Shillings(1500)}),
		plan(12, "office-50", "Office 50", "Ofisi 50", plans.Business, 7500, 50_000, plans.Terms{Mode: plans.Postpaid, Data: plans.Meter{Included: 200,
			Tiers: []plans.Tier{{UpTo: 100, Each: money.Shillings(20)}, {Each: money.Shillings(10)}}}, Rates: []plans.Tariff{{Level: "priority", Amount: money.Shillings(9900)}}}),
	}
}

// seedLines makes the demo's plans for homes and businesses and their subscribers, once.
func (s *Stage) seedLines(ctx context.Context) error {
	m := s.Main
	if there, err := m.Lines.List(ctx, subscriptions.Which{}, 0, 1); err != nil || len(there) > 0 {
		return err
	}
	err := m.DB.InTx(ctx, func(tx *db.Tx) error {
		for _, p := range demoSubscribed() {
			if _, err := m.Plans.Save(tx, p); err != nil {
				return err
			}
		}
		for _, a := range []plans.AddOn{{Key: "faster", NameEN: "10 Mbit/s more", NameSW: "Mbit/s 10 zaidi", Price: money.Shillings(800), DownKbps: 10_000, UpKbps: 10_000, State: plans.Live},
			{Key: "data-50", NameEN: "50 GB more", NameSW: "GB 50 zaidi", Price: money.Shillings(300), Once: true, Bytes: 50e9, State: plans.Live}} {
			if _, err := m.Plans.SaveAddOn(tx, a); err != nil {
				return err
			}
		}
		_, err := m.Plans.SaveCoupon(tx, plans.Coupon{Code: "KARIBU", Discount: plans.Discount{Percent: 5000, Periods: 2}, Most: 100, State: plans.Live})
		return err
	})
	for _, d := range demoLines {
		if err == nil {
			err = s.seedLine(ctx, d.name, d.phone, d.plan, d.login, d.kind, d.since, d.until, d.paid)
		}
	}
	return err
}

func (s *Stage) seedLine(ctx context.Context, name, typed, plan, login string, kind customers.Kind, since, until, paid int) error {
	m, site, now := s.Main, s.seeded.sites["kasarani"].ID, s.Main.Plan.Now()
	phone, err := customers.ParsePhone(typed)
	if err != nil {
		return err
	}
	var who customers.Customer
	err = m.DB.InTx(ctx, func(tx *db.Tx) error {
		segment := customers.Segment(plans.Home)
		if kind == customers.Business {
			segment = customers.Segment(plans.Business)
		}
		who, err = m.Customers.Create(tx, customers.Customer{Kind: kind, Name: name, Segment: segment, SiteID: site}, []customers.Contact{{Kind: customers.ByPhone, Value: string(phone), ForBills: true, ForAlerts: true}}, customers.By{Actor: "demo"})
		return err
	})
	if err != nil {
		return err
	}
	n := subscriptions.Opening{CustomerID: who.ID, PlanKey: plan, Segment: string(who.Segment), Place: subscriptions.Place{SiteID: site, RouterID: s.seeded.routers["kasarani-1"].ID, Installed: "Kasarani, block " + login[:1]},
		Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: login}, Secret: secretOf(login), At: now.AddDate(0, 0, -since)}
	if until != 0 {
		n.PaidTo = now.AddDate(0, 0, until)
	}
	sub, err := m.Lines.Start(ctx, n, subscriptions.By{Actor: "demo"})
	if err == nil {
		_, err = s.stocked(ctx, fieldwork.Equipment{Serial: "HD" + number7(sub.ID), Kind: "router", Model: "hAP lite", SiteID: site}, fieldwork.Where{Place: fieldwork.AtCustomer, CustomerID: who.ID, LineID: sub.ID})
	}
	if err != nil || paid == 0 {
		return err
	}
	_, err = m.Accounts.TakeAtCounter(ctx, accounts.Taking{Request: "demo", CustomerID: who.ID, How: accounts.ByCash, Amount: money.Shillings(int64(paid))}, accounts.By{Actor: "demo"})
	return err
}

// number7 is the last seven digits of an id.
func number7(id int64) string { return fmt.Sprintf("%07d", id%10_000_000) }

// plugIn has the router of a subscriber dial in, the nth of them.
func (s *Stage) plugIn(login string, n int) (router.Home, error) {
	home, err := s.Routers["kasarani-1"].Connect(fmt.Sprintf("02405e00%04x", n), login, secretOf(login))
	if err == nil {
		home.Use(int64(300 + 700*(n%4)))
	}
	return home, err
}

// plugInAll has those of the demo's subscribers dial in.
func (s *Stage) plugInAll() error {
	for n, d := range demoLines {
		if _, err := s.plugIn(d.login, n); err != nil {
			return err
		}
	}
	return nil
}

// secretOf is what a simulated subscriber's router dials in with.
func secretOf(login string) string { return "pppoe-" + login }
