package billing_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/billing/partners"
	"mtandao/billing/plans"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/report"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

// building is a shop whose landlord gets 20 % of what is sold in it.
type building struct {
	*shop
	stock    *vouchers.Service
	sellers  *resellers.Service
	partners *partners.Service
	landlord partners.Partner
}

func openBuilding(t *testing.T, s *shop) *building {
	t.Helper()
	b := &building{shop: s}
	menu := plans.New(s.db, s.clock)
	b.stock = vouchers.New(vouchers.Options{DB: s.db, Jobs: s.jobs, Keys: s.keys, Clock: s.clock, Plan: s.clock, Ledger: s.ledger, Plans: menu, Sites: s.sites, Grants: s.grants})
	b.sellers = resellers.New(resellers.Options{DB: s.db, Keys: s.keys, Clock: s.clock, Ledger: s.ledger, Vouchers: b.stock, Plans: menu, Messages: &s.told})
	b.partners = partners.New(partners.Options{DB: s.db, Keys: s.keys, Clock: s.clock, Ledger: s.ledger, Sales: []partners.Sales{s.bill, b.stock}})
	var err error
	b.landlord, err = b.partners.Save(context.Background(), partners.Partner{Name: "Mzee Kamau", Phone: "254722000009", Share: 2000, Sites: []int64{s.site}}, partners.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *building) prove() {
	b.t.Helper()
	problems, err := report.NewProofs(b.db, b.ledger, b.bill, b.stock, b.sellers, b.partners).Prove(context.Background())
	if err != nil || len(problems) > 0 {
		b.t.Errorf("%v, %v", problems, err)
	}
}

func (b *building) due(shillings float64) {
	b.t.Helper()
	p, err := b.partners.Get(context.Background(), b.landlord.ID)
	held, e := b.ledger.Balance(context.Background(), ledger.PartnersDue, "")
	if err != nil || e != nil || float64(p.Due.Cents) != shillings*100 || held.Cents != -p.Due.Cents {
		b.t.Errorf("%v are due, in the books %v, want %v (%v, %v)", p.Due, held, shillings, err, e)
	}
}

// nextDay goes to eight in the morning of the next day in Nairobi and counts shares.
func (b *building) nextDay() {
	b.t.Helper()
	now := b.clock.Now().UTC()
	b.clock.Advance(time.Date(now.Year(), now.Month(), now.Day()+1, 5, 0, 0, 0, time.UTC).Sub(now))
	for range 2 { // again changes nothing
		if err := b.partners.Share(context.Background()); err != nil {
			b.t.Fatal(err)
		}
	}
	b.prove()
}

// TestALandlordsShare: orders and a reseller's voucher are shared, a refund takes its part back, payouts are bounded and recorded once.
func TestALandlordsShare(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.clock.Advance(time.Date(2027, 3, 1, 5, 0, 0, 0, time.UTC).Sub(s.clock.Now()))
		b, ctx := openBuilding(t, s), context.Background()
		s.sold()
		kiosk, err := b.sellers.Save(ctx, resellers.Reseller{Name: "Kiosk", Phone: "254722000001", Terms: resellers.Prepaid}, vouchers.By{Actor: "test"})
		if err == nil {
			_, err = b.sellers.PayIn(ctx, resellers.Request{Key: "a", ResellerID: kiosk.ID}, money.Shillings(100), vouchers.By{Actor: "test"})
		}
		var sold resellers.Receipt
		if err == nil {
			sold, err = b.sellers.SellOne(ctx, resellers.Request{Key: "b", ResellerID: kiosk.ID}, resellers.Sale{PlanID: s.plan.ID, SiteID: s.site}, vouchers.By{Actor: "test"})
		}
		if err == nil {
			_, err = b.stock.Redeem(ctx, vouchers.Redemption{Code: sold.Plain(), SiteID: s.site, Address: "10.0.0.9", Place: access.Place{RouterID: 7, MAC: "0a0000000001", IP: "10.0.0.9"}})
		}
		if err != nil {
			t.Fatal(err)
		}
		if net, share, err := b.partners.Today(ctx, b.landlord); err != nil || net != 2000 || share != 400 {
			t.Errorf("today %d, %d, %v", net, share, err)
		}
		b.due(0)
		b.nextDay()
		b.due(4)
		b.nextDay()
		b.due(4)
		order, err := s.bill.OrdersOfDevice(ctx, string(phoneMAC))
		if err != nil || len(order) != 1 {
			t.Fatal(order, err)
		}
		s.refunded(order[0], 10)
		b.nextDay()
		b.due(2)
		pay := func(request string, shillings int64) (partners.Event, error) {
			return b.partners.PayOut(ctx, request, b.landlord.ID, money.Shillings(shillings), partners.InCash, "", partners.By{Actor: "test"})
		}
		if _, err := pay("x", 3); fault.KeyOf(err) != "partner.more_than_due" {
			t.Error(err)
		}
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := pay("y", 1); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if _, err := pay("y", 2); fault.KeyOf(err) != "partner.request" { // the same form, sent back with another amount
			t.Error(err)
		}
		b.due(1)
		b.prove()
		story, err := b.partners.Events(ctx, b.landlord.ID, "2027-03-01", "2027-03-31", 0, 100)
		if err != nil || len(story) != 4 || story[0].Sold != 2000 || story[2].Back != 1000 || story[2].Delta != -200 || story[3].Kind != partners.PaidOut {
			t.Errorf("%+v, %v", story, err)
		}
		b.tamper(story[0].ID)
	})
}

// sold is an order that was paid.
func (s *shop) sold() {
	s.t.Helper()
	s.order(phoneMAC)
	s.hear(s.success(0, "SJ80000001", 10))
}

// tamper changes each column of an event, and the partner's money.
func (b *building) tamper(event int64) {
	b.t.Helper()
	found := func(what string) {
		named := 0
		if err := b.partners.Audit(context.Background(), func(string) { named++ }); err != nil || named == 0 {
			b.t.Errorf("%s: nothing named (%v)", what, err)
		}
	}
	for _, column := range testdb.Columns(b.t, b.db, "partner_events") {
		value := "'9'"
		if column == "at" {
			value = "'2026-01-01 00:00:00'"
		}
		b.exec("CREATE TABLE saved AS SELECT * FROM partner_events")
		b.exec("UPDATE partner_events SET "+column+" = "+value+" WHERE id = ?", event)
		found(column)
		b.exec("DELETE FROM partner_events")
		b.exec("INSERT INTO partner_events SELECT * FROM saved")
		b.exec("DROP TABLE saved")
	}
	b.exec("UPDATE partners SET due_cents = due_cents + 1")
	found("due_cents")
	b.exec("UPDATE partners SET due_cents = due_cents - 1, seq = seq + 1")
	found("seq")
	b.exec("UPDATE partners SET seq = seq - 1")
	b.prove()
	b.exec("DELETE FROM partner_events WHERE id = ?", event)
	found("an event taken out")
}
