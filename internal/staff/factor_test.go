package staff

import (
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// race runs try as often at once and counts who won; others must be refused with one of the keys.
func race(t *testing.T, times int, try func(n int) error, keys ...string) (won int) {
	t.Helper()
	var all sync.WaitGroup
	var mu sync.Mutex
	for n := range times {
		all.Go(func() {
			err := try(n)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
				return
			}
			for _, key := range keys {
				if fault.KeyOf(err) == key {
					return
				}
			}
			t.Error(err)
		})
	}
	all.Wait()
	return won
}

func TestACodeIsAcceptedOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.owner()
		half := make([]string, 4)
		for n := range half {
			var err error
			half[n], _, err = w.SignIn(w.ctx, office, ownerEmail, password)
			w.ok(err)
		}
		code := w.code(ownerEmail)
		won := race(t, len(half), func(n int) error {
			_, err := w.GiveCode(w.ctx, office, half[n], code)
			return err
		}, "staff.code")
		if won != 1 {
			t.Fatalf("one code completed %d sign-ins", won)
		}
		w.clock.Advance(4 * time.Minute)
		half[0], _, _ = w.SignIn(w.ctx, office, ownerEmail, password)
		_, err := w.GiveCode(w.ctx, office, half[0], code)
		w.refused(err, "staff.code")
	})
}

func TestOneSignInIsCompletedOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, err := w.MakeOwner(w.ctx, office, w.setup, asha)
		w.ok(err)
		_, codes := w.withFactor(ownerEmail, token)
		half, _, err := w.SignIn(w.ctx, office, ownerEmail, password)
		w.ok(err)
		typed := []string{w.code(ownerEmail), codes[0], codes[1], codes[2]}
		won := race(t, len(typed), func(n int) error {
			_, err := w.GiveCode(w.ctx, office, half, typed[n])
			return err
		}, "staff.signed_out")
		if won != 1 {
			t.Fatalf("completed %d times", won)
		}
		var used int64
		w.ok(w.DB.SQL().QueryRow("SELECT COUNT(*) FROM staff_recovery_codes WHERE used_by <> 0").Scan(&used))
		if used > 1 {
			t.Fatalf("who lost spent a recovery code: %d are used", used)
		}
	})
}

func TestARecoveryCodeWorksOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, err := w.MakeOwner(w.ctx, office, w.setup, asha)
		w.ok(err)
		_, codes := w.withFactor(ownerEmail, token)
		if len(codes) != 10 {
			t.Fatalf("%d codes", len(codes))
		}
		half := make([]string, 4)
		for n := range half {
			half[n], _, err = w.SignIn(w.ctx, office, ownerEmail, password)
			w.ok(err)
		}
		won := race(t, len(half), func(n int) error {
			_, err := w.GiveCode(w.ctx, office, half[n], codes[3])
			return err
		}, "staff.code")
		if won != 1 {
			t.Fatalf("one recovery code completed %d sign-ins", won)
		}
		w.clock.Advance(20 * time.Minute)
		typed := strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(codes[4], "-", " "), "0", "o"))
		next, _, err := w.SignIn(w.ctx, office, ownerEmail, password)
		w.ok(err)
		next, err = w.GiveCode(w.ctx, office, next, typed)
		w.ok(err)
		fresh, err := w.NewRecoveryCodes(w.ctx, office, next)
		w.ok(err)
		half[0], _, _ = w.SignIn(w.ctx, office, ownerEmail, password)
		_, err = w.GiveCode(w.ctx, office, half[0], codes[5]) // of the old ten
		w.refused(err, "staff.code")
		_, err = w.GiveCode(w.ctx, office, half[0], fresh[0])
		w.ok(err)
	})
}

// TestACodeOfAnotherMemberIsNone: recovery codes and steps are each member's own.
func TestACodeOfAnotherMemberIsNone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, err := w.MakeOwner(w.ctx, office, w.setup, asha)
		w.ok(err)
		token, codes := w.withFactor(ownerEmail, token)
		w.hire(w.judge(token).By(office), "juma@kasarani.example", nil, "manager")
		half, _, err := w.SignIn(w.ctx, office, "juma@kasarani.example", password)
		w.ok(err)
		_, err = w.GiveCode(w.ctx, office, half, codes[0])
		w.refused(err, "staff.code")
		_, err = w.GiveCode(w.ctx, office, half, w.code(ownerEmail))
		w.refused(err, "staff.code")
	})
}

func TestCodesEarlyOrLateByOneStep(t *testing.T) {
	key := []byte("12345678901234567890") // the seed of RFC 6238
	for _, test := range []struct {
		code string
		at   int64
		want int64
	}{{"287082", 59, 1}, {"287082", 29, 1}, {"287082", 89, 1}, {"287082", 90, 0}, {"081804", 1111111109, 37037036}, {"", 59, 0}, {"28708", 59, 0}} {
		if got := stepOf(key, test.code, time.Unix(test.at, 0), 0); got != test.want {
			t.Errorf("%q at %d is step %d", test.code, test.at, got)
		}
	}
	if got := stepOf(key, "287082", time.Unix(59, 0), 1); got != 0 {
		t.Errorf("used step accepted again: %d", got)
	}
}

func TestTheAppReadsTheAddress(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, err := w.MakeOwner(w.ctx, office, w.setup, asha)
		w.ok(err)
		e, err := w.StartEnrolment(w.ctx, token)
		w.ok(err)
		key, err := otp.NewKeyFromURL(e.Address)
		if err != nil || key.Secret() != e.Seed || key.Issuer() != "Kasarani Net" || key.AccountName() != ownerEmail || key.Type() != "totp" {
			t.Fatalf("%s: %v", e.Address, err)
		}
		if u, err := url.Parse(e.Address); err != nil || strings.Contains(u.RawQuery, "+") {
			t.Fatalf("%s: %v", e.Address, err)
		}
		w.seeds[ownerEmail] = e.Seed
		for _, wrong := range []string{"", "000000000", "ABCDEFGHJK", "12345"} {
			_, _, err := w.Enrol(w.ctx, office, token, wrong)
			w.refused(err, "staff.code")
		}
		if in := w.judge(token); in.Stage != OwesEnrolment {
			t.Fatalf("enrolled without a code: %+v", in)
		}
		again, err := w.StartEnrolment(w.ctx, token)
		if w.ok(err); again != e {
			t.Fatal("after a wrong code there is another seed to scan")
		}
		w.clock.Advance(10 * time.Minute)
		_, _, err = w.Enrol(w.ctx, office, token, w.code(ownerEmail))
		w.ok(err)
		_, err = w.Judge(w.ctx, token)
		w.refused(err, "staff.signed_out") // it goes on under another token
	})
}

func TestOfTwoEnrolmentsOneWins(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, err := w.MakeOwner(w.ctx, office, w.setup, asha)
		w.ok(err)
		e, err := w.StartEnrolment(w.ctx, token)
		w.ok(err)
		code, err := totp.GenerateCode(e.Seed, w.clock.Now())
		w.ok(err)
		won := race(t, 4, func(int) error {
			_, _, err := w.Enrol(w.ctx, office, token, code)
			return err
		}, "staff.signed_out", "staff.prove", "staff.code")
		var codes int64
		w.ok(w.DB.SQL().QueryRow("SELECT COUNT(*) FROM staff_recovery_codes").Scan(&codes))
		if won != 1 || codes != recoveryCodes {
			t.Fatalf("%d enrolled, %d codes", won, codes)
		}
	})
}

func TestANewPhoneIsEnrolledOnlyAfterProof(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.owner()
		other := w.signIn(ownerEmail, password)
		in := w.signIn(ownerEmail, password)
		w.clock.Advance(provenLasts)
		w.judge(other.token)
		_, err := w.StartEnrolment(w.ctx, in.token)
		w.refused(err, "staff.prove")
		_, err = w.NewRecoveryCodes(w.ctx, office, in.token)
		w.refused(err, "staff.prove")
		_, err = w.Prove(w.ctx, office, in.token, password)
		w.refused(err, "staff.code") // who has a second factor proves by it
		in = w.proves(in, w.code(ownerEmail))
		if !w.judge(in.token).ProvenLately(w.clock.Now()) {
			t.Fatal("not proven")
		}
		old := w.seeds[ownerEmail]
		w.withFactor(ownerEmail, in.token)
		_, err = w.Judge(w.ctx, other.token)
		w.refused(err, "staff.signed_out")
		w.signIn(ownerEmail, password)
		half, _, err := w.SignIn(w.ctx, office, ownerEmail, password)
		w.ok(err)
		w.seeds[ownerEmail] = old
		_, err = w.GiveCode(w.ctx, office, half, w.code(ownerEmail))
		w.refused(err, "staff.code")
	})
}

func TestWhoHasNoSecondFactorProvesByPassword(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := w.hire(w.owner().By(office), "juma@kasarani.example", nil, "cashier")
		w.clock.Advance(provenLasts)
		if w.judge(in.token).ProvenLately(w.clock.Now()) {
			t.Fatal("proven for ever")
		}
		_, err := w.Prove(w.ctx, office, in.token, "wrong")
		w.refused(err, "staff.sign_in")
		if in = w.proves(in, password); !in.ProvenLately(w.clock.Now()) {
			t.Fatal("not proven")
		}
	})
}

func TestCodesAreSlowed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.owner()
		half, _, err := w.SignIn(w.ctx, office, ownerEmail, password)
		w.ok(err)
		slowed := 0
		for range 20 {
			if _, err := w.GiveCode(w.ctx, office, half, "000000"); fault.KeyOf(err) == "staff.slow" {
				slowed++
			}
		}
		if slowed < 13 {
			t.Fatalf("%d of 20 guesses are slowed", slowed)
		}
	})
}

func FuzzSpellCode(f *testing.F) {
	for _, s := range []string{"123 456", "abcde-fghjk", "OIL00-11111", "", "١٢٣٤٥٦"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, fromApp := spellCode(typed)
		if code != "" && (fromApp && len(code) != 6 || !fromApp && len(code) != recoveryCharacters || strings.Trim(code, recoveryAlphabet) != "") {
			t.Fatalf("%q is %q", typed, code)
		}
		if again, same := spellCode(code); again != code || same != fromApp {
			t.Fatalf("%q is %q, then %q", typed, code, again)
		}
	})
}

// TestASeedIsOfOneSignIn: whoever knows the password too is not shown the seed that the member will take, and after half
// an hour it is dead.
func TestASeedIsOfOneSignIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, err := w.MakeOwner(w.ctx, office, w.setup, asha)
		w.ok(err)
		mine, err := w.StartEnrolment(w.ctx, token)
		w.ok(err)
		other, _, err := w.SignIn(w.ctx, office, ownerEmail, password)
		w.ok(err)
		theirs, err := w.StartEnrolment(w.ctx, other)
		if w.ok(err); theirs.Seed == mine.Seed {
			t.Fatal("two sign-ins are shown one seed")
		}
		w.seeds[ownerEmail] = theirs.Seed
		_, _, err = w.Enrol(w.ctx, office, token, w.code(ownerEmail))
		w.refused(err, "staff.code")
		in := w.judge(other)
		w.clock.Advance(pendingLasts)
		if _, ok := w.pending(in); ok {
			t.Fatal("a seed is shown for ever")
		}
	})
}

func TestASeedIsShownOnceToTwoAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, err := w.MakeOwner(w.ctx, office, w.setup, asha)
		w.ok(err)
		var mu sync.Mutex
		shown := map[string]bool{}
		race(t, 4, func(int) error {
			e, err := w.StartEnrolment(w.ctx, token)
			mu.Lock()
			defer mu.Unlock()
			shown[e.Seed] = true
			return err
		})
		if len(shown) != 1 {
			t.Fatalf("%d seeds for one app", len(shown))
		}
	})
}

// TestASeedShownBeforeIsNotEnrolled: another was shown between the reading and the writing.
func TestASeedShownBeforeIsNotEnrolled(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, err := w.MakeOwner(w.ctx, office, w.setup, asha)
		w.ok(err)
		_, err = w.StartEnrolment(w.ctx, token)
		w.ok(err)
		in := w.judge(token)
		other, _, err := w.SignIn(w.ctx, office, ownerEmail, password)
		w.ok(err)
		_, err = w.StartEnrolment(w.ctx, other)
		w.ok(err)
		err = w.DB.InTx(w.ctx, func(tx *db.Tx) error {
			return w.enrolled(tx, office, in, proved{1, []byte("x")}, newToken(), newRecoveryCodes())
		})
		w.refused(err, "staff.code")
	})
}

// TestALostAnswerIsNoFailure: the commit succeeded and its answer was lost, so that the same work runs again.
func TestALostAnswerIsNoFailure(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.owner()
		half, _, err := w.SignIn(w.ctx, office, ownerEmail, password)
		w.ok(err)
		in, next := w.judge(half), newToken()
		for range 2 {
			w.ok(w.DB.InTx(w.ctx, func(tx *db.Tx) error {
				if won, err := w.complete(tx, in, next); won || err != nil {
					return err
				}
				return w.completedBefore(tx, in.ID, next)
			}))
		}
		err = w.DB.InTx(w.ctx, func(tx *db.Tx) error { return w.completedBefore(tx, in.ID, newToken()) })
		w.refused(err, "staff.signed_out")
	})
}

// TestGuessesElsewhereDoNotKeepTheMemberOut: somebody knows the password and guesses codes.
func TestGuessesElsewhereDoNotKeepTheMemberOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.owner()
		half, _, err := w.SignIn(w.ctx, street, ownerEmail, password)
		w.ok(err)
		for range 20 {
			if _, err := w.GiveCode(w.ctx, street, half, "000000"); err == nil {
				t.Fatal("guessed")
			}
		}
		half, _, err = w.SignIn(w.ctx, office, ownerEmail, password)
		w.ok(err)
		_, err = w.GiveCode(w.ctx, office, half, w.code(ownerEmail))
		w.ok(err)
	})
}

// TestASignInMadeWhileEnrollingOwesTheCode: the password was checked when the member had no second factor yet.
func TestASignInMadeWhileEnrollingOwesTheCode(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		juma := w.hire(w.owner().By(office), "juma@kasarani.example", nil, "cashier")
		token, row := w.newSignIn(street, juma.Member)
		w.withFactor("juma@kasarani.example", juma.token)
		w.ok(w.DB.InTx(w.ctx, func(tx *db.Tx) error { return w.insertSignIn(tx, street, juma.Member, row) }))
		if in := w.judge(token); in.Stage != OwesCode {
			t.Fatalf("%+v", in)
		}
	})
}
