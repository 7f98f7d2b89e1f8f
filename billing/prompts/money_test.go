package prompts

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// TestEachShillingOnce: callbacks that come twice, late, out of order, with the rail's confirmation, or never; too little and too much. All of it is the customer's
// credit, once, and pays what is due.
func TestEachShillingOnce(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		const bob = 900
		amount := money.Shillings(bob)
		stories := map[string]struct {
			tell func(n int, code string)
			came int64
		}{
			"twice": {func(n int, _ string) {
				m := p.callback(n, paid, receiptOf(n), amount)
				p.hears(m, m)
				p.hears(m)
			}, bob},
			"confirmed first": {func(n int, code string) {
				p.hears(p.confirmation(receiptOf(n), code, "2547 ***** 111", amount))
				p.pays(n)
				p.pays(n)
			}, bob},
			"confirmed after": {func(n int, code string) {
				p.pays(n)
				p.hears(p.confirmation(receiptOf(n), code, "2547 ***** 111", amount))
			}, bob},
			"only asked": {func(n int, _ string) {
				p.rail.says(n, paid)
				p.clock.Advance(20 * time.Second)
				p.idle()
			}, bob},
			"asked, confirmed, told": {func(n int, code string) {
				p.rail.says(n, paid)
				p.clock.Advance(20 * time.Second)
				p.idle()
				p.hears(p.confirmation(receiptOf(n), code, string(p.rail.sent()[n].Phone), amount))
				p.pays(n)
			}, bob},
			"asked, confirmed of a payer who is shown in a new way, told": {func(n int, code string) {
				p.rail.says(n, paid)
				p.clock.Advance(20 * time.Second)
				p.idle()
				p.hears(p.confirmation(receiptOf(n), code, "0722***000", amount))
				m := p.callback(n, paid, receiptOf(n), amount)
				p.hears(m, m)
			}, bob},
			"asked, confirmed so, reversed, told": {func(n int, code string) {
				p.rail.says(n, paid)
				p.clock.Advance(20 * time.Second)
				p.idle()
				p.hears(p.confirmation(receiptOf(n), code, "0722***000", amount))
				p.tx(func(tx *db.Tx) error {
					_, _, err := p.Billing.FindReversal(tx, billing.Reversal{TillID: p.till.ID, Code: "RV" + receiptOf(n)[2:], Receipt: receiptOf(n), Amount: amount, At: p.clock.Now(), CameBy: billing.ReversedOnStatement, By: "statement"})
					return err
				})
				p.idle()
				p.pays(n)
			}, 0},
			"failed, then paid": {func(n int, _ string) {
				p.hears(p.callback(n, failed(billing.ReasonTimedOut), "", money.Amount{}))
				p.clock.Advance(3 * time.Hour)
				p.pays(n)
			}, bob},
			"by hand with the code": {func(n int, code string) {
				p.hears(p.callback(n, failed(billing.ReasonCancelled), "", money.Amount{}))
				p.hears(p.confirmation(receiptOf(n), code, "254799000111", money.Shillings(1000)))
			}, 1000},
			"too little by hand": {func(n int, code string) {
				p.hears(p.callback(n, failed(billing.ReasonCancelled), "", money.Amount{}))
				p.hears(p.confirmation(receiptOf(n), code, "254799000111", money.Shillings(300)))
				p.hears(p.confirmation("X"+receiptOf(n)[1:], code, "254799000111", money.Shillings(250)))
			}, 550},
			"somebody else's phone": {func(n int, _ string) {
				m := p.callback(n, paid, receiptOf(n), amount)
				p.hears(m)
			}, bob},
		}
		for name, s := range stories {
			c := p.agreed()
			phone := phoneOf(p.n)
			if name == "somebody else's phone" {
				phone = "0799000222"
			}
			d := p.bills(c, amount, 0)
			n := len(p.rail.sent())
			a, err := p.Ask(context.Background(), Request{CustomerID: c.ID, Cause: Staff, Phone: phone, Amount: amount, Once: name}, clerk)
			if err != nil {
				t.Fatal(name, err)
			}
			p.idle()
			p.clock.Advance(10 * time.Second)
			s.tell(n, p.rail.sent()[n].Reference)
			p.clock.Advance(time.Minute)
			p.idle()
			came := bob*100 - p.open(d) + p.credit(c)
			if came != s.came*100 {
				t.Errorf("%s: %d came, want %d", name, came, s.came*100)
			}
			seen, err := p.Asks(context.Background(), c.ID, 1)
			if err != nil || len(seen) != 1 || seen[0].OrderID != a.OrderID || seen[0].Came.Cents != s.came*100 || seen[0].By != clerk.Actor {
				t.Errorf("%s: %+v %v", name, seen, err)
			}
			if got, err := p.Billing.ReceiptsOfCustomer(context.Background(), c.ID, 0, 10); err != nil || len(got) == 0 || got[0].OrderID != a.OrderID || got[0].Placed != billing.PlacedAccount {
				t.Errorf("%s: %+v %v", name, got, err)
			}
			p.prove()
		}
	})
}

// TestMoneyOfWhoWasMergedIsOfWhoAnswers: money for who was merged is of who answers for them.
func TestMoneyOfWhoWasMergedIsOfWhoAnswers(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		from, to := p.agreed(), p.customer()
		if _, err := p.Ask(context.Background(), Request{CustomerID: from.ID, Cause: Staff, Phone: "0799000222", Amount: money.Shillings(70), Once: "m"}, clerk); err != nil {
			t.Fatal(err)
		}
		p.idle()
		if err := p.Customers.Merge(context.Background(), from.ID, to.ID, customers.By{Actor: "clerk"}); err != nil {
			t.Fatal(err)
		}
		p.pays(0)
		if p.credit(from) != 0 || p.credit(to) != 70_00 {
			t.Errorf("%d and %d", p.credit(from), p.credit(to))
		}
		if _, err := p.Ask(context.Background(), Request{CustomerID: from.ID, Cause: Staff, Phone: "0799000222", Amount: money.Shillings(70), Once: "n"}, clerk); keyOf(err) != "customer.merged" {
			t.Error(err)
		}
		p.prove()
	})
}

// TestManyWorkersAskOnce: nodes that look at once, all day, while others press the button: never two prompts of a customer before a verdict, and never more than two by
// itself for what is due.
func TestManyWorkersAskOnce(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		ctx := context.Background()
		var all []customers.Customer
		for range 5 {
			c := p.agreed()
			p.bills(c, money.Shillings(800), 1)
			p.bills(c, money.Shillings(100), 1)
			all = append(all, c)
		}
		for round, hour := range []int{9, 11, 13, 15} {
			p.at(1, hour, 0)
			var done sync.WaitGroup
			for range 6 {
				done.Go(func() {
					if err := p.Tick(ctx); err != nil {
						t.Error(err)
					}
				})
			}
			done.Wait()
			p.idle()
			if got, want := len(p.rail.sent()), 5*min(round+1, 2); got != want {
				t.Fatalf("round %d: %d prompts, want %d", round, got, want)
			}
			for n := 5 * round; n < 5*(round+1) && round < 2; n++ {
				p.hears(p.callback(n, failed(billing.ReasonInsufficient), "", money.Amount{}))
			}
		}
		var taps sync.WaitGroup
		var lock sync.Mutex
		won := map[int64]int{}
		for k := range 12 {
			taps.Go(func() { // two forms for each customer, each sent three times
				c := all[k%2]
				a, err := p.Ask(ctx, Request{CustomerID: c.ID, Cause: Staff, Phone: phoneOf(1), Amount: money.Shillings(900), Once: fmt.Sprint("form", k%4)}, clerk)
				if err != nil && keyOf(err) != "prompt.undecided" {
					t.Error(err)
				}
				if err == nil {
					lock.Lock()
					won[a.OrderID]++
					lock.Unlock()
				}
			})
		}
		taps.Wait()
		p.idle()
		if len(won) != 2 || len(p.rail.sent()) != 12 {
			t.Errorf("%v orders, %d prompts", won, len(p.rail.sent()))
		}
		for n, s := range p.rail.sent() {
			if s.Amount != money.Shillings(900) {
				t.Errorf("prompt %d is for %v", n, s.Amount)
			}
		}
		p.pays(10)
		p.pays(11)
		p.prove()
	})
}

// TestDeathAtEachWriteAsksOnce: whichever write is the last of a worker, of the look, of the prompt, of the money: what is due is asked for once, and comes once.
func TestDeathAtEachWriteAsksOnce(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		kills := 0
		for step := range 2 {
			for write := int64(0); ; write++ {
				c := p.agreed()
				d := p.bills(c, money.Shillings(900), 1)
				n := len(p.rail.sent())
				p.clock.Set((clock.DayOf(p.clock.Now()) + 1).Start().Add(9 * time.Hour))
				die := func(at int) {
					if at == step {
						p.left.Store(write)
					}
				}
				die(0)
				for range 2 {
					_ = p.Tick(context.Background())
					p.idle()
				}
				p.clock.Advance(20 * time.Second) // what failed is tried again after a while
				p.idle()
				died := step == 0 && p.left.Swap(-1) < 0
				if len(p.rail.sent()) > n+1 {
					t.Fatalf("dead at write %d: asked %d times", write, len(p.rail.sent())-n)
				}
				if len(p.rail.sent()) == n+1 { // dead between the rail's answer and its record, too, the money is known by the callback
					die(1)
					m := p.callback(n, paid, receiptOf(n), money.Shillings(900))
					p.hears(m, m)
					p.clock.Advance(20 * time.Second)
					p.idle()
					died = died || step == 1 && p.left.Swap(-1) < 0
					if p.open(d) != 0 || p.credit(c) != 0 {
						t.Errorf("step %d, dead at write %d: %d are open, %d are credit", step, write, p.open(d), p.credit(c))
					}
				} else if all, err := p.Asks(context.Background(), c.ID, 5); err != nil || len(all) > 1 || len(all) == 1 && all[0].Payment.State != billing.PaymentUnknown {
					t.Errorf("dead at write %d and never asked: %+v %v", write, all, err)
				}
				if _, err := p.Withdraw(context.Background(), c.ID, clerk); err != nil {
					t.Fatal(err)
				}
				if !died {
					break
				}
				kills++
			}
		}
		t.Log(kills, "deaths")
		if kills < 15 {
			t.Errorf("only %d deaths", kills)
		}
		p.prove()
	})
}
