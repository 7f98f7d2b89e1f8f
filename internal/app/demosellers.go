package app

import (
	"context"
	"fmt"
	"slices"

	"mtandao/billing/customers"
	"mtandao/billing/partners"
	"mtandao/billing/plans"
	"mtandao/internal/money"
	"mtandao/internal/pin"
	"mtandao/internal/words"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

// demoSellers are kiosks: one that pays first, with a boy who sells for it, and one that pays what it sold.
var demoSellers = []struct {
	name, phone, terms, commission, site, above string
	limit, paid                                 int64 // shillings
}{
	{"Mama Njeri, Kasarani stage", "0722 100 001", resellers.Prepaid, "10%", "kasarani", "", 0, 5000},
	{"Kevo, Mama Njeri's corner", "0722 100 002", resellers.Prepaid, "6%", "kasarani", "0722 100 001", 0, 500},
	{"Ngong market kiosk", "0722 100 003", resellers.Consignment, "5%, 8% from 20,000, 10% from 50,000", "ngong", "", 3000, 0},
}

// demoPIN signs the demo's resellers in.
const demoPIN = "482915"

// seedSellers makes the demo's resellers, once, with what they sold this morning.
func (s *Stage) seedSellers(ctx context.Context) error {
	m, by := s.Main, vouchers.By{Actor: "demo"}
	if there, err := m.Resellers.Newest(ctx, 0, 1); err != nil || len(there) > 0 {
		return err
	}
	made := map[string]resellers.Reseller{}
	for _, d := range demoSellers {
		phone, err := customers.ParsePhone(d.phone)
		if err != nil {
			return err
		}
		commission, err := resellers.ReadCommission(d.commission)
		if err != nil {
			return err
		}
		r, err := m.Resellers.Save(ctx, resellers.Reseller{Name: d.name, Phone: phone, Lang: words.English, Terms: d.terms, Commission: commission, Limit: money.Shillings(d.limit),
			ParentID: made[d.above].ID, Sites: []int64{s.seeded.sites[d.site].ID}}, by)
		if err != nil {
			return err
		}
		made[d.phone] = r
		if d.paid > 0 {
			if _, err := m.Resellers.PayIn(ctx, resellers.Request{Key: "demo-float", ResellerID: r.ID}, money.Shillings(d.paid), by); err != nil {
				return err
			}
		}
		if err := s.seedPIN(ctx, pin.Owner{Kind: "reseller", ID: r.ID}, r.Phone); err != nil {
			return err
		}
		if err := s.seedSales(ctx, r, s.seeded.sites[d.site].ID); err != nil {
			return err
		}
	}
	return s.seedLandlord(ctx)
}

func (s *Stage) seedPIN(ctx context.Context, owner pin.Owner, phone customers.Phone) error {
	code, err := s.Main.PINs.NewCode(ctx, owner, "demo", "")
	if err == nil {
		_, _, err = s.Main.PINs.UseCode(ctx, pin.Visit{}, owner.Kind, string(phone), code, demoPIN)
	}
	return err
}

// demoLandlord gets a part of what is sold at the stage in Kasarani.
const demoLandlord = "0722 100 009"

func (s *Stage) seedLandlord(ctx context.Context) error {
	if there, err := s.Main.Partners.Newest(ctx, 0, 1); err != nil || len(there) > 0 {
		return err
	}
	p, err := s.saveLandlord(ctx, s.Main.Partners)
	if err != nil {
		return err
	}
	return s.seedPIN(ctx, pin.Owner{Kind: "partner", ID: p.ID}, p.Phone)
}

// saveLandlord makes the landlord with a service, whose clock says since when.
func (s *Stage) saveLandlord(ctx context.Context, with *partners.Service) (partners.Partner, error) {
	phone, err := customers.ParsePhone(demoLandlord)
	if err != nil {
		return partners.Partner{}, err
	}
	return with.Save(ctx, partners.Partner{Name: "Mzee Kamau, Kasarani Plaza", Phone: phone, Share: 1500, Sites: []int64{s.seeded.sites["kasarani"].ID}}, partners.By{Actor: "demo"})
}

// seedSales gives a reseller a sheet, and sells a few from it and one by one.
func (s *Stage) seedSales(ctx context.Context, r resellers.Reseller, site int64) error {
	m, by := s.Main, vouchers.By{Actor: "demo"}
	all, err := m.Plans.Packages(ctx)
	if err != nil {
		return err
	}
	key := map[bool]string{true: "hour", false: "three-hours"}[site == s.seeded.sites["kasarani"].ID] // the router in Ngong gives no burst
	plan := all[slices.IndexFunc(all, func(p plans.Plan) bool { return p.Key == key })]
	b, err := m.Vouchers.Place(ctx, vouchers.Wish{PlanID: plan.ID, SiteID: site, Size: 48}, by)
	if err == nil {
		b, err = m.Vouchers.Make(ctx, b.ID)
	}
	if err != nil {
		return err
	}
	ask := func(what string) resellers.Request { return resellers.Request{Key: "demo-" + what, ResellerID: r.ID} }
	if _, err := m.Resellers.SignOut(ctx, ask("sheet"), resellers.Range{BatchID: b.ID, First: 1, Last: 24}, by); err != nil {
		return err
	}
	if _, err := m.Resellers.Sell(ctx, ask("paper"), resellers.Range{BatchID: b.ID, First: 1, Last: 9}, by); err != nil {
		return err
	}
	for n := range 4 {
		if _, err := m.Resellers.SellOne(ctx, ask(fmt.Sprint("one-", n)), resellers.Sale{PlanID: plan.ID, SiteID: site}, by); err != nil {
			return err
		}
	}
	return nil
}
