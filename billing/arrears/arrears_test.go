package arrears

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
	"mtandao/internal/settings"
	"mtandao/internal/words"
)

// TestADebtFromTheFirstReminderToTheEnd: every step on its day, on the lines that it concerns and no other.
func TestADebtFromTheFirstReminderToTheEnd(t *testing.T) {
	each(t, func(p *provider) {
		owes := p.customer(customers.Customer{Lang: words.Swahili})
		child := p.customer(customers.Customer{ParentID: owes.ID, ParentPays: true})
		other := p.customer(customers.Customer{})
		lines := []subscriptions.Subscription{p.line(owes, "office"), p.line(owes, "fibre"), p.line(child, "office")}
		apart := []subscriptions.Subscription{p.line(owes, "home"), p.line(other, "office"), p.line(child, "home")}
		p.bills(owes, 1000)
		for _, at := range []struct {
			days int
			how  string
		}{{14, free}, {2, free}, {1, slow}, {3, slow}, {1, garden}, {22, garden}, {1, closed}, {59, closed}, {1, ended}} {
			p.later(at.days)
			p.wants(clockDay(p), at.how, lines...)
			p.wants(clockDay(p)+", what it does not concern", free, apart...)
			p.dun()
		}
		p.prove()
		var said []string
		for _, text := range p.told {
			said = append(said, text)
		}
		all := strings.Join(said, "\n")
		for _, want := range []string{"inatakiwa kulipwa kufikia 15.03.2027", "sasa ni ya polepole", "intaneti yako imesimama", "laini yako imesitishwa", "mkataba wako umeisha", "M-Pesa paybill 600100, akaunti " + owes.Number} {
			if strings.Count(all, want) == 0 {
				t.Errorf("nobody was told %q:\n%s", want, all)
			}
		}
		if late := strings.Count(all, "polepole"); late != 1 {
			t.Errorf("slowed %d times", late)
		}
		p.pays(owes, 2000)
		p.wants("paid too late", ended, lines...)
		p.wants("a new line", free, p.line(owes, "office"))
		p.prove()
	})
}

func clockDay(p *provider) string { return p.clock.Now().Format(time.DateOnly) }

// TestMoneyBringsServiceBack: slow, gardened and closed; and the plan that was changed meanwhile holds.
func TestMoneyBringsServiceBack(t *testing.T) {
	each(t, func(p *provider) {
		told := map[int64]int{}
		p.Invoices.Returned = func(_ *db.Tx, id int64) error { told[id]++; return nil }
		for _, at := range []struct {
			days, told int
			how        string
		}{{17, 0, slow}, {21, 1, garden}, {44, 1, closed}} { // who was slow was never off line
			c := p.customer(customers.Customer{})
			line := p.line(c, "office")
			p.bills(c, 1000)
			p.later(at.days)
			p.wants("before", at.how, line)
			if _, err := p.Lines.ChangePlan(t.Context(), line.ID, subscriptions.Change{PlanKey: "office-fast"}, subscriptions.By{Actor: "self"}); err != nil {
				t.Fatal(err)
			}
			p.wants("on another plan", at.how, line)
			p.pays(c, 999)
			p.wants("nearly paid", at.how, line)
			if told[c.ID] != 0 {
				t.Errorf("%s: told that it is back, and it is not", at.how)
			}
			p.pays(c, 1)
			p.wants("paid", free, line)
			if g, _, _, err := p.Access.View(t.Context(), line.GrantID); err != nil || g.Plan != "office-fast" || g.Limits.DownKbps != 50_000 {
				t.Error(g, err)
			}
			p.later(3) // the fee is another invoice, and not late
			p.wants("days after", free, line)
			p.pays(c, 200)
			if told[c.ID] != at.told {
				t.Errorf("%s: told %d times that service is back", at.how, told[c.ID])
			}
		}
		if len(p.back) == 0 {
			t.Error("no reminder was taken back")
		}
		p.prove()
	})
}

// TestTwoDebts: the harder one holds, and what is left holds on.
func TestTwoDebts(t *testing.T) {
	each(t, func(p *provider) {
		c := p.customer(customers.Customer{})
		line := p.line(c, "office")
		p.bills(c, 1000)
		p.clock.Advance(5 * 24 * time.Hour)
		p.bills(c, 500)
		p.later(17) // 8 days late, and 3
		p.wants("the harder", garden, line)
		p.pays(c, 1000)
		p.wants("the older is paid", slow, line)
		p.pays(c, 500)
		p.wants("both are", free, line)
		p.prove()
	})
}

// TestADebtThatIsNone: what is credited, or given up, bars no more; and a line whose grant ended by itself is in nobody's way.
func TestADebtThatIsNone(t *testing.T) {
	each(t, func(p *provider) {
		c := p.customer(customers.Customer{})
		line, gone := p.line(c, "office"), p.line(c, "office")
		p.tx(func(tx *db.Tx) error { _, err := p.Access.End(tx, gone.GrantID, "test"); return err })
		for name, rid := range map[string]func(d invoices.Document) error{
			"credited": func(d invoices.Document) error {
				_, err := p.Invoices.Credit(t.Context(), invoices.CreditNote{Request: fmt.Sprint("note:", d.ID), InvoiceID: d.ID, Why: "wrong"}, office)
				return err
			},
			"given up": func(d invoices.Document) error { return p.Invoices.WriteOff(t.Context(), d.ID, "moved away", office) },
		} {
			d := p.bills(c, 1000)
			p.later(21)
			p.wants("late", garden, line)
			if err := rid(d); err != nil {
				t.Fatal(err)
			}
			p.idle()
			p.wants(name, free, line)
			p.pays(c, 200) // the fee
		}
		p.prove()
	})
}

// TestAShareIsEnough: half of what is late brings service back, until the next step.
func TestAShareIsEnough(t *testing.T) {
	each(t, func(p *provider) {
		if err := p.db().InTx(t.Context(), func(tx *db.Tx) error { return p.Settings.Set(tx, settings.InvoiceRestore, "50") }); err != nil {
			t.Fatal(err)
		}
		if err := p.Settings.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		c := p.customer(customers.Customer{})
		line := p.line(c, "office")
		p.bills(c, 1000)
		p.later(22)
		p.pays(c, 499)
		p.wants("less than half", garden, line)
		p.pays(c, 1)
		p.wants("half", free, line)
		p.later(10)
		p.wants("ten days on", free, line)
		p.later(13)
		p.wants("the next step", closed, line)
		p.prove()
	})
}

// TestAChequeThatBounces opens the invoice again, and service is at once what the day's step says; by night in the morning.
func TestAChequeThatBounces(t *testing.T) {
	each(t, func(p *provider) {
		for _, night := range []bool{false, true} {
			c := p.customer(customers.Customer{})
			line := p.line(c, "office")
			p.bills(c, 1000)
			p.later(21)
			cheque := p.pays(c, 1000)
			p.wants("paid", free, line)
			p.later(2)
			if night {
				p.clock.Advance(14 * time.Hour)
			}
			if _, err := p.money.ReturnTaking(t.Context(), c.ID, cheque.ID, "bounced", accounts.By{Actor: "clerk"}); err != nil {
				t.Fatal(err)
			}
			p.idle()
			if night {
				p.dun()
				p.wants("bounced by night", free, line)
				p.clock.Advance(10 * time.Hour)
				p.dun()
			}
			p.wants("bounced", garden, line)
			p.pays(c, 1000)
			p.wants("paid again", free, line)
		}
		p.prove()
	})
}

// TestHeld: a promise and standing hold what bars; who breaks a promise is barred where the table is by then.
func TestHeld(t *testing.T) {
	each(t, func(p *provider) {
		c, vip := p.customer(customers.Customer{}), p.customer(customers.Customer{})
		line, other := p.line(c, "office"), p.line(vip, "office")
		p.bills(c, 1000)
		p.bills(vip, 1000)
		p.later(22)
		p.wants("late", garden, line, other)
		if err := p.Invoices.Treat(t.Context(), vip.ID, false, true, office); err != nil {
			t.Fatal(err)
		}
		now := p.clock.Now()
		if err := p.Invoices.Promise(t.Context(), invoices.Promised{CustomerID: c.ID, Until: dayOf(now) + 2, Who: "Anne", Note: "on Friday"}, office); err != nil {
			t.Fatal(err)
		}
		p.wants("held", free, line, other)
		p.later(2)
		p.wants("held still", free, line, other)
		seen, err := p.Invoices.OutlookOf(t.Context(), c.ID)
		if err != nil || seen.Level != "" || seen.Hold.PromiseUntil != dayOf(now)+2 || seen.Said != "on Friday" || seen.Unpaid[0].Next.Day != dayOf(now)+3 || seen.Unpaid[0].Next.Action != "garden" {
			t.Errorf("%+v, %v", seen, err)
		}
		p.later(1)
		p.wants("the promise is broken", garden, line)
		p.wants("a VIP", free, other)
		p.later(100)
		p.wants("a VIP, long after", free, other)
		if err := p.Invoices.Treat(t.Context(), vip.ID, false, false, office); err != nil {
			t.Fatal(err)
		}
		p.dun()
		p.wants("no VIP any more", ended, other)
		p.prove()
	})
}

// TestLinesThatChangeUnderADebt: one that begins is kept as the others, one that is paid beforehand from now on is let go, and so is who does not belong to
// a late payer any more.
func TestLinesThatChangeUnderADebt(t *testing.T) {
	each(t, func(p *provider) {
		c := p.customer(customers.Customer{})
		first := p.line(c, "office")
		p.bills(c, 1000)
		p.later(22)
		second, home := p.line(c, "office"), p.line(c, "home")
		p.wants("as the first", garden, first, second)
		p.wants("paid beforehand", free, home)
		if _, err := p.Lines.ChangePlan(t.Context(), second.ID, subscriptions.Change{PlanKey: "home"}, subscriptions.By{Actor: "clerk"}); err != nil {
			t.Fatal(err)
		}
		p.wants("not invoiced any more", free, second)
		if _, err := p.Lines.ChangePlan(t.Context(), home.ID, subscriptions.Change{PlanKey: "fibre"}, subscriptions.By{Actor: "clerk"}); err != nil {
			t.Fatal(err)
		}
		p.wants("invoiced from now on", garden, home)
		if _, err := p.Lines.Pause(t.Context(), first.ID, time.Time{}, "", subscriptions.By{Actor: "clerk"}); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Lines.Resume(t.Context(), first.ID, time.Time{}, subscriptions.By{Actor: "clerk"}); err != nil {
			t.Fatal(err)
		}
		p.wants("paused and back", garden, first)
		part := p.customer(customers.Customer{ParentID: c.ID})
		line := p.line(part, "office")
		p.wants("of who pays alone", free, line)
		save := func(pays bool) {
			p.tx(func(tx *db.Tx) (err error) {
				part.ParentPays = pays
				part, err = p.Customers.Save(tx, part, customers.By{Actor: "clerk"})
				return err
			})
		}
		save(true)
		p.wants("the late payer pays for them", garden, line)
		save(false)
		p.wants("and no more", free, line)
		p.prove()
	})
}

// TestByNightNobodyIsCutOff: steps wait for the morning, money does not.
func TestByNightNobodyIsCutOff(t *testing.T) {
	each(t, func(p *provider) {
		c := p.customer(customers.Customer{})
		line := p.line(c, "office")
		p.bills(c, 1000)
		p.clock.Advance(20*24*time.Hour + 15*time.Hour) // the day of the garden, a minute past midnight
		p.dun()
		p.wants("at midnight", free, line)
		p.clock.Advance(7*time.Hour + 59*time.Minute)
		p.dun()
		p.wants("a minute before eight", free, line)
		p.clock.Advance(2 * time.Minute)
		p.dun()
		p.wants("at eight", garden, line)
		p.clock.Advance(18 * time.Hour)
		p.pays(c, 1000)
		p.wants("paid by night", free, line)
		if err := p.Invoices.Foresee(context.Background(), dayOf(p.clock.Now())+30, nil); err != nil {
			t.Error(err)
		}
	})
}
