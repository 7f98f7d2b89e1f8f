package arrears

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/settings"
)

// family is an account that gets one bill for its own line and for those of two parts. A third part pays for itself.
type family struct {
	parent, amina, brian, self customers.Customer
	bill                       invoices.Document
	on, apart                  []subscriptions.Subscription // lines that the bill is for, and others of theirs
}

// family opens one on the second of March, with its bill of that day: 9,000 shillings, due on the 16th.
func (p *provider) family() (f family) {
	p.Helper()
	ctx := context.Background()
	f.parent = p.customer(customers.Customer{BillDay: 2})
	f.amina = p.customer(customers.Customer{BillDay: 2, ParentID: f.parent.ID, ParentPays: true})
	f.brian = p.customer(customers.Customer{BillDay: 2, ParentID: f.parent.ID, ParentPays: true})
	f.self = p.customer(customers.Customer{BillDay: 2, ParentID: f.parent.ID})
	if _, err := p.Invoices.ChooseBills(ctx, f.parent.ID, true, office); err != nil {
		p.Fatal(err)
	}
	p.clock.Advance(24 * time.Hour)
	f.on = []subscriptions.Subscription{p.line(f.parent, "office"), p.line(f.amina, "office"), p.line(f.brian, "office")}
	f.apart = []subscriptions.Subscription{p.line(f.amina, "home"), p.line(f.self, "office")}
	p.runBills()
	p.pays(f.self, 3000)
	f.bill = p.billOf(f.parent)
	if len(f.bill.Parts) != 3 || f.bill.Gross != 9000_00 || f.bill.DueDay != clock.Date(2027, 3, 16) {
		p.Fatalf("%d parts, KES %d, due %v", len(f.bill.Parts), f.bill.Gross/100, f.bill.DueDay)
	}
	return f
}

// runBills bills what is due today.
func (p *provider) runBills() {
	p.Helper()
	ctx := context.Background()
	_, err := p.Invoices.Run(ctx, dayOf(p.clock.Now()), p.due, invoices.RunOptions{})
	if err == nil {
		_, err = p.Invoices.Issue(ctx)
	}
	if err != nil {
		p.Fatal(err)
	}
	p.idle()
}

// billOf is the newest document of a customer.
func (p *provider) billOf(c customers.Customer) invoices.Document {
	p.Helper()
	all, err := p.Invoices.Newest(context.Background(), invoices.Filter{CustomerID: c.ID}, 0, 1)
	if err != nil || len(all) != 1 {
		p.Fatal(all, err)
	}
	d, err := p.Invoices.Get(context.Background(), all[0].ID)
	if err != nil {
		p.Fatal(err)
	}
	return d
}

func (p *provider) paidBy(part customers.Customer, parent int64, pays bool) {
	p.Helper()
	p.tx(func(tx *db.Tx) error {
		c, err := p.Customers.GetTx(tx, part.ID)
		if c.ParentID, c.ParentPays = parent, pays; err == nil {
			_, err = p.Customers.Save(tx, c, customers.By{Actor: "clerk"})
		}
		return err
	})
}

func (p *provider) promises(c customers.Customer, days int) {
	p.Helper()
	if err := p.Invoices.Promise(context.Background(), invoices.Promised{CustomerID: c.ID, Until: dayOf(p.clock.Now()) + clock.Day(days), Who: "Anne"}, office); err != nil {
		p.Fatal(err)
	}
}

// toldOf are the messages to a customer's phone.
func (p *provider) toldOf(c customers.Customer) (all []string) {
	p.Helper()
	contacts, err := p.Customers.Contacts(context.Background(), c.ID)
	if err != nil || len(contacts) != 1 {
		p.Fatal(contacts, err)
	}
	for _, text := range p.told {
		if strings.HasPrefix(text, contacts[0].Value+" ") {
			all = append(all, text)
		}
	}
	return all
}

// TestAFamilysOneBillIsLate: who pays is reminded, for the whole bill; all lines that it is for are slow, then in the garden, and those of a part no less than the payer's own, while what is paid
// beforehand and who pays for themselves is as it was. All of it restores all of them at once; and the money that goes back bars them again.
func TestAFamilysOneBillIsLate(t *testing.T) {
	each(t, func(p *provider) {
		f := p.family()
		for _, at := range []struct {
			days int
			how  string
		}{{14, free}, {2, free}, {1, slow}, {3, slow}, {1, garden}} {
			p.later(at.days)
			p.wants(clockDay(p), at.how, f.on...)
			p.wants(clockDay(p)+", what it does not concern", free, f.apart...)
		}
		told := strings.Join(p.toldOf(f.parent), "\n")
		for _, want := range []string{f.bill.Text(), "KES 9,000", "16.03.2027", f.parent.Number} {
			if !strings.Contains(told, want) {
				t.Errorf("%q is not in\n%s", want, told)
			}
		}
		for _, part := range []customers.Customer{f.amina, f.brian, f.self} {
			if told := p.toldOf(part); len(told) > 0 {
				t.Errorf("a part is dunned for its payer's bill: %q", told)
			}
		}
		p.came(f.parent, 1, 8999)
		p.wants("nearly paid", garden, f.on...)
		p.came(f.parent, 2, 1)
		p.wants("paid", free, f.on...)
		p.prove()
		p.wentBack(f.parent, 2, 1)
		p.wants("a shilling went back", garden, f.on...)
		p.wants("what it does not concern", free, f.apart...)
		p.prove()
		p.came(f.parent, 3, 1)
		p.wants("paid again", free, f.on...)
		p.later(40)
		fee := p.billOf(f.parent)
		if fee.ID == f.bill.ID || fee.Gross != 200_00 || len(fee.Parts) > 0 {
			t.Errorf("one fee for one bill: %+v", fee)
		}
		p.prove()
	})
}

// TestAShareOfAFamilysBill restores all lines of it, until the next step; money on the account of a part is that part's, and pays nothing of it.
func TestAShareOfAFamilysBill(t *testing.T) {
	each(t, func(p *provider) {
		if err := p.db().InTx(t.Context(), func(tx *db.Tx) error { return p.Settings.Set(tx, settings.InvoiceRestore, "50") }); err != nil {
			t.Fatal(err)
		}
		if err := p.Settings.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		f := p.family()
		p.later(21)
		p.wants("late", garden, f.on...)
		p.pays(f.brian, 9000)
		p.wants("a part's own money", garden, f.on...)
		p.pays(f.parent, 4499)
		p.wants("less than half", garden, f.on...)
		p.pays(f.parent, 1)
		p.wants("half", free, f.on...)
		p.later(22)
		p.wants("before the next step", free, f.on...)
		p.later(1)
		p.wants("the next step", closed, f.on...)
		p.pays(f.parent, 4500)
		p.wants("the rest", free, f.on...)
		p.prove()
	})
}

// TestAPartLeavesAFamilyInArrears is free at once of what its payer owes, and is kept as the others when it comes back; the part's own debt is another, and holds the part alone.
func TestAPartLeavesAFamilyInArrears(t *testing.T) {
	each(t, func(p *provider) {
		f := p.family()
		p.later(21)
		p.wants("late", garden, f.on...)
		p.paidBy(f.brian, f.parent.ID, false)
		p.wants("who has left", free, f.on[2])
		p.wants("who has not", garden, f.on[:2]...)
		p.prove()
		p.later(3)
		p.wants("three days after", free, f.on[2])
		p.paidBy(f.brian, f.parent.ID, true)
		p.wants("back", garden, f.on...)
		p.paidBy(f.brian, 0, false)
		p.bills(f.brian, 500)
		p.wants("gone for good", free, f.on[2])
		p.pays(f.parent, 9000)
		p.wants("the payer paid", free, f.on...)
		p.later(17)
		p.wants("its own debt", slow, f.on[2])
		p.wants("and no debt of theirs", free, f.on[:2]...)
		p.paidBy(f.brian, f.parent.ID, true)
		p.wants("back, with its own debt", slow, f.on[2])
		p.wants("which is not theirs", free, f.on[:2]...)
		p.pays(f.brian, 500)
		p.wants("its own debt is paid", free, f.on...)
		p.prove()
	})
}

// TestAFamilysPayerPromises: all lines of the bill are restored until the day is over; what a part promises is of its own bills.
func TestAFamilysPayerPromises(t *testing.T) {
	each(t, func(p *provider) {
		f := p.family()
		p.later(21)
		p.promises(f.amina, 5)
		p.wants("a part's promise", garden, f.on...)
		p.promises(f.parent, 2)
		p.wants("the payer's", free, f.on...)
		p.paidBy(f.brian, 0, false)
		p.later(2)
		p.wants("until its day is over", free, f.on...)
		p.later(1)
		p.wants("broken", garden, f.on[:2]...)
		p.wants("who left meanwhile", free, f.on[2])
		p.prove()
		p.promises(f.parent, 10)
		p.pays(f.parent, 9000)
		p.later(20)
		p.wants("kept", free, f.on...)
		p.prove()
	})
}

// TestAFamilysBillIsNeverPaid: its lines end with it, those of parts too, and nothing else does. Credited or given up, it bars nobody.
func TestAFamilysBillIsNeverPaid(t *testing.T) {
	each(t, func(p *provider) {
		f := p.family()
		p.later(44)
		p.wants("a month", closed, f.on...)
		p.later(60)
		p.wants("three months", ended, f.on...)
		p.wants("what it does not concern", free, f.apart...)
		p.prove()
	})
	for _, how := range []string{"credited", "given up"} {
		t.Run(how, func(t *testing.T) {
			each(t, func(p *provider) {
				f := p.family()
				p.later(21)
				p.wants("late", garden, f.on...)
				var err error
				if how == "credited" {
					_, err = p.Invoices.Credit(t.Context(), invoices.CreditNote{Request: fmt.Sprint("note:", f.bill.ID), InvoiceID: f.bill.ID, Why: "wrong"}, office)
				} else {
					err = p.Invoices.WriteOff(t.Context(), f.bill.ID, "moved away", office)
				}
				if err != nil {
					t.Fatal(err)
				}
				p.idle()
				p.wants(how, free, f.on...)
				p.prove()
			})
		})
	}
}
