package staff

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/words"
)

func TestEveryFailedSignInHasOneSentence(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		owner := w.owner()
		gone := w.hire(owner.By(office), "gone@kasarani.example", nil, "cashier")
		w.ok(w.Disable(w.ctx, owner.By(office), gone.Member.ID))
		_, _, err := w.Invite(w.ctx, owner.By(office), "new@kasarani.example", Profile{Name: "New", Language: "en", Roles: []string{"cashier"}})
		w.ok(err)
		said := map[string]bool{}
		for _, try := range [][2]string{{ownerEmail, "wrong"}, {ownerEmail, ""}, {"nobody@kasarani.example", password}, {"gone@kasarani.example", password},
			{"new@kasarani.example", ""}, {"new@kasarani.example", password}, {ownerEmail, strings.Repeat("x", 10_000)}, {"", ""}, {"é\x00'\xff", password}, {strings.Repeat("a", 10_000), password}} {
			token, stage, err := w.SignIn(w.ctx, office, try[0], try[1])
			if fault.KeyOf(err) != "staff.sign_in" || token != "" || stage != "" {
				t.Errorf("%.40q gives %q %q %v", try[0], token, stage, err)
			}
			said[words.Fault("en", err)] = true
		}
		if len(said) != 1 {
			t.Errorf("sentences %v", said)
		}
	})
}

// TestAnUnknownEmailCostsAsMuch: whoever fails, a password is computed; the gate tells when.
func TestAnUnknownEmailCostsAsMuch(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.owner()
		w.hasher.gate = make(chan struct{})
		for _, email := range []string{ownerEmail, "nobody@kasarani.example", "no e-mail"} {
			answer := make(chan error, 1)
			go func() {
				_, _, err := w.SignIn(w.ctx, office, email, "wrong wrong wrong")
				answer <- err
			}()
			select {
			case <-w.hasher.gate:
				w.hasher.gate <- struct{}{}
				w.refused(<-answer, "staff.sign_in")
			case err := <-answer:
				t.Errorf("%s is answered without a computation: %v", email, err)
			}
		}
	})
}

func TestAHalfSignInOpensNothingAndRunsOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.owner()
		half, stage, err := w.SignIn(w.ctx, office, " ASHA@kasarani.EXAMPLE ", password)
		if err != nil || stage != OwesCode {
			t.Fatalf("%q: %v", stage, err)
		}
		in := w.judge(half)
		if in.Stage != OwesCode || in.ProvenLately(w.clock.Now()) {
			t.Fatalf("%+v", in)
		}
		_, err = w.StartEnrolment(w.ctx, half)
		w.refused(err, "staff.prove")
		_, err = w.NewRecoveryCodes(w.ctx, office, half)
		w.refused(err, "staff.unfinished")
		w.refused(w.ChangePassword(w.ctx, office, half, password, newer), "staff.unfinished")
		_, err = w.Prove(w.ctx, office, half, password)
		w.refused(err, "staff.unfinished")
		w.refused(w.EndOthers(w.ctx, office, in), "staff.unfinished")
		w.refused(w.End(w.ctx, office, in, in.ID+1), "staff.unfinished")
		_, err = w.SignIns(w.ctx, in)
		w.refused(err, "staff.unfinished")
		w.clock.Advance(halfLasts)
		_, err = w.GiveCode(w.ctx, office, half, w.code(ownerEmail))
		w.refused(err, "staff.signed_out")
	})
}

func TestATokenIsChangedWhenTheSignInIsWhole(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.owner()
		half, _, err := w.SignIn(w.ctx, office, ownerEmail, password)
		w.ok(err)
		full, err := w.GiveCode(w.ctx, office, half, w.code(ownerEmail))
		w.ok(err)
		if in := w.judge(full); in.Stage != Full || in.ID == 0 || !in.ProvenLately(w.clock.Now()) || full == half {
			t.Fatalf("%+v", in)
		}
		for _, dead := range []string{half, "", full + "x", strings.ToUpper(full), "' OR 1=1 --"} {
			_, err := w.Judge(w.ctx, dead)
			w.refused(err, "staff.signed_out")
		}
		if _, err = w.GiveCode(w.ctx, office, full, w.code(ownerEmail)); fault.KeyOf(err) != "staff.signed_out" {
			t.Fatalf("a whole sign-in takes another code: %v", err)
		}
	})
}

func TestASignInEndsByTimeAndBeingIdle(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.owner()
		in := w.signIn(ownerEmail, password)
		for w.clock.Now().Before(in.Until.Add(-time.Minute)) {
			w.judge(in.token)
			w.clock.Advance(50 * time.Minute)
		}
		if w.clock.Now().Before(in.Until) {
			w.clock.Set(in.Until)
		}
		_, err := w.Judge(w.ctx, in.token)
		w.refused(err, "staff.signed_out")
		in = w.signIn(ownerEmail, password)
		w.clock.Advance(idleLimit)
		_, err = w.Judge(w.ctx, in.token)
		w.refused(err, "staff.signed_out")
		w.clock.Advance(fullLasts)
		w.ok(w.Sweep(w.ctx))
		if rows, err := w.signInsOf(w.ctx, in.Member.ID); err != nil || len(rows) != 0 {
			t.Fatalf("left %d: %v", len(rows), err)
		}
	})
}

func TestBeingSeenIsWrittenOnceAMinute(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := w.owner()
		seen := func() time.Time {
			rows, err := w.signInsOf(w.ctx, in.Member.ID)
			w.ok(err)
			return rows[0].SeenAt.UTC()
		}
		start := seen()
		w.clock.Advance(59 * time.Second)
		if w.judge(in.token); !seen().Equal(start) {
			t.Fatal("written within the minute")
		}
		w.clock.Advance(time.Second)
		if w.judge(in.token); !seen().Equal(w.clock.Now()) {
			t.Fatalf("seen %v at %v", seen(), w.clock.Now())
		}
	})
}

func TestWhatAMemberLosesIsLostAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		owner := w.owner()
		by := owner.By(office)
		juma := w.hire(by, "juma@kasarani.example", []int64{7}, "technician")
		if m := w.judge(juma.token).Member; !May(m, RoutersEdit, 7) || May(m, RoutersEdit, 8) {
			t.Fatalf("%+v", m)
		}
		m, err := w.Edit(w.ctx, by, juma.Member.ID, juma.Member.Version, Profile{Name: "Juma", Language: "en", Roles: []string{"cashier"}, Sites: []int64{8}})
		w.ok(err)
		_, err = w.Judge(w.ctx, juma.token) // a token that was given for less is good for nothing more
		w.refused(err, "staff.signed_out")
		juma = w.signIn("juma@kasarani.example", password)
		if m := juma.Member; May(m, RoutersEdit, 7) || !May(m, PaymentsMatch, 8) {
			t.Fatalf("%+v", m)
		}
		m, err = w.Edit(w.ctx, by, m.ID, m.Version, Profile{Name: "Juma O.", Language: "sw", Roles: []string{"cashier"}, Sites: []int64{8}})
		w.ok(err)
		w.judge(juma.token) // who is only called otherwise stays
		_, err = w.Edit(w.ctx, by, m.ID, juma.Member.Version, Profile{Name: "Juma", Language: "en", Roles: []string{"cashier"}})
		w.refused(err, "conflict")
		w.judge(juma.token)
		m, err = w.Edit(w.ctx, by, m.ID, m.Version, Profile{Name: "Juma", Language: "en", Roles: []string{"manager"}})
		w.ok(err)
		juma = w.signIn("juma@kasarani.example", password)
		if in := juma; in.Stage != OwesEnrolment {
			t.Fatalf("who may refund now has no second factor, and is %q", in.Stage)
		}
		w.ok(w.Disable(w.ctx, by, m.ID))
		_, err = w.Judge(w.ctx, juma.token)
		w.refused(err, "staff.signed_out")
		w.ok(w.Enable(w.ctx, by, m.ID))
		_, err = w.Judge(w.ctx, juma.token)
		w.refused(err, "staff.signed_out")
		if in := w.signIn("juma@kasarani.example", password); in.Stage != OwesEnrolment {
			t.Fatalf("%+v", in)
		}
	})
}

func TestAPasswordChangeEndsOtherSignIns(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.owner()
		one, other := w.signIn(ownerEmail, password), w.signIn(ownerEmail, password)
		reset, err := w.NewLink(w.ctx, engineer, one.Member.ID)
		w.ok(err)
		w.refused(w.ChangePassword(w.ctx, office, one.token, "wrong", newer), "staff.sign_in")
		w.refused(w.ChangePassword(w.ctx, office, one.token, password, "fupi"), "staff.password_short")
		w.ok(w.ChangePassword(w.ctx, office, one.token, password, newer))
		w.judge(one.token)
		_, err = w.Judge(w.ctx, other.token)
		w.refused(err, "staff.signed_out")
		_, _, err = w.SignIn(w.ctx, office, ownerEmail, password)
		w.refused(err, "staff.sign_in")
		_, err = w.ReadLink(w.ctx, office, reset)
		w.refused(err, "staff.link_gone")
		w.signIn(ownerEmail, newer)
	})
}

func TestAMemberSeesAndEndsTheirOwnSignIns(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		owner := w.owner()
		juma := w.hire(owner.By(office), "juma@kasarani.example", nil, "cashier")
		one := w.signIn(ownerEmail, password)
		two := w.signIn(ownerEmail, password)
		list, err := w.SignIns(w.ctx, two)
		if err != nil || len(list) != 3 || !list[0].This || list[1].This || list[0].Browser != "Firefox" || list[0].Address != "41.90.1.2" {
			t.Fatalf("%+v: %v", list, err)
		}
		w.ok(w.End(w.ctx, office, two, juma.ID)) // somebody else's: nothing happens
		w.judge(juma.token)
		w.ok(w.End(w.ctx, office, two, one.ID))
		_, err = w.Judge(w.ctx, one.token)
		w.refused(err, "staff.signed_out")
		w.ok(w.EndOthers(w.ctx, office, two))
		if list, err := w.SignIns(w.ctx, two); err != nil || len(list) != 1 {
			t.Fatalf("%+v: %v", list, err)
		}
		w.ok(w.SignOut(w.ctx, office, two.token))
		w.ok(w.SignOut(w.ctx, office, two.token))
		_, err = w.Judge(w.ctx, two.token)
		w.refused(err, "staff.signed_out")
	})
}

func TestGuessesAreSlowedAndARightPasswordIsNeverLockedOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.owner()
		slowed := 0
		for n := range 40 { // from as many addresses
			v := Visit{Address: netip.AddrFrom4([4]byte{102, 0, byte(n), 1})}
			if _, _, err := w.SignIn(w.ctx, v, ownerEmail, "wrong wrong"); fault.KeyOf(err) == "staff.slow" {
				slowed++
			}
		}
		if slowed != 30 {
			t.Fatalf("%d of 40 guesses at one e-mail are slowed", slowed)
		}
		if _, _, err := w.SignIn(w.ctx, street, ownerEmail, password); fault.KeyOf(err) != "staff.slow" {
			t.Fatalf("from a new address meanwhile: %v", err)
		}
		if _, stage, err := w.SignIn(w.ctx, office, ownerEmail, password); err != nil || stage != OwesCode {
			t.Fatalf("from the owner's own address: %v", err)
		}
		w.clock.Advance(30 * time.Second)
		if _, _, err := w.SignIn(w.ctx, street, ownerEmail, password); err != nil {
			t.Fatalf("who waited as long as told: %v", err)
		}
		slowed = 0
		for n := range 40 { // one address, as many e-mails
			if _, _, err := w.SignIn(w.ctx, street, fmt.Sprintf("x%d@kasarani.example", n), "wrong"); fault.KeyOf(err) == "staff.slow" {
				slowed++
			}
		}
		if slowed < 10 {
			t.Fatalf("%d of 40 guesses from one address are slowed", slowed)
		}
	})
}

func TestManyRightSignInsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		owner := w.owner()
		w.hire(owner.By(office), "juma@kasarani.example", nil, "cashier")
		var all sync.WaitGroup
		var mu sync.Mutex
		tokens := map[string]bool{}
		for range 20 {
			all.Go(func() {
				token, stage, err := w.SignIn(w.ctx, office, "juma@kasarani.example", password)
				if err != nil || stage != Full {
					t.Errorf("%q: %v", stage, err)
				}
				mu.Lock()
				defer mu.Unlock()
				tokens[token] = true
			})
		}
		if all.Wait(); len(tokens) != 20 {
			t.Fatalf("%d tokens", len(tokens))
		}
	})
}

// TestAWeakHashIsReplacedAtSignIn: the cost grows, and the password's next use pays for it.
func TestAWeakHashIsReplacedAtSignIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.owner()
		w.hasher = newHasher(cost{memory: 128, passes: 1, lanes: 1})
		for range 2 {
			w.signIn(ownerEmail, password)
			if _, row, err := w.byEmail(w.ctx, ownerEmail); err != nil || !strings.Contains(row.PasswordHash, "m=128,t=1,p=1") {
				t.Fatalf("%s: %v", row.PasswordHash, err)
			}
		}
		w.hasher = newHasher(cost{memory: 64, passes: 1, lanes: 1})
		w.signIn(ownerEmail, password)
		if _, row, _ := w.byEmail(w.ctx, ownerEmail); !strings.Contains(row.PasswordHash, "m=128") {
			t.Fatalf("made weaker: %s", row.PasswordHash)
		}
	})
}

func TestFailuresAreInTheTrailWithoutWhatWasTyped(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.owner()
		_, _, err := w.SignIn(w.ctx, street, "my-secret-typed-as@e-mail.example", "my secret typed")
		w.refused(err, "staff.sign_in")
		_, _, err = w.SignIn(w.ctx, street, ownerEmail, "my secret typed")
		w.refused(err, "staff.sign_in")
		half, _, err := w.SignIn(w.ctx, street, ownerEmail, password)
		w.ok(err)
		_, err = w.GiveCode(w.ctx, street, half, "123 456")
		w.refused(err, "staff.code")
		got := w.actions()
		if want := []string{"sign-in failed", "sign-in failed", "password given", "code failed"}; !slices.Equal(got[len(got)-4:], want) {
			t.Fatalf("the trail says %q", got)
		}
		w.nowhere("secret", "123456", "123 456")
	})
}

// TestAPasswordReplacedMeanwhileIsRefused: it was right when it was compared, and is another by the time of the writing.
func TestAPasswordReplacedMeanwhileIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := w.owner()
		hash := in.row.PasswordHash
		w.ok(w.ChangePassword(w.ctx, office, in.token, password, newer))
		_, _, err := w.begin(w.ctx, office, in.Member, hash, hash)
		w.refused(err, "staff.sign_in")
		in = w.judge(in.token)
		_, err = w.d.SQL().Exec("UPDATE staff_members SET state = 'disabled'")
		w.ok(err)
		token, _, err := w.begin(w.ctx, office, in.Member, in.row.PasswordHash, in.row.PasswordHash)
		w.refused(err, "staff.sign_in")
		if token != "" {
			t.Fatal("a token for nobody")
		}
	})
}
