package invoices

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"mtandao/billing/taxes"
	"mtandao/internal/money"
)

// TestATamperedInvoiceIsNamed changes each column that says something about money, of each kind of row, and takes rows out.
func TestATamperedInvoiceIsNamed(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		w.kenya()
		d := w.writes(anne, 1334_00)
		w.pays(anne, 300_00, "cash")
		note, err := w.Credit(ctx, CreditNote{Request: "n", InvoiceID: d.ID, Amount: money.KES(100_00), Why: "sorry"}, office)
		if err != nil {
			t.Fatal(err)
		}
		w.prove()
		found := func(what string) {
			t.Helper()
			var told []string
			if err := w.Audit(ctx, func(s string) { told = append(told, s) }); err != nil {
				t.Error(err)
			}
			if all := strings.Join(told, "; "); !strings.Contains(all, idText(d.ID)) && !strings.Contains(all, idText(note.ID)) && !strings.Contains(all, "INV-2026") {
				t.Errorf("%s, and is not named: %q", what, told)
			}
		}
		exec := func(query string, args ...any) {
			t.Helper()
			if _, err := w.DB.SQL().Exec(query, args...); err != nil {
				t.Fatal(query, err)
			}
		}
		for table, columns := range map[string]string{"invoices": "customer_id subscription_id number of_id net_cents excise_cents vat_cents gross_cents paid_cents credited_cents written_cents open_cents",
			"invoice_lines": "quantity amount_cents net_cents excise_cents vat_cents gross_cents excise_share vat_share", "invoice_allocations": "cents back_cents", "invoice_series": "last"} {
			for c := range strings.FieldsSeq(columns) {
				where := map[string]string{"invoices": "id = %d", "invoice_lines": "invoice_id = %d", "invoice_allocations": "invoice_id = %d", "invoice_series": "name = 'INV-2026' AND %d > 0"}[table]
				where = fmt.Sprintf(where, d.ID)
				exec(fmt.Sprintf("UPDATE %s SET %s = %s + 7 WHERE %s", table, c, c, where))
				found(table + "." + c + " was changed")
				exec(fmt.Sprintf("UPDATE %s SET %s = %s - 7 WHERE %s", table, c, c, where))
			}
		}
		for c := range strings.FieldsSeq("kind state cause series period_day period_until po_number day due_day done_by lines_hash") {
			if c == "po_number" || c == "kind" || c == "state" || c == "done_by" || c == "lines_hash" || c == "cause" || c == "series" {
				exec("UPDATE invoices SET "+c+" = CONCAT("+c+", 'x') WHERE id = ?", d.ID)
				found("invoices." + c + " was changed")
				exec("UPDATE invoices SET "+c+" = SUBSTR("+c+", 1, LENGTH("+c+") - 1) WHERE id = ?", d.ID)
				continue
			}
			exec("UPDATE invoices SET "+c+" = REPLACE("+c+", '20', '19') WHERE id = ?", d.ID)
			found("invoices." + c + " was changed")
			exec("UPDATE invoices SET "+c+" = REPLACE("+c+", '19', '20') WHERE id = ?", d.ID)
		}
		w.prove()
		void, lost := w.writes(anne, 50_00), w.writes(anne, 60_00)
		if _, err := w.Credit(ctx, CreditNote{Request: "v", InvoiceID: void.ID, Why: "sorry"}, office); err != nil {
			t.Fatal(err)
		}
		if err := w.WriteOff(ctx, lost.ID, "gone", office); err != nil {
			t.Fatal(err)
		}
		w.prove()
		named := func(what string, id int64) {
			t.Helper()
			var told []string
			if err := w.Audit(ctx, func(s string) { told = append(told, s) }); err != nil || !strings.Contains(strings.Join(told, "; "), idText(id)) {
				t.Errorf("%s, and is not named: %q %v", what, told, err)
			}
		}
		for id, states := range map[int64][]string{void.ID: {Paid, Written, Draft}, lost.ID: {Void, Nothing}, note.ID: {Paid, Void, Draft}} {
			for _, state := range states {
				was := w.get(id).State
				exec("UPDATE invoices SET state = ? WHERE id = ?", state, id)
				named("what was "+was+" is "+state, id)
				exec("UPDATE invoices SET state = ? WHERE id = ?", was, id)
			}
		}
		exec("UPDATE invoice_allocations SET customer_id = customer_id + 1 WHERE invoice_id = ?", d.ID)
		named("an allocation is of another customer", d.ID)
		exec("UPDATE invoice_allocations SET customer_id = customer_id - 1 WHERE invoice_id = ?", d.ID)
		exec("INSERT INTO invoice_allocations (id, invoice_id, customer_id, source, cents, back_cents, at, day) VALUES (5, 77, ?, 'x', 100, 0, '2026-03-01 00:00:00', '2026-03-01')", anne)
		named("an allocation is of no invoice", 77)
		exec("DELETE FROM invoice_allocations WHERE id = 5")
		w.prove()
		for _, table := range []string{"invoice_lines", "invoice_allocations"} {
			exec("CREATE TABLE saved AS SELECT * FROM " + table)
			exec("DELETE FROM "+table+" WHERE invoice_id = ?", d.ID)
			found(table + " lost a row")
			exec("DELETE FROM " + table)
			exec("INSERT INTO " + table + " SELECT * FROM saved")
			exec("DROP TABLE saved")
		}
		w.prove()
		exec("DELETE FROM invoices WHERE id = ?", note.ID)
		found("a credit note was taken out")
	})
}

// TestTheHashOfLinesStays: documents that were stored have it.
func TestTheHashOfLinesStays(t *testing.T) {
	l := Line{Key: "plan", Name: "Home 10", Why: "invoice.why.part", Args: []string{"Days", "3", "Price", "1"}, Supply: taxes.Internet, PeriodDay: 20_000, From: 20_001, Until: 20_004, Quantity: 2, Amount: -17,
		Inclusive: true, Charge: "a|b", Parts: taxes.Parts{Net: -14, Excise: -1, VAT: -2, Gross: -17, ExciseShare: 1500, VATShare: 1600}}
	sum := sha256.New()
	for _, l := range []Line{l, {}} {
		for _, part := range []any{l.Key, l.Name, l.Why, l.Args, l.Supply, int(l.PeriodDay), int(l.From), int(l.Until), l.Quantity, l.Amount, l.Inclusive, l.Correction, l.Charge,
			l.Net, l.Excise, l.VAT, l.Gross, l.ExciseShare, l.VATShare} {
			text := fmt.Sprint(part)
			fmt.Fprintf(sum, "%d:%s;", len(text), text)
		}
	}
	if want := hex.EncodeToString(sum.Sum(nil))[:40]; hashOf([]Line{l, {}}) != want {
		t.Error(hashOf([]Line{l, {}}), "is not", want)
	}
}
