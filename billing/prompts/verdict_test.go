package prompts

import (
	"context"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

func keyOf(err error) string { return fault.KeyOf(err) }

func (p *provider) lineOf(c customers.Customer) subscriptions.Subscription {
	p.Helper()
	all, err := p.Lines.Of(context.Background(), c.ID)
	if err != nil || len(all) == 0 {
		p.Fatal(all, err)
	}
	return all[0]
}

// reminds counts the reminders that are due now and not held.
func (p *provider) reminds(d invoices.Document) (now, held int) {
	p.Helper()
	err := p.Invoices.Foresee(context.Background(), clock.DayOf(p.clock.Now()), func(one invoices.Doing) {
		if one.InvoiceID != d.ID {
			return
		}
		if one.Held == invoices.HeldPrompt {
			held++
		} else {
			now++
		}
	})
	if err != nil {
		p.Fatal(err)
	}
	return now, held
}

// TestOnceMoreAndThenTheReminder: a prompt that is cancelled is made once more, not before two hours have passed, and then never; the reminder of the day waits until
// then.
func TestOnceMoreAndThenTheReminder(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		if err := p.Invoices.SaveSteps(context.Background(), "", []invoices.Step{{After: 0, Action: invoices.Remind}}, office); err != nil {
			t.Fatal(err)
		}
		c, other := p.agreed(), p.customer()
		bill, theirs := p.bills(c, money.Shillings(900), 1), p.bills(other, money.Shillings(900), 1)
		remind := func(what string, now, held int) {
			t.Helper()
			if n, h := p.reminds(bill); n != now || h != held {
				t.Errorf("%s: %d reminders, %d held", what, n, h)
			}
		}
		p.at(1, 8, 30)
		remind("before nine", 0, 1)
		if n, h := p.reminds(theirs); n != 1 || h != 0 {
			t.Errorf("of who did not agree: %d reminders, %d held", n, h)
		}
		p.at(1, 9, 0)
		p.look()
		remind("while it rings", 0, 1)
		p.clock.Advance(10 * time.Second)
		p.hears(p.callback(0, failed(billing.ReasonCancelled), "", money.Amount{}))
		p.at(1, 10, 59)
		p.look()
		p.asked("too soon", 900)
		remind("between", 0, 1)
		p.at(1, 11, 0)
		p.look()
		p.look()
		p.asked("once more", 900, 900)
		remind("while it rings again", 0, 1)
		p.hears(p.callback(1, failed(billing.ReasonTimedOut), "", money.Amount{}))
		remind("after", 1, 0)
		for _, moment := range [][3]int{{1, 13, 30}, {1, 16, 0}, {2, 10, 0}} {
			p.at(moment[0], moment[1], moment[2])
			p.look()
		}
		p.asked("never again", 900, 900)
		p.prove()
	})
}

// TestAReminderWaitsForWhoIsAskedLate: what nobody was asked for on its day is asked for on a later one, and no reminder of that day, nor one of before, comes first; it
// comes when the prompt came to nothing, and for who agreed only after the day.
func TestAReminderWaitsForWhoIsAskedLate(t *testing.T) {
	each(t, func(p *provider) {
		t, ctx := p.T, context.Background()
		if err := p.Invoices.SaveSteps(ctx, "", []invoices.Step{{After: 2, Action: invoices.Remind}}, office); err != nil {
			t.Fatal(err)
		}
		c, late := p.agreed(), p.customer()
		bill, theirs := p.bills(c, money.Shillings(900), 1), p.bills(late, money.Shillings(900), 1)
		remind := func(what string, d invoices.Document, now, held int) {
			t.Helper()
			if n, h := p.reminds(d); n != now || h != held {
				t.Errorf("%s: %d reminders, %d held", what, n, h)
			}
		}
		p.at(2, 8, 0)
		if _, err := p.Agree(ctx, late.ID, "0712000222", "Anne", clerk); err != nil {
			t.Fatal(err)
		}
		p.at(3, 8, 30) // nobody looked for two days
		remind("before nine", bill, 0, 1)
		remind("of who agreed since", theirs, 1, 0)
		p.at(3, 9, 0)
		p.look()
		p.asked("late", 900)
		remind("while it rings", bill, 0, 1)
		p.hears(p.callback(0, failed(billing.ReasonCancelled), "", money.Amount{}))
		remind("with a try left", bill, 0, 1)
		p.at(3, 12, 0)
		p.look()
		p.asked("once more", 900, 900)
		p.hears(p.callback(1, failed(billing.ReasonCancelled), "", money.Amount{}))
		remind("after", bill, 1, 0)
		p.prove()
	})
}

// TestNeverWhileOneIsUndecided: a prompt whose verdict is lost is asked about for days, and nobody is asked again meanwhile: not by itself, not by staff, not from a
// link. Once the rail says what became of it, it may be made once more.
func TestNeverWhileOneIsUndecided(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		ctx := context.Background()
		c := p.agreed()
		p.bills(c, money.Shillings(900), 1)
		p.at(1, 9, 0)
		p.look()
		for _, hour := range []int{11, 13, 15} {
			p.at(1, hour, 30)
			p.look()
			for _, cause := range []Cause{Staff, Link} {
				if _, err := p.Ask(ctx, Request{CustomerID: c.ID, Cause: cause, Phone: "0712000002", Amount: money.Shillings(900), Once: "x"}, clerk); keyOf(err) != "prompt.undecided" {
					t.Error(cause, err)
				}
			}
		}
		p.asked("undecided", 900)
		p.rail.says(0, failed(billing.ReasonTimedOut))
		p.at(1, 16, 45)
		p.look()
		p.asked("decided", 900, 900)
		p.at(2, 18, 0)
		p.hears(p.callback(0, paid, "QLATE00001", money.Shillings(900))) // it was paid after all, and the rail says so a day late
		p.pays(1)
		if p.credit(c) != 900_00 {
			t.Errorf("paid twice: %d are credit", p.credit(c))
		}
		p.prove()
	})
}

// TestWhatIsPaidMeanwhileIsNotAskedFor: what was paid, or called off, between the decision and the prompt is not asked for, however long the program stood still between.
func TestWhatIsPaidMeanwhileIsNotAskedFor(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		ctx := context.Background()
		paidOff, called, other, part := p.agreed(), p.agreed(), p.agreed(), p.agreed()
		for _, c := range []customers.Customer{paidOff, called, other, part} {
			p.bills(c, money.Shillings(900), 1)
		}
		p.at(1, 9, 0)
		p.stop()
		if err := p.Tick(ctx); err != nil {
			t.Fatal(err)
		}
		p.takes(t, p.confirmation("QHAND00001", paidOff.Number, "254799000111", money.Shillings(900)))
		p.takes(t, p.confirmation("QHAND00002", part.Number, "254799000111", money.Shillings(500)))
		if _, err := p.Withdraw(ctx, called.ID, clerk); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Agree(ctx, other.ID, "0799 000 555", "Anne", clerk); err != nil { // another phone pays from now on
			t.Fatal(err)
		}
		p.clock.Advance(5 * time.Minute)
		p.run()
		p.idle()
		p.asked("the program stood still")
		for _, c := range []customers.Customer{paidOff, called, other, part} {
			all, err := p.Asks(ctx, c.ID, 5)
			if err != nil || len(all) != 1 || all[0].Payment.State != billing.PaymentFailed || all[0].Payment.Reason != billing.ReasonNotWanted || all[0].Open() {
				t.Errorf("%+v %v", all, err)
			}
		}
		p.at(1, 11, 1)
		p.look()
		p.asked("two hours later", 900, 400)
		p.newest("254799000555")
		p.pays(0)
		p.pays(1)
		p.prove()
	})
}

// takes brings messages in and waits for nothing.
func (p *provider) takes(t *testing.T, m billing.Incoming) {
	t.Helper()
	m.At = p.clock.Now()
	if err := p.Billing.TakeIn(context.Background(), []billing.Incoming{m}); err != nil {
		t.Fatal(err)
	}
}

// TestNotWhileTheRailFails: when prompts fail for many, nobody is asked by itself; when they reach people again, who is due is asked, each once.
func TestNotWhileTheRailFails(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		ctx := context.Background()
		for range 12 {
			p.bills(p.agreed(), money.Shillings(100), 1)
		}
		p.at(1, 9, 0)
		p.rail.err = &billing.Refused{Reason: billing.ReasonRailDown, Code: "500.003.02"}
		p.look()
		n := len(p.rail.sent())
		if n == 0 || n == 12 {
			t.Fatalf("%d were asked before it was known that the rail fails", n)
		}
		p.look()
		if got := len(p.rail.sent()); got != n {
			t.Errorf("%d more were asked", got-n)
		}
		if _, err := p.Ask(ctx, Request{CustomerID: p.agreed().ID, Cause: Staff, Phone: "0712000099", Amount: money.Shillings(5), Once: "a"}, clerk); keyOf(err) != "prompt.rail_rests" {
			t.Error(err)
		}
		p.rail.err = nil
		p.clock.Advance(10 * time.Minute)
		p.look()
		if got := len(p.rail.sent()); got != 12 {
			t.Errorf("%d were asked when it worked again", got)
		}
		p.at(1, 16, 0)
		p.look()
		if got := len(p.rail.sent()); got > 12+n {
			t.Errorf("%d prompts", got)
		}
		p.prove()
	})
}
