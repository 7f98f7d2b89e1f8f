package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"mtandao/billing/counter"
	"mtandao/billing/ledger"
	"mtandao/billing/partners"
	"mtandao/billing/plans"
	"mtandao/internal/approval"
	"mtandao/internal/clock"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/pin"
	"mtandao/radius/access"
	"mtandao/vouchers"
)

// demoWeek is how many guests brought a voucher of the stage in Kasarani, day by day until yesterday.
var demoWeek = []int{7, 5, 8, 6, 9, 14, 11}

// past is what the demo sold before it was started, told by services on a clock of their own.
type past struct {
	clock    *clock.Manual
	vouchers *vouchers.Service
	partners *partners.Service
	batch    vouchers.Batch
	codes    []access.Code
	kasarani int64
}

// seedWeek gives the landlord a week of sales, a share of each day, and a payout of the first days, once. What was sold is real: vouchers that were signed
// out, sold and used; only the time is of the past.
func (s *Stage) seedWeek(ctx context.Context) error {
	if there, err := s.Main.Partners.Newest(ctx, 0, 1); err != nil || len(there) > 0 {
		return err
	}
	now := s.Main.Clock.Now().In(clock.Nairobi)
	noon := time.Date(now.Year(), now.Month(), now.Day()-len(demoWeek), 12, 0, 0, 0, clock.Nairobi)
	p := s.pastFrom(noon)
	landlord, err := s.saveLandlord(ctx, p.partners)
	if err == nil {
		err = s.seedPIN(ctx, pin.Owner{Kind: "partner", ID: landlord.ID}, landlord.Phone)
	}
	if err == nil {
		err = s.stockPast(ctx, p)
	}
	for day, guests := range demoWeek {
		if err != nil {
			return err
		}
		p.clock.Set(noon.AddDate(0, 0, day))
		if err = p.bring(ctx, guests); err == nil {
			p.clock.Set(time.Date(noon.Year(), noon.Month(), noon.Day()+day+1, 0, 30, 0, 0, clock.Nairobi))
			err = p.partners.Share(ctx)
		}
		if err == nil && day == 4 {
			err = s.paidPast(ctx, p, landlord.ID)
		}
	}
	return err
}

// pastFrom makes the services of a past that begins at a time. Their jobs are done by the demo's own.
func (s *Stage) pastFrom(at time.Time) *past {
	m, c := s.Main, clock.NewManual(at)
	queue := jobs.New(m.DB, c, m.Log)
	grants, books := access.New(m.DB, queue, m.Keys, c, m.Sites), ledger.New(m.DB, c)
	p := &past{clock: c, kasarani: s.seeded.sites["kasarani"].ID}
	p.vouchers = vouchers.New(vouchers.Options{DB: m.DB, Jobs: queue, Keys: m.Keys, Clock: c, Plan: c, Log: m.Log, Ledger: books, Plans: m.Plans, Sites: m.Sites, Grants: grants})
	grants.AskVouchers(p.vouchers)
	p.partners = partners.New(partners.Options{DB: m.DB, Keys: m.Keys, Clock: c, Ledger: books, Sales: []partners.Sales{m.Billing, p.vouchers}, Doors: m.PINs,
		Approvals: approval.New(approval.Options{DB: m.DB, Keys: m.Keys, Clock: c, People: m.Staff})})
	return p
}

// stockPast makes the sheet that the week's guests buy from.
func (s *Stage) stockPast(ctx context.Context, p *past) error {
	by := vouchers.By{Actor: "demo"}
	all, err := s.Main.Plans.Packages(ctx)
	if err != nil {
		return err
	}
	plan := all[slices.IndexFunc(all, func(p plans.Plan) bool { return p.Key == "day" })]
	size := 0
	for _, guests := range demoWeek {
		size += guests
	}
	if p.batch, err = p.vouchers.Place(ctx, vouchers.Wish{PlanID: plan.ID, SiteID: p.kasarani, Size: size}, by); err == nil {
		p.batch, err = p.vouchers.Make(ctx, p.batch.ID)
	}
	for _, kind := range []string{vouchers.DeedSignOut, vouchers.DeedSell} {
		if err == nil {
			_, err = p.vouchers.Do(ctx, vouchers.Deed{Kind: kind, BatchID: p.batch.ID, First: 1, Last: size, Holder: "Duka la Plaza"}, by)
		}
	}
	if err != nil {
		return err
	}
	return p.vouchers.Export(ctx, vouchers.Copying{BatchID: p.batch.ID}, by, func(_ vouchers.Batch, v vouchers.Voucher) error { p.codes = append(p.codes, v.Code); return nil })
}

// bring has guests bring the next vouchers, each at a time of their own.
func (p *past) bring(ctx context.Context, guests int) error {
	for n := range guests {
		code := p.codes[0]
		p.codes = p.codes[1:]
		mac := access.MAC(fmt.Sprintf("02d%05d%04d", len(p.codes), n))
		if _, err := p.vouchers.Redeem(ctx, vouchers.Redemption{Code: code, SiteID: p.kasarani, Address: fmt.Sprintf("10.77.%d.%d", len(p.codes), n), Place: access.Place{MAC: mac}}); err != nil {
			return err
		}
		p.clock.Advance(23 * time.Minute)
	}
	return nil
}

// paidPast pays the landlord what is due then: the one who works at the till asks, the owner approves.
func (s *Stage) paidPast(ctx context.Context, p *past, landlordID int64) error {
	asha, err := s.Main.Staff.MemberByEmail(ctx, demoMember)
	if err != nil {
		return err
	}
	owner, err := s.Main.Staff.MemberByEmail(ctx, demoOwner)
	if err != nil {
		return err
	}
	landlord, err := p.partners.Get(ctx, landlordID)
	if err != nil {
		return err
	}
	till, boss := partners.By{Member: asha.ID, Actor: asha.Email}, partners.By{Member: owner.ID, Actor: owner.Email}
	p.clock.Advance(9 * time.Hour)
	one, err := p.partners.AskPayout(ctx, partners.Payout{PartnerID: landlordID, Amount: money.KES(landlord.Due.Cents), Note: "the first days"}, till)
	if err == nil {
		one, err = p.partners.DecidePayout(ctx, one.ID, true, boss)
	}
	if err == nil && one.State == counter.Approved {
		_, err = p.partners.PayPayout(ctx, one.ID, partners.ByBank, "EQ-20417", till)
	}
	return err
}
