package billing_test

import (
	"context"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/billing/counter"
	"mtandao/billing/ledger"
	"mtandao/billing/partners"
	"mtandao/billing/plans"
	"mtandao/internal/clock"
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
	b.partners = partners.New(partners.Options{DB: s.db, Keys: s.keys, Clock: s.clock, Ledger: s.ledger, Sales: []partners.Sales{s.bill, b.stock}, Approvals: s.approvals})
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
	now := b.clock.Now()
	b.clock.Advance((clock.DayOf(now) + 1).Start().Add(8 * time.Hour).Sub(now))
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
		if _, err := b.asks(1, 3); fault.KeyOf(err) != "partner.more_than_due" {
			t.Error(err)
		}
		b.paysOut(1)
		b.due(1)
		b.prove()
		story, err := b.partners.Events(ctx, b.landlord.ID, "2027-03-01", "2027-03-31", 0, 100)
		if err != nil || len(story) != 4 || story[0].Sold != 2000 || story[2].Back != 1000 || story[2].Delta != -200 || story[3].Kind != partners.PaidOut {
			t.Errorf("%+v, %v", story, err)
		}
		b.tamper(story[0].ID)
	})
}

// asks for a payout, as a member.
func (b *building) asks(member, shillings int64) (partners.Payout, error) {
	return b.partners.AskPayout(context.Background(), partners.Payout{PartnerID: b.landlord.ID, Amount: money.Shillings(shillings), Note: "rent"}, partners.By{Member: member, Actor: "test"})
}

// paysOut takes a payout through the hands of two members, twenty of whom try each step at once: one of them does it, and nobody alone.
func (b *building) paysOut(shillings int64) {
	b.t.Helper()
	ctx := context.Background()
	b.once("partner.open", func(int64) error { _, err := b.asks(1, shillings); return err })
	open, err := b.partners.OpenPayouts(ctx, counter.Asked)
	if err != nil || len(open) != 1 {
		b.t.Fatal(open, err)
	}
	id := open[0].ID
	if _, err := b.partners.DecidePayout(ctx, id, true, partners.By{Member: 1, Actor: "test"}); fault.KeyOf(err) != "approval.same_person" {
		b.t.Error("who asked decides:", err)
	}
	pay := func(n int64) error {
		_, err := b.partners.PayPayout(ctx, id, partners.InCash, "", partners.By{Member: n, Actor: "test"})
		return err
	}
	if err := pay(3); fault.KeyOf(err) != "partner.not_owed" {
		b.t.Error("paid before it was approved:", err)
	}
	b.once("partner.decided", func(n int64) error {
		_, err := b.partners.DecidePayout(ctx, id, true, partners.By{Member: n + 2, Actor: "test"})
		return err
	})
	b.once("partner.not_owed", pay)
	if err := b.refusedAfter(id); fault.KeyOf(err) != "partner.decided" {
		b.t.Error("a paid payout is refused:", err)
	}
}

func (b *building) refusedAfter(id int64) error {
	_, err := b.partners.DecidePayout(context.Background(), id, false, partners.By{Member: 9, Actor: "test"})
	return err
}

// once lets twenty do something at once; one does, and the others are told a fault.
func (b *building) once(others string, do func(n int64) error) {
	b.t.Helper()
	var all sync.WaitGroup
	var won atomic.Int64
	for n := range int64(20) {
		all.Go(func() {
			switch err := do(n); {
			case err == nil:
				won.Add(1)
			case fault.KeyOf(err) != others:
				b.t.Error(err)
			}
		})
	}
	if all.Wait(); won.Load() != 1 {
		b.t.Errorf("%d of twenty did it", won.Load())
	}
}

// TestAPayoutThatIsNotPaid: one that is refused, before or after it was approved, stays due, another may be asked for, and more than is due by then is not paid.
func TestAPayoutThatIsNotPaid(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.clock.Advance(time.Date(2027, 3, 1, 5, 0, 0, 0, time.UTC).Sub(s.clock.Now()))
		b, ctx, second := openBuilding(t, s), context.Background(), partners.By{Member: 2, Actor: "second"}
		s.sold()
		b.nextDay()
		b.due(2)
		for _, approved := range []bool{false, true} {
			p, err := b.asks(1, 2)
			if err == nil && approved {
				p, err = b.partners.DecidePayout(ctx, p.ID, true, second)
			}
			if err == nil {
				p, err = b.partners.DecidePayout(ctx, p.ID, false, second)
			}
			if err != nil || p.State != counter.Refused {
				t.Error(p, err)
			}
		}
		for _, wrong := range []partners.Payout{{Amount: money.Shillings(0)}, {Amount: money.Shillings(-1)}, {Amount: money.KES(math.MaxInt64)}, {Amount: money.KES(math.MinInt64)}, {Amount: money.Shillings(1), Note: "two\nlines"}} {
			wrong.PartnerID = b.landlord.ID
			if p, err := b.partners.AskPayout(ctx, wrong, second); err == nil {
				t.Errorf("%+v", p)
			}
		}
		p, err := b.asks(1, 2)
		if err == nil {
			_, err = b.partners.DecidePayout(ctx, p.ID, true, second)
		}
		orders, e := s.bill.OrdersOfDevice(ctx, string(phoneMAC))
		if err != nil || e != nil || len(orders) != 1 {
			t.Fatal(err, orders, e)
		}
		s.refunded(orders[0], 10)
		b.nextDay()
		b.due(0)
		if _, err := b.partners.PayPayout(ctx, p.ID, partners.InCash, "", second); fault.KeyOf(err) != "partner.more_than_due" {
			t.Error(err)
		}
		for how, reference := range map[string]string{"": "x", partners.ByBank: "", "mpesa": "x"} {
			if _, err := b.partners.PayPayout(ctx, p.ID, how, reference, second); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q %q: %v", how, reference, err)
			}
		}
		b.due(0)
		b.prove()
		b.tamperPayout(p.ID)
	})
}

// TestWhoAskedTakesAPayoutBack while nobody has decided, and nobody else does: it stays due, and may be asked for anew. Of those who decide and who takes it back
// at once, one wins.
func TestWhoAskedTakesAPayoutBack(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.clock.Advance(time.Date(2027, 3, 1, 5, 0, 0, 0, time.UTC).Sub(s.clock.Now()))
		b, ctx := openBuilding(t, s), context.Background()
		s.sold()
		b.nextDay()
		p, err := b.asks(1, 2)
		if err != nil {
			t.Fatal(err)
		}
		first, second := partners.By{Member: 1, Actor: "first"}, partners.By{Member: 2, Actor: "second"}
		if _, err := b.partners.CancelPayout(ctx, p.ID, second); fault.KeyOf(err) != "partner.not_yours" || fault.KindOf(err) != fault.Denied {
			t.Error("another took it back:", err)
		}
		if p, err = b.partners.CancelPayout(ctx, p.ID, first); err != nil || p.State != counter.Cancelled || p.DecidedBy != 0 || p.DecidedAt.IsZero() {
			t.Fatal(p, err)
		}
		_, approved := b.partners.DecidePayout(ctx, p.ID, true, second)
		_, paid := b.partners.PayPayout(ctx, p.ID, partners.InCash, "", second)
		_, again := b.partners.CancelPayout(ctx, p.ID, first)
		_, unknown := b.partners.CancelPayout(ctx, 1, first)
		if fault.KeyOf(approved) != "partner.decided" || fault.KeyOf(paid) != "partner.not_owed" || fault.KeyOf(again) != "partner.decided" || fault.KeyOf(unknown) != "partner.no_payout" {
			t.Errorf("after it was taken back: %v, %v, %v, %v", approved, paid, again, unknown)
		}
		b.due(2)
		b.prove()
		cancelled := p.ID
		for range 4 {
			if p, err = b.asks(1, 2); err != nil {
				t.Fatal("asked anew:", err)
			}
			b.once("partner.decided", func(n int64) (err error) {
				if n%3 == 0 {
					_, err = b.partners.CancelPayout(ctx, p.ID, first)
				} else {
					_, err = b.partners.DecidePayout(ctx, p.ID, false, second)
				}
				return err
			})
		}
		if p, err = b.asks(1, 2); err == nil {
			_, err = b.partners.DecidePayout(ctx, p.ID, true, second)
		}
		if _, late := b.partners.CancelPayout(ctx, p.ID, first); err != nil || fault.KeyOf(late) != "partner.decided" {
			t.Error("what is approved is taken back by who asked:", err, late)
		}
		b.due(2)
		b.prove()
		b.tamperPayout(cancelled)
	})
}

// tamperPayout changes each column that says something of a payout.
func (b *building) tamperPayout(id int64) {
	b.t.Helper()
	for _, column := range testdb.Columns(b.t, b.db, "partner_payouts") {
		if column == "open_partner" { // the state says it
			continue
		}
		value := "'9'"
		if column == "alone" {
			value = "NOT alone"
		}
		if strings.HasSuffix(column, "_at") {
			value = "'2026-01-01 00:00:00'"
		}
		b.exec("CREATE TABLE saved AS SELECT * FROM partner_payouts")
		b.exec("UPDATE partner_payouts SET "+column+" = "+value+" WHERE id = ?", id)
		b.named(column)
		b.exec("DELETE FROM partner_payouts")
		b.exec("INSERT INTO partner_payouts SELECT * FROM saved")
		b.exec("DROP TABLE saved")
	}
	b.prove()
	b.exec("DELETE FROM partner_payouts WHERE id = ?", id)
	b.named("a payout taken out")
}

// sold is an order that was paid.
func (s *shop) sold() {
	s.t.Helper()
	s.order(phoneMAC)
	s.hear(s.success(0, "SJ80000001", 10))
}

// named fails when the proof of partners finds nothing.
func (b *building) named(what string) {
	b.t.Helper()
	named := 0
	if err := b.partners.Audit(context.Background(), func(string) { named++ }); err != nil || named == 0 {
		b.t.Errorf("%s: nothing named (%v)", what, err)
	}
}

// tamper changes each column of an event, and the partner's money.
func (b *building) tamper(event int64) {
	b.t.Helper()
	for _, column := range testdb.Columns(b.t, b.db, "partner_events") {
		value := "'9'"
		if column == "alone" {
			value = "NOT alone"
		}
		if column == "at" {
			value = "'2026-01-01 00:00:00'"
		}
		b.exec("CREATE TABLE saved AS SELECT * FROM partner_events")
		b.exec("UPDATE partner_events SET "+column+" = "+value+" WHERE id = ?", event)
		b.named(column)
		b.exec("DELETE FROM partner_events")
		b.exec("INSERT INTO partner_events SELECT * FROM saved")
		b.exec("DROP TABLE saved")
	}
	b.exec("UPDATE partners SET due_cents = due_cents + 1")
	b.named("due_cents")
	b.exec("UPDATE partners SET due_cents = due_cents - 1, seq = seq + 1")
	b.named("seq")
	b.exec("UPDATE partners SET seq = seq - 1")
	b.prove()
	b.exec("DELETE FROM partner_events WHERE id = ?", event)
	b.named("an event taken out")
}
