package pin

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

var wanjiru = Owner{"customer", 9}

const theirs = "3256074"

func (s *Service) codeFor(t *testing.T) (code string) {
	t.Helper()
	if err := s.SendCode(t.Context(), wanjiru, theirs, func(_ *db.Tx, made string) error { code = made; return nil }); err != nil {
		t.Fatal(err)
	}
	return code
}

func (s *Service) entered(t *testing.T, v Visit) (SignedIn, string, string) {
	t.Helper()
	token, device, err := s.Enter(t.Context(), v, "customer", theirs, s.codeFor(t))
	if err != nil {
		t.Fatal(err)
	}
	in, err := s.Judge(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return in, token, device
}

// TestAPasswordIsSetAfterAProof: who came in by a code sets one at once, and later proves again, by a new code or the password; what is guessed first is refused; all
// other browsers are out; the password opens the door.
func TestAPasswordIsSetAfterAProof(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s, c := door(t, d)
		ctx, home := t.Context(), from("10.0.0.1", "")
		in, token, device := s.entered(t, home)
		for password, key := range map[string]string{"short": "staff.password_short", "wanjiru-mugo": "staff.password_own", "password123": "staff.password_common"} {
			if _, err := s.SetPassword(ctx, home, in, password, []string{"Wanjiru", "Mugo"}); fault.KeyOf(err) != key {
				t.Errorf("%q: %v", password, err)
			}
		}
		after, err := s.SetPassword(ctx, home, in, "four goats on a hill", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Judge(ctx, token); fault.KeyOf(err) != "pin.signed_out" {
			t.Error("the browser of before is in:", err)
		}
		if in, err = s.Judge(ctx, after); err != nil {
			t.Fatal(err)
		}
		c.Advance(11 * time.Minute)
		if _, err := s.SetPassword(ctx, home, in, "five goats on a hill", nil); fault.KeyOf(err) != "entry.prove" {
			t.Error("an old proof is taken:", err)
		}
		for _, wrong := range []string{"", "000000", "four goats"} {
			if err := s.Prove(ctx, from("10.0.0.1", device), in, theirs, wrong); fault.KeyOf(err) != "entry.proof" {
				t.Errorf("%q proves: %v", wrong, err)
			}
		}
		code := s.codeFor(t)
		for _, right := range []string{"four goats on a hill", code} {
			c.Advance(time.Minute)
			if err := s.Prove(ctx, from("10.0.0.1", device), in, theirs, right); err != nil {
				t.Errorf("%q: %v", right, err)
			}
		}
		if err := s.Prove(ctx, from("10.0.0.1", device), in, theirs, code); fault.KeyOf(err) != "entry.proof" {
			t.Error("the code again:", err)
		}
		if in, err = s.Judge(ctx, after); err != nil || !in.Proven(c.Now()) {
			t.Error(in, err)
		}
		if _, _, err := s.SignIn(ctx, from("10.0.0.2", ""), "customer", theirs, "four goats on a hill"); err != nil {
			t.Error("the password opens nothing:", err)
		}
	})
}

// TestWhoGuessesPasswordsKeepsNobodyFromACode: two hundred networks guess the password; a browser that was never here comes in by a code.
func TestWhoGuessesPasswordsKeepsNobodyFromACode(t *testing.T) {
	s, _ := door(t, testdb.SQLite(t))
	s.entered(t, from("10.0.0.1", ""))
	slowed := 0
	for n := range 200 {
		if _, _, err := s.SignIn(context.Background(), from(fmt.Sprintf("10.1.%d.1", n), ""), "customer", theirs, "guess"); fault.Is(err, fault.TooMany) {
			slowed++
		}
	}
	if slowed < 150 {
		t.Errorf("only %d guesses are slowed down", slowed)
	}
	s.entered(t, from("10.9.9.9", ""))
}

// TestACodeLeavesThePasswordAlone: while a password is set, codes are used elsewhere; the new password holds.
func TestACodeLeavesThePasswordAlone(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s, c := door(t, d)
		for round := range 4 {
			c.Advance(time.Hour)
			in, _, device := s.entered(t, from("10.0.0.1", ""))
			password, code := fmt.Sprintf("%d goats on a hill", round), s.codeFor(t)
			var both sync.WaitGroup
			both.Go(func() {
				if _, err := s.SetPassword(context.Background(), from("10.0.0.1", device), in, password, nil); err != nil {
					t.Error(err)
				}
			})
			both.Go(func() { _, _, _ = s.Enter(context.Background(), from("10.0.0.2", ""), "customer", theirs, code) })
			both.Wait()
			if _, _, err := s.SignIn(t.Context(), from("10.0.0.1", device), "customer", theirs, password); err != nil {
				t.Error("the new password is gone:", err)
			}
		}
	})
}
