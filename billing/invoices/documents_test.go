package invoices

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/settings"
)

const anne, ben = 7001, 7002

// TestWhatPaidWhat: oldest due first or as named, in part, from credit; and open again when the money goes back.
func TestWhatPaidWhat(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		w.kenya()
		first := w.writes(anne, 1334_00)
		w.later(1)
		second, third := w.writes(anne, 500_00), w.writes(anne, 300_00)
		if first.Text() != "INV-2026-000001" || third.Number != 3 || first.Net != 1000_00 || first.Excise != 150_00 || first.VAT != 184_00 || first.DueDay != first.Day+14 {
			t.Errorf("%+v", first)
		}
		w.pays(anne, 1400_00, "mpesa-1")
		if a, b := w.get(first.ID), w.get(second.ID); a.State != Paid || !b.PartPaid() || b.Open != 434_00 {
			t.Errorf("%+v, %+v", a, b)
		}
		w.in(func(tx *db.Tx) error {
			return w.Add(tx, anne, money.KES(100_00), "counter", "cash", "", ledger.Posting{Account: ledger.Cash, Amount: money.KES(100_00)})
		})
		named := func(cents int64) (used money.Amount, err error) {
			err = w.DB.InTx(ctx, func(tx *db.Tx) error {
				used, err = w.PayNamed(tx, anne, money.KES(cents), []int64{third.ID}, office)
				return err
			})
			return used, err
		}
		if _, err := named(100_01); fault.KeyOf(err) != "invoice.amount" {
			t.Error(err)
		}
		if used, err := named(100_00); err != nil || used.Cents != 100_00 || w.get(third.ID).Open != 200_00 || w.get(second.ID).Open != 434_00 {
			t.Error(used, err)
		}
		w.prove()
		w.in(func(tx *db.Tx) error { return w.Reopen(tx, anne, money.KES(120_00)) })
		if a, b, c := w.get(first.ID), w.get(second.ID), w.get(third.ID); c.Open != 300_00 || b.Open != 454_00 || a.State != Paid {
			t.Errorf("%+v, %+v, %+v", a, b, c)
		}
		w.in(func(tx *db.Tx) error { return w.Reopen(tx, anne, money.KES(5000_00)) })
		if a := w.get(first.ID); a.State != Issued || a.Open != 1334_00 || a.Paid != 0 {
			t.Errorf("%+v", a)
		}
		if all, err := w.Allocations(ctx, second.ID); err != nil || len(all) != 1 || all[0].Back != all[0].Cents {
			t.Error(all, err)
		}
		w.prove()
		st, err := w.StatementOf(ctx, anne, first.Day+1, first.Day+30)
		if err != nil || st.Opening.Cents != 1334_00 || len(st.Lines) != 4 || st.Closing.Cents != 1334_00+800_00-1500_00 || st.Lines[1].Balance.Cents != 2134_00 {
			t.Errorf("%+v, %v", st, err)
		}
		w.byLines(st)
	})
}

// TestCreditNotes: all of an invoice, parts of it, what was paid, and never more than was asked.
func TestCreditNotes(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		w.kenya()
		d, err := w.Write(ctx, NewDocument{Request: "one", Kind: Invoice, CustomerID: anne, PONumber: "PO 7", Lines: []NewLine{
			{Name: "Internet", Supply: taxes.Internet, Quantity: 3, Amount: money.KES(777_77), Inclusive: true}, {Name: "Router", Supply: taxes.Equipment, Quantity: 1, Amount: money.KES(3_499_00)},
			{Name: "Discount", Supply: taxes.Internet, Quantity: 1, Amount: money.KES(-100_01), Inclusive: true}, {Key: DepositLine, Name: "Deposit", Supply: taxes.Levy, Quantity: 1, Amount: money.KES(1000_00), Inclusive: true}}}, office)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Credit(ctx, CreditNote{Request: "early", InvoiceID: d.ID, Why: "x"}, office); fault.KeyOf(err) != "invoice.not_issued" {
			t.Error(err)
		}
		if d, err = w.IssueOne(ctx, d.ID); err != nil {
			t.Fatal(err)
		}
		w.pays(anne, 2000_00, "cash")
		for n := range 3 { // parts, in cents that divide badly
			note, err := w.Credit(ctx, CreditNote{Request: fmt.Sprint("part", n), InvoiceID: d.ID, Amount: money.KES(333_33), Why: "slow line"}, office)
			if err != nil || note.Gross != -333_33 || note.Text() != fmt.Sprintf("CN-2026-%06d", n+1) {
				t.Fatal(note, err)
			}
			again, err := w.Credit(ctx, CreditNote{Request: fmt.Sprint("part", n), InvoiceID: d.ID, Amount: money.KES(333_33), Why: "slow line"}, office)
			if err != nil || again.ID != note.ID {
				t.Error("the same request made another note", again, err)
			}
		}
		w.prove()
		if _, err := w.Credit(ctx, CreditNote{Request: "more", InvoiceID: d.ID, Amount: money.KES(d.Gross), Why: "x"}, office); fault.KeyOf(err) != "invoice.credit_amount" {
			t.Error(err)
		}
		if _, err := w.Credit(ctx, CreditNote{Request: "silent", InvoiceID: d.ID}, office); fault.KeyOf(err) != "invoice.reason" {
			t.Error(err)
		}
		rest, err := w.Credit(ctx, CreditNote{Request: "rest", InvoiceID: d.ID, Why: "cancelled"}, office)
		if err != nil || rest.Gross != -(d.Gross-3*333_33) {
			t.Fatal(rest, err)
		}
		if now := w.get(d.ID); now.State != Void || now.Open != 0 || now.Paid != 0 || now.Credited != d.Gross {
			t.Errorf("%+v", now)
		}
		w.in(func(tx *db.Tx) error {
			if held, err := w.Held(tx, anne); err != nil || held.Cents != 2000_00 {
				t.Error("what was paid is not credit again:", held, err)
			}
			return nil
		})
		for _, account := range []string{ledger.InternetSales, ledger.EquipmentSales, ledger.VATPayable, ledger.ExcisePayable, ledger.Deposits, ledger.Receivables} {
			if left, err := w.Ledger.Balance(ctx, account, ""); err != nil || !left.IsZero() {
				t.Errorf("%s holds %v of an invoice that is void: %v", account, left, err)
			}
		}
		w.prove()
	})
}

// TestWrittenOff: what is given up leaves the books, and money that comes late opens nothing.
func TestWrittenOff(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		d := w.writes(ben, 900_00)
		w.pays(ben, 200_00, "some")
		if err := w.WriteOff(ctx, d.ID, " ", office); fault.KeyOf(err) != "invoice.reason" {
			t.Error(err)
		}
		if err := w.WriteOff(ctx, d.ID, "moved away", office); err != nil {
			t.Fatal(err)
		}
		if err := w.WriteOff(ctx, d.ID, "again", office); fault.KeyOf(err) != "invoice.not_issued" {
			t.Error(err)
		}
		w.pays(ben, 700_00, "late")
		if now := w.get(d.ID); now.State != Written || now.Written != 700_00 || now.Open != 0 {
			t.Errorf("%+v", now)
		}
		w.prove()
		w.in(func(tx *db.Tx) error { return w.Reopen(tx, ben, money.KES(200_00)) }) // the first payment bounced
		if err := w.WriteOff(ctx, d.ID, "that too", office); err != nil || w.get(d.ID).Written != 900_00 {
			t.Error(err, w.get(d.ID))
		}
		w.prove()
	})
}

// TestManyAtOnce: who pays, credits, writes off and issues at the same time leaves sums that hold, and each number once.
func TestManyAtOnce(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		d := w.writes(anne, 1000_00)
		w.in(func(tx *db.Tx) error {
			return w.Add(tx, anne, money.KES(600_00), "counter", "cash", "", ledger.Posting{Account: ledger.Cash, Amount: money.KES(600_00)})
		})
		var done sync.WaitGroup
		var credited, written atomic.Int64
		for n := range 8 {
			done.Go(func() {
				_, err := w.Credit(ctx, CreditNote{Request: fmt.Sprint("c", n%4), InvoiceID: d.ID, Amount: money.KES(70_00), Why: "sorry"}, office)
				if err == nil {
					credited.Add(1)
				} else if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
					t.Error(err)
				}
			})
			done.Go(func() {
				if err := w.DB.InTx(ctx, func(tx *db.Tx) error { _, err := w.Allocate(tx, anne, money.KES(75_00), "named", d.ID); return err }); err != nil && !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
			done.Go(func() {
				if n == 7 {
					if err := w.WriteOff(ctx, d.ID, "enough", office); err == nil {
						written.Add(1)
					} else if !fault.Is(err, fault.Conflict) {
						t.Error(err)
					}
				}
				other, err := w.Write(ctx, NewDocument{Request: fmt.Sprint("w", n%4), Kind: Invoice, CustomerID: ben, Lines: []NewLine{{Name: "x", Supply: taxes.Labour, Quantity: 1, Amount: money.KES(5_00)}}}, office)
				if err == nil {
					_, err = w.IssueOne(ctx, other.ID)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		done.Wait()
		if n := w.count("customer_id = 7002 AND state = 'issued'"); n != 4 || credited.Load()+written.Load() == 0 {
			t.Errorf("%d invoices for four requests; %d credits, %d written off", n, credited.Load(), written.Load())
		}
		w.prove()
	})
}

// TestReviewAndForms: what waits is not issued; pro formas and control numbers; series that run on; terms of a customer.
func TestReviewAndForms(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		line := []NewLine{{Name: "Internet", Supply: taxes.Internet, Quantity: 1, Amount: money.KES(100_00)}}
		d, err := w.Write(ctx, NewDocument{Request: "r", Kind: Invoice, CustomerID: anne, Lines: line, Review: true}, office)
		if err != nil || d.State != Review {
			t.Fatal(d, err)
		}
		if got, err := w.Issue(ctx); got != (Outcome{}) || err != nil {
			t.Error("issued what waits", got, err)
		}
		if err := w.Approve(ctx, d.ID, "", office); err != nil {
			t.Error(err)
		}
		if err := w.Approve(ctx, d.ID, "", office); fault.KeyOf(err) != "invoice.moved" {
			t.Error(err)
		}
		if d, err = w.IssueOne(ctx, d.ID); err != nil || d.Number != 1 || !w.IsProForma(d) {
			t.Error(d, err)
		}
		if err := w.SetControl(ctx, d.ID, "KRA0001", "https://example.test/q", office); err != nil || w.IsProForma(w.get(d.ID)) {
			t.Error(err)
		}
		dropped, err := w.Write(ctx, NewDocument{Request: "d", Kind: Invoice, CustomerID: anne, Lines: line, Review: true}, office)
		if err != nil || w.Drop(ctx, dropped.ID, "a slip", office) != nil || w.get(dropped.ID).State != Dropped {
			t.Error(err)
		}
		if err := w.SetControl(ctx, dropped.ID, "KRA0002", "", office); fault.KeyOf(err) != "invoice.moved" {
			t.Error(err)
		}
		w.in(func(tx *db.Tx) error { return w.Settings.Set(tx, settings.InvoiceSeries, settings.SeriesRunning) })
		ben := w.firm(customers.Customer{Name: "Ben's", PaymentDays: new(30), PurchaseOrder: "PO 9", TaxExempt: true, ExemptCertificate: "12"}).ID
		w.kenya()
		if d := w.writes(ben, 100_00); d.Text() != "INV-000001" || d.PONumber != "PO 9" || d.DueDay != d.Day+30 || d.VAT != 0 {
			t.Errorf("%+v", d)
		}
		strict := w.firm(customers.Customer{Name: "Strict", PurchaseOrderNeeded: true}).ID
		waits, err := w.Write(ctx, NewDocument{Request: "po", Kind: Invoice, CustomerID: strict, Lines: line}, office)
		if err != nil || waits.State != Review {
			t.Error(waits, err)
		}
		if err := w.Approve(ctx, waits.ID, " ", office); fault.KeyOf(err) != "invoice.po_number" {
			t.Error(err)
		}
		if err := w.Approve(ctx, waits.ID, " 4711 ", office); err != nil || w.get(waits.ID).PONumber != "4711" {
			t.Error(err)
		}
		asked, err := w.Write(ctx, NewDocument{Request: "p", Kind: ProForma, CustomerID: ben, Lines: line}, office)
		if err != nil {
			t.Fatal(err)
		}
		if asked, err = w.IssueOne(ctx, asked.ID); err != nil || asked.State != Asked || asked.Text() != "PF-000001" || asked.Open != 0 || !w.IsProForma(asked) {
			t.Error(asked, err)
		}
		w.prove()
		for _, wrong := range []NewDocument{{Request: "x y", Kind: Invoice, CustomerID: ben, Lines: line}, {Request: "x", Kind: Note, CustomerID: ben, Lines: line}, {Request: "x", Kind: Invoice, CustomerID: ben},
			{Request: "x", Kind: Invoice, CustomerID: ben, Lines: []NewLine{{Name: "x", Supply: "air", Quantity: 1, Amount: money.KES(1)}}}, {Request: "x", Kind: Invoice, CustomerID: ben, Lines: []NewLine{{Name: "x", Supply: taxes.Labour, Quantity: 1, Amount: money.KES(-1)}}}} {
			if d, err := w.Write(ctx, wrong, office); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v is written: %+v, %v", wrong, d, err)
			}
		}
	})
}

// TestAgeing puts each invoice into its bucket by the day.
func TestAgeing(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		for n := range 5 {
			w.writes(anne, int64(n+1)*100)
			w.later([]int{1, 30, 30, 30, 0}[n])
		}
		w.writes(ben, 7_00)
		due := w.list(Filter{CustomerID: anne})[4].DueDay // of the first
		for days, want := range map[int]Age{0: {anne, 1500, 0, 0, 0, 0}, 1: {anne, 1400, 100, 0, 0, 0}, 30: {anne, 1200, 300, 0, 0, 0}, 31: {anne, 1200, 200, 100, 0, 0}, 92: {anne, 0, 500, 400, 300, 300}, 999: {anne, 0, 0, 0, 0, 1500}} {
			all, err := w.Ageing(ctx, due+clock.Day(days), Overdue{}, 10)
			if err != nil || len(all) != 2 || !slices.Contains(all, want) {
				t.Errorf("after %d days: %+v, %v; want %+v", days, all, err, want)
			}
			if sum, err := w.AgeingTotal(ctx, due+clock.Day(days)); err != nil || sum.Total() != 1500+700 || sum.Older != all[0].Older+all[1].Older {
				t.Errorf("after %d days: %+v, %v", days, sum, err)
			}
		}
		if all, err := w.Ageing(ctx, due, Overdue{CustomerID: ben}, 10); err != nil || len(all) != 1 || all[0].CustomerID != anne {
			t.Error(all, err)
		}
	})
}

// TestWhoOwesMostOverdueComesFirst: whatever their number, and on each page of the list once; who is not late comes last.
func TestWhoOwesMostOverdueComesFirst(t *testing.T) {
	each(t, func(w *desk) {
		for n, cents := range []int64{5_00, 90_00, 5_00, 40_00} {
			w.writes(7_100+int64(n), cents)
		}
		w.later(20)
		w.writes(7_000, 900_00) // not late yet
		w.writes(7_102, 30_00)
		today := w.list(Filter{CustomerID: 7_101})[0].DueDay + 1
		var got []int64
		for after := (Overdue{}); ; {
			page, err := w.Ageing(t.Context(), today, after, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range page {
				got, after = append(got, a.CustomerID), a.Overdue()
			}
			if len(page) < 2 {
				break
			}
		}
		if want := []int64{7_101, 7_103, 7_102, 7_100, 7_000}; !slices.Equal(got, want) {
			t.Errorf("listed %v, want %v", got, want)
		}
		query, args := w.owingSQL(today, Overdue{5_00, 7_100}, 50)
		for _, plan := range w.plan(query, args...) {
			if strings.Contains(plan, "invoices") && (!strings.Contains(plan, "invoices_open") || !strings.Contains(plan, "COVERING") && !strings.Contains(plan, "Using index")) {
				t.Error(plan)
			}
		}
	})
}

// TestWhatEverybodyOwesIsReadByAnIndexAlone: of a hundred thousand open bills neither rows are read nor anything sorted.
func TestWhatEverybodyOwesIsReadByAnIndexAlone(t *testing.T) {
	each(t, func(w *desk) {
		w.writes(anne, 100)
		query, args := w.latenessSQL()
		for _, plan := range w.plan(query, args...) {
			if !strings.Contains(plan, "invoices_late") || !strings.Contains(plan, "COVERING") && !strings.Contains(plan, "Using index") || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "temporary") {
				t.Error(plan)
			}
		}
	})
}

// TestWhatACustomerOwesIsReadByTheirIndex: not by the due days of everybody, which would make each payment as slow as all that is open.
func TestWhatACustomerOwesIsReadByTheirIndex(t *testing.T) {
	each(t, func(w *desk) {
		for n := range int64(40) {
			w.writes(7_100+n, 100_00)
		}
		for _, plan := range w.plan("SELECT * FROM invoices WHERE state = 'issued' AND customer_id = 7105 ORDER BY due_day, id LIMIT 500") {
			if !strings.Contains(plan, "invoices_owed") && !strings.Contains(plan, "invoices_open") || strings.Contains(plan, "invoices_due (") {
				t.Error(plan)
			}
		}
	})
}

// plan is how a database would carry out a query: a line for each table.
func (w *desk) plan(query string, args ...any) (all []string) {
	w.Helper()
	word := "EXPLAIN QUERY PLAN "
	if w.DB.Dialect() == db.MySQL {
		word = "EXPLAIN "
	}
	rows, err := w.DB.SQL().Query(word+query, args...)
	if err != nil {
		w.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	for err == nil && rows.Next() {
		values := make([]any, len(columns))
		for n := range values {
			values[n] = new(sql.RawBytes)
		}
		if err = rows.Scan(values...); err != nil {
			break
		}
		plan := ""
		for _, v := range values {
			plan += " " + string(*v.(*sql.RawBytes))
		}
		all = append(all, plan)
	}
	if err != nil || len(all) == 0 {
		w.Fatal(err)
	}
	return all
}
