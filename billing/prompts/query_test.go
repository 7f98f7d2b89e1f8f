package prompts

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/audit"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// TestAMemberAsksTheRailAtOnceAndOnce: at once, once in ten seconds for each prompt however many press on however many nodes, with a trace in the trail; and the money that the
// answer tells of comes once.
func TestAMemberAsksTheRailAtOnceAndOnce(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		ctx := context.Background()
		c, other := p.agreed(), p.customer()
		bill := p.bills(c, money.Shillings(900), 0)
		a, err := p.Ask(ctx, Request{CustomerID: c.ID, Cause: Staff, Phone: phoneOf(1), Amount: money.Shillings(900), Once: "q"}, clerk)
		if err != nil {
			t.Fatal(err)
		}
		p.idle()
		if _, err := p.Query(ctx, other.ID, a.OrderID, clerk); !fault.Is(err, fault.NotFound) {
			t.Error("of somebody else:", err)
		}
		press := func(what string, presses, asked, queriedNow int) {
			t.Helper()
			var all sync.WaitGroup
			var lock sync.Mutex
			told, refused := 0, 0
			for range presses {
				all.Go(func() {
					_, err := p.Query(ctx, c.ID, a.OrderID, clerk)
					lock.Lock()
					defer lock.Unlock()
					switch {
					case err == nil:
						told++
					case keyOf(err) == "prompt.queried":
						refused++
					default:
						t.Error(what, err)
					}
				})
			}
			all.Wait()
			if told != asked || refused != presses-asked {
				t.Errorf("%s: %d were told, %d were refused", what, told, refused)
			}
			p.queried(what, queriedNow)
		}
		press("at first", 6, 1, 1)
		p.clock.Advance(9 * time.Second)
		press("too soon", 2, 0, 0)
		p.clock.Set(p.clock.Now().Add(-time.Hour)) // somebody mends the clock
		press("an hour before", 4, 1, 1)
		p.clock.Advance(10 * time.Second)
		p.rail.says(0, paid)
		press("paid", 1, 1, 1)
		press("known already", 3, 3, 0)
		p.idle()
		if p.open(bill) != 0 || p.credit(c) != 0 {
			t.Errorf("%d are open, %d are credit", p.open(bill), p.credit(c))
		}
		p.hears(p.confirmation(receiptOf(0), p.rail.sent()[0].Reference, phoneOf(1), money.Shillings(900))) // its number comes
		p.pays(0)
		seen, err := p.Asks(ctx, c.ID, 1)
		if err != nil || seen[0].Came != money.Shillings(900) || seen[0].Payment.State != billing.PaymentPaid {
			t.Errorf("%+v %v", seen, err)
		}
		p.trail("prompt queried", 3)
		p.prove()
	})
}

// TestAPromptWithoutANumberSaysThatItCannotBeAskedAbout: one that has not left, or whose number was lost with the rail's answer.
func TestAPromptWithoutANumberSaysThatItCannotBeAskedAbout(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		ctx := context.Background()
		c := p.customer()
		p.stop()
		a, err := p.Ask(ctx, Request{CustomerID: c.ID, Cause: Staff, Phone: phoneOf(1), Amount: money.Shillings(900), Once: "q"}, clerk)
		if err != nil {
			t.Fatal(err)
		}
		refused := func(what string) {
			t.Helper()
			if seen, err := p.Query(ctx, c.ID, a.OrderID, clerk); keyOf(err) != "prompt.unnamed" || seen.Askable() {
				t.Error(what, err)
			}
			p.queried(what, 0)
		}
		refused("it has not left")
		p.rail.err = context.DeadlineExceeded // nobody knows whether it rings
		p.run()
		p.idle()
		refused("its number was lost")
		p.trail("prompt queried", 0)
		p.pays(0)
		if seen, err := p.Query(ctx, c.ID, a.OrderID, clerk); err != nil || seen.Came != money.Shillings(900) {
			t.Error(seen, err)
		}
		p.prove()
	})
}

// trail fails unless an action stands in the audit trail so many times, each by the clerk.
func (p *provider) trail(action string, n int) {
	p.Helper()
	all, err := audit.New(p.DB, p.clock).List(context.Background(), audit.Filter{Object: "customer", Limit: 50})
	all = slices.DeleteFunc(all, func(e audit.Event) bool { return e.Action != action })
	if err != nil || len(all) != n {
		p.Errorf("%d times %q, want %d: %v", len(all), action, n, err)
	}
	for _, e := range all {
		if e.Actor != clerk.Actor || e.From != clerk.From || e.After == "" {
			p.Errorf("%+v", e)
		}
	}
}
