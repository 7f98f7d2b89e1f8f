package pin

import (
	"context"
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
)

const mama = "254722000001"

var owner = Owner{"reseller", 7}

func door(t *testing.T, d *db.DB) (*Service, *clock.Manual) {
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(time.Date(2026, 11, 2, 6, 0, 0, 0, time.UTC))
	s := New(Options{DB: d, Keys: keys, Clock: c})
	if err := d.InTx(context.Background(), func(tx *db.Tx) error { return s.Keep(tx, owner, mama, true) }); err != nil {
		t.Fatal(err)
	}
	return s, c
}

func from(address, device string) Visit {
	return Visit{Address: netip.MustParseAddr(address), Device: device}
}

func TestTheDoor(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &accountRow{}, &signInRow{})
		s, c := door(t, d)
		ctx := context.Background()
		home := from("10.0.0.1", "")
		if _, _, err := s.SignIn(ctx, home, "reseller", mama, ""); fault.KeyOf(err) != "pin.sign_in" {
			t.Fatal("without a PIN:", err)
		}
		code, err := s.NewCode(ctx, owner, "juma@example.com", "10.0.0.2")
		if err != nil {
			t.Fatal(err)
		}
		for pin, key := range map[string]string{"12345": "pin.form", "12345a": "pin.form", "123456": "pin.weak", "777777": "pin.weak", "000001": "pin.weak"} {
			if _, _, err := s.UseCode(ctx, home, "reseller", mama, code, pin); fault.KeyOf(err) != key {
				t.Error(pin, err)
			}
		}
		if _, _, err := s.UseCode(ctx, home, "reseller", mama, "00000000", "482915"); fault.KeyOf(err) != "pin.sign_in" {
			t.Error("a wrong code:", err)
		}
		token, device, err := s.UseCode(ctx, home, "reseller", mama, code, "482915")
		if err != nil {
			t.Fatal(err)
		}
		if in, err := s.Judge(ctx, token); err != nil || in.Owner != owner {
			t.Errorf("%+v, %v", in, err)
		}
		if _, _, err := s.UseCode(ctx, home, "reseller", mama, code, "482916"); fault.KeyOf(err) != "pin.sign_in" {
			t.Error("the code again:", err)
		}
		second, _, err := s.SignIn(ctx, from("10.0.0.1", device), "reseller", mama, "482915")
		if err != nil {
			t.Fatal(err)
		}
		in, err := s.Judge(ctx, second)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Change(ctx, from("10.0.0.1", device), in, "000000", "915482", mama); fault.KeyOf(err) != "pin.wrong" {
			t.Error(err)
		}
		third, err := s.Change(ctx, from("10.0.0.1", device), in, "482915", "915482", mama)
		if err != nil {
			t.Fatal(err)
		}
		for what, old := range map[string]string{"another sign-in": token, "the sign-in that changed it": second} {
			if _, err := s.Judge(ctx, old); fault.KeyOf(err) != "pin.signed_out" {
				t.Error(what, "lives:", err)
			}
		}
		if in, err := s.Judge(ctx, third); err != nil || in.Owner != owner {
			t.Errorf("who changed it is signed out: %+v, %v", in, err)
		}
		c.Advance(idleLimit)
		if _, err := s.Judge(ctx, third); fault.KeyOf(err) != "pin.signed_out" {
			t.Error("an idle sign-in lives:", err)
		}
	})
}

// TestGuessersLockNobodyOut: two hundred networks guess, and the holder's own device signs in at once; another's guesses are bounded.
func TestGuessersLockNobodyOut(t *testing.T) {
	s, c := door(t, testdb.SQLite(t))
	ctx := context.Background()
	code, _ := s.NewCode(ctx, owner, "juma@example.com", "")
	_, device, err := s.UseCode(ctx, from("10.0.0.1", ""), "reseller", mama, code, "482915")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for n := range 200 {
		_, _, err := s.SignIn(ctx, from(fmt.Sprintf("10.1.%d.1", n), "forged.00"), "reseller", mama, "111222")
		if !fault.Is(err, fault.TooMany) {
			tried++
		}
	}
	if tried > 20 {
		t.Errorf("%d guesses were looked at", tried)
	}
	if _, _, err := s.SignIn(ctx, from("10.9.9.9", device), "reseller", mama, "482915"); err != nil {
		t.Error("the holder is locked out:", err)
	}
	if _, _, err := s.SignIn(ctx, from("10.9.9.9", ""), "reseller", "254722000009", "482915"); fault.KeyOf(err) != "pin.sign_in" {
		t.Error("an unknown phone is told apart:", err)
	}
	for range 11 {
		_, _, err = s.SignIn(ctx, from("10.9.9.9", device), "reseller", mama, "000000")
	}
	if !fault.Is(err, fault.TooMany) {
		t.Error("a known device guesses without end:", err)
	}
	c.Advance(time.Minute)
	if _, _, err := s.SignIn(ctx, from("10.9.9.9", device), "reseller", mama, "482915"); err != nil {
		t.Error("a minute later:", err)
	}
}

// TestWrongIsWrongInTheSameTime: an unknown phone, one without a PIN and a wrong PIN ask the same of the database and cost one hash of the present price, as a right PIN
// does before it signs in; a wrong code and an unknown phone at the setting of a PIN, too. Hashes are counted by the memory that they take.
func TestWrongIsWrongInTheSameTime(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s, c := door(t, d)
		ctx := context.Background()
		code, err := s.NewCode(ctx, owner, "juma@example.com", "")
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.UseCode(ctx, from("10.0.0.1", ""), "reseller", mama, code, "482915"); err != nil {
			t.Fatal(err)
		}
		const fresh, nobody = "254722000002", "254722000009"
		if err := d.InTx(ctx, func(tx *db.Tx) error { return s.Keep(tx, Owner{"reseller", 8}, fresh, true) }); err != nil {
			t.Fatal(err)
		}
		asked := testdb.Statements(t, d)
		n := 0
		cost := func(try func(v Visit) error, want string) ([]string, uint64) {
			t.Helper()
			n++
			c.Advance(time.Hour)
			asked()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if err := try(from(fmt.Sprintf("10.0.%d.1", n), "")); (err == nil) != (want == "") || err != nil && fault.KeyOf(err) != want {
				t.Errorf("%v, want %q", err, want)
			}
			runtime.ReadMemStats(&after)
			return asked(), (after.TotalAlloc - before.TotalAlloc) >> 20
		}
		signIn := func(phone, pin string) func(Visit) error {
			return func(v Visit) error { _, _, err := s.SignIn(ctx, v, "reseller", phone, pin); return err }
		}
		set := func(phone, code string) func(Visit) error {
			return func(v Visit) error { _, _, err := s.UseCode(ctx, v, "reseller", phone, code, "915482"); return err }
		}
		same := func(what string, statements []string, megabytes uint64, try func(Visit) error, want string) {
			t.Helper()
			got, memory := cost(try, want)
			if !slices.Equal(got[:min(len(got), len(statements))], statements) || want != "" && len(got) != len(statements) {
				t.Errorf("%s asks\n%q\na wrong PIN\n%q", what, got, statements)
			}
			if memory != megabytes {
				t.Errorf("%s takes %d MB, a wrong PIN %d MB", what, memory, megabytes)
			}
		}
		statements, megabytes := cost(signIn(mama, "111222"), "pin.sign_in")
		if len(statements) == 0 || megabytes < 18 || megabytes > 24 {
			t.Fatalf("%q, %d MB", statements, megabytes)
		}
		same("an unknown phone", statements, megabytes, signIn(nobody, "482915"), "pin.sign_in")
		same("a phone without a PIN", statements, megabytes, signIn(fresh, "482915"), "pin.sign_in")
		same("an empty PIN", statements, megabytes, signIn(mama, ""), "pin.sign_in")
		same("the right PIN", statements, megabytes, signIn(mama, "482915"), "")
		statements, megabytes = cost(set(mama, "00000000"), "pin.sign_in")
		same("a code for an unknown phone", statements, megabytes, set(nobody, "00000000"), "pin.sign_in")
		same("a code for a phone that waits for none", statements, megabytes, set(fresh, "00000000"), "pin.sign_in")
	})
}

// TestAllSignInsEnd: by a code that staff made, by another phone and when the owner may not any more; saving the same again ends none.
func TestAllSignInsEnd(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s, c := door(t, d)
		ctx := context.Background()
		pinNow, phone, n := "482915", mama, 0
		enter := func() string {
			t.Helper()
			c.Advance(time.Hour)
			n++
			token, _, err := s.SignIn(ctx, from(fmt.Sprintf("10.0.%d.1", n), ""), "reseller", phone, pinNow)
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		keep := func(may bool) {
			t.Helper()
			if err := d.InTx(ctx, func(tx *db.Tx) error { return s.Keep(tx, owner, phone, may) }); err != nil {
				t.Fatal(err)
			}
		}
		ends := func(what, token, want string) {
			t.Helper()
			if _, err := s.Judge(ctx, token); (err == nil) != (want == "") || err != nil && fault.KeyOf(err) != want {
				t.Errorf("%s: %v, want %q", what, err, want)
			}
		}
		code, err := s.NewCode(ctx, owner, "juma@example.com", "")
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.UseCode(ctx, from("10.0.0.1", ""), "reseller", phone, code, pinNow); err != nil {
			t.Fatal(err)
		}
		token := enter()
		keep(true)
		ends("saved as before", token, "")
		if _, err := s.NewCode(ctx, owner, "juma@example.com", ""); err != nil {
			t.Fatal(err)
		}
		ends("a code was made", token, "pin.signed_out")
		token, phone = enter(), "254722000003"
		keep(true)
		ends("another phone", token, "pin.signed_out")
		token = enter()
		keep(false)
		ends("may not any more", token, "pin.signed_out")
	})
}

// TestNobodyComesInByThePINThatWasBefore: while a PIN is changed, somebody who knows the old one signs in again and again, on both databases; when
// all is done no sign-in is left but that of whoever changed it.
func TestNobodyComesInByThePINThatWasBefore(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s, c := door(t, d)
		ctx := context.Background()
		code, err := s.NewCode(ctx, owner, "juma@example.com", "")
		if err != nil {
			t.Fatal(err)
		}
		token, device, err := s.UseCode(ctx, from("10.0.0.1", ""), "reseller", mama, code, "482915")
		if err != nil {
			t.Fatal(err)
		}
		pins := []string{"482915", "915482"}
		for round := range 4 {
			c.Advance(time.Hour)
			in, err := s.Judge(ctx, token)
			if err != nil {
				t.Fatal(err)
			}
			old, next := pins[round%2], pins[(round+1)%2]
			var all sync.WaitGroup
			thieves := make([]string, 6)
			for n := range thieves {
				all.Go(func() {
					thieves[n], _, _ = s.SignIn(ctx, from(fmt.Sprintf("10.%d.%d.1", round+1, n), ""), "reseller", mama, old)
				})
			}
			all.Go(func() {
				if token, err = s.Change(ctx, from("10.0.0.1", device), in, old, next, mama); err != nil {
					t.Error(err)
				}
			})
			all.Wait()
			for n, thief := range thieves {
				if _, err := s.Judge(ctx, thief); fault.KeyOf(err) != "pin.signed_out" {
					t.Errorf("round %d: thief %d is in by the old PIN: %v", round, n, err)
				}
			}
			if _, err := s.Judge(ctx, token); err != nil {
				t.Fatal(err)
			}
		}
	})
}
