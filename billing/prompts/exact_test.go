package prompts

import (
	"context"
	"math/rand/v2"
	"testing"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// TestExactlyWhatIsDueIsAskedFor: of any customer, whatever they owe, have and subscribe to, what is asked for pays all that is due, to the shilling, and leaves nothing over.
func TestExactlyWhatIsDueIsAskedFor(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		type life struct {
			who   customers.Customer
			bills []invoices.Document
			lines []subscriptions.Subscription
			phone string
		}
		r := rand.New(rand.NewPCG(5, 280))
		var all []life
		for range 24 {
			l := life{who: p.agreed()}
			l.phone = phoneOf(p.n)
			for range r.IntN(3) {
				l.lines = append(l.lines, p.line(l.who, []string{"home", "flat"}[r.IntN(2)]))
			}
			all = append(all, l)
		}
		day := clock.Date(2027, 4, 1) // when the lines end
		p.at(int(day-firstDay)-4, 10, 0)
		for n := range all {
			for range r.IntN(4) {
				all[n].bills = append(all[n].bills, p.bills(all[n].who, money.KES(1+r.Int64N(3_000_00)), 1+r.IntN(8)))
			}
			if r.IntN(3) == 0 {
				p.brings(all[n].who, 1+r.Int64N(4000))
			}
		}
		p.at(int(day-firstDay), 9, 30)
		p.look()
		sent := map[string]int{}
		for n, s := range p.rail.sent() {
			sent[string(s.Phone)] = n + 1
		}
		for k, l := range all {
			due, over := false, int64(0)
			for _, d := range l.bills {
				due = due || d.DueDay == day && p.open(d) > 0
			}
			ends := 0
			for _, sub := range l.lines {
				if clock.DayOf(p.until(sub)) == day {
					ends++
				}
			}
			n := sent[l.phone]
			if n == 0 {
				if due {
					t.Errorf("customer %d has a bill due, and was not asked", k)
				}
				continue
			}
			p.pays(n - 1)
			for _, d := range l.bills {
				if d.DueDay <= day && p.open(d) != 0 {
					t.Errorf("customer %d: %d of a bill due on %s are open", k, p.open(d), d.DueDay)
				}
			}
			for _, sub := range l.lines {
				if clock.DayOf(p.until(sub)) <= day {
					t.Errorf("customer %d: a line ends on %s", k, clock.DayOf(p.until(sub)))
				}
			}
			if over = p.credit(l.who); over < 0 || over >= 100 {
				t.Errorf("customer %d: %d cents are left over, with %d lines and %d bills", k, over, ends, len(l.bills))
			}
		}
		if len(sent) < 8 {
			t.Errorf("only %d were asked", len(sent))
		}
		p.prove()
	})
}

// TestMoneyOfNobodyIsMatchedToAnOrder: what came under a slip of the order's code is the customer's by one decision, and can be taken back.
func TestMoneyOfNobodyIsMatchedToAnOrder(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		ctx := context.Background()
		c := p.customer()
		a, err := p.Ask(ctx, Request{CustomerID: c.ID, Cause: Staff, Phone: "0799000222", Amount: money.Shillings(300), Once: "m"}, clerk)
		if err != nil {
			t.Fatal(err)
		}
		p.idle()
		p.hears(p.callback(0, failed(billing.ReasonCancelled), "", money.Amount{}))
		p.hears(p.confirmation("QSLIP00001", "NOBODY", "2547 ***** 999", money.Shillings(250)))
		strays, err := p.Billing.Suspense(ctx, nil, 0, 5)
		if err != nil || len(strays) != 1 {
			t.Fatal(strays, err)
		}
		p.tx(func(tx *db.Tx) error {
			out, err := p.Billing.Match(tx, billing.Matching{ReceiptID: strays[0].ID, OrderID: a.OrderID, Serve: true})
			if out.Placed != billing.PlacedAccount {
				t.Errorf("%+v", out)
			}
			return err
		})
		if p.credit(c) != 250_00 {
			t.Error(p.credit(c))
		}
		p.prove()
		p.tx(func(tx *db.Tx) error { return p.Billing.Unmatch(tx, strays[0].ID) })
		if p.credit(c) != 0 {
			t.Error(p.credit(c))
		}
		p.tx(func(tx *db.Tx) error {
			if _, err := p.Billing.PromptAgain(tx, a.OrderID); keyOf(err) != "prompt.own" {
				t.Error(err)
			}
			return nil
		})
		p.prove()
	})
}
