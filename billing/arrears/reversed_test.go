package arrears

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

// came brings money in by a rail, and has it spent.
func (p *provider) came(c customers.Customer, receipt, shillings int64) {
	p.Helper()
	p.rails(receipt, "in", func(tx *db.Tx) ([]ledger.Posting, error) {
		_, to, err := p.money.TakeMoney(tx, c.ID, money.Shillings(shillings), receipt)
		return to, err
	}, shillings)
	if err := p.money.Spend(context.Background(), c.ID); err != nil {
		p.Fatal(err)
	}
	p.idle()
}

// wentBack takes it out again by force, and has it told.
func (p *provider) wentBack(c customers.Customer, receipt, shillings int64) {
	p.Helper()
	p.rails(receipt, "out", func(tx *db.Tx) ([]ledger.Posting, error) {
		p.reversal = billing.Reversal{ID: tx.ID(), Receipt: fmt.Sprintf("SKA%07d", receipt), ReceiptID: receipt, HolderID: c.ID, Amount: money.Shillings(shillings)}
		if err := p.Jobs.Emit(tx, billing.FactReversed, fmt.Sprint(p.reversal.ID), billing.ReversalFact{ReversalID: p.reversal.ID}); err != nil {
			return nil, err
		}
		return p.money.GiveBack(tx, c.ID, money.Shillings(shillings), receipt, true)
	}, -shillings)
	p.idle()
}

func (p *provider) rails(receipt int64, way string, move func(tx *db.Tx) ([]ledger.Posting, error), shillings int64) {
	p.Helper()
	p.tx(func(tx *db.Tx) error {
		own, err := move(tx)
		if err != nil {
			return err
		}
		_, err = p.books.Post(tx, ledger.Entry{Kind: way, Source: fmt.Sprint("receipt:", receipt), At: p.clock.Now(),
			Postings: append(own, ledger.Posting{Account: ledger.TillClearing, Party: "till:1", Amount: money.Shillings(shillings)})})
		return err
	})
}

// runs says whether a line that is paid beforehand is paid for now.
func (p *provider) runs(when string, line subscriptions.Subscription, want bool) {
	p.Helper()
	g, _, _, err := p.Access.View(context.Background(), line.GrantID)
	if is := !g.Gardened(p.clock.Now()); err != nil || is != want {
		p.Errorf("%s: the line is on: %v, want %v (%v)", when, is, want, err)
	}
}

func (p *provider) heard(want string) {
	p.Helper()
	for _, text := range p.told {
		if strings.Contains(text, want) {
			return
		}
	}
	p.Errorf("nobody was told %q: %q", want, p.told)
}

// TestReversedMoneyOfACustomer: the invoice that it paid is open again and service follows the table; the line that it renewed is in the garden at once, and both
// come back with the next money.
func TestReversedMoneyOfACustomer(t *testing.T) {
	each(t, func(p *provider) {
		c := p.customer(customers.Customer{Lang: words.Swahili})
		office, home := p.line(c, "office"), p.line(c, "home")
		bill := p.bills(c, 1000)
		p.later(21)
		p.wants("late", garden, office)
		p.came(c, 1, 1000)
		p.wants("paid", free, office)
		p.came(c, 2, 3000)
		p.runs("renewed", home, true)
		p.prove()
		p.clock.Advance(2 * time.Hour)
		p.wentBack(c, 2, 3000)
		p.runs("the money of the renewal went back", home, false)
		p.wants("and the bill stays paid", free, office)
		p.heard("M-Pesa imerudisha KES 3,000 (risiti SKA0000002)")
		p.prove()
		p.wentBack(c, 1, 1000)
		p.wants("the money of the bill went back", garden, office)
		if d, err := p.Invoices.Get(t.Context(), bill.ID); err != nil || d.Open != 1000_00 {
			t.Errorf("%d is open (%v)", d.Open, err)
		}
		p.prove()
		p.came(c, 3, 4000)
		p.wants("paid again", free, office)
		p.runs("paid again", home, true)
		p.prove()
	})
}

// TestReversedMoneyThatWasUsed is owed: credit goes below zero, and the next money pays that first.
func TestReversedMoneyThatWasUsed(t *testing.T) {
	each(t, func(p *provider) {
		c := p.customer(customers.Customer{})
		home := p.line(c, "home")
		p.came(c, 1, 3000)
		p.clock.Advance(40 * 24 * time.Hour)
		if err := p.Lines.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.runs("over", home, false)
		p.wentBack(c, 1, 3000)
		p.heard("You owe KES 3,000 now. M-Pesa paybill 600100, account " + c.Number)
		if all, err := p.money.Balances(t.Context(), []int64{c.ID}); err != nil || all[c.ID] != money.Shillings(-3000) {
			t.Error(all, err)
		}
		p.came(c, 2, 3000)
		p.runs("the debt is paid, and no more", home, false)
		p.came(c, 3, 3000)
		p.runs("paid", home, true)
		p.prove()
	})
}

// TestAGuestIsTold that what they paid went back.
func TestAGuestIsTold(t *testing.T) {
	each(t, func(p *provider) {
		p.reversal = billing.Reversal{ID: 9, Receipt: "SKA0000009", ReceiptID: 9, OrderID: 4, Amount: money.Shillings(50), Service: money.Shillings(50)}
		p.tx(func(tx *db.Tx) error {
			return p.Jobs.Emit(tx, billing.FactReversed, "9", billing.ReversalFact{ReversalID: 9})
		})
		p.idle()
		p.heard("254799000111 ")
		p.heard("M-Pesa imerudisha KES 50 (risiti SKA0000009) ulizolipia intaneti. Imesimamishwa.")
	})
}
