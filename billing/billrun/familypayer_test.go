package billrun

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/ledger"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// paidBy has an account be a part of another, which pays for it; of nobody: 0.
func (w *town) paidBy(id, parent int64) {
	w.Helper()
	w.changes(id, func(c *customers.Customer) { c.ParentID, c.ParentPays = parent, parent != 0 })
}

func (w *town) merges(from, to int64) {
	w.Helper()
	if err := w.Customers.Merge(context.Background(), from, to, customers.By{Actor: "clerk"}); err != nil {
		w.Fatal(err)
	}
}

func (w *town) held(id int64) int64 {
	w.Helper()
	all, err := w.accounts.Balances(context.Background(), []int64{id})
	if err != nil {
		w.Fatal(err)
	}
	return all[id].Cents
}

// TestThePayerOfAPartChanges: what was billed to somebody for a part's line is corrected with them, whoever pays for the part by then: who paid for themselves, another account, or one
// that pays again.
func TestThePayerOfAPartChanges(t *testing.T) {
	each(t, func(w *town) {
		w.rate(taxes.VAT, 1600, 1, 0)
		w.sells("month", 3100, nil)
		w.sells("big", 6200, nil)
		one, two := w.customer(1), w.customer(1)
		w.child(one, "Other One")
		w.child(two, "Other Two")
		w.choose(one.ID, true)
		w.choose(two.ID, true)
		amina := w.customer(1)
		w.clock.Set(clock.Date(2026, 1, 31).Start().Add(9 * time.Hour))
		line := w.line(amina.ID, "month", clock.Date(2026, 2, 1).Start(), nil)
		w.until(clock.Date(2026, 2, 10)) // February: she paid for herself
		w.paidBy(amina.ID, one.ID)
		w.until(clock.Date(2026, 3, 10)) // March: one
		w.paidBy(amina.ID, two.ID)
		w.until(clock.Date(2026, 4, 10)) // April: two
		w.wantBills("hers", amina.ID, "2026-02-01 issued KES 3,100")
		w.must(w.Lines.ChangePlan(context.Background(), line.ID, subscriptions.Change{PlanKey: "big", At: clock.Date(2026, 2, 1).Start()}, office))
		w.until(clock.Date(2026, 5, 10))
		w.wantBills("hers", amina.ID, "2026-02-01 issued KES 3,100", "2026-05-01 issued KES 3,100")
		w.wantBills("one's", one.ID, "2026-03-01 issued KES 3,100; Customer 3 1: KES 3,100", "2026-05-01 issued KES 3,100")
		w.wantBills("two's", two.ID, "2026-04-01 issued KES 3,100; Customer 3 1: KES 3,100", "2026-05-01 issued KES 9,300; Customer 3 3: KES 9,300")
		w.paidBy(amina.ID, one.ID)
		w.must(w.Lines.End(context.Background(), line.ID, subscriptions.Ending{At: clock.Date(2026, 2, 1).Start(), Reason: "never began"}, office))
		w.until(clock.Date(2026, 6, 10))
		for who, id := range map[string]int64{"amina": amina.ID, "one": one.ID, "two": two.ID} {
			if gross, vat := w.owes(id); gross != 0 || vat != 0 {
				t.Errorf("%s is billed %d, %d of it VAT, for a line that never was", who, gross, vat)
			}
		}
		w.prove()
	})
}

// TestABillOfWhoWasMergedIsCreditedOnce: a bill of an account that was merged since, for its own line or that of a part, is corrected with who answers for it, and what is credited of it by hand is
// not credited by a later change as well, nor the other way round.
func TestABillOfWhoWasMergedIsCreditedOnce(t *testing.T) {
	each(t, func(w *town) {
		ctx, by := context.Background(), invoices.By{Actor: "clerk"}
		w.rate(taxes.VAT, 1600, 1, 0)
		w.sells("month", 3100, nil)
		for _, handFirst := range []bool{false, true} {
			from, to := w.customer(1), w.customer(1)
			part := w.child(from, "Part")
			w.child(to, "Other")
			w.choose(from.ID, true)
			w.choose(to.ID, true)
			year, month, _ := clock.DayOf(w.clock.Now()).Date()
			start := clock.Date(year, month+1, 1)
			line := w.line(part.ID, "month", start.Start(), nil)
			w.until(start)
			bill := w.billsOf(from.ID)[0]
			w.pays(from.ID, 3100)
			w.in(func(tx *db.Tx) error { return w.invoices.Pay(tx, from.ID) })
			w.merges(from.ID, to.ID)
			if handFirst {
				if _, err := w.invoices.Credit(ctx, invoices.CreditNote{Request: "first", InvoiceID: bill.ID, Why: "gift"}, by); err != nil {
					t.Fatal(err)
				}
			}
			w.must(w.Lines.End(ctx, line.ID, subscriptions.Ending{At: start.Start(), Reason: "never began"}, office))
			w.until(start + 40)
			if !handFirst {
				if left, err := w.invoices.Creditable(ctx, bill); err != nil || left.Cents != 0 {
					t.Error("may be credited once more:", left, err)
				}
				if _, err := w.invoices.Credit(ctx, invoices.CreditNote{Request: "second", InvoiceID: bill.ID, Amount: money.KES(1), Why: "again"}, by); fault.KeyOf(err) != "invoice.credited_since" {
					t.Error("credited once more:", err)
				}
			}
			if got := w.held(to.ID); got != 3100_00 {
				t.Errorf("by hand first %v: who answers has %d cents for a line that cost 3,100 and never was", handFirst, got)
			}
			if gross, _ := w.owes(from.ID); gross+first(w.owes(to.ID)) != 0 {
				t.Error("billed", gross, first(w.owes(to.ID)))
			}
			w.prove()
		}
	})
}

func first(a, _ int64) int64 { return a }

// TestAPayerIsMerged: whoever answers for an account that got one bill for its parts gets one, unless they chose themselves, or pay for others, who get theirs as before.
func TestAPayerIsMerged(t *testing.T) {
	each(t, func(w *town) {
		w.sells("month", 3100, nil)
		fresh, chose, pays := w.customer(1), w.customer(1), w.customer(1)
		w.child(chose, "Other")
		w.line(w.child(pays, "Other").ID, "month", clock.Date(2026, 2, 1).Start(), nil)
		w.choose(chose.ID, true)
		w.clock.Set(w.clock.Now().Add(24 * time.Hour))
		w.choose(chose.ID, false)
		for _, to := range []customers.Customer{fresh, chose, pays} {
			from := w.customer(1)
			for n := range 2 {
				w.line(w.child(from, fmt.Sprint("Part ", n)).ID, "month", clock.Date(2026, 2, 1).Start(), nil)
			}
			w.choose(from.ID, true)
			w.merges(from.ID, to.ID)
		}
		w.until(clock.Date(2026, 2, 1))
		w.wantBills("who had nothing", fresh.ID, "2026-02-01 issued KES 6,200; Part 0 1: KES 3,100; Part 1 1: KES 3,100")
		w.wantBills("who chose", chose.ID, "2026-02-01 issued KES 3,100", "2026-02-01 issued KES 3,100")
		w.wantBills("who pays for others", pays.ID, "2026-02-01 issued KES 3,100", "2026-02-01 issued KES 3,100", "2026-02-01 issued KES 3,100")
		w.prove()
	})
}

// TestThePayerChangesBetweenDraftAndIssue: a bill that waits is of who paid on its day, whoever pays by when it is issued, also when the account that gets it is merged or is a part of another by then; each
// line's day is billed once, and what is wrong with it is credited to who got it.
func TestThePayerChangesBetweenDraftAndIssue(t *testing.T) {
	each(t, func(w *town) {
		ctx, by := context.Background(), invoices.By{Actor: "clerk"}
		w.rate(taxes.VAT, 1600, 1, 0)
		w.sells("month", 3100, nil)
		one, two := w.customer(1), w.customer(1)
		amina, brian := w.child(one, "Amina"), w.child(one, "Brian")
		w.line(w.child(two, "Chege").ID, "month", clock.Date(2026, 2, 1).Start(), nil)
		line := w.line(amina.ID, "month", clock.Date(2026, 2, 1).Start(), nil)
		w.line(brian.ID, "month", clock.Date(2026, 2, 1).Start(), nil)
		w.choose(one.ID, true)
		w.choose(two.ID, true)
		if err := w.invoices.Treat(ctx, one.ID, true, false, by); err != nil {
			t.Fatal(err)
		}
		w.until(clock.Date(2026, 2, 1))
		w.wantBills("waits", one.ID, "2026-02-01 review KES 6,200; Amina 1: KES 3,100; Brian 1: KES 3,100")
		waits := w.billsOf(one.ID)[0]
		w.paidBy(amina.ID, two.ID)
		w.paidBy(brian.ID, 0)
		w.bills()
		w.changes(one.ID, func(c *customers.Customer) { c.ParentID, c.ParentPays, c.PurchaseOrder = two.ID, true, "PO-1" })
		w.changes(two.ID, func(c *customers.Customer) { c.PurchaseOrderNeeded = true })
		if err := w.invoices.Approve(ctx, waits.ID, "", by); err != nil { // it is one's, who needs no number
			t.Error(err)
		}
		w.bills()
		w.wantBills("issued", one.ID, "2026-02-01 issued KES 6,200; Amina 1: KES 3,100; Brian 1: KES 3,100")
		w.wantBills("two's", two.ID, "2026-02-01 issued KES 3,100; Chege 1: KES 3,100")
		w.changes(two.ID, func(c *customers.Customer) { c.PurchaseOrderNeeded = false })
		if err := w.invoices.Treat(ctx, one.ID, false, false, by); err != nil {
			t.Fatal(err)
		}
		w.must(w.Lines.End(ctx, line.ID, subscriptions.Ending{At: clock.Date(2026, 2, 15).Start(), Reason: "moved"}, office))
		w.until(clock.Date(2026, 3, 1))
		w.wantBills("Brian's", brian.ID, "2026-03-01 issued KES 3,100")
		w.wantBills("two's", two.ID, "2026-02-01 issued KES 3,100; Chege 1: KES 3,100", "2026-03-01 issued KES 3,100; Chege 1: KES 3,100")
		w.wantBills("one's", one.ID, "2026-02-01 issued KES 6,200; Amina 1: KES 3,100; Brian 1: KES 3,100", "2026-03-01 credited -KES 1,550")
		if note := w.billsOf(one.ID)[1]; !strings.HasPrefix(note.Line, "Amina, ") {
			t.Errorf("the note says %q", note.Line)
		}
		w.prove()
	})
}

// TestPartsWaitWhileTheirPayerChanges: a run dies when parts wait for their bill; their payer is merged, and parts move, before the next: each part is on one bill, of who answers for the payer.
func TestPartsWaitWhileTheirPayerChanges(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3100, nil)
		one, two, last := w.customer(1), w.customer(1), w.customer(1)
		amina, brian := w.child(one, "Amina"), w.child(one, "Brian")
		for _, id := range []int64{amina.ID, brian.ID} {
			w.line(id, "month", clock.Date(2026, 2, 1).Start(), nil)
		}
		w.choose(one.ID, true)
		w.clock.Set(clock.Date(2026, 2, 1).Start().Add(6 * time.Hour))
		died := errors.New("died")
		_, err := w.invoices.Run(ctx, clock.Date(2026, 2, 1), w.Source, invoices.RunOptions{Wrote: func(_ *db.Tx, d invoices.Drafted) error {
			if d.Drafts > 0 {
				return died
			}
			return nil
		}})
		if !errors.Is(err, died) {
			t.Fatal(err)
		}
		w.paidBy(brian.ID, two.ID)
		w.line(amina.ID, "month", clock.Date(2026, 2, 1).Start(), nil)
		w.merges(one.ID, last.ID)
		w.bills()
		var got []string
		for _, d := range append(w.billsOf(one.ID), w.billsOf(last.ID)...) {
			got = append(got, fmt.Sprint(d.State, " ", money.KES(d.Gross)))
		}
		w.same("bills", got, "issued KES 6,200", "issued KES 3,100")
		for who, want := range map[int64]int64{one.ID: 0, last.ID: 9300_00, two.ID: 0, brian.ID: 0} {
			if owed, err := w.ledger.Balance(ctx, ledger.Receivables, fmt.Sprint("customer:", who)); err != nil || owed.Cents != want {
				t.Error(who, "owes", owed, err)
			}
		}
		w.prove()
	})
}
