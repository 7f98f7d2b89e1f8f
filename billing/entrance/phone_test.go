package entrance

import (
	"sync"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/pin"
)

func (d door) reachedBy(c customers.Customer, phones ...string) {
	d.t.Helper()
	var all []customers.Contact
	for _, p := range phones {
		all = append(all, customers.Contact{Kind: customers.ByPhone, Value: p})
	}
	err := d.DB.InTx(d.t.Context(), func(tx *db.Tx) error { return d.Customers.SaveContacts(tx, c.ID, all, customers.By{Actor: "test"}) })
	if err != nil {
		d.t.Fatal(err)
	}
}

// in signs a customer in by a code.
func (d door) in(c customers.Customer) (token string, in pin.SignedIn) {
	d.t.Helper()
	d.asks(c.Number)
	token, _, err := d.Enter(d.t.Context(), from("10.0.0.1"), c.Number, d.code())
	if err != nil {
		d.t.Fatal(err)
	}
	if _, in, err = d.Judge(d.t.Context(), token); err != nil {
		d.t.Fatal(err)
	}
	return token, in
}

// TestAnotherPhonePutsEverybodyOut: a phone was stolen, or is somebody else's by now. Once staff gave the customer another, no sign-in, code or password of before opens
// anything; the code that is asked for then goes to the new phone. A second phone that comes or goes puts nobody out.
func TestAnotherPhonePutsEverybodyOut(t *testing.T) {
	each(t, func(d door) {
		c, b := d.customer("Asha", "0712000001"), d.customer("Baraka", "0712000002")
		others, _ := d.in(b)
		_, in := d.in(c)
		token, err := d.SetPassword(t.Context(), from("10.0.0.1"), in, c, "four goats on a hill")
		if err != nil {
			d.t.Fatal(err)
		}
		d.reachedBy(c, "0712000001", "0712000009")
		d.reachedBy(c, "0712000001")
		if _, _, err := d.Judge(t.Context(), token); err != nil {
			d.t.Error("a second phone puts her out:", err)
		}
		d.asks(c.Number)
		code := d.code()
		d.clock.Advance(time.Minute)
		d.reachedBy(c, "0712000003")
		if _, _, err := d.Judge(t.Context(), token); fault.KeyOf(err) != "pin.signed_out" {
			d.t.Error("the stolen phone is signed in:", err)
		}
		if _, _, err := d.Enter(t.Context(), from("10.0.0.1"), c.Number, code); fault.KeyOf(err) != "entry.wrong" {
			d.t.Error("the code on the stolen phone opens:", err)
		}
		if _, _, err := d.SignIn(t.Context(), from("10.0.0.1"), c.Number, "four goats on a hill"); fault.KeyOf(err) != "entry.password" {
			d.t.Error("the password of before opens:", err)
		}
		if _, _, err := d.Judge(t.Context(), others); err != nil {
			d.t.Error("another customer is out:", err)
		}
		d.asks(c.Number)
		if m := d.told.sent[len(d.told.sent)-1]; m.To != "254712000003" {
			d.t.Error("the code goes to", m.To)
		}
		if _, _, err := d.Enter(t.Context(), from("10.0.0.2"), c.Number, d.code()); err != nil {
			d.t.Error(err)
		}
	})
}

// TestNoPasswordIsSetFromAStolenPhone: who is signed in on it sets a password while staff give the customer another phone; whichever comes first, that password and that
// browser open nothing afterwards.
func TestNoPasswordIsSetFromAStolenPhone(t *testing.T) {
	each(t, func(d door) {
		c := d.customer("Asha", "0712000001")
		for round, phones := range [][]string{{"0712000003"}, {"0712000001"}, {"0712000003"}, {"0712000001"}} {
			d.clock.Advance(2 * time.Hour)
			_, in := d.in(c)
			var both sync.WaitGroup
			token := ""
			both.Go(func() {
				token, _ = d.SetPassword(t.Context(), from("10.0.0.1"), in, c, "four goats on a hill")
			})
			both.Go(func() { d.reachedBy(c, phones...) })
			both.Wait()
			if _, _, err := d.Judge(t.Context(), token); fault.KeyOf(err) != "pin.signed_out" {
				d.t.Error(round, "is signed in:", err)
			}
			if _, _, err := d.SignIn(t.Context(), from("10.0.0.9"), c.Number, "four goats on a hill"); fault.KeyOf(err) != "entry.password" {
				d.t.Error(round, "the password opens:", err)
			}
		}
	})
}
