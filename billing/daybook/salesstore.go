package daybook

import (
	"context"
	"strings"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
)

// What sold what, by what an entry names. The daybook is the only reader of these tables that asks for nothing else.
const (
	ofGrants        = "SELECT id, plan AS plan_key, site_id FROM grants WHERE id IN ?"
	ofBatches       = "SELECT id, plan_key, site_id FROM voucher_batches WHERE id IN ?"
	ofSubscriptions = "SELECT id, plan_key, site_id FROM subscriptions WHERE id IN ?"
	ofReceipts      = "SELECT r.id, o.plan_key, o.site_id FROM receipts r JOIN orders o ON o.id = r.order_id WHERE r.id IN ?"
	ofEvents        = "SELECT e.id, b.plan_key, b.site_id FROM reseller_events e JOIN voucher_batches b ON b.id = e.batch_id WHERE e.id IN ?"
	ofHolders       = "SELECT grant_id AS id, MIN(holder) AS holder FROM vouchers WHERE grant_id IN ? GROUP BY grant_id"
	// an invoice is of a subscription, a note of what its invoice was; what is of none is of the customer's site, but for what its postings say
	ofInvoices = "SELECT i.id, COALESCE(s.plan_key, '') AS plan_key, COALESCE(s.site_id, c.site_id, 0) AS site_id FROM invoices i LEFT JOIN invoices f ON f.id = i.of_id" +
		" LEFT JOIN subscriptions s ON s.id = CASE WHEN i.subscription_id <> 0 THEN i.subscription_id ELSE COALESCE(f.subscription_id, 0) END" +
		" LEFT JOIN customers c ON c.id = i.customer_id WHERE i.id IN ?"
)

// salesOf reads the sales that entries name, with as many statements as there are kinds of names.
func (b *Book) salesOf(ctx context.Context, entries []ledger.Chained) (s sales, err error) {
	var all [6][]int64
	for _, e := range entries {
		if !tells(e.Entry) {
			continue
		}
		n := namesIn(e.Entry)
		for i, id := range []int64{n.grant, n.batch, n.receipt, n.invoice, n.subscription, n.event} {
			if id != 0 {
				all[i] = append(all[i], id)
			}
		}
		for _, p := range e.Postings {
			if id := lineOf(p); id != 0 {
				all[4] = append(all[4], id)
			}
		}
	}
	for i, from := range []struct {
		query string
		into  *map[int64]sale
	}{{ofGrants, &s.grants}, {ofBatches, &s.batches}, {ofReceipts, &s.receipts}, {ofInvoices, &s.invoices}, {ofSubscriptions, &s.subscriptions}, {ofEvents, &s.events}} {
		if *from.into, err = b.salesBy(ctx, from.query, all[i]); err != nil {
			return s, err
		}
	}
	return s, b.tellHolders(ctx, all[0], s.grants)
}

func (b *Book) salesBy(ctx context.Context, query string, ids []int64) (map[int64]sale, error) {
	found := map[int64]sale{}
	for some := range db.Pieces(ids) {
		var rows []struct {
			ID, SiteID int64
			PlanKey    string
		}
		if err := b.db.Read(ctx).Raw(query, some).Scan(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			found[r.ID] = sale{planKey: r.PlanKey, siteID: r.SiteID}
		}
	}
	return found, nil
}

// tellHolders adds who had the vouchers that fed grants.
func (b *Book) tellHolders(ctx context.Context, grants []int64, sold map[int64]sale) error {
	for some := range db.Pieces(grants) {
		var rows []struct {
			ID     int64
			Holder string
		}
		if err := b.db.Read(ctx).Raw(ofHolders, some).Scan(&rows).Error; err != nil {
			return db.Fault(err)
		}
		for _, r := range rows {
			if number, ok := strings.CutPrefix(r.Holder, "reseller:"); ok {
				one := sold[r.ID]
				one.reseller = idIn(number)
				sold[r.ID] = one
			}
		}
	}
	return nil
}
