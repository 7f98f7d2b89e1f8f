package billrun

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// back are the taxes that a late certificate of a customer takes back, an invoice a text, and their sum.
func (w *town) back(customerID int64) (all []string, sum money.Amount) {
	w.Helper()
	back, err := w.invoices.TaxesBack(context.Background(), customerID)
	if err != nil {
		w.Fatal(err)
	}
	sum = money.KES(0)
	for _, one := range back {
		all, sum = append(all, fmt.Sprint(one.Invoice.Period.From, " ", one.Taxes)), money.KES(sum.Cents+one.Taxes.Cents)
	}
	return all, sum
}

func (w *town) creditsTaxes(customerID int64, seen money.Amount) error {
	_, err := w.invoices.CreditTaxes(context.Background(), customerID, seen, invoices.By{Actor: "clerk"})
	return err
}

// owes is what of a customer's documents is asked, and the VAT in it, however it was said.
func (w *town) owes(customerID int64) (gross, vat int64) {
	w.Helper()
	list, err := w.invoices.Newest(context.Background(), invoices.Filter{CustomerID: customerID}, 0, 100)
	if err != nil {
		w.Fatal(err)
	}
	for _, d := range list {
		gross, vat = gross+d.Gross, vat+d.VAT
	}
	return gross, vat
}

// TestALateCertificate: the taxes of bills for days of a certificate that was written down late are credited once, however many do it at once; of a month
// that it begins in those of its days; less what was credited by hand; and a change dated back after that gives none of them back again.
func TestALateCertificate(t *testing.T) {
	each(t, func(w *town) {
		w.rate(taxes.VAT, 1600, 1, 0)
		w.sells("month", 3100, func(p *plans.Plan) { p.Terms.Inclusive = false })
		people, lines := []customers.Customer{w.customer(1), w.customer(1), w.customer(1)}, []subscriptions.Subscription(nil)
		for _, c := range people {
			lines = append(lines, w.line(c.ID, "month", time.Time{}, nil))
		}
		w.until(clock.Date(2026, 2, 20))
		w.pays(people[0].ID, 2*3596)
		w.in(func(tx *db.Tx) error { return w.invoices.Pay(tx, people[0].ID) })
		w.until(clock.Date(2026, 3, 10))
		w.gives(lines[1], 2, 1798) // half of March
		w.gives(lines[2], 2, 0)
		for _, c := range people {
			if all, _ := w.back(c.ID); len(all) != 0 {
				t.Error("without a certificate:", all)
			}
			w.changes(c.ID, func(c *customers.Customer) {
				c.TaxExempt, c.ExemptCertificate, c.ExemptFrom = true, "KRA/EX/7", "2026-02-10"
			})
		}
		all, sum := w.back(people[0].ID)
		w.same("all", all, "2026-02-01 KES 336.57", "2026-03-01 KES 496")
		half, halfSum := w.back(people[1].ID)
		w.same("half", half, "2026-02-01 KES 336.57", "2026-03-01 KES 248")
		void, _ := w.back(people[2].ID)
		w.same("void", void, "2026-02-01 KES 336.57")
		if err := w.creditsTaxes(people[0].ID, money.KES(sum.Cents-1)); fault.KeyOf(err) != "invoice.exempt_moved" {
			t.Error("another sum than was seen:", err)
		}
		var running sync.WaitGroup
		errs := make([]error, 4)
		for n := range errs {
			running.Go(func() { errs[n] = w.creditsTaxes(people[0].ID, sum) })
		}
		running.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if fault.KeyOf(err) != "invoice.exempt_none" {
				t.Error(err)
			}
		}
		if all, left := w.back(people[0].ID); won != 1 || len(all) != 0 || left.Cents != 0 {
			t.Errorf("%d won; %v is left", won, all)
		}
		if gross, vat := w.owes(people[0].ID); gross != 3*3596_00-832_57 || vat != 3*496_00-832_57 {
			t.Error(gross, vat)
		}
		if held, err := w.accounts.Balances(context.Background(), []int64{people[0].ID}); err != nil || held[people[0].ID].Cents != 336_57 { // February was paid
			t.Error(held, err)
		}
		if err := w.creditsTaxes(people[1].ID, halfSum); err != nil {
			t.Error(err)
		}
		w.prove()
		w.away(lines[0], clock.Date(2026, 2, 1), clock.Date(2026, 3, 1))
		w.until(clock.Date(2026, 4, 5))
		w.same("April", w.of(people[0].ID, lines[0])[3:], "2026-04-01 credit -KES 159") // 3,100 less February's 3,596 less 336.57, rounded
		if gross, vat := w.owes(people[0].ID); gross != 3596_00+3100_00+3100_00+43 || vat != 496_00 {
			t.Error("after the pause:", gross, vat)
		}
		for _, c := range people[:2] {
			if all, _ := w.back(c.ID); len(all) != 0 {
				t.Error("again:", all)
			}
		}
		w.prove()
	})
}

// TestAnInclusivePriceOfWhoIsExempt: a certificate that is known before the bill and one that is known after come to the same: what the taxes leave of the price.
func TestAnInclusivePriceOfWhoIsExempt(t *testing.T) {
	each(t, func(w *town) {
		w.rate(taxes.VAT, 1600, 1, 0)
		w.sells("month", 3480, nil)
		before, after := w.customer(1), w.customer(1)
		exempt := func(c *customers.Customer) {
			c.TaxExempt, c.ExemptCertificate, c.ExemptFrom = true, "KRA/EX/7", "2025-12-01"
		}
		w.changes(before.ID, exempt)
		w.line(before.ID, "month", time.Time{}, nil)
		w.line(after.ID, "month", time.Time{}, nil)
		w.until(clock.Date(2026, 3, 10))
		w.changes(after.ID, exempt)
		_, sum := w.back(after.ID)
		if err := w.creditsTaxes(after.ID, sum); err != nil {
			t.Fatal(err)
		}
		w.until(clock.Date(2026, 4, 10))
		for who, id := range map[string]int64{"before": before.ID, "after": after.ID} {
			if gross, vat := w.owes(id); gross != 4*3000_00 || vat != 0 {
				t.Errorf("%s: %d cents, %d of them VAT", who, gross, vat)
			}
		}
		list, err := w.invoices.Newest(context.Background(), invoices.Filter{CustomerID: before.ID}, 0, 1)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		d, err := w.invoices.Get(context.Background(), list[0].ID)
		if err != nil || d.Lines[0].Says("en") != "The whole period, at KES 3,480. Of KES 3,480 the taxes, which you do not pay, are left out" {
			t.Errorf("%q: %v", d.Lines[0].Says("en"), err)
		}
		w.prove()
	})
}

// TestWhoIsExemptPaysTheNetThatOthersPay also of a month in which a rate changes, whether the price holds the taxes or not.
func TestWhoIsExemptPaysTheNetThatOthersPay(t *testing.T) {
	each(t, func(w *town) {
		w.rate(taxes.VAT, 1600, 1, clock.Date(2026, 1, 16))
		w.rate(taxes.VAT, 1400, clock.Date(2026, 1, 16), 0)
		w.sells("inside", 3100, nil)
		w.sells("beside", 3100, func(p *plans.Plan) { p.Terms.Inclusive = false })
		for key, want := range map[string]int64{"inside": 1293_10 + 1403_51, "beside": 3100_00} { // 1,500 / 1.16 and 1,600 / 1.14
			var nets []int64
			var lines []subscriptions.Subscription
			for _, exempt := range []bool{true, false} {
				c := w.customer(1)
				w.changes(c.ID, func(c *customers.Customer) {
					if exempt {
						c.TaxExempt, c.ExemptCertificate = true, "KRA/EX/7"
					}
				})
				lines = append(lines, w.line(c.ID, key, time.Time{}, nil))
			}
			w.bills()
			for _, sub := range lines {
				net := int64(0)
				for _, l := range w.documents(sub)[0].Lines {
					if l.Key != invoices.RoundingLine {
						net += l.Net
					}
				}
				nets = append(nets, net)
			}
			if nets[0] != want || nets[1] != want {
				t.Errorf("%s: who is exempt pays %d, others a net of %d, want %d: %q", key, nets[0], nets[1], want, w.says(lines[0]))
			}
		}
		w.prove()
	})
}
