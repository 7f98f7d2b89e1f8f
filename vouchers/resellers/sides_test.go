package resellers

import (
	"context"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/partners"
	"mtandao/internal/money"
)

// TestOneSideIsNamed: of a reseller or a partner the row, the events or the entries are taken out with their digests, and what is left tells of it.
func TestOneSideIsNamed(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		mama := w.reseller("Mama", "254722000001", "10%", nil)
		w.did(w.PayIn(ctx, w.ask(mama), money.Shillings(100), office))
		b := w.batch(2)
		w.did(w.SignOut(ctx, w.ask(mama), Range{b.ID, 1, 2}, office))
		lord, err := w.landlords.Save(ctx, partners.Partner{Name: "Mzee", Phone: customers.Phone("254722000009"), Share: 1000, Sites: []int64{w.here}}, partners.By{Actor: "test"})
		w.did(lord, err)
		w.did(nil, w.use(b, 1))
		w.clock.Advance(25 * time.Hour)
		w.did(nil, w.landlords.Share(ctx))
		tables := []string{"resellers", "reseller_events", "partners", "partner_events", "row_proofs", "ledger_entries", "ledger_postings"}
		exec := func(query string, args ...any) {
			t.Helper()
			if _, err := w.DB.SQL().Exec(query, args...); err != nil {
				t.Fatal(query, err)
			}
		}
		reseller := []string{"DELETE FROM resellers", "DELETE FROM row_proofs WHERE of_table = 'resellers'"}
		events := []string{"DELETE FROM reseller_events"}
		entries := func(kind string) []string {
			return []string{"DELETE FROM ledger_postings WHERE entry_id IN (SELECT id FROM ledger_entries WHERE kind = '" + kind + "')", "DELETE FROM ledger_entries WHERE kind = '" + kind + "'"}
		}
		partner := []string{"DELETE FROM partners", "DELETE FROM row_proofs WHERE of_table = 'partners'"}
		shares := []string{"DELETE FROM partner_events"}
		for name, steps := range map[string][][]string{
			"a reseller's row": {reseller}, "their events": {events}, "their entries": {entries("reseller")}, "row and events": {reseller, events}, "row and entries": {reseller, entries("reseller")},
			"events and entries": {events, entries("reseller")}, "all of them, but the vouchers": {reseller, events, entries("reseller")},
			"a partner's row": {partner}, "their shares": {shares}, "their own entries": {entries("partner")}, "row and shares": {partner, shares}, "row and their entries": {partner, entries("partner")},
			"shares and entries": {shares, entries("partner")}} {
			for _, table := range tables {
				exec("CREATE TABLE saved_" + table + " AS SELECT * FROM " + table)
			}
			for _, step := range steps {
				for _, query := range step {
					exec(query)
				}
			}
			named := 0
			for _, audit := range []func(context.Context, func(string)) error{w.Audit, w.landlords.Audit, w.Vouchers.Audit} {
				if err := audit(ctx, func(string) { named++ }); err != nil {
					t.Error(name, err)
				}
			}
			if named == 0 {
				t.Errorf("%s are gone, and nothing is named", name)
			}
			for _, table := range tables {
				exec("DELETE FROM " + table)
				exec("INSERT INTO " + table + " SELECT * FROM saved_" + table)
				exec("DROP TABLE saved_" + table)
			}
		}
		w.prove()
	})
}
