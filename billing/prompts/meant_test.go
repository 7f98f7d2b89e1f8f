package prompts

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// onItsPage asks for money on the page of a bill, by a friend's phone, and is the prompt's number.
func (p *provider) onItsPage(c customers.Customer, d invoices.Document, bob int64) int {
	p.Helper()
	n := len(p.rail.sent())
	if _, err := p.Ask(context.Background(), Request{CustomerID: c.ID, Cause: Link, InvoiceID: d.ID, Phone: fmt.Sprintf("2547990%05d", n), Amount: money.Shillings(bob), Once: fmt.Sprint("page", n)}, By{}); err != nil {
		p.Fatal(err)
	}
	p.idle()
	return n
}

// opens fails unless so many shillings of some bills are open.
func (p *provider) opens(what string, bills []invoices.Document, want ...int64) {
	p.Helper()
	for n, d := range bills {
		if got := p.open(d); got != want[n]*100 {
			p.Errorf("%s: %d of bill %d are open, not %d", what, got, n, want[n]*100)
		}
	}
}

// TestMoneyOfABillsPagePaysThatBill: what is paid on a bill's own page pays that bill, and what is over the oldest; it comes in parts, twice and after other money; a bill
// that was paid or credited meanwhile, or is another's, leaves the money to the oldest; what was taken back and comes again is nobody's in particular.
func TestMoneyOfABillsPagePaysThatBill(t *testing.T) {
	each(t, func(p *provider) {
		t, ctx := p.T, context.Background()
		three := func() (customers.Customer, []invoices.Document) {
			c := p.customer()
			return c, []invoices.Document{p.bills(c, money.Shillings(500), 3), p.bills(c, money.Shillings(400), 5), p.bills(c, money.Shillings(300), 7)}
		}
		c, bills := three()
		n := p.onItsPage(c, bills[2], 350)
		m := p.callback(n, paid, receiptOf(n), money.Shillings(350))
		p.hears(m, m)
		p.opens("more than it", bills, 450, 400, 0)
		p.brings(c, 50)
		p.opens("cash", bills, 400, 400, 0)

		c, bills = three()
		n = p.onItsPage(c, bills[1], 400)
		p.hears(p.callback(n, failed(billing.ReasonCancelled), "", money.Amount{}))
		p.hears(p.confirmation("QHAND00001", p.rail.sent()[n].Reference, "254799000111", money.Shillings(100)))
		p.opens("a part by hand", bills, 500, 300, 300)
		p.hears(p.confirmation("QHAND00002", p.rail.sent()[n].Reference, "254799000111", money.Shillings(350)))
		p.opens("another part", bills, 450, 0, 300)

		c, bills = three()
		n = p.onItsPage(c, bills[2], 300)
		if _, err := p.Invoices.Credit(ctx, invoices.CreditNote{Request: "n", InvoiceID: bills[2].ID, Amount: money.Shillings(300), Why: "by mistake"}, office); err != nil {
			t.Fatal(err)
		}
		p.pays(n)
		p.opens("credited meanwhile", bills, 200, 400, 0)

		c, bills = three()
		n = p.onItsPage(c, bills[0], 500)
		p.brings(c, 500)
		p.pays(n)
		p.opens("paid meanwhile", bills, 0, 0, 200)

		_, theirs := three()
		n = p.onItsPage(c, theirs[0], 100)
		p.pays(n)
		p.opens("another's", append(bills, theirs[0]), 0, 0, 100, 500)
		p.prove()
	})
}

// TestTwoWhoPayAtOncePayTheirBill: money of a bill's page and cash come at once, and several workers spend: the bill is paid once, by what was meant for it or before.
func TestTwoWhoPayAtOncePayTheirBill(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		c := p.customer()
		for round := range 4 {
			old, its := p.bills(c, money.Shillings(600), 1), p.bills(c, money.Shillings(300), 9)
			n := p.onItsPage(c, its, 300)
			m := p.callback(n, paid, receiptOf(n), money.Shillings(300))
			m.At = p.clock.Now()
			var all sync.WaitGroup
			for range 2 {
				all.Go(func() {
					if err := p.Billing.TakeIn(context.Background(), []billing.Incoming{m}); err != nil {
						t.Error(err)
					}
				})
				for range 2 {
					all.Go(func() {
						for range 5 {
							if err := p.Accounts.Spend(context.Background(), c.ID); err != nil {
								t.Error(err)
							}
						}
					})
				}
			}
			all.Go(func() { p.brings(c, 100) })
			all.Wait()
			p.idle()
			p.opens(fmt.Sprint("round ", round), []invoices.Document{old, its}, 500, 0)
			p.brings(c, 500)
			if p.open(old) != 0 || p.credit(c) != 0 {
				t.Error(p.open(old), p.credit(c))
			}
		}
		p.prove()
	})
}

// TestDeathBetweenReceiptAndBill: whichever write is the last before money of a bill's page has paid it, it pays that bill, once.
func TestDeathBetweenReceiptAndBill(t *testing.T) {
	each(t, func(p *provider) {
		t, kills := p.T, 0
		for write := int64(0); ; write++ {
			c := p.customer()
			old, its := p.bills(c, money.Shillings(600), 1), p.bills(c, money.Shillings(300), 9)
			n := p.onItsPage(c, its, 350)
			p.left.Store(write)
			p.pays(n)
			p.clock.Advance(20 * time.Second)
			p.idle()
			died := p.left.Swap(-1) < 0
			p.opens(fmt.Sprint("dead at write ", write), []invoices.Document{old, its}, 550, 0)
			p.tx(func(tx *db.Tx) error { return p.Invoices.Pay(tx, c.ID) })
			if !died {
				break
			}
			kills++
		}
		t.Log(kills, "deaths")
		if kills < 10 {
			t.Errorf("only %d deaths", kills)
		}
		p.prove()
	})
}
