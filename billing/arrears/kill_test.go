package arrears

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/money"
)

// TestDeathAtEachWrite: whichever write of it is the last of a dying worker, the story ends the same: gardened, paid and free, bounced and gardened, with each
// customer told once. A later run or the job's next try finishes it.
func TestDeathAtEachWrite(t *testing.T) {
	each(t, func(p *provider) {
		type act struct {
			name string
			do   func(c customers.Customer) error
			how  string
		}
		cheques := map[int64]accounts.Event{}
		acts := []act{
			{"barred", func(customers.Customer) error { return p.Tick(context.Background()) }, garden},
			{"paid", func(c customers.Customer) (err error) {
				id := fmt.Sprint("pay:", c.ID)
				cheques[c.ID], err = p.money.TakeAtCounter(context.Background(), accounts.Taking{Request: id, CustomerID: c.ID, How: accounts.ByCheque, Reference: id, Amount: money.Shillings(1000)}, accounts.By{Actor: "clerk"})
				return err
			}, free},
			{"bounced", func(c customers.Customer) error {
				_, err := p.money.ReturnTaking(context.Background(), c.ID, cheques[c.ID].ID, "bounced", accounts.By{Actor: "clerk"})
				return err
			}, garden},
			{"promised", func(c customers.Customer) error {
				return p.Invoices.Promise(context.Background(), invoices.Promised{CustomerID: c.ID, Until: dayOf(p.clock.Now()) + 1, Who: "Anne"}, office)
			}, free},
		}
		kills, before := 0, 0
		for n := range acts {
			for write := 0; ; write++ {
				c := p.customer(customers.Customer{})
				line := p.line(c, "office")
				p.bills(c, 1000)
				p.clock.Advance(21 * 24 * time.Hour)
				for k, a := range acts[:n+1] {
					if k == n {
						before = p.dying.Deaths()
						p.dying.Once(write)
					}
					for try := 0; ; try++ {
						err := a.do(c)
						if err == nil {
							break
						}
						if try == 3 {
							t.Fatal(a.name, write, err)
						}
					}
					p.idle()
				}
				p.dying.Spare()
				died := p.dying.Deaths() > before
				p.wants(fmt.Sprintf("%s, dead at write %d", acts[n].name, write), acts[n].how, line)
				if !died {
					break // it made no more writes than that
				}
				kills++
				if err := p.Invoices.Treat(context.Background(), c.ID, false, true, office); err != nil { // out of the way
					t.Fatal(err)
				}
			}
		}
		t.Log(kills, "deaths")
		if kills < 60 {
			t.Errorf("only %d deaths", kills)
		}
		p.prove()
	})
}

// TestEverybodyAtOnce: steps on three nodes, money, bounced cheques, promises and changes of plan at the same time; then service is as every debt says.
func TestEverybodyAtOnce(t *testing.T) {
	each(t, func(p *provider) {
		ctx := context.Background()
		r := rand.New(rand.NewPCG(6, 11))
		var all []customers.Customer
		var lines []subscriptions.Subscription
		for range 6 {
			c := p.customer(customers.Customer{})
			all, lines = append(all, c), append(lines, p.line(c, "office"))
			p.bills(c, 1000)
			p.bills(c, 700)
		}
		for round := range 6 {
			p.clock.Advance(time.Duration(17-2*min(round, 1)*7) * 24 * time.Hour)
			var done sync.WaitGroup
			for range 3 {
				done.Go(func() {
					if err := p.Tick(ctx); err != nil {
						t.Error(err)
					}
				})
			}
			for n, c := range all {
				switch r.IntN(4) {
				case 0:
					done.Go(func() { p.brings(c, 850) })
				case 1:
					done.Go(func() {
						e := p.brings(c, 600)
						if _, err := p.money.ReturnTaking(ctx, c.ID, e.ID, "bounced", accounts.By{Actor: "clerk"}); err != nil {
							t.Error(err)
						}
					})
				case 2:
					done.Go(func() {
						if err := p.Invoices.Promise(ctx, invoices.Promised{CustomerID: c.ID, Until: dayOf(p.clock.Now()) + 1, Who: "Anne"}, office); err != nil {
							t.Error(err)
						}
					})
				case 3:
					plan := []string{"office-fast", "office"}[round%2]
					done.Go(func() {
						if sub, err := p.Lines.Get(ctx, lines[n].ID); err != nil || sub.State.Sold.PlanKey == plan || sub.State.Status == subscriptions.Ended {
							return
						}
						if _, err := p.Lines.ChangePlan(ctx, lines[n].ID, subscriptions.Change{PlanKey: plan}, subscriptions.By{Actor: "self"}); err != nil {
							t.Error(err)
						}
					})
				}
			}
			done.Wait()
			p.idle()
			p.dun()
			p.prove()
			for n, c := range all {
				seen, err := p.Invoices.OutlookOf(ctx, c.ID)
				if err != nil {
					t.Fatal(err)
				}
				want := map[invoices.Action]string{"": free, invoices.Throttle: slow, invoices.Garden: garden, invoices.SuspendService: closed, invoices.Terminate: ended}[seen.Level]
				p.wants(fmt.Sprintf("round %d, customer %d", round, n), want, lines[n])
				owes := false
				for _, d := range seen.Unpaid {
					owes = owes || d.LateBy(dayOf(p.clock.Now())) >= 3
				}
				if owes != (seen.Level.Or(invoices.Fee) != invoices.Fee) && seen.Hold.PromiseUntil < dayOf(p.clock.Now()) {
					t.Errorf("round %d, customer %d: owes %t, and is held to %q", round, n, owes, seen.Level)
				}
			}
		}
	})
}
