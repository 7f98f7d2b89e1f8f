package prompts

import (
	"context"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

func TestModelsMatchTheTables(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, &consentRow{}, &askRow{}, &dueRow{}) })
}

// TestABillIsAskedForOnItsDay: one prompt, on the day alone, by day alone, for what is open then; paid it is over.
func TestABillIsAskedForOnItsDay(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		c, other := p.agreed(), p.customer()
		bill := p.bills(c, money.KES(2_499_50), 3)
		p.bills(other, money.Shillings(700), 3)
		for _, moment := range [][3]int{{0, 10, 0}, {2, 16, 59}, {3, 0, 1}, {3, 8, 59}} {
			p.at(moment[0], moment[1], moment[2])
			p.look()
		}
		p.asked("too early")
		p.at(3, 9, 0)
		for range 3 {
			p.look()
		}
		p.asked("at nine", 2500) // cents are rounded up
		if to := p.rail.sent()[0]; to.Phone != customers.Phone(phoneOf(1)) || to.Description != "Internet bill" {
			t.Errorf("%+v", to)
		}
		p.clock.Advance(20 * time.Second)
		p.pays(0)
		if p.open(bill) != 0 || p.credit(c) != 50 {
			t.Errorf("%d are open, and %d are credit", p.open(bill), p.credit(c))
		}
		for _, moment := range [][3]int{{3, 11, 30}, {3, 16, 30}, {4, 9, 30}} {
			p.at(moment[0], moment[1], moment[2])
			p.look()
		}
		p.asked("paid", 2500)
		p.prove()
	})
}

// TestALineIsAskedForOnTheDayOfItsEnd: before noon, for the renewal's price less credit; paid at once it goes on from where it ended.
func TestALineIsAskedForOnTheDayOfItsEnd(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		c, late := p.agreed(), p.agreed()
		line, lapsed := p.line(c, "home"), p.line(late, "flat")
		p.brings(c, 600)
		end := p.until(line)
		if end != clock.Date(2027, 4, 1).Start().Add(12*time.Hour) {
			t.Fatal(end)
		}
		day := int(clock.DayOf(end) - firstDay)
		p.at(day-1, 9, 0)
		p.look()
		p.asked("the day before")
		p.rail.err = &billing.Refused{Reason: billing.ReasonPushFailed, Code: "x"} // nobody is reached
		p.at(day, 9, 5)
		p.look()
		p.asked("on the day", 1900, 1500)
		p.rail.err = nil
		p.at(day, 11, 5)
		p.look()
		p.asked("once more", 1900, 1500, 1900, 1500)
		p.pays(p.newest(phoneOf(1)))
		if got := p.until(line); got != clock.Date(2027, 5, 1).Start().Add(12*time.Hour) || p.credit(c) != 0 {
			t.Errorf("lasts until %v, and %d are credit", got, p.credit(c))
		}
		p.hears(p.callback(p.newest(phoneOf(2)), failed(billing.ReasonCancelled), "", money.Amount{}))
		for _, moment := range [][3]int{{day, 13, 0}, {day, 16, 0}, {day + 1, 9, 0}} { // it ended at noon
			p.at(moment[0], moment[1], moment[2])
			p.look()
		}
		p.asked("after its end", 1900, 1500, 1900, 1500)
		if got := p.until(lapsed); !got.Equal(end) {
			t.Errorf("nobody paid, and it lasts until %v", got)
		}
		p.prove()
	})
}

// TestAllThatIsDueIsOnePrompt: what is late, due and to be renewed is asked for once, in the order in which money is spent, so that nothing of it is left over or
// missing. A line that ends another day, and a bill to come while no line ends, are not in it.
func TestAllThatIsDueIsOnePrompt(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		c := p.agreed()
		home, flat := p.line(c, "home"), p.line(c, "flat")
		p.at(2, 10, 0)
		later := p.line(c, "flat") // ends two days after
		day := int(clock.DayOf(p.until(home)) - firstDay)
		p.at(day-2, 10, 0)
		all := []invoices.Document{p.bills(c, money.Shillings(1000), 1), p.bills(c, money.Shillings(200), 2), p.bills(c, money.Shillings(40), 20)}
		p.at(day-1, 9, 30)
		p.look()
		p.asked("a bill alone", 1000)
		p.hears(p.callback(0, failed(billing.ReasonCancelled), "", money.Amount{}))
		p.at(day, 9, 30)
		p.look()
		p.asked("both lines end", 1000, 1000+200+40+2500+1500)
		p.pays(1)
		for _, d := range all {
			if p.open(d) != 0 {
				t.Errorf("%s is open", d.Text())
			}
		}
		for _, sub := range []int64{home.ID, flat.ID} {
			got, err := p.Lines.Get(context.Background(), sub)
			if err != nil || clock.DayOf(p.Lines.Until(got)) <= firstDay+clock.Day(day) {
				t.Errorf("line %d is not renewed: %v", sub, err)
			}
		}
		if p.credit(c) != 0 || clock.DayOf(p.until(later)) != firstDay+clock.Day(day)+2 {
			t.Errorf("%d are left, and a line of another day lasts until %v", p.credit(c), p.until(later))
		}
		p.prove()
	})
}

// TestWhoIsNotAsked: nobody who did not agree, took it back, promised a later day, is closed or has credit enough.
func TestWhoIsNotAsked(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		ctx := context.Background()
		p.bills(p.customer(), money.Shillings(100), 1)
		back, promised, rich := p.agreed(), p.agreed(), p.agreed()
		for _, c := range []customers.Customer{back, promised} {
			p.bills(c, money.Shillings(300), 1)
		}
		p.line(rich, "flat")
		if ended, err := p.Withdraw(ctx, back.ID, clerk); err != nil || !ended {
			t.Error(ended, err)
		}
		if err := p.Invoices.Promise(ctx, invoices.Promised{CustomerID: promised.ID, Until: firstDay + 4, Who: "Anne"}, office); err != nil {
			t.Fatal(err)
		}
		p.at(1, 9, 30)
		p.look()
		p.asked("on the due day")
		day := int(clock.DayOf(p.until(p.lineOf(rich))) - firstDay)
		p.at(day-1, 9, 0)
		p.brings(rich, 1500)
		p.at(day, 9, 30)
		p.look()
		p.asked("with credit")
		if ended, err := p.Withdraw(ctx, back.ID, clerk); err != nil || ended {
			t.Error("there was a consent", ended, err)
		}
		for phone, key := range map[string]string{"12": "phone.short", "07abc": "phone.letters"} {
			if _, err := p.Agree(ctx, rich.ID, phone, "Anne", clerk); keyOf(err) != key {
				t.Errorf("%s: %v", phone, err)
			}
		}
		if _, err := p.Agree(ctx, rich.ID, "0712000001", "  ", clerk); keyOf(err) != "prompt.who" {
			t.Error(err)
		}
		if agreed, err := p.Agreed(ctx, rich.ID); err != nil || agreed == nil || agreed.Phone != customers.Phone(phoneOf(4)) || agreed.Who != "Anne" || agreed.By != clerk.Actor || agreed.At.IsZero() {
			t.Error(agreed, err)
		}
		p.prove()
	})
}

// TestADayThatWasMissed: what nobody looked after on its day, or for which there was no till, is asked for in the good hours of one of the three days after, as
// often as on its day; not what was asked for on it, nor after the third, nor of who agreed only later.
func TestADayThatWasMissed(t *testing.T) {
	each(t, func(p *provider) {
		t := p.T
		ctx := context.Background()
		c, tried, late, old := p.agreed(), p.agreed(), p.customer(), p.agreed()
		bill := p.bills(c, money.Shillings(900), 5)
		p.bills(tried, money.Shillings(800), 4)
		p.bills(late, money.Shillings(700), 5)
		p.bills(old, money.Shillings(600), 0)
		p.at(4, 16, 30)
		p.look()
		p.asked("on its day", 800)
		p.hears(p.callback(0, failed(billing.ReasonCancelled), "", money.Amount{}))
		p.at(6, 8, 0) // the server was down on the fifth
		if _, err := p.Agree(ctx, late.ID, phoneOf(3), "Anne", clerk); err != nil {
			t.Fatal(err)
		}
		p.look()
		p.asked("too early", 800)
		p.at(6, 9, 30)
		p.look()
		p.asked("the day after", 800, 900)
		p.hears(p.callback(1, failed(billing.ReasonCancelled), "", money.Amount{}))
		p.at(6, 11, 40)
		p.look()
		p.asked("once more", 800, 900, 900)
		p.pays(2)
		if p.open(bill) != 0 {
			t.Errorf("%d are open", p.open(bill))
		}
		line := p.line(c, "flat")
		p.at(int(clock.DayOf(p.until(line))-firstDay)+2, 10, 0)
		p.look()
		p.asked("a line that ended", 800, 900, 900, 1500)
		p.pays(3)
		if !p.until(line).After(p.clock.Now()) {
			t.Errorf("the line lasts until %v", p.until(line))
		}
		p.prove()
	})
}
