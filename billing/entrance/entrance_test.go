package entrance

import (
	"context"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/notify"
	"mtandao/internal/pin"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
)

// told keeps what was sent; full is what it says to a code too many.
type told struct {
	sent []notify.Message
	full error
}

func (m *told) Send(_ *db.Tx, message notify.Message) (int64, error) {
	if m.full != nil {
		return 0, m.full
	}
	m.sent = append(m.sent, message)
	return 1, nil
}

type door struct {
	*Service
	t     *testing.T
	clock *clock.Manual
	told  *told
}

func each(t *testing.T, run func(d door)) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		keys, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		c, m := clock.NewManual(time.Date(2026, 11, 27, 6, 0, 0, 0, time.UTC)), &told{}
		run(door{New(Options{DB: d, Jobs: jobs.New(d, c, slog.New(slog.DiscardHandler)), Customers: customers.New(customers.Options{DB: d, Keys: keys, Clock: c}),
			PINs: pin.New(pin.Options{DB: d, Keys: keys, Clock: c}), Messages: m}), t, c, m})
	})
}

func (d door) customer(name, phone string) (c customers.Customer) {
	d.t.Helper()
	err := d.DB.InTx(d.t.Context(), func(tx *db.Tx) (err error) {
		c, err = d.Customers.Create(tx, customers.Customer{Name: name}, []customers.Contact{{Kind: customers.ByPhone, Value: phone}}, customers.By{Actor: "test"})
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// asks asks for a code and does what the job of it does.
func (d door) asks(typed string) {
	d.t.Helper()
	if err := d.Ask(d.t.Context(), typed, words.English); err != nil {
		d.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(d.t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Jobs.Run(ctx) }()
	if err := d.Jobs.Idle(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
	stop()
	<-done
}

func (d door) code() string { return d.told.sent[len(d.told.sent)-1].Args[3].(string) }

func from(address string) pin.Visit { return pin.Visit{Address: netip.MustParseAddr(address)} }

// TestACustomerComesInByACode: by the account's number and by the phone; the code goes to the customer's own phone and works once.
func TestACustomerComesInByACode(t *testing.T) {
	each(t, func(d door) {
		c := d.customer("Wanjiru", "0712345678")
		for _, typed := range []string{c.Number, "0712 345 678"} {
			d.asks(typed)
			if m := d.told.sent[len(d.told.sent)-1]; m.To != "254712345678" || m.Purpose != notify.ForCode || m.Channel != notify.SMS {
				d.t.Fatalf("%+v", m)
			}
			token, _, err := d.Enter(t.Context(), from("10.0.0.1"), typed, d.code())
			if err != nil {
				d.t.Fatal(err)
			}
			who, in, err := d.Judge(t.Context(), token)
			if err != nil || who.ID != c.ID {
				d.t.Error(who, err)
			}
			if _, _, err := d.Enter(t.Context(), from("10.0.0.1"), typed, d.code()); fault.KeyOf(err) != "entry.wrong" {
				d.t.Error("the code again:", err)
			}
			if err := d.SignOut(t.Context(), in); err != nil {
				d.t.Fatal(err)
			}
			if _, _, err := d.Judge(t.Context(), token); fault.KeyOf(err) != "pin.signed_out" {
				d.t.Error("signed out, and in:", err)
			}
		}
	})
}

// TestNobodyIsNamed: strangers, and phones of two customers, get no code and the sentence of a wrong one; a code is of one customer, and grows old.
func TestNobodyIsNamed(t *testing.T) {
	each(t, func(d door) {
		a, b := d.customer("Asha", "0712000001"), d.customer("Baraka", "0712000002")
		d.customer("Shop one", "0712000003")
		d.customer("Shop two", "0712000003")
		for _, typed := range []string{"0799000000", "9999999", "", "0712000003"} {
			d.asks(typed)
			if _, _, err := d.Enter(t.Context(), from("10.0.0.9"), typed, "000000"); fault.KeyOf(err) != "entry.wrong" {
				d.t.Errorf("%q: %v", typed, err)
			}
		}
		if len(d.told.sent) != 0 {
			d.t.Errorf("%d codes", len(d.told.sent))
		}
		d.asks(a.Number)
		if _, _, err := d.Enter(t.Context(), from("10.0.0.1"), b.Number, d.code()); fault.KeyOf(err) != "entry.wrong" {
			d.t.Error("another's code:", err)
		}
		d.clock.Advance(11 * time.Minute)
		if _, _, err := d.Enter(t.Context(), from("10.0.0.1"), a.Number, d.code()); fault.KeyOf(err) != "entry.wrong" {
			d.t.Error("an old code:", err)
		}
	})
}

// TestWhoAsksTooOftenKeepsNobodyOut: when no more codes are sent the last one holds on, and guesses from elsewhere leave the customer's device alone.
func TestWhoAsksTooOftenKeepsNobodyOut(t *testing.T) {
	each(t, func(d door) {
		c := d.customer("Wanjiru", "0712345678")
		d.asks(c.Number)
		_, device, err := d.Enter(t.Context(), from("10.0.0.1"), c.Number, d.code())
		if err != nil {
			d.t.Fatal(err)
		}
		d.asks(c.Number)
		d.told.full = fault.New(fault.TooMany, "message.too_many")
		d.clock.Advance(9 * time.Minute)
		d.asks(c.Number)
		d.clock.Advance(9 * time.Minute)
		slowed := 0
		for n := range 60 {
			_, _, err := d.Enter(t.Context(), from(netip.AddrFrom4([4]byte{41, byte(n), 0, 1}).String()), c.Number, "x")
			if fault.KeyOf(err) == "pin.slow" {
				slowed++
			}
		}
		if slowed == 0 {
			d.t.Error("guessing is not slowed down")
		}
		v := from("10.0.0.1")
		v.Device = device
		if _, _, err := d.Enter(t.Context(), v, c.Number, d.code()); err != nil {
			d.t.Error("the customer is kept out:", err)
		}
	})
}

// TestAStrangersAskingVoidsNoCode: while a code lives the same one is sent again, and each sent code holds its ten minutes; once it was used, or has grown old, it
// is another.
func TestAStrangersAskingVoidsNoCode(t *testing.T) {
	each(t, func(d door) {
		c := d.customer("Wanjiru", "0712345678")
		d.asks(c.Number)
		first := d.code()
		for range 3 {
			d.clock.Advance(4 * time.Minute)
			d.asks("0712345678")
			if d.code() != first {
				d.t.Fatal("another code while the first lives")
			}
		}
		d.clock.Advance(9 * time.Minute)
		if _, _, err := d.Enter(t.Context(), from("10.0.0.1"), c.Number, first); err != nil {
			d.t.Fatal("the customer's code is void:", err)
		}
		d.asks(c.Number)
		second := d.code()
		if _, _, err := d.Enter(t.Context(), from("10.0.0.1"), c.Number, first); second == first || fault.KeyOf(err) != "entry.wrong" {
			d.t.Error("a used code lives:", err)
		}
		d.clock.Advance(11 * time.Minute)
		d.asks(c.Number)
		if d.code() == second {
			d.t.Error("an old code came back")
		}
	})
}

// TestACustomerComesInByAPassword: by the account's number and by the phone; strangers get the sentence of a wrong one; who was merged into another is out, and an old
// password opens nothing of the other's.
func TestACustomerComesInByAPassword(t *testing.T) {
	each(t, func(d door) {
		a, b := d.customer("Asha", "0712000001"), d.customer("Baraka", "0712000002")
		d.asks(a.Number)
		token, device, err := d.Enter(t.Context(), from("10.0.0.1"), a.Number, d.code())
		if err != nil {
			d.t.Fatal(err)
		}
		_, in, err := d.Judge(t.Context(), token)
		if err != nil {
			d.t.Fatal(err)
		}
		if _, err := d.SetPassword(t.Context(), from("10.0.0.1"), in, a, "0712000001!"); fault.KeyOf(err) != "staff.password_own" {
			d.t.Error("her phone is a password:", err)
		}
		if token, err = d.SetPassword(t.Context(), from("10.0.0.1"), in, a, "four goats on a hill"); err != nil {
			d.t.Fatal(err)
		}
		v := from("10.0.0.1")
		v.Device = device
		for _, typed := range []string{a.Number, "0712 000 001"} {
			if _, _, err := d.SignIn(t.Context(), v, typed, "four goats on a hill"); err != nil {
				d.t.Errorf("%s: %v", typed, err)
			}
		}
		for n, typed := range []string{a.Number, b.Number, "0799000000", "9999999", ""} {
			if _, _, err := d.SignIn(t.Context(), from(netip.AddrFrom4([4]byte{41, byte(n), 0, 1}).String()), typed, "five goats on a hill"); fault.KeyOf(err) != "entry.password" {
				d.t.Errorf("%q: %v", typed, err)
			}
		}
		if err := d.Customers.Merge(t.Context(), a.ID, b.ID, customers.By{Actor: "test"}); err != nil {
			d.t.Fatal(err)
		}
		if _, _, err := d.Judge(t.Context(), token); fault.KeyOf(err) != "pin.signed_out" {
			d.t.Error("who was merged is in:", err)
		}
		if _, _, err := d.SignIn(t.Context(), v, a.Number, "four goats on a hill"); fault.KeyOf(err) != "entry.password" {
			d.t.Error("an old password opens the other's:", err)
		}
	})
}
