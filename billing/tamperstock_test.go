package billing_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mtandao/billing/partners"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/report"
	"mtandao/internal/site"
	"mtandao/radius/access"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

const printed = "CONCAT((SELECT number FROM voucher_batches b WHERE b.id = batch_id), '-', SUBSTR(CONCAT('000000', serial), -6))"

// stockBooks are the books of what is sold before it is used, and of who sells it.
var stockBooks = map[string]book{
	"voucher_batches": {names: "id", insert: "id"},
	"vouchers":        {names: printed},
	"voucher_deeds":   {names: "id", insert: "id"},
	"resellers":       {names: "id", insert: "id"},
	"reseller_events": {names: "id"},
	"partners":        {names: "id", insert: "id"},
	"partner_events":  {names: "id"},
	"graces":          {names: "order_id"},
	"voucher_uses":    {names: "id"},
	"row_proofs":      {names: "row_id"},
}

// fullStock lives through what becomes of vouchers, so that each table has each kind of row.
func (b *building) fullStock() {
	b.t.Helper()
	ctx, by := context.Background(), vouchers.By{Actor: "juma@example.com"}
	must := func(err error) {
		b.t.Helper()
		if err != nil {
			b.t.Fatal(err)
		}
	}
	b.gracious("10", "20")
	o := b.unreached(1)
	b.takes(o, "")
	b.takes(b.unreached(2), "")
	b.clock.Advance(time.Minute)
	b.hear(b.confirmation("SJ00000001", o.Code, "254"+phoneOf(1)[1:], 10))
	b.idle()
	parent, err := b.sellers.Save(ctx, resellers.Reseller{Name: "Mama", Phone: "254722000001", Terms: resellers.Prepaid, Commission: resellers.Commission{Each: money.Shillings(2)}}, by)
	must(err)
	child, err := b.sellers.Save(ctx, resellers.Reseller{Name: "Kioski", Phone: "254722000002", Terms: resellers.Prepaid, ParentID: parent.ID, Commission: resellers.Commission{Each: money.Shillings(1)}}, by)
	must(err)
	_, err = b.sellers.PayIn(ctx, resellers.Request{Key: "in", ResellerID: parent.ID}, money.Shillings(200), by)
	must(err)
	_, err = b.sellers.Give(ctx, resellers.Request{Key: "give", ResellerID: child.ID}, parent.ID, money.Shillings(50), by)
	must(err)
	one, err := b.sellers.SellOne(ctx, resellers.Request{Key: "one", ResellerID: child.ID}, resellers.Sale{PlanID: b.plan.ID, SiteID: b.site}, by)
	must(err)
	batch, err := b.stock.Place(ctx, vouchers.Wish{PlanID: b.plan.ID, SiteID: b.site, Size: 6, UnsoldUntil: b.clock.Now().Add(240 * time.Hour), UnusedFor: time.Hour}, by)
	must(err)
	_, err = b.stock.Make(ctx, batch.ID)
	must(err)
	_, err = b.sellers.SignOut(ctx, resellers.Request{Key: "out", ResellerID: parent.ID}, resellers.Range{BatchID: batch.ID, First: 1, Last: 2}, by)
	must(err)
	_, err = b.stock.Do(ctx, vouchers.Deed{Kind: vouchers.DeedSignOut, BatchID: batch.ID, First: 3, Last: 5, Holder: "kiosk"}, by)
	must(err)
	_, err = b.stock.Do(ctx, vouchers.Deed{Kind: vouchers.DeedVoid, BatchID: batch.ID, First: 5, Last: 5, Reason: "torn"}, by)
	must(err)
	_, err = b.stock.Redeem(ctx, vouchers.Redemption{Code: one.Plain(), SiteID: b.site, Address: "10.0.0.9", Place: access.Place{RouterID: 7, MAC: "0a0000000009"}})
	must(err)
	roam, err := b.stock.Place(ctx, vouchers.Wish{PlanID: b.plan.ID, Size: 1, Live: true}, by)
	must(err)
	b.usesAt(roam, b.site, 11)
	b.nextDay()
	must(b.stock.Expire(ctx)) // those that a reseller has paid for
	b.paysOut(1)
	b.idle()
}

// usesAt makes a batch and uses its first voucher at a site.
func (b *building) usesAt(batch vouchers.Batch, site int64, device int) {
	b.t.Helper()
	ctx, by := context.Background(), vouchers.By{Actor: "test"}
	var code access.Code
	_, err := b.stock.Make(ctx, batch.ID)
	if err == nil {
		err = b.stock.Export(ctx, vouchers.Copying{BatchID: batch.ID}, by, func(_ vouchers.Batch, v vouchers.Voucher) error { code = v.Code; return nil })
	}
	if err == nil {
		_, err = b.stock.Redeem(ctx, vouchers.Redemption{Code: code, SiteID: site, Address: "10.0.0.9", Place: access.Place{RouterID: 7, MAC: access.MAC(fmt.Sprintf("0a%010x", device))}})
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// TestAVoucherForEverySiteIsSharedWhereItIsUsed: the landlord of the place where it is used first has a part in it, and no other.
func TestAVoucherForEverySiteIsSharedWhereItIsUsed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.clock.Advance(time.Date(2027, 3, 1, 5, 0, 0, 0, time.UTC).Sub(s.clock.Now()))
		b, ctx := openBuilding(t, s), context.Background()
		s.more = []report.Stock{b.stock, b.sellers, b.partners}
		var there site.Site
		s.in(func(tx *db.Tx) (err error) {
			there, err = s.sites.SaveSite(tx, site.Site{Slug: "ngong", Name: "Ngong", Language: "en", Timezone: "Africa/Nairobi"})
			return err
		})
		other, err := b.partners.Save(ctx, partners.Partner{Name: "Mzee Otis", Phone: "254722000008", Share: 1000, Sites: []int64{there.ID}}, partners.By{Actor: "test"})
		if err != nil {
			t.Fatal(err)
		}
		for n, at := range []int64{s.site, there.ID, there.ID} {
			batch, err := b.stock.Place(ctx, vouchers.Wish{PlanID: s.plan.ID, Size: 1, Live: true}, vouchers.By{Actor: "test"})
			if err != nil {
				t.Fatal(err)
			}
			b.usesAt(batch, at, n+1)
		}
		if net, share, err := b.partners.Today(ctx, b.landlord); err != nil || net != 1000 || share != 200 {
			t.Errorf("today %d, %d, %v", net, share, err)
		}
		b.nextDay()
		for id, want := range map[int64]int64{b.landlord.ID: 200, other.ID: 200} {
			if p, err := b.partners.Get(ctx, id); err != nil || p.Due.Cents != want {
				t.Errorf("to %s %v are due, want %d cents (%v)", p.Name, p.Due, want, err)
			}
		}
	})
}

// TestWhateverIsTamperedWithInStockIsNamed: each column of each batch, voucher, deed, reseller, partner, payout and grace is changed, each row taken
// out, and one of each table made up; ledger verify's proofs name the row each time.
func TestWhateverIsTamperedWithInStockIsNamed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.clock.Advance(time.Date(2027, 3, 1, 5, 0, 0, 0, time.UTC).Sub(s.clock.Now()))
		b := openBuilding(t, s)
		s.more = []report.Stock{b.stock, b.sellers, b.partners}
		b.fullStock()
		b.prove()
		for table, want := range map[string]int{"voucher_batches": 2, "vouchers": 7, "voucher_deeds": 4, "resellers": 2, "reseller_events": 6, "partners": 1, "partner_events": 2, "graces": 2, "voucher_uses": 1} {
			if n := len(s.rows(table, stockBooks[table])); n < want {
				t.Fatalf("the story has %d rows in %s, want %d", n, table, want)
			}
			s.tamperWith(table, stockBooks[table])
		}
		s.tamperWith("row_proofs", stockBooks["row_proofs"])
		b.prove()
	})
}
