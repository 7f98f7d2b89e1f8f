package customers

import (
	"context"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
)

var (
	noon = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	ctx  = context.Background()
	asha = By{Actor: "asha@example.com", From: "41.90.1.2"}
)

// office is a service with what tests ask of it again and again.
type office struct {
	*Service
	t     *testing.T
	clock *clock.Manual
}

func each(t *testing.T, run func(o office)) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		keys, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		c := clock.NewManual(noon)
		run(office{New(Options{DB: d, Keys: keys, Clock: c}), t, c})
	})
}

func (o office) in(do func(tx *db.Tx) error) error {
	o.t.Helper()
	return o.DB.InTx(ctx, do)
}

func (o office) must(do func(tx *db.Tx) error) {
	o.t.Helper()
	if err := o.in(do); err != nil {
		o.t.Fatal(err)
	}
}

func (o office) make(c Customer, contacts ...Contact) Customer {
	o.t.Helper()
	o.must(func(tx *db.Tx) (err error) { c, err = o.Create(tx, c, contacts, asha); return err })
	return c
}

func (o office) person(name, phone string) Customer {
	o.t.Helper()
	return o.make(Customer{Name: name}, Contact{Kind: ByPhone, Value: phone, ForBills: true, ForAlerts: true})
}

// finds says whom somebody means by what they typed.
func (o office) finds(typed string, want Customer) {
	o.t.Helper()
	for _, find := range []func() (Customer, error){
		func() (Customer, error) { return o.FindNow(ctx, typed) },
		func() (c Customer, err error) {
			err = o.in(func(tx *db.Tx) error { c, err = o.Find(tx, typed); return err })
			return c, err
		},
	} {
		if c, err := find(); err != nil || c.ID != want.ID {
			o.t.Errorf("%q finds %s %s: %v; want %s %s", typed, c.Number, c.Name, err, want.Number, want.Name)
		}
	}
}

func (o office) findsNot(typed, key string) {
	o.t.Helper()
	if c, err := o.FindNow(ctx, typed); fault.KeyOf(err) != key {
		o.t.Errorf("%q finds %s %s: %v; want %s", typed, c.Number, c.Name, err, key)
	}
}
