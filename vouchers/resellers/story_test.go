package resellers

import (
	"context"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/billing/partners"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/vouchers"
)

// TestAResellersMonth: float, paper, single sales, a sub-reseller, returns, settlement, and the landlord's share of it; the books hold after each step.
func TestAResellersMonth(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		mama := w.reseller("Mama Njeri", "254722000001", "10%", nil)
		boy := w.reseller("Kiosk boy", "254722000002", "6%", func(r *Reseller) { r.ParentID = mama.ID })
		landlord, err := w.landlords.Save(ctx, partners.Partner{Name: "Mzee Kamau", Phone: "254722000005", Sites: []int64{w.here}, Share: 1500}, partners.By{Actor: office.Actor})
		w.did(landlord, err)
		b := w.batch(200)
		_, err = w.SignOut(ctx, w.ask(mama), Range{b.ID, 1, 50}, office)
		if fault.KeyOf(err) != "reseller.short" {
			t.Fatal("paper without float:", err)
		}
		w.prove()

		w.did(w.PayIn(ctx, w.ask(mama), money.Shillings(1000), office))
		w.holds(map[string]float64{ledger.Cash: 1000, ledger.ResellerFloat: -1000})
		w.did(w.SignOut(ctx, w.ask(mama), Range{b.ID, 1, 50}, office)) // 500 less 10 %
		w.balance(mama, 550)
		w.holds(map[string]float64{ledger.Vouchers: -500, ledger.Commission: 50, ledger.ResellerFloat: -550})
		w.did(w.Sell(ctx, w.ask(mama), Range{b.ID, 1, 20}, office)) // paid for already
		w.balance(mama, 550)
		w.did(nil, w.use(b, 1))
		w.holds(map[string]float64{ledger.PrepaidService: -10, ledger.Vouchers: -490})

		w.did(w.Give(ctx, w.ask(boy), mama.ID, money.Shillings(100), office))
		w.balance(mama, 450)
		w.balance(boy, 100)
		sold, err := w.SellOne(ctx, w.ask(boy), Sale{PlanID: w.hour.ID, SiteID: w.here, Phone: "254733000001"}, office)
		w.did(sold, err)
		w.balance(boy, 90.60)  // 10 less 6 %
		w.balance(mama, 450.4) // the other 4 %
		if len(w.mail.sent) != 1 || w.mail.sent[0].To != "254733000001" {
			t.Errorf("sent %+v", w.mail.sent)
		}
		w.did(nil, w.useCode(sold.Plain()))

		w.did(w.Return(ctx, w.ask(mama), Range{b.ID, 1, 50}, office)) // 49 of them: one is used
		w.balance(mama, 450.4+441)
		w.holds(map[string]float64{ledger.Vouchers: 0, ledger.Commission: 1 + 1})
		w.did(w.PayOut(ctx, w.ask(mama), money.Shillings(800), office))
		if _, err := w.PayOut(ctx, w.ask(mama), money.Shillings(800), office); fault.KeyOf(err) != "reseller.short" {
			t.Error(err)
		}
		w.balance(mama, 91.4)

		month, err := w.Between(ctx, mama.ID, "2026-11-01", "2026-11-30", 0, 100)
		if err != nil || len(month) != 7 || month[6].Balance != 9140 {
			t.Errorf("%+v, %v", month, err)
		}
		today, err := w.SumOf(ctx, boy.ID, "2026-11-02", "2026-11-02")
		if err != nil || today.Sold != 1 || today.Earned != 60 || today.Gross != 1000 {
			t.Errorf("%+v, %v", today, err)
		}
		w.landlordsMonth(landlord)
	})
}

// landlordsMonth is the end of the month for the landlord of the place where two vouchers of ten shillings were used: 15 % of them, a statement, and cash.
func (w *town) landlordsMonth(landlord partners.Partner) {
	w.Helper()
	ctx := context.Background()
	w.clock.Advance(48 * time.Hour)
	for range 2 { // run again it changes nothing
		w.did(nil, w.landlords.Share(ctx))
		w.holds(map[string]float64{ledger.PartnersDue: -3, ledger.PartnerShares: 3})
	}
	first, second := partners.By{Member: 1, Actor: office.Actor}, partners.By{Member: 2, Actor: "second"}
	if _, err := w.landlords.AskPayout(ctx, partners.Payout{PartnerID: landlord.ID, Amount: money.Shillings(4)}, first); fault.KeyOf(err) != "partner.more_than_due" {
		w.Error(err)
	}
	asked, err := w.landlords.AskPayout(ctx, partners.Payout{PartnerID: landlord.ID, Amount: money.Shillings(3)}, first)
	w.did(nil, err)
	w.did(w.landlords.DecidePayout(ctx, asked.ID, true, second))
	w.holds(map[string]float64{ledger.PartnersDue: -3, ledger.PartnerShares: 3})
	w.did(w.landlords.PayPayout(ctx, asked.ID, partners.InCash, "", first))
	if _, err := w.landlords.PayPayout(ctx, asked.ID, partners.InCash, "", first); fault.KeyOf(err) != "partner.not_owed" {
		w.Error(err)
	}
	w.holds(map[string]float64{ledger.PartnersDue: 0, ledger.PartnerShares: 3, ledger.Cash: 197})
}

// TestConsignment: paper is paid for when it is told to be sold, or used; what is lost is charged; the limit holds.
func TestConsignment(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		shop := w.reseller("Ngong market", "254722000003", "KES 1", func(r *Reseller) { r.Terms, r.Limit = Consignment, money.Shillings(300) })
		b := w.batch(100)
		if _, err := w.SignOut(ctx, w.ask(shop), Range{b.ID, 1, 31}, office); fault.KeyOf(err) != "reseller.short" {
			t.Fatal("above the limit:", err)
		}
		w.did(w.SignOut(ctx, w.ask(shop), Range{b.ID, 1, 30}, office))
		w.balance(shop, 0)
		w.holds(map[string]float64{ledger.Vouchers: 0, ledger.Commission: 0})
		w.did(w.Sell(ctx, w.ask(shop), Range{b.ID, 1, 10}, office))
		w.balance(shop, -90)
		w.holds(map[string]float64{ledger.Vouchers: -100, ledger.Commission: 10, ledger.ResellersOwe: 90})
		w.did(nil, w.use(b, 11)) // sold and not told
		w.holds(map[string]float64{ledger.VouchersOwed: 10})
		w.did(nil, w.Sweep(ctx))
		w.balance(shop, -99)
		w.holds(map[string]float64{ledger.VouchersOwed: 0, ledger.ResellersOwe: 99, ledger.Commission: 11})
		w.did(w.Lose(ctx, w.ask(shop), Range{b.ID, 12, 13}, office))
		w.balance(shop, -119)
		w.holds(map[string]float64{ledger.Breakage: -20})
		if err := w.use(b, 12); fault.KeyOf(err) != "code.unknown" {
			t.Error("a lost voucher works:", err)
		}
		w.did(w.Return(ctx, w.ask(shop), Range{b.ID, 14, 30}, office))
		w.balance(shop, -119)
		w.did(w.Settle(ctx, w.ask(shop), money.Shillings(150), office))
		w.balance(shop, 31)
		w.holds(map[string]float64{ledger.ResellersOwe: 0, ledger.ResellerFloat: -31, ledger.Cash: 150})
	})
}

// TestTheLifeOfASheet: signed out to a reseller, half sold, stolen, killed, given back.
func TestTheLifeOfASheet(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		shop := w.reseller("Kasarani stage", "254722000004", "5%, 8% from KES 200", func(r *Reseller) { r.Terms, r.Limit = Consignment, money.Shillings(1000) })
		b := w.batch(96)
		first, last := b.Sheet(2, 24)
		if err := w.use(b, 25); fault.KeyOf(err) != "code.unknown" {
			t.Error("a printed voucher works before it is signed out:", err)
		}
		if err := w.Vouchers.WriteDown(ctx); err != nil {
			t.Fatal(err)
		}
		if told, err := w.Vouchers.Alarmed(ctx, w.clock.Now().Add(-time.Hour)); err != nil || len(told) != 1 || told[0].Serial != 25 {
			t.Errorf("the alarm tells %+v, %v", told, err)
		}
		w.did(w.SignOut(ctx, w.ask(shop), Range{b.ID, first, last}, office))
		w.did(w.Sell(ctx, w.ask(shop), Range{b.ID, first, first + 11}, office))
		w.balance(shop, -114) // 120 less 5 %
		w.did(nil, w.use(b, first))
		killed, err := w.Vouchers.VoidOf(ctx, shop.Holder(), "stolen", true, office)
		if w.did(killed, err); len(killed) != 1 || killed[0].Moved != 23 || killed[0].Ended != 1 {
			t.Errorf("%+v", killed)
		}
		w.balance(shop, -114) // what was sold stays sold
		w.holds(map[string]float64{ledger.Breakage: -110, ledger.Vouchers: 0})
		w.did(w.Vouchers.Undo(ctx, killed[0].ID, office))
		w.did(w.Return(ctx, w.ask(shop), Range{b.ID, first, last}, office))
		w.balance(shop, -9.5) // the one that was used
		w.holds(map[string]float64{ledger.Breakage: 0, ledger.Vouchers: 0, ledger.ResellersOwe: 9.5, ledger.Commission: 0.5})
		if done, err := w.Vouchers.Do(ctx, vouchers.Deed{Kind: vouchers.DeedSignOut, BatchID: b.ID, First: 1, Last: 5, Holder: "x", Money: true}, office); err != nil || done.Moved != 5 {
			t.Errorf("%+v, %v", done, err)
		}
		w.prove()
	})
}

// TestAClosedResellerGivesNothingAway: who was closed signs in to see what they owe, and moves no float to those below.
func TestAClosedResellerGivesNothingAway(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		mama := w.reseller("Mama Njeri", "254722000001", "10%", nil)
		boy := w.reseller("Kiosk boy", "254722000002", "6%", func(r *Reseller) { r.ParentID = mama.ID })
		w.did(w.PayIn(ctx, w.ask(mama), money.Shillings(100), office))
		closed, err := w.Get(ctx, mama.ID)
		w.did(closed, err)
		closed.State = Closed
		w.did(w.Save(ctx, closed, office))
		if _, err := w.Give(ctx, w.ask(boy), mama.ID, money.Shillings(100), office); fault.KeyOf(err) != "reseller.closed" {
			t.Error(err)
		}
		w.balance(mama, 100)
		w.balance(boy, 0)
	})
}

// TestWhatWasUsedIsChargedInPieces: no transaction takes more than is handed over at a time, however far apart the used ones lie; all of them are charged,
// once.
func TestWhatWasUsedIsChargedInPieces(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		kiosk := w.reseller("Kiosk", "254722000001", "10%", func(r *Reseller) { r.Terms, r.Limit = Consignment, money.Shillings(9000) })
		b := w.batch(3*vouchers.MostHanded + 20)
		w.did(w.SignOut(ctx, w.ask(kiosk), Range{b.ID, 1, b.Size}, office))
		used := []int{1, 2, vouchers.MostHanded, vouchers.MostHanded + 1, 2*vouchers.MostHanded + 50, b.Size}
		for _, serial := range used {
			w.did(nil, w.use(b, serial))
		}
		w.did(nil, w.Sweep(ctx))
		w.balance(kiosk, -9*float64(len(used)))
		w.did(nil, w.Sweep(ctx))
		events, err := w.Events(ctx, kiosk.ID, 0, 50)
		count, pieces := 0, 0
		for _, e := range events {
			if e.Kind != UsedFirst {
				continue
			}
			if count, pieces = count+e.Count, pieces+1; e.Last-e.First >= vouchers.MostHanded {
				t.Errorf("%d to %d in one piece", e.First, e.Last)
			}
		}
		if err != nil || count != len(used) || pieces != 3 {
			t.Errorf("%d charged in %d pieces, %v", count, pieces, err)
		}
	})
}
