package arrears

import (
	"context"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/internal/money"
)

func (p *provider) merges(from, to customers.Customer) {
	p.Helper()
	if err := p.Customers.Merge(context.Background(), from.ID, to.ID, customers.By{Actor: "clerk"}); err != nil {
		p.Fatal(err)
	}
	p.idle()
}

// TestAPayerIsMergedIntoOneInArrears: the lines of the parts of an account that is merged are kept by the debts of who pays for them from then on, at once; and let go with them.
func TestAPayerIsMergedIntoOneInArrears(t *testing.T) {
	each(t, func(p *provider) {
		f := p.family()
		p.later(21)
		p.wants("late", garden, f.on...)
		other := p.customer(customers.Customer{})
		pays := p.customer(customers.Customer{ParentID: other.ID, ParentPays: true})
		alone := p.customer(customers.Customer{ParentID: other.ID})
		theirs, own := p.line(pays, "office"), p.line(alone, "office")
		p.wants("before", free, theirs, own)
		p.merges(other, f.parent)
		p.wants("whose payer owes", garden, theirs)
		p.wants("who pays for themselves", free, own)
		p.prove()
		p.pays(f.parent, 9000)
		p.wants("paid", free, append(f.on, theirs, own)...)
		p.prove()
	})
}

// TestAPartIsMergedIntoOneOfAnotherFamily: it answers with who pays for the other from then on.
func TestAPartIsMergedIntoOneOfAnotherFamily(t *testing.T) {
	each(t, func(p *provider) {
		f := p.family()
		parent := p.customer(customers.Customer{})
		twin := p.customer(customers.Customer{ParentID: parent.ID, ParentPays: true})
		line := p.line(twin, "office")
		double := p.customer(customers.Customer{ParentID: f.parent.ID, ParentPays: true})
		p.later(21)
		p.wants("late", garden, f.on...)
		p.wants("another family", free, line)
		p.merges(double, twin)
		p.wants("the other way", free, line)
		p.prove()
		p.merges(twin, f.amina) // its line stays its own
		p.prove()
	})
}

// certificate books one of withheld tax.
func (p *provider) certificate(c customers.Customer, number string, bob int64) accounts.Event {
	p.Helper()
	e, err := p.money.TakeAtCounter(context.Background(), accounts.Taking{Request: "wht:" + number, CustomerID: c.ID, How: accounts.ByWithholding, Reference: number, Amount: money.Shillings(bob)}, accounts.By{Actor: "clerk"})
	if err != nil {
		p.Fatal(err)
	}
	p.idle()
	return e
}

// TestACertificateOfWithheldTaxPaysAFamilysBill as money does: in part, and whole; one that was booked by mistake bars the lines again.
func TestACertificateOfWithheldTaxPaysAFamilysBill(t *testing.T) {
	each(t, func(p *provider) {
		f := p.family()
		p.later(21)
		p.wants("late", garden, f.on...)
		wrong := p.certificate(f.parent, "KRAWHT1", 450)
		p.wants("a twentieth", garden, f.on...)
		p.pays(f.parent, 8550)
		p.wants("and the rest", free, f.on...)
		p.prove()
		if _, err := p.money.ReturnTaking(t.Context(), f.parent.ID, wrong.ID, "of another", accounts.By{Actor: "clerk"}); err != nil {
			t.Fatal(err)
		}
		p.idle()
		p.wants("it was another's", garden, f.on...)
		p.prove()
		p.certificate(f.amina, "KRAWHT1", 450)
		p.wants("on a part's account", garden, f.on...)
		p.certificate(f.parent, "KRAWHT2", 450)
		p.wants("the right one", free, f.on...)
		p.later(1)
		p.prove()
		p.clock.Advance(time.Hour)
	})
}
