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
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// TestWhatIsCreditedMeanwhileIsNotAskedFor: a bill that is given up, credited in full or in part, between the decision and the prompt is not asked for; of the part that is left
// the next try asks.
func TestWhatIsCreditedMeanwhileIsNotAskedFor(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		ctx := context.Background()
		var who []customers.Customer
		var bills []invoices.Document
		for range 3 {
			c := p.agreed()
			who, bills = append(who, c), append(bills, p.bills(c, money.Shillings(900), 1))
		}
		p.at(1, 9, 0)
		p.stop()
		if err := p.Tick(ctx); err != nil {
			t.Fatal(err)
		}
		if err := p.Invoices.WriteOff(ctx, bills[0].ID, "moved away", office); err != nil {
			t.Fatal(err)
		}
		for n, a := range map[int]money.Amount{1: {}, 2: money.Shillings(350)} {
			if _, err := p.Invoices.Credit(ctx, invoices.CreditNote{Request: fmt.Sprint("credit", n), InvoiceID: bills[n].ID, Amount: a, Why: "no internet"}, office); err != nil {
				t.Fatal(err)
			}
		}
		p.run()
		p.idle()
		p.asked("given up")
		for n, c := range who {
			all, err := p.Asks(ctx, c.ID, 5)
			if err != nil || len(all) != 1 || all[0].Payment.Reason != billing.ReasonNotWanted {
				t.Errorf("bill %d: %+v %v", n, all, err)
			}
		}
		p.at(1, 11, 1)
		p.look()
		p.asked("what is left", 550)
		p.pays(0)
		p.at(1, 15, 0)
		p.look()
		p.asked("paid", 550)
		if p.open(bills[2]) != 0 || p.credit(who[2]) != 0 {
			t.Errorf("%d are open, %d are credit", p.open(bills[2]), p.credit(who[2]))
		}
		p.prove()
	})
}

// TestWhoPaysByHandInTheSameSecondIsNotAskedTwice: while several nodes look, the customers pay by hand. Nobody is asked twice; who was asked nevertheless and pays again has it as credit.
func TestWhoPaysByHandInTheSameSecondIsNotAskedTwice(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		ctx := context.Background()
		var who []customers.Customer
		var bills []invoices.Document
		for range 8 {
			c := p.agreed()
			who, bills = append(who, c), append(bills, p.bills(c, money.Shillings(900), 1))
		}
		p.at(1, 9, 0)
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				if err := p.Tick(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		for n, c := range who {
			m := p.confirmation(fmt.Sprintf("QHAND%05d", n), c.Number, "254799000111", money.Shillings(900))
			m.At = p.clock.Now()
			all.Go(func() {
				if err := p.Billing.TakeIn(ctx, []billing.Incoming{m}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		p.idle()
		rang := map[string]int{}
		for n, s := range p.rail.sent() {
			rang[string(s.Phone)]++
			p.pays(n)
		}
		for n, c := range who {
			twice := rang[phoneOf(n+1)]
			if twice > 1 || p.open(bills[n]) != 0 || p.credit(c) != int64(twice)*900_00 {
				t.Errorf("customer %d rang %d times, %d are open, %d are credit", n, twice, p.open(bills[n]), p.credit(c))
			}
		}
		t.Log(len(rang), "were asked nevertheless")
		p.at(1, 11, 30)
		p.look()
		if len(p.rail.sent()) != len(rang) {
			t.Error("asked again, and paid")
		}
		p.prove()
	})
}

// merging joins prompts to what happens when customers are merged, as the program does.
type merging struct{ *Service }

func (m merging) Move(tx *db.Tx, from, to int64, _ customers.By) error { return m.Merged(tx, from, to) }

func (merging) MayClose(*db.Tx, int64) error { return nil }

func (merging) Held(context.Context, int64) ([]customers.Held, error) { return nil, nil }

func (merging) MayForget(*db.Tx, int64) error { return nil }

// TestAMergedCustomersPromptIsOpenStill: while the prompt of one who was merged has no verdict, who answers for them now is not asked: they are one person. Once it has
// one they are, and what it brought is theirs.
func TestAMergedCustomersPromptIsOpenStill(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		ctx := context.Background()
		p.Customers.AskKeeper(merging{p.Service})
		twin, to := p.customer(), p.agreed()
		twins := phoneOf(p.n - 1)
		bill := p.bills(to, money.Shillings(900), 1)
		p.at(1, 9, 0)
		a, err := p.Ask(ctx, Request{CustomerID: twin.ID, Cause: Staff, Phone: twins, Amount: money.Shillings(900), Once: "t"}, clerk)
		if err != nil {
			t.Fatal(err)
		}
		p.idle()
		if err := p.Customers.Merge(ctx, twin.ID, to.ID, customers.By{Actor: "clerk"}); err != nil {
			t.Fatal(err)
		}
		p.look()
		p.asked("the twin's is open", 900)
		if _, err := p.Ask(ctx, Request{CustomerID: to.ID, Cause: Staff, Phone: twins, Amount: money.Shillings(900), Once: "u"}, clerk); keyOf(err) != "prompt.undecided" {
			t.Error(err)
		}
		seen, err := p.Asks(ctx, to.ID, 5)
		if err != nil || len(seen) != 1 || seen[0].OrderID != a.OrderID || !seen[0].Askable() {
			t.Errorf("%+v %v", seen, err)
		}
		p.hears(p.callback(0, failed(billing.ReasonCancelled), "", money.Amount{}))
		p.look()
		p.asked("the twin's was cancelled", 900, 900)
		p.pays(1)
		p.pays(0) // it was paid after all
		if p.open(bill) != 0 || p.credit(to) != 900_00 || p.credit(twin) != 0 {
			t.Errorf("%d are open, %d and %d are credit", p.open(bill), p.credit(to), p.credit(twin))
		}
		if seen, err = p.Asks(ctx, to.ID, 5); err != nil || len(seen) != 2 || seen[0].Came != money.Shillings(900) || seen[1].Came != money.Shillings(900) {
			t.Errorf("%+v %v", seen, err)
		}
		p.prove()
	})
}

// TestAPromptIsWholeShillingsThatMPesaMoves: M-Pesa moves whole shillings, one at least and 250,000 at most. Cents alone are asked for as a shilling; what is more than all is asked
// for in parts, each once the one before is paid, and the last may fail twice as any.
func TestAPromptIsWholeShillingsThatMPesaMoves(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		ctx := context.Background()
		cents, most, over, sum := p.agreed(), p.agreed(), p.agreed(), p.agreed()
		small, large := p.bills(cents, money.KES(40), 1), p.bills(most, money.KES(24_999_950), 1)
		heavy := p.bills(over, money.KES(25_000_001), 1)
		two := []invoices.Document{p.bills(sum, money.Shillings(150_000), 1), p.bills(sum, money.Shillings(150_000), 1)}
		p.at(1, 9, 0)
		p.look()
		p.asked("up to the limit", 1, 250_000, 250_000, 250_000)
		for n := range 4 {
			p.pays(p.newest(phoneOf(n + 1)))
		}
		p.look()
		p.asked("the rest", 1, 250_000, 250_000, 250_000, 1, 50_000)
		p.pays(p.newest(phoneOf(3)))
		for _, minute := range []int{10, 20} { // it is refused twice
			p.hears(p.callback(p.newest(phoneOf(4)), failed(billing.ReasonCancelled), "", money.Amount{}))
			p.at(1, 11, minute)
			p.look()
		}
		p.at(1, 14, 0)
		p.look()
		p.asked("no third time", 1, 250_000, 250_000, 250_000, 1, 50_000, 50_000)
		if p.open(heavy) != 0 || p.open(two[0])+p.open(two[1]) != 50_000_00 {
			t.Errorf("%d, %d and %d are open", p.open(heavy), p.open(two[0]), p.open(two[1]))
		}
		if p.open(small) != 0 || p.credit(cents) != 60 || p.open(large) != 0 || p.credit(most) != 50 {
			t.Errorf("%d and %d are open, %d and %d are credit", p.open(small), p.open(large), p.credit(cents), p.credit(most))
		}
		for _, a := range []money.Amount{money.KES(0), money.KES(40), money.KES(99), money.KES(25_000_001), money.Shillings(250_001), money.Shillings(-5)} {
			if _, err := p.Ask(ctx, Request{CustomerID: over.ID, Cause: Staff, Phone: phoneOf(3), Amount: a, Once: "x"}, clerk); keyOf(err) != "prompt.amount" {
				t.Errorf("%v: %v", a, err)
			}
		}
		p.prove()
	})
}

// TestAClockThatJumpsAsksNobodyAgain: back by hours or days, nobody is asked again; forth while a prompt waits to leave, it does not leave any more.
func TestAClockThatJumpsAsksNobodyAgain(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		ctx := context.Background()
		c := p.agreed()
		p.bills(c, money.Shillings(900), 1)
		p.at(1, 11, 0)
		p.look()
		p.hears(p.callback(0, failed(billing.ReasonCancelled), "", money.Amount{}))
		for _, moment := range [][3]int{{1, 9, 0}, {0, 12, 0}, {1, 10, 0}, {1, 12, 59}} {
			p.at(moment[0], moment[1], moment[2])
			p.look()
		}
		p.asked("back", 900)
		p.stop()
		p.sets(1, 13, 0)
		if err := p.Tick(ctx); err != nil { // the second try is placed, and does not leave
			t.Fatal(err)
		}
		p.sets(2, 9, 0)
		p.run()
		p.idle()
		p.asked("forth", 900)
		for _, moment := range [][3]int{{1, 9, 30}, {1, 16, 0}} {
			p.at(moment[0], moment[1], moment[2])
			p.look()
		}
		p.asked("back again", 900)
		p.prove()
	})
}

// sets moves the clock alone.
func (p *provider) sets(day, hour, minute int) {
	p.Helper()
	p.clock.Set((firstDay + clock.Day(day)).Start().Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute))
}

// TestTheLastTryOfAPeriodBringsAWholeMonth rings minutes before the line ends. Paid when it is over, the line comes back with a whole month from then; nobody is asked again.
func TestTheLastTryOfAPeriodBringsAWholeMonth(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		c := p.agreed()
		line := p.line(c, "home")
		end := p.until(line)
		day := int(clock.DayOf(end) - firstDay)
		p.at(day, 9, 30)
		p.look()
		p.hears(p.callback(0, failed(billing.ReasonTimedOut), "", money.Amount{}))
		p.at(day, 11, 58)
		p.look()
		p.asked("twice", 2500, 2500)
		p.at(day, 12, 3)
		if got := p.until(line); !got.Equal(end) {
			t.Errorf("nobody paid, and it lasts until %v", got)
		}
		p.pays(1)
		if got, want := p.until(line), clock.Date(2027, 5, 1).Start().Add(12*time.Hour); got.Before(want) || got.After(want.AddDate(0, 0, 1)) || p.credit(c) != 0 {
			t.Errorf("lasts until %v, and %d are credit", got, p.credit(c))
		}
		for _, moment := range [][3]int{{day, 14, 30}, {day, 16, 59}, {day + 1, 9, 0}} {
			p.at(moment[0], moment[1], moment[2])
			p.look()
		}
		p.asked("paid", 2500, 2500)
		p.prove()
	})
}

// TestAPhoneThatPaysForSeveralRingsForOneAtATime is asked for one of them after the other: while it rings M-Pesa refuses another prompt, and a try would be lost.
func TestAPhoneThatPaysForSeveralRingsForOneAtATime(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		ctx := context.Background()
		var bills []invoices.Document
		for n := range int64(4) {
			c := p.customer()
			if _, err := p.Agree(ctx, c.ID, "0799 000 777", "the landlord", clerk); err != nil {
				t.Fatal(err)
			}
			bills = append(bills, p.bills(c, money.Shillings(100+n), 1))
		}
		p.at(1, 9, 0)
		for n := range bills {
			p.look()
			p.look()
			if got := len(p.rail.sent()); got != n+1 {
				t.Fatalf("%d prompts, want %d", got, n+1)
			}
			if n == 1 { // nobody knows what became of it
				p.clock.Advance(2*time.Minute + time.Second)
				continue
			}
			p.clock.Advance(10 * time.Second)
			p.pays(n)
		}
		p.asked("one after the other", 100, 101, 102, 103)
		p.pays(1)
		for _, d := range bills {
			if p.open(d) != 0 {
				t.Errorf("%s is open", d.Text())
			}
		}
		p.prove()
	})
}
