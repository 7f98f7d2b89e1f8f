package settings

import (
	"context"
	"testing"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

func TestSettingsAreCheckedStoredAndHaveDefaults(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &row{})
		ctx, s := context.Background(), New(d, clock.System())
		set := func(name, value string) error {
			return d.InTx(ctx, func(tx *db.Tx) error { return s.Set(tx, name, value) })
		}
		if s.Int(UnusedDays) != 30 {
			t.Fatalf("default %d", s.Int(UnusedDays))
		}
		for _, value := range []string{"14", "15"} {
			if err := set(UnusedDays, value); err != nil {
				t.Fatal(err)
			}
		}
		other := New(d, clock.System())
		if err := other.Refresh(ctx); err != nil || other.Int(UnusedDays) != 15 || s.Int(UnusedDays) != 15 {
			t.Fatalf("stored %d: %v", other.Int(UnusedDays), err)
		}
		if err := set(UnusedDays, "never"); fault.KeyOf(err) != "setting.invalid" {
			t.Fatal(err)
		}
		if err := set("colour", "x"); fault.KeyOf(err) != "setting.unknown" {
			t.Fatal(err)
		}
	})
}

func TestTheSecondMachineIsAnAddress(t *testing.T) {
	for value, good := range map[string]bool{"": true, "198.51.100.8": true, "10.0.0.2": true, "second.example": false, "2001:db8::1": false, "0.0.0.0": false,
		"198.51.100.8,198.51.100.9": false, "127.0.0.1": false, "224.0.0.1": false, " 198.51.100.8": false} {
		if err := check(SecondMachine, value); (err == nil) != good {
			t.Errorf("%q: %v", value, err)
		}
	}
}
